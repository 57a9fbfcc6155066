package contact

import (
	"context"
	"maps"
	"slices"

	"contactgraph/internal/contact/field"
)

// edit is everything that one write wants to set, checked as far as possible without the contact.
type edit struct {
	set      field.Patch
	password *preparedPassword // nil keeps the current one
	details  Details
}

// readDefinitions reads the definitions of properties if the edit sets any.
func (w *unitOfWork) readDefinitions(ctx context.Context, e edit) (err error) {
	if e.details.setProperties() && w.definitions == nil {
		w.definitions, err = definitionsOf(ctx, w.tx, w.viewer.Account)
	}
	return err
}

// apply reconciles the edit with what others have done since the version that the lock expects, and
// applies it to w.next, with the checks that need the database.
func (w *unitOfWork) apply(ctx context.Context, l Lock, e edit) error {
	if err := w.readDefinitions(ctx, e); err != nil {
		return err
	}
	e, err := w.withoutUnchanged(ctx, e)
	if err == nil {
		e, err = w.checkEdit(ctx, e)
	}
	if err == nil {
		e, err = w.reconcile(ctx, l, e)
	}
	if err != nil {
		return err
	}
	if e, err = w.withElements(ctx, e); err != nil {
		return err
	}
	if err := w.applyEdit(ctx, e); err != nil {
		return err
	}
	w.setPassword(e.password)
	return w.deriveKeys(ctx)
}

// checkEdit returns the edit with its valid properties, of which those that are bound to fields
// become fields, and without what the viewer may not read. If a field is set as well as a property
// that is bound to it, the property counts, unless the contact has its value: then the client has
// only sent it back as it has read it.
func (w *unitOfWork) checkEdit(ctx context.Context, e edit) (edit, error) {
	if !e.details.setProperties() {
		return w.withoutHidden(e), nil
	}
	set, own, err := w.checkProperties(ctx, e.details)
	if err != nil {
		return e, err
	}
	for f, v := range e.set {
		alias, bound := set[f]
		if !bound || field.CanRead(w.viewer, f.Path) && alias == f.Get(w.old) {
			set[f] = v
		}
	}
	e.set, e.details.Properties, e.details.Custom = set, own, nil
	return w.withoutHidden(e), nil
}

// applyEdit applies the parts of a checked edit, except for the password.
func (w *unitOfWork) applyEdit(ctx context.Context, e edit) error {
	if err := w.applyPatch(ctx, e.set); err != nil {
		return err
	}
	if err := w.replaceValues(ctx, e.details.Properties); err != nil {
		return err
	}
	if e.details.Logins != nil {
		if err := w.setLogins(ctx, *e.details.Logins); err != nil {
			return err
		}
	}
	if e.details.ExternalIDs != nil {
		if err := w.setExternalIDs(ctx, *e.details.ExternalIDs); err != nil {
			return err
		}
	}
	if e.details.Membership != nil {
		return w.setMembership(ctx, *e.details.Membership)
	}
	return nil
}

// desired returns the paths that a checked edit touches with the values that it sets, as the change
// log shows them. The value of a password is null.
func (e edit) desired() map[string]any {
	values := map[string]any{}
	for f, v := range e.set {
		values[f.Path] = field.EncodeValue(v)
	}
	if e.password != nil {
		values[field.PathPassword] = nil
	}
	for _, p := range e.details.Properties {
		if !p.hasElements() {
			values[field.PropertyPath(p.Property)] = field.NonNil(p.Values)
		}
	}
	if e.details.Logins != nil {
		values[field.PathLogins] = *e.details.Logins
	}
	if e.details.ExternalIDs != nil {
		values[field.PathExternalIDs] = *e.details.ExternalIDs
	}
	if e.details.Membership != nil {
		values[field.PathMembership] = *e.details.Membership
	}
	return values
}

// afterMerge returns the edit with the values that the merge resulted in, without what the contact
// already has.
func (e edit) afterMerge(merged map[string]any) edit {
	s := edit{set: field.Patch{}, password: e.password, details: e.details.onlyElements()}
	for f, v := range e.set {
		if _, ok := merged[f.Path]; ok {
			s.set[f] = v
		}
	}
	for _, path := range slices.SortedFunc(maps.Keys(merged), field.ComparePaths) {
		s.details.put(path, merged[path])
	}
	return s
}
