package schema

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"contactgraph/internal/database/dialect"

	atlas "ariga.io/atlas/sql/migrate"
)

// RevisionsTable is the table with one row for each migration that the database has.
const RevisionsTable = "schema_revisions"

// revisions reads and writes RevisionsTable for atlas. The table also has whether each migration
// was additive, which is how an older binary knows that it can run on tables that it does not know.
type revisions struct {
	tx  *sql.Tx
	dir atlas.Dir
}

var _ atlas.RevisionReadWriter = (*revisions)(nil)

// create creates the table unless it exists: not every role that may start a server may create
// tables.
func (r *revisions) create(ctx context.Context, d dialect.Layout) error {
	if exists, err := d.HasTable(ctx, r.tx, RevisionsTable); exists || err != nil {
		return err
	}
	_, err := r.tx.ExecContext(ctx, `CREATE TABLE `+RevisionsTable+` (
		version text NOT NULL PRIMARY KEY, description text NOT NULL, additive boolean NOT NULL, hash text NOT NULL,
		applied integer NOT NULL, total integer NOT NULL, executed_at timestamp NOT NULL)`)
	return err
}

// refuseUnknown fails if the database has a migration that this binary lacks and that is not
// additive.
func (r *revisions) refuseUnknown(ctx context.Context) error {
	files, err := r.dir.Files()
	if err != nil {
		return err
	}
	rows, err := r.tx.QueryContext(ctx, "SELECT version FROM "+RevisionsTable+" WHERE NOT additive ORDER BY version")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err below reports the error
	var unknown []string
	for rows.Next() {
		var version string
		if err := rows.Scan(&version); err != nil {
			return err
		}
		if !slices.ContainsFunc(files, func(f atlas.File) bool { return f.Version() == version }) {
			unknown = append(unknown, version)
		}
	}
	if len(unknown) > 0 {
		return unknownMigrations(unknown)
	}
	return rows.Err()
}

// Ident names the table, so that atlas does not treat it as a table of another program.
func (r *revisions) Ident() *atlas.TableIdent { return &atlas.TableIdent{Name: RevisionsTable} }

const selectRevisions = "SELECT version, description, hash, applied, total, executed_at FROM " + RevisionsTable

func (r *revisions) ReadRevisions(ctx context.Context) ([]*atlas.Revision, error) {
	return r.read(ctx, selectRevisions+" ORDER BY version")
}

func (r *revisions) ReadRevision(ctx context.Context, version string) (*atlas.Revision, error) {
	found, err := r.read(ctx, selectRevisions+" WHERE version = $1", version)
	if err == nil && len(found) == 0 {
		err = atlas.ErrRevisionNotExist
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func (r *revisions) read(ctx context.Context, query string, args ...any) (found []*atlas.Revision, err error) {
	rows, err := r.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v := &atlas.Revision{Type: atlas.RevisionTypeExecute}
		if err := rows.Scan(&v.Version, &v.Description, &v.Hash, &v.Applied, &v.Total, &v.ExecutedAt); err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return found, rows.Err()
}

func (r *revisions) WriteRevision(ctx context.Context, v *atlas.Revision) error {
	additive, err := isAdditive(r.dir, v.Version)
	if err != nil {
		return err
	}
	_, err = r.tx.ExecContext(ctx, `INSERT INTO `+RevisionsTable+`
		(version, description, additive, hash, applied, total, executed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (version) DO UPDATE SET hash = excluded.hash, applied = excluded.applied, total = excluded.total`,
		v.Version, v.Description, additive, v.Hash, v.Applied, v.Total, v.ExecutedAt.UTC())
	return err
}

func (r *revisions) DeleteRevision(ctx context.Context, version string) error {
	_, err := r.tx.ExecContext(ctx, "DELETE FROM "+RevisionsTable+" WHERE version = $1", version)
	return err
}
