package job

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/ent/jobitem"
	"contactgraph/internal/importfile"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// ErrorFile is the file of the rows of an import that failed: those that are invalid, and those
// that could not be applied. It is read in parts.
type ErrorFile struct {
	service *Service
	row     *ent.Job
	file    *importfile.File
	to      *importfile.ErrorWriter
	read    int // rows
	last    int // the number of the last item of a page
}

// OpenErrors begins the file of the rows that failed, in the format of the import's file, and
// writes it to w. ctx is that of all parts. It is for admins and the creator of the import. It
// fails with NotFound if the file of the import was deleted.
func (s *Service) OpenErrors(ctx context.Context, id int, w io.Writer) (*ErrorFile, error) {
	row, i, err := s.ownImport(ctx, id)
	if err != nil {
		return nil, err
	}
	below, err := s.openFile(ctx, row)
	if err != nil {
		return nil, err
	}
	e := &ErrorFile{service: s, row: row}
	properties, err := s.catalog.Properties(viewer.NewSystemContext(ctx, row.AccountID))
	if err != nil {
		return nil, err
	}
	if e.file, err = importfile.Open(below, i.File); err == nil && i.Mapping != nil {
		err = e.file.SetMapping(*i.Mapping, importfile.Catalog{Properties: properties}) // for the columns of errors
	}
	if err == nil {
		e.to, err = importfile.NewErrorWriter(w, e.file)
	}
	return e, explainFile(err)
}

// explainFile returns the reason why a file cannot be read as an error that the caller can fix.
func explainFile(err error) error {
	if reason, ok := isFileError(err); ok {
		return usererror.Errors{{Code: usererror.Invalid, Path: "file", Message: sentence(reason)}}
	}
	return err
}

// sentence returns the reason for an error as a sentence.
func sentence(reason string) string {
	first, size := utf8.DecodeRuneInString(reason)
	reason = string(unicode.ToUpper(first)) + reason[size:]
	if strings.HasSuffix(reason, "?") || strings.HasSuffix(reason, ".") {
		return reason
	}
	return reason + "."
}

// ownImport returns an import whose file the viewer may read.
func (s *Service) ownImport(ctx context.Context, id int) (*ent.Job, *Import, error) {
	v, err := reader(ctx)
	if v, err = s.mayTransfer(ctx, v, err); err != nil {
		return nil, nil, err
	}
	row, err := s.GetImport(ctx, id)
	switch {
	case err != nil:
		return nil, nil, err
	case !v.Is(viewer.Admin) && !isOwn(v, row):
		return nil, nil, usererror.Errors{usererror.NewForbidden("", "Only admins may read the files of others.")}
	case row.Size == 0 && row.State != job.StateUPLOADING:
		return nil, nil, errNoFile
	}
	i, err := FileOf(row)
	return row, i, err
}

// GetImport returns a job that is an import. It fails as Get does.
func (s *Service) GetImport(ctx context.Context, id int) (*ent.Job, error) {
	row, err := s.Get(ctx, id)
	if err == nil && row.Kind != job.KindIMPORT {
		err = usererror.NewNotFound("Import", id)
	}
	return row, err
}

// Format returns the format of the file.
func (e *ErrorFile) Format() importfile.Format { return e.file.Info().Format }

// errorPage is how many rows Next writes.
const errorPage = 200

// Next writes the next rows. more is false after the last.
func (e *ErrorFile) Next(ctx context.Context) (more bool, err error) {
	page, err := e.service.failed(ctx, e.row, e.last)
	if err != nil {
		return false, err
	}
	for _, item := range page {
		row, err := e.skipTo(item.Number)
		if err != nil {
			return false, err
		}
		errs, err := ErrorsOf(item)
		if err != nil {
			return false, err
		}
		if err := e.to.Write(row, e.shown(row, errs)); err != nil {
			return false, err
		}
		e.last = item.Number
	}
	return len(page) == errorPage, e.to.Close()
}

// failed returns the next items that failed, after a number.
func (s *Service) failed(ctx context.Context, row *ent.Job, after int) ([]*ent.JobItem, error) {
	return s.db.Client().JobItem.Query().Where(jobitem.AccountID(row.AccountID), jobitem.JobID(row.ID), jobitem.NumberGT(after),
		jobitem.Or(jobitem.ActionEQ(jobitem.ActionINVALID), jobitem.OutcomeIn(jobitem.OutcomeCONFLICT, jobitem.OutcomeREFUSED))).
		Order(jobitem.ByNumber()).Limit(errorPage).All(viewer.NewSystemContext(ctx, row.AccountID))
}

// skipTo returns the row of the file with the number.
func (e *ErrorFile) skipTo(number int) (row importfile.Row, err error) {
	for e.read < number {
		if row, err = e.file.Next(); err != nil {
			return row, err
		}
		e.read++
	}
	return row, nil
}

// shown returns errors as the file has them. Those of the application have no columns yet.
func (e *ErrorFile) shown(row importfile.Row, errs []ItemError) []importfile.Error {
	list := make([]importfile.Error, len(errs))
	for i, one := range errs {
		if one.Column == "" {
			one.Column, one.Value = e.file.Place(row, one.Path)
		}
		list[i] = importfile.Error{Column: one.Column, Value: one.Value, Reason: one.Message}
	}
	return list
}

// WriteErrors writes the whole file of the rows that failed. It fails as OpenErrors does.
func (s *Service) WriteErrors(ctx context.Context, id int, w io.Writer) error {
	e, err := s.OpenErrors(ctx, id, w)
	for more := err == nil; more && err == nil; {
		more, err = e.Next(ctx)
	}
	return err
}

// ParseMapping parses the JSON of a mapping. It fails for members that do not exist.
func ParseMapping(text []byte) (*importfile.Mapping, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	m := &importfile.Mapping{}
	err := d.Decode(m)
	if _, more := d.Token(); err == nil && !errors.Is(more, io.EOF) {
		err = errors.New("there is more than one object")
	}
	return m, err
}
