package webapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"contactgraph/internal/audit"
	"contactgraph/internal/people"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// costExportPage is the cost of a page of an export.
const costExportPage = costPage + people.MaxExportPage

// auditMedia has the media types of the formats.
var auditMedia = map[people.AuditFormat]string{
	people.AuditCSV: "text/csv; charset=utf-8; header=present", people.AuditLines: "application/jsonl; charset=utf-8",
}

// auditLogPath is where admins download the audit log.
const auditLogPath = "/exports/audit-log"

// exportAuditLog handles GET /exports/audit-log, with the parameters format, action, actorType,
// actorId, from and to: the audit log as a file, for admins.
func (a *API) exportAuditLog(w http.ResponseWriter, r *http.Request) {
	a.download(w, r, costExportPage, &auditExport{api: a, request: r})
}

// auditExport is a running export.
type auditExport struct {
	api     *API
	request *http.Request
	entries *people.AuditExport
	format  people.AuditFormat
}

func (x *auditExport) begin(ctx context.Context, header http.Header, page io.Writer) error {
	if v, _ := viewer.FromContext(ctx); !v.Is(viewer.Admin) {
		return errForbidden
	}
	query, state := parametersOf(x.request.URL, paramFormat, "action", "actorType", "actorId", "from", "to")
	filter, invalid := auditQuery(query)
	state = append(state, invalid...)
	x.format = people.AuditFormat(query[paramFormat])
	if auditMedia[x.format] == "" {
		state = append(state, aspnet.FieldErrors{Key: paramFormat, Messages: []string{"The value must be csv or jsonl."}})
	}
	if len(state) > 0 {
		return responseError{invalidResponse(state)}
	}
	entries, err := x.api.People.ExportAuditLog(ctx, filter, x.format)
	if errors.Is(err, usererror.ErrArguments) {
		err = responseError{messageResponse(http.StatusBadRequest, err.Error())}
	}
	if err != nil {
		return err
	}
	x.entries = entries
	header.Set("Content-Type", auditMedia[x.format])
	name := "audit-log-" + entries.At.UTC().Format(time.DateOnly) + "." + string(x.format)
	header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return people.NewAuditWriter(page, x.format).WriteHeader()
}

func (x *auditExport) next(ctx context.Context, page io.Writer) (more bool, err error) {
	entries, err := x.entries.Next(ctx)
	if err != nil {
		return false, err
	}
	return len(entries) > 0, people.NewAuditWriter(page, x.format).Write(entries)
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
