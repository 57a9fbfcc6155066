package contactgraph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// changeLog is a server with a log of changes, whose cursors are numbers. Its streams end in
// different ways, one after the other; the last one stays open.
type changeLog struct {
	length  int
	streams []string // what a stream sends after two changes
	opened  int
	closed  atomic.Int32 // by the client
	failure *answer      // of all requests
}

func (l *changeLog) RoundTrip(request *http.Request) (*http.Response, error) {
	var sent struct {
		Variables struct {
			After string
			First int
		}
	}
	if err := json.NewDecoder(request.Body).Decode(&sent); err != nil {
		return nil, err
	}
	after, _ := strconv.Atoi(sent.Variables.After)
	response := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}
	switch {
	case l.failure != nil:
		response.StatusCode, response.Body = l.failure.status, io.NopCloser(strings.NewReader(l.failure.body))
	case request.Header.Get("Accept") == streamType:
		response.Header.Set("Content-Type", "text/event-stream; charset=utf-8")
		out, in := io.Pipe()
		context.AfterFunc(request.Context(), func() {
			l.closed.Add(1)
			in.CloseWithError(request.Context().Err())
		})
		go l.stream(in, after, l.streams[min(l.opened, len(l.streams)-1)])
		l.opened++
		response.Body = out
	default: // a page of the first half of the log: the rest is written later
		end := min(after+sent.Variables.First, max(l.length/2, after))
		var changes []string
		for i := after + 1; i <= end; i++ {
			changes = append(changes, change(i))
		}
		response.Body = io.NopCloser(strings.NewReader(fmt.Sprintf(`{"data": {"contactChanges": {"changes": [%s], "endCursor": "%d", "hasMore": %t}}}`,
			strings.Join(changes, ","), end, end < l.length/2)))
	}
	return response, nil
}

func change(i int) string { return fmt.Sprintf(`{"cursor": "%d", "ContactID": %d}`, i, i) }

// stream sends two changes after a cursor, and then the end.
func (l *changeLog) stream(in *io.PipeWriter, after int, end string) {
	io.WriteString(in, ":\n\n")
	for i := after + 1; i <= min(after+2, l.length); i++ {
		fmt.Fprintf(in, "id: %d\nevent: next\ndata: {\"data\": {\"contactChanges\": %s}}\n\n", i, change(i))
	}
	io.WriteString(in, end)
	if end != silence {
		in.Close()
	}
}

// What a stream sends at its end.
const (
	silence   = ""
	cut       = "id: x\nevent: next\ndata: {\"data\": {\"contactChanges\": {\"cursor\": \"1"
	complete  = "event: complete\ndata:\n\n"
	restart   = "event: next\ndata: {\"errors\": [{\"message\": \"Stopping.\", \"extensions\": {\"code\": \"SERVICE_UNAVAILABLE\"}}]}\n\n" + complete
	signedOut = "event: next\ndata: {\"errors\": [{\"message\": \"Expired.\", \"extensions\": {\"code\": \"UNAUTHENTICATED\"}}]}\n\n" + complete
)

// TestEachChangeIsYieldedOnce reads a log whose streams are lost in every way. At its end, no
// stream is open, and no goroutine is left: synctest waits for all of them.
func TestEachChangeIsYieldedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &changeLog{length: 20, streams: []string{cut, complete, restart, "", silence}}
		client := New("http://server.example.com/graphql", WithHTTPClient(&http.Client{Transport: log}))
		var caughtUp []string
		live, lost, start := 0, 0, time.Now()
		options := FeedOptions{
			After: "3", PageSize: 4,
			OnCaughtUp: func(cursor string) { caughtUp = append(caughtUp, cursor) },
			OnLive: func(isLive bool, _ error) {
				if isLive {
					live++
				} else {
					lost++
				}
			},
		}
		next := 4
		for change, err := range client.FollowChanges(t.Context(), options) {
			if err != nil || change.Cursor != strconv.Itoa(next) || change.ContactID != next {
				t.Fatalf("got %+v, %v; want the change %d", change, err, next)
			}
			if next == log.length {
				break
			}
			next++
		}
		if want := fmt.Sprint([]string{"10", "12", "14", "16", "18"}); fmt.Sprint(caughtUp) != want || live != 5 || lost != 4 {
			t.Errorf("caught up at %v, want %s; live %d times, lost %d times", caughtUp, want, live, lost)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("a silent stream was noticed after %v", took)
		}
		synctest.Wait()
		if closed := int(log.closed.Load()); log.opened != 5 || closed != log.opened {
			t.Errorf("%d of %d streams were closed", closed, log.opened)
		}
	})
}

// TestReadChangesEnds at the end of the log, or with its loop.
func TestReadChangesEnds(t *testing.T) {
	t.Parallel()
	client := New("http://server.example.com/graphql", WithHTTPClient(&http.Client{Transport: &changeLog{length: 20}}))
	changes := client.ReadChanges(t.Context(), FeedOptions{PageSize: 3})
	for _, end := range []int{10, 5, 10} {
		read := 0
		for _, err := range changes {
			if read++; err != nil {
				t.Fatal(err)
			}
			if read == end {
				break
			}
		}
		if read != end {
			t.Errorf("read %d changes, want %d", read, end)
		}
	}
}

// TestFollowingEndsWithAnError that cannot be helped by waiting.
func TestFollowingEndsWithAnError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		log  *changeLog
		want error
	}{
		{"an expired cursor", &changeLog{failure: &answer{410, failure("CURSOR_EXPIRED"), ""}}, CodeCursorExpired},
		{"unknown credentials", &changeLog{failure: &answer{401, failure("UNAUTHENTICATED"), ""}}, CodeUnauthenticated},
		{"another server", &changeLog{failure: &answer{200, "<html>", ""}}, CodeBadResponse},
		{"a session that expires", &changeLog{streams: []string{cut, signedOut}}, CodeUnauthenticated},
		{"the end of the context", &changeLog{streams: []string{silence}}, context.DeadlineExceeded},
		{"the end of the context during a wait", &changeLog{failure: &answer{503, failure("SERVICE_UNAVAILABLE"), ""}}, context.DeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				client := New("http://server.example.com/graphql", WithHTTPClient(&http.Client{Transport: tt.log}))
				var errs []error
				for change, err := range client.FollowChanges(ctx, FeedOptions{}) {
					if change != nil {
						t.Errorf("got %+v", change)
					}
					errs = append(errs, err)
				}
				if len(errs) != 1 || !errors.Is(errs[0], tt.want) {
					t.Errorf("got %v, want %v", errs, tt.want)
				}
			})
		})
	}
}
