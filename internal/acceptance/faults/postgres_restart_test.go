package faults

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

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/pgserver"

	"github.com/coder/websocket"
)

const (
	restartClients  = 16
	restartContacts = 8 // half as many, so that two clients write each contact
	// patience is how long a response may take while PostgreSQL is down or starting.
	patience = 5 * time.Second
)

// restarts returns the number of restarts: 20 if CONTACTGRAPH_TEST_FAULTS is set, as make
// test-faults does.
func restarts() int {
	if os.Getenv("CONTACTGRAPH_TEST_FAULTS") != "" {
		return 20
	}
	return 3
}

// attempt is a write as its client saw it. Its name is unique.
type attempt struct {
	contact int
	name    string
	version string // "" if it was not acknowledged
	outcome string // the error code; "" if there is none
}

// load is clients that write until stop is closed.
type load struct {
	t       *testing.T
	stop    chan struct{}
	once    sync.Once
	wg      sync.WaitGroup
	mu      sync.Mutex
	tried   []attempt
	slowest time.Duration
	acked   atomic.Int64 // when the request of the latest acknowledged write was sent, in Unix nanoseconds
	refused atomic.Int64 // writes that got SERVICE_UNAVAILABLE
}

// startLoad starts the clients, which end with the test at the latest.
func startLoad(t *testing.T, f harness.Fleet) *load {
	l := &load{t: t, stop: make(chan struct{})}
	for i := range restartClients {
		l.wg.Go(func() { l.write(f.For(i), i) })
	}
	t.Cleanup(l.end)
	return l
}

// end ends the clients.
func (l *load) end() {
	l.once.Do(func() { close(l.stop) })
	l.wg.Wait()
}

// TestPostgresRestartsLoseNoAcknowledgedWrite restarts PostgreSQL under load, without a clean
// shutdown. Every acknowledged write is there once, no refused write is there, and the servers
// recover without a restart of their own.
func TestPostgresRestartsLoseNoAcknowledgedWrite(t *testing.T) {
	harness.RequireEngine(t, harness.Postgres)
	t.Parallel()
	pg := harness.NewPostgres(t, pgserver.Options{}, "restarts")
	database := pg.URL("restarts")
	f := harness.StartFleet(t, database, restartContacts, 2)
	l := startLoad(t, f)
	var slowest time.Duration
	for n := range restarts() {
		time.Sleep(time.Duration(200+rand.IntN(500)) * time.Millisecond)
		pg.Crash()
		checkUnavailable(t, f, l)
		if err := pg.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		took := l.firstSuccess()
		slowest = max(slowest, took)
		if took > patience {
			t.Fatalf("restart %d: no write succeeded within %s after PostgreSQL was back", n, took)
		}
	}
	l.end()
	counts := checkAttempts(t, database, l.tried)
	report(t, "PostgreSQL crashes and restarts", restarts(), counts[""], slowest)
	t.Logf("%d restarts, writes by outcome %v, first success at most %s after PostgreSQL was back, slowest response %s",
		restarts(), counts, slowest, l.slowest)
	if counts[""] < restartClients+restarts() || counts["SERVICE_UNAVAILABLE"] == 0 {
		t.Error("too few writes succeeded or none was refused: the test proved nothing")
	}
	if l.slowest > patience {
		t.Errorf("a response took %s", l.slowest)
	}
}

// checkUnavailable checks what the servers answer while PostgreSQL is down, and waits until the
// load has noticed that it is.
func checkUnavailable(t *testing.T, f harness.Fleet, l *load) {
	t.Helper()
	before := l.refused.Load()
	for _, s := range f {
		for path, want := range map[string]int{"/api/v1/Contacts/1": 503, "/readyz": 503, "/healthz": 200} {
			if a := s.Send(harness.APIKey("demo-agent"), "GET", path, "", ""); a.Status != want {
				t.Errorf("GET %s while PostgreSQL is down: %d %s", path, a.Status, a.Body)
			}
		}
		a := s.Send(harness.APIKey("demo-agent"), "PUT", "/api/v1/Contacts/1", "application/json", `{"Version":"AAAAAAAAAAE="}`)
		if a.Status != 503 || a.Header.Get("Retry-After") == "" {
			t.Errorf("PUT while PostgreSQL is down: %d %v %s", a.Status, a.Header, a.Body)
		}
		if err := handshake(t, s); websocket.CloseStatus(err) != websocket.StatusTryAgainLater {
			t.Errorf("a WebSocket while PostgreSQL is down: %v", err)
		}
	}
	for end := time.Now().Add(patience); l.refused.Load() < before+restartClients; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Error("the clients' writes are not refused while PostgreSQL is down")
			return
		}
	}
}

// handshake opens a WebSocket with an API key that the server has to look up in the database. It
// returns the error with which the connection ends.
func handshake(t *testing.T, s *harness.Server) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	k, err := s.OpenSocket(ctx, "unknown-key")
	if err != nil {
		return err
	}
	defer k.Close()
	_, err = k.Next(ctx)
	return err
}

// firstSuccess waits for an acknowledged write that was sent after the call, and returns how long
// that took: more than patience if there was none.
func (l *load) firstSuccess() time.Duration {
	begin := time.Now()
	for time.Since(begin) <= patience && l.acked.Load() < begin.UnixNano() {
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(begin)
}

// write writes the contact of a client again and again.
func (l *load) write(s *harness.Server, client int) {
	contact, version := client%restartContacts+1, harness.VersionText(1)
	for n := 0; ; n++ {
		select {
		case <-l.stop:
			return
		default:
		}
		a := attempt{contact: contact, name: fmt.Sprintf("%d-%d", client, n)}
		begin := time.Now()
		latest := l.attempt(s, &a, version)
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

// attempt sends a write and records its outcome. It returns the version that the contact has now if
// the response has one, and "" otherwise.
func (l *load) attempt(s *harness.Server, a *attempt, version string) string {
	body, err := json.Marshal(map[string]any{"query": harness.UpdateFirstName, "variables": harness.Variables{"id": fmt.Sprint(a.contact), "v": version, "name": a.name}})
	if err != nil {
		l.t.Error(err)
	}
	r, err := s.TrySend(harness.APIKey("demo-agent"), "POST", "/graphql", "application/json", string(body))
	if err != nil {
		l.t.Errorf("no response: %v", err)
		return ""
	}
	var g harness.Result
	var o harness.WriteResult
	if err := json.Unmarshal([]byte(r.Body), &g); err != nil {
		l.t.Errorf("%d %s: %v", r.Status, r.Body, err)
		return ""
	}
	json.Unmarshal(g.Data["updateContact"], &o)
	switch {
	case r.Status == http.StatusServiceUnavailable && len(g.Errors) == 1 && r.Header.Get("Retry-After") != "":
		a.outcome = g.Errors[0].Extensions.Code
	case r.Status != http.StatusOK || len(g.Errors) > 0:
		l.t.Errorf("%d %v %s", r.Status, r.Header, r.Body)
	case len(o.Errors) == 1 && o.Errors[0].Latest != nil:
		a.outcome = o.Errors[0].Code
		return o.Errors[0].Latest.Version
	case o.Contact == nil:
		l.t.Errorf("%d %s", r.Status, r.Body)
	default:
		a.version = o.Contact.Version
	}
	return a.version
}

// loggedName is a first name that a row of the change log gave to a contact.
type loggedName struct {
	Contact, Version int
	Name             string
}

// checkAttempts compares the change log with what the clients saw. It returns the number of
// attempts by outcome.
func checkAttempts(t *testing.T, database string, tried []attempt) map[string]int {
	t.Helper()
	found := map[string][]loggedName{}
	for _, r := range harness.Rows[loggedName](t, database, `SELECT contact_id, version, f->>'new' FROM changes, jsonb_array_elements(fields) f
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
			t.Errorf("a write took effect twice: %+v is in the log as %+v", a, rows)
		case a.version != "" && (len(rows) == 0 || rows[0] != loggedName{a.contact, harness.VersionNumber(t, a.version), a.name}):
			t.Errorf("an acknowledged write is lost: %+v is in the log as %+v", a, rows)
		case a.version == "" && a.outcome != "OUTCOME_UNKNOWN" && len(rows) > 0:
			t.Errorf("a refused write took effect: %+v is in the log as %+v", a, rows)
		}
	}
	for _, rows := range found {
		t.Errorf("the log has a change that no client wrote: %+v", rows)
	}
	for _, c := range harness.LogGaps(t, database) {
		t.Errorf("contact %d has %d changes up to version %d", c.ContactID, c.Changes, c.Version)
	}
	return counts
}
