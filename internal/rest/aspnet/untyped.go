package aspnet

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf16"
)

// This file reads members whose types the model does not have: the reader moves on by tokens of any
// kind (JsonTextReader.Read), as the framework's does for a member of the type object.

// readScalars reads a scalar, or an array of scalars.
func (r *reader) readScalars() (any, error) {
	if err := r.readToken(); err != nil {
		return nil, err
	}
	if r.token != tokenStartArray {
		return r.scalar()
	}
	list := []any{}
	for {
		switch err := r.readToken(); {
		case err != nil:
			return nil, err
		case r.token == tokenEndArray:
			return list, nil
		}
		element, err := r.scalar()
		if err != nil {
			return nil, err
		}
		list = append(list, element)
	}
}

// readToken moves to the next token that is not a comment. It fails at the end of the text.
func (r *reader) readToken() error {
	more, err := r.readContent()
	if err == nil && !more {
		return errJSON
	}
	return err
}

// scalar returns the value of the current token.
func (r *reader) scalar() (any, error) {
	switch r.token {
	case tokenNull:
		return nil, nil
	case tokenString:
		if r.repaired {
			return nil, errJSON
		}
		return checkText(r.value.(string)) //nolint:forcetypeassert // guaranteed by the token
	case tokenBoolean:
		return r.value, nil
	case tokenInteger, tokenFloat:
		n, ok := r.value.(number) // NaN and the infinities have no value
		switch {
		case !ok:
			return nil, errJSON
		case otherBase(n.text):
			return json.Number(strconv.FormatInt(n.small, 10)), nil
		}
		return json.Number(n.text), nil
	}
	return nil, errJSON
}

// readObject reads the text of an object.
func (r *reader) readObject() (any, error) {
	if err := r.readToken(); err != nil {
		return nil, err
	}
	switch r.token {
	case tokenNull:
		return nil, nil
	case tokenStartObject:
	default:
		return nil, errJSON
	}
	start := r.pos - len("{")
	if err := r.skip(); err != nil {
		return nil, err
	}
	if r.token != tokenEndObject {
		return nil, errJSON
	}
	return RawObject(utf16.Decode(r.text[start:r.pos])), nil
}

// ParseDate returns the time of a text in any notation that a member of the kind
// NullableDateTimeOffset accepts, with the offset that was sent.
func ParseDate(text string) (time.Time, bool) {
	date, found, err := parseJSONDate(text)
	if err != nil {
		return time.Time{}, false
	}
	if found {
		return date, true
	}
	return parseDate(text)
}
