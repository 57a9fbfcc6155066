// Package importfile reads contacts from files of other programs and of this one: CSV, JSON and
// vCard.
//
// Open finds out the format and the encoding, and reads the first rows. Guess proposes a Mapping of
// the columns, which SetMapping sets; then Next yields each row as an interchange.Record. Files are
// streamed: what is held in memory has limits.
//
// Start reading at File; csv.go, json.go and vcard.go read the formats into cells, build.go makes a
// record of cells by the rules of a Mapping, guess.go and presets.go propose one.
package importfile

import (
	"errors"
	"fmt"
	"io"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"

	"github.com/go-json-experiment/json/jsontext"
)

// Format is the format of a file.
type Format string

// The formats. JSON is a sequence of objects, one a line or not, or one array of objects.
const (
	CSV   Format = "csv"
	JSON  Format = "json"
	VCard Format = "vcard"
)

// Formats lists the formats.
func Formats() []Format { return []Format{CSV, JSON, VCard} }

// Limits of a file. What exceeds one is reported with its place, and never held in memory.
const (
	maxRow     = 4 << 20 // bytes of a row, in UTF-8
	maxColumns = 2000
	maxName    = 1000 // bytes of the name of a column
)

// Options says how to read a file. What is not set is detected.
type Options struct {
	Format    Format `json:"format,omitempty"`
	Encoding  string `json:"encoding,omitempty"`  // a name of the WHATWG Encoding Standard, such as windows-1252
	Delimiter rune   `json:"delimiter,omitempty"` // between the cells of CSV
	// NoHeader is set if the first line of a CSV file has values; the columns are then called
	// Column 1, Column 2, …
	NoHeader bool `json:"noHeader,omitempty"`
}

// Info is what Open found out about a file.
type Info struct {
	Format    Format `json:"format"`
	Encoding  string `json:"encoding"`
	Delimiter string `json:"delimiter,omitempty"` // of CSV
	Header    bool   `json:"header"`              // a CSV file has a line with the names of the columns
	// Own is set if this program exported the file. Its rows need no rules for columns.
	Own bool `json:"own"`
	// Preset is the name of the preset for the program that wrote the file, if it is known.
	Preset string `json:"preset,omitempty"`
}

// Column is a column of a file, with its first different values.
type Column struct {
	Name    string   `json:"name"`
	Samples []string `json:"samples"`
}

// Cell is a value in a row. A row can have several cells of a column.
type Cell struct {
	Column int // in File.Columns
	Value  string
	Null   bool // null in JSON
	// Description is that of a value of a property, and the type of a login.
	Description *string
}

// Row is one contact of a file. If it has errors, its record is incomplete.
type Row struct {
	Line   int // where it starts in the file, from 1
	Cells  []Cell
	Record interchange.Record
	Errors []Error

	raw      any  // as the source read it, for the file of errors
	complete bool // the source has made the record
}

// Error is why a row cannot be imported.
type Error struct {
	Column string `json:"column"` // "" if it is about the row
	Value  string `json:"value"`  // "" if it is secret
	Reason string `json:"reason"` // a sentence
}

// Error returns the reason with the name of the column.
func (e Error) Error() string {
	if e.Column == "" {
		return e.Reason
	}
	return fmt.Sprintf("column %q: %s", e.Column, e.Reason)
}

// FileError is why the rest of a file cannot be read.
type FileError struct {
	Line   int // 0 if it is about the whole file
	Reason string
}

// Error returns the reason with the line.
func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

// source reads the rows of a format.
type source interface {
	// next returns the next row, without its record. It fails with io.EOF after the last one, and
	// with a FileError if the rest cannot be read. Names of new columns are added to the table.
	next(columns *table) (Row, error)
}

// File is an open file. It is not safe for concurrent use.
type File struct {
	info    Info
	source  source
	table   table
	preview []Row // read by Open, and not yet returned by Next
	failed  error // of the source, after preview
	builder builder
}

// previewRows is how many rows Open reads to find out what the columns have.
const previewRows = 200

// Open reads the start of a file. It fails with a FileError if the file cannot be read, such as an
// empty one.
func Open(r io.Reader, o Options) (*File, error) {
	f := &File{}
	if err := f.open(r, o); err != nil {
		return nil, err
	}
	for len(f.preview) < previewRows && f.failed == nil {
		row, err := f.source.next(&f.table)
		if err != nil {
			f.failed = err
			break
		}
		f.preview = append(f.preview, row)
	}
	if len(f.preview) == 0 && !errors.Is(f.failed, io.EOF) {
		return nil, f.failed
	}
	if !f.info.Own {
		f.info.Preset = recognize(f.info.Format, f.table.names)
	}
	return f, nil
}

// Info returns what is known about the file.
func (f *File) Info() Info { return f.info }

// Columns returns the columns in the order of the file, with samples of the first rows. In JSON and
// vCard, later rows can have further columns.
func (f *File) Columns() []Column {
	columns := make([]Column, len(f.table.names))
	for i, name := range f.table.names {
		columns[i] = Column{Name: name, Samples: f.table.samples[i]}
	}
	return columns
}

// SetMapping sets how Next makes records of rows. It fails if the mapping has a rule that does not
// exist.
func (f *File) SetMapping(m Mapping, c Catalog) error {
	b, err := newBuilder(m, c)
	if err == nil {
		f.builder = *b
	}
	return err
}

// Next returns the next row. It fails with io.EOF after the last one, and with a FileError if the
// rest of the file cannot be read.
func (f *File) Next() (Row, error) {
	var row Row
	switch {
	case len(f.preview) > 0:
		row, f.preview = f.preview[0], f.preview[1:]
	case f.failed != nil:
		return Row{}, f.failed
	default:
		var err error
		if row, err = f.source.next(&f.table); err != nil {
			f.failed = err
			return Row{}, err
		}
	}
	switch {
	case row.complete:
		f.builder.addDefaults(&row.Record)
	case len(row.Errors) == 0:
		f.builder.build(&f.table, &row)
	}
	return row, nil
}

// Size returns about how many bytes a row has in memory.
func (r *Row) Size() int {
	n := 256
	for _, cell := range r.Cells {
		n += len(cell.Value) + 64
	}
	switch raw := r.raw.(type) {
	case csvRow:
		for _, cell := range raw.cells {
			n += len(cell)
		}
	case jsontext.Value:
		n += 3 * len(raw)
	case []string:
		for _, line := range raw {
			n += len(line)
		}
	}
	return n
}

// Place returns the first column from which the values of a field come, and the value that a row
// has there, shortened; "" if it is unknown or secret. path is one of package field.
func (f *File) Place(r Row, path string) (column, value string) {
	names := f.ColumnsOf(path)
	if path == "" || len(names) == 0 {
		return "", ""
	}
	if path == field.PathSecret || path == interchange.PathPasswordHash {
		return names[0], ""
	}
	for _, cell := range r.Cells {
		if f.table.names[cell.Column] == names[0] {
			return names[0], shorten(cell.Value)
		}
	}
	return names[0], ""
}
