package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Key is a unique key of contacts, in its normalized form. Path is what has it: contactId, email,
// phone, logins or externalIds.
type Key struct{ Path, Key string }

// KeysOf returns the unique keys of a contact with these values, in an account with this default
// country.
func KeysOf(country string, set field.Patch, logins []field.Login, ids []field.ExternalID) (keys []Key) {
	for _, e := range ids {
		keys = append(keys, Key{field.PathExternalIDs, e.Key()})
	}
	for _, l := range logins {
		keys = append(keys, Key{field.PathLogins, l.Key()})
	}
	c := &ent.Contact{}
	for _, f := range []*field.Field{field.Email, field.Phone, field.PhoneCountryCode} {
		if v, ok := set[f].(string); ok {
			f.Set(c, v)
		}
	}
	if c.Email != nil {
		keys = append(keys, Key{field.Email.Path, normalize.Email(*c.Email)})
	}
	if key := field.PhoneKey(country, c); key != nil {
		keys = append(keys, Key{field.Phone.Path, *key})
	}
	return slices.DeleteFunc(keys, func(k Key) bool { return k.Key == "" })
}

// CanFindBy reports whether the viewer may find contacts by the keys of a path.
func CanFindBy(v viewer.Viewer, path string) bool {
	i := slices.IndexFunc(uniqueKeys, func(k *uniqueKey) bool { return k.path == path })
	return i < 0 || uniqueKeys[i].readableBy(v)
}

// FindByKeys returns the ids of the contacts of the account that have the keys. It fails with
// Forbidden for viewers that may not find contacts by them.
func (s *Service) FindByKeys(ctx context.Context, keys []Key) (map[Key]int, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	byKind := map[*uniqueKey][]string{}
	for _, key := range keys {
		if v.Limited() || !CanFindBy(v, key.Path) {
			return nil, usererror.Errors{usererror.NewForbidden(key.Path, nounOf(v)+" may not find contacts by "+key.Path+".")}
		}
		for _, k := range uniqueKeys {
			if k.path == key.Path {
				byKind[k] = append(byKind[k], key.Key)
			}
		}
	}
	o, err := ownersOf(ctx, s.db.Client(), v.Account, byKind)
	found := map[Key]int{}
	for k, owners := range o {
		for key, c := range owners {
			found[Key{k.path, key}] = c.ID
		}
	}
	return found, err
}

// Existing returns which of the ids contacts of the account have. It fails with Forbidden for
// viewers that may not see them all.
func (s *Service) Existing(ctx context.Context, ids []int) (map[int]bool, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err == nil && v.Limited() {
		err = usererror.Errors{usererror.NewForbidden("", nounOf(v)+" may not find contacts by their ids.")}
	}
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	found, err := s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), entcontact.IDIn(ids...)).IDs(ctx)
	existing := make(map[int]bool, len(found))
	for _, id := range found {
		existing[id] = true
	}
	return existing, err
}
