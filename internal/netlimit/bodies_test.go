package netlimit

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

const kib = 1 << 10

// TestBodiesAreBounded: many clients that do not send the end of their bodies neither fill the
// memory nor block the others.
func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	f := serve(t, func(l *Limits) { l.BodyBytes = 1000 * kib })
	var slow []*client
	for range 20 {
		slow = append(slow, f.dial("127.0.0.1", post(250*kib, 200*kib)))
	}
	f.eventually("the limit is reached", func() bool { return len(f.bodyErrors()) >= 15 })
	for range 10 {
		if got := f.dial("127.0.0.1", post(200*kib, 200*kib)).status(); got != http.StatusOK {
			t.Errorf("an honest client got %d", got)
		}
	}
	if held := f.held(); held > 1000*kib {
		t.Errorf("%d KiB are held", held/kib)
	}
	for _, err := range f.bodyErrors() {
		if !errors.Is(err, ErrInterrupted) {
			t.Errorf("a body failed with %v", err)
		}
	}
	if got := slow[0].status(); got != http.StatusServiceUnavailable {
		t.Errorf("the first slow client got %d", got)
	}
	for _, c := range slow {
		c.Close()
	}
	f.eventually("nothing is held", func() bool { return f.held() == 0 && f.beingRead() == 0 })
}

// held returns how many bytes of bodies count.
func (f *fixture) held() int64 {
	f.bodies.mu.Lock()
	defer f.bodies.mu.Unlock()
	return f.bodies.bytes
}

// beingRead returns how many bodies are registered in any way.
func (f *fixture) beingRead() int {
	f.bodies.mu.Lock()
	defer f.bodies.mu.Unlock()
	return max(len(f.bodies.reading), f.bodies.oldest.Len(), len(f.bodies.addresses))
}

// TestBodiesOfAnAddressAreBounded: a slow client at another address is not the one to be
// interrupted.
func TestBodiesOfAnAddressAreBounded(t *testing.T) {
	t.Parallel()
	f := serve(t, func(l *Limits) { l.BodyBytesPerAddress = 500 * kib })
	other := f.dial("127.0.0.3", post(250*kib, 200*kib))
	f.eventually("the other body is held", func() bool { return f.held() == 200*kib-free })
	for range 5 {
		f.dial("127.0.0.2", post(250*kib, 200*kib))
	}
	f.eventually("the latest two are held", func() bool { return len(f.bodyErrors()) == 3 && f.held() == 600*kib-3*free })
	other.send(strings.Repeat("x", 50*kib))
	if got := other.status(); got != http.StatusOK {
		t.Errorf("the other address got %d", got)
	}
}

// TestUnreadBodies: the server does not wait long for a body that the handler has not read.
func TestUnreadBodies(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	f.finish()
	c := f.dial("127.0.0.1", strings.Replace(post(1000, 10), "POST /", "POST /wait", 1))
	if got := c.status(); got != http.StatusOK {
		t.Errorf("got %d", got)
	}
	if got := c.status(); got != 0 { // ReadTimeout is a minute
		t.Errorf("got %d", got)
	}
}

// TestConnectionIsReusedAfterABody: the deadlines of a body do not outlive it.
func TestConnectionIsReusedAfterABody(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	f.finish()
	c := f.dial("127.0.0.1", "")
	for range 3 {
		for _, text := range []string{post(1000, 1000), strings.Replace(post(1000, 1000), "POST /", "POST /wait", 1), get("/")} {
			c.send(text)
			if got := c.status(); got != http.StatusOK {
				t.Fatalf("got %d", got)
			}
		}
		time.Sleep(unreadRest / 2)
	}
}
