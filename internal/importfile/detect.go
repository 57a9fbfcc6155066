package importfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// sampleSize is how much of a file is read to find out its encoding, format and delimiter.
const sampleSize = 64 << 10

// open detects what the options do not say, and creates the source.
func (f *File) open(r io.Reader, o Options) error {
	raw := bufio.NewReaderSize(r, sampleSize)
	start, err := raw.Peek(sampleSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	whole := errors.Is(err, io.EOF)
	if kind := binaryKind(start); kind != "" {
		return &FileError{Reason: fmt.Sprintf("the file is %s: save it as CSV, JSON or vCard", kind)}
	}
	name := o.Encoding
	if name == "" {
		name = detectEncoding(start, whole)
	}
	e, canonical, err := decoderOf(name)
	if err != nil {
		return err
	}
	text := bufio.NewReaderSize(decode(raw, e), sampleSize)
	sample, err := text.Peek(sampleSize)
	if err != nil && !errors.Is(err, io.EOF) && len(sample) == 0 {
		return err
	}
	if len(bytes.TrimSpace(sample)) == 0 {
		return &FileError{Reason: "the file is empty"}
	}
	f.info = Info{Format: o.Format, Encoding: canonical}
	if f.info.Format == "" {
		f.info.Format = detectFormat(sample)
	}
	switch f.info.Format {
	case JSON:
		return f.openJSON(text, sample)
	case VCard:
		f.source = newVCardSource(text)
	case CSV:
		return f.openCSV(text, sample, o)
	default:
		return &FileError{Reason: fmt.Sprintf("the format %q is unknown", f.info.Format)}
	}
	return nil
}

// binaryKind names the formats that people take for CSV, "" if the file is none of them.
func binaryKind(start []byte) string {
	for prefix, kind := range map[string]string{
		"PK\x03\x04":                       "a workbook or an archive",
		"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1": "a workbook of an old version of Excel",
		"\x1F\x8B":                         "compressed",
		"%PDF":                             "a PDF",
		"!BDN":                             "an Outlook data file",
	} {
		if bytes.HasPrefix(start, []byte(prefix)) {
			return kind
		}
	}
	return ""
}

// detectFormat returns the format that a text has by its first characters.
func detectFormat(sample []byte) Format {
	text := bytes.TrimSpace(sample)
	switch {
	case len(text) >= 11 && strings.EqualFold(string(text[:11]), "BEGIN:VCARD"):
		return VCard
	case text[0] == '{', text[0] == '[' && isArrayStart(text[1:]):
		return JSON
	}
	return CSV
}

// isArrayStart reports whether the text after [ is the start of an array of objects, or is empty.
func isArrayStart(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) == 0 || text[0] == '{' || text[0] == ']'
}

// delimiters are what Open looks for between cells.
var delimiters = []rune{',', ';', '\t', '|'}

// detectDelimiter returns the delimiter of a CSV file by its first lines: the one that splits most
// of them into as many cells as the first one, and into the most.
func detectDelimiter(sample []byte) rune {
	best, most := delimiters[0], 0
	for _, d := range delimiters {
		if n := evenCells(sample, d); n > most {
			best, most = d, n
		}
	}
	return best
}

// evenCells returns how many cells beyond the first one the first line has, times the number of
// lines that have as many.
func evenCells(sample []byte, delimiter rune) int {
	r := newCSVReader(bytes.NewReader(sample), delimiter)
	r.LazyQuotes = true
	first, even := 0, 0
	for range 20 {
		cells, err := r.Read()
		if err != nil {
			break
		}
		if first == 0 {
			first = len(cells)
		}
		if len(cells) == first {
			even++
		}
	}
	return (first - 1) * even
}

// separatorLine returns the delimiter that the first line of a file for Excel names, as in sep=;,
// and the length of the line. It returns 0 if there is no such line.
func separatorLine(sample []byte) (delimiter rune, length int) {
	line, _, _ := bytes.Cut(sample, []byte("\n"))
	text := bytes.Trim(bytes.TrimSuffix(line, []byte("\r")), `"`)
	if len(text) < 5 || !strings.EqualFold(string(text[:4]), "sep=") {
		return 0, 0
	}
	d, size := utf8.DecodeRune(text[4:])
	if size != len(text)-4 {
		return 0, 0
	}
	return d, min(len(line)+1, len(sample))
}
