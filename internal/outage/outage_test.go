package outage_test

import (
	"bytes"
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

// TestHandler: an outage is one line at its beginning, one with a count every ten seconds, and one
// at its end. All other lines are as they would be without it.
func TestHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		log := slog.New(outage.Handler(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "since" {
				return slog.Attr{}
			}
			return a
		}})))
		fail := func(n int) {
			for i := range n {
				log.With("n", i).Error("request failed", "error", fmt.Errorf("reading: %w", dberr.ErrUnavailable))
			}
		}
		fail(100)
		log.Error("request failed", "error", errors.New("another reason"))
		time.Sleep(11 * time.Second)
		fail(7)
		time.Sleep(10 * time.Second)
		time.Sleep(10 * time.Second)
		fail(1)
		time.Sleep(15 * time.Second)
		want := []string{
			`level=ERROR msg="request failed" n=0 error="reading: the database is not available"`,
			`level=ERROR msg="request failed" error="another reason"`,
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
