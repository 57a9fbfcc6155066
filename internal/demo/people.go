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

// population makes up contacts, one after the other.
type population struct {
	random    *rand.Rand
	phones    *phones
	namesakes map[string]int
}

func newPopulation() *population {
	random := rand.New(rand.NewPCG(1, 2))
	return &population{random: random, phones: newPhones(random), namesakes: map[string]int{}}
}

// contact makes up the contact with this id. Not everybody has everything, as in life.
func (p *population) contact(id int) contact.Create {
	if id == CustomerID {
		return customer()
	}
	first, last := p.firstName(id), pick(p.random, lastNames)
	c := contact.Create{
		ID:                 id,
		RegistrationSource: pick(p.random, sources),
		RegistrationIP:     fmt.Sprintf("203.0.113.%d", p.random.IntN(256)),
		Set: field.Patch{
			field.FirstName:        first,
			field.LastName:         last,
			field.LimitPermanently: p.chance(5),
		},
	}
	if p.chance(80) || detailed(id) && p.chance(75) {
		c.Set[field.Email] = p.email(first, last)
	}
	if p.chance(25) || detailed(id) && p.chance(50) {
		if code, number, ok := p.phones.next(); ok {
			c.Set[field.PhoneCountryCode], c.Set[field.Phone] = code, number
		}
	}
	if p.chance(70) {
		c.Set[field.PermissionSource] = pick(p.random, permissions)
	}
	if p.chance(3) {
		c.Set[field.LimitUntil] = day(2027, p.random.IntN(365))
	}
	if detailed(id) {
		p.detail(&c)
	}
	return c
}

// crowd is where the contacts end that each are complete. Very many contacts are there to measure with, and seeding them
// must not take long.
const crowd = 500

// detailed says who has details, and more often an address and a phone. Each costs statements or rows of its own.
func detailed(id int) bool { return id <= crowd || id%50 == 0 }

// firstName draws a name. In the crowd, those who are numbered close to each other share a few, as if names came in waves:
// that keeps what a write touches in the indexes close together.
func (p *population) firstName(id int) string {
	if id <= crowd {
		return pick(p.random, firstNames)
	}
	const wave = 16
	return firstNames[(id/chunk+p.random.IntN(wave))%len(firstNames)]
}

func (p *population) detail(c *contact.Create) {
	c.RegistrationStore = new(1 + p.random.IntN(len(mainCatalog.stores)))
	if p.chance(60) {
		c.Set[field.PreferredStore] = 1 + p.random.IntN(len(mainCatalog.stores))
	}
	if p.chance(15) {
		c.Set[field.Company] = 1 + p.random.IntN(len(mainCatalog.companies))
	}
	c.Properties = p.properties()
	var segments []int
	for i := range mainCatalog.segments {
		if p.chance(25) {
			segments = append(segments, i+1)
		}
	}
	c.Membership = &segments
	if email, ok := c.Set[field.Email].(string); ok && p.chance(50) {
		c.Logins = &[]field.Login{{Name: email, Kind: pick(p.random, []login.Kind{
			login.KindEmail, login.KindEmail, login.KindEmail, login.KindGoogle, login.KindBounced, login.KindBlank,
		})}}
	}
}

// properties makes up values. Everybody has a language, because it is required.
func (p *population) properties() []contact.PropertyPatch {
	patches := []contact.PropertyPatch{values(language, pick(p.random, languages))}
	for _, v := range []struct {
		percent, property int
		value             string
	}{
		{30, middleInitial, pick(p.random, initials)},
		{60, birthday, day(1940, p.random.IntN(65*365)).Format(time.DateOnly)},
		{40, household, strconv.Itoa(1 + p.random.IntN(6))},
		{20, discount, pick(p.random, []string{"2.5", "5", "7.5", "10"})},
		{50, lastVisit, day(2025, p.random.IntN(365)).Add(time.Duration(p.random.IntN(600)) * time.Minute).Format(time.RFC3339)},
	} {
		if p.chance(v.percent) {
			patches = append(patches, values(v.property, v.value))
		}
	}
	if p.chance(50) {
		at := p.random.IntN(len(hobbies) - 2)
		patches = append(patches, values(interests, hobbies[at:at+1+p.random.IntN(3)]...))
	}
	return patches
}

// email makes up an address; namesakes get a number.
func (p *population) email(first, last string) string {
	local := ascii(first) + "." + ascii(last)
	p.namesakes[local]++
	if n := p.namesakes[local]; n > 1 {
		local += strconv.Itoa(n)
	}
	return local + pick(p.random, []string{"@example.com", "@example.org"})
}

// chance is true in so many of a hundred cases.
func (p *population) chance(percent int) bool { return p.random.IntN(100) < percent }

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

// customer is the contact of the documented setdetails call, as it is before the call: other names, a middle initial, and
// the very segments that the call lists, because a customer may send its membership only as it is.
func customer() contact.Create {
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
			Logins:     &[]field.Login{{Name: CustomerLogin, Kind: login.KindEmail}},
			Membership: &[]int{2, 3, 4, 5, 6, 7, 8, 10, 11, 12},
		},
	}
}

// otherContacts are OtherAccount's. The first has the address, the number and the login of one in Account: keys are unique
// within an account only.
func otherContacts() []contact.Create {
	namesake := customer()
	twin := contact.Create{
		ID: otherBase + 1, RegistrationSource: sources[0], RegistrationIP: "203.0.113.67", RegistrationStore: new(otherBase + 1),
		Set: field.Patch{
			field.Email:            namesake.Set[field.Email],
			field.PhoneCountryCode: namesake.Set[field.PhoneCountryCode],
			field.Phone:            namesake.Set[field.Phone],
			field.FirstName:        "Jon",
			field.LastName:         "Deere",
			field.Company:          otherBase + 1,
		},
		Details: contact.Details{Logins: namesake.Logins, Membership: &[]int{otherBase + 1}},
	}
	names := [][2]string{{"Kari", "Nordmann"}, {"Ola", "Nordmann"}, {"Ingrid", "Haugen"}, {"Odd", "Strand"}}
	contacts := append(make([]contact.Create, 0, 1+len(names)), twin)
	for i, name := range names {
		contacts = append(contacts, contact.Create{
			ID: otherBase + 2 + i, RegistrationSource: sources[1], RegistrationStore: new(otherBase + 1),
			Set: field.Patch{
				field.Email:     ascii(name[0]) + "." + ascii(name[1]) + "@example.org",
				field.FirstName: name[0],
				field.LastName:  name[1],
			},
		})
	}
	return contacts
}
