package query_test

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
)

func TestContactIsFoundByItsKeys(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	set := field.Patch{field.Email: "Anna@Example.com", field.PhoneCountryCode: "46", field.Phone: "070-174 06 05"}
	logins := contact.Details{Logins: &[]field.Login{{Name: "Anna", Kind: login.KindGoogle}}, ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "A-1"}}}
	c, theirs := a.NewContact(set, logins), f.Other.NewContact(set, logins)
	another := a.NewContact(nil)
	tests := []struct {
		name string
		find func(ctx context.Context) (*ent.Contact, error)
		want int // the id for the agent; 0 for none
	}{
		{"email in another case", func(ctx context.Context) (*ent.Contact, error) { return f.ByEmail(ctx, "ANNA@example.COM ") }, c.ID},
		{"another email", func(ctx context.Context) (*ent.Contact, error) { return f.ByEmail(ctx, "anna@example.org") }, 0},
		{"no email", func(ctx context.Context) (*ent.Contact, error) { return f.ByEmail(ctx, " ") }, 0},
		{"phone in another spelling", func(ctx context.Context) (*ent.Contact, error) { return f.ByPhone(ctx, "", "+46 70 174 06 05") }, c.ID},
		{"phone with its code", func(ctx context.Context) (*ent.Contact, error) { return f.ByPhone(ctx, "46", "701740605") }, c.ID},
		{"phone without its code", func(ctx context.Context) (*ent.Contact, error) { return f.ByPhone(ctx, "", "0701740605") }, 0},
		{"no phone", func(ctx context.Context) (*ent.Contact, error) { return f.ByPhone(ctx, "46", "") }, 0},
		{"secret", func(ctx context.Context) (*ent.Contact, error) { return f.BySecret(ctx, c.Secret) }, c.ID},
		{"another account's secret", func(ctx context.Context) (*ent.Contact, error) { return f.BySecret(ctx, theirs.Secret) }, 0},
		{"no secret", func(ctx context.Context) (*ent.Contact, error) { return f.BySecret(ctx, "") }, 0},
		{"login in another case", func(ctx context.Context) (*ent.Contact, error) { return f.ByLogin(ctx, " ANNA") }, c.ID},
		{"another login", func(ctx context.Context) (*ent.Contact, error) { return f.ByLogin(ctx, "eva") }, 0},
		{"external id", func(ctx context.Context) (*ent.Contact, error) {
			return f.ByExternalID(ctx, field.ExternalID{System: "crm", Value: "A-1"})
		}, c.ID},
		{"external id in another case", func(ctx context.Context) (*ent.Contact, error) {
			return f.ByExternalID(ctx, field.ExternalID{System: "crm", Value: "a-1"})
		}, 0},
		{"external id of another system", func(ctx context.Context) (*ent.Contact, error) {
			return f.ByExternalID(ctx, field.ExternalID{System: "CRM", Value: "A-1"})
		}, 0},
		{"no login", func(ctx context.Context) (*ent.Contact, error) { return f.ByLogin(ctx, "") }, 0},
	}
	for _, tt := range tests {
		for who, want := range map[string]int{"the agent": tt.want, "the customer itself": tt.want, "another customer": 0} {
			ctx := map[string]context.Context{"the agent": a.Agent, "the customer itself": a.AsCustomer(c), "another customer": a.AsCustomer(another)}[who]
			got, err := tt.find(ctx)
			if err != nil || (got == nil) != (want == 0) || got != nil && got.ID != want {
				t.Errorf("%s, for %s: got %v, %v, want contact %d", tt.name, who, got, err, want)
			}
		}
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c, theirs := a.NewContact(nil), f.Other.NewContact(nil)
	for _, ctx := range []context.Context{a.Agent, a.Admin, a.AsCustomer(c)} {
		if got, err := f.Get(ctx, c.ID); err != nil || got.ID != c.ID {
			t.Errorf("got %v, %v", got, err)
		}
	}
	for name, id := range map[string]int{"absent": 999, "another account's": theirs.ID} {
		errs := f.WantErrors(name, func() error { return contacttest.ErrOf(f.Get(a.Agent, id)) }, "NOT_FOUND")
		if want := "Contact with id " + strconv.Itoa(id) + " does not exist."; errs[0].Message != want {
			t.Errorf("%s: got %q, want %q", name, errs[0].Message, want)
		}
	}
}

// No contact has text that the engines cannot store: PostgreSQL rejects NUL characters and invalid
// UTF-8.
func TestTextThatCannotBeStoredFindsNothing(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	a.NewContact(field.Patch{field.Email: "a@b.example", field.FirstName: "a", field.Phone: "070"})
	a.NewContact(field.Patch{field.Email: "a\ufffd", field.FirstName: "x@\ufffd", field.Phone: "\ufffd070"}) // the usual replacement
	for _, text := range []string{"a\x00", "\x00", "\xff", "a@b.example\x00", "070\x00", "\xff070"} {
		for name, find := range map[string]func() (*ent.Contact, error){
			"email": func() (*ent.Contact, error) { return f.ByEmail(a.Agent, text) }, "secret": func() (*ent.Contact, error) { return f.BySecret(a.Agent, text) },
			"phone": func() (*ent.Contact, error) { return f.ByPhone(a.Agent, "", text) }, "login": func() (*ent.Contact, error) { return f.ByLogin(a.Agent, text) },
		} {
			if c, err := find(); c != nil || err != nil {
				t.Errorf("%s %q: got %v, %v", name, text, c, err)
			}
		}
		for name, filter := range map[string]query.Filter{"email": {Email: &text}, "phone": {Phone: &text}, "name": {Name: &text}, "search": {Search: &text}} {
			page, err := f.Queries.Page(a.Agent, filter, query.Order{}, query.PageArgs{})
			n, countErr := f.Count(a.Agent, filter)
			if err != nil || countErr != nil || n != len(page.Contacts) {
				t.Errorf("filter by %s %q: %v, %v, %d", name, text, err, countErr, n)
			}
		}
	}
	byName := query.Order{Field: query.ByName}
	cursor := base64.RawURLEncoding.EncodeToString([]byte(`{"f":"name_key","v":"\u0000","i":1}`))
	if _, err := f.Queries.Page(a.Agent, query.Filter{}, byName, query.PageArgs{After: &cursor}); err != nil {
		t.Errorf("a cursor: %v", err)
	}
}

// TestSystemsAreFoundByTheIndex: the search for an external id reads one entry for each system of
// the account, also for an API key of a segment, which then finds only contacts of the segment.
func TestSystemsAreFoundByTheIndex(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	inside := a.NewContact(nil, contact.Details{ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "inside"}}, Membership: new(a.SegmentIDs[:1])})
	a.NewContact(nil, contact.Details{ExternalIDs: &[]field.ExternalID{{System: "erp", Value: "outside"}}})
	found := func(text string) (ids []int) {
		for _, c := range contacttest.Must(f.Queries.Page(a.AsSegmentKey(9), query.Filter{Search: &text}, query.Order{}, query.PageArgs{First: new(10)})).Contacts {
			ids = append(ids, c.ID)
		}
		return ids
	}
	ran := f.DB.Statements(func() {
		if got := found("inside"); !slices.Equal(got, []int{inside.ID}) {
			t.Errorf("found %v", got)
		}
	})
	systems := 0
	for _, s := range ran {
		if strings.Contains(s, "`external_ids`.`system` > ?") {
			systems++
			if strings.Contains(s, "memberships") {
				t.Errorf("a system is looked up among the contacts of the segment: %s", s)
			}
		}
	}
	if systems != 3 {
		t.Errorf("%d lookups of a system, want 3 for 2 systems: %q", systems, ran)
	}
	if got := found("outside"); got != nil {
		t.Errorf("found %v outside of the segment", got)
	}
}
