package feed

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/revision"
)

// pool is the contacts that writers pick from, with the version that each was last seen at.
type pool struct {
	mu       sync.Mutex
	ids      []int
	versions map[int]string
}

func newPool(n int) *pool {
	p := &pool{versions: map[int]string{}}
	for id := 1; id <= n; id++ {
		p.set(id, harness.VersionText(1))
	}
	return p
}

// set records the version of a contact, which may be new.
func (p *pool) set(id int, version string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.versions[id]; !ok {
		p.ids = append(p.ids, id)
	}
	p.versions[id] = version
}

// remove removes a contact that was deleted.
func (p *pool) remove(id int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.versions, id)
	p.ids = slices.DeleteFunc(p.ids, func(other int) bool { return other == id })
}

// pick returns any contact but the first n.
func (p *pool) pick(n int) (id int, version string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id = p.ids[n+rand.IntN(len(p.ids)-n)]
	return id, p.versions[id]
}

// small reports whether there are fewer contacts than at the beginning.
func (p *pool) small() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.ids) < contactCount
}

// changeKey identifies a change by its contact and the version that it produced.
type changeKey struct{ contact, version int }

// ledger is the responses that the writers have received.
type ledger struct {
	mu           sync.Mutex
	acknowledged map[int64]changeKey // by sequence number
	outcomes     map[string]int
}

// check compares the ledger with the log.
func (l *ledger) check(t *testing.T, log []logRow) {
	t.Helper()
	for seq, p := range l.acknowledged {
		if seq > int64(len(log)) || log[seq-1].changeKey != p {
			t.Errorf("the acknowledged change %d, %+v, is not in the log", seq, p)
		}
	}
}

func (l *ledger) count(outcome string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outcomes[outcome]++
}

// writer writes contacts through one server.
type writer struct {
	*feedTest

	server *harness.Server
	first  bool   // whether it is the first server
	latest string // the id of its latest change
}

// payload is the payload of a mutation.
type payload struct {
	Change *struct {
		ID, Cursor, Version, Kind string
		ContactID                 int
	}
	Errors []struct {
		Code   string
		Latest *struct{ Version string }
	}
}

// mutation returns the document of a mutation with one input.
func mutation(name, input string) string {
	return `mutation($input: ` + input + `!) { ` + name + `(input: $input) {
		change { id cursor contactId version kind } errors { code ... on VersionConflict { latest { version } } } } }`
}

var (
	updateContact = mutation("updateContact", "UpdateContactInput")
	setDetails    = mutation("setContactDetails", "SetContactDetailsInput")
	createContact = mutation("createContact", "CreateContactInput")
	deleteContact = mutation("deleteContact", "DeleteContactInput")
	undoChange    = mutation("undoChange", "UndoChangeInput")
)

// write writes until there are enough changes.
func (w *writer) write() {
	skip := lockedContact
	if w.first {
		skip = 0
	}
	for {
		select {
		case <-w.written:
			return
		default:
		}
		id, version := w.contacts.pick(skip)
		switch dice := rand.IntN(100); {
		case dice < 50:
			w.send(updateContact, id, with(id, version, harness.Variables{"set": somePatch()}))
		case dice < 70:
			w.send(setDetails, id, with(id, version, someDetails()))
		case dice < 80:
			w.put(id, version)
		case dice < 96 && w.contacts.small():
			w.send(createContact, 0, someCreation())
		case dice < 96:
			id, version := w.contacts.pick(quietContact)
			w.send(deleteContact, id, with(id, version, harness.Variables{}))
		case w.latest != "":
			w.undo()
		}
	}
}

// with adds the contact and one of the conflict policies to an input.
func with(id int, version string, input harness.Variables) harness.Variables {
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

// undo undoes the latest change of this writer, once.
func (w *writer) undo() {
	id := w.latest
	w.latest = ""
	change, ok := revision.ParseChangeID(id)
	if !ok {
		w.t.Errorf("%q is not the id of a change", id)
		return
	}
	w.send(undoChange, change.Contact, harness.Variables{"id": id})
}

// send runs a mutation of a contact, which is 0 for a new one.
func (w *writer) send(document string, id int, input harness.Variables) {
	g, err := w.server.TryExecute(harness.APIKey("demo-agent"), document, harness.Variables{"input": input})
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
		var o payload
		if err := json.Unmarshal(raw, &o); err != nil {
			w.t.Errorf("%s: %v", raw, err)
			return
		}
		w.record(document, id, input, o)
	}
}

// pause counts the outcome and waits a little for the server to come back.
func (w *writer) pause(outcome string) {
	w.ledger.count(outcome)
	time.Sleep(20 * time.Millisecond)
}

// expectedCodes are the error codes that random writes may get.
var expectedCodes = []string{"VERSION_CONFLICT", "EMAIL_TAKEN", "LOGIN_TAKEN", "NOT_FOUND", "INVALID"}

// record records the payload of a mutation.
func (w *writer) record(document string, id int, input harness.Variables, o payload) {
	if o.Change == nil {
		if len(o.Errors) == 0 || !slices.Contains(expectedCodes, o.Errors[0].Code) {
			w.t.Errorf("%s %v: %+v", document, input, o)
			return
		}
		w.ledger.count(o.Errors[0].Code)
		if o.Errors[0].Code == "NOT_FOUND" {
			w.contacts.remove(id)
		}
		if latest := o.Errors[0].Latest; latest != nil && id != 0 {
			w.contacts.set(id, latest.Version)
		}
		return
	}
	seq := seqOf(w.t, o.Change.Cursor)
	w.ledger.mu.Lock()
	if p, ok := w.ledger.acknowledged[seq]; ok {
		w.t.Errorf("two changes have the sequence number %d: %+v and %+v", seq, p, *o.Change)
	}
	w.ledger.acknowledged[seq] = changeKey{o.Change.ContactID, harness.VersionNumber(w.t, o.Change.Version)}
	w.ledger.outcomes["written"]++
	w.ledger.mu.Unlock()
	for last := w.last.Load(); last < seq && !w.last.CompareAndSwap(last, seq); last = w.last.Load() {
	}
	w.latest = o.Change.ID
	if o.Change.Kind == "DELETE" {
		w.contacts.remove(o.Change.ContactID)
	} else {
		w.contacts.set(o.Change.ContactID, o.Change.Version)
	}
}

// put replaces a contact's fields over REST.
func (w *writer) put(id int, version string) {
	body, err := json.Marshal(map[string]any{
		"Version": version, "FirstName": someText(), "LastName": someText(), "Email": someAddress(), "LimitMailsPermanently": rand.IntN(2) == 0,
	})
	if err != nil {
		w.t.Error(err)
	}
	a, err := w.server.TrySend(harness.APIKey("demo-agent"), http.MethodPut, fmt.Sprint("/api/v1/Contacts/", id), "application/json", string(body))
	switch {
	case err != nil:
		w.pause("no answer")
	case a.Status == http.StatusServiceUnavailable:
		w.pause("503")
	case a.Status == http.StatusNotFound:
		w.contacts.remove(id)
		w.ledger.count("404")
	case a.Status == http.StatusOK:
		var c struct{ Version string }
		if err := json.Unmarshal([]byte(a.Body), &c); err != nil {
			w.t.Error(err)
		}
		w.contacts.set(id, c.Version)
		w.ledger.count("written")
	case a.Status == http.StatusConflict:
		w.ledger.count("409")
	default:
		w.t.Errorf("PUT %d %s: %d %s", id, body, a.Status, a.Body)
	}
}

func someText() string { return fmt.Sprint("n", rand.IntN(1000)) }

// someAddress returns one of few email addresses, so that contacts compete for them, or none.
func someAddress() any {
	if n := rand.IntN(60); n < 50 {
		return fmt.Sprint("feed", n, "@example.com")
	}
	return nil
}

// somePatch returns values for some of a contact's fields.
func somePatch() harness.Variables {
	all := []harness.Variables{
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

// someDetails returns some properties, logins and segments.
func someDetails() harness.Variables {
	values := func(texts ...any) []harness.Variables {
		list := []harness.Variables{}
		for _, text := range texts[:rand.IntN(len(texts)+1)] {
			list = append(list, harness.Variables{"value": text, "description": someText()})
		}
		return list
	}
	all := []harness.Variables{
		{"properties": []harness.Variables{{"propertyId": 2, "values": values(someText())}}},
		{"properties": []harness.Variables{{"propertyId": 9, "values": values(someText(), someText(), someText())}, {"propertyId": 5, "values": values("3")}}},
		{"properties": []harness.Variables{{"propertyId": 1, "values": []harness.Variables{{"value": someText()}}}}, "membership": []int{1 + rand.IntN(6), 7 + rand.IntN(6)}},
		{"membership": []int{1 + rand.IntN(12)}},
		{"membership": []int{}, "logins": []harness.Variables{}},
		{"logins": []harness.Variables{{"name": fmt.Sprint("login", rand.IntN(80)), "type": "EMAIL"}, {"name": fmt.Sprint("other", rand.IntN(1000))}}},
	}
	return all[rand.IntN(len(all))]
}

// someCreation returns the input that creates a contact.
func someCreation() harness.Variables {
	input := someDetails()
	input["registrationSource"], input["set"] = "feed", somePatch()
	if rand.IntN(2) == 0 {
		input["registrationIp"], input["registrationStoreId"] = "192.0.2.1", 1+rand.IntN(12)
	}
	return input
}
