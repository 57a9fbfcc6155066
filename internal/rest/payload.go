package rest

import (
	"bytes"
	"encoding/json"
	"strings"

	"contactgraph/ent/login"
	"contactgraph/internal/contact"
	"contactgraph/internal/globalid"

	"github.com/go-json-experiment/json/jsontext"
)

// payload is the body of setdetails. Members that it does not name are ignored, like those that are null.
type payload struct {
	ContactID  number         `json:"contactID"`
	Details    fresh[details] `json:"details"`
	Membership *[]number      `json:"membership"`
}

type details struct {
	Properties fresh[[]propertyPayload] `json:"properties"`
	SetLogins  flag                     `json:"setLogins"`
	Logins     json.RawMessage          `json:"logins"` // read only with SetLogins: clients send it all the same
}

// propertyPayload is an element of properties.
type propertyPayload struct {
	PropertyID number                 `json:"propertyID"`
	Values     fresh[*[]valuePayload] `json:"values"`
}

// valuePayload is an element of values.
type valuePayload struct {
	Value       *text `json:"value"`
	Description *text `json:"description"`
}

// fresh is a T that is read anew each time: of members with the same name the last counts, whole. encoding/json would lay it
// over the one before.
type fresh[T any] struct{ got T }

// UnmarshalJSON reads a T.
func (f *fresh[T]) UnmarshalJSON(raw []byte) error {
	var got T
	err := json.Unmarshal(raw, &got)
	f.got = got
	return err
}

// loginPayload is an element of logins.
type loginPayload struct {
	Name text `json:"name"`
	Type text `json:"type"`
}

// parsePayload reads a body: a JSON object in UTF-8, in the documented format. It rejects invalid UTF-8
// and half surrogate pairs as invalid JSON; encoding/json would replace them by another character.
func parsePayload(body []byte) (payload, error) {
	var p payload
	body = bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))
	if !jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true)) {
		return p, errNotJSON
	}
	if bytes.TrimLeft(body, " \t\r\n")[0] != '{' { // null would pass for an object without members
		return p, errShape
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return p, errShape
	}
	return p, nil
}

// command is what the payload asks for. It overwrites, because this API knows no version.
func (p payload) command() (contact.SetDetails, error) {
	set := contact.SetDetails{ID: int(p.ContactID), Lock: contact.Lock{OnConflict: contact.Overwrite}}
	for _, property := range p.Details.got.Properties.got {
		if property.Values.got == nil {
			continue // as if it were not listed; only [] clears
		}
		patch := contact.PropertyPatch{Property: int(property.PropertyID)}
		for _, v := range *property.Values.got {
			if v.Value == nil { // null is no value, and to drop it could clear the property
				return set, errShape
			}
			patch.Values = append(patch.Values, contact.Value{Value: string(*v.Value), Description: (*string)(v.Description)})
		}
		set.Properties = append(set.Properties, patch)
	}
	if p.Membership != nil {
		segments := make([]int, len(*p.Membership))
		for i, id := range *p.Membership {
			segments[i] = int(id)
		}
		set.Membership = &segments
	}
	if !p.Details.got.SetLogins {
		return set, nil
	}
	logins, err := parseLogins(p.Details.got.Logins)
	set.Logins = &logins
	return set, err
}

// parseLogins reads the full new set of logins. With none at all it fails: to drop every login, a client sends [].
func parseLogins(raw json.RawMessage) ([]contact.Login, error) {
	var all *[]loginPayload
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, errShape
		}
	}
	if all == nil {
		return nil, errNoLogins
	}
	set := make([]contact.Login, len(*all))
	for i, l := range *all {
		set[i] = contact.Login{Name: string(l.Name), Kind: loginKind(string(l.Type))}
	}
	return set, nil
}

// loginKind reads a type without regard to case; "" is blank. The rules refuse one that is unknown.
func loginKind(name string) login.Kind {
	if name == "" {
		return login.KindBlank
	}
	return login.Kind(strings.ToUpper(name))
}

// number is an id, sent as a number or as a string. What is none is 0, which nothing has.
type number int

// UnmarshalJSON reads any scalar.
func (n *number) UnmarshalJSON(raw []byte) error {
	var t text
	err := t.UnmarshalJSON(raw)
	*n = number(globalid.Number(string(t)))
	return err
}

// text is a string. A number or a boolean stands for the text that it is written as; null leaves what there is.
type text string

// UnmarshalJSON reads any scalar.
func (t *text) UnmarshalJSON(raw []byte) error {
	switch raw[0] {
	case '{', '[':
		return errShape
	case '"':
		return json.Unmarshal(raw, (*string)(t))
	case 'n':
	default:
		*t = text(raw)
	}
	return nil
}

// flag is a boolean, also as a string or as 1 or 0. null is false.
type flag bool

// UnmarshalJSON reads a boolean. Anything that is none fails: it could mean either.
func (f *flag) UnmarshalJSON(raw []byte) error {
	var t text
	if err := t.UnmarshalJSON(raw); err != nil {
		return err
	}
	switch strings.ToLower(string(t)) {
	case "true", "1":
		*f = true
	case "false", "0", "":
		*f = false
	default:
		return errShape
	}
	return nil
}
