package outage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"contactgraph/internal/dberr"
	"contactgraph/internal/outage"

	"github.com/google/go-cmp/cmp"
)

type request struct{}

// TestLevels: what the log does not show otherwise is not in it because of an outage.
func TestLevels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		next := slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelError})
		log := slog.New(outage.Handler(next, func(context.Context) bool { return true }))
		for range 2 {
			log.Error("request failed", "error", dberr.ErrUnavailable)
		}
		time.Sleep(25 * time.Second)
		synctest.Wait()
		if got := strings.Count(b.String(), "\n"); got != 1 {
			t.Errorf("%d lines, want that of the first error:\n%s", got, b.String())
		}
	})
}

// TestHandler: an outage is one line at its beginning, one with a count every ten seconds, and one
// at its end. All other lines are as they would be without it, also those about an outage that do
// not come from requests.
func TestHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		log := slog.New(outage.Handler(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "since" {
				return slog.Attr{}
			}
			return a
		}}), func(ctx context.Context) bool { return ctx.Value(request{}) != nil }))
		ofRequest := context.WithValue(t.Context(), request{}, true)
		fail := func(n int) {
			for i := range n {
				log.With("n", i).ErrorContext(ofRequest, "request failed", "error", fmt.Errorf("reading: %w", dberr.ErrUnavailable))
			}
		}
		fail(100)
		log.ErrorContext(ofRequest, "request failed", "error", errors.New("another reason"))
		log.Error("writes are rejected", "error", dberr.ErrUnavailable)
		time.Sleep(11 * time.Second)
		fail(7)
		time.Sleep(10 * time.Second)
		time.Sleep(10 * time.Second)
		fail(1)
		time.Sleep(15 * time.Second)
		synctest.Wait() // for the last report
		want := []string{
			`level=ERROR msg="request failed" n=0 error="reading: the database is not available"`,
			`level=ERROR msg="request failed" error="another reason"`,
			`level=ERROR msg="writes are rejected" error="the database is not available"`,
			`level=WARN msg="the database is still unavailable" failures=99`,
			`level=WARN msg="the database is still unavailable" failures=7`,
			`level=INFO msg="the database has not been unavailable for ten seconds"`,
			`level=ERROR msg="request failed" n=0 error="reading: the database is not available"`,
			`level=INFO msg="the database has not been unavailable for ten seconds"`,
		}
		if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(b.String()), "\n")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
