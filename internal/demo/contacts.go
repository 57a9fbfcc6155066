package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"contactgraph/ent/login"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
)

// generator generates contacts, one after the other.
type generator struct {
	random    *rand.Rand
	phones    *phones
	namesakes map[string]int
}

func newGenerator() *generator {
	random := rand.New(rand.NewPCG(1, 2))
	return &generator{random: random, phones: newPhones(random), namesakes: map[string]int{}}
}

// contact generates the contact with this id. Not every contact has every field.
func (g *generator) contact(id int) contact.Create {
	if id == CustomerID {
		return documentedContact()
	}
	first, last := g.firstName(id), pick(g.random, lastNames)
	c := contact.Create{
		ID:                 id,
		RegistrationSource: pick(g.random, sources),
		RegistrationIP:     fmt.Sprintf("203.0.113.%d", g.random.IntN(256)),
		Set: field.Patch{
			field.FirstName:        first,
			field.LastName:         last,
			field.LimitPermanently: g.chance(5),
		},
	}
	if g.chance(80) || detailed(id) && g.chance(75) {
		c.Set[field.Email] = g.email(first, last)
	}
	if g.chance(25) || detailed(id) && g.chance(50) {
		if code, number, ok := g.phones.next(); ok {
			c.Set[field.PhoneCountryCode], c.Set[field.Phone] = code, number
		}
	}
	if g.chance(70) {
		c.Set[field.PermissionSource] = pick(g.random, permissions)
	}
	if g.chance(3) {
		c.Set[field.LimitUntil] = day(2027, g.random.IntN(365))
	}
	if detailed(id) {
		g.detail(&c)
	}
	return c
}

// alwaysDetailed is the last id up to which every contact has details. Larger numbers of contacts
// are for benchmarks, and seeding them must not take long.
const alwaysDetailed = 500

// detailed reports whether the contact has details, and more often an email address and a phone
// number. Each of these costs statements or rows of its own.
func detailed(id int) bool { return id <= alwaysDetailed || id%50 == 0 }

// firstName draws a name. Above alwaysDetailed, contacts with similar ids draw from the same few
// names, so that a transaction changes neighboring entries of the indexes.
func (g *generator) firstName(id int) string {
	if id <= alwaysDetailed {
		return pick(g.random, firstNames)
	}
	const choices = 16
	return firstNames[(id/batchSize+g.random.IntN(choices))%len(firstNames)]
}

func (g *generator) detail(c *contact.Create) {
	c.RegistrationStore = new(1 + g.random.IntN(len(mainCatalog.stores)))
	if g.chance(60) {
		c.Set[field.PreferredStore] = 1 + g.random.IntN(len(mainCatalog.stores))
	}
	if g.chance(15) {
		c.Set[field.Company] = 1 + g.random.IntN(len(mainCatalog.companies))
	}
	c.Properties = g.properties()
	var segments []int
	for i := range mainCatalog.segments {
		if g.chance(25) {
			segments = append(segments, i+1)
		}
	}
	c.Membership = &segments
	if email, ok := c.Set[field.Email].(string); ok && g.chance(50) {
		c.Logins = &[]field.Login{{Name: email, Kind: pick(g.random, []login.Kind{
			login.KindEmail, login.KindEmail, login.KindEmail, login.KindGoogle, login.KindBounced, login.KindBlank,
		})}}
	}
}

// properties generates values. Every contact has a language, because it is required.
func (g *generator) properties() []contact.PropertyPatch {
	patches := []contact.PropertyPatch{values(language, pick(g.random, languages))}
	for _, v := range []struct {
		percent, property int
		value             string
	}{
		{30, middleInitial, pick(g.random, initials)},
		{60, birthday, day(1940, g.random.IntN(65*365)).Format(time.DateOnly)},
		{40, householdSize, strconv.Itoa(1 + g.random.IntN(6))},
		{20, discount, pick(g.random, []string{"2.5", "5", "7.5", "10"})},
		{50, lastVisit, day(2025, g.random.IntN(365)).Add(time.Duration(g.random.IntN(600)) * time.Minute).Format(time.RFC3339)},
	} {
		if g.chance(v.percent) {
			patches = append(patches, values(v.property, v.value))
		}
	}
	if g.chance(50) {
		at := g.random.IntN(len(hobbies) - 2)
		patches = append(patches, values(interests, hobbies[at:at+1+g.random.IntN(3)]...))
	}
	return patches
}

// email generates an address. Contacts with the same name get a number.
func (g *generator) email(first, last string) string {
	local := ascii(first) + "." + ascii(last)
	g.namesakes[local]++
	if n := g.namesakes[local]; n > 1 {
		local += strconv.Itoa(n)
	}
	return local + pick(g.random, []string{"@example.com", "@example.org"})
}

// chance returns true in percent of 100 cases.
func (g *generator) chance(percent int) bool { return g.random.IntN(100) < percent }

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

func day(year, after int) time.Time { return time.Date(year, 1, 1+after, 8, 0, 0, 0, time.UTC) }

func ascii(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if plain, ok := unaccent[r]; ok {
			b.WriteString(plain)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func values(property int, texts ...string) contact.PropertyPatch {
	p := contact.PropertyPatch{Property: property}
	for _, t := range texts {
		p.Values = append(p.Values, field.Value{Value: t})
	}
	return p
}

// documentedContact returns the contact of the documented setdetails call, as it is before the
// call: with other names, a middle initial, and exactly the segments in the call, because a
// customer cannot change its segments.
func documentedContact() contact.Create {
	return contact.Create{
		ID:                 CustomerID,
		RegistrationSource: sources[0],
		RegistrationIP:     "203.0.113.66",
		RegistrationStore:  new(1),
		Set: field.Patch{
			field.Email:            "jon.deere@example.com",
			field.PhoneCountryCode: "44",
			field.Phone:            "029 2018 0466",
			field.FirstName:        "Jon",
			field.LastName:         "Deere",
			field.PreferredStore:   4,
			field.Company:          1,
			field.PermissionSource: permissions[0],
		},
		Password: &contact.PasswordChange{New: new(Password)},
		Details: contact.Details{
			Properties: []contact.PropertyPatch{
				values(middleInitial, "Q"), values(birthday, "1978-05-14"), values(language, "English"),
				values(lastVisit, "2025-11-03T14:30:00Z"), values(interests, "books", "hiking"),
			},
			Logins:      &[]field.Login{{Name: CustomerLogin, Kind: login.KindEmail}},
			ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "C-100466"}, {System: "shop", Value: "466"}},
			Membership:  &[]int{2, 3, 4, 5, 6, 7, 8, 10, 11, 12},
		},
	}
}

// otherContacts returns the contacts of OtherAccount. The first has the email address, phone number
// and login of a contact of Account: these are unique only within an account.
func otherContacts() []contact.Create {
	documented := documentedContact()
	twin := contact.Create{
		ID: otherOffset + 1, RegistrationSource: sources[0], RegistrationIP: "203.0.113.67", RegistrationStore: new(otherOffset + 1),
		Set: field.Patch{
			field.Email:            documented.Set[field.Email],
			field.PhoneCountryCode: documented.Set[field.PhoneCountryCode],
			field.Phone:            documented.Set[field.Phone],
			field.FirstName:        "Jon",
			field.LastName:         "Deere",
			field.Company:          otherOffset + 1,
		},
		Details: contact.Details{Logins: documented.Logins, Membership: &[]int{otherOffset + 1}},
	}
	names := [][2]string{{"Kari", "Nordmann"}, {"Ola", "Nordmann"}, {"Ingrid", "Haugen"}, {"Odd", "Strand"}}
	contacts := append(make([]contact.Create, 0, 1+len(names)), twin)
	for i, name := range names {
		contacts = append(contacts, contact.Create{
			ID: otherOffset + 2 + i, RegistrationSource: sources[1], RegistrationStore: new(otherOffset + 1),
			Set: field.Patch{
				field.Email:     ascii(name[0]) + "." + ascii(name[1]) + "@example.org",
				field.FirstName: name[0],
				field.LastName:  name[1],
			},
		})
	}
	return contacts
}
