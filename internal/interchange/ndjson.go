package interchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"contactgraph/internal/contact/field"
)

// The header and the last line of a file are objects with a member that no contact has.
const (
	formatName    = "contactgraph.contacts"
	formatVersion = 1
	memberFormat  = "format"
	memberEnd     = "end"
)

// headerLine is the first line of a file.
type headerLine struct {
	Format  string `json:"format"`
	Version int    `json:"formatVersion"`
	Header
}

// endLine is the last line of a file: without it, the file was cut off.
type endLine struct {
	End      string `json:"end"`
	Contacts int64  `json:"contacts"`
}

// LinesWriter writes contacts as NDJSON: an object on each line, with the members of the GraphQL
// type Contact. The first line is the header, the last one has the number of contacts.
type LinesWriter struct {
	w     io.Writer
	line  []byte
	count int64
}

// NewLinesWriter writes the header to w, and returns a writer of the contacts.
func NewLinesWriter(w io.Writer, h *Header) (*LinesWriter, error) {
	l := &LinesWriter{w: w}
	return l, l.write(appendCompact(nil, headerLine{formatName, formatVersion, *h}))
}

// Write writes a contact. What it does not have, its line does not have.
func (l *LinesWriter) Write(r *Record) error {
	l.count++
	l.line = AppendLine(l.line[:0], r)
	return l.write(l.line)
}

// Flush does nothing: lines are not buffered.
func (*LinesWriter) Flush() error { return nil }

// Close writes the last line. It does not close the writer below.
func (l *LinesWriter) Close() error {
	return l.write(appendCompact(nil, endLine{formatName, l.count}))
}

func (l *LinesWriter) write(line []byte) error {
	_, err := l.w.Write(append(line, '\n'))
	return err
}

// AppendLine appends a contact as JSON, without a line feed.
func AppendLine(b []byte, r *Record) []byte {
	b = append(b, '{')
	start := len(b)
	for _, m := range members {
		v, present := m.get(r)
		if !present || m.importOnly {
			continue
		}
		b = appendKey(b, start, m.path)
		if v == nil {
			b = append(b, "null"...)
		} else {
			b = m.kind.appendJSON(b, v)
		}
	}
	if len(r.Properties) > 0 {
		b = append(appendKey(b, start, field.PathProperties), '{')
		first := len(b)
		for _, p := range r.Properties {
			b = appendValues(appendKey(b, first, p.Name), p.Values)
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

// appendKey appends the name of a member of the object whose first member is at start.
func appendKey(b []byte, start int, name string) []byte {
	if len(b) > start {
		b = append(b, ',')
	}
	return append(appendString(b, name), ':')
}

// MaxLine is the length of the longest line that LinesReader reads, in bytes.
const MaxLine = 64 << 20

// Errors of LinesReader and ParseLine.
var (
	ErrLineTooLong = fmt.Errorf("a line is longer than %d bytes", MaxLine)
	// ErrIncomplete is the error for a file that has a header and does not end with its last line.
	ErrIncomplete = errors.New("the file is incomplete: its last line is missing, or has another number of contacts")
	// ErrNewerFormat is the error for a file of a later version of the program.
	ErrNewerFormat = errors.New("the file has a newer format than this program can read")

	errNotObject = reason("This must be a JSON object.")
	errUnknown   = reason("Contacts have no such member.")
	errTwice     = reason("This is listed twice.")
)

// LinesReader reads what LinesWriter wrote. A file may also consist of contacts only.
type LinesReader struct {
	Header *Header // nil if the file has none

	r        *bufio.Reader
	line     int    // of the last contact, from 1
	text     []byte // of the last contact
	pending  bool   // text has not been returned
	contacts int64
	ended    bool
}

// NewLinesReader reads the header, if there is one.
func NewLinesReader(r io.Reader) (*LinesReader, error) {
	l := &LinesReader{r: bufio.NewReaderSize(r, 64<<10)}
	text, err := l.readLine()
	if err != nil {
		return l, exceptEOF(err)
	}
	var h headerLine
	switch {
	case !isObjectWith(text, memberFormat) || json.Unmarshal(text, &h) != nil || h.Format != formatName:
		l.pending = true
	case h.Version != formatVersion:
		return nil, ErrNewerFormat
	default:
		l.Header = &h.Header
	}
	return l, nil
}

// Next returns the next contact, and io.EOF after the last one. If some of its values cannot be
// read, it returns the others and ValueErrors; the next call continues. It fails with ErrIncomplete
// if the file was cut off, and with ErrLineTooLong.
func (l *LinesReader) Next() (*Record, error) {
	if !l.pending {
		if _, err := l.readLine(); err != nil {
			return nil, l.atEnd(err)
		}
	}
	l.pending = false
	if l.Header != nil && isObjectWith(l.text, memberEnd) {
		var e endLine
		if json.Unmarshal(l.text, &e) != nil || e.End != formatName || e.Contacts != l.contacts {
			return nil, ErrIncomplete
		}
		l.ended = true
		return l.Next()
	}
	l.contacts++
	return ParseLine(l.text)
}

// Line returns the number of the line of the last contact, from 1.
func (l *LinesReader) Line() int { return l.line }

// Text returns the line of the last contact, until the next call.
func (l *LinesReader) Text() []byte { return l.text }

func (l *LinesReader) atEnd(err error) error {
	if errors.Is(err, io.EOF) && l.Header != nil && !l.ended {
		return ErrIncomplete
	}
	return err
}

// exceptEOF returns the error, nil for the end of an empty file.
func exceptEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// readLine reads the next line that is not blank into text.
func (l *LinesReader) readLine() ([]byte, error) {
	for {
		l.text = l.text[:0]
		for {
			part, err := l.r.ReadSlice('\n')
			l.text = append(l.text, part...)
			if err == nil || errors.Is(err, io.EOF) && len(l.text) > 0 {
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return nil, err
			}
			if len(l.text) > MaxLine {
				return nil, ErrLineTooLong
			}
		}
		l.line++
		if l.text = bytes.TrimSpace(l.text); l.line == 1 {
			l.text = bytes.TrimPrefix(l.text, []byte("\ufeff"))
		}
		if len(l.text) > 0 {
			return l.text, nil
		}
	}
}

// isObjectWith reports whether the line is an object whose first member has this name.
func isObjectWith(line []byte, name string) bool {
	d := json.NewDecoder(bytes.NewReader(line))
	first, err := d.Token()
	if err != nil || first != json.Delim('{') {
		return false
	}
	member, err := d.Token()
	return err == nil && member == name
}
