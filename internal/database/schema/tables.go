package schema

import (
	"slices"

	"contactgraph/ent/migrate"
	"contactgraph/internal/database/dialect"

	entschema "entgo.io/ent/dialect/sql/schema"
)

// AccountColumn is the column that says to which account a row belongs.
const AccountColumn = "account_id"

// Tables are ent's tables with keys that contain the account, as the engine needs them. Where both
// tables have account_id,
//
//	FOREIGN KEY (x) REFERENCES t (id)
//
// becomes FOREIGN KEY (account_id, x) REFERENCES t (account_id, id), so that the database itself
// refuses a link between accounts. ent cannot describe such keys. The tables also have the columns
// that only older binaries use.
func Tables(d dialect.Layout) ([]*entschema.Table, error) {
	tables, err := entschema.CopyTables(migrate.Tables) // ent's own are shared
	if err != nil {
		return nil, err
	}
	referenced := map[*entschema.Table]bool{}
	for _, t := range tables {
		account, ok := t.Column(AccountColumn)
		if !ok {
			continue
		}
		for _, fk := range t.ForeignKeys {
			target, ok := fk.RefTable.Column(AccountColumn)
			if !ok {
				continue // a key to accounts itself
			}
			fk.Columns = slices.Insert(fk.Columns, 0, account)
			fk.RefColumns = slices.Insert(fk.RefColumns, 0, target)
			referenced[fk.RefTable] = true
		}
	}
	for _, t := range tables {
		t.Columns = append(t.Columns, retired()[t.Name]...)
		d.AdaptTable(t, referenced[t])
	}
	return tables, nil
}
