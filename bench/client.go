package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// requestLimit bounds a request: one that takes longer voids the run.
const requestLimit = time.Minute

// conn is one connection to a server, and the client behind it.
type conn struct {
	client *http.Client
	url    string
	random *rand.Rand
	answer bytes.Buffer // the body of the last answer
}

func newConn(url string, number int) *conn {
	return &conn{
		client: &http.Client{Timeout: requestLimit, Transport: &http.Transport{MaxConnsPerHost: 1, MaxIdleConnsPerHost: 1, DisableCompression: true}},
		url:    url,
		random: rand.New(rand.NewPCG(1, uint64(number))), //nolint:gosec // a small number
	}
}

func (c *conn) close() { c.client.CloseIdleConnections() }

// send sends body, as JSON unless it is nil, and reads the answer into result. It fails unless that is a 200. took is the
// time from the first byte sent to the last one received.
func (c *conn) send(ctx context.Context, method, path string, body, result any) (took time.Duration, err error) {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return 0, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, &sent)
	if err != nil {
		return 0, err
	}
	r.Header.Set("X-Apikey", "demo-agent")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	start := time.Now()
	status, err := c.do(r)
	took = time.Since(start)
	if err == nil && status != http.StatusOK {
		err = errors.New(http.StatusText(status))
	}
	if err == nil {
		err = json.Unmarshal(c.answer.Bytes(), result)
	}
	if err != nil {
		return took, fmt.Errorf("%s %s: %w: %.500s", method, path, err, c.answer.Bytes())
	}
	return took, nil
}

func (c *conn) do(r *http.Request) (status int, err error) {
	c.answer.Reset()
	resp, err := c.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	_, err = io.Copy(&c.answer, resp.Body)
	return resp.StatusCode, err
}

// names are given to contacts in turn, so that every update changes the name.
var names = []string{"Ada", "Björn", "Charlotte", "David", "Elin", "Florian", "Greta", "Hugo", "Ingrid", "Jonas", "Karin"}

// turn takes one thing after the other, and begins anew.
type turn[T any] struct {
	of   []T
	next int
}

func (t *turn[T]) take() T {
	taken := t.of[t.next%len(t.of)]
	t.next++
	return taken
}
