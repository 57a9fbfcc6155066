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

// parseJSON reads one JSON value into the Go values that encoding/json uses,
// with numbers kept exact as json.Number.
//
// It rejects what encoding/json accepts but two readers of the same bytes could
// understand differently: an object with two members of the same name (the last
// would win), invalid UTF-8 and half surrogate pairs (both would become U+FFFD,
// so that the stored text differs from the sent one), and deep nesting.
func parseJSON(text []byte) (any, *refusal) {
	var v jsonValue
	if err := jsonv2.Unmarshal(text, &v); err != nil {
		return nil, v.refusal(text, err)
	}
	return v.value, nil
}

// jsonValue is a JSON value of any type. As an UnmarshalerFrom it uses the
// library's pooled decoder; a decoder of its own would cost more memory than the
// values of a small request.
type jsonValue struct {
	value any
	read  bool // without an error
}

// UnmarshalJSONFrom reads the next value.
func (v *jsonValue) UnmarshalJSONFrom(dec *jsontext.Decoder) (err error) {
	v.value, err = readJSON(dec)
	v.read = err == nil
	return err
}

// refusal finds the refusal for an error of the library. Its own message is not
// used because it repeats what the client sent.
func (v *jsonValue) refusal(text []byte, err error) *refusal {
	if !utf8.Valid(text) {
		return errUTF8
	}
	if v.read {
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

// isSurrogate reports whether the text begins with the escape of a surrogate.
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
