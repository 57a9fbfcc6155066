package contact

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// rejectMerged fails with Merged if the contact was merged into another one, in several steps if
// need be, that has not been erased.
func (t *transaction) rejectMerged(ctx context.Context, id int) error {
	for into := id; ; {
		latest, err := changelog.Latest(ctx, t.tx.Ent, t.viewer.Account, into)
		switch {
		case err != nil:
			return err
		case latest != nil && latest.Kind == change.KindMERGED:
			into = latest.Merged.Into.Contact
		case into != id && latest != nil && latest.Kind != change.KindERASE:
			return usererror.NewMerged(id, into)
		default:
			return nil
		}
	}
}

// mergedInto returns the contacts that were merged into the contact, directly or in several steps,
// and have not been restored or erased since.
func (t *transaction) mergedInto(ctx context.Context, id int) (ids []int, err error) {
	for known := []int{id}; len(known) > 0; known = known[1:] {
		merges, err := t.tx.Ent.Change.Query().
			Where(change.AccountID(t.viewer.Account), change.ContactID(known[0]), change.KindEQ(change.KindMERGE)).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, m := range merges {
			for _, from := range m.Merged.From {
				latest, err := changelog.Latest(ctx, t.tx.Ent, t.viewer.Account, from.Contact)
				if err != nil {
					return nil, err
				}
				if latest != nil && latest.Kind == change.KindMERGED && latest.Version == from.Version {
					ids, known = append(ids, from.Contact), append(known, from.Contact)
				}
			}
		}
	}
	return ids, nil
}

// redactSurvivors removes the values of a contact, which is being erased, from the changes of the
// contacts that it was merged into until that was undone. It returns these contacts, sorted.
func (t *transaction) redactSurvivors(ctx context.Context, id int) ([]int, error) {
	merges, err := t.tx.Ent.Change.Query().
		Where(change.AccountID(t.viewer.Account), change.ContactID(id), change.KindEQ(change.KindMERGED)).All(ctx)
	if err != nil {
		return nil, err
	}
	redacted := map[int]bool{}
	for _, m := range merges {
		had := map[string]any{}
		for _, c := range m.Fields {
			had[c.Path] = c.Old
		}
		if err := (&redaction{transaction: t, had: had, contacts: redacted}).run(ctx, *m.Merged.Into); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(redacted)), nil
}

// redaction removes what a contact had, when it was merged into another one, from the changes of
// the other one. These read then as if the survivor had not got it: so they still lead to what it
// has, and can be undone.
type redaction struct {
	*transaction

	had      map[string]any // by path
	contacts map[int]bool   // whose changes have been redacted
}

// run redacts the changes of the survivor from the merge to its undo.
func (r *redaction) run(ctx context.Context, merge revision.ChangeID) error {
	const batchSize = 500
	var gained map[string]revision.FieldChange // by the survivor; nil if retention has deleted the merge
	for after := merge.Version - 1; ; {
		rows, err := r.tx.Changes(ctx, r.viewer.Account, merge.Contact, after, batchSize)
		if err != nil || len(rows) == 0 {
			return err
		}
		if rows[0].Version == merge.Version {
			gained = map[string]revision.FieldChange{}
			for _, c := range rows[0].Fields {
				gained[c.Path] = c
			}
		}
		for _, row := range rows {
			if err := r.redactRow(ctx, row, gained); err != nil || row.Undoes != nil && *row.Undoes == merge.Version {
				return err
			}
			after = row.Version
		}
	}
}

// redactRow redacts a change of the survivor, and if it was merged into a third contact by the
// change, those of the third.
func (r *redaction) redactRow(ctx context.Context, row *ent.Change, gained map[string]revision.FieldChange) error {
	if fields, isRedacted := r.redact(row.Fields, gained); isRedacted {
		r.contacts[row.ContactID] = true
		if err := r.tx.Ent.Change.Update().Where(change.AccountID(r.viewer.Account), change.ID(row.ID)).SetFields(fields).Exec(ctx); err != nil {
			return err
		}
	}
	if row.Kind == change.KindMERGED {
		return r.run(ctx, *row.Merged.Into)
	}
	return nil
}

// redact returns the fields of a change without what the survivor gained from the contact.
func (r *redaction) redact(fields []revision.FieldChange, gained map[string]revision.FieldChange) (redacted []revision.FieldChange, isRedacted bool) {
	for _, c := range fields {
		if g, ok := gained[c.Path]; ok && c.Path != field.PathPassword {
			before, after := r.without(c.Old, g), r.without(c.New, g)
			isRedacted = isRedacted || !equalJSON(before, c.Old) || !equalJSON(after, c.New)
			c.Old, c.New = before, after
		}
		redacted = append(redacted, c)
	}
	return redacted, isRedacted
}

// without returns a value at a path without what the contact had there: of a list, without the
// elements that the merge has added; otherwise the value from before the merge, if it is that of
// the contact.
func (r *redaction) without(value any, gained revision.FieldChange) any {
	had := r.had[gained.Path]
	list, isList := value.([]any)
	if !isList {
		if value != nil && equalJSON(value, had) {
			return gained.Old
		}
		return value
	}
	if equalJSON(value, had) && equalJSON(value, gained.New) {
		return gained.Old
	}
	own, others := listOf(gained.Old), listOf(had)
	return slices.DeleteFunc(slices.Clone(list), func(e any) bool { return containsJSON(others, e) && !containsJSON(own, e) })
}

// listOf returns a value of the log as a list: none is the empty one.
func listOf(value any) []any {
	list, _ := value.([]any)
	return list
}

func containsJSON(list []any, e any) bool {
	return slices.ContainsFunc(list, func(o any) bool { return equalJSON(o, e) })
}

// equalJSON compares values as the log has them.
func equalJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
