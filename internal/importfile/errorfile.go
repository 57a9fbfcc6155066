package importfile

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"contactgraph/internal/interchange"

	"github.com/go-json-experiment/json/jsontext"
)

// The names under which files of errors have the reason and the columns that it is about. Reading
// such a file ignores them.
const (
	cardError       = "X-IMPORT-ERROR"
	cardErrorColumn = "X-IMPORT-ERROR-COLUMN"
	importLine      = "importErrorLine" // of JSON: the text of a line that is not an object
)

func isErrorColumn(name string) bool {
	return name == interchange.ImportError || name == interchange.ImportErrorColumn
}

// ErrorWriter writes the rows of a file that were not imported, in UTF-8 and in the format of the
// file, each with the reason. Once they are corrected, the new file can be imported with the same
// mapping. Pictures of vCards are left out.
type ErrorWriter struct {
	format Format
	w      io.Writer
	csv    *csv.Writer
}

// NewErrorWriter writes the start of a file with rows of f to w.
func NewErrorWriter(w io.Writer, f *File) (*ErrorWriter, error) {
	e := &ErrorWriter{format: f.info.Format, w: w}
	s, ok := f.source.(*csvSource)
	if !ok {
		return e, nil
	}
	if _, err := io.WriteString(w, byteOrderMarks[0].mark); err != nil { // without it, Excel reads another encoding
		return nil, err
	}
	e.csv = csv.NewWriter(w)
	e.csv.Comma = s.delimiter
	header := []string{interchange.ImportError, interchange.ImportErrorColumn}
	for _, name := range s.names {
		if !isErrorColumn(name) {
			header = append(header, name)
		}
	}
	return e, e.csv.Write(header)
}

// Write writes a row with what is wrong with it.
func (e *ErrorWriter) Write(row Row, errs []Error) error {
	var reasons, columns []string
	for _, one := range errs {
		reasons = append(reasons, one.Reason)
		if one.Column != "" {
			columns = append(columns, one.Column)
		}
	}
	reason, column := strings.Join(reasons, " "), strings.Join(columns, ", ")
	switch raw := row.raw.(type) {
	case csvRow:
		return e.csv.Write(append([]string{reason, column}, raw.data()...))
	case jsontext.Value:
		return e.writeJSON(raw, reason, column)
	case []string:
		return e.writeCard(raw, reason, column)
	}
	return fmt.Errorf("line %d was not read from a file", row.Line)
}

// Close writes what is buffered. It does not close the writer below.
func (e *ErrorWriter) Close() error {
	if e.csv == nil {
		return nil
	}
	e.csv.Flush()
	return e.csv.Error()
}

// writeJSON writes an object on a line, with the members of the errors at its end.
func (e *ErrorWriter) writeJSON(raw jsontext.Value, reason, column string) error {
	raw = raw.Clone()
	if raw.Compact(lenient) != nil || raw.Kind() != '{' {
		text, err := jsontext.AppendQuote(nil, strings.ToValidUTF8(string(raw), "�"))
		if err != nil {
			return err
		}
		raw = append(append([]byte(`{"`+importLine+`":`), text...), '}')
	}
	line := []byte{'{'}
	err := eachMember(raw, func(name string, value jsontext.Value) error {
		if isErrorColumn(name) {
			return nil
		}
		var err error
		if line, err = jsontext.AppendQuote(line, name); err == nil {
			line = append(append(append(line, ':'), value...), ',')
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range [][2]string{{interchange.ImportError, reason}, {interchange.ImportErrorColumn, column}} {
		line, _ = jsontext.AppendQuote(line, m[0]) // names are valid UTF-8
		if line, err = jsontext.AppendQuote(append(line, ':'), m[1]); err != nil {
			return err
		}
		line = append(line, ',')
	}
	line[len(line)-1] = '}'
	_, err = e.w.Write(append(line, '\n'))
	return err
}

var cardEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, ",", `\,`, ";", `\;`)

// writeCard writes a vCard.
func (e *ErrorWriter) writeCard(lines []string, reason, column string) error {
	var b strings.Builder
	b.WriteString("BEGIN:VCARD\r\n")
	for _, line := range lines {
		b.WriteString(line + "\r\n")
	}
	fmt.Fprintf(&b, "%s:%s\r\n%s:%s\r\nEND:VCARD\r\n", cardError, cardEscapes.Replace(reason), cardErrorColumn, cardEscapes.Replace(column))
	_, err := io.WriteString(e.w, b.String())
	return err
}

// csvRow is a row of a CSV file as it is, and which cells are those of errors.
type csvRow struct {
	cells  []string
	source *csvSource
}

// data returns the cells without those of errors.
func (r csvRow) data() []string {
	cells := make([]string, 0, len(r.cells))
	for i, cell := range r.cells {
		if i >= len(r.source.columns) || r.source.columns[i] >= 0 {
			cells = append(cells, cell)
		}
	}
	return cells
}

// sentence returns the text of an error as a sentence.
func sentence(err error) string {
	text := err.Error()
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[size:] + "."
}
