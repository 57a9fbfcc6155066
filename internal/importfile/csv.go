package importfile

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"contactgraph/internal/interchange"
)

// csvSource reads the rows of a CSV file.
type csvSource struct {
	reader    *csv.Reader
	input     *window
	delimiter rune
	line      int // lines before those that reader reads
	columns   []int
	names     []string           // as they are in the file
	own       *interchange.Table // of an export of this program
	first     []string           // the first row, if no line has names
	failed    bool
}

// newCSVReader returns a reader that accepts any number of cells in a row.
func newCSVReader(r io.Reader, delimiter rune) *csv.Reader {
	reader := csv.NewReader(r)
	reader.Comma = delimiter
	reader.FieldsPerRecord = -1
	return reader
}

// openCSV creates the source of a CSV file, and reads the names of the columns.
func (f *File) openCSV(text *bufio.Reader, sample []byte, o Options) error {
	s := &csvSource{delimiter: o.Delimiter}
	if d, length := separatorLine(sample); length > 0 {
		if _, err := text.Discard(length); err != nil {
			return err
		}
		if s.delimiter == 0 {
			s.delimiter = d
		}
		s.line, sample = 1, sample[length:]
	}
	if s.delimiter == 0 {
		s.delimiter = detectDelimiter(sample)
	}
	if s.delimiter == '"' || s.delimiter == '\r' || s.delimiter == '\n' || s.delimiter == utf8.RuneError || !utf8.ValidRune(s.delimiter) {
		return &FileError{Reason: fmt.Sprintf("%q cannot be between cells", s.delimiter)}
	}
	s.input = &window{r: text}
	s.reader = newCSVReader(s.input, s.delimiter)
	f.source, f.info.Delimiter = s, string(s.delimiter)
	var err error
	f.info.Header, err = s.readHeader(&f.table, o.NoHeader)
	f.info.Own = s.own != nil
	return err
}

// readHeader reads the first line. It reports whether the line has the names of the columns.
func (s *csvSource) readHeader(columns *table, noHeader bool) (bool, error) {
	cells, _, err := s.read()
	switch {
	case errors.Is(err, io.EOF):
		return false, &FileError{Reason: "the file is empty"}
	case err != nil:
		if row, ok := errors.AsType[*rowError](err); ok {
			err = &FileError{s.line + 1, "the names of the columns: " + row.reason}
		}
		return false, err
	case len(cells) > maxColumns:
		return false, &FileError{s.line + 1, fmt.Sprintf("there are %d columns, which is more than %d", len(cells), maxColumns)}
	}
	header := !noHeader && !hasAddress(cells)
	if header {
		s.own = ownTable(cells)
	} else {
		s.first = cells
	}
	for i, name := range cells {
		name = strings.TrimSpace(name)
		switch {
		case !header || name == "":
			name = fmt.Sprintf("Column %d", i+1)
		case unstorable(name) != "":
			return false, &FileError{s.line + 1, "the names of the columns: " + unstorable(name)}
		case len(name) > maxName:
			return false, &FileError{s.line + 1, fmt.Sprintf("the name of column %d is longer than %d bytes", i+1, maxName)}
		}
		s.names = append(s.names, name)
		if header && isErrorColumn(name) {
			s.columns = append(s.columns, -1)
		} else {
			s.columns = append(s.columns, columns.column(unused(columns, name)))
		}
	}
	return header, nil
}

// hasAddress reports whether a cell is an email address, which no name of a column is.
func hasAddress(cells []string) bool {
	for _, cell := range cells {
		if a, err := mail.ParseAddress(cell); err == nil && strings.Contains(a.Address, ".") {
			return true
		}
	}
	return false
}

// unused returns the name, with a number if a column has it already.
func unused(t *table, name string) string {
	free := name
	for i := 2; ; i++ {
		if _, taken := t.index[free]; !taken {
			return free
		}
		free = fmt.Sprintf("%s (%d)", name, i)
	}
}

// next implements source. Rows without any text are skipped.
func (s *csvSource) next(columns *table) (Row, error) {
	for {
		cells, line := s.first, s.line+1
		if s.first == nil {
			var err error
			if cells, line, err = s.read(); err != nil {
				return s.invalid(line, err)
			}
		}
		s.first = nil
		if !slices.ContainsFunc(cells, func(text string) bool { return strings.TrimSpace(text) != "" }) {
			continue
		}
		row := Row{Line: line, raw: csvRow{cells, s}}
		s.fill(columns, &row, cells)
		if len(cells) < len(s.names) && s.input.cutAt(s.reader.InputOffset()) {
			row.Errors = append(row.Errors, Error{Reason: "The file ends within this row."})
		}
		return row, nil
	}
}

// fill adds the cells of a row.
func (s *csvSource) fill(columns *table, row *Row, cells []string) {
	for i, text := range cells {
		if i >= len(s.names) {
			if strings.TrimSpace(text) != "" {
				row.Errors = append(row.Errors, Error{"", shorten(text), fmt.Sprintf("The row has %d cells, but there are only %d columns.", len(cells), len(s.names))})
				return
			}
			continue
		}
		if s.columns[i] < 0 {
			continue
		}
		if s.own == nil {
			text = unquoteFormula(text)
		}
		row.Cells = append(row.Cells, Cell{Column: s.columns[i], Value: text})
		columns.sample(s.columns[i], text)
	}
	if s.own != nil {
		row.complete = true
		r, err := s.own.Record(cells[:min(len(cells), len(s.names))])
		if r != nil {
			row.Record = *r
		}
		if values, ok := errors.AsType[interchange.ValueErrors](err); ok {
			row.Errors = append(row.Errors, errorsOf(values)...)
		}
	}
}

// invalid returns the row whose cells cannot be read, or the error if it is about the file.
func (s *csvSource) invalid(line int, err error) (Row, error) {
	if _, ok := errors.AsType[*rowError](err); !ok {
		return Row{}, err
	}
	return Row{Line: line, raw: csvRow{s.likely(s.input.text()), s}, Errors: []Error{{Reason: err.Error()}}}, nil
}

// likely returns what the cells of an invalid row probably are.
func (s *csvSource) likely(text string) []string {
	r := newCSVReader(strings.NewReader(text), s.delimiter)
	r.LazyQuotes = true
	if cells, err := r.Read(); err == nil {
		return cells
	}
	return []string{text}
}

// rowError is an error that is only about one row.
type rowError struct{ reason string }

// Error returns the reason.
func (e *rowError) Error() string { return e.reason }

// unquoteFormula returns the text of a cell like ="0123", which keeps Excel from making a number of
// it.
func unquoteFormula(cell string) string {
	if len(cell) > 3 && strings.HasPrefix(cell, `="`) && strings.HasSuffix(cell, `"`) && !strings.Contains(cell[2:len(cell)-1], `"`) {
		return cell[2 : len(cell)-1]
	}
	return cell
}

// read reads the cells of the next row, and returns the line where it starts. A rowError is only
// about this row.
func (s *csvSource) read() (cells []string, line int, err error) {
	if s.failed {
		return nil, 0, io.EOF
	}
	s.input.start(s.reader.InputOffset())
	cells, err = s.reader.Read()
	parse, isParse := errors.AsType[*csv.ParseError](err)
	switch {
	case err == nil:
		line, _ = s.reader.FieldPos(0)
		return cells, s.line + line, nil
	case isParse:
		s.input.end(s.reader.InputOffset())
		return s.repair(parse)
	case errors.Is(err, errLongRow):
		s.failed = true
		return nil, 0, &FileError{s.line + s.input.lines + 1, fmt.Sprintf("the row that starts here is longer than %d bytes: is a quotation mark missing, or the delimiter another one?", maxRow)}
	case !errors.Is(err, io.EOF):
		s.failed = true
		return nil, 0, fmt.Errorf("read the file: %w", err)
	}
	return nil, 0, err
}

// repair returns the cells of a row that encoding/csv rejects, if its only fault are quotation
// marks within a cell: many programs write them as they are.
func (s *csvSource) repair(parse *csv.ParseError) (cells []string, line int, err error) {
	line = s.line + parse.StartLine
	lazy := newCSVReader(strings.NewReader(s.input.text()), s.delimiter)
	lazy.LazyQuotes = true
	if cells, err := lazy.Read(); err == nil && errors.Is(parse.Err, csv.ErrBareQuote) {
		if _, err := lazy.Read(); errors.Is(err, io.EOF) {
			return cells, line, nil
		}
	}
	if s.input.endsAt(s.reader.InputOffset()) {
		return nil, line, &rowError{"The file ends within a cell in quotation marks."}
	}
	return nil, line, &rowError{"A quotation mark within a cell is not doubled."}
}
