package transfer

import (
	"contactgraph/internal/database/dialect"

	entschema "entgo.io/ent/dialect/sql/schema"
)

// Tables returns the tables, each after those that it refers to.
func Tables(d dialect.Dialect) (tables []*entschema.Table, err error) {
	all, err := tablesOf(d, 0)
	for _, t := range all {
		tables = append(tables, t.Table)
	}
	return tables, err
}

// Names returns the names of the tables that are copied, and of those that are not listed in
// ofDatabase and should be.
func Names(d dialect.Dialect) (names, unlisted []string, err error) {
	all, err := tablesOf(d, 0)
	for _, t := range all {
		names = append(names, t.Name)
		if _, ok := ofDatabase[t.Name]; !ok && !t.ofAccount() {
			unlisted = append(unlisted, t.Name)
		}
	}
	return names, unlisted, err
}
