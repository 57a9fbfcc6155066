package database

import (
	"context"
	"encoding/json"
	"fmt"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/revision"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

const (
	// maxBytes is how many bytes the field changes of rows that are read together can have, as
	// JSON. A change can have 500 KB, so 1,000 of them would need more memory than many servers
	// have.
	maxBytes = 4 << 20
	// unmeasured is how many rows are read without asking for their size first.
	unmeasured = 10
)

// ReadFitting reads at most limit rows of a query that is ordered, and at least one if there are
// any: as many as have at most maxBytes. more reports whether there are more rows within the limit.
func ReadFitting(ctx context.Context, q *ent.ChangeQuery, limit int) (rows []*ent.Change, more bool, err error) {
	return ReadFittingIn(ctx, q, limit, maxBytes)
}

// ReadFittingIn is ReadFitting with another bound than maxBytes, which must be smaller.
func ReadFittingIn(ctx context.Context, q *ent.ChangeQuery, limit, bound int) (rows []*ent.Change, more bool, err error) {
	fits := limit
	if limit > unmeasured {
		if fits, more, err = fitting(ctx, q, limit, bound); err != nil || fits == 0 {
			return nil, false, err
		}
	}
	rows, err = q.Limit(fits).All(ctx)
	return rows, more, err
}

// fitting returns how many of the first limit rows have at most bound bytes: limit if all have.
// They are measured by the database, because reading them would already take the memory. Rows that
// are written meanwhile can come before those that were measured, and must not displace the last
// ones.
func fitting(ctx context.Context, q *ent.ChangeQuery, limit, bound int) (fits int, more bool, err error) {
	sizes, err := q.Clone().Limit(limit).Aggregate(sizeOfFields).Ints(ctx)
	if err != nil {
		return 0, false, err
	}
	sum := 0
	for i, size := range sizes {
		if sum += size; sum > bound && i > 0 {
			return i, true, nil
		}
	}
	if len(sizes) == 0 {
		return 0, false, nil
	}
	return limit, false, nil
}

// sizeOfFields is the number of bytes of a row's field changes. It aggregates nothing: ent has no
// other way to select an expression.
func sizeOfFields(s *sql.Selector) string {
	fields := s.C(change.FieldFields)
	if s.Dialect() == dialect.Postgres { // jsonb has no length of its own
		fields += "::text"
	}
	return "octet_length(" + fields + ")"
}

// PathsOf are the paths that the change which produced a version has changed.
type PathsOf struct {
	Version revision.Version
	Paths   []string
}

// ReadPaths returns the paths of at most limit rows of a query that is ordered. The values stay in
// the database: those of the rows can have any size together.
func ReadPaths(ctx context.Context, q *ent.ChangeQuery, limit int) ([]PathsOf, error) {
	var rows []struct {
		Version revision.Version
		Paths   string
	}
	if err := q.Limit(limit).Select(change.FieldVersion).Aggregate(pathsOfFields).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	list := make([]PathsOf, len(rows))
	for i, row := range rows {
		list[i].Version = row.Version
		if err := json.Unmarshal([]byte(row.Paths), &list[i].Paths); err != nil {
			return nil, fmt.Errorf("paths of a change: %w", err)
		}
	}
	return list, nil
}

// pathsOfFields is a JSON array with the paths of a row's field changes. Like sizeOfFields, it
// aggregates nothing.
func pathsOfFields(s *sql.Selector) string {
	fields := s.C(change.FieldFields)
	if s.Dialect() == dialect.Postgres {
		return sql.As("jsonb_path_query_array("+fields+", '$[*].path')", "paths")
	}
	return sql.As("(SELECT json_group_array(value ->> 'path') FILTER (WHERE type = 'object') FROM json_each("+fields+"))", "paths")
}
