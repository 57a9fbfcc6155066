// Package export reads the contacts of an account as they were at one cursor of the change feed,
// in parts of bounded size: the file of an export and the changes after its cursor are an exact
// mirror.
//
// Begin reads, in one short snapshot, the cursor and the ids and versions of the contacts. Next
// then reads part by part; a contact that was written since is rewound through the change log to
// the version of the list. So a slow client holds no transaction: see decision 33.
//
// Start reading at Begin. columns.go decides what an export has, definitions.go reads what contacts
// refer to, part.go reads a part, and record.go turns a contact into a record of package
// interchange, which writes the formats.
package export

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/account"
	entfeed "contactgraph/ent/feed"
	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/interchange"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// DB is the part of database.DB that exports need.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Snapshot runs fn with a client whose queries all see the same state of the database.
	Snapshot(ctx context.Context, fn func(context.Context, *database.Snapshot) error) error
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
}

// Service exports contacts. It is safe for concurrent use.
type Service struct {
	db      DB
	queries *query.Service
	changes *changelog.Service
	now     func() time.Time
	part    int // how many contacts Next reads; tests use small parts
}

// New returns a service that takes the time from now.
func New(db DB, queries *query.Service, changes *changelog.Service, now func() time.Time) *Service {
	return &Service{db, queries, changes, now, PartSize}
}

// Request says what to export.
type Request struct {
	Format  interchange.Format
	Columns []string // paths of package interchange; nil for all that the viewer may read
	Filter  query.Filter
	IDs     []int // only these of the contacts that match the filter; nil for all of them
	// Sent is the filter as the client sent it, for the header; nil for all contacts.
	Sent json.RawMessage
}

// Export is an export that has begun. It is not safe for concurrent use.
type Export struct {
	Header interchange.Header
	Total  int // the contacts of the list; fewer are written if some are erased meanwhile

	service *Service
	viewer  viewer.Viewer
	names   names
	columns columns
	list    versions
	taken   int
}

// Begin begins an export and records it in the audit log. It is for admins, and for agents if the
// account allows it. It fails with Forbidden for others and for a viewer that may not read what the
// filter is about, and with usererror.ErrArguments if the filter or a column is not valid.
func (s *Service) Begin(ctx context.Context, r Request) (*Export, error) {
	v, err := s.authorize(ctx)
	if err != nil {
		return nil, err
	}
	e := &Export{service: s, viewer: v}
	err = s.db.Snapshot(ctx, func(ctx context.Context, in *database.Snapshot) error {
		e.list = versions{}
		return e.read(ctx, in, r)
	})
	if err != nil {
		return nil, err
	}
	e.Total = e.list.count
	e.list.rewind()
	e.Header.At, e.Header.Filter = s.now().UTC().Truncate(time.Microsecond), r.Sent
	return e, s.record(ctx, e, r)
}

// authorize returns the viewer if it may export.
func (s *Service) authorize(ctx context.Context) (viewer.Viewer, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil || v.Is(viewer.Admin) {
		return v, err
	}
	own, err := s.db.Client().Account.Query().Where(account.ID(v.Account)).Only(ctx)
	if err == nil && !authz.MayTransfer(v, own.Settings) {
		err = usererror.Errors{usererror.NewForbidden("", "Only admins may export contacts, unless the account allows it to agents.")}
	}
	return v, err
}

// read reads from the snapshot what the export is about.
func (e *Export) read(ctx context.Context, in *database.Snapshot, r Request) error {
	all, err := readDefinitions(ctx, in.Client(), e.viewer)
	if err != nil {
		return err
	}
	if e.columns, err = choose(e.viewer, r.Columns, all.properties); err != nil {
		return err
	}
	e.names = all.names()
	end, err := in.Client().Feed.Query().Where(entfeed.AccountID(e.viewer.Account)).Only(viewer.NewSystemContext(ctx, e.viewer.Account))
	if err != nil {
		return err
	}
	e.Header = interchange.Header{
		Cursor: revision.Cursor(end.Seq).String(), Columns: e.columns.paths, Hidden: e.columns.hidden, Definitions: all.of(e.columns),
	}
	wanted := make(map[int]bool, len(r.IDs))
	for _, id := range r.IDs {
		wanted[id] = true
	}
	return e.service.queries.EachVersion(ctx, in, r.Filter, func(id int, v revision.Version) error {
		if r.IDs == nil || wanted[id] {
			e.list.add(id, v)
		}
		return nil
	})
}

// record records the export in the audit log. The values of the filter are not recorded, because
// they can be those of a person.
func (s *Service) record(ctx context.Context, e *Export, r Request) error {
	details := map[string]any{"format": string(r.Format), "contacts": e.Total}
	if len(r.Columns) > 0 {
		details["columns"] = e.Header.Columns
	}
	if r.IDs != nil {
		details["listed"] = len(r.IDs)
	}
	if r.Sent != nil {
		var conditions map[string]json.RawMessage
		if err := json.Unmarshal(r.Sent, &conditions); err != nil {
			return err
		}
		used := []string{}
		for name := range conditions {
			used = append(used, name)
		}
		slices.Sort(used)
		details["filter"] = used
	}
	return s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx.Ent, e.viewer, s.now(), audit.Entry{Action: audit.ContactsExported, Details: details})
	})
}

// errCut is the error of an export for which the change log no longer reaches back far enough.
var errCut = errors.New("the change log was cut off during the export: begin it again")

// errRights is the error of a part whose viewer has other rights than at the beginning.
var errRights = usererror.Errors{usererror.NewForbidden("", "The rights have changed during the export: begin it again.")}
