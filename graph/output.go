package graph

import (
	"context"
	"errors"
	"math"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/graph/loader"
	"contactgraph/graph/model"
	"contactgraph/graph/scalar"
	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/globalid"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/version"
	"contactgraph/internal/viewer"
)

// Types that node and other subgraphs find by their ids.
const (
	typeContact  = "Contact"
	typeStore    = "Store"
	typeCompany  = "Company"
	typeSegment  = "Segment"
	typeProperty = "Property"
)

// parts are the fields of a payload. If there are errors, all other fields are nil.
type parts struct {
	contact *ent.Contact
	errs    []model.UserError
	change  *ent.Change
	merge   *merge.Divergence
}

// outcome splits the result of a command into the parts of a payload.
func outcome(r *contact.Result, err error) (parts, error) {
	errs, err := payloadErrors(err)
	if err != nil || r == nil {
		return parts{errs: errs}, err
	}
	return parts{contact: r.Contact, errs: errs, change: r.Change, merge: r.Merge}, nil
}

func updatePayload(r *contact.Result, err error) (*model.UpdateContactPayload, error) {
	o, err := outcome(r, err)
	return &model.UpdateContactPayload{Contact: o.contact, Errors: o.errs, Change: o.change, Merge: o.merge}, err
}

func detailsPayload(r *contact.Result, err error) (*model.SetContactDetailsPayload, error) {
	o, err := outcome(r, err)
	return &model.SetContactDetailsPayload{Contact: o.contact, Errors: o.errs, Change: o.change, Merge: o.merge}, err
}

func createPayload(r *contact.Result, err error) (*model.CreateContactPayload, error) {
	o, err := outcome(r, err)
	return &model.CreateContactPayload{Contact: o.contact, Errors: o.errs, Change: o.change}, err
}

func deletePayload(r *contact.Result, err error) (*model.DeleteContactPayload, error) {
	o, err := outcome(r, err)
	return &model.DeleteContactPayload{Contact: o.contact, Errors: o.errs, Change: o.change, Merge: o.merge}, err
}

func upsertPayload(r *contact.Result, err error) (*model.UpsertContactPayload, error) {
	o, err := outcome(r, err)
	created := o.change != nil && o.change.Kind == change.KindCREATE
	return &model.UpsertContactPayload{Contact: o.contact, Created: created, Errors: o.errs, Change: o.change, Merge: o.merge}, err
}

// batch runs a command for each item. It returns the payload of each, or the errors of the input as
// a whole.
func batch[In any, C contact.Command, P any](ctx context.Context, s *contact.Service, policy model.BatchErrorPolicy, items []In, commandOf func(In) C,
	payload func(*contact.Result, error) (P, error),
) (results []P, errs []model.UserError, err error) {
	run := s.RunAll
	if policy == model.BatchErrorPolicyPerItem {
		run = s.RunEach
	}
	outcomes, err := run(ctx, each(items, func(in In) contact.Command { return commandOf(in) }))
	if errs, err = payloadErrors(err); err != nil {
		return nil, nil, err
	}
	results = make([]P, len(outcomes))
	for i, o := range outcomes {
		if results[i], err = payload(o.Result, o.Err()); err != nil {
			return nil, nil, err
		}
	}
	return results, errs, nil
}

// visible adapts the result of a query for one contact: nil for one that the viewer may not see, as
// for one that does not exist. One that was merged into another one is an error.
func visible(ctx context.Context) func(c *ent.Contact, err error) (*ent.Contact, error) {
	return func(c *ent.Contact, err error) (*ent.Contact, error) {
		errs, isUserError := errors.AsType[usererror.Errors](err)
		if err != nil && (!isUserError || errs.Has(usererror.Merged)) {
			return nil, err
		}
		if c != nil {
			loader.Prime(ctx, c)
		}
		return c, nil
	}
}

// named returns a function that returns the property with the API name, nil if there is none.
func named(apiName string) func([]*model.ContactProperty) *model.ContactProperty {
	return func(list []*model.ContactProperty) *model.ContactProperty {
		for _, p := range list {
			if p.Property.APIName != nil && *p.Property.APIName == apiName {
				return p
			}
		}
		return nil
	}
}

// customOf returns the properties that have API names as a JSON object.
func customOf(list []*model.ContactProperty) any {
	object := scalar.Object{}
	for _, p := range list {
		if p.Property.APIName == nil {
			continue
		}
		texts := each(p.Values, func(v *ent.PropertyValue) string { return v.Value })
		object = append(object, scalar.Member{Name: *p.Property.APIName, Value: catalog.JSONOf(p.Property, texts)})
	}
	return object
}

// contactPage returns a page of contacts.
func (r *Resolver) contactPage(ctx context.Context, f query.Filter, o query.Order, args query.PageArgs) (*model.ContactConnection, error) {
	page, err := r.queries.Page(ctx, f, o, args)
	if err != nil {
		return nil, err
	}
	loader.Prime(ctx, page.Contacts...)
	return connection(page, f), nil
}

// companiesByEmail returns the companies whose primary contact has the email address.
func (r *Resolver) companiesByEmail(ctx context.Context, email string) ([]*ent.Company, error) {
	primary, err := r.queries.ByEmail(ctx, email)
	if err != nil {
		return nil, err
	}
	id := 0 // no contact: whether the viewer may list companies is checked nevertheless
	if primary != nil {
		id = primary.ID
	}
	return r.catalog.CompaniesOf(ctx, id)
}

// connection translates a page.
func connection(p *query.Page, f query.Filter) *model.ContactConnection {
	conn := &model.ContactConnection{Nodes: p.Contacts, Filter: f, PageInfo: pageInfo(p.Cursors, p.HasPrev, p.HasNext)}
	for i, c := range p.Contacts {
		conn.Edges = append(conn.Edges, &model.ContactEdge{Cursor: p.Cursors[i], Node: c})
	}
	return conn
}

// pageInfo returns the information about a page whose nodes have the cursors.
func pageInfo(cursors []string, hasPrevious, hasNext bool) *model.PageInfo {
	info := &model.PageInfo{HasPreviousPage: hasPrevious, HasNextPage: hasNext}
	if n := len(cursors); n > 0 {
		info.StartCursor, info.EndCursor = &cursors[0], &cursors[n-1]
	}
	return info
}

// history returns a page of the changes of a contact. The cursor of a change is its version.
func (r *Resolver) history(ctx context.Context, c *ent.Contact, first int, after *string) (*model.ChangeConnection, error) {
	before, err := below(after, c.Version+1)
	if err != nil {
		return nil, err
	}
	rows, more, err := r.changes.History(ctx, c.ID, before, first)
	if err != nil {
		return nil, err
	}
	cursors := each(rows, func(row *ent.Change) string { return row.Version.String() })
	conn := &model.ChangeConnection{Nodes: rows, PageInfo: pageInfo(cursors, before <= c.Version, more)}
	for i, row := range rows {
		conn.Edges = append(conn.Edges, &model.ChangeEdge{Cursor: cursors[i], Node: row})
	}
	return conn, nil
}

// deletions returns a page of the contacts that can be restored. The cursor of one is that of the
// change log.
func (r *Resolver) deletions(ctx context.Context, first int, after *string) (*model.DeletedContactConnection, error) {
	before := revision.Cursor(math.MaxInt64)
	if after = cursorOf(after); after != nil {
		var err error
		if before, err = revision.ParseCursor(*after); err != nil {
			return nil, usererror.NewInvalidArguments("after must be a cursor of this list.")
		}
	}
	list, more, err := r.changes.Deletions(ctx, before, first)
	if err != nil {
		return nil, err
	}
	cursors := each(list, func(d *changelog.Deletion) string { return revision.Cursor(d.Change.Seq).String() })
	conn := &model.DeletedContactConnection{Nodes: list, PageInfo: pageInfo(cursors, before < math.MaxInt64, more)}
	for i, d := range list {
		conn.Edges = append(conn.Edges, &model.DeletedContactEdge{Cursor: cursors[i], Node: d})
	}
	return conn, nil
}

// snapshot returns a contact as it was at a version, or at a point in time.
func (r *Resolver) snapshot(ctx context.Context, id int, version *revision.Version, at *time.Time) (*ent.Contact, error) {
	switch {
	case (version == nil) == (at == nil):
		return nil, usererror.NewInvalidArguments("Exactly one of version and at must be sent.")
	case version != nil:
		return r.changes.AsOf(ctx, id, *version)
	default:
		return r.changes.AtTime(ctx, id, *at)
	}
}

// actorOf returns the actor of a change, nil if it is hidden from the viewer.
func actorOf(c *ent.Change) *model.Actor {
	if c.ActorKind == "" {
		return nil
	}
	return actor(&viewer.Actor{Kind: c.ActorKind, ID: c.ActorID, Name: c.ActorName})
}

// actor translates an actor, nil if there is none.
func actor(a *viewer.Actor) *model.Actor {
	if a == nil {
		return nil
	}
	shown := &model.Actor{ID: globalid.EncodeKey("Actor", a.Kind.Name(), a.ID, a.Name), Type: model.ActorType(a.Kind.Name()), Number: a.ID}
	if a.Name != "" {
		shown.Name = &a.Name
	}
	return shown
}

// viewerOf translates a viewer, and reads its account and its contact.
func (r *Resolver) viewerOf(ctx context.Context, v viewer.Viewer) (*model.Viewer, error) {
	ctx = viewer.NewContext(ctx, v)
	account, err := r.client.Account.Get(ctx, v.Account)
	if err != nil {
		return nil, err
	}
	shown := &model.Viewer{ID: globalid.EncodeKey("Viewer", v.Actor.Kind.Name(), v.Actor.ID), Account: account.Name, Role: model.ViewerRole(v.Role.String()), MayTransfer: authz.MayTransfer(v, account.Settings), MayMerge: contact.MayMerge(v, account.Settings), MustSetUpSecondFactor: v.Enrolling, Server: new(version.Current()), Caller: v}
	if v.Actor.Name != "" {
		shown.Name = &v.Actor.Name
	}
	if v.Role != viewer.Customer {
		return shown, nil
	}
	shown.Contact, err = r.queries.Get(ctx, v.Contact)
	if err != nil {
		return nil, err
	}
	loader.Prime(ctx, shown.Contact)
	return shown, nil
}

// pathsOf returns the paths that list returns for each viewer, none for one that can only set up a
// second factor. It doesn't use the viewer of the context: a request that signs in is anonymous
// when it arrives.
func pathsOf(ctx context.Context, shown []*model.Viewer, list func(context.Context) ([]string, error)) ([][]string, error) {
	return oneByOne(shown, func(s *model.Viewer) ([]string, error) {
		if s.Caller.Enrolling {
			return nil, nil
		}
		return list(viewer.NewContext(ctx, s.Caller))
	})
}

// node adapts find, which reads an object of one type by its number, to Node. Objects that the
// viewer may not see are returned as nil.
func node[T scalar.Node](find func(context.Context, int) (T, error)) func(context.Context, int) (scalar.Node, error) {
	return func(ctx context.Context, id int) (scalar.Node, error) {
		found, err := find(ctx, id)
		if err == nil {
			return found, nil
		}
		_, fault := payloadErrors(err)
		return nil, fault
	}
}

// node returns the object with a global id, nil if there is none.
func (r *Resolver) node(ctx context.Context, id string) (scalar.Node, error) {
	if change, ok := revision.ParseChangeID(id); ok {
		return node(func(ctx context.Context, _ int) (*ent.Change, error) { return r.changes.VisibleChange(ctx, change) })(ctx, 0)
	}
	typ, number, ok := globalid.Decode(id)
	find := map[string]func(context.Context, int) (scalar.Node, error){
		typeContact:  node(r.queries.Get),
		typeStore:    node(r.catalog.Store),
		typeCompany:  node(r.catalog.Company),
		typeSegment:  node(r.catalog.Segment),
		typeProperty: node(r.catalog.Property),
	}[typ]
	if !ok || find == nil {
		return nil, nil
	}
	return find(ctx, number)
}

// oneByOne calls load for each object, where one query cannot load them for all.
func oneByOne[T, U any](in []T, load func(T) (U, error)) ([]U, error) {
	out := make([]U, len(in))
	for i, x := range in {
		var err error
		if out[i], err = load(x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// each returns the results of calling of for every element.
func each[T, U any](in []T, of func(T) U) []U {
	out := make([]U, len(in))
	for i, x := range in {
		out[i] = of(x)
	}
	return out
}
