package query

import (
	"context"
	stdsql "database/sql"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// Snapshot is the part of database.Snapshot that queries need.
type Snapshot interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Each calls fn for each row of a query. It does not check what the viewer may see.
	Each(ctx context.Context, query func(*sql.DialectBuilder) *sql.Selector, fn func(*stdsql.Rows) error) error
}

// EachVersion calls fn with the id and version of every contact of the snapshot that matches the
// filter and that the viewer can see, ordered by id. It fails as Page does, and with Forbidden for
// customers.
func (s *Service) EachVersion(ctx context.Context, in Snapshot, f Filter, fn func(id int, version revision.Version) error) error {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err == nil {
		err = f.check()
	}
	if err == nil {
		err = checkRights(v, f, Order{})
	}
	if err != nil {
		return err
	}
	then := &Service{db: inSnapshot{s.db, in}, companyWords: s.companyWords}
	if f, err = then.withPhoneKey(ctx, v.Account, f); err != nil {
		return err
	}
	conditions, err := then.conditions(ctx, v, f)
	if err != nil {
		return err
	}
	matching := func(b *sql.DialectBuilder) *sql.Selector {
		t := b.Table(entcontact.Table)
		q := b.Select(t.C(entcontact.FieldID), t.C(entcontact.FieldVersion)).From(t).Where(sql.EQ(t.C(entcontact.FieldAccountID), v.Account))
		restrictAll(q, conditions)
		return q.OrderBy(t.C(entcontact.FieldID))
	}
	var id int
	var version revision.Version
	return in.Each(ctx, matching, func(rows *stdsql.Rows) error {
		if err := rows.Scan(&id, &version); err != nil {
			return err
		}
		return fn(id, version)
	})
}

// inSnapshot reads what conditions are built from in the snapshot.
type inSnapshot struct {
	DB

	snapshot Snapshot
}

func (s inSnapshot) Client() *ent.Client { return s.snapshot.Client() }
