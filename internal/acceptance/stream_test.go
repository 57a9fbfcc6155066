package acceptance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
)

// stream is a subscription over text/event-stream.
type stream struct {
	body  io.ReadCloser
	lines *bufio.Scanner
}

// openStream subscribes. If the server refuses, there is no stream, and the answer is what it says.
func (s *process) openStream(ctx context.Context, w who, document string, v variables) (*stream, answer, error) {
	request, err := json.Marshal(map[string]any{"query": document, "variables": v})
	if err != nil {
		return nil, answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/graphql", strings.NewReader(string(request)))
	if err != nil {
		return nil, answer{}, err
	}
	maps.Copy(r.Header, w)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	resp, err := patient.Do(r)
	if err != nil {
		return nil, answer{}, err
	}
	if resp.StatusCode != http.StatusOK {
		a, err := read(resp, nil)
		return nil, a, err
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return &stream{resp.Body, lines}, answer{status: resp.StatusCode}, nil
}

// patient waits for streams.
var patient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}

// errEnded is the error of reading behind the last answer of a subscription that the server has ended.
var errEnded = errors.New("the server has ended the subscription")

// next is the next answer. It fails with errEnded behind the last.
func (s *stream) next() (graphql, error) {
	for s.lines.Scan() {
		data, ok := strings.CutPrefix(s.lines.Text(), "data: ")
		if !ok || data == "" {
			continue
		}
		if !s.lines.Scan() {
			break // an event ends with an empty line: this one was cut off
		}
		var g graphql
		if err := json.Unmarshal([]byte(data), &g); err != nil {
			return g, fmt.Errorf("%s: %w", data, err)
		}
		return g, nil
	}
	if err := s.lines.Err(); err != nil {
		return graphql{}, err
	}
	return graphql{}, errEnded
}

func (s *stream) close() { s.body.Close() }
