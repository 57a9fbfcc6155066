package aspnet

import (
	"bytes"
	"encoding/json"
)

// The framework's messages. errorOccurred stands for every exception; the framework does not show
// its text.
const (
	errorOccurred = "An error has occurred."
	bodyRequired  = "A request body is required."
	valueRequired = "A value is required but was not present in the request."
	memberUnknown = "A member cannot be set here."
)

// ModelState lists the errors of a body in the order in which they were found. It is empty if there
// are none. As JSON it is an object with an array of messages for each key.
type ModelState []FieldErrors

// FieldErrors has the messages of one key, such as "updateContactDto.Phone".
type FieldErrors struct {
	Key      string
	Messages []string
}

// add appends a message for a key. Keys that differ only in letter case are the same key, spelled
// as first seen (ModelStateDictionary compares with OrdinalIgnoreCase).
func (s *ModelState) add(key, message string) {
	for i := range *s {
		if equalFold((*s)[i].Key, key) {
			(*s)[i].Messages = append((*s)[i].Messages, message)
			return
		}
	}
	*s = append(*s, FieldErrors{Key: key, Messages: []string{message}})
}

// MarshalJSON keeps the order of the keys, which a map would lose.
func (s ModelState) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, field := range s {
		if i > 0 {
			out.WriteByte(',')
		}
		key, err := json.Marshal(field.Key)
		if err != nil {
			return nil, err
		}
		messages, err := json.Marshal(field.Messages)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(messages)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

var _ json.Marshaler = ModelState(nil)
