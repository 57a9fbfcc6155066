package contactgraph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// responses are what a server answers to one request after the other, instead of a network. In a
// bubble of synctest, waits take no time.
type responses struct {
	answers []answer
	keys    []string
	times   []time.Duration // since the first request
	start   time.Time
}

type answer struct {
	status     int // 0: no response
	body       string
	retryAfter string
}

func (r *responses) RoundTrip(request *http.Request) (*http.Response, error) {
	if r.start.IsZero() {
		r.start = time.Now()
	}
	r.keys = append(r.keys, request.Header.Get("Idempotency-Key"))
	r.times = append(r.times, time.Since(r.start))
	a := r.answers[min(len(r.keys), len(r.answers))-1]
	if a.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	header := http.Header{"Retry-After": {a.retryAfter}, "Location": {"http://other.example.com/"}} // for the redirect
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

func (r *responses) client(options ...Option) *Client {
	return New("http://server.example.com/graphql", append(options, WithHTTPClient(&http.Client{Transport: r}))...)
}

func failure(code string) string {
	return `{"errors": [{"message": "No.", "extensions": {"code": "` + code + `"}}], "data": null}`
}

const (
	found   = `{"data": {"contact": {"ID": "x", "firstName": "Ida"}}}`
	updated = `{"data": {"updateContact": {"contact": {"ID": "x"}, "change": {"ID": "c"}, "merge": null, "errors": []}}}`
)

func TestReadsAreRepeated(t *testing.T) {
	t.Parallel()
	ok := answer{200, found, ""}
	for _, tt := range []struct {
		name    string
		answers []answer
		sent    int
		code    Code // of the error; empty if there is none
	}{
		{"a response", []answer{ok}, 1, ""},
		{"a lost connection", []answer{{}, {}, ok}, 3, ""},
		{"a proxy without the server", []answer{{502, "<html>", ""}, {503, "", ""}, {504, "", ""}, ok}, 4, ""},
		{"a proxy that limits", []answer{{429, "slow down", ""}, ok}, 2, ""},
		{"a busy server", []answer{{503, failure("SERVICE_UNAVAILABLE"), ""}, {429, failure("RATE_LIMITED"), ""}, ok}, 3, ""},
		{"an incomplete response", []answer{{502, found[:20], ""}, ok}, 2, ""},
		{"a server that stays down", []answer{{}}, 5, CodeNoResponse},
		{"a server that fails", []answer{{500, failure("INTERNAL_SERVER_ERROR"), ""}}, 5, CodeInternal},
		{"a fault of the caller", []answer{{422, failure("BAD_USER_INPUT"), ""}}, 1, CodeBadUserInput},
		{"unknown credentials", []answer{{401, failure("UNAUTHENTICATED"), ""}}, 1, CodeUnauthenticated},
		{"a code of a later server", []answer{{422, failure("A_LATER_CODE"), ""}}, 1, "A_LATER_CODE"},
		{"another server", []answer{{200, "<html>", ""}}, 1, CodeBadResponse},
		{"an empty result", []answer{{200, "{}", ""}}, 1, CodeBadResponse},
		{"a redirect", []answer{{301, "", ""}}, 1, CodeBadResponse},
		{"a long wait", []answer{{429, failure("RATE_LIMITED"), "3600"}}, 1, CodeRateLimited},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &responses{answers: tt.answers}
				contact, err := server.client().ReadContact(t.Context(), "7")
				if tt.code != "" && !errors.Is(err, tt.code) || tt.code == "" && (err != nil || contact.FirstName != "Ida") {
					t.Errorf("got %+v, %v", contact, err)
				}
				if len(server.keys) != tt.sent {
					t.Errorf("the request was sent %d times, want %d", len(server.keys), tt.sent)
				}
				if IsOutcomeUnknown(err) || slices.ContainsFunc(server.keys, func(key string) bool { return key != "" }) {
					t.Errorf("the read was sent as a write: %q, %v", server.keys, err)
				}
			})
		})
	}
}

// TestWaitsBetweenAttempts: they become longer, and are as long as the server asks for.
func TestWaitsBetweenAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &responses{answers: []answer{{}, {}, {429, failure("RATE_LIMITED"), "20"}, {200, found, ""}}}
		if _, err := server.client().ReadContact(t.Context(), "7"); err != nil {
			t.Fatal(err)
		}
		for i, limits := range [][2]float64{{0.25, 0.501}, {0.5, 1.001}, {20, 20.001}} {
			wait := (server.times[i+1] - server.times[i]).Seconds()
			if wait < limits[0] || wait > limits[1] {
				t.Errorf("wait %d took %v s", i+1, wait)
			}
		}
	})
}

// TestWritesAreRepeatedWithOneKey: each call has a key, which its attempts share.
func TestWritesAreRepeatedWithOneKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &responses{answers: []answer{{}, {503, failure("OUTCOME_UNKNOWN"), ""}, {200, updated, ""}}}
		client := server.client()
		for range 2 {
			written, err := client.UpdateContact(t.Context(), UpdateContactInput{ID: "7"})
			if err != nil || written.ChangeID != "c" || written.Replayed {
				t.Fatalf("%+v, %v", written, err)
			}
		}
		if _, err := client.WithIdempotencyKey("own").UpdateContact(t.Context(), UpdateContactInput{ID: "7"}); err != nil {
			t.Fatal(err)
		}
		if keys := server.keys; len(keys) != 5 || keys[0] == "" || keys[0] != keys[1] || keys[1] != keys[2] || keys[2] == keys[3] || keys[4] != "own" {
			t.Errorf("the keys are %q", keys)
		}
	})
}

// TestOutcomeOfWrites: a write is known not to be applied only if each attempt is.
func TestOutcomeOfWrites(t *testing.T) {
	t.Parallel()
	busy := answer{503, failure("SERVICE_UNAVAILABLE"), ""}
	for _, tt := range []struct {
		name    string
		answers []answer
		code    Code
		unknown bool
	}{
		{"nothing was changed", []answer{busy}, CodeUnavailable, false},
		{"no response", []answer{{}}, CodeNoResponse, true},
		{"no response before", []answer{{}, busy}, CodeUnavailable, true},
		{"no response before an error", []answer{{}, {422, failure("BAD_USER_INPUT"), ""}}, CodeBadUserInput, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &responses{answers: tt.answers}
				_, err := server.client().DeleteContact(t.Context(), DeleteContactInput{ID: "7"})
				var failed *Error
				if !errors.As(err, &failed) || failed.Code != tt.code || IsOutcomeUnknown(err) != tt.unknown || failed.IdempotencyKey != server.keys[0] {
					t.Errorf("got %+v", failed)
				}
			})
		})
	}
}

// TestContextEndsTheAttempts: during a wait, and before one that is longer than its deadline.
func TestContextEndsTheAttempts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		answers []answer
		took    time.Duration
		want    error
	}{
		{"during a wait", []answer{{}}, 2 * time.Second, context.DeadlineExceeded},
		{"before a wait", []answer{{429, failure("RATE_LIMITED"), "3"}}, 0, CodeRateLimited},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				server := &responses{answers: tt.answers}
				start := time.Now()
				_, err := server.client(WithAttempts(100)).ReadContact(ctx, "7")
				if took := time.Since(start); !errors.Is(err, tt.want) || took != tt.took {
					t.Errorf("after %v: %v", took, err)
				}
			})
		})
	}
}

func TestBadAddress(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "server.example.com/graphql", "localhost:8080", "http:///graphql", ":"} {
		if _, err := New(url).Viewer(t.Context()); !errors.Is(err, CodeBadResponse) {
			t.Errorf("%q: %v", url, err)
		}
	}
}
