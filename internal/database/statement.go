package database

import "contactgraph/internal/database/dialect"

// Statements that every read or write of a contact runs are written by hand, and kept. ent builds a
// statement each time that it runs it, which takes longer than SQLite takes to run it.

// statementKey names a statement: what it does, with which columns, and on how many rows.
type statementKey struct {
	name, columns string
	rows          int
}

// cachedStatement returns a statement, which it builds when it is first needed. Only the leader
// calls it.
func (w *writer) cachedStatement(key statementKey, build func(*dialect.Builder)) string {
	statement, ok := w.statements[key]
	if !ok {
		b := dialect.NewBuilder(w.db.conn.Dialect)
		build(b)
		statement = b.String()
		w.statements[key] = statement
	}
	return statement
}
