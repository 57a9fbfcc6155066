package importfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/quotedprintable"
	"slices"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// vcardSource reads the cards of a file in vCard 2.1, 3.0 or 4.0: RFC 2426 and RFC 6350. It parses
// content lines itself: go-vcard does not read 2.1 (types without a name, QUOTED-PRINTABLE), drops
// lines that it cannot parse, and removes the escapes before lists are split.
type vcardSource struct {
	r     *bufio.Reader
	line  int    // lines read
	ahead []byte // the next line, without its line break, if it has been read
	ended error
}

// cardProperty is a property of a card, as it is written: its value is not unescaped yet.
type cardProperty struct {
	group string
	name  string   // in upper case
	types []string // in upper case
	pref  int      // from 1, the most preferred; 101 if it is not given
	value string
	plain bool // the value was encoded, and has no escapes but those of ; and line breaks
}

// notPreferred is after all preferences, which are 1 to 100.
const notPreferred = 101

func newVCardSource(text *bufio.Reader) *vcardSource { return &vcardSource{r: text} }

// skipped are properties with pictures, sounds and keys. Their values are not even held in memory.
var skipped = []string{"PHOTO", "LOGO", "SOUND", "KEY"}

// next implements source.
func (s *vcardSource) next(columns *table) (Row, error) {
	if s.ended != nil {
		return Row{}, s.ended
	}
	row, err := s.card(columns)
	if err != nil {
		s.ended = err
	}
	return row, err
}

// card reads a card.
func (s *vcardSource) card(columns *table) (Row, error) {
	if err := s.begin(); err != nil {
		return Row{}, err
	}
	row := Row{Line: s.line}
	raw := []string{}
	var properties []cardProperty
	size, nested := 0, 0
	for {
		line, err := s.logicalLine()
		if size += len(line); size > maxRow {
			return Row{}, &FileError{row.Line, fmt.Sprintf("the card that starts here is longer than %d bytes", maxRow)}
		}
		switch {
		case errors.Is(err, io.EOF):
			row.Errors = append(row.Errors, Error{Reason: "The file ends within this card."})
			s.ended = io.EOF
			row.raw = raw
			return row, nil
		case err != nil:
			return Row{}, err
		}
		p, ok := parseProperty(line)
		switch {
		case line == "":
			continue
		case ok && p.name == "BEGIN": // 2.1 allows cards in cards, such as that of an agent
			nested++
		case ok && p.name == "END" && nested > 0:
			nested--
		case ok && p.name == "END":
			row.raw = raw
			cells(columns, &row, properties)
			return row, nil
		case nested > 0:
		case !ok:
			row.Errors = append(row.Errors, Error{Value: shorten(strings.ToValidUTF8(line, "�")), Reason: "The line is no property of a vCard."})
		case p.name == cardError, p.name == cardErrorColumn:
			continue
		case !slices.Contains(skipped, p.name):
			properties = append(properties, p)
		}
		raw = append(raw, line)
	}
}

// begin reads up to the start of the next card.
func (s *vcardSource) begin() error {
	for {
		line, err := s.logicalLine()
		if err != nil {
			return err
		}
		if line == "" {
			continue
		}
		if !strings.EqualFold(strings.ReplaceAll(line, " ", ""), "BEGIN:VCARD") {
			return &FileError{s.line, "a card must begin with BEGIN:VCARD here"}
		}
		return nil
	}
}

// logicalLine returns the next line with those that continue it. Those of a skipped property are
// left out.
func (s *vcardSource) logicalLine() (string, error) {
	first, err := s.physicalLine()
	if err != nil {
		return "", err
	}
	line, text := s.line, append([]byte(nil), first...)
	drop := isSkipped(first)
	soft := !drop && isQuotedPrintable(first)
	for {
		continued := soft && bytes.HasSuffix(text, []byte("="))
		next, err := s.peekLine()
		if errors.Is(err, io.EOF) {
			return string(text), nil
		} else if err != nil {
			return "", err
		}
		folded := len(next) > 0 && (next[0] == ' ' || next[0] == '\t')
		switch {
		case continued:
			text = append(text[:len(text)-1], bytes.TrimLeft(next, " \t")...)
		case folded && !drop:
			text = append(text, next[1:]...)
		case !folded:
			return string(text), nil
		}
		s.ahead = nil
		s.line++
		if len(text) > maxRow {
			return "", &FileError{line, fmt.Sprintf("the property that starts here is longer than %d bytes", maxRow)}
		}
	}
}

// physicalLine returns the next line without its line break, until the next call.
func (s *vcardSource) physicalLine() ([]byte, error) {
	line, err := s.peekLine()
	if err == nil {
		s.ahead = nil
		s.line++
	}
	return line, err
}

// peekLine returns the next line, and reads it again at the next call.
func (s *vcardSource) peekLine() ([]byte, error) {
	if s.ahead != nil {
		return s.ahead, nil
	}
	line := []byte{}
	for {
		part, err := s.r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxRow {
			return nil, &FileError{s.line + 1, fmt.Sprintf("the line is longer than %d bytes", maxRow)}
		}
		if err == nil || errors.Is(err, io.EOF) && len(line) > 0 {
			s.ahead = bytes.TrimRight(line, "\r\n")
			return s.ahead, nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
}

// isSkipped reports whether a line is the start of a property whose value is not read.
func isSkipped(line []byte) bool {
	end := bytes.IndexAny(line, ";:")
	if end < 0 {
		return false
	}
	name := line[:end]
	if dot := bytes.LastIndexByte(name, '.'); dot >= 0 {
		name = name[dot+1:]
	}
	return slices.Contains(skipped, strings.ToUpper(string(name)))
}

// isQuotedPrintable reports whether the parameters of a line name the encoding.
func isQuotedPrintable(line []byte) bool {
	head, _, _ := bytes.Cut(line, []byte(":"))
	return bytes.Contains(bytes.ToUpper(head), []byte("QUOTED-PRINTABLE"))
}

// parseProperty parses a content line. ok is false if it is none.
func parseProperty(line string) (p cardProperty, ok bool) {
	head, value, ok := cutUnquoted(line, ':')
	if !ok {
		return p, false
	}
	params := splitUnquoted(head, ';')
	p.name = strings.ToUpper(strings.TrimSpace(params[0]))
	if dot := strings.LastIndexByte(p.name, '.'); dot >= 0 {
		p.group, p.name = p.name[:dot], p.name[dot+1:]
	}
	if p.name == "" {
		return p, false
	}
	p.value, p.pref = strings.TrimSpace(value), notPreferred
	var charset string
	var quoted bool
	for _, param := range params[1:] {
		name, text, named := strings.Cut(param, "=")
		if !named {
			name, text = "TYPE", name // of vCard 2.1
		}
		text = strings.ToUpper(strings.Trim(text, `"`))
		switch name = strings.ToUpper(strings.TrimSpace(name)); {
		case name == "ENCODING" && text == "QUOTED-PRINTABLE", !named && text == "QUOTED-PRINTABLE":
			quoted = true
		case name == "CHARSET":
			charset = text
		case name == "PREF":
			p.pref = preference(text)
		case name == "TYPE":
			p.addTypes(text)
		}
	}
	if quoted {
		return p, p.decode(charset)
	}
	return p, true
}

// addTypes adds the types of a parameter.
func (p *cardProperty) addTypes(list string) {
	for t := range strings.SplitSeq(list, ",") {
		if t = strings.TrimSpace(t); t == "PREF" {
			p.pref = min(p.pref, 1)
		} else {
			p.types = append(p.types, t)
		}
	}
}

func preference(text string) int {
	if n := number(text); n >= 1 && n <= 100 {
		return n
	}
	return notPreferred
}

// decode decodes a value in QUOTED-PRINTABLE. It reports whether the value is valid.
func (p *cardProperty) decode(charset string) bool {
	text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(p.value)))
	if err != nil {
		return false
	}
	if e, err := htmlindex.Get(charset); err == nil {
		if text, err = e.NewDecoder().Bytes(text); err != nil {
			return false
		}
	}
	p.value = strings.ReplaceAll(string(text), "\r\n", "\n")
	p.plain = true
	return true
}

// cutUnquoted cuts a text at the first separator that is not in quotation marks.
func cutUnquoted(s string, separator byte) (before, after string, found bool) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func splitUnquoted(s string, separator byte) (all []string) {
	for {
		part, rest, found := cutUnquoted(s, separator)
		all = append(all, part)
		if !found {
			return all
		}
		s = rest
	}
}
