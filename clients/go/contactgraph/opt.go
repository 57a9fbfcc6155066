package contactgraph

import "encoding/json"

// Opt is a field of a ContactPatch. Its zero value leaves the field of the contact unchanged; see
// Set, Clear and SetOrClear for the others.
type Opt[T any] struct {
	value T
	state optState
}

type optState uint8

const (
	absent optState = iota
	null
	present
)

// Set returns a field that is set to a value. The server rejects an empty text: see SetOrClear.
func Set[T any](value T) Opt[T] { return Opt[T]{value, present} }

// Clear returns a field that is cleared: null on the wire.
func Clear[T any]() Opt[T] { return Opt[T]{state: null} }

// SetOrClear returns a field that is set to a value, or cleared if the value is the zero value,
// such as an empty text. It suits values that were read, and what people have entered.
func SetOrClear[T comparable](value T) Opt[T] {
	var zero T
	if value == zero {
		return Clear[T]()
	}
	return Set(value)
}

// Get returns the value, and whether there is one.
func (o Opt[T]) Get() (value T, ok bool) { return o.value, o.state == present }

// IsZero reports whether the field is left unchanged. Then it is absent on the wire, by the option
// omitzero of its JSON tag.
func (o Opt[T]) IsZero() bool { return o.state == absent }

// IsClear reports whether the field is cleared.
func (o Opt[T]) IsClear() bool { return o.state == null }

// MarshalJSON returns the value, or null.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if o.state != present {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (o *Opt[T]) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*o = Clear[T]()
		return nil
	}
	var value T
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	*o = Set(value)
	return nil
}
