package importfile

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/wlynxg/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

const (
	utf8Name    = "utf-8"
	utf16LEName = "utf-16le"
	utf16BEName = "utf-16be"
	western     = "windows-1252" // of texts of which only that is known that they are not Unicode
)

// byteOrderMarks begin texts in Unicode. Those of UTF-32 are no names of the standard.
var byteOrderMarks = []struct {
	mark string
	name string
}{
	{"\xEF\xBB\xBF", utf8Name},
	{"\xFF\xFE\x00\x00", "utf-32le"},
	{"\x00\x00\xFE\xFF", "utf-32be"},
	{"\xFF\xFE", utf16LEName},
	{"\xFE\xFF", utf16BEName},
}

// detectEncoding returns the encoding of a text by its start, and whether the start is the whole.
func detectEncoding(start []byte, whole bool) string {
	for _, b := range byteOrderMarks {
		if bytes.HasPrefix(start, []byte(b.mark)) {
			return b.name
		}
	}
	if name := wideEncoding(start); name != "" {
		return name
	}
	if isUTF8(start, whole) {
		return utf8Name
	}
	return legacyEncoding(start)
}

// wideEncoding detects UTF-16 by its NUL bytes: in texts that are mostly Latin, every second byte
// is one.
func wideEncoding(start []byte) string {
	var even, odd int
	for i, b := range start {
		switch {
		case b != 0:
		case i%2 == 0:
			even++
		default:
			odd++
		}
	}
	half := len(start) / 2
	switch {
	case half > 0 && odd > half/2 && even < odd/8:
		return utf16LEName
	case half > 0 && even > half/2 && odd < even/8:
		return utf16BEName
	}
	return ""
}

// isUTF8 reports whether the start of a text is in UTF-8. Its last character can be cut.
func isUTF8(start []byte, whole bool) bool {
	for n := range utf8.UTFMax {
		if n < len(start) && n > 0 && whole {
			break
		}
		if n <= len(start) && utf8.Valid(start[:len(start)-n]) {
			return n == 0 || !utf8.FullRune(start[len(start)-n:])
		}
	}
	return false
}

// sure is the confidence from which a statistical guess counts: those for Latin texts with few
// accents are lower.
const sure = 0.74

// legacyEncoding guesses an encoding that is not Unicode, by the frequency of its characters.
// Latin alphabets are taken for Western European.
func legacyEncoding(start []byte) string {
	guess := chardet.Detect(start)
	if guess.Confidence < sure {
		return western
	}
	e, err := htmlindex.Get(guess.Encoding)
	if err != nil {
		return western
	}
	name, err := htmlindex.Name(e)
	if err != nil || name == utf8Name {
		return western
	}
	return name
}

// decoderOf returns the decoder of an encoding, nil for UTF-8, and its name in the standard.
func decoderOf(name string) (e encoding.Encoding, canonical string, err error) {
	switch name {
	case "utf-32le":
		return utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), name, nil
	case "utf-32be":
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM), name, nil
	}
	if e, err = htmlindex.Get(name); err == nil {
		canonical, err = htmlindex.Name(e)
	}
	switch {
	case err != nil:
		return nil, "", &FileError{Reason: fmt.Sprintf("the encoding %q is unknown", name)}
	case canonical == utf8Name:
		return nil, canonical, nil
	case canonical == utf16LEName:
		e = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case canonical == utf16BEName:
		e = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return e, canonical, nil
}

// decode returns the text in UTF-8 without a byte order mark. Bytes that are invalid stay in a text
// in UTF-8, where cells are checked for them; in others they become U+FFFD.
func decode(r io.Reader, e encoding.Encoding) io.Reader {
	if e == nil {
		return transform.NewReader(r, &skipMark{})
	}
	return transform.NewReader(r, e.NewDecoder())
}

// skipMark copies a text without the byte order mark at its start.
type skipMark struct{ started bool }

// Reset implements transform.Transformer.
func (s *skipMark) Reset() { s.started = false }

// Transform implements transform.Transformer.
func (s *skipMark) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	mark := []byte(byteOrderMarks[0].mark)
	if !s.started {
		if len(src) < len(mark) && !atEOF && bytes.HasPrefix(mark, src) {
			return 0, 0, transform.ErrShortSrc
		}
		s.started = true
		if bytes.HasPrefix(src, mark) {
			nSrc = len(mark)
		}
	}
	nDst = copy(dst, src[nSrc:])
	nSrc += nDst
	if nSrc < len(src) {
		err = transform.ErrShortDst
	}
	return nDst, nSrc, err
}
