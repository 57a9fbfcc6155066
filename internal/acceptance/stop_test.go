package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"
)

// TestStoppingTellsWhoFollows stops a server that many follow over WebSockets, which nothing else keeps: each learns before the
// server goes away that it does.
func TestStoppingTellsWhoFollows(t *testing.T) {
	t.Parallel()
	s := demo(t, 20)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const document = `subscription { contactChanges { cursor } }`
	last := into[struct{ LastCursor string }](s, key("demo-agent"), `{ contactChanges(first: 0) { lastCursor } }`, nil).LastCursor
	const readers = 100
	var sockets []*socket
	for range readers {
		k, err := s.openSocket(ctx, "demo-agent")
		if err == nil {
			t.Cleanup(func() { k.conn.CloseNow() })
			err = k.subscribe(ctx, document, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		sockets = append(sockets, k)
	}
	for i, k := range sockets {
		for cursor := ""; cursor != last; {
			g, err := k.next(ctx)
			if err != nil {
				t.Fatal(i, err)
			}
			var c struct{ Cursor string }
			json.Unmarshal(g.Data["contactChanges"], &c)
			cursor = c.Cursor
		}
	}
	var stopping sync.WaitGroup
	stopping.Go(s.stop)
	defer stopping.Wait()
	untold := map[string]int{}
	for _, k := range sockets {
		g, err := k.next(ctx)
		if got := fmt.Sprint(g.Errors, err); err != nil || len(g.Errors) != 1 || g.Errors[0].Extensions.Code != "SERVICE_UNAVAILABLE" {
			untold[got]++
		}
	}
	if len(untold) > 0 {
		t.Errorf("of %d readers these are told nothing: %v", len(sockets), untold)
	}
}
