package webapi

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"contactgraph/internal/audit"
	"contactgraph/internal/people"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
	"contactgraph/internal/weborigin"
)

// costExportPage is the cost of a page of an export.
const costExportPage = costPage + people.MaxExportPage

// exportTimeout is how long a client may take to read a page of an export.
const exportTimeout = 30 * time.Second

// auditMedia has the media types of the formats.
var auditMedia = map[people.AuditFormat]string{
	people.AuditCSV: "text/csv; charset=utf-8; header=present", people.AuditLines: "application/jsonl; charset=utf-8",
}

// auditLogPath is where admins download the audit log.
const auditLogPath = "/exports/audit-log"

// exportAuditLog handles GET /exports/audit-log, with the parameters format, action, actorType,
// actorId, from and to: the audit log as a file, for admins. It is read and sent in pages, each
// with a timeout, a permit and a check of the credentials of its own. If a page fails, the
// connection is closed before the end of the response, so that the client does not take a part for
// the whole.
func (a *API) exportAuditLog(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead { // it would record an export
		a.methodNotAllowed(w, r, http.MethodGet)
		return
	}
	x := &auditExport{api: a, request: r}
	if err := x.begin(w); err != nil {
		a.sendError(w, r, err)
		return
	}
	call.NoStore(w)
	name := "audit-log-" + x.entries.At.UTC().Format(time.DateOnly) + "." + string(x.format)
	w.Header().Set("Content-Type", auditMedia[x.format])
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	for more := true; more; {
		err := x.send(w)
		if err == nil {
			more, err = x.next(w)
		}
		if err != nil {
			if r.Context().Err() == nil {
				a.Log.WarnContext(r.Context(), "an export of the audit log ended early", slog.Any("error", err))
			}
			panic(http.ErrAbortHandler)
		}
	}
}

// auditExport is a running export.
type auditExport struct {
	api     *API
	request *http.Request
	format  people.AuditFormat
	entries *people.AuditExport
	page    bytes.Buffer // the next part of the response
	writer  *people.AuditWriter
	release func() // what the page holds
}

// begin checks the request, and reads the first page. It is recorded, so a link on another site
// must not start it.
func (x *auditExport) begin(w http.ResponseWriter) error {
	if weborigin.Foreign(x.request) {
		return call.ErrCrossSite
	}
	query, state := parametersOf(x.request.URL, "format", "action", "actorType", "actorId", "from", "to")
	filter, invalid := auditQuery(query)
	state = append(state, invalid...)
	x.format = people.AuditFormat(query["format"])
	_, err := x.read(w, func(ctx context.Context) (err error) {
		if v, _ := viewer.FromContext(ctx); !v.Is(viewer.Admin) {
			return errForbidden
		}
		if auditMedia[x.format] == "" {
			state = append(state, aspnet.FieldErrors{Key: "format", Messages: []string{"The value must be csv or jsonl."}})
		}
		if len(state) > 0 {
			return responseError{invalidResponse(state)}
		}
		x.entries, err = x.api.People.ExportAuditLog(ctx, filter, x.format)
		if errors.Is(err, usererror.ErrArguments) {
			err = responseError{messageResponse(http.StatusBadRequest, err.Error())}
		}
		if err != nil {
			return err
		}
		x.writer = people.NewAuditWriter(&x.page, x.format)
		return x.writer.WriteHeader()
	})
	return err
}

// next reads the next page. more is false after the last.
func (x *auditExport) next(w http.ResponseWriter) (more bool, err error) {
	return x.read(w, func(context.Context) error { return nil })
}

// read reads a page, after calling first. more is false after the last page.
func (x *auditExport) read(w http.ResponseWriter, first func(context.Context) error) (more bool, err error) {
	err = x.api.Run(func(_ http.ResponseWriter, r *http.Request) error {
		r, permit, err := x.api.Begin(r, costExportPage)
		defer permit.Release()
		if err == nil {
			err = first(r.Context())
		}
		if err != nil {
			return err
		}
		entries, err := x.entries.Next(r.Context())
		if err == nil {
			err = x.writer.Write(entries)
		}
		if err != nil {
			return err
		}
		more = len(entries) > 0
		permit.Release() // the client may read slowly
		x.release, err = permit.Hold(x.page.Len())
		return err
	}, w, x.request)
	return more, err
}

// send sends the page that was read.
func (x *auditExport) send(w http.ResponseWriter) error {
	defer x.release()
	control := http.NewResponseController(w)
	if err := control.SetWriteDeadline(time.Now().Add(exportTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := x.page.WriteTo(w); err != nil {
		return err
	}
	return control.Flush()
}

// auditQuery reads the filter of the URL and reports what is wrong with it.
func auditQuery(query map[string]string) (f people.AuditFilter, state aspnet.ModelState) {
	read := func(name string, parse func(text string) error) {
		if text := query[name]; text != "" && parse(text) != nil {
			state = append(state, aspnet.FieldErrors{Key: name, Messages: []string{"The value '" + text + "' is not valid."}})
		}
	}
	read("action", func(text string) error {
		f.Action = new(audit.Action(text))
		return unless(slices.Contains(audit.Actions(), *f.Action))
	})
	read("actorType", func(text string) error {
		kinds := []viewer.ActorKind{viewer.ActorKey, viewer.ActorUser, viewer.ActorContact, viewer.ActorSystem}
		i := slices.IndexFunc(kinds, func(k viewer.ActorKind) bool { return k.Name() == text })
		if i >= 0 {
			f.ActorKind = &kinds[i]
		}
		return unless(i >= 0)
	})
	read("actorId", func(text string) error {
		n, err := strconv.ParseInt(text, 10, 32)
		f.ActorID = new(int(n))
		return err
	})
	read("from", func(text string) error {
		t, err := revision.ParseTime(text)
		f.From = &t
		return err
	})
	read("to", func(text string) error {
		t, err := revision.ParseTime(text)
		f.To = &t
		return err
	})
	return f, state
}

// unless returns usererror.ErrArguments unless a value is valid.
func unless(valid bool) error {
	if valid {
		return nil
	}
	return usererror.ErrArguments
}
