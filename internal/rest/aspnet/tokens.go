package aspnet

import (
	"unicode"
	"unicode/utf16"
)

// isSpace is Char.IsWhiteSpace. The reader also skips NUL between tokens.
func isSpace(c uint16) bool { return c == 0 || unicode.IsSpace(rune(c)) }

// isIdentifier is JsonTextReader.ValidIdentifierChar.
func isIdentifier(c uint16) bool {
	return c == '_' || c == '$' || isLetterOrDigit(c)
}

func isLetterOrDigit(c uint16) bool {
	return unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c))
}

func isNumberStart(c uint16) bool {
	return c == '-' || c == '.' || c >= '0' && c <= '9'
}

// read moves to the next token of any kind (JsonTextReader.Read). It returns false at the end of
// the text.
func (r *reader) read() (bool, error) {
	for {
		switch r.state {
		case stateObject, stateObjectStart:
			return r.readMember()
		case statePostValue:
			if found, err := r.readAfterValue(); found || err != nil {
				return found, err
			}
		case stateFinished:
			return r.readAfterEnd()
		default:
			return r.readAny()
		}
	}
}

// readContent moves to the next token that is not a comment.
func (r *reader) readContent() (bool, error) {
	for {
		if more, err := r.read(); err != nil || !more || r.token != tokenComment {
			return more, err
		}
	}
}

// mustRead fails at the end of the text.
func (r *reader) mustRead() error {
	more, err := r.read()
	if err == nil && !more {
		return errJSON
	}
	return err
}

// readAny reads a value of any type, or a token in its place (JsonTextReader.ParseValue).
func (r *reader) readAny() (bool, error) {
	r.skipSpace()
	c, ok := r.peek()
	if !ok {
		return false, nil
	}
	switch c {
	case '"', '\'':
		text, err := r.readString()
		if err == nil {
			r.setValue(tokenString, text.content)
			r.repaired = text.repaired
		}
		return true, err
	case '/':
		return true, r.readComment(true)
	case ',':
		r.setValue(tokenUndefined, nil) // the comma is not consumed: it also ends this element
		return true, nil
	case '{', '[', ']', ')':
		r.pos++
		return true, r.readBracket(c)
	}
	if isNumberStart(c) && !r.atNegativeInfinity() {
		return true, r.readNumber()
	}
	return true, r.readWord(c)
}

func (r *reader) readBracket(c uint16) error {
	switch c {
	case '{':
		return r.push(tokenStartObject)
	case '[':
		return r.push(tokenStartArray)
	case ']':
		return r.pop(tokenEndArray)
	default:
		return r.pop(tokenEndConstructor)
	}
}

// readWord reads one of the unquoted words that ParseValue knows.
func (r *reader) readWord(c uint16) error {
	switch c {
	case 't', 'f':
		_, err := r.readTruth(Bool, c)
		r.value = c == 't'
		return err
	case 'u':
		return r.readLiteral("undefined", tokenUndefined)
	case 'N':
		return r.readLiteral("NaN", tokenFloat)
	case 'I':
		return r.readLiteral("Infinity", tokenFloat)
	case '-':
		return r.readLiteral("-Infinity", tokenFloat)
	case 'n':
		switch next, ok := r.peekAt(1); {
		case !ok:
			r.pos++
		case next == 'u':
			return r.readLiteral("null", tokenNull)
		case next == 'e':
			return r.readConstructor()
		}
	}
	return errJSON
}

func (r *reader) atNegativeInfinity() bool {
	c, _ := r.peek()
	next, _ := r.peekAt(1)
	return c == '-' && next == 'I'
}

// readLiteral reads one word as a token.
func (r *reader) readLiteral(word string, t token) error {
	if err := r.match(word); err != nil {
		return err
	}
	r.setValue(t, nil)
	return nil
}

// match consumes a word that a separator must follow
// (JsonTextReader.MatchValueWithTrailingSeparator). If it fails, the reader is at the unit that
// does not match.
func (r *reader) match(word string) error {
	if len(r.text)-r.pos < len(word) {
		r.pos = len(r.text)
		return errJSON
	}
	for _, c := range []byte(word) {
		if r.text[r.pos] != uint16(c) {
			return errJSON
		}
		r.pos++
	}
	if c, ok := r.peek(); ok && !r.isSeparator(c) {
		return errJSON
	}
	return nil
}

// isSeparator is JsonTextReader.IsSeparator.
func (r *reader) isSeparator(c uint16) bool {
	switch c {
	case '}', ']', ',':
		return true
	case '/':
		next, _ := r.peekAt(1)
		return next == '*' || next == '/'
	case ')':
		return r.state == stateConstructor || r.state == stateConstructorStart
	}
	return isSpace(c)
}

func (r *reader) skipSpace() {
	for {
		c, ok := r.peek()
		if !ok || !isSpace(c) {
			return
		}
		r.pos++
	}
}

// readMember reads the name of a member or the end of the object
// (JsonTextReader.ParseObject and ParseProperty).
func (r *reader) readMember() (bool, error) {
	r.skipSpace()
	c, ok := r.peek()
	switch {
	case !ok:
		return false, nil
	case c == '}':
		r.pos++
		return true, r.pop(tokenEndObject)
	case c == '/':
		return true, r.readComment(true)
	}
	name, err := r.readName(c)
	if err != nil {
		return true, err
	}
	r.skipSpace()
	if c, _ := r.peek(); c != ':' {
		return true, errJSON
	}
	r.pos++
	r.token, r.value, r.state = tokenPropertyName, name, stateProperty
	r.current.name = name
	return true, nil
}

func (r *reader) readName(c uint16) (string, error) {
	if c == '"' || c == '\'' {
		text, err := r.readString()
		return text.content, err
	}
	start := r.pos
	for ok := true; ok && isIdentifier(c); c, ok = r.peek() {
		r.pos++
	}
	switch {
	case r.pos == start || r.pos == len(r.text):
		return "", errJSON
	case c != ':' && !isSpace(c):
		return "", errJSON
	}
	return string(utf16.Decode(r.text[start:r.pos])), nil
}

// readAfterValue reads what follows a value (JsonTextReader.ParsePostValue). It returns false if
// that is not a token: at a comma and at the end of the text.
func (r *reader) readAfterValue() (bool, error) {
	r.skipSpace()
	c, ok := r.peek()
	if !ok {
		r.state = stateFinished
		return false, nil
	}
	switch c {
	case '}':
		r.pos++
		return true, r.pop(tokenEndObject)
	case ']', ')':
		r.pos++
		return true, r.readBracket(c)
	case '/':
		return true, r.readComment(true)
	case ',':
		r.pos++
		r.resume()
		return false, nil
	}
	return false, errJSON
}

// readAfterEnd expects the end of the text.
func (r *reader) readAfterEnd() (bool, error) {
	r.skipSpace()
	c, ok := r.peek()
	switch {
	case !ok:
		r.token, r.value = tokenNone, nil
		return false, nil
	case c == '/':
		return true, r.readComment(true)
	}
	return false, errJSON
}

// readComment consumes a comment, and makes it the current token if asToken is true
// (JsonTextReader.ParseComment).
func (r *reader) readComment(asToken bool) error {
	r.pos++
	kind, _ := r.peek()
	if _, ok := r.peekAt(1); !ok || kind != '*' && kind != '/' {
		return errJSON
	}
	r.pos++
	for {
		c, ok := r.peek()
		next, _ := r.peekAt(1)
		switch {
		case !ok && kind == '*':
			return errJSON
		case kind == '*' && c == '*' && next == '/':
			r.pos += 2
		case !ok, kind == '/' && (c == '\r' || c == '\n'):
		default:
			r.pos++
			continue
		}
		if asToken {
			r.token, r.value = tokenComment, nil
		}
		return nil
	}
}

// readConstructor reads the start of a constructor such as new Date(0)
// (JsonTextReader.ParseConstructor).
func (r *reader) readConstructor() error {
	if err := r.match("new"); err != nil {
		return err
	}
	r.skipSpace()
	for {
		c, ok := r.peek()
		if !ok {
			return errJSON
		}
		if !isLetterOrDigit(c) {
			break
		}
		r.pos++
	}
	r.skipSpace()
	if c, _ := r.peek(); c != '(' {
		return errJSON
	}
	r.pos++
	return r.push(tokenStartConstructor)
}
