package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	atlas "ariga.io/atlas/sql/migrate"
)

const revisionsTable = "schema_revisions"

// revisions keeps which migrations the database has, in a table of its own, for atlas. It also keeps whether each was
// additive, which is how an older binary knows that it may run on tables it has never heard of.
type revisions struct {
	tx  *sql.Tx
	dir atlas.Dir
}

var _ atlas.RevisionReadWriter = (*revisions)(nil)

// create makes the table unless has finds it: not every role that may start a server may make tables.
func (r *revisions) create(ctx context.Context, has func(ctx context.Context, tx *sql.Tx, table string) (bool, error)) error {
	if there, err := has(ctx, r.tx, revisionsTable); there || err != nil {
		return err
	}
	_, err := r.tx.ExecContext(ctx, `CREATE TABLE `+revisionsTable+` (
		version text NOT NULL PRIMARY KEY, description text NOT NULL, additive boolean NOT NULL, hash text NOT NULL,
		applied integer NOT NULL, total integer NOT NULL, executed_at timestamp NOT NULL)`)
	return err
}

// refuseUnknown fails if the database has a migration that this binary lacks and that is not additive.
func (r *revisions) refuseUnknown(ctx context.Context) error {
	files, err := r.dir.Files()
	if err != nil {
		return err
	}
	rows, err := r.tx.QueryContext(ctx, "SELECT version FROM "+revisionsTable+" WHERE NOT additive ORDER BY version")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err below tells
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
		return fmt.Errorf("a newer contactgraph has changed it (migration %s): start that version, or restore a backup from before",
			strings.Join(unknown, ", "))
	}
	return rows.Err()
}

// Ident names the table, so that atlas does not take it for a stranger's.
func (r *revisions) Ident() *atlas.TableIdent { return &atlas.TableIdent{Name: revisionsTable} }

const selectRevisions = "SELECT version, description, hash, applied, total, executed_at FROM " + revisionsTable

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
	_, err = r.tx.ExecContext(ctx, `INSERT INTO `+revisionsTable+`
		(version, description, additive, hash, applied, total, executed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (version) DO UPDATE SET hash = excluded.hash, applied = excluded.applied, total = excluded.total`,
		v.Version, v.Description, additive, v.Hash, v.Applied, v.Total, v.ExecutedAt.UTC())
	return err
}

func (r *revisions) DeleteRevision(ctx context.Context, version string) error {
	_, err := r.tx.ExecContext(ctx, "DELETE FROM "+revisionsTable+" WHERE version = $1", version)
	return err
}
