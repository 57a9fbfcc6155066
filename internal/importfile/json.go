package importfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// jsonSource reads the rows of a JSON file: lines of objects, where an invalid one does not keep
// the others from being read, or an array or sequence of objects of any lines.
type jsonSource struct {
	input *window
	lines *bufio.Reader     // nil for a sequence
	d     *jsontext.Decoder // nil for lines
	line  int               // lines read
	array bool
	begun bool
	ended error
}

// openJSON creates the source of a JSON file, whose start is sample.
func (f *File) openJSON(text *bufio.Reader, sample []byte) error {
	start := bytes.TrimLeft(sample, " \t\r\n")
	first, _, _ := bytes.Cut(start, []byte("\n"))
	s := &jsonSource{input: &window{r: text}, array: start[0] == '['}
	f.source = s
	if complete := jsontext.Value(first).IsValid(lenient); s.array || !complete && len(first) < len(start) {
		s.d = jsontext.NewDecoder(s.input, lenient)
		return nil
	}
	own, err := newOwnLines(text, first)
	if err != nil {
		return err
	}
	if own != nil {
		f.source, f.info.Own = own, true
		return nil
	}
	s.lines = bufio.NewReaderSize(text, sampleSize)
	return nil
}

// lenient accepts what other programs write; the texts of cells are checked later.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// next implements source.
func (s *jsonSource) next(columns *table) (Row, error) {
	if s.ended != nil {
		return Row{}, s.ended
	}
	var value jsontext.Value
	var line int
	var err error
	if s.lines != nil {
		value, line, err = s.nextLine()
	} else {
		value, line, err = s.nextValue()
	}
	if err != nil {
		s.ended = err
		return Row{}, err
	}
	row := Row{Line: line, raw: value}
	s.fill(columns, &row, value)
	return row, nil
}

// fill adds the cells of an object to a row.
func (s *jsonSource) fill(columns *table, row *Row, value jsontext.Value) {
	if s.lines != nil && !value.IsValid(lenient) {
		row.Errors = []Error{{Reason: "The line is not valid JSON."}}
		return
	}
	if value.Kind() != '{' {
		row.Errors = []Error{{Value: shorten(string(value)), Reason: "This is not a JSON object."}}
		return
	}
	f := flattener{columns: columns, row: row}
	if err := f.object(value); err != nil {
		row.Errors = append(row.Errors, Error{Reason: sentence(err)})
	}
}

// nextLine returns the next line that is not blank.
func (s *jsonSource) nextLine() (jsontext.Value, int, error) {
	for {
		var text []byte
		for {
			part, err := s.lines.ReadSlice('\n')
			text = append(text, part...)
			if len(text) > maxRow {
				return nil, 0, &FileError{s.line + 1, fmt.Sprintf("the line is longer than %d bytes", maxRow)}
			}
			if err == nil || errors.Is(err, io.EOF) && len(text) > 0 {
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return nil, 0, err
			}
		}
		s.line++
		if text = bytes.TrimSpace(text); len(text) > 0 {
			return text, s.line, nil
		}
	}
}

// nextValue returns the next object of an array or a sequence.
func (s *jsonSource) nextValue() (jsontext.Value, int, error) {
	if s.array && !s.begun {
		if _, err := s.d.ReadToken(); err != nil {
			return nil, 0, s.failure(err)
		}
		s.begun = true
	}
	s.input.start(s.d.InputOffset())
	if s.array && s.d.PeekKind() == ']' {
		if _, err := s.d.ReadToken(); err != nil {
			return nil, 0, s.failure(err)
		}
		if _, err := s.d.ReadToken(); !errors.Is(err, io.EOF) {
			return nil, 0, &FileError{s.input.lines + 1, "there is more after the end of the array"}
		}
		return nil, 0, io.EOF
	}
	value, err := s.d.ReadValue()
	if err != nil {
		return nil, 0, s.failure(err)
	}
	value = value.Clone()
	s.input.end(s.d.InputOffset())
	read := s.input.kept[s.input.begin : s.input.begin+s.input.length-len(value)]
	return value, s.input.lines + 1 + bytes.Count(read, []byte("\n")), nil
}

// failure returns the error of a file whose JSON ends here.
func (s *jsonSource) failure(err error) error {
	switch {
	case errors.Is(err, io.EOF) && !s.array:
		return io.EOF
	case errors.Is(err, errLongRow):
		return &FileError{s.input.lines + 1, fmt.Sprintf("the object that starts here is longer than %d bytes", maxRow)}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &FileError{s.input.lines + 1, "the file ends within this object or array"}
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		s.input.end(min(syntactic.ByteOffset, s.input.offset+int64(len(s.input.kept))))
		read := s.input.kept[s.input.begin : s.input.begin+max(s.input.length, 0)]
		return &FileError{s.input.lines + 1 + bytes.Count(read, []byte("\n")), "the text is not valid JSON"}
	}
	return fmt.Errorf("read the file: %w", err)
}

// flattener makes cells of a JSON object: a column for each member, also of nested objects.
type flattener struct {
	columns *table
	row     *Row
}

// maxDepth is how deep objects can be nested.
const maxDepth = 8

var (
	errColumns = fmt.Errorf("the file has more than %d columns", maxColumns)
	// errNotCorrected is the error for a line that an ErrorWriter wrote, and that is as it was.
	errNotCorrected = errors.New("replace this object by the contact")
	errDepth        = fmt.Errorf("objects are nested deeper than %d times", maxDepth)
)

func (f *flattener) object(value jsontext.Value) error {
	if isDetails(value) {
		return f.details(value)
	}
	return f.members("", value, 0)
}

// members adds the members of an object, whose name is prefix.
func (f *flattener) members(prefix string, object jsontext.Value, depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	return eachMember(object, func(name string, value jsontext.Value) error {
		switch {
		case depth == 0 && isErrorColumn(name):
			return nil
		case depth == 0 && name == importLine:
			return errNotCorrected
		}
		return f.value(prefix+name, value, depth)
	})
}

// value adds a value of any kind.
func (f *flattener) value(name string, value jsontext.Value, depth int) error {
	switch value.Kind() {
	case '{':
		return f.members(name+".", value, depth+1)
	case '[':
		if depth > maxDepth {
			return errDepth
		}
		none := true
		err := eachElement(value, func(element jsontext.Value) error {
			none = false
			return f.value(name, element, depth+1)
		})
		if none && err == nil {
			return f.add(name, Cell{Null: true})
		}
		return err
	case 'n':
		return f.add(name, Cell{Null: true})
	}
	return f.add(name, Cell{Value: scalarText(value)})
}

// add adds a cell.
func (f *flattener) add(name string, c Cell) error {
	if len(name) > maxName {
		return fmt.Errorf("the name of a member is longer than %d bytes", maxName)
	}
	if reason := unstorable(name); reason != "" {
		return errors.New(reason)
	}
	if c.Column = f.columns.column(name); c.Column < 0 {
		return errColumns
	}
	f.columns.sample(c.Column, c.Value)
	f.row.Cells = append(f.row.Cells, c)
	return nil
}

// scalarText returns a string without its quotation marks, and other scalars as they are.
func scalarText(value jsontext.Value) string {
	if value.Kind() != '"' {
		return string(value)
	}
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil && len(text) == 0 {
		return string(value)
	}
	return string(text)
}

// eachMember calls fn for each member of an object.
func eachMember(object jsontext.Value, fn func(name string, value jsontext.Value) error) error {
	d := jsontext.NewDecoder(bytes.NewReader(object), lenient)
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		if err := fn(name, value); err != nil {
			return err
		}
	}
	return nil
}

// eachElement calls fn for each element of an array.
func eachElement(array jsontext.Value, fn func(jsontext.Value) error) error {
	d := jsontext.NewDecoder(bytes.NewReader(array), lenient)
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != ']' {
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		if err := fn(value); err != nil {
			return err
		}
	}
	return nil
}
