package importfile

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// errLongRow is the error of a window whose row is too long.
var errLongRow = errors.New("the row is too long")

// window reads a text, and keeps what a parser has read since the start of the current row. It
// fails if that becomes too long.
type window struct {
	r      io.Reader
	kept   []byte
	begin  int   // of the row in kept
	offset int64 // of kept in the text
	lines  int   // before the row
	length int   // of the row, after end
	ended  bool  // the text has ended
}

// compactFrom is how much is kept before the current row, so that few rows move the rest.
const compactFrom = 64 << 10

// Read implements io.Reader.
func (w *window) Read(p []byte) (int, error) {
	if len(w.kept)-w.begin > maxRow {
		return 0, errLongRow
	}
	n, err := w.r.Read(p)
	w.kept = append(w.kept, p[:n]...)
	w.ended = w.ended || errors.Is(err, io.EOF)
	return n, err
}

// start begins a row at an offset of the text.
func (w *window) start(offset int64) {
	next := int(offset - w.offset)
	w.lines += bytes.Count(w.kept[w.begin:next], []byte("\n"))
	w.begin = next
	if w.begin > compactFrom {
		w.kept, w.begin, w.offset = append(w.kept[:0], w.kept[w.begin:]...), 0, offset
	}
}

// end sets where the current row ends.
func (w *window) end(offset int64) { w.length = int(offset-w.offset) - w.begin }

// text returns the current row, after end.
func (w *window) text() string {
	return strings.TrimRight(string(w.kept[w.begin:w.begin+w.length]), "\r\n")
}

// endsAt reports whether the text ends at an offset.
func (w *window) endsAt(offset int64) bool {
	return w.ended && offset == w.offset+int64(len(w.kept))
}

// cutAt reports whether the text ends at an offset, and without a line break.
func (w *window) cutAt(offset int64) bool {
	return w.endsAt(offset) && !bytes.HasSuffix(w.kept, []byte("\n")) && !bytes.HasSuffix(w.kept, []byte("\r"))
}
