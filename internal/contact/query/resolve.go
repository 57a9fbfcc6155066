package query

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/predicate"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"
)

// KeyKind is a kind of key by which Resolve finds contacts. The numbers are those of the legacy
// Contacts API.
type KeyKind int

// The kinds.
const (
	KeyID KeyKind = iota + 1
	KeySecret
	KeyEmail
	KeyPhone
)

// keyKind is how contacts are found by a kind of key.
type keyKind struct {
	can right
	in  func(keys ...string) predicate.Contact
	of  func(*ent.Contact) string
}

var keyKinds = map[KeyKind]keyKind{
	KeyID: {
		can: func(viewer.Viewer) bool { return true },
		in: func(keys ...string) predicate.Contact {
			ids := make([]int, len(keys))
			for i, key := range keys {
				ids[i], _ = strconv.Atoi(key) // normalKeys has checked it
			}
			return entcontact.IDIn(ids...)
		},
		of: func(c *ent.Contact) string { return strconv.Itoa(c.ID) },
	},
	KeySecret: {byPath(field.PathSecret), entcontact.SecretIn, func(c *ent.Contact) string { return c.Secret }},
	KeyEmail:  {byKey(entcontact.FieldEmailKey), entcontact.EmailKeyIn, func(c *ent.Contact) string { return *c.EmailKey }},
	KeyPhone:  {byKey(entcontact.FieldPhoneKey), entcontact.PhoneKeyIn, func(c *ent.Contact) string { return *c.PhoneKey }},
}

// Resolve returns the id of the contact that has each key, 0 for those that no contact has that the
// viewer can see. Email addresses and phone numbers are compared as ByEmail and ByPhone do. It
// fails with Forbidden for customers, and for a viewer that may not read what the keys are.
func (s *Service) Resolve(ctx context.Context, kind KeyKind, keys []string) ([]int, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	k := keyKinds[kind]
	if !k.can(v) {
		return nil, forbiddenLookup()
	}
	normal, err := s.normalKeys(ctx, v, kind, keys)
	if err != nil {
		return nil, err
	}
	wanted := slices.Compact(slices.Sorted(slices.Values(normal)))
	ids := map[string]int{}
	for part := range slices.Chunk(wanted, MaxScan) {
		found, err := s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), k.in(part...)).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			ids[k.of(c)] = c.ID
		}
	}
	delete(ids, "")
	resolved := make([]int, len(keys))
	for i, key := range normal {
		resolved[i] = ids[key]
	}
	return resolved, nil
}

// normalKeys returns the keys in the form that is stored, "" for those that no contact can have.
func (s *Service) normalKeys(ctx context.Context, v viewer.Viewer, kind KeyKind, keys []string) ([]string, error) {
	country := ""
	if kind == KeyPhone {
		row, err := s.db.Client().Account.Query().Where(entaccount.ID(v.Account)).Only(ctx)
		if err != nil {
			return nil, err
		}
		country = row.Settings.DefaultCountry
	}
	normal := make([]string, len(keys))
	for i, key := range keys {
		switch kind {
		case KeyID:
			if id, err := strconv.ParseInt(strings.TrimSpace(key), 10, 32); err == nil && id > 0 {
				normal[i] = strconv.FormatInt(id, 10)
			}
		case KeySecret:
			normal[i] = key
		case KeyEmail:
			normal[i] = normalize.Email(key)
		case KeyPhone:
			normal[i] = normalize.Phone(country, "", key)
		}
	}
	return normal, nil
}
