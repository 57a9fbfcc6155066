package graphqlhttp

import (
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// parseJSON parses one JSON value into the Go values that encoding/json uses, with numbers kept
// exact as json.Number.
//
// It rejects JSON that encoding/json accepts but that two parsers could understand differently: an
// object with two members of the same name (the last would win), and invalid UTF-8 and unpaired
// surrogates (both would become U+FFFD, so the stored text would differ from the sent text). It
// also rejects JSON that is nested deeper than MaxNesting.
func parseJSON(text []byte) (any, *requestError) {
	var v jsonValue
	if err := jsonv2.Unmarshal(text, &v); err != nil {
		return nil, v.requestError(text, err)
	}
	return v.value, nil
}

// jsonValue is a JSON value of any type. It implements jsonv2.UnmarshalerFrom to use a pooled
// decoder of the library: a new decoder would need more memory than the values of a small request.
type jsonValue struct {
	value any
	done  bool // value was read without an error
}

// UnmarshalJSONFrom reads the next value.
func (v *jsonValue) UnmarshalJSONFrom(dec *jsontext.Decoder) (err error) {
	v.value, err = readJSON(dec)
	v.done = err == nil
	return err
}

// requestError returns the request error for an error of the library. The library's own message
// cannot be used, because it repeats what the client sent.
func (v *jsonValue) requestError(text []byte, err error) *requestError {
	if !utf8.Valid(text) {
		return errUTF8
	}
	if v.done {
		return errTrailing
	}
	if errors.Is(err, errNesting) {
		return errNesting
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return errDuplicate
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok && isSurrogate(text[syntax.ByteOffset:]) {
		return errSurrogate
	}
	return errJSON
}

// isSurrogate reports whether the text starts with an escaped surrogate.
func isSurrogate(text []byte) bool {
	if len(text) < len(`\u0000`) || text[0] != '\\' || text[1] != 'u' {
		return false
	}
	r, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return err == nil && utf16.IsSurrogate(rune(r))
}

// readJSON reads the next value.
func readJSON(dec *jsontext.Decoder) (any, error) {
	kind := dec.PeekKind()
	switch kind {
	case '{', '[':
		if dec.StackDepth() == MaxNesting {
			return nil, errNesting
		}
	case '0':
		number, err := dec.ReadValue()
		return json.Number(number), err
	}
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch kind {
	case '{':
		return readObject(dec)
	case '[':
		return readArray(dec)
	case '"':
		return token.String(), nil
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil
}

// readObject reads the members of an object and its end.
func readObject(dec *jsontext.Decoder) (any, error) {
	members := map[string]any{}
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String() // before the next read, which invalidates the token
		if members[name], err = readJSON(dec); err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return members, err
}

// readArray reads the elements of an array and its end.
func readArray(dec *jsontext.Decoder) (any, error) {
	elements := []any{}
	for dec.PeekKind() != ']' {
		element, err := readJSON(dec)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	_, err := dec.ReadToken()
	return elements, err
}
