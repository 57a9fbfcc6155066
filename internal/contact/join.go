package contact

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// joining computes what the survivor of a merge has. The survivor is the first of the states and
// writes.
type joining struct {
	MergeContacts

	states []*changelog.Snapshot
	writes []*unitOfWork
}

// join writes everything that the survivor gets.
func (j *joining) join(ctx context.Context, w *unitOfWork) (err error) {
	if w.definitions == nil {
		if w.definitions, err = definitionsOf(ctx, w.tx, w.viewer.Account); err != nil {
			return err
		}
	}
	e := edit{set: field.Patch{}}
	for _, f := range field.Fields {
		switch f {
		case field.PhoneCountryCode: // goes with the number
		case field.Phone:
			j.setFields(w, e.set, field.Phone, field.PhoneCountryCode)
		case field.LimitPermanently:
			j.setRestriction(e.set, f, func(a, b any) bool { return a == true && b == false })
		case field.LimitUntil:
			j.setRestriction(e.set, f, isLater)
		default:
			j.setFields(w, e.set, f)
		}
	}
	j.setProperties(w, &e.details)
	e.details.Logins = new(joined(j.states, func(p *changelog.Snapshot) []field.Login { return p.Logins }, field.Login.Key))
	field.SortLogins(*e.details.Logins)
	e.details.ExternalIDs = new(joined(j.states, func(p *changelog.Snapshot) []field.ExternalID { return p.ExternalIDs }, field.ExternalID.Key))
	field.SortExternalIDs(*e.details.ExternalIDs)
	segments := joined(j.states, func(p *changelog.Snapshot) []int { return p.Segments }, func(id int) int { return id })
	e.details.Membership = new(sortedSet(segments))
	if err := w.applyEdit(ctx, e); err != nil {
		return err
	}
	j.takePassword(w)
	return w.deriveKeys(ctx)
}

// joined returns the elements of all states without those of equal keys, those of the survivor
// first.
func joined[E any, K comparable](states []*changelog.Snapshot, of func(*changelog.Snapshot) []E, key func(E) K) []E {
	all, seen := []E{}, map[K]bool{}
	for i, p := range states {
		for _, e := range of(p) {
			if k := key(e); i == 0 || !seen[k] {
				all, seen[k] = append(all, e), true
			}
		}
	}
	return all
}

// chosen returns the state that the path is chosen from, nil without a choice.
func (j *joining) chosen(path string) *changelog.Snapshot {
	for _, c := range j.Choose {
		if choicePath(c.Path) == path {
			return j.states[slices.Index(j.ids(), c.Contact)]
		}
	}
	return nil
}

// setFields sets fields that are taken from one contact, together. The first decides which contact
// has them.
func (j *joining) setFields(w *unitOfWork, set field.Patch, fs ...*field.Field) {
	from := j.chosen(fs[0].Path)
	if from == nil {
		from = j.only(w, fs[0].Path,
			func(p *changelog.Snapshot) bool { return !isBlank(fs[0].Get(p.Contact)) },
			func(a, b *changelog.Snapshot) bool { return !field.AnyDiffers(a.Contact, b.Contact, fs...) })
	}
	for _, f := range fs {
		set[f] = f.Get(from.Contact)
	}
}

// only returns the survivor if it has a value, and otherwise the only contact that has one; the
// survivor if none has. If several others have different values, it adds an error.
func (j *joining) only(w *unitOfWork, path string, has func(*changelog.Snapshot) bool, same func(a, b *changelog.Snapshot) bool) *changelog.Snapshot {
	survivor := j.states[0]
	if has(survivor) {
		return survivor
	}
	var found *changelog.Snapshot
	for _, p := range j.states[1:] {
		switch {
		case !has(p):
		case found == nil:
			found = p
		case !same(found, p):
			w.errs.Add(usererror.Required, path, "Contacts %d and %d have different values of %s: choose one.", found.ID, p.ID, path)
			return survivor
		}
	}
	if found == nil {
		return survivor
	}
	return found
}

func isBlank(v any) bool {
	text, isText := v.(string)
	return v == nil || isText && strings.TrimSpace(text) == ""
}

// setRestriction sets a restriction of marketing email to the strictest that one of the contacts
// has, unless it is chosen.
func (j *joining) setRestriction(set field.Patch, f *field.Field, stricter func(a, b any) bool) {
	if p := j.chosen(f.Path); p != nil {
		set[f] = f.Get(p.Contact)
		return
	}
	value := f.Get(j.states[0].Contact)
	for _, p := range j.states[1:] {
		if v := f.Get(p.Contact); stricter(v, value) {
			value = v
		}
	}
	set[f] = value
}

func isLater(a, b any) bool {
	at, ok := a.(time.Time)
	if !ok {
		return false
	}
	other, ok := b.(time.Time)
	return !ok || at.After(other)
}

// setProperties sets the properties that have values of their own.
func (j *joining) setProperties(w *unitOfWork, d *Details) {
	ids := map[int]bool{}
	for _, p := range j.states {
		for id := range p.Values {
			ids[id] = true
		}
	}
	for _, c := range j.Choose {
		if id := field.PropertyID(c.Path); id != 0 && w.definitions[id] == nil {
			w.errs.Missing(usererror.PropertyNotFound, c.Path, "Property", id)
		} else if id != 0 && w.definitions[id].Multiple {
			w.errs.Add(usererror.Invalid, c.Path, "%s can have several values, which are joined.", w.definitions[id].Name)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		path, definition := field.PropertyPath(id), w.definitions[id]
		if definition == nil {
			continue
		}
		values := func(p *changelog.Snapshot) []field.Value { return p.Values[id] }
		patch := PropertyPatch{Property: id}
		if definition.Multiple {
			patch.Values = joined(j.states, values, func(v field.Value) string { return v.Value })
		} else {
			from := j.chosen(path)
			if from == nil {
				from = j.only(w, path, func(p *changelog.Snapshot) bool { return len(values(p)) > 0 },
					func(a, b *changelog.Snapshot) bool { return slices.EqualFunc(values(a), values(b), field.Value.Equal) })
			}
			patch.Values = values(from)
		}
		d.Properties = append(d.Properties, patch)
	}
}

// takePassword gives the survivor the password of the first of the others that has one, if it has
// none itself.
func (j *joining) takePassword(w *unitOfWork) {
	if w.old.PasswordHash != nil {
		return
	}
	for _, other := range j.writes[1:] {
		if other.old.PasswordHash != nil {
			w.next.PasswordHash = other.old.PasswordHash
			w.fields = append(w.fields, revision.FieldChange{Path: field.PathPassword})
			w.merged = &revision.Merged{Password: other.old.ID}
			return
		}
	}
}
