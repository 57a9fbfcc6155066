package contact

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"contactgraph/ent"
	"contactgraph/ent/externalid"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
)

// Limits of external ids, in UTF-16 units.
const (
	maxSystem      = 50
	maxExternalID  = 250
	maxExternalIDs = 20
)

// systemName is what the name of a system consists of.
var systemName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// setExternalIDs replaces the contact's external ids with a set that checkExternalIDs has returned.
func (w *unitOfWork) setExternalIDs(ctx context.Context, set []field.ExternalID) error {
	if len(set) > maxExternalIDs {
		w.errs.Add(usererror.TooMany, field.PathExternalIDs, "A contact can have at most %d external ids.", maxExternalIDs)
		set = set[:maxExternalIDs] // limits the lookup
	}
	old, err := w.currentExternalIDs(ctx)
	if err != nil {
		return err
	}
	if slices.Equal(old, set) {
		return nil
	}
	if !field.CanWrite(w.viewer, field.PathExternalIDs) {
		w.errs.Add(usererror.ReadOnly, field.PathExternalIDs, "%s may not change the external ids of a contact.", nounOf(w.viewer))
		return nil
	}
	added, removed := difference(set, old), difference(old, set)
	released := externalKeys(removed)
	change := keyChange{released: released}
	for _, e := range added {
		change.taken = append(change.taken, takenKey{e.Key(), e.Value})
	}
	w.changeKeys(externalIDKeys, change)
	w.fields = append(w.fields, revision.FieldChange{Path: field.PathExternalIDs, Old: old, New: field.NonNil(set)})
	if len(removed) > 0 {
		w.removals = append(w.removals, func(ctx context.Context) error {
			_, err := w.tx.Ent.ExternalID.Delete().Where(externalid.AccountID(w.viewer.Account), externalid.ContactID(w.next.ID), isAnyExternalID(released)).Exec(ctx)
			return err
		})
	}
	w.deferred = append(w.deferred, func(ctx context.Context) error {
		rows := make([]*ent.ExternalIDCreate, len(added))
		for i, e := range added {
			rows[i] = w.tx.Ent.ExternalID.Create().SetContactID(w.next.ID).SetSystem(e.System).SetValue(e.Value)
		}
		return w.tx.Ent.ExternalID.CreateBulk(rows...).Exec(ctx)
	})
	return nil
}

func externalKeys(set []field.ExternalID) []string {
	keys := make([]string, len(set))
	for i, e := range set {
		keys[i] = e.Key()
	}
	return keys
}

// currentExternalIDs reads the external ids of the contact, sorted.
func (w *unitOfWork) currentExternalIDs(ctx context.Context) ([]field.ExternalID, error) {
	if w.isNew() {
		return []field.ExternalID{}, nil
	}
	rows, err := w.tx.Ent.ExternalID.Query().Where(externalid.AccountID(w.viewer.Account), externalid.ContactID(w.old.ID)).All(ctx)
	set := field.ExternalIDsOf(rows)
	field.SortExternalIDs(set)
	return set, err
}

// checkExternalIDs adds errors for what is wrong with the set itself. It returns those that can be
// looked up, sorted.
func checkExternalIDs(errs *usererror.Errors, set []field.ExternalID) []field.ExternalID {
	seen, valid := map[field.ExternalID]bool{}, []field.ExternalID{}
	for _, e := range set {
		if seen[e] {
			errs.Add(usererror.Duplicate, field.PathExternalIDs, "The external id %s of %s is listed twice.", e.Value, e.System)
			continue
		}
		seen[e] = true
		before := len(*errs)
		checkExternalID(errs, field.PathExternalIDs, e)
		if len(*errs) == before {
			valid = append(valid, e)
		}
	}
	field.SortExternalIDs(valid)
	return valid
}

// checkExternalID adds errors if e is not an external id.
func checkExternalID(errs *usererror.Errors, path string, e field.ExternalID) {
	switch {
	case storable.Length(e.System) > maxSystem:
		errs.Add(usererror.TooLong, path, "The system of an external id must be at most %d characters long.", maxSystem)
	case !systemName.MatchString(e.System):
		errs.Add(usererror.Invalid, path, "The system of an external id must consist of ASCII letters, digits, dots, hyphens and underscores.")
	}
	errs.CheckText(path, "An external id", e.Value, maxExternalID)
	switch {
	case strings.TrimSpace(e.Value) == "":
		errs.Add(usererror.Invalid, path, "An external id must not be blank.")
	case storable.Text(e.Value) && !isPrintable(e.Value):
		errs.Add(usererror.Invalid, path, "An external id must have no spaces at its ends and no invisible characters.")
	}
}

// isPrintable reports whether people can tell the text from others that they see.
func isPrintable(text string) bool {
	return strings.TrimSpace(text) == text && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}
