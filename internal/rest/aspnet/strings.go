package aspnet

import (
	"strconv"
	"unicode/utf16"
)

// literal is a quoted string.
type literal struct {
	content  string
	repaired bool // an unpaired escaped surrogate was replaced by U+FFFD
}

// escapes maps the characters after a backslash, except u.
var escapes = map[uint16]uint16{
	'b': '\b', 't': '\t', 'n': '\n', 'f': '\f', 'r': '\r', '\\': '\\', '"': '"', '\'': '\'', '/': '/',
}

// readString reads a string in either kind of quotes. Control characters can be unescaped
// (JsonTextReader.ReadStringIntoBuffer).
func (r *reader) readString() (literal, error) {
	quote := r.text[r.pos]
	r.pos++
	var text literal
	var units []uint16
	for start := r.pos; ; {
		c, ok := r.peek()
		if !ok {
			return literal{}, errJSON
		}
		r.pos++
		switch c {
		case quote:
			units = append(units, r.text[start:r.pos-1]...)
			text.content = string(utf16.Decode(units))
			return text, nil
		case '\\':
			units = append(units, r.text[start:r.pos-1]...)
			escaped, err := r.readEscape(&text)
			if err != nil {
				return literal{}, err
			}
			units = append(units, escaped...)
			start = r.pos
		}
	}
}

// readEscape reads the characters after a backslash.
func (r *reader) readEscape(text *literal) ([]uint16, error) {
	c, ok := r.peek()
	if !ok {
		return nil, errJSON
	}
	r.pos++
	if c == 'u' {
		return r.readUnicodeEscapes(text)
	}
	unit, ok := escapes[c]
	if !ok {
		return nil, errJSON
	}
	return []uint16{unit}, nil
}

// readUnicodeEscapes reads the digits of a \u escape and, if it is the first half of a surrogate
// pair, the escapes that follow it.
func (r *reader) readUnicodeEscapes(text *literal) ([]uint16, error) {
	var units []uint16
	for {
		unit, err := r.readHexUnit()
		if err != nil {
			return nil, err
		}
		units = append(units, unit)
		if unit < 0xD800 || unit > 0xDBFF || !r.atUnicodeEscape() {
			break
		}
		r.pos += len(`\u`)
	}
	if !paired(units) {
		text.repaired = true // utf16.Decode replaces it by U+FFFD, as Json.NET does
	}
	return units, nil
}

// atUnicodeEscape reports whether \u and at least one more unit follow.
func (r *reader) atUnicodeEscape() bool {
	first, _ := r.peek()
	second, _ := r.peekAt(1)
	_, more := r.peekAt(2)
	return first == '\\' && second == 'u' && more
}

// readHexUnit reads four hexadecimal digits (JsonTextReader.ParseUnicode).
func (r *reader) readHexUnit() (uint16, error) {
	if _, ok := r.peekAt(4); !ok {
		return 0, errJSON
	}
	unit, err := strconv.ParseUint(string(utf16.Decode(r.text[r.pos:r.pos+4])), 16, 16)
	if err != nil {
		return 0, errJSON
	}
	r.pos += 4
	return uint16(unit), nil
}
