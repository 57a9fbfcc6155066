package aspnet

import "strings"

// readValue reads the value of a member of the given kind. If there is none, the value is nil and
// the token is the reason: null or the end of the text. It follows JsonTextReader.ReadAsString,
// ReadAsInt32, ReadAsBoolean, ReadAsDateTimeOffset and ReadAsBytes, which differ only in the values
// that they accept.
func (r *reader) readValue(kind Kind) (any, error) {
	switch kind {
	case Scalars:
		return r.readScalars()
	case Object:
		return r.readObject()
	case NullableBool:
		kind = Bool
	}
	for {
		r.skipSpace()
		c, ok := r.peek()
		if !ok {
			r.token, r.value = tokenNone, nil
			return nil, nil
		}
		switch c {
		case '"', '\'':
			return r.readQuoted(kind)
		case 'n':
			return nil, r.readNull()
		case ',':
			r.setValue(tokenUndefined, nil) // the comma is not consumed: it also ends this member
			return nil, errJSON
		case '/':
			if err := r.readComment(false); err != nil {
				return nil, err
			}
		default:
			return r.readBare(kind, c)
		}
	}
}

// readNull is JsonTextReader.HandleNull.
func (r *reader) readNull() error {
	switch next, ok := r.peekAt(1); {
	case !ok:
		r.pos = len(r.text)
	case next == 'u':
		return r.readLiteral("null", tokenNull)
	default:
		r.pos += 2
	}
	return errJSON
}

// readQuoted reads the value of a member from a string.
func (r *reader) readQuoted(kind Kind) (any, error) {
	text, err := r.readString()
	if err != nil {
		return nil, err
	}
	r.finishValue()
	switch kind {
	case String:
		r.token = tokenString
		if text.repaired {
			return nil, errJSON
		}
		return checkText(text.content)
	case Bytes:
		// Convert.FromBase64CharArray throws while the name is still the current token, so the
		// recovery takes the next token for this value.
		data, err := parseBytes(text.content)
		if err == nil {
			r.token = tokenBytes
		}
		return data, err
	case NullableDateTimeOffset:
		return r.finishDate(text.content)
	case NullableInt32:
		return finishQuoted(r, text.content, tokenInteger, parseInteger)
	default:
		return finishQuoted(r, text.content, tokenBoolean, parseBoolean)
	}
}

// finishQuoted converts a string to another type. An empty string is null
// (JsonReader.ReadInt32String and ReadBooleanString).
func finishQuoted[T any](r *reader, text string, t token, parse func(string) (T, bool)) (any, error) {
	if text == "" {
		r.token = tokenNull
		return nil, nil
	}
	value, ok := parse(text)
	if !ok {
		r.token = tokenString
		return nil, errJSON
	}
	r.token = t
	return value, nil
}

// finishDate converts a string to a date. A date in one of Json.NET's own notations that no
// DateTimeOffset can represent fails before the token is set, like base64.
func (r *reader) finishDate(text string) (any, error) {
	date, found, err := parseJSONDate(text)
	switch {
	case err != nil:
		return nil, err
	case found:
		r.token = tokenDate
		return date, nil
	}
	return finishQuoted(r, text, tokenDate, parseDate)
}

// checkText rejects text that the database cannot store.
func checkText(text string) (any, error) {
	if strings.ContainsRune(text, 0) {
		return nil, errJSON
	}
	return text, nil
}

// readBare reads a value that is neither a string nor null. A unit that the kind does not accept is
// consumed, and the text after it is read as if it were in its place.
func (r *reader) readBare(kind Kind, c uint16) (any, error) {
	switch {
	case isNumberStart(c) && takesNumber(kind, c):
		if r.atNegativeInfinity() && kind != Bool {
			return r.readNotFinite(kind, "-Infinity")
		}
		return r.readNumberAs(kind)
	case (c == 't' || c == 'f') && (kind == String || kind == Bool):
		return r.readTruth(kind, c)
	case c == 'N' && kind != Bool && kind != Bytes:
		return r.readNotFinite(kind, "NaN")
	case c == 'I' && kind != Bool && kind != Bytes:
		return r.readNotFinite(kind, "Infinity")
	}
	r.pos++
	if kind == Bytes && c == '[' {
		return r.readByteArray()
	}
	if kind == Bytes && c == '{' {
		return nil, r.rejectObject()
	}
	return nil, errJSON
}

// takesNumber reports whether a kind reads a number starting with c as a whole. A date does so only
// for a negative number, which it then rejects.
func takesNumber(kind Kind, c uint16) bool {
	return kind != Bytes && (kind != NullableDateTimeOffset || c == '-')
}

// readNumberAs reads a number for a member that accepts numbers.
func (r *reader) readNumberAs(kind Kind) (any, error) {
	if kind == Bool || kind == NullableDateTimeOffset {
		if err := r.readNumber(); err != nil || kind != Bool {
			return nil, errJSON
		}
		return !r.value.(number).zero, nil //nolint:forcetypeassert // guaranteed by the token
	}
	text, err := r.scanNumber()
	if err != nil {
		return nil, err
	}
	if kind == String && isNumberText(text) {
		r.token = tokenString
		return text, nil
	}
	if n, ok := parseInt32(text); ok && kind == NullableInt32 {
		r.token = tokenInteger
		return n, nil
	}
	return nil, r.badNumber()
}

// readNotFinite reads one of the words for numbers that are not finite. Only a string accepts them.
func (r *reader) readNotFinite(kind Kind, word string) (any, error) {
	if err := r.match(word); err != nil {
		return nil, err
	}
	if kind != String {
		return nil, errJSON
	}
	r.setValue(tokenString, nil)
	return word, nil
}

func (r *reader) readTruth(kind Kind, c uint16) (any, error) {
	word := "false"
	if c == 't' {
		word = "true"
	}
	if err := r.readLiteral(word, tokenBoolean); err != nil {
		return nil, err
	}
	if kind == String {
		return word, nil
	}
	return c == 't', nil
}

// readByteArray reads bytes from an array of numbers (JsonReader.ReadArrayIntoByteArray).
func (r *reader) readByteArray() (any, error) {
	if err := r.push(tokenStartArray); err != nil {
		return nil, err
	}
	data := []byte{}
	for {
		if err := r.mustRead(); err != nil {
			return nil, err
		}
		switch r.token {
		case tokenInteger:
			n := r.value.(number).small //nolint:forcetypeassert // guaranteed by the token
			if n < 0 || n > 255 {
				return nil, errJSON
			}
			data = append(data, byte(n))
		case tokenComment:
		case tokenEndArray:
			r.token = tokenBytes
			return data, nil
		default:
			return nil, errJSON
		}
	}
}

// rejectObject rejects an object where bytes are expected. The framework reads its first token to
// look for a type annotation, which is not supported here.
func (r *reader) rejectObject() error {
	if err := r.push(tokenStartObject); err != nil {
		return err
	}
	if _, err := r.read(); err != nil {
		return err
	}
	return errJSON
}
