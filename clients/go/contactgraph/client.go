package contactgraph

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/Khan/genqlient/graphql"
)

// Client reads and writes contacts. Any number of goroutines can use it at the same time.
type Client struct {
	url      string
	http     *http.Client
	header   http.Header
	attempts int
	delay    time.Duration // the longest first wait; each further one is twice as long
	timeout  time.Duration
	key      string // of a client for one write
}

var _ graphql.Client = (*Client)(nil)

// Option is an option of New.
type Option func(*Client)

// New returns a client of the server whose GraphQL API has this address, such as
// https://contacts.example.com/graphql. It sends nothing yet.
func New(url string, options ...Option) *Client {
	c := &Client{
		url: url, header: http.Header{"User-Agent": {"contactgraph-go"}},
		attempts: 5, delay: 500 * time.Millisecond, timeout: 30 * time.Second,
	}
	for _, option := range options {
		option(c)
	}
	// The API does not redirect, and the credentials must not reach another server.
	client := http.Client{}
	if c.http != nil {
		client = *c.http
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &client
	return c
}

// WithAPIKey sends an API key with each request.
func WithAPIKey(key string) Option {
	return func(c *Client) { c.header.Set("X-ApiKey", key) }
}

// WithToken sends the token of a session with each request.
func WithToken(token string) Option {
	return func(c *Client) { c.header.Set("Authorization", "Bearer "+token) }
}

// WithUserAgent sends the name of your program with each request.
func WithUserAgent(name string) Option {
	return func(c *Client) { c.header.Set("User-Agent", name) }
}

// WithHTTPClient sends the requests with a client of your own, apart from its CheckRedirect:
// redirects are not followed. Its Timeout must be 0 if you follow changes, because it would also
// end streams.
func WithHTTPClient(client *http.Client) Option {
	return func(c *Client) { c.http = client }
}

// WithAttempts sets how often a request is sent at most: 5 times if it is not set. With 1, no
// request is repeated.
func WithAttempts(attempts int) Option {
	return func(c *Client) { c.attempts = attempts }
}

// WithTimeout sets how long one attempt of a request may take: 30 seconds if it is not set. The
// deadline of a context applies to all attempts together.
func WithTimeout(timeout time.Duration) Option {
	return func(c *Client) { c.timeout = timeout }
}

// WithIdempotencyKey returns a client for one write with this key, of 1 to 255 characters. If the
// same caller repeats the write with the same key within 24 hours, also after a restart, it is not
// applied again, and returns its first result. Without a key of your own each write has a random
// one, which covers the attempts of one call.
func (c *Client) WithIdempotencyKey(key string) *Client {
	d := *c
	d.key = key
	return &d
}

// MakeRequest runs a query or mutation for functions that genqlient has generated. It returns an
// *Error if the response has errors; its data is then in resp all the same.
func (c *Client) MakeRequest(ctx context.Context, req *graphql.Request, resp *graphql.Response) error {
	body, err := json.Marshal(req)
	if err != nil {
		return fmt.Errorf("contactgraph: %w", err)
	}
	key := ""
	if strings.HasPrefix(strings.TrimSpace(req.Query), "mutation") {
		if key = c.key; key == "" {
			key = rand.Text()
		}
	}
	return c.retry(ctx, key, func() *Error { return c.send(ctx, body, key, resp) })
}
