package webapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"contactgraph/internal/export"
	"contactgraph/internal/interchange"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// contactExportPath is where contacts are downloaded as a file.
const contactExportPath = "/exports/contacts"

// costContactsPart is the cost of a part of an export of contacts.
const costContactsPart = costPage + 10*export.PartSize

// Headers of an export of contacts. The file has the cursor too.
const (
	headerCursor = "X-Feed-Cursor"
	headerTotal  = "X-Total-Count"
)

// exportContacts handles GET /exports/contacts, with the parameters format, filter, ids, columns
// and bom: contacts as a file.
func (a *API) exportContacts(w http.ResponseWriter, r *http.Request) {
	a.download(w, r, costContactsPart, &contactExport{api: a, request: r})
}

// contactExport is an export that is being sent.
type contactExport struct {
	api     *API
	request *http.Request
	file    *export.File
}

func (x *contactExport) begin(ctx context.Context, header http.Header, page io.Writer) error {
	if v, _ := viewer.FromContext(ctx); !v.Is(viewer.Agent) {
		return errForbidden
	}
	request, bom, state := contactsQuery(x.request)
	if len(state) > 0 {
		return responseError{invalidResponse(state)}
	}
	e, err := x.api.Exports.Begin(ctx, request)
	if errors.Is(err, usererror.ErrArguments) {
		err = responseError{messageResponse(http.StatusBadRequest, err.Error())}
	}
	if err != nil {
		return err
	}
	header.Set("Content-Type", request.Format.MediaType())
	header.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", request.Format.FileName("contacts", e.Header.At)))
	header.Set(headerCursor, e.Header.Cursor)
	header.Set(headerTotal, strconv.Itoa(e.Total))
	if bom {
		if _, err := io.WriteString(page, interchange.BOM); err != nil {
			return err
		}
	}
	x.file, err = e.NewFile(page, request.Format)
	return err
}

func (x *contactExport) next(ctx context.Context, _ io.Writer) (more bool, err error) {
	return x.file.Write(ctx)
}

// contactsQuery reads the parameters of an export, and reports what is wrong with them. bom is
// whether the file begins with a byte order mark, by which Excel recognizes UTF-8.
func contactsQuery(r *http.Request) (request export.Request, bom bool, state aspnet.ModelState) {
	query, state := parametersOf(r.URL, paramFormat, "filter", "ids", "columns", "bom")
	request.Format = interchange.Format(query[paramFormat])
	if !slices.Contains(interchange.Formats, request.Format) {
		state = append(state, aspnet.FieldErrors{Key: paramFormat, Messages: []string{"The value must be " + interchange.FormatNames() + "."}})
	}
	if text := query["filter"]; text != "" {
		var err error
		if request.Filter, err = export.ParseFilter([]byte(text)); err != nil {
			state = append(state, aspnet.FieldErrors{Key: "filter", Messages: []string{err.Error()}})
		}
		request.Sent = []byte(text)
	}
	if text := query["ids"]; text != "" {
		var err error
		if request.IDs, err = export.ParseIDs(text); err != nil {
			state = append(state, aspnet.FieldErrors{Key: "ids", Messages: []string{err.Error()}})
		}
	}
	if text := query["columns"]; text != "" {
		request.Columns = strings.Split(text, ",")
	}
	switch query["bom"] {
	case "", "false":
	case "true":
		bom = request.Format == interchange.CSV
	default:
		state = append(state, aspnet.FieldErrors{Key: "bom", Messages: []string{"The value must be true or false."}})
	}
	return request, bom, state
}
