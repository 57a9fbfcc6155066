package webapi

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/job"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/viewer"
)

// The paths of imports. A file is sent whole, or in parts: created with hold=true, continued at its
// size, and then planned.
const (
	importsPath      = "/imports"
	importPath       = "/imports/{id}"
	importPlanPath   = "/imports/{id}/plan"
	importErrorsPath = "/imports/{id}/errors"
)

// costUpload is the cost of a part of a file that is stored.
const costUpload = 2000

// postImport handles POST /imports: the body is the file, or multipart/form-data with the parts
// mapping and file. The import is planned, and applied with apply=true.
func (a *API) postImport(w http.ResponseWriter, r *http.Request) {
	a.answerImport(w, r, http.StatusCreated, func(ctx context.Context, body *upload) (*ent.Job, error) {
		n, hold, state := newImport(r)
		file, err := body.file(&n, &state)
		if err != nil {
			return nil, err
		}
		if len(state) > 0 {
			return nil, responseError{invalidResponse(state)}
		}
		row, err := a.Jobs.CreateImport(ctx, n)
		if err != nil {
			return nil, err
		}
		w.Header().Set("Location", importsPath+"/"+strconv.Itoa(row.ID))
		if _, err := a.Jobs.Upload(ctx, row.ID, 0, file); err != nil {
			return nil, body.explain(err)
		}
		if hold {
			return a.Jobs.GetImport(ctx, row.ID)
		}
		return a.Jobs.Plan(ctx, row.ID, nil)
	})
}

// patchImport handles PATCH /imports/{id}, with the parameter offset: the body continues the file.
func (a *API) patchImport(w http.ResponseWriter, r *http.Request) {
	a.answerImport(w, r, http.StatusOK, func(ctx context.Context, body *upload) (*ent.Job, error) {
		query, state := parametersOf(r.URL, paramOffset)
		offset, err := strconv.ParseInt(query[paramOffset], 10, 64)
		if err != nil || offset < 0 {
			state = append(state, fieldErrors(paramOffset, "The value must be the number of bytes that were sent."))
		}
		id, ok := importID(r)
		if len(state) > 0 || !ok {
			return nil, responseError{invalidResponse(state)}
		}
		if _, err := a.Jobs.Upload(ctx, id, offset, body); err != nil {
			return nil, body.explain(err)
		}
		return a.Jobs.GetImport(ctx, id)
	})
}

// planImport handles POST /imports/{id}/plan: the body is a mapping, or empty for the one that the
// import has.
func (a *API) planImport(w http.ResponseWriter, r *http.Request) {
	a.answerImport(w, r, http.StatusOK, func(ctx context.Context, body *upload) (*ent.Job, error) {
		id, ok := importID(r)
		if _, state := parametersOf(r.URL); len(state) > 0 || !ok {
			return nil, responseError{invalidResponse(state)}
		}
		text, err := io.ReadAll(io.LimitReader(body, call.MaxBody+1))
		switch {
		case err != nil:
			return nil, body.explain(err)
		case len(text) > call.MaxBody:
			return nil, call.ErrTooLarge
		case len(text) == 0:
			return a.Jobs.Plan(ctx, id, nil)
		}
		m, err := job.ParseMapping(text)
		if err != nil {
			return nil, responseError{invalidResponse(aspnet.ModelState{fieldErrors(paramMapping, err.Error())})}
		}
		return a.Jobs.Plan(ctx, id, m)
	})
}

// getImport handles GET /imports/{id}. With columns=true, the response has the columns of the file,
// samples of their values, and what they can become.
func (a *API) getImport(w http.ResponseWriter, r *http.Request) {
	query, state := parametersOf(r.URL, paramColumns)
	columns := flag(query, paramColumns, &state)
	err := a.Run(func(w http.ResponseWriter, r *http.Request) error {
		r, permit, err := a.BeginAs(r, viewer.Agent, costUpload)
		defer permit.Release()
		if err != nil {
			return err
		}
		id, ok := importID(r)
		if len(state) > 0 || !ok {
			return responseError{invalidResponse(state)}
		}
		row, err := a.Jobs.GetImport(r.Context(), id)
		if err != nil {
			return err
		}
		var preview *job.Preview
		if columns {
			if preview, err = a.Jobs.PreviewOf(r.Context(), id); err != nil {
				return err
			}
		}
		return sendImport(w, http.StatusOK, row, preview)
	}, w, r)
	if err != nil {
		a.sendError(w, r, explainImport(err))
	}
}

// answerImport runs an operation with the body of a request, and answers with the import.
func (a *API) answerImport(w http.ResponseWriter, r *http.Request, status int, do func(context.Context, *upload) (*ent.Job, error)) {
	err := a.runUpload(w, r, status, do)
	if err != nil {
		a.sendError(w, r, explainImport(err))
	}
}

func (a *API) runUpload(w http.ResponseWriter, r *http.Request, status int, do func(context.Context, *upload) (*ent.Job, error)) error {
	if a.Starting {
		return call.ErrStarting
	}
	for _, encoding := range r.Header.Values("Content-Encoding") {
		if encoding != "" && !strings.EqualFold(encoding, "identity") {
			return call.ErrEncoded
		}
	}
	r, permit, err := a.BeginAs(r, viewer.Agent, costUpload)
	permit.Release() // each part of the body gets a permit of its own
	if err != nil {
		return err
	}
	row, err := do(r.Context(), &upload{api: a, request: r, body: r.Body, control: http.NewResponseController(w)})

	if err != nil {
		return err
	}
	return sendImport(w, status, row, nil)
}

func sendImport(w http.ResponseWriter, status int, row *ent.Job, preview *job.Preview) error {
	summary, err := job.Summarize(row)
	if err != nil {
		return err
	}
	body, err := json.Marshal(struct {
		*job.Summary

		File *job.Preview `json:"file,omitempty"`
	}{summary, preview})
	if err != nil {
		return err
	}
	call.NoStore(w)
	w.Header().Set("Content-Type", "application/json"+call.CharsetUTF8)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails only if the client has gone away
	return nil
}

// importID returns the id in the path.
func importID(r *http.Request) (int, bool) {
	id, err := strconv.Atoi(r.PathValue("id"))
	return id, err == nil && id > 0
}

func fieldErrors(key, message string) aspnet.FieldErrors {
	return aspnet.FieldErrors{Key: key, Messages: []string{message}}
}

// flag returns a parameter that is true or false.
func flag(query map[string]string, name string, state *aspnet.ModelState) bool {
	value, err := strconv.ParseBool(cmp.Or(query[name], "0"))
	if err != nil {
		*state = append(*state, fieldErrors(name, "The value must be true or false."))
	}
	return value
}
