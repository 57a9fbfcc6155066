package database

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/change"
)

// logColumns are what a row of the log is stored as; logArgs must follow their order.
var logColumns = []string{
	change.FieldAccountID, change.FieldSeq, change.FieldContactID, change.FieldVersion, change.FieldKind, change.FieldSource,
	change.FieldAt, change.FieldActorKind, change.FieldActorID, change.FieldActorName, change.FieldFields,
	change.FieldUndoes,
}

func logArgs(r *ent.Change) ([]any, error) {
	fields, err := json.Marshal(r.Fields)
	if err != nil {
		return nil, err
	}
	return []any{
		r.AccountID, r.Seq, r.ContactID, r.Version, r.Kind, r.Source, r.At, r.ActorKind, r.ActorID, r.ActorName, string(fields),
		r.Undoes,
	}, nil
}

// rowsOf are the log rows of the writes that have succeeded, sorted by account: every batch of every process takes the accounts in
// the same order.
func changesOf(batch []*request) (rows []*ent.Change) {
	for _, r := range batch {
		if r.err == nil {
			rows = append(rows, r.log...)
		}
	}
	slices.SortStableFunc(rows, func(a, b *ent.Change) int { return cmp.Compare(a.AccountID, b.AccountID) })
	return rows
}

// numbering takes the next numbers of their accounts for the rows, and gives them. It comes last, so that the counter's row is
// locked only from here to the commit, and numbers become visible in their order.
func (w *writer) numberChanges(rows []*ent.Change) (steps []step) {
	for group := range chunkBy(rows, func(a, b *ent.Change) bool { return a.AccountID == b.AccountID }) {
		for _, r := range group {
			r.Seq = 0 // which says that an account has no feed
		}
		statement := w.cachedStatement(statementKey{"count", "", 1}, func(b *builder) {
			b.write(`UPDATE "feeds" SET "seq" = "seq" + `, b.parameter(), ` WHERE "account_id" = `, b.parameter(), ` RETURNING "seq"`)
		})
		steps = append(steps, step{statement: statement, args: []any{len(group), group[0].AccountID}, row: func(scan func(...any) error) error {
			var last int64
			err := scan(&last)
			for i, r := range group {
				r.Seq = last - int64(len(group)) + int64(i) + 1
			}
			return err
		}})
	}
	return steps
}

// logging inserts the rows, which are numbered.
func (w *writer) insertChanges(rows []*ent.Change) (steps []step, err error) {
	for part := range chunks(rows, 1) {
		args := make([]any, 0, len(part)*len(logColumns))
		for _, r := range part {
			if r.Seq == 0 {
				return nil, fmt.Errorf("account %d has no feed", r.AccountID)
			}
			row, err := logArgs(r)
			if err != nil {
				return nil, err
			}
			args = append(args, row...)
		}
		statement := w.cachedStatement(statementKey{"log", "", len(part)}, func(b *builder) {
			b.write(`INSERT INTO "changes" ("`, strings.Join(logColumns, `", "`), `") `)
			b.rows(len(part), logColumns)
		})
		steps = append(steps, step{statement: statement, args: args, mayRace: true}) // two may bring a contact to one version that is not there to be locked
	}
	return steps, nil
}
