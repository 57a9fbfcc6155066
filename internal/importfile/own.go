package importfile

import (
	"bufio"
	"bytes"
	"errors"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"

	"github.com/go-json-experiment/json/jsontext"
)

// ownLines reads an export of this program in JSON.
type ownLines struct{ r *interchange.LinesReader }

// newOwnLines returns the source of an export. It returns nil if the first line is neither the
// header of an export nor a contact with the members of one.
func newOwnLines(text *bufio.Reader, firstLine []byte) (*ownLines, error) {
	header, err := interchange.NewLinesReader(bytes.NewReader(firstLine))
	if err == nil && header.Header == nil && !isContact(firstLine) {
		return nil, nil
	}
	r, err := interchange.NewLinesReader(text)
	if err != nil {
		return nil, &FileError{1, err.Error()}
	}
	return &ownLines{r}, nil
}

// isContact reports whether a line has nothing but members of the contacts of an export.
func isContact(line []byte) bool {
	_, err := interchange.ParseLine(line)
	return err == nil
}

// next implements source.
func (o *ownLines) next(*table) (Row, error) {
	r, err := o.r.Next()
	row := Row{Line: o.r.Line(), raw: jsontext.Value(bytes.Clone(o.r.Text())), complete: true}
	values, isValues := errors.AsType[interchange.ValueErrors](err)
	switch {
	case isValues:
		row.Errors = errorsOf(values)
	case errors.Is(err, interchange.ErrIncomplete), errors.Is(err, interchange.ErrLineTooLong), errors.Is(err, interchange.ErrNewerFormat):
		return Row{}, &FileError{o.r.Line(), err.Error()}
	case err != nil:
		return Row{}, err
	}
	if r != nil {
		row.Record = *r
	}
	return row, nil
}

// errorsOf returns values that cannot be read as the errors of a row.
func errorsOf(values interchange.ValueErrors) []Error {
	list := make([]Error, len(values))
	for i, p := range values {
		list[i] = Error{Column: p.Path, Value: p.Value, Reason: p.Reason}
		if p.Path == interchange.PathPasswordHash || p.Path == field.PathSecret {
			list[i].Value = ""
		}
	}
	return list
}

// ownTable returns the columns of a CSV file that this program exported, nil if it is of another
// program. People may have removed the column with the note.
func ownTable(header []string) *interchange.Table {
	t, unknown := interchange.ParseTable(header)
	if _, _, ok := interchange.ParseNote(header); ok {
		return t
	}
	for _, path := range t.Paths() {
		if path == interchange.PathContactID && len(unknown) == 0 {
			return t
		}
	}
	return nil
}

// Header returns what an export of this program says about itself, nil if it says nothing.
func (f *File) Header() *interchange.Header {
	if o, ok := f.source.(*ownLines); ok {
		return o.r.Header
	}
	return nil
}

// ownColumn returns the name of the column for a path in an export of this program.
func (c Catalog) ownColumn(path string) string {
	if key, ok := interchange.PropertyKeys(c.Properties)[field.PropertyID(path)]; ok {
		return interchange.PropertyPath(key)
	}
	return interchange.Column(path)
}
