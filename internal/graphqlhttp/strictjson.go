package graphqlhttp

import (
	"encoding/json"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// parseJSON reads one JSON value into what encoding/json would make of it, with
// numbers kept exact as json.Number.
//
// It refuses what encoding/json passes over, since two readers of the same
// bytes could then differ: an object with two members of one name (the last
// would win), invalid UTF-8 and half surrogate pairs (both would turn into
// U+FFFD, so that another text is stored than was sent), deep nesting.
func parseJSON(text []byte) (any, *refusal) {
	if !utf8.Valid(text) {
		return nil, errUTF8
	}
	p := jsonParser{text: text}
	value, refused := p.value(0)
	if refused != nil {
		return nil, refused
	}
	if p.next() != 0 || p.pos < len(text) {
		return nil, errTrailing
	}
	return value, nil
}

type jsonParser struct {
	text []byte
	pos  int
}

// next skips white space and returns the byte that follows, 0 at the end.
func (p *jsonParser) next() byte {
	for ; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// value reads a value that stands within depth objects and arrays.
func (p *jsonParser) value(depth int) (any, *refusal) {
	switch c := p.next(); c {
	case '{', '[':
		if depth == MaxNesting {
			return nil, errNesting
		}
		p.pos++
		if c == '{' {
			return p.object(depth + 1)
		}
		return p.array(depth + 1)
	case '"':
		return p.str()
	case 't':
		return true, p.literal("true")
	case 'f':
		return false, p.literal("false")
	case 'n':
		return nil, p.literal("null")
	}
	return p.number()
}

func (p *jsonParser) literal(word string) *refusal {
	end := p.pos + len(word)
	if end > len(p.text) || string(p.text[p.pos:end]) != word {
		return errJSON
	}
	p.pos = end
	return nil
}

// object reads from behind the opening brace.
func (p *jsonParser) object(depth int) (any, *refusal) {
	members := map[string]any{}
	if p.next() == '}' {
		p.pos++
		return members, nil
	}
	for {
		if p.next() != '"' {
			return nil, errJSON
		}
		name, refused := p.str()
		if refused != nil {
			return nil, refused
		}
		if _, twice := members[name]; twice {
			return nil, errDuplicate
		}
		if p.next() != ':' {
			return nil, errJSON
		}
		p.pos++
		if members[name], refused = p.value(depth); refused != nil {
			return nil, refused
		}
		if done, refused := p.more('}'); done || refused != nil {
			return members, refused
		}
	}
}

// array reads from behind the opening bracket.
func (p *jsonParser) array(depth int) (any, *refusal) {
	elements := []any{}
	if p.next() == ']' {
		p.pos++
		return elements, nil
	}
	for {
		element, refused := p.value(depth)
		if refused != nil {
			return nil, refused
		}
		elements = append(elements, element)
		if done, refused := p.more(']'); done || refused != nil {
			return elements, refused
		}
	}
}

// more reads the comma before another element, or the end of the list.
func (p *jsonParser) more(end byte) (done bool, refused *refusal) {
	c := p.next()
	if c != ',' && c != end {
		return false, errJSON
	}
	p.pos++
	return c == end, nil
}

// str reads a string from its opening quote.
func (p *jsonParser) str() (string, *refusal) {
	p.pos++
	start := p.pos
	for ; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case c == '"':
			p.pos++
			return string(p.text[start : p.pos-1]), nil
		case c == '\\':
			return p.escapedStr(start)
		case c < ' ':
			return "", errJSON
		}
	}
	return "", errJSON
}

// escapedStr reads the rest of a string that began at start and has an escape
// at the current position.
func (p *jsonParser) escapedStr(start int) (string, *refusal) {
	var out strings.Builder
	out.Grow(2 * (p.pos - start + 16))
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == '"':
			out.Write(p.text[start:p.pos])
			p.pos++
			return out.String(), nil
		case c == '\\':
			out.Write(p.text[start:p.pos])
			p.pos++
			r, refused := p.escape()
			if refused != nil {
				return "", refused
			}
			out.WriteRune(r)
			start = p.pos
		case c < ' ':
			return "", errJSON
		default:
			p.pos++
		}
	}
	return "", errJSON
}

// escape reads what follows a backslash.
func (p *jsonParser) escape() (rune, *refusal) {
	if p.pos == len(p.text) {
		return 0, errJSON
	}
	c := p.text[p.pos]
	p.pos++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return p.unicodeEscape()
	}
	return 0, errJSON
}

// unicodeEscape reads the digits behind \u, and behind the first half of a
// surrogate pair its second half.
func (p *jsonParser) unicodeEscape() (rune, *refusal) {
	r, refused := p.hex4()
	if refused != nil || !utf16.IsSurrogate(r) {
		return r, refused
	}
	if p.literal(`\u`) != nil {
		return 0, errSurrogate
	}
	second, refused := p.hex4()
	if refused != nil {
		return 0, refused
	}
	if r = utf16.DecodeRune(r, second); r == utf8.RuneError {
		return 0, errSurrogate
	}
	return r, nil
}

func (p *jsonParser) hex4() (rune, *refusal) {
	if p.pos+4 > len(p.text) {
		return 0, errJSON
	}
	var r rune
	for _, c := range p.text[p.pos : p.pos+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, errJSON
		}
		r = r<<4 | rune(c)
	}
	p.pos += 4
	return r, nil
}

// number reads a number; anything that begins no other value ends here too.
func (p *jsonParser) number() (any, *refusal) {
	start := p.pos
	p.skip("-", 1)
	if p.skip("0", 1) == 0 && p.skip(digits, len(p.text)) == 0 {
		return nil, errJSON
	}
	if p.skip(".", 1) == 1 && p.skip(digits, len(p.text)) == 0 {
		return nil, errJSON
	}
	if p.skip("eE", 1) == 1 {
		p.skip("+-", 1)
		if p.skip(digits, len(p.text)) == 0 {
			return nil, errJSON
		}
	}
	return json.Number(p.text[start:p.pos]), nil
}

const digits = "0123456789"

// skip passes over at most n bytes of the set and returns how many.
func (p *jsonParser) skip(set string, n int) int {
	start := p.pos
	for p.pos < len(p.text) && p.pos-start < n && strings.IndexByte(set, p.text[p.pos]) >= 0 {
		p.pos++
	}
	return p.pos - start
}
