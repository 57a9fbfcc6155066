package webapi

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"contactgraph/internal/contact"
	"contactgraph/internal/importfile"
	"contactgraph/internal/job"
	"contactgraph/internal/netlimit"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
)

// The parameters of imports.
const (
	paramEncoding   = "encoding"
	paramDelimiter  = "delimiter"
	paramNoHeader   = "noHeader"
	paramPreset     = "preset"
	paramMapping    = "mapping"
	paramMatch      = "match"
	paramPolicy     = "policy"
	paramKeepIDs    = "keepIds"
	paramOnConflict = "onConflict"
	paramApply      = "apply"
	paramHold       = "hold"
	paramFileName   = "fileName"
	paramOffset     = "offset"
	paramColumns    = "columns"
)

// onConflict has the values of the parameter.
var onConflict = map[string]contact.Policy{"": contact.Reject, "reject": contact.Reject, "merge": contact.Merge, "overwrite": contact.Overwrite}

// newImport reads the parameters of an import, and reports what is wrong with them.
func newImport(r *http.Request) (n job.NewImport, hold bool, state aspnet.ModelState) {
	query, state := parametersOf(r.URL, paramFormat, paramEncoding, paramDelimiter, paramNoHeader, paramPreset, paramMapping, paramMatch, paramPolicy,
		paramKeepIDs, paramOnConflict, paramApply, paramHold, paramFileName)
	n.FileName, n.Preset, n.Policy = query[paramFileName], query[paramPreset], job.ImportPolicy(query[paramPolicy])
	n.File = importfile.Options{Format: importfile.Format(query[paramFormat]), Encoding: query[paramEncoding], NoHeader: flag(query, paramNoHeader, &state)}
	n.KeepIDs, n.ApplyNow = flag(query, paramKeepIDs, &state), flag(query, paramApply, &state)
	if !slices.Contains(append(importfile.Formats(), ""), n.File.Format) {
		state = append(state, fieldErrors(paramFormat, "The value must be csv, json or vcard."))
	}
	if text := query[paramDelimiter]; text != "" {
		var size int
		if n.File.Delimiter, size = utf8.DecodeRuneInString(text); size != len(text) {
			state = append(state, fieldErrors(paramDelimiter, "The value must be one character."))
		}
	}
	if text := query[paramMapping]; text != "" {
		n.Mapping = mappingOf([]byte(text), &state)
	}
	if text := query[paramMatch]; text != "" {
		n.Match = strings.Split(text, ",")
	}
	var known bool
	if n.OnConflict, known = onConflict[query[paramOnConflict]]; !known {
		state = append(state, fieldErrors(paramOnConflict, "The value must be reject, merge or overwrite."))
	}
	return n, flag(query, paramHold, &state), state
}

// mappingOf parses a mapping; nil if that fails.
func mappingOf(text []byte, state *aspnet.ModelState) *importfile.Mapping {
	m, err := job.ParseMapping(text)
	if err != nil {
		*state = append(*state, fieldErrors(paramMapping, err.Error()))
		return nil
	}
	return m
}

// upload is the body of a request that is stored in parts. It has no limit of its own, and is not
// held in memory: each part has a timeout, a permit and a check of the credentials.
type upload struct {
	api     *API
	request *http.Request
	body    io.ReadCloser
	control *http.ResponseController
	left    int // bytes of the part
}

const (
	uploadPart    = 512 << 10
	uploadTimeout = 30 * time.Second // for a part
)

// uploadError is a failed read of a body.
type uploadError struct{ error }

// Unwrap returns the cause.
func (e uploadError) Unwrap() error { return e.error }

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	if u.left <= 0 {
		if err := u.begin(); err != nil {
			return 0, err
		}
	}
	n, err := u.body.Read(p[:min(len(p), u.left)])
	u.left -= n
	if err != nil && !errors.Is(err, io.EOF) {
		err = uploadError{err}
	}
	return n, err
}

// begin begins a part.
func (u *upload) begin() error {
	u.left = uploadPart
	_, permit, err := u.api.Begin(u.request, costUpload)
	permit.Release()
	if err != nil {
		return err
	}
	netlimit.Stored(u.body)
	until := time.Now().Add(uploadTimeout)
	err = errors.Join(u.control.SetReadDeadline(until), u.control.SetWriteDeadline(until.Add(uploadTimeout)))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// explain returns the error of a failed upload as the API reports it.
func (u *upload) explain(err error) error {
	if e, ok := errors.AsType[uploadError](err); ok {
		return call.BodyError(e)
	}
	return err
}

// file returns the file of the request: its body, or the part file of a form. A part mapping before
// it is the mapping.
func (u *upload) file(n *job.NewImport, state *aspnet.ModelState) (io.Reader, error) {
	media, params, err := mime.ParseMediaType(u.request.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		return u, nil //nolint:nilerr // any other type is that of the file
	}
	for form := multipart.NewReader(u, params["boundary"]); ; {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			*state = append(*state, fieldErrors("file", "The form has no file."))
			return nil, nil
		}
		if err != nil {
			return nil, errors.Join(call.ErrUnreadable, u.explain(err))
		}
		switch part.FormName() {
		case "file":
			if n.FileName == "" {
				n.FileName = part.FileName()
			}
			return part, nil
		case paramMapping:
			text, err := io.ReadAll(io.LimitReader(part, call.MaxBody))
			if err != nil {
				return nil, u.explain(err)
			}
			n.Mapping = mappingOf(text, state)
		default:
			*state = append(*state, fieldErrors(part.FormName(), "There is no such part: use mapping and file, in this order."))
		}
	}
}

// explainImport returns the errors of an import, which the conventions of contacts do not fit, with
// their sentences.
func explainImport(err error) error {
	errs, ok := errors.AsType[usererror.Errors](err)
	if !ok {
		return err
	}
	status := map[usererror.Code]int{
		usererror.Forbidden: http.StatusForbidden, usererror.NotFound: http.StatusNotFound, usererror.TooMany: http.StatusRequestEntityTooLarge,
	}[errs[0].Code]
	if status == 0 {
		status = http.StatusBadRequest
	}
	sentences := make([]string, len(errs))
	for i, e := range errs {
		sentences[i] = e.Message
	}
	return responseError{messageResponse(status, strings.Join(sentences, " "))}
}
