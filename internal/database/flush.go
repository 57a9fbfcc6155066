package database

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/searchterm"
)

// errOvertaken is the error of a compare-and-set that found another version than the write had read.
var errOvertaken = errors.New("another write was faster")

// effects are the steps that do what the writes have noted. A key that is taken, or a version that has moved on, makes them fail
// with an error that dberr.Raced has marked: the writes, run again one by one, see by themselves what has come between.
func (w *writer) flushPending() []step {
	updates := w.pending
	w.pending = nil
	slices.SortStableFunc(updates, func(a, b Update) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), slices.Compare(a.Columns, b.Columns))
	})
	steps := append(w.updateContacts(updates), w.replaceTerms(updates)...)
	for i := range steps {
		steps[i].mayRace = true
	}
	return steps
}

// updateContacts are the compare-and-sets, one statement for those that set the same columns of the same account.
func (w *writer) updateContacts(updates []Update) (steps []step) {
	alike := func(a, b Update) bool {
		return a.Account == b.Account && (a.Version == 0) == (b.Version == 0) && slices.Equal(a.Columns, b.Columns)
	}
	for group := range chunkBy(updates, alike) {
		if group[0].Version == 0 {
			continue
		}
		for part := range chunks(group, w.db.engine.leastRows) {
			steps = append(steps, w.updateGroup(part))
		}
	}
	return steps
}

func (w *writer) updateGroup(updates []Update) step {
	columns := updates[0].Columns
	args := append(make([]any, 0, 1+len(updates)*(2+len(columns))), updates[0].Account)
	for _, u := range updates {
		args = append(append(args, u.Contact, u.Version), u.Values...)
	}
	statement := w.cachedStatement(statementKey{"update", strings.Join(columns, " "), len(updates)}, func(b *builder) {
		if len(updates) == 1 {
			b.updateOne(columns)
			return
		}
		b.update(columns, len(updates))
	})
	return step{statement: statement, args: args, ran: func(rows int64) error {
		if rows != int64(len(updates)) {
			return errOvertaken
		}
		return nil
	}}
}

// updateOne is the compare-and-set of one contact. Its parameters are those of update.
func (b *builder) updateOne(columns []string) {
	account, id, version := b.parameter(), b.parameter(), b.parameter()
	b.write(`UPDATE "contacts" SET "version" = "version" + 1`)
	for _, c := range columns {
		b.write(`, "`, c, `" = `, b.parameter())
	}
	b.write(` WHERE "account_id" = `, account, ` AND "id" = `, id, ` AND "version" = `, version)
}

// update is the compare-and-set of n contacts of one account.
func (b *builder) update(columns []string, n int) {
	b.write(`UPDATE "contacts" SET "version" = "contacts"."version" + 1`)
	for i, c := range columns {
		b.write(`, "`, c, `" = v.column`, strconv.Itoa(i+3))
	}
	account := b.parameter()
	b.write(` FROM (`)
	b.rows(n, append([]string{entcontact.FieldID, entcontact.FieldVersion}, columns...))
	b.write(`) AS v WHERE "contacts"."account_id" = `, account, ` AND "contacts"."id" = v.column1 AND "contacts"."version" = v.column2`)
}

// rows is a VALUES clause. PostgreSQL takes the types of all rows from the first.
func (b *builder) rows(n int, columns []string) {
	b.write("VALUES ")
	for row := range n {
		b.separate(row, ", ")
		b.write("(")
		for i, c := range columns {
			b.separate(i, ", ")
			if row == 0 {
				b.write(b.cast(c, b.parameter()))
			} else {
				b.write(b.parameter())
			}
		}
		b.write(")")
	}
}

// termRow is a row of the table of search terms.
type termRow struct {
	account, contact int
	Term
}

// termColumns are those of a termRow.
var termColumns = []string{searchterm.FieldAccountID, searchterm.FieldContactID, searchterm.FieldKind, searchterm.FieldTerm}

// replaceTerms take away the words that the contacts are no longer found by, and add those that are new.
func (w *writer) replaceTerms(updates []Update) []step {
	var gone, added []termRow
	for _, u := range updates { // sorted by account
		for _, t := range u.Gone {
			gone = append(gone, termRow{u.Account, u.Contact, t})
		}
		for _, t := range u.New {
			added = append(added, termRow{u.Account, u.Contact, t})
		}
	}
	return append(w.deleteTerms(gone), w.insertTerms(added)...)
}

func (w *writer) deleteTerms(rows []termRow) (steps []step) {
	for group := range chunkBy(rows, func(a, b termRow) bool { return a.account == b.account }) {
		for part := range chunks(group, 1) {
			statement := w.cachedStatement(statementKey{"delete terms", "", len(part)}, func(b *builder) { b.deleteTerms(len(part)) })
			steps = append(steps, step{statement: statement, args: termArgs(part)})
		}
	}
	return steps
}

// deleteTerms names the account in each alternative, for the index. PostgreSQL is told it once more, for what routes
// statements by it; SQLite would take that for the best it can look for, and walk through all words of the account.
func (b *builder) deleteTerms(n int) {
	b.write(`DELETE FROM "search_terms" WHERE `)
	if b.postgres {
		b.write(`"account_id" = $1 AND `) // that of the first row
	}
	b.write("(")
	for row := range n {
		b.separate(row, " OR ")
		b.write("(")
		for i, c := range termColumns {
			b.separate(i, " AND ")
			b.write(`"`, c, `" = `, b.parameter())
		}
		b.write(")")
	}
	b.write(")")
}

func (w *writer) insertTerms(rows []termRow) (steps []step) {
	for part := range chunks(rows, 1) {
		statement := w.cachedStatement(statementKey{"insert terms", "", len(part)}, func(b *builder) {
			b.write(`INSERT INTO "search_terms" ("`, strings.Join(termColumns, `", "`), `") `)
			b.rows(len(part), termColumns)
		})
		steps = append(steps, step{statement: statement, args: termArgs(part)})
	}
	return steps
}

func termArgs(rows []termRow) []any {
	args := make([]any, 0, len(rows)*len(termColumns))
	for _, r := range rows {
		args = append(args, r.account, r.contact, r.Kind, r.Word)
	}
	return args
}
