package concurrency

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// The load of TestContendedContacts.
const (
	hotContacts    = 20
	contentionTime = 8 * time.Second
)

// tally counts the writes of each contact that the servers acknowledged.
type tally struct {
	mu         sync.Mutex
	writes     [hotContacts + 1]int // each raised the version by one
	increments [hotContacts + 1]int // the writes that also incremented the last name
	refused    map[string]int       // writes that failed, by error code
}

func (y *tally) count(contact int, increment bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.writes[contact]++
	if increment {
		y.increments[contact]++
	}
}

func (y *tally) refuse(code string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.refused[code]++
}

// enough reports whether there were enough writes and conflicts to prove something.
func (y *tally) enough() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return sum(y.increments[:]) >= harness.Clients && y.refused["VERSION_CONFLICT"] > 0 && y.refused["EMAIL_TAKEN"] > 0
}

// TestContendedContacts runs clients of two servers that compete for a few contacts, email
// addresses and logins. Each write succeeds or fails with a conflict or a taken address or login,
// and no acknowledged write is lost.
func TestContendedContacts(t *testing.T) {
	harness.RequireEngine(t, harness.Postgres)
	t.Parallel()
	database := harness.NewDatabase(t, harness.Postgres)
	f := harness.StartFleet(t, database, hotContacts, 2)
	before := contactRows(t, database)
	y := &tally{refused: map[string]int{}}
	for _, c := range before {
		harness.Query[harness.WriteResult](f[0], harness.APIKey("demo-agent"), setLastName, harness.Variables{
			"id": fmt.Sprint(c.ID), "v": harness.VersionText(c.Version), "name": "0",
		})
	}
	end, latest := time.Now().Add(contentionTime), time.Now().Add(10*contentionTime) // a busy machine needs longer
	harness.Concurrently(harness.Clients, func(i int) {
		for s := f.For(i); (time.Now().Before(end) || !y.enough() && time.Now().Before(latest)) && !t.Failed(); {
			y.someWrite(s, 1+rand.IntN(hotContacts))
		}
	})
	y.check(t, before, contactRows(t, database))
	for _, c := range harness.LogGaps(t, database) {
		t.Errorf("contact %d has %d changes up to version %d", c.ContactID, c.Changes, c.Version)
	}
	t.Logf("%d writes, refused %v, %d deadlocks in the log of PostgreSQL",
		sum(y.writes[:]), y.refused, strings.Count(harness.PostgresLog(t), "deadlock detected"))
	if !y.enough() {
		t.Error("too few writes or conflicts: the test proved nothing")
	}
}

// check compares the contacts with the acknowledged writes. Each contact was written once before
// the load.
func (y *tally) check(t *testing.T, before, after []contactRow) {
	t.Helper()
	for i, c := range after {
		if want := before[i].Version + 1 + y.writes[c.ID]; c.Version != want {
			t.Errorf("contact %d has version %d after %d acknowledged writes, not %d", c.ID, c.Version, y.writes[c.ID], want)
		}
		if c.LastName != strconv.Itoa(y.increments[c.ID]) {
			t.Errorf("contact %d has the last name %s after %d acknowledged increments", c.ID, c.LastName, y.increments[c.ID])
		}
	}
}

const (
	setLastName = `mutation($id: ID!, $v: Version!, $name: String!) {
		updateContact(input: {id: $id, expectedVersion: $v, set: {lastName: $name}}) {
			contact { version } errors { code ... on VersionConflict { latest { version lastName } } } } }`
	setEmail = `mutation($id: ID!, $email: String) {
		updateContact(input: {id: $id, onConflict: OVERWRITE, set: {email: $email}}) { contact { version } errors { code } } }`
	setDetails = `mutation($id: ID!, $v: Version!, $value: String!, $login: String!) {
		setContactDetails(input: {id: $id, expectedVersion: $v, properties: [{propertyId: 2, values: [{value: $value}]}], logins: [{name: $login}]}) {
			contact { version } errors { code ... on VersionConflict { latest { version lastName } } } } }`
)

// someWrite writes the contact in one of four ways: it sets or clears the email address, sets the
// details, or increments the last name.
func (y *tally) someWrite(s *harness.Server, contact int) {
	agent, id := harness.APIKey("demo-agent"), fmt.Sprint(contact)
	if which := rand.IntN(10); which < 4 { // the contacts compete for a few addresses
		var email any
		if which > 1 {
			email = fmt.Sprintf("hot-%d@example.com", rand.IntN(hotContacts/2))
		}
		y.write(s, contact, false, setEmail, harness.Variables{"id": id, "email": email})
		return
	}
	type state struct{ Version, LastName string }
	now := harness.Query[state](s, agent, `query($id: ID!) { contact(id: $id) { version lastName } }`, harness.Variables{"id": id})
	if rand.IntN(4) == 0 {
		login := fmt.Sprintf("hot-login-%d", rand.IntN(hotContacts))
		y.write(s, contact, false, setDetails, harness.Variables{"id": id, "v": now.Version, "value": fmt.Sprint(rand.IntN(1000)), "login": login})
		return
	}
	n, err := strconv.Atoi(now.LastName)
	if err != nil {
		s.T.Errorf("contact %d has the last name %q, which is not a number", contact, now.LastName)
	}
	y.write(s, contact, true, setLastName, harness.Variables{"id": id, "v": now.Version, "name": strconv.Itoa(n + 1)})
}

// write runs a mutation and counts its outcome, which must be a success or an expected error.
func (y *tally) write(s *harness.Server, contact int, increment bool, document string, v harness.Variables) {
	g, err := s.TryExecute(harness.APIKey("demo-agent"), document, v)
	if err != nil || len(g.Errors) > 0 {
		s.T.Errorf("contact %d: %v %+v", contact, err, g.Errors)
		return
	}
	var o harness.WriteResult
	for _, raw := range g.Data {
		if err := json.Unmarshal(raw, &o); err != nil {
			s.T.Error(err)
		}
	}
	switch {
	case len(o.Errors) == 0:
		y.count(contact, increment)
	case slices.Contains([]string{"VERSION_CONFLICT", "EMAIL_TAKEN", "LOGIN_TAKEN"}, o.Errors[0].Code):
		y.refuse(o.Errors[0].Code)
	default:
		s.T.Errorf("contact %d: %+v", contact, o.Errors)
	}
}

// contactRow is a contact as it is stored.
type contactRow struct {
	ID, Version int
	LastName    string
}

// contactRows returns the contacts of the account Demo, except the customer of the samples.
func contactRows(t *testing.T, database string) []contactRow {
	t.Helper()
	return harness.Rows[contactRow](t, database, `SELECT c.id, version, coalesce(last_name, '') FROM contacts c
		JOIN accounts a ON a.id = c.account_id WHERE a.name = 'Demo' AND c.id <> 466 ORDER BY c.id`)
}

func sum(numbers []int) (total int) {
	for _, n := range numbers {
		total += n
	}
	return total
}
