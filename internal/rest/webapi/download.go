package webapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"contactgraph/internal/rest/call"
	"contactgraph/internal/weborigin"
)

// downloadTimeout is how long a client may take to read a page of a download.
const downloadTimeout = 30 * time.Second

// source is what a download reads from. It may keep page, which is the same in all calls.
type source interface {
	// begin checks the request, and writes the headers of the response and the beginning of the
	// first page.
	begin(ctx context.Context, header http.Header, page io.Writer) error
	// next writes the next page. more is false after the last.
	next(ctx context.Context, page io.Writer) (more bool, err error)
}

// download is a running download.
type download struct {
	source source

	api     *API
	request *http.Request
	cost    int          // of a page
	header  http.Header  // of the response
	page    bytes.Buffer // the next part of the response
	release func()       // what the page holds
}

// download sends what the source has. It is read and sent in pages, each with a timeout, a permit
// and a check of the credentials of its own. If a page fails, the connection is closed before the
// end of the response, so that the client does not take a part for the whole. Downloads are
// recorded, so a link on another site must not start one.
func (a *API) download(w http.ResponseWriter, r *http.Request, cost int, s source) {
	if r.Method == http.MethodHead { // it would record a download
		a.methodNotAllowed(w, r, http.MethodGet)
		return
	}
	d := &download{source: s, api: a, request: r, cost: cost, header: http.Header{}}
	more, err := d.begin(w)
	if err != nil {
		a.sendError(w, r, err)
		return
	}
	call.NoStore(w)
	for name, values := range d.header {
		w.Header()[name] = values
	}
	for {
		if err = d.send(w); err == nil && more {
			more, err = d.read(w, func(context.Context) error { return nil })
		} else if err == nil {
			return
		}
		if err != nil {
			if r.Context().Err() == nil {
				a.Log.WarnContext(r.Context(), "a download ended early", slog.String("path", r.Pattern), slog.Any("error", err))
			}
			panic(http.ErrAbortHandler)
		}
	}
}

// begin checks the request, and reads the first page.
func (d *download) begin(w http.ResponseWriter) (more bool, err error) {
	if weborigin.Foreign(d.request) {
		return false, call.ErrCrossSite
	}
	return d.read(w, func(ctx context.Context) error { return d.source.begin(ctx, d.header, &d.page) })
}

// read reads the next page, after calling first. more is false after the last page.
func (d *download) read(w http.ResponseWriter, first func(context.Context) error) (more bool, err error) {
	err = d.api.Run(func(_ http.ResponseWriter, r *http.Request) error {
		r, permit, err := d.api.Begin(r, d.cost)
		defer permit.Release()
		if err == nil {
			err = first(r.Context())
		}
		if err == nil {
			more, err = d.source.next(r.Context(), &d.page)
		}
		if err != nil {
			return err
		}
		permit.Release() // the client may read slowly
		d.release, err = permit.Hold(d.page.Len())
		return err
	}, w, d.request)
	return more, err
}

// send sends the page that was read.
func (d *download) send(w http.ResponseWriter) error {
	defer d.release()
	control := http.NewResponseController(w)
	if err := control.SetWriteDeadline(time.Now().Add(downloadTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := d.page.WriteTo(w); err != nil {
		return err
	}
	return control.Flush()
}
