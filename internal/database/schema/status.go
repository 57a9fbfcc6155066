package schema

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"contactgraph/internal/database/dialect"
)

// Status lists the migrations of a database.
type Status struct {
	// Lacks says why it has none: there is no database, or it has no tables of this program. It
	// is "" if it has.
	Lacks string
	// Migrations are those of this binary and those of the database, by version.
	Migrations []Migration
}

// Migration is one step from an empty database to the tables of today.
type Migration struct {
	Version, Name string
	Additive      bool      // the binary before it can run on its tables
	Applied       time.Time // zero while it is pending
	Unknown       bool      // a newer binary has applied it, and this one does not have it
}

// IsPending reports whether the database lacks the migration.
func (m Migration) IsPending() bool { return m.Applied.IsZero() }

// StatusOf lists the migrations that the database has and lacks. It changes nothing, and creates no
// database.
func StatusOf(ctx context.Context, d dialect.Dialect, url string) (s *Status, err error) {
	all, err := known(d.Folder())
	if err != nil {
		return nil, err
	}
	db, missing, err := d.Inspect(ctx, url)
	if err != nil {
		return nil, err
	}
	if missing != "" {
		return &Status{Lacks: missing, Migrations: all}, nil
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return addApplied(ctx, db, all)
}

// known are the migrations of this binary.
func known(folder string) (all []Migration, err error) {
	dir, err := memoryDir(folder)
	if err != nil {
		return nil, err
	}
	files, err := dir.Files()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		m := Migration{Version: f.Version(), Name: f.Desc()}
		if m.Additive, err = isAdditive(dir, m.Version); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// addApplied adds what the database knows to the migrations of this binary.
func addApplied(ctx context.Context, db dialect.Querier, all []Migration) (s *Status, err error) {
	rows, err := db.QueryContext(ctx, "SELECT version, description, additive, executed_at FROM "+RevisionsTable)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		m := Migration{Unknown: true}
		if err := rows.Scan(&m.Version, &m.Name, &m.Additive, &m.Applied); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(k Migration) bool { return k.Version == m.Version })
		if i < 0 {
			all = append(all, m)
			continue
		}
		all[i].Applied = m.Applied
	}
	slices.SortFunc(all, func(a, b Migration) int { return strings.Compare(a.Version, b.Version) })
	return &Status{Migrations: all}, nil
}
