package contact

import (
	"context"
	"slices"

	"contactgraph/ent/change"
)

// edit is all that one write wants of a contact, checked as far as it can be without the contact.
type edit struct {
	set      Patch
	password *preparedPassword // nil leaves it
	details  Details
}

// carryOut brings the edit together with what others have done since the version that the lock expects, applies what is left of
// it, and saves.
func (w *write) carryOut(ctx context.Context, l Lock, e edit, kind change.Kind) (*Result, error) {
	if err := w.apply(ctx, l, e); err != nil {
		return nil, err
	}
	if err := checkKeys(ctx, w.tx, w.viewer.Account, []*write{w}); err != nil {
		return nil, err
	}
	return w.save(ctx, kind)
}

// define reads the definitions of properties, if the edit has any.
func (w *write) define(ctx context.Context, e edit) (err error) {
	if len(e.details.Properties) > 0 && w.defined == nil {
		w.defined, err = definitions(ctx, w.tx, w.viewer.Account)
	}
	return err
}

// apply puts what is left of the edit into w.next and checks what it refers to.
func (w *write) apply(ctx context.Context, l Lock, e edit) error {
	if err := w.define(ctx, e); err != nil {
		return err
	}
	e, err := w.reconcile(ctx, l, e)
	if err != nil {
		return err
	}
	if err := w.fill(ctx, e.set); err != nil {
		return err
	}
	if err := w.setDetails(ctx, e.details); err != nil {
		return err
	}
	w.derive()
	w.setPassword(e.password)
	return nil
}

// wanted lists the paths that the edit touches, each with the value that it is to have. Null stands for a password.
func (e edit) wanted(defined properties) map[string]any {
	values := map[string]any{}
	for f, v := range e.set {
		values[f.Path] = logged(v)
	}
	if e.password != nil {
		values[pathPassword] = nil
	}
	for _, p := range e.details.Properties {
		path, bound := defined.pathOf(p)
		values[path] = list(p.Values)
		if bound {
			values[path] = p.bound()
		}
	}
	if e.details.Logins != nil {
		values[pathLogins] = *e.details.Logins
	}
	if e.details.Membership != nil {
		values[pathMembership] = *e.details.Membership
	}
	return values
}

// settled is the edit with the values that merging has come to, without what the contact has already.
func (e edit) settled(merged map[string]any, defined properties) edit {
	s := edit{set: Patch{}, password: e.password}
	for f, v := range e.set {
		if _, ok := merged[f.Path]; ok {
			s.set[f] = v
		}
	}
	s.details.Properties = slices.DeleteFunc(slices.Clone(e.details.Properties), func(p PropertyPatch) bool {
		path, _ := defined.pathOf(p)
		_, ok := merged[path]
		return !ok
	})
	if set, ok := merged[pathLogins].([]Login); ok {
		s.details.Logins = &set
	}
	if set, ok := merged[pathMembership].([]int); ok {
		s.details.Membership = &set
	}
	return s
}
