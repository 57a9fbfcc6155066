package webapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"contactgraph/internal/report"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
)

// personalDataPath is the path of the reports whose addresses PersonDataFile returns.
const personalDataPath = report.Path + "{token}"

// getPersonDataFile handles GET /api/v1/Contacts/{id}/PersonDataFile. The body is a JSON string:
// the address of the report, which works for report.LinkTTL with the credential of the request.
func (a *API) getPersonDataFile(w http.ResponseWriter, r *http.Request) {
	a.serveContact(w, r, call.CostRead, func(w http.ResponseWriter, r *http.Request) error {
		id, state := routeID(r)
		if len(state) > 0 {
			return responseError{invalidResponse(state)}
		}
		_, path, err := a.Reports.Access(r.Context(), id)
		if err != nil {
			return err
		}
		response{status: http.StatusOK, body: appendString(nil, a.origin(r)+path)}.send(w, r)
		return nil
	})
}

// costReportPage is the cost of a page of a report.
const costReportPage = costPage + 500

// getPersonalData handles GET /exports/personal-data/{token}, with the parameter format: the report
// on a person as JSON, or as a page for people.
func (a *API) getPersonalData(w http.ResponseWriter, r *http.Request) {
	a.download(w, r, costReportPage, &personalData{api: a, request: r})
}

// personalData is a report that is being sent.
type personalData struct {
	api     *API
	request *http.Request
	report  *report.Report
	writer  report.Writer
}

// reportFormat is a form in which a report can be read.
type reportFormat struct {
	name, media string
	disposition string // format of Content-Disposition, for the number of the contact
	writer      func(io.Writer) report.Writer
}

// reportFormats lists the forms, the default first.
var reportFormats = []reportFormat{
	{"json", call.ApplicationJSON, `attachment; filename="personal-data-%d.json"`, report.NewJSON},
	{"html", "text/html", `inline; filename="personal-data-%d.html"`, report.NewHTML},
}

// reportFormatOf returns the format that the request asks for.
func reportFormatOf(r *http.Request) (reportFormat, aspnet.ModelState) {
	query, state := parametersOf(r.URL, paramFormat)
	for _, f := range reportFormats {
		if f.name == query[paramFormat] {
			return f, state
		}
	}
	if query[paramFormat] != "" {
		state = append(state, aspnet.FieldErrors{Key: paramFormat, Messages: []string{"The value must be json or html."}})
	}
	media := []string{reportFormats[0].media, reportFormats[1].media}
	return reportFormats[max(0, slices.Index(media, preferred(r.Header, media)))], state
}

func (p *personalData) begin(ctx context.Context, header http.Header, page io.Writer) error {
	format, state := reportFormatOf(p.request)
	if len(state) > 0 {
		return responseError{invalidResponse(state)}
	}
	found, err := p.api.Reports.Follow(ctx, p.request.PathValue("token"))
	if errors.Is(err, report.ErrLink) {
		err = responseError{messageResponse(http.StatusNotFound, "The address of the report has expired or was issued to another credential.")}
	}
	if err != nil {
		return err
	}
	p.report, p.writer = found, format.writer(page)
	header.Set("Content-Type", format.media+call.CharsetUTF8)
	header.Set("Content-Disposition", fmt.Sprintf(format.disposition, found.Head.ContactID))
	header.Set("Vary", "Accept")
	if format.name == "html" {
		header.Set("Content-Security-Policy", report.ContentSecurityPolicy)
	}
	return p.writer.Head(&found.Head)
}

func (p *personalData) next(ctx context.Context, _ io.Writer) (more bool, err error) {
	part, err := p.report.Next(ctx)
	if err != nil {
		return false, err
	}
	if part == nil {
		return false, p.writer.End()
	}
	return true, p.writer.Part(part)
}
