package database

import (
	"iter"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"contactgraph/ent/migrate"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
)

// The statements that every read or write of a contact runs are written by hand, and their texts are kept: ent builds
// each anew, which takes longer than SQLite takes to run it.

// statementKey names a text: what it does, with which columns, and on how many rows.
type statementKey struct {
	name, columns string
	rows          int
}

// text is a statement, built when it is first needed. Only the writer's own goroutine asks.
func (w *writer) cachedStatement(key statementKey, build func(b *builder)) string {
	text, ok := w.statements[key]
	if !ok {
		b := builder{postgres: w.driver.Dialect() == dialect.Postgres}
		build(&b)
		text = b.String()
		w.statements[key] = text
	}
	return text
}

// builder writes a statement for either engine. Its parameters are numbered in the order in which they are asked for.
type builder struct {
	strings.Builder

	postgres   bool
	parameters int
}

func (b *builder) write(parts ...string) {
	for _, p := range parts {
		b.WriteString(p)
	}
}

// separate writes the separator unless the item with this index is the first.
func (b *builder) separate(index int, separator string) {
	if index > 0 {
		b.WriteString(separator)
	}
}

// parameter is the next one.
func (b *builder) parameter() string {
	b.parameters++
	if b.postgres {
		return "$" + strconv.Itoa(b.parameters)
	}
	return "?" + strconv.Itoa(b.parameters)
}

// cast says the type of a parameter that is a value of the column, where PostgreSQL has nothing else to know it from.
func (b *builder) cast(column, parameter string) string {
	if !b.postgres {
		return parameter
	}
	return parameter + "::" + postgresTypes[column]
}

// postgresTypes are those of the columns that statements written by hand use, which have the same type in each table.
var postgresTypes = func() map[string]string {
	types := map[string]string{}
	for _, t := range []*schema.Table{migrate.ContactsTable, migrate.SearchTermsTable, migrate.ChangesTable} {
		for _, c := range t.Columns {
			types[c.Name] = postgresType(c.Type)
		}
	}
	return types
}()

func postgresType(t field.Type) string {
	switch t {
	case field.TypeInt, field.TypeInt64:
		return "bigint"
	case field.TypeBool:
		return "boolean"
	case field.TypeTime:
		return "timestamptz"
	case field.TypeJSON:
		return "jsonb"
	case field.TypeBytes:
		return "bytea"
	default:
		return "text"
	}
}

// maxRows bounds the rows of one statement: SQLite takes 32,766 parameters, PostgreSQL 65,535.
const maxRows = 1024

// parts cuts rows into parts of few different lengths, seldom more than two: so there are few texts, and the engines can keep
// them prepared. Fewer than least are cut one by one.
func chunks[T any](rows []T, least int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(rows) > 0 {
			n := chunkLength(len(rows))
			if n < least {
				n = 1
			}
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

// chunkLength is the greatest of the lengths 1 to 8, 12, 16 … 32, 40, 48 … 64, 128, 256 … that is not above n.
func chunkLength(n int) int {
	switch {
	case n > maxRows:
		return maxRows
	case n >= 64:
		return 1 << (bits.Len(uint(n)) - 1)
	case n >= 32:
		return n &^ 7
	case n >= 8:
		return n &^ 3
	default:
		return n
	}
}

// runs cuts rows where two neighbours are not alike.
func chunkBy[T any](rows []T, alike func(a, b T) bool) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(rows) > 0 {
			n := 1 + slices.IndexFunc(rows[1:], func(r T) bool { return !alike(rows[0], r) })
			if n == 0 {
				n = len(rows)
			}
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}
