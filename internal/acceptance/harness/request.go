package harness

import (
	"context"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"
)

// Caller is the client of a request: the headers that it sends, of which some carry its
// credentials.
type Caller http.Header

// Anonymous is a caller without credentials.
var Anonymous = Caller{}

// APIKey returns a caller with an API key. Those of the demo data are demo-agent and demo-admin of
// the account Demo, and demo-other, an admin of another account.
func APIKey(key string) Caller { return Caller{"X-Apikey": {key}} }

// Bearer returns a caller with the token of a session.
func Bearer(token string) Caller { return Caller{"Authorization": {"Bearer " + token}} }

// With returns the caller with another header.
func (c Caller) With(name, value string) Caller {
	c = maps.Clone(c)
	http.Header(c).Set(name, value)
	return c
}

// Response is a response whose body has been read.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// Send sends a request and reads the response. mediaType is the Content-Type of the body; both are
// "" for a request without one. The test fails if there is no response.
func (s *Server) Send(c Caller, method, path, mediaType, body string) Response {
	s.T.Helper()
	r, err := s.TrySend(c, method, path, mediaType, body)
	if err != nil {
		s.T.Fatal(err)
	}
	return r
}

// TrySend is Send for requests that may get no response, because the server is being killed.
func (s *Server) TrySend(c Caller, method, path, mediaType, body string) (Response, error) {
	return s.TrySendContext(context.Background(), c, method, path, mediaType, body)
}

// TrySendContext is TrySend for requests that are cancelled when ctx ends.
func (s *Server) TrySendContext(ctx context.Context, c Caller, method, path, mediaType, body string) (Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.URL+path, strings.NewReader(body))
	if err != nil {
		return Response{}, err
	}
	maps.Copy(r.Header, c)
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	return Read(client.Do(r))
}

// client keeps a connection for each of the Clients.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: Clients}, Timeout: time.Minute}

// Read reads a response to its end.
func Read(resp *http.Response, err error) (Response, error) {
	if err != nil {
		return Response{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return Response{resp.StatusCode, resp.Header, string(body)}, err
}
