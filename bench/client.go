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

// requestTimeout limits a request. A request that takes longer aborts the run.
const requestTimeout = time.Minute

// conn is one connection to a server, with its client.
type conn struct {
	client *http.Client
	url    string
	random *rand.Rand
	body   bytes.Buffer // of the last response
}

func newConn(url string, number int) *conn {
	return &conn{
		client: &http.Client{Timeout: requestTimeout, Transport: &http.Transport{MaxConnsPerHost: 1, MaxIdleConnsPerHost: 1, DisableCompression: true}},
		url:    url,
		random: rand.New(rand.NewPCG(1, uint64(number))), //nolint:gosec // a small number
	}
}

func (c *conn) close() { c.client.CloseIdleConnections() }

// send sends body, as JSON unless it is nil, and decodes the response into result. It fails unless
// the status is 200. took is the time from the first byte sent to the last byte received.
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
		err = json.Unmarshal(c.body.Bytes(), result)
	}
	if err != nil {
		return took, fmt.Errorf("%s %s: %w: %.500s", method, path, err, c.body.Bytes())
	}
	return took, nil
}

func (c *conn) do(r *http.Request) (status int, err error) {
	c.body.Reset()
	resp, err := c.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	_, err = io.Copy(&c.body, resp.Body)
	return resp.StatusCode, err
}

// firstNames are set in turn, so that every update changes the name.
var firstNames = []string{"Ada", "Björn", "Charlotte", "David", "Elin", "Florian", "Greta", "Hugo", "Ingrid", "Jonas", "Karin"}

// cycle returns its items in order, and starts over after the last.
type cycle[T any] struct {
	items []T
	index int
}

func (c *cycle[T]) next() T {
	item := c.items[c.index%len(c.items)]
	c.index++
	return item
}
