package contactgraph

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/Khan/genqlient/graphql"
)

// idleTimeout is how long a stream may be silent. The server sends a comment every 15 seconds.
const idleTimeout = 40 * time.Second

var errSilent = errors.New("the stream was silent for too long")

// stream is an open subscription as text/event-stream.
type stream struct {
	body   io.ReadCloser
	lines  *bufio.Reader
	cancel context.CancelCauseFunc
	cause  func() error // why the stream was canceled; nil if it was not
}

// open opens a stream. The caller closes it.
func (c *Client) open(ctx context.Context, body []byte) (*stream, *Error) {
	ctx, cancel := context.WithCancelCause(ctx)
	waiting := time.AfterFunc(c.timeout, func() { cancel(context.DeadlineExceeded) })
	defer waiting.Stop()
	response, failed := c.post(ctx, body, streamType, "") //nolint:bodyclose // the stream closes it
	if failed != nil {
		cancel(nil)
		return nil, failed
	}
	s := &stream{response.Body, bufio.NewReader(response.Body), cancel, func() error { return context.Cause(ctx) }}
	if isStream(response) {
		return s, nil
	}
	defer s.close()
	if failed := readResult(response, &graphql.Response{Data: new(any)}); failed != nil {
		return nil, failed
	}
	return nil, &Error{Code: CodeBadResponse, Status: response.StatusCode, Message: "The response is not an event stream."}
}

func isStream(response *http.Response) bool {
	mediaType, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	return err == nil && mediaType == streamType && response.StatusCode == http.StatusOK
}

func (s *stream) close() {
	s.cancel(nil)
	_ = s.body.Close()
}

// next decodes the next event into the result. It returns io.EOF at the end of the stream.
func (s *stream) next(result *graphql.Response) error {
	event, data := "", []byte(nil)
	for {
		line, err := s.line()
		if err != nil {
			return err
		}
		switch name, value, _ := bytes.Cut(line, []byte(":")); string(name) {
		case "event":
			event = string(bytes.TrimSpace(value))
		case "data":
			data = append(data, value...)
		case "":
			if len(line) > 0 { // a comment
				continue
			}
			switch event {
			case "complete":
				return io.EOF
			case "next":
				if failed := decode(data, result); failed != nil {
					return failed
				}
				return nil
			}
			event, data = "", nil
		}
	}
}

// line reads a line without its end. It fails if the stream is silent.
func (s *stream) line() ([]byte, error) {
	silent := time.AfterFunc(idleTimeout, func() { s.cancel(errSilent) })
	defer silent.Stop()
	line, err := s.lines.ReadBytes('\n')
	switch {
	case errors.Is(err, io.EOF) && len(line) == 0:
		return nil, io.EOF
	case err != nil:
		if cause := s.cause(); cause != nil {
			err = fmt.Errorf("%w: %w", cause, err)
		}
		return nil, &Error{Code: CodeNoResponse, Err: err}
	}
	return bytes.TrimRight(line, "\r\n"), nil
}
