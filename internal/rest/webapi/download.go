package webapi

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"

	"contactgraph/internal/rest/call"
	"contactgraph/internal/weborigin"
)

// source is what a download reads from. It may keep page, which is the same in all calls.
type source interface {
	// begin checks the request, and writes the headers of the response and the beginning of the
	// first part.
	begin(ctx context.Context, header http.Header, page io.Writer) error
	// next writes the next part. more is false after the last.
	next(ctx context.Context, page io.Writer) (more bool, err error)
}

// paramFormat is the parameter of downloads that selects the format.
const paramFormat = "format"

// download streams what the source has. Downloads are recorded, so a link on another site must not
// start one.
func (a *API) download(w http.ResponseWriter, r *http.Request, cost int, from source) {
	if r.Method == http.MethodHead { // it would record a download
		a.methodNotAllowed(w, r, http.MethodGet)
		return
	}
	if weborigin.Foreign(r) {
		a.sendError(w, r, call.ErrCrossSite)
		return
	}
	header := http.Header{}
	s := &stream{api: a, request: r, what: "a download", cost: cost}
	s.read = func(ctx context.Context, page *bytes.Buffer) (bool, error) { return from.next(ctx, page) }
	more, err := s.begin(w, func(r *http.Request) error { return from.begin(r.Context(), header, &s.page) })
	if err != nil {
		a.sendError(w, r, err)
		return
	}
	call.NoStore(w)
	maps.Copy(w.Header(), header)
	s.sendAll(w, more)
}
