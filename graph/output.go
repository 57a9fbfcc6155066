package graph

import (
	"context"

	"contactgraph/ent"
	"contactgraph/graph/loader"
	"contactgraph/graph/model"
	"contactgraph/graph/scalar"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/globalid"
	"contactgraph/internal/viewer"
)

// parts are the fields of a payload. If there are errors, all other fields are nil.
type parts struct {
	contact *ent.Contact
	errs    []model.ContactError
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

// updatesPayload returns the result of each update, or the errors of the input as a whole.
func updatesPayload(outcomes []contact.Outcome, err error) (*model.UpdateContactsPayload, error) {
	errs, err := payloadErrors(err)
	if err != nil {
		return nil, err
	}
	p := &model.UpdateContactsPayload{Errors: errs, Results: make([]*model.UpdateContactPayload, len(outcomes))}
	for i, o := range outcomes {
		if p.Results[i], err = updatePayload(o.Result, o.Err()); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// visible returns nil for a contact that the viewer may not see, as for one that does not exist.
func visible(c *ent.Contact, err error) (*ent.Contact, error) {
	if _, fault := payloadErrors(err); fault != nil {
		return nil, fault
	}
	return c, nil
}

// connection translates a page.
func connection(p *query.Page, f query.Filter) *model.ContactConnection {
	conn := &model.ContactConnection{
		Nodes: p.Contacts, Filter: f, PageInfo: &model.PageInfo{HasNextPage: p.HasNext, HasPreviousPage: p.HasPrev},
	}
	for i, c := range p.Contacts {
		conn.Edges = append(conn.Edges, &model.ContactEdge{Cursor: p.Cursors[i], Node: c})
	}
	if n := len(p.Cursors); n > 0 {
		conn.PageInfo.StartCursor, conn.PageInfo.EndCursor = &p.Cursors[0], &p.Cursors[n-1]
	}
	return conn
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
	shown := &model.Actor{Type: model.ActorType(a.Kind.Name()), ID: a.ID}
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
	shown := &model.Viewer{Account: account.Name, Role: model.ViewerRole(v.Role.String()), MustSetUpSecondFactor: v.Enrolling, Caller: v}
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
	typ, number, ok := globalid.Decode(id)
	find := map[string]func(context.Context, int) (scalar.Node, error){
		"Contact":  node(r.queries.Get),
		"Store":    node(r.catalog.Store),
		"Company":  node(r.catalog.Company),
		"Segment":  node(r.catalog.Segment),
		"Property": node(r.catalog.Property),
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
