package duplicate_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"contactgraph/ent"
	"contactgraph/internal/duplicate"
)

// labelled is a set of contacts, of which those with the same label are the same person.
type labelled struct {
	random  *rand.Rand
	persons []*duplicate.Person
	label   map[int]int
}

func (l *labelled) add(label int, c ent.Contact, postcode string) {
	c.ID = len(l.persons) + 1
	l.persons = append(l.persons, duplicate.PersonOf(&c, postcode))
	l.label[c.ID] = label
}

var (
	firstNames = []string{
		"Robert", "Elizabeth", "Thomas", "Michael", "Katherine", "Anna", "Björn", "Zoë", "Margaret", "Peter", "Susan", "Ingrid",
		"Andrew", "Olga", "Fatima", "Chen", "Marie", "Lukas", "Hannah", "Giulia",
	}
	lastNames = []string{
		"Vogel", "Lindström", "García", "Novak", "Schmidt", "O'Brien", "Andersson", "Müller", "Kowalski", "Rossi", "Dubois", "Haddad",
		"Petrov", "Tanaka", "Jørgensen", "Whitfield", "Castellano", "Brandt", "Okafor", "Virtanen",
	}
	short = map[string]string{
		"Robert": "Bob", "Elizabeth": "Liz", "Thomas": "Tom", "Michael": "Mike", "Katherine": "Kate", "Margaret": "Peggy", "Peter": "Pete",
		"Susan": "Sue", "Andrew": "Andy",
	}
)

// newLabelled returns people, some of them twice with what is typical of duplicates, and different
// people who have a lot in common.
func newLabelled(people int) *labelled {
	l := &labelled{random: rand.New(rand.NewPCG(1, 2)), label: map[int]int{}}
	for i := range people {
		first, last := firstNames[l.random.IntN(len(firstNames))], lastNames[l.random.IntN(len(lastNames))]
		c := ent.Contact{
			FirstName: &first, LastName: &last, Email: new(fmt.Sprintf("%c%d.person@example.com", 'a'+i%26, i)),
			PhoneKey: new(fmt.Sprintf("+4670%07d", 1_000_000+i*37)), CompanyID: new(1 + i%50),
		}
		postcode := fmt.Sprintf("%05d", 10_000+i%200)
		l.add(i, c, postcode)
		l.duplicate(i, c, postcode)
	}
	for i := range people / 10 { // a family at one address with one number, and colleagues at a switchboard
		last, phone := lastNames[i%len(lastNames)], new(fmt.Sprintf("+4986%07d", i*91))
		for k := range 3 {
			first := firstNames[(i+k*7)%len(firstNames)]
			l.add(-1-i*10-k, ent.Contact{FirstName: &first, LastName: &last, PhoneKey: phone, Email: new(fmt.Sprintf("f%d.%d@example.org", i, k))}, fmt.Sprintf("%05d", 80_000+i))
		}
	}
	for i := range people / 5 {
		first, last := firstNames[i%len(firstNames)], lastNames[(i/len(firstNames)+i)%len(lastNames)]
		l.add(-1_000_000-i, ent.Contact{
			FirstName: &first, LastName: &last, PhoneKey: new(fmt.Sprintf("+46812345678;ext=%d", i)), CompanyID: new(999),
			Email: new(fmt.Sprintf("staff%d@big.example", i)),
		}, "11122")
	}
	return l
}

// duplicate adds a person a second time, in one of the ways in which that happens.
func (l *labelled) duplicate(i int, c ent.Contact, postcode string) {
	first, last := *c.FirstName, *c.LastName
	again := ent.Contact{FirstName: &first, LastName: &last}
	switch i % 8 {
	case 0: // a tag in the address
		again.Email = new(fmt.Sprintf("%c%dperson+shop@Example.com", 'a'+i%26, i))
	case 1: // a typo in the name, the same number with an extension
		again.LastName, again.PhoneKey = new(last[:len(last)-1]), new(*c.PhoneKey+";ext=1")
	case 2: // swapped names
		again.FirstName, again.LastName, again.PhoneKey = &last, &first, c.PhoneKey
	case 3: // a short form of the name
		if short[first] == "" {
			return
		}
		again.FirstName, again.PhoneKey = new(short[first]), c.PhoneKey
	case 4: // the number without its country code
		again.PhoneKey, again.CompanyID = new("0"+(*c.PhoneKey)[3:]), c.CompanyID
	case 5: // only the name, the company and the postcode
		again.CompanyID = c.CompanyID
		l.add(i, again, postcode)
		return
	default:
		return
	}
	l.add(i, again, "")
}

// TestQuality measures the candidates on a labelled set: typing errors, swapped and short
// names, families at one address, and a switchboard.
func TestQuality(t *testing.T) {
	t.Parallel()
	l := newLabelled(2000)
	byKey := map[int64][]*duplicate.Person{}
	for _, p := range l.persons {
		for _, k := range p.Keys() {
			byKey[k] = append(byKey[k], p)
		}
	}
	found, compared := map[[2]int]bool{}, 0
	for _, sharing := range byKey {
		if len(sharing) > duplicate.MaxShared {
			continue
		}
		for i, a := range sharing {
			for _, b := range sharing[i+1:] {
				compared++
				if score, _ := duplicate.Compare(a, b); score >= duplicate.MinScore {
					found[[2]int{a.ID, b.ID}] = true
				}
			}
		}
	}
	members := map[int]int{}
	for _, label := range l.label {
		members[label]++
	}
	same, right := 0, 0
	for _, n := range members {
		same += n * (n - 1) / 2
	}
	for p := range found {
		if l.label[p[0]] == l.label[p[1]] {
			right++
		}
	}
	ofFound, ofSame := float64(right)/float64(len(found)), float64(right)/float64(same)
	t.Logf("%d contacts, %d pairs compared, %d candidates: %.1f %% of them are right, and they are %.1f %% of all that are right", len(l.persons), compared, len(found), 100*ofFound, 100*ofSame)
	if ofFound < 0.95 || ofSame < 0.95 {
		t.Error("the candidates are worse than docs/duplicates.md says")
	}
}

// TestCompare shows the score and the reasons of typical pairs.
func TestCompare(t *testing.T) {
	t.Parallel()
	person := func(first, last, email, phone string, company int) *duplicate.Person {
		c := &ent.Contact{FirstName: &first, LastName: &last, Email: &email, CompanyID: &company}
		if phone != "" {
			c.PhoneKey = &phone
		}
		return duplicate.PersonOf(c, "")
	}
	nora := person("Nora", "Vogel", "nora.vogel@example.com", "+46701740605", 1)
	for name, pair := range map[string]struct {
		other *duplicate.Person
		is    bool
	}{
		"a tag in the address":            {person("", "", "noravogel+x@EXAMPLE.com", "", 2), true},
		"a typing error":                  {person("Nora", "Vogle", "", "+46701740605;ext=2", 2), true},
		"a nickname at the same company":  {person("Eleonora", "Vogel", "", "", 1), true},
		"the same name":                   {person("Nora", "Vogel", "", "", 2), false},
		"another name on the same number": {person("Bert", "Vogel", "", "+46701740605;ext=2", 1), false},
		"another name at the company":     {person("Nora", "Lindström", "", "", 1), false},
	} {
		score, reasons := duplicate.Compare(nora, pair.other)
		if back, _ := duplicate.Compare(pair.other, nora); back != score {
			t.Errorf("%s: %d in one order and %d in the other", name, score, back)
		}
		if is := score >= duplicate.MinScore; is != pair.is {
			t.Errorf("%s: %d for %v", name, score, reasons)
		}
	}
}
