package harness

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// Stream is a GraphQL subscription over text/event-stream.
type Stream struct {
	// LastEventID is the id of the last event that Next has returned, "" if it had none.
	LastEventID string

	body  io.ReadCloser
	lines *bufio.Scanner
}

// OpenStream starts a subscription. If the server does not answer 200, there is no stream, and the
// response says why.
func (s *Server) OpenStream(ctx context.Context, c Caller, document string, v Variables) (*Stream, Response, error) {
	request, err := json.Marshal(map[string]any{"query": document, "variables": v})
	if err != nil {
		return nil, Response{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/graphql", strings.NewReader(string(request)))
	if err != nil {
		return nil, Response{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	return openStream(r, c)
}

// OpenEventSource starts a subscription as the EventSource of a browser does: by GET, and if it
// resumes, with the id of the last event.
func (s *Server) OpenEventSource(ctx context.Context, c Caller, document string, v Variables, lastEventID string) (*Stream, Response, error) {
	variables, err := json.Marshal(v)
	if err != nil {
		return nil, Response{}, err
	}
	query := url.Values{"query": {document}, "variables": {string(variables)}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/graphql?"+query.Encode(), nil)
	if err != nil {
		return nil, Response{}, err
	}
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	return openStream(r, c)
}

func openStream(r *http.Request, c Caller) (*Stream, Response, error) {
	maps.Copy(r.Header, c)
	r.Header.Set("Accept", "text/event-stream")
	resp, err := streamClient.Do(r)
	if err != nil {
		return nil, Response{}, err
	}
	if resp.StatusCode != http.StatusOK {
		response, err := Read(resp, nil)
		return nil, response, err
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return &Stream{body: resp.Body, lines: lines}, Response{Status: resp.StatusCode}, nil
}

// streamClient has no timeout: a stream may stay open for long.
var streamClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: Clients}}

// ErrEnded is returned by Next after the last result of a subscription that the server has ended.
var ErrEnded = errors.New("the server has ended the subscription")

// Next returns the next result, and ErrEnded after the last.
func (s *Stream) Next() (Result, error) {
	for s.LastEventID = ""; s.lines.Scan(); {
		if id, ok := strings.CutPrefix(s.lines.Text(), "id: "); ok {
			s.LastEventID = id
		}
		data, ok := strings.CutPrefix(s.lines.Text(), "data: ")
		if !ok || data == "" {
			continue
		}
		if !s.lines.Scan() {
			break // an event ends with an empty line: this one was cut off
		}
		var r Result
		if err := json.Unmarshal([]byte(data), &r); err != nil {
			return r, fmt.Errorf("%s: %w", data, err)
		}
		return r, nil
	}
	if err := s.lines.Err(); err != nil {
		return Result{}, err
	}
	return Result{}, ErrEnded
}

// Close closes the connection.
func (s *Stream) Close() { s.body.Close() }
