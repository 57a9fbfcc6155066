package acceptance

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

const clients = 64

type outcome struct {
	Contact *struct{ Version, FirstName string }
	Errors  []struct {
		Code   string
		Latest *struct{ Version, FirstName string }
	}
}

const updateName = `mutation($id: ID!, $v: Version!, $name: String!) {
	updateContact(input: {id: $id, expectedVersion: $v, set: {firstName: $name}}) {
		contact { version firstName } errors { code ... on VersionConflict { latest { version firstName } } } } }`

// ledger remembers which first name belonged to which version.
type ledger struct {
	mu    sync.Mutex
	names map[string]string
}

func (l *ledger) put(version, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names[version] = name
}

func TestRaceForOneContact(t *testing.T) {
	t.Parallel()
	onEngine(t, raceForOneContact)
}

func raceForOneContact(t *testing.T, e engine) {
	f := newFleet(t, e, 5)
	s, agent := f[0], key("demo-agent")
	type contact struct{ Version, FirstName string }
	first := into[contact](s, agent, `{ contact(id: "1") { version firstName } }`, nil)
	written := &ledger{names: map[string]string{first.Version: first.FirstName}}
	var seen []contact
	var mu sync.Mutex
	successes := 5
	if e == pgbouncer {
		successes = 2 // its few connections take their time
	}
	each(clients, func(i int) {
		version := first.Version
		for n := 0; n < successes; {
			name := fmt.Sprintf("%d-%d", i, n)
			o := into[outcome](f.of(i), agent, updateName, variables{"id": "1", "v": version, "name": name})
			switch {
			case len(o.Errors) == 0:
				n, version = n+1, o.Contact.Version
				written.put(version, name)
			case o.Errors[0].Code == "VERSION_CONFLICT":
				version = o.Errors[0].Latest.Version
				mu.Lock()
				seen = append(seen, contact(*o.Errors[0].Latest))
				mu.Unlock()
			default:
				t.Errorf("neither success nor conflict: %+v", o)
				return
			}
		}
	})
	for _, c := range seen {
		if written.names[c.Version] != c.FirstName {
			t.Errorf("a conflict showed %+v, which never was", c)
		}
	}
	changes := into[outcome](s, agent, updateName, variables{"id": "1", "v": "AAAAAAAAAAA=", "name": "x"})
	rise := number(t, changes.Errors[0].Latest.Version) - number(t, first.Version)
	if want := clients * successes; rise != want {
		t.Errorf("the version rose by %d after %d successes", rise, want)
	}
	t.Logf("%d successes, %d conflicts", clients*successes, len(seen))
}

func TestRaceForOneAddress(t *testing.T) {
	t.Parallel()
	onEngine(t, raceForOneAddress)
}

func raceForOneAddress(t *testing.T, e engine) {
	f := newFleet(t, e, 5)
	for _, account := range []string{"demo-admin", "demo-other"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			ids := make([]string, clients)
			for i := range ids {
				ids[i] = into[struct{ Contact struct{ ID string } }](f.of(i), key(account),
					`mutation { createContact(input: {registrationSource: "test", set: {}}) { contact { id } } }`, nil).Contact.ID
			}
			for round, address := range []string{"Prize@Example.com", "strasse-Ä@example.com"} {
				race(t, f, key(account), ids, address, round)
			}
		})
	}
}

// race lets all contacts want the address, in different cases.
func race(t *testing.T, f fleet, w who, ids []string, address string, round int) {
	t.Helper()
	var mu sync.Mutex
	won := 0
	each(len(ids), func(i int) {
		spelt := strings.ToLower(address)
		if i%2 == 0 {
			spelt = strings.ToUpper(address)
		}
		o := into[outcome](f.of(i), w, `mutation($id: ID!, $email: String!) {
			updateContact(input: {id: $id, onConflict: OVERWRITE, set: {email: $email}}) { contact { version } errors { code } } }`,
			variables{"id": ids[i], "email": spelt})
		mu.Lock()
		defer mu.Unlock()
		switch {
		case len(o.Errors) == 0:
			won++
		case o.Errors[0].Code != "EMAIL_TAKEN":
			t.Errorf("neither success nor conflict: %+v", o)
		}
	})
	if won != 1 {
		t.Errorf("round %d: %d contacts got the address", round, won)
	}
}

// each runs fn(0) … fn(n-1) at the same time.
func each(n int, fn func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}
