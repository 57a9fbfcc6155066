package iservice

import (
	"bytes"
	"encoding/json"
	"strings"

	"contactgraph/ent/login"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/globalid"

	"github.com/go-json-experiment/json/jsontext"
)

// payload is the body of setdetails. Unknown members are ignored, and so are members that are null.
type payload struct {
	ContactID  number            `json:"contactID"`
	Details    replaced[details] `json:"details"`
	Membership *[]number         `json:"membership"`
}

type details struct {
	Properties replaced[[]propertyPayload] `json:"properties"`
	SetLogins  flag                        `json:"setLogins"`
	Logins     json.RawMessage             `json:"logins"` // read only if SetLogins is set: clients always send it
}

// propertyPayload is an element of properties.
type propertyPayload struct {
	PropertyID number                    `json:"propertyID"`
	Values     replaced[*[]valuePayload] `json:"values"`
}

// valuePayload is an element of values.
type valuePayload struct {
	Value       *text `json:"value"`
	Description *text `json:"description"`
}

// replaced is a T that each member with its name replaces completely, so that the last of several
// members counts. encoding/json would merge it into the one before.
type replaced[T any] struct{ value T }

// UnmarshalJSON reads a T.
func (r *replaced[T]) UnmarshalJSON(raw []byte) error {
	var value T
	err := json.Unmarshal(raw, &value)
	r.value = value
	return err
}

// loginPayload is an element of logins.
type loginPayload struct {
	Name text `json:"name"`
	Type text `json:"type"`
}

// parsePayload reads a body: a JSON object in UTF-8, in the documented format. It rejects invalid
// UTF-8 and half surrogate pairs as invalid JSON; encoding/json would replace them by another
// character.
func parsePayload(body []byte) (payload, error) {
	var p payload
	body = bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))
	if !jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true)) {
		return p, errNotJSON
	}
	if bytes.TrimLeft(body, " \t\r\n")[0] != '{' { // encoding/json would read null as an object without members
		return p, errShape
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return p, errShape
	}
	return p, nil
}

// command returns the command for the payload. It overwrites, because this API has no versions.
func (p payload) command() (contact.SetDetails, error) {
	set := contact.SetDetails{ID: int(p.ContactID), Lock: contact.Lock{OnConflict: contact.Overwrite}}
	for _, property := range p.Details.value.Properties.value {
		if property.Values.value == nil {
			continue // like a property that is not listed; only [] clears
		}
		patch := contact.PropertyPatch{Property: int(property.PropertyID)}
		for _, v := range *property.Values.value {
			if v.Value == nil { // ignoring it could clear the property
				return set, errShape
			}
			patch.Values = append(patch.Values, field.Value{Value: string(*v.Value), Description: (*string)(v.Description)})
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
	if !p.Details.value.SetLogins {
		return set, nil
	}
	logins, err := parseLogins(p.Details.value.Logins)
	set.Logins = &logins
	return set, err
}

// parseLogins reads the complete new list of logins. It fails if logins is missing: to remove every
// login, a client sends [].
func parseLogins(raw json.RawMessage) ([]field.Login, error) {
	var all *[]loginPayload
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, errShape
		}
	}
	if all == nil {
		return nil, errNoLogins
	}
	set := make([]field.Login, len(*all))
	for i, l := range *all {
		set[i] = field.Login{Name: string(l.Name), Kind: loginKind(string(l.Type))}
	}
	return set, nil
}

// loginKind reads a login type, ignoring case; "" is blank. The domain rejects an unknown type.
func loginKind(name string) login.Kind {
	if name == "" {
		return login.KindBlank
	}
	return login.Kind(strings.ToUpper(name))
}

// number is an id, sent as a number or as a string. Anything else becomes 0, which is not a valid
// id.
type number int

// UnmarshalJSON accepts any scalar.
func (n *number) UnmarshalJSON(raw []byte) error {
	var t text
	err := t.UnmarshalJSON(raw)
	*n = number(globalid.Number(string(t)))
	return err
}

// text is a string. A number or a boolean is read as its JSON text; null leaves the value
// unchanged.
type text string

// UnmarshalJSON accepts any scalar.
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

// UnmarshalJSON fails for anything else, which could mean either.
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
