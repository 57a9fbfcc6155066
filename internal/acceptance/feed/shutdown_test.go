package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// TestShutdownEndsSubscriptionsWithAnError stops a server that has a hundred subscribers over
// WebSockets, and no other requests. Each subscription must end with SERVICE_UNAVAILABLE before the
// server exits.
func TestShutdownEndsSubscriptionsWithAnError(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 20)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const document = `subscription { contactChanges { cursor } }`
	last := harness.Query[struct{ LastCursor string }](s, harness.APIKey("demo-agent"), `{ contactChanges(first: 0) { lastCursor } }`, nil).LastCursor
	const subscribers = 100
	var sockets []*harness.Socket
	for range subscribers {
		k, err := s.OpenSocket(ctx, "demo-agent")
		if err == nil {
			t.Cleanup(func() { k.Close() })
			err = k.Subscribe(ctx, document, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		sockets = append(sockets, k)
	}
	for i, k := range sockets {
		for cursor := ""; cursor != last; {
			g, err := k.Next(ctx)
			if err != nil {
				t.Fatal(i, err)
			}
			var c struct{ Cursor string }
			json.Unmarshal(g.Data["contactChanges"], &c)
			cursor = c.Cursor
		}
	}
	var stopping sync.WaitGroup
	stopping.Go(s.Stop)
	defer stopping.Wait()
	unexpected := map[string]int{}
	for _, k := range sockets {
		g, err := k.Next(ctx)
		if got := fmt.Sprint(g.Errors, err); err != nil || len(g.Errors) != 1 || g.Errors[0].Extensions.Code != "SERVICE_UNAVAILABLE" {
			unexpected[got]++
		}
	}
	if len(unexpected) > 0 {
		t.Errorf("of %d subscriptions these ended otherwise: %v", len(sockets), unexpected)
	}
}
