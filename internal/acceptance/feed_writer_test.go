package acceptance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/revision"
)

// people are the contacts that writers choose from, with the version that each was last seen at.
type people struct {
	mu       sync.Mutex
	ids      []int
	versions map[int]string
}

func newPeople(n int) *people {
	p := &people{versions: map[int]string{}}
	for id := 1; id <= n; id++ {
		p.put(id, versionText(1))
	}
	return p
}

// put notes the version of a contact, which may be new.
func (p *people) put(id int, version string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.versions[id]; !ok {
		p.ids = append(p.ids, id)
	}
	p.versions[id] = version
}

// forget takes out a contact that is gone.
func (p *people) forget(id int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.versions, id)
	p.ids = slices.DeleteFunc(p.ids, func(other int) bool { return other == id })
}

// choose returns a contact behind the first n.
func (p *people) choose(n int) (id int, version string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id = p.ids[n+rand.IntN(len(p.ids)-n)]
	return id, p.versions[id]
}

// few reports whether there are fewer than at the beginning.
func (p *people) few() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.ids) < feedContacts
}

// place names a change by its contact and the version that it produced.
type place struct{ contact, version int }

// feedLedger is what the writers were told.
type feedLedger struct {
	mu           sync.Mutex
	acknowledged map[int64]place // by number
	outcomes     map[string]int
}

// check compares it with the log.
func (l *feedLedger) check(t *testing.T, log []logRow) {
	t.Helper()
	for seq, p := range l.acknowledged {
		if seq > int64(len(log)) || log[seq-1].place != p {
			t.Errorf("the acknowledged change %d, %+v, is not in the log", seq, p)
		}
	}
}

func (l *feedLedger) count(outcome string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outcomes[outcome]++
}

// feedWriter writes contacts through one server.
type feedWriter struct {
	*feedTest

	server *process
	first  bool   // whether it is the first server
	latest string // the id of its latest change
}

// feedOutcome is what a mutation answers.
type feedOutcome struct {
	Change *struct {
		ID, Cursor, Version, Kind string
		ContactID                 int
	}
	Errors []struct {
		Code   string
		Latest *struct{ Version string }
	}
}

// mutationOf is a mutation with its one input.
func mutationOf(name, input string) string {
	return `mutation($input: ` + input + `!) { ` + name + `(input: $input) {
		change { id cursor contactId version kind } errors { code ... on VersionConflict { latest { version } } } } }`
}

var (
	feedUpdate  = mutationOf("updateContact", "UpdateContactInput")
	feedDetails = mutationOf("setContactDetails", "SetContactDetailsInput")
	feedCreate  = mutationOf("createContact", "CreateContactInput")
	feedDelete  = mutationOf("deleteContact", "DeleteContactInput")
	feedUndo    = mutationOf("undoChange", "UndoChangeInput")
)

// write writes until there are enough changes.
func (w *feedWriter) write() {
	behind := heldContact
	if w.first {
		behind = 0
	}
	for {
		select {
		case <-w.written:
			return
		default:
		}
		id, version := w.people.choose(behind)
		switch dice := rand.IntN(100); {
		case dice < 50:
			w.send(feedUpdate, id, with(id, version, variables{"set": somePatch()}))
		case dice < 70:
			w.send(feedDetails, id, with(id, version, someDetails()))
		case dice < 80:
			w.put(id, version)
		case dice < 96 && w.people.few():
			w.send(feedCreate, 0, someCreation())
		case dice < 96:
			id, version := w.people.choose(quietContact)
			w.send(feedDelete, id, with(id, version, variables{}))
		case w.latest != "":
			w.undo()
		}
	}
}

// with adds to an input the contact and one of the ways to lock it.
func with(id int, version string, input variables) variables {
	input["id"] = id
	switch rand.IntN(4) {
	case 0:
		input["expectedVersion"] = version
	case 1:
		input["expectedVersion"], input["onConflict"] = version, "MERGE"
	default:
		input["onConflict"] = "OVERWRITE"
	}
	return input
}

// undo takes back its own latest change: once.
func (w *feedWriter) undo() {
	id := w.latest
	w.latest = ""
	change, ok := revision.ParseChangeID(id)
	if !ok {
		w.t.Errorf("%q is no change", id)
		return
	}
	w.send(feedUndo, change.Contact, variables{"id": id})
}

// send runs a mutation about a contact, 0 for a new one.
func (w *feedWriter) send(document string, id int, input variables) {
	g, err := w.server.tryQuery(key("demo-agent"), document, variables{"input": input})
	if err != nil {
		w.pause("no answer")
		return
	}
	if len(g.Errors) > 0 {
		code := g.Errors[0].Extensions.Code
		if code != "SERVICE_UNAVAILABLE" && code != "OUTCOME_UNKNOWN" {
			w.t.Errorf("%s %v: %+v", document, input, g.Errors)
		}
		w.pause(code)
		return
	}
	for _, raw := range g.Data {
		var o feedOutcome
		if err := json.Unmarshal(raw, &o); err != nil {
			w.t.Errorf("%s: %v", raw, err)
			return
		}
		w.take(document, id, input, o)
	}
}

// pause notes why and waits for the server to come back.
func (w *feedWriter) pause(why string) {
	w.ledger.count(why)
	time.Sleep(20 * time.Millisecond)
}

// refusals are the codes that writes at random may earn.
var refusals = []string{"VERSION_CONFLICT", "EMAIL_TAKEN", "LOGIN_TAKEN", "NOT_FOUND", "INVALID"}

// take notes what a mutation answered.
func (w *feedWriter) take(document string, id int, input variables, o feedOutcome) {
	if o.Change == nil {
		if len(o.Errors) == 0 || !slices.Contains(refusals, o.Errors[0].Code) {
			w.t.Errorf("%s %v: %+v", document, input, o)
			return
		}
		w.ledger.count(o.Errors[0].Code)
		if o.Errors[0].Code == "NOT_FOUND" {
			w.people.forget(id)
		}
		if latest := o.Errors[0].Latest; latest != nil && id != 0 {
			w.people.put(id, latest.Version)
		}
		return
	}
	seq := seqOf(w.t, o.Change.Cursor)
	w.ledger.mu.Lock()
	if p, ok := w.ledger.acknowledged[seq]; ok {
		w.t.Errorf("two changes have the number %d: %+v and %+v", seq, p, *o.Change)
	}
	w.ledger.acknowledged[seq] = place{o.Change.ContactID, number(w.t, o.Change.Version)}
	w.ledger.outcomes["written"]++
	w.ledger.mu.Unlock()
	for last := w.last.Load(); last < seq && !w.last.CompareAndSwap(last, seq); last = w.last.Load() {
	}
	w.latest = o.Change.ID
	if o.Change.Kind == "DELETE" {
		w.people.forget(o.Change.ContactID)
	} else {
		w.people.put(o.Change.ContactID, o.Change.Version)
	}
}

// put replaces a contact's fields over REST.
func (w *feedWriter) put(id int, version string) {
	body, err := json.Marshal(map[string]any{
		"Version": version, "FirstName": someText(), "LastName": someText(), "Email": someAddress(), "LimitMailsPermanently": rand.IntN(2) == 0,
	})
	if err != nil {
		w.t.Error(err)
	}
	a, err := w.server.try(key("demo-agent"), http.MethodPut, fmt.Sprint("/api/v1/Contacts/", id), "application/json", string(body))
	switch {
	case err != nil:
		w.pause("no answer")
	case a.status == http.StatusServiceUnavailable:
		w.pause("503")
	case a.status == http.StatusNotFound:
		w.people.forget(id)
		w.ledger.count("404")
	case a.status == http.StatusOK:
		var c struct{ Version string }
		if err := json.Unmarshal([]byte(a.body), &c); err != nil {
			w.t.Error(err)
		}
		w.people.put(id, c.Version)
		w.ledger.count("written")
	case a.status == http.StatusConflict:
		w.ledger.count("409")
	default:
		w.t.Errorf("PUT %d %s: %d %s", id, body, a.status, a.body)
	}
}

func someText() string { return fmt.Sprint("n", rand.IntN(1000)) }

// someAddress is one of so few that two contacts want the same.
func someAddress() any {
	if n := rand.IntN(60); n < 50 {
		return fmt.Sprint("feed", n, "@example.com")
	}
	return nil
}

// somePatch has some of a contact's fields.
func somePatch() variables {
	all := []variables{
		{"firstName": someText()},
		{"firstName": someText(), "lastName": someText()},
		{"lastName": nil, "limitMailsPermanently": rand.IntN(2) == 0},
		{"email": someAddress()},
		{"preferredStoreId": 1 + rand.IntN(12), "companyId": 1 + rand.IntN(3)},
		{"preferredStoreId": nil, "latestPermissionSource": someText()},
		{"limitMailsTemporarilyUntil": time.Now().Add(rand.N(time.Hour)).UTC().Format(time.RFC3339Nano)},
		{"limitMailsTemporarilyUntil": nil, "companyId": nil},
	}
	return all[rand.IntN(len(all))]
}

// someDetails are some properties, logins and segments.
func someDetails() variables {
	values := func(texts ...any) []variables {
		list := []variables{}
		for _, text := range texts[:rand.IntN(len(texts)+1)] {
			list = append(list, variables{"value": text, "description": someText()})
		}
		return list
	}
	all := []variables{
		{"properties": []variables{{"propertyId": 2, "values": values(someText())}}},
		{"properties": []variables{{"propertyId": 9, "values": values(someText(), someText(), someText())}, {"propertyId": 5, "values": values("3")}}},
		{"properties": []variables{{"propertyId": 1, "values": []variables{{"value": someText()}}}}, "membership": []int{1 + rand.IntN(6), 7 + rand.IntN(6)}},
		{"membership": []int{1 + rand.IntN(12)}},
		{"membership": []int{}, "logins": []variables{}},
		{"logins": []variables{{"name": fmt.Sprint("login", rand.IntN(80)), "type": "EMAIL"}, {"name": fmt.Sprint("other", rand.IntN(1000))}}},
	}
	return all[rand.IntN(len(all))]
}

// someCreation is a new contact.
func someCreation() variables {
	input := someDetails()
	input["registrationSource"], input["set"] = "feed", somePatch()
	if rand.IntN(2) == 0 {
		input["registrationIp"], input["registrationStoreId"] = "192.0.2.1", 1+rand.IntN(12)
	}
	return input
}
