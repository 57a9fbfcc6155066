package database

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/dberr"
)

// errOvertaken is the error of a compare-and-set that found another version than the write had
// read.
var errOvertaken = errors.New("another write was faster")

// flushPending returns the steps that store the staged updates. If a key is taken, or a version has
// moved on, they fail with an error that dberr.Raced has marked: the writes are run again one by
// one, and each sees what the other transaction did.
func (w *writer) flushPending() []dialect.Step {
	updates := w.pending
	w.pending = nil
	slices.SortStableFunc(updates, func(a, b Update) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), slices.Compare(a.Columns, b.Columns))
	})
	steps := append(w.updateContacts(updates), w.replaceTerms(updates)...)
	for i := range steps {
		steps[i].MayRace = true
	}
	return steps
}

// updateContacts returns the compare-and-sets, one statement for those that set the same columns in
// the same account.
func (w *writer) updateContacts(updates []Update) (steps []dialect.Step) {
	alike := func(a, b Update) bool {
		return a.Account == b.Account && (a.Version == 0) == (b.Version == 0) && (a.Next == 0) == (b.Next == 0) && slices.Equal(a.Columns, b.Columns)
	}
	for group := range chunkBy(updates, alike) {
		if group[0].Version == 0 {
			continue
		}
		for chunk := range chunks(group, w.db.conn.BulkUpdate) {
			steps = append(steps, w.updateChunk(chunk))
		}
	}
	return steps
}

func (w *writer) updateChunk(updates []Update) dialect.Step {
	columns := updates[0].Columns
	args := append(make([]any, 0, 1+len(updates)*(3+len(columns))), updates[0].Account)
	for _, u := range updates {
		args = append(append(args, u.Contact, u.Version), u.Values...)
		if u.Next != 0 {
			args = append(args, u.Next)
		}
	}
	name := "update"
	if updates[0].Next == 0 {
		name = "derive"
	}
	statement := w.cachedStatement(statementKey{name, strings.Join(columns, " "), len(updates)}, func(b *dialect.Builder) {
		if len(updates) == 1 {
			updateOne(b, updates[0])
			return
		}
		updateMany(b, updates[0], len(updates))
	})
	return dialect.Step{Statement: statement, Args: args, Ran: func(rows int64) error {
		if rows != int64(len(updates)) {
			return dberr.Raced(errOvertaken)
		}
		return nil
	}}
}

// updateOne writes the compare-and-set of one contact. Its parameters are those of updateMany.
func updateOne(b *dialect.Builder, like Update) {
	account, id, version := b.Parameter(), b.Parameter(), b.Parameter()
	writeSet(b, like, func(int) string { return b.Parameter() })
	b.Write(` WHERE "account_id" = `, account, ` AND "id" = `, id, ` AND "version" = `, version)
}

// updateMany writes the compare-and-set of n contacts of one account.
func updateMany(b *dialect.Builder, like Update, n int) {
	writeSet(b, like, func(i int) string { return "v.column" + strconv.Itoa(i+3) })
	account := b.Parameter()
	b.Write(` FROM (`)
	b.Values(n, append([]string{entcontact.FieldID, entcontact.FieldVersion}, like.set()...))
	b.Write(`) AS v WHERE "contacts"."account_id" = `, account, ` AND "contacts"."id" = v.column1 AND "contacts"."version" = v.column2`)
}

// set returns the columns that the update sets.
func (u Update) set() []string {
	if u.Next == 0 {
		return u.Columns
	}
	return append(slices.Clone(u.Columns), entcontact.FieldVersion)
}

// writeSet writes the beginning of an UPDATE of the columns of an update that is like the others of
// the statement. value returns the new value of the i-th column.
func writeSet(b *dialect.Builder, like Update, value func(i int) string) {
	b.Write(`UPDATE "contacts" SET `)
	for i, c := range like.set() {
		b.Separate(i, ", ")
		b.Write(`"`, c, `" = `, value(i))
	}
}

// termRow is a row of the table of search terms.
type termRow struct {
	account, contact int
	Term
}

// termColumns are the columns of a termRow.
var termColumns = []string{searchterm.FieldAccountID, searchterm.FieldContactID, searchterm.FieldKind, searchterm.FieldTerm}

// replaceTerms returns the steps that delete the words by which contacts are no longer found, and
// insert the new ones.
func (w *writer) replaceTerms(updates []Update) []dialect.Step {
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

// maxAlternatives bounds the alternatives of one condition: SQLite parses at most 1,000 levels.
const maxAlternatives = 512

func (w *writer) deleteTerms(rows []termRow) (steps []dialect.Step) {
	for group := range chunkBy(rows, func(a, b termRow) bool { return a.account == b.account }) {
		for chunk := range chunksOf(group, 1, maxAlternatives) {
			statement := w.cachedStatement(statementKey{"delete terms", "", len(chunk)}, func(b *dialect.Builder) {
				writeDeleteTerms(b, len(chunk))
			})
			steps = append(steps, dialect.Step{Statement: statement, Args: termArgs(chunk)})
		}
	}
	return steps
}

// writeDeleteTerms names the account in each alternative, so that an index finds its row.
func writeDeleteTerms(b *dialect.Builder, n int) {
	b.Write(`DELETE FROM "search_terms" WHERE `)
	b.RepeatAccount("account_id")
	b.Write("(")
	for row := range n {
		b.Separate(row, " OR ")
		b.Write("(")
		for i, c := range termColumns {
			b.Separate(i, " AND ")
			b.Write(`"`, c, `" = `, b.Parameter())
		}
		b.Write(")")
	}
	b.Write(")")
}

// insertTerms returns the steps that insert words. A contact may have some of them already, of an
// earlier version of the normal forms (see package rekey).
func (w *writer) insertTerms(rows []termRow) (steps []dialect.Step) {
	for chunk := range chunks(rows, 1) {
		statement := w.cachedStatement(statementKey{"insert terms", "", len(chunk)}, func(b *dialect.Builder) {
			b.Write(`INSERT INTO "search_terms" ("`, strings.Join(termColumns, `", "`), `") `)
			b.Values(len(chunk), termColumns)
			b.Write(` ON CONFLICT DO NOTHING`)
		})
		steps = append(steps, dialect.Step{Statement: statement, Args: termArgs(chunk)})
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
