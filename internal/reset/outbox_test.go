package reset_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/mail"
	"contactgraph/internal/mail/mailtest"
	"contactgraph/internal/reset"
	"contactgraph/internal/viewer"
)

func (f *fixture) rows() []*ent.PasswordReset {
	return f.db.Client().PasswordReset.Query().AllX(viewer.NewSystemContext(f.t.Context(), 0))
}

// dyingSender panics after it has sent a message, so that nothing is recorded.
type dyingSender struct{ text string }

func (s *dyingSender) Send(_ context.Context, m mail.Message) error {
	s.text = m.Text
	panic("the process dies")
}

// TestProcessesSendOnce: several processes take the same requests.
func TestProcessesSendOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	other := f.open(databasetest.At(t, f.db.URL))
	for round := range 3 {
		f.clock.advance(time.Hour)
		for _, login := range []string{userLogin, contactLogin} {
			if err := f.request(login); err != nil {
				t.Fatal(err)
			}
		}
		before := f.sent()
		var all sync.WaitGroup
		for _, p := range []*process{f.process, other, f.process, other} {
			all.Go(func() {
				if err := p.Resets.SendDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := f.sent() - before; n != 2 {
			t.Errorf("round %d: %d messages for two requests", round, n)
		}
	}
}

// TestProcessDies: a process that has taken a request, and perhaps sent the message, is never heard
// of again. Another one sends it later, and only its link works.
func TestProcessDies(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	dying := f.open(f.db)
	sender := &dyingSender{}
	dying.Resets.SendBy(sender, links)
	if err := f.request(contactLogin); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() { _ = recover() }()
		dying.Resets.SendOne(t.Context(), f.rows()[0])
	}()
	lost := tokenPattern.FindString(sender.text)
	if lost == "" {
		t.Fatal("the process has sent nothing")
	}
	f.send()
	if n := f.sent(); n != 0 {
		t.Fatalf("%d messages were sent while the process may be alive", n)
	}
	f.clock.advance(reset.Lease)
	f.send()
	messages, _ := f.receiver.Messages()
	if len(messages) != 1 {
		t.Fatalf("%d messages were sent later", len(messages))
	}
	if got := f.confirm(lost); got != void {
		t.Errorf("the link of the first message: %q", got)
	}
	if got := f.confirm(tokenPattern.FindString(messages[0].Text)); got != "" {
		t.Errorf("the link of the second message: %q", got)
	}
}

// TestServerFails: a message is tried again while its request is valid, later each time.
func TestServerFails(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	f := newFixture(t, mailtest.Options{Reject: func(string) error {
		if down.Load() {
			return mailtest.Refuse(451)
		}
		return nil
	}})
	if err := f.request(contactLogin); err != nil {
		t.Fatal(err)
	}
	var waits []time.Duration
	for range 4 {
		f.send()
		row := f.rows()[0]
		waits = append(waits, row.NextAt.Sub(f.clock.now()))
		f.send() // it is not due
		if again := f.rows()[0]; again.Attempts != row.Attempts {
			t.Errorf("attempt %d came too early", again.Attempts)
		}
		f.clock.advance(waits[len(waits)-1])
	}
	for i, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute} {
		if waits[i] != want {
			t.Errorf("the waits are %v", waits)
		}
	}
	down.Store(false)
	f.send()
	messages, _ := f.receiver.Messages()
	if len(messages) != 1 {
		t.Fatalf("%d messages were sent", len(messages))
	}
	if got := f.confirm(tokenPattern.FindString(messages[0].Text)); got != "" {
		t.Error(got)
	}
}

// TestServerFailsForAnHour: nothing is sent about a request that was forgotten long ago.
func TestServerFailsForAnHour(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	if err := f.request(contactLogin); err != nil {
		t.Fatal(err)
	}
	f.clock.advance(reset.Lifetime)
	f.send()
	if n := f.sent(); n != 0 || len(f.rows()) != 0 {
		t.Errorf("%d messages, %d requests", n, len(f.rows()))
	}
}

// TestServerRefuses: a recipient that the server refuses for good is not tried again.
func TestServerRefuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{Reject: func(string) error { return mailtest.Refuse(550) }})
	if err := f.request(contactLogin); err != nil {
		t.Fatal(err)
	}
	f.send()
	if rows := f.rows(); len(rows) != 0 {
		t.Errorf("it is kept: %v", rows)
	}
}

// TestReplacedWhileSending: a request that is replaced while its message is on the way leaves the
// new one alone.
func TestReplacedWhileSending(t *testing.T) {
	t.Parallel()
	var f *fixture
	var once sync.Once
	f = newFixture(t, mailtest.Options{Before: func() {
		once.Do(func() {
			if err := f.request(contactLogin); err != nil {
				t.Error(err)
			}
		})
	}})
	if err := f.request(contactLogin); err != nil {
		t.Fatal(err)
	}
	f.send()
	if rows := f.rows(); len(rows) != 1 || rows[0].NextAt == nil || rows[0].TokenHash != nil {
		t.Fatalf("the new request is %v", rows)
	}
	f.send()
	messages, _ := f.receiver.Messages()
	if len(messages) != 2 {
		t.Fatalf("%d messages", len(messages))
	}
	for i, want := range []string{void, ""} {
		if got := f.confirm(tokenPattern.FindString(messages[i].Text)); got != want {
			t.Errorf("link %d: got %q, want %q", i, got, want)
		}
	}
}

// TestServe: requests are sent without a wait by the process that records them.
func TestServe(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	done := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	go func() { f.Resets.Serve(ctx); close(done) }()
	_, more := f.receiver.Messages()
	if err := f.request(userLogin); err != nil {
		t.Fatal(err)
	}
	select {
	case <-more:
	case <-time.After(time.Minute):
		t.Error("nothing was sent")
	}
	stop()
	<-done
}
