package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/pgserver"

	"github.com/coder/websocket"
)

const (
	restartClients  = 16
	restartContacts = 8 // so that two clients meet on each
	// patience is how long an answer may take while PostgreSQL is away or comes back.
	patience = 5 * time.Second
)

// restarts is how many there are: twenty with CONTACTGRAPH_TEST_FAULTS set, as make test-faults does.
func restarts() int {
	if os.Getenv("CONTACTGRAPH_TEST_FAULTS") != "" {
		return 20
	}
	return 3
}

// attempt is a write as its client saw it. Its name is no other's.
type attempt struct {
	contact int
	name    string
	version string // "" if it was not acknowledged
	outcome string // the code if there is one
}

// load is clients that write until they are told to stop.
type load struct {
	t       *testing.T
	stop    chan struct{}
	wg      sync.WaitGroup
	mu      sync.Mutex
	tried   []attempt
	slowest time.Duration
	acked   atomic.Int64 // nanoseconds since 1970 at which the request of the latest acknowledged write began
	refused atomic.Int64
}

// pg_ctl restart -m immediate under load: whatever was acknowledged is there, whatever was refused is not, nothing is there
// twice, and the servers go on by themselves.
func TestPostgresRestarts(t *testing.T) {
	only(t, postgres)
	t.Parallel()
	pg := ownPostgres(t, pgserver.Options{}, "restarts")
	database := pg.URL("restarts")
	f := fleetOn(t, database, restartContacts, 2)
	l := &load{t: t, stop: make(chan struct{})}
	for i := range restartClients {
		l.wg.Go(func() { l.write(f.of(i), i) })
	}
	var slowest time.Duration
	for n := range restarts() {
		time.Sleep(time.Duration(200+rand.IntN(500)) * time.Millisecond)
		pg.Crash()
		away(t, f, l)
		if err := pg.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		took := l.firstSuccess()
		slowest = max(slowest, took)
		if took > patience {
			t.Fatalf("restart %d: no write in the %s after PostgreSQL was back", n, took)
		}
	}
	close(l.stop)
	l.wg.Wait()
	counts := checkAttempts(t, database, l.tried)
	t.Logf("%d restarts, writes by outcome %v, first success at most %s after PostgreSQL was back, slowest answer %s",
		restarts(), counts, slowest, l.slowest)
	if counts[""] < restartClients+restarts() || counts["SERVICE_UNAVAILABLE"] == 0 {
		t.Error("too little happened: the test showed nothing")
	}
	if l.slowest > patience {
		t.Errorf("an answer took %s", l.slowest)
	}
}

// away looks at the servers while PostgreSQL is away.
func away(t *testing.T, f fleet, l *load) {
	t.Helper()
	before := l.refused.Load()
	for _, s := range f {
		for path, want := range map[string]int{"/api/v1/Contacts/1": 503, "/readyz": 503, "/healthz": 200} {
			if a := s.send(key("demo-agent"), "GET", path, "", ""); a.status != want {
				t.Errorf("GET %s while PostgreSQL is away: %d %s", path, a.status, a.body)
			}
		}
		a := s.send(key("demo-agent"), "PUT", "/api/v1/Contacts/1", "application/json", `{"Version":"AAAAAAAAAAE="}`)
		if a.status != 503 || a.header.Get("Retry-After") == "" {
			t.Errorf("PUT while PostgreSQL is away: %d %v %s", a.status, a.header, a.body)
		}
		if err := greeting(t, s); websocket.CloseStatus(err) != websocket.StatusTryAgainLater {
			t.Errorf("a WebSocket while PostgreSQL is away: %v", err)
		}
	}
	for end := time.Now().Add(patience); l.refused.Load() < before+restartClients; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Error("the clients are not refused while PostgreSQL is away")
			return
		}
	}
}

// greeting is the error with which the WebSocket ends of somebody whom the server has to ask the database for.
func greeting(t *testing.T, s *process) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	k, err := s.openSocket(ctx, "nobody-so-far")
	if err != nil {
		return err
	}
	defer k.conn.CloseNow()
	_, err = k.next(ctx)
	return err
}

// firstSuccess waits for an acknowledged write that was sent after now.
func (l *load) firstSuccess() time.Duration {
	begin := time.Now()
	for time.Since(begin) <= patience && l.acked.Load() < begin.UnixNano() {
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(begin)
}

// write writes a contact again and again.
func (l *load) write(s *process, client int) {
	contact, version := client%restartContacts+1, versionText(1)
	for n := 0; ; n++ {
		select {
		case <-l.stop:
			return
		default:
		}
		a := attempt{contact: contact, name: fmt.Sprintf("%d-%d", client, n)}
		begin := time.Now()
		latest := l.one(s, &a, version)
		took := time.Since(begin)
		if a.version != "" {
			l.acked.Store(begin.UnixNano())
		}
		l.mu.Lock()
		l.tried, l.slowest = append(l.tried, a), max(l.slowest, took)
		l.mu.Unlock()
		if latest != "" {
			version = latest
		}
		if a.outcome == "SERVICE_UNAVAILABLE" {
			l.refused.Add(1)
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// one makes the attempt and returns the version that the contact has now, as far as the answer says.
func (l *load) one(s *process, a *attempt, version string) string {
	body, err := json.Marshal(map[string]any{"query": updateName, "variables": variables{"id": fmt.Sprint(a.contact), "v": version, "name": a.name}})
	if err != nil {
		l.t.Error(err)
	}
	r, err := s.try(key("demo-agent"), "POST", "/graphql", "application/json", string(body))
	if err != nil {
		l.t.Errorf("no answer: %v", err)
		return ""
	}
	var g graphql
	var o outcome
	if err := json.Unmarshal([]byte(r.body), &g); err != nil {
		l.t.Errorf("%d %s: %v", r.status, r.body, err)
		return ""
	}
	json.Unmarshal(g.Data["updateContact"], &o)
	switch {
	case r.status == http.StatusServiceUnavailable && len(g.Errors) == 1 && r.header.Get("Retry-After") != "":
		a.outcome = g.Errors[0].Extensions.Code
	case r.status != http.StatusOK || len(g.Errors) > 0:
		l.t.Errorf("%d %v %s", r.status, r.header, r.body)
	case len(o.Errors) == 1 && o.Errors[0].Latest != nil:
		a.outcome = o.Errors[0].Code
		return o.Errors[0].Latest.Version
	case o.Contact == nil:
		l.t.Errorf("%d %s", r.status, r.body)
	default:
		a.version = o.Contact.Version
	}
	return a.version
}

// logged is a first name that a row of the change log gave to a contact.
type logged struct {
	Contact, Version int
	Name             string
}

// checkAttempts compares the change log with what the clients saw, and counts the attempts by outcome.
func checkAttempts(t *testing.T, database string, tried []attempt) map[string]int {
	t.Helper()
	found := map[string][]logged{}
	for _, r := range rows[logged](t, database, `SELECT contact_id, version, f->>'new' FROM changes, jsonb_array_elements(fields) f
		WHERE kind = 'UPDATE' AND f->>'path' = 'firstName'`) {
		found[r.Name] = append(found[r.Name], r)
	}
	counts := map[string]int{}
	for _, a := range tried {
		counts[a.outcome]++
		rows := found[a.name]
		delete(found, a.name)
		switch {
		case len(rows) > 1:
			t.Errorf("a write took effect twice: %+v is %+v", a, rows)
		case a.version != "" && (len(rows) == 0 || rows[0] != logged{a.contact, number(t, a.version), a.name}):
			t.Errorf("an acknowledged write is lost: %+v is %+v", a, rows)
		case a.version == "" && a.outcome != "OUTCOME_UNKNOWN" && len(rows) > 0:
			t.Errorf("a refused write took effect: %+v is %+v", a, rows)
		}
	}
	for _, rows := range found {
		t.Errorf("nobody wrote %+v", rows)
	}
	for _, c := range gaps(t, database) {
		t.Errorf("contact %d has %d changes up to version %d", c.ID, c.Changes, c.Version)
	}
	return counts
}
