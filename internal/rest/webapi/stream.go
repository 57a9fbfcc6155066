package webapi

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"contactgraph/internal/rest/call"
)

// streamTimeout is how long a client may take to read a part of a response that is streamed.
const streamTimeout = 30 * time.Second

// stream is a response that is read from the database and sent in parts, so that it can be of any
// length. Each part has a timeout, a permit and a check of the credentials of its own. If a part
// fails, the connection is closed before the end of the response, so that the client does not take
// a part for the whole.
type stream struct {
	api     *API
	request *http.Request
	what    string // for the log
	cost    int    // of a part
	// read appends the next part to the page. more is false after the last.
	read func(ctx context.Context, page *bytes.Buffer) (more bool, err error)

	page    bytes.Buffer
	release func() // what the page holds
}

// begin reads the first part, after calling open, which prepares read and may fail with the error
// to report.
func (s *stream) begin(w http.ResponseWriter, open func(*http.Request) error) (more bool, err error) {
	return s.next(w, open)
}

// sendAll sends the response: the first part, and then the others.
func (s *stream) sendAll(w http.ResponseWriter, more bool) {
	if s.request.Method == http.MethodHead {
		s.release()
		return
	}
	for {
		err := s.send(w)
		if err == nil && !more {
			return
		}
		if err == nil {
			more, err = s.next(w, func(*http.Request) error { return nil })
		}
		if err != nil {
			if s.request.Context().Err() == nil {
				s.api.Log.WarnContext(s.request.Context(), s.what+" ended early", slog.Any("error", err))
			}
			panic(http.ErrAbortHandler)
		}
	}
}

// next reads a part, after calling first.
func (s *stream) next(w http.ResponseWriter, first func(*http.Request) error) (more bool, err error) {
	err = s.api.Run(func(_ http.ResponseWriter, r *http.Request) error {
		r, permit, err := s.api.Begin(r, s.cost)
		defer permit.Release()
		if err == nil {
			err = first(r)
		}
		if err != nil {
			return err
		}
		if more, err = s.read(r.Context(), &s.page); err != nil {
			return err
		}
		permit.Release() // the client may read slowly
		s.release, err = permit.Hold(s.page.Len())
		return err
	}, w, s.request)
	return more, err
}

// send sends the part that was read.
func (s *stream) send(w http.ResponseWriter) error {
	defer s.release()
	if err := extendDeadline(w, streamTimeout); err != nil {
		return err
	}
	if _, err := s.page.WriteTo(w); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

// extendDeadline gives a response more time until the client has read what is sent next.
func extendDeadline(w http.ResponseWriter, most time.Duration) error {
	err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(most))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// elements reads the next elements of an array as JSON. more is false after the last.
type elements func(ctx context.Context) (list [][]byte, more bool, err error)

// sendArray streams a JSON array. open checks the request and returns what reads the elements.
func (a *API) sendArray(w http.ResponseWriter, r *http.Request, cost int, open func(*http.Request) (elements, error)) {
	var next elements
	opened, n := false, 0
	s := &stream{api: a, request: r, what: "a list", cost: cost}
	s.read = func(ctx context.Context, page *bytes.Buffer) (more bool, err error) {
		list, more, err := next(ctx)
		if err != nil {
			return false, err
		}
		if !opened {
			opened = true
			page.WriteByte('[')
		}
		for _, element := range list {
			if n++; n > 1 {
				page.WriteByte(',')
			}
			page.Write(element)
		}
		if !more {
			page.WriteByte(']')
		}
		return more, nil
	}
	more, err := s.begin(w, func(r *http.Request) (err error) {
		next, err = open(r)
		return err
	})
	if err != nil {
		a.sendError(w, r, err)
		return
	}
	call.NoStore(w)
	w.Header().Set("Content-Type", negotiate(r.Header)+call.CharsetUTF8)
	s.sendAll(w, more)
}
