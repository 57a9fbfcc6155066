package webapi

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"contactgraph/internal/importfile"
	"contactgraph/internal/job"
	"contactgraph/internal/viewer"
)

// getImportErrors handles GET /imports/{id}/errors: the rows that failed, as a file.
func (a *API) getImportErrors(w http.ResponseWriter, r *http.Request) {
	a.download(w, r, costContactsPart, &importErrors{api: a, request: r})
}

// importErrors is a file of rows that is being sent.
type importErrors struct {
	api     *API
	request *http.Request
	file    *job.ErrorFile
}

// errorMedia are the media types of files, and the ends of their names.
var errorMedia = map[importfile.Format][2]string{
	importfile.CSV: {"text/csv; charset=utf-8", "csv"}, importfile.JSON: {"application/x-ndjson; charset=utf-8", "ndjson"},
	importfile.VCard: {"text/vcard; charset=utf-8", "vcf"},
}

func (x *importErrors) begin(ctx context.Context, header http.Header, page io.Writer) error {
	if v, _ := viewer.FromContext(ctx); !v.Is(viewer.Agent) {
		return errForbidden
	}
	id, ok := importID(x.request)
	if _, state := parametersOf(x.request.URL); len(state) > 0 || !ok {
		return responseError{invalidResponse(state)}
	}
	file, err := x.api.Jobs.OpenErrors(context.WithoutCancel(ctx), id, page) // the file is read in several parts
	if err != nil {
		return explainImport(err)
	}
	x.file = file
	media := errorMedia[file.Format()]
	header.Set("Content-Type", media[0])
	header.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", fmt.Sprintf("import-%d-errors.%s", id, media[1])))
	return nil
}

func (x *importErrors) next(ctx context.Context, _ io.Writer) (more bool, err error) {
	return x.file.Next(ctx)
}
