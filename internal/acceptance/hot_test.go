package acceptance

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The load of TestHotContacts.
const (
	hotContacts = 20
	hotFor      = 8 * time.Second
)

// hot counts what the servers acknowledged of each contact.
type hot struct {
	mu         sync.Mutex
	writes     [hotContacts + 1]int // raised the version
	increments [hotContacts + 1]int // also counted the last name up
	refused    map[string]int       // writes that the rules refused, by code
}

func (h *hot) count(contact int, increment bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.writes[contact]++
	if increment {
		h.increments[contact]++
	}
}

func (h *hot) refuse(code string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refused[code]++
}

// Clients of two servers that fight for a few contacts, for addresses and for logins see successes, conflicts and taken keys,
// nothing else, and no write is lost.
func TestHotContacts(t *testing.T) {
	only(t, postgres)
	t.Parallel()
	database := newDatabase(t, postgres)
	f := fleetOn(t, database, hotContacts, 2)
	before := contactRows(t, database)
	h := &hot{refused: map[string]int{}}
	for _, c := range before {
		into[outcome](f[0], key("demo-agent"), setLastName, variables{"id": fmt.Sprint(c.ID), "v": versionText(c.Version), "name": "0"})
	}
	end := time.Now().Add(hotFor)
	each(clients, func(i int) {
		for s := f.of(i); time.Now().Before(end) && !t.Failed(); {
			h.someWrite(s, 1+rand.IntN(hotContacts))
		}
	})
	h.check(t, before, contactRows(t, database))
	for _, c := range gaps(t, database) {
		t.Errorf("contact %d has %d changes up to version %d", c.ID, c.Changes, c.Version)
	}
	log, err := os.ReadFile(shared.server.Log())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d writes, refused %v, %d deadlocks in the log of PostgreSQL", sum(h.writes[:]), h.refused, strings.Count(string(log), "deadlock detected"))
	if sum(h.increments[:]) < clients || h.refused["VERSION_CONFLICT"] == 0 || h.refused["EMAIL_TAKEN"] == 0 {
		t.Error("too little happened: the test showed nothing")
	}
}

// check compares the contacts with what was acknowledged; one write of each came before the load.
func (h *hot) check(t *testing.T, before, after []contactRow) {
	t.Helper()
	for i, c := range after {
		if want := before[i].Version + 1 + h.writes[c.ID]; c.Version != want {
			t.Errorf("contact %d has version %d after %d acknowledged writes, not %d", c.ID, c.Version, h.writes[c.ID], want)
		}
		if c.LastName != strconv.Itoa(h.increments[c.ID]) {
			t.Errorf("contact %d counted to %s with %d acknowledged increments", c.ID, c.LastName, h.increments[c.ID])
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

// someWrite writes the contact in one of four ways.
func (h *hot) someWrite(s *process, contact int) {
	agent, id := key("demo-agent"), fmt.Sprint(contact)
	if which := rand.IntN(10); which < 4 { // addresses go round among the contacts
		var email any
		if which > 1 {
			email = fmt.Sprintf("hot-%d@example.com", rand.IntN(hotContacts/2))
		}
		h.note(s, contact, false, setEmail, variables{"id": id, "email": email})
		return
	}
	type state struct{ Version, LastName string }
	now := into[state](s, agent, `query($id: ID!) { contact(id: $id) { version lastName } }`, variables{"id": id})
	if rand.IntN(4) == 0 {
		login := fmt.Sprintf("hot-login-%d", rand.IntN(hotContacts))
		h.note(s, contact, false, setDetails, variables{"id": id, "v": now.Version, "value": fmt.Sprint(rand.IntN(1000)), "login": login})
		return
	}
	n, err := strconv.Atoi(now.LastName)
	if err != nil {
		s.t.Errorf("contact %d counts %q", contact, now.LastName)
	}
	h.note(s, contact, true, setLastName, variables{"id": id, "v": now.Version, "name": strconv.Itoa(n + 1)})
}

// note runs a write and counts its outcome, which must be one that the rules know.
func (h *hot) note(s *process, contact int, increment bool, document string, v variables) {
	g, err := s.tryQuery(key("demo-agent"), document, v)
	if err != nil || len(g.Errors) > 0 {
		s.t.Errorf("contact %d: %v %+v", contact, err, g.Errors)
		return
	}
	var o outcome
	for _, raw := range g.Data {
		if err := json.Unmarshal(raw, &o); err != nil {
			s.t.Error(err)
		}
	}
	switch {
	case len(o.Errors) == 0:
		h.count(contact, increment)
	case slices.Contains([]string{"VERSION_CONFLICT", "EMAIL_TAKEN", "LOGIN_TAKEN"}, o.Errors[0].Code):
		h.refuse(o.Errors[0].Code)
	default:
		s.t.Errorf("contact %d: %+v", contact, o.Errors)
	}
}

// contactRow is a contact as it is stored.
type contactRow struct {
	ID, Version int
	LastName    string
}

// contactRows are those of the account Demo, but for the customer of the samples.
func contactRows(t *testing.T, database string) []contactRow {
	t.Helper()
	return rows[contactRow](t, database, `SELECT c.id, version, coalesce(last_name, '') FROM contacts c
		JOIN accounts a ON a.id = c.account_id WHERE a.name = 'Demo' AND c.id <> 466 ORDER BY c.id`)
}

// gap is a contact whose change log is not one row a version.
type gap struct{ ID, Version, Changes int }

func gaps(t *testing.T, database string) []gap {
	t.Helper()
	return rows[gap](t, database, `SELECT c.id, c.version, (SELECT count(*) FROM changes l
			WHERE l.account_id = c.account_id AND l.contact_id = c.id AND l.version BETWEEN 1 AND c.version) AS n
		FROM contacts c WHERE c.version <> (SELECT count(*) FROM changes l WHERE l.account_id = c.account_id AND l.contact_id = c.id)
			OR c.version <> (SELECT max(version) FROM changes l WHERE l.account_id = c.account_id AND l.contact_id = c.id)`)
}

// versionText is a version as clients see it.
func versionText(n int) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

func sum(numbers []int) (total int) {
	for _, n := range numbers {
		total += n
	}
	return total
}
