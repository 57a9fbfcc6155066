// Package report collects everything that is held on a person: what the right of access asks for
// (Article 15 of the General Data Protection Regulation). Those who may read the contact can read
// its report, which contains what they may read of the contact. The audit log records each read.
//
// Start reading at Open; document.go has what a report consists of, json.go and html.go write it,
// and link.go has addresses that are valid for a short time.
package report

import (
	"context"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/company"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/segment"
	"contactgraph/ent/store"
	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/people"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// DB is the part of database.DB that this package needs.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
}

// Service reports what is held on a person. It is safe for concurrent use.
type Service struct {
	db      DB
	changes *changelog.Service
	people  *people.Service
	now     func() time.Time
}

// New returns a service on the database that takes the time from now.
func New(db DB, changes *changelog.Service, people *people.Service, now func() time.Time) *Service {
	return &Service{db: db, changes: changes, people: people, now: now}
}

// Access returns a link to the report on a contact for the viewer, and its address on this server.
// It fails with NotFound and Forbidden as Open does, and with Forbidden for a viewer without a
// credential. It records nothing.
func (s *Service) Access(ctx context.Context, id int) (l Link, url string, err error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err == nil && v.Credential == (viewer.Viewer{}).Credential {
		err = usererror.Errors{usererror.NewForbidden("", "Only a request with a credential can have a link.")}
	}
	if err == nil {
		err = s.requireContact(ctx, v.Account, id)
	}
	l = NewLink(id, s.now())
	return l, Path + l.Token(v), err
}

// requireContact fails with NotFound if the account has neither the contact nor changes of it.
func (s *Service) requireContact(ctx context.Context, account, id int) error {
	exists, err := s.db.Client().Contact.Query().Where(entcontact.AccountID(account), entcontact.ID(id)).Exist(ctx)
	if err != nil || exists {
		return err
	}
	rows, _, err := s.changes.History(ctx, id, newest, 1)
	if err == nil && (len(rows) == 0 || rows[0].Kind == change.KindERASE) {
		err = usererror.NewNotFound("Contact", id)
	}
	return err
}

// Follow begins the report that a link of the viewer is about. It fails with ErrLink, and as Open
// does.
func (s *Service) Follow(ctx context.Context, token string) (*Report, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	l, err := ParseLink(token, v, s.now())
	if err != nil {
		return nil, err
	}
	return s.Open(ctx, l.Contact)
}

// Report is what is held on a person. Its Head is complete; Next reads the lists that can be long.
type Report struct {
	Head Head

	service  *Service
	contact  int
	names    map[string]string // of properties, by path
	activity bool              // whether the activity has been read
	cursor   *string           // of the activity
	before   revision.Version  // of the history; 0 once it has been read
}

// Part is a part of a list of a report.
type Part struct {
	Activity []Activity
	History  []Change
}

// newest is above every version.
const newest = revision.Version(1<<63 - 1)

// Open begins a report on a contact, which can have been deleted, and records it in the audit log.
// It fails with NotFound if the account has neither the contact nor changes of it, and with
// Forbidden as query.Service.Get does.
func (s *Service) Open(ctx context.Context, id int) (*Report, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err != nil {
		return nil, err
	}
	r := &Report{service: s, contact: id, before: newest}
	now := s.now().UTC().Truncate(time.Microsecond)
	r.Head = Head{
		CreatedAt: revision.FormatTime(now), Complete: field.CanReadAll(v), ContactID: id,
		Properties: []Property{}, Logins: []Login{}, ExternalIDs: []ExternalID{}, Segments: []Reference{},
		PermissionHistory: []Change{}, Sessions: []Session{},
	}
	if err := r.readContact(ctx, v); err != nil {
		return nil, err
	}
	if err := r.readPermissions(ctx); err != nil {
		return nil, err
	}
	if err := r.readSessions(ctx); err != nil {
		return nil, err
	}
	return r, s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx.Ent, v, now, audit.Entry{Action: audit.PersonalDataReported, Subject: id})
	})
}

// readContact reads the contact as it is now, as the viewer may see it.
func (r *Report) readContact(ctx context.Context, v viewer.Viewer) error {
	db := r.service.db.Client()
	properties, err := catalog.PropertiesOf(ctx, db, v.Account)
	if err != nil {
		return err
	}
	r.names = map[string]string{}
	for _, p := range properties {
		r.names[field.PropertyPath(p.ID)] = p.Name
	}
	c, err := changelog.WithRelations(ctx, db, v.Account, r.contact)
	if ent.IsNotFound(err) {
		return r.service.requireContact(ctx, v.Account, r.contact)
	}
	if err != nil {
		return err
	}
	hasPassword := c.PasswordHash != nil && field.CanRead(v, field.PathPassword)
	c = field.Visible(v, c)
	names, err := readNames(ctx, db, v, c)
	if err != nil {
		return err
	}
	r.Head.Contact = recordOf(c, names)
	r.Head.Contact.HasPassword = hasPassword
	r.Head.Properties = propertiesOf(v, c, properties)
	r.Head.Logins, r.Head.ExternalIDs = loginsOf(c), externalIDsOf(c)
	r.Head.Segments = names.segments
	return nil
}

// names are the names of what a contact refers to.
type names struct {
	stores    map[int]string
	companies map[int]string
	segments  []Reference
}

// readNames reads them as the server itself, because customers may not read segments.
func readNames(ctx context.Context, db *ent.Client, v viewer.Viewer, c *ent.Contact) (n names, err error) {
	ctx = viewer.NewSystemContext(ctx, v.Account)
	n = names{stores: map[int]string{}, companies: map[int]string{}, segments: []Reference{}}
	stores, err := db.Store.Query().Where(store.AccountID(v.Account), store.IDIn(present(c.RegistrationStoreID, c.PreferredStoreID)...)).All(ctx)
	for _, row := range stores {
		n.stores[row.ID] = row.Name
	}
	if err != nil {
		return n, err
	}
	companies, err := db.Company.Query().Where(company.AccountID(v.Account), company.IDIn(present(c.CompanyID)...)).All(ctx)
	for _, row := range companies {
		n.companies[row.ID] = row.Name
	}
	if err != nil {
		return n, err
	}
	segments, err := db.Segment.Query().Where(segment.AccountID(v.Account), segment.IDIn(field.SegmentsOf(c.Edges.Memberships)...)).
		Order(segment.ByID()).All(ctx)
	for _, row := range segments {
		n.segments = append(n.segments, Reference{row.ID, row.Name})
	}
	return n, err
}

// present returns the ids that are not nil.
func present(ids ...*int) (list []int) {
	for _, id := range ids {
		if id != nil {
			list = append(list, *id)
		}
	}
	return list
}

// permissionPaths names what a person has agreed to.
var permissionPaths = []string{field.LimitPermanently.Path, field.LimitUntil.Path, field.PermissionSource.Path}

// readPermissions reads from the log when, by whom and from where the permissions were changed.
func (r *Report) readPermissions(ctx context.Context) error {
	for before := newest; before > 0; {
		rows, next, err := r.page(ctx, before)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row = only(row, permissionPaths); len(row.Fields) > 0 {
				r.Head.PermissionHistory = append(r.Head.PermissionHistory, row)
			}
		}
		before = next
	}
	return nil
}

// only returns a change with the changes of some fields.
func only(c Change, paths []string) Change {
	c.Fields = slices.DeleteFunc(slices.Clone(c.Fields), func(f FieldChange) bool { return !slices.Contains(paths, f.Path) })
	return c
}

// readSessions reads the sessions that have not ended. They are shown to those who may see
// everything, because roles have no rights to them.
func (r *Report) readSessions(ctx context.Context) error {
	if !r.Head.Complete {
		r.activity = true // nor the activity
		return nil
	}
	sessions, err := r.service.people.ContactSessions(ctx, r.contact)
	for _, s := range sessions {
		r.Head.Sessions = append(r.Head.Sessions, sessionOf(s))
	}
	return err
}

// Next reads the next part: first the activity and then the history, each newest first. It returns
// nil after the last.
func (r *Report) Next(ctx context.Context) (*Part, error) {
	if !r.activity {
		page, err := r.service.people.ContactActivity(ctx, r.contact, people.MaxExportPage, r.cursor)
		if err != nil {
			return nil, err
		}
		r.cursor, r.activity = page.EndCursor, !page.HasMore
		return &Part{Activity: activitiesOf(page.Entries)}, nil
	}
	if r.before == 0 {
		return nil, nil
	}
	rows, next, err := r.page(ctx, r.before)
	r.before = next
	return &Part{History: rows}, err
}

// page reads the changes before a version, and before which one to go on, 0 if there are no more.
func (r *Report) page(ctx context.Context, before revision.Version) (list []Change, next revision.Version, err error) {
	rows, more, err := r.service.changes.History(ctx, r.contact, before, changelog.MaxHistory)
	for _, row := range rows {
		list = append(list, r.changeOf(row))
	}
	if more && len(rows) > 0 {
		next = rows[len(rows)-1].Version
	}
	return list, next, err
}
