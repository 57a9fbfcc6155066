package contact_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/revision"

	"pgregory.net/rapid"
)

// texts collide, fold, sort or measure differently if the engines treat text differently.
var texts = rapid.SampledFrom([]any{
	nil, "", " ", "Anna", "anna", "ÅSA", "åsa", "A\u030Asa", "Zoë", "Ødegård", "ﬁn", "İ", "ß", "日本", "a'b\"c", `back\slash`, "x\x00y",
	"😀", strings.Repeat("ﷺ", 50), strings.Repeat("é", 60), "a%_b", "\u0301",
})

// longFold has 250 characters that fold into 4,500 bytes, more than an index entry of PostgreSQL
// can have.
var longFold = func() (s string) {
	for r := range rune(250) {
		s += string('\u3300' + r%0x57)
	}
	return s
}()

var emails = rapid.SampledFrom([]any{nil, "", longFold, "a@example.com", "A@EXAMPLE.COM", " a@example.com", "åsa@example.com", "ÅSA@example.com", "b@example.com"})

var phones = rapid.SampledFrom([]any{nil, "", "070-174 06 05", "0701740605", "+46701740605", "12", "x"})

var times = rapid.SampledFrom([]any{
	nil, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
	time.Date(2026, 3, 1, 13, 0, 0, 123_456_700, time.FixedZone("", 3600)), time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
})

// patches draws patches. Ids of stores are indexes until the patch is applied.
var patches = rapid.Custom(func(rt *rapid.T) func(w *testAccount) field.Patch {
	p := field.Patch{}
	for _, f := range field.Fields {
		if rapid.IntRange(0, 4).Draw(rt, f.Path) > 0 { // some patches must be valid
			continue
		}
		switch f {
		case field.Email:
			p[f] = emails.Draw(rt, "email")
		case field.Phone:
			p[f] = phones.Draw(rt, "phone")
		case field.PhoneCountryCode:
			p[f] = rapid.SampledFrom([]any{nil, "46", "+46", "0046"}).Draw(rt, "code")
		case field.LimitPermanently:
			p[f] = rapid.SampledFrom([]any{nil, true, false}).Draw(rt, "flag")
		case field.LimitUntil:
			p[f] = times.Draw(rt, "time")
		case field.PreferredStore:
			p[f] = rapid.IntRange(0, 2).Draw(rt, "store")
		case field.Company:
		default:
			p[f] = texts.Draw(rt, "text")
		}
	}
	return func(w *testAccount) field.Patch {
		mine := field.Patch{}
		for f, v := range p {
			if i, ok := v.(int); ok {
				v = idAt(w.stores, i)
			}
			mine[f] = v
		}
		return mine
	}
})

// details draws details. Ids are indexes until the details are applied.
var details = rapid.Custom(func(rt *rapid.T) func(w *testAccount) contact.Details {
	var values [][]string
	for range 3 {
		values = append(values, rapid.SliceOfN(rapid.SampledFrom([]string{"", "1", "x", "Zoë", "007", strings.Repeat("ä", 4001)}), 0, 2).Draw(rt, "values"))
	}
	given := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 3).Draw(rt, "properties")
	logins, segments := drawLogins(rt), rapid.SliceOfN(rapid.IntRange(0, 2), 0, 3).Draw(rt, "segments")
	external := drawExternalIDs(rt)
	some := rapid.IntRange(0, 31).Draw(rt, "parts")
	custom := rapid.MapOf(rapid.SampledFrom([]string{"note", "Note", "size", "first", "å"}),
		rapid.SampledFrom([]any{nil, "x", "a\x00b", json.Number("007"), json.Number("7"), []any{"x", "Zoë"}, []any{}})).Draw(rt, "custom")
	return func(w *testAccount) contact.Details {
		var d contact.Details
		if some&1 > 0 {
			for i, p := range given {
				patch := contact.PropertyPatch{Property: idAt(w.properties, p)}
				for _, v := range values[i] {
					patch.Values = append(patch.Values, field.Value{Value: v})
				}
				d.Properties = append(d.Properties, patch)
			}
		}
		if some&16 > 0 {
			d.Custom = custom
		}
		if some&2 > 0 {
			d.Logins = logins
		}
		if some&8 > 0 {
			d.ExternalIDs = external
		}
		if some&4 > 0 {
			set := []int{}
			for _, s := range segments {
				set = append(set, idAt(w.segments, s))
			}
			d.Membership = &set
		}
		return d
	}
})

// locks draws locks that expect the current version, an older one, or none.
var locks = rapid.Custom(func(rt *rapid.T) func(w *testAccount, i int) contact.Lock {
	kind, policy := rapid.IntRange(0, 3).Draw(rt, "lock"), rapid.SampledFrom([]contact.Policy{contact.Reject, contact.Merge}).Draw(rt, "policy")
	return func(w *testAccount, i int) contact.Lock {
		seen := revision.Version(1)
		if i < len(w.versions) {
			seen = w.versions[i]
		}
		switch kind {
		case 0:
			seen--
		case 1:
			return contact.Lock{OnConflict: contact.Overwrite}
		}
		return contact.Lock{Expected: &seen, OnConflict: policy}
	}
})

var filters = rapid.Custom(func(rt *rapid.T) func(w *testAccount) query.Filter {
	text := func(name string, from *rapid.Generator[any]) *string {
		if s, ok := from.Draw(rt, name).(string); ok && rapid.Bool().Draw(rt, name+" is given") {
			return &s
		}
		return nil
	}
	f := query.Filter{Name: text("name", texts), Email: text("email", emails), Phone: text("phone", phones), Search: text("search", texts)}
	if at, ok := times.Draw(rt, "since").(time.Time); ok && rapid.Bool().Draw(rt, "since is given") {
		f.ModifiedSince = &at
	}
	store, segment := rapid.IntRange(0, 4).Draw(rt, "store"), rapid.IntRange(0, 4).Draw(rt, "segment")
	return func(w *testAccount) query.Filter {
		mine := f
		if store < len(w.stores) {
			mine.Store = &w.stores[store]
		}
		if segment < len(w.segments) {
			mine.Segment = &w.segments[segment]
		}
		return mine
	}
})

// operations draws commands and queries.
var operations = rapid.Custom(func(rt *rapid.T) operation {
	i := rapid.IntRange(0, 8).Draw(rt, "contact")
	lock := locks.Draw(rt, "lock")
	switch rapid.IntRange(0, 8).Draw(rt, "kind") {
	case 0, 1:
		set, d := patches.Draw(rt, "set"), details.Draw(rt, "details")
		return operation{"create", func(w *testAccount) (any, error) {
			r, err := w.Create(w.agent, contact.Create{RegistrationSource: "x", RegistrationStore: &w.stores[0], Set: set(w), Details: d(w)})
			if err == nil {
				w.contacts, w.versions = append(w.contacts, r.Contact.ID), append(w.versions, 1)
			}
			return r, err
		}}
	case 2, 3:
		set, customer := patches.Draw(rt, "set"), rapid.Bool().Draw(rt, "customer")
		return operation{fmt.Sprint("update ", i), func(w *testAccount) (any, error) {
			ctx, id := w.agent, idAt(w.contacts, i)
			if customer {
				ctx = w.customer(id)
			}
			return w.Update(ctx, contact.Update{ID: id, Lock: lock(w, i), Set: set(w)})
		}}
	case 4:
		d := details.Draw(rt, "details")
		return operation{fmt.Sprint("details ", i), func(w *testAccount) (any, error) {
			return w.SetDetails(w.agent, contact.SetDetails{ID: idAt(w.contacts, i), Lock: lock(w, i), Details: d(w)})
		}}
	case 5:
		return operation{fmt.Sprint("delete ", i), func(w *testAccount) (any, error) {
			return w.Delete(w.agent, contact.Delete{ID: idAt(w.contacts, i), Lock: lock(w, i)})
		}}
	case 6:
		return operation{fmt.Sprint("get ", i), func(w *testAccount) (any, error) {
			c, err := w.Get(w.agent, idAt(w.contacts, i))
			return w.comparable(c), err
		}}
	case 7:
		return drawUpsert(rt)
	}
	return drawPage(rt)
})

// drawUpsert draws an upsert by an email address, a phone number or an external id.
func drawUpsert(rt *rapid.T) operation {
	set, d, u := patches.Draw(rt, "set"), details.Draw(rt, "details"), contact.Upsert{}
	switch m := &u.Match; rapid.IntRange(0, 2).Draw(rt, "match") {
	case 0:
		if email, ok := emails.Draw(rt, "email").(string); ok {
			m.Email = &email
		}
	case 1:
		if phone, ok := phones.Draw(rt, "phone").(string); ok {
			m.Phone = &phone
		}
	default:
		m.ExternalID = &field.ExternalID{System: "crm", Value: rapid.SampledFrom([]string{"a", "A", "x"}).Draw(rt, "external id")}
	}
	return operation{"upsert", func(w *testAccount) (any, error) {
		own := u
		own.Create = contact.Create{RegistrationSource: "x", Set: set(w), Details: d(w)}
		r, err := w.Upsert(w.agent, own)
		if err == nil && r.Contact.Version == 1 {
			w.contacts, w.versions = append(w.contacts, r.Contact.ID), append(w.versions, 1)
		}
		return r, err
	}}
}

func drawPage(rt *rapid.T) operation {
	f, size := filters.Draw(rt, "filter"), rapid.IntRange(0, 3).Draw(rt, "first")
	o := query.Order{
		Field: rapid.SampledFrom([]query.OrderField{query.ByID, query.ByName, query.ByLastModified, query.ByRegistration}).Draw(rt, "order"),
		Desc:  rapid.Bool().Draw(rt, "desc"),
	}
	return operation{"pages", func(w *testAccount) (any, error) {
		var results []any
		a := query.PageArgs{First: &size}
		for range 4 {
			p, err := w.Queries.Page(w.agent, f(w), o, a)
			if err != nil {
				return results, err
			}
			for _, c := range p.Contacts {
				results = append(results, w.comparable(c))
			}
			results = append(results, p.HasNext, p.HasPrev)
			if !p.HasNext || len(p.Cursors) == 0 {
				break
			}
			a.After = &p.Cursors[len(p.Cursors)-1]
		}
		n, err := w.Count(w.agent, f(w))
		return append(results, n), err
	}}
}
