package iservice

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strings"

	"contactgraph/ent/login"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/globalid"
	"contactgraph/internal/rest/call"

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

// propertyPayload is an element of properties: a property, or a group of them, as details returns
// them.
type propertyPayload struct {
	PropertyID number                    `json:"propertyID"`
	Values     replaced[*[]valuePayload] `json:"values"`
	Group      []propertyPayload         `json:"properties"`
}

// listed returns all properties, those of groups in the place of the group.
func (d details) listed() (all []propertyPayload) {
	for _, p := range d.Properties.value {
		if p.Group == nil {
			all = append(all, p)
		}
		all = append(all, p.Group...)
	}
	return all
}

// valuePayload is an element of values.
type valuePayload struct {
	Value            *text `json:"value"`
	ValueDateUTC     *text `json:"valueDateUtc"`
	ValueDatetimeUTC *text `json:"valueDatetimeUtc"`
	ValueInt         *text `json:"valueInt"`
	ValueNumber      *text `json:"valueNumber"`
	Description      *text `json:"description"`
}

// text returns the value: the member for its type counts only if value is absent. It returns nil if
// there is none.
func (v valuePayload) text() *text {
	return cmp.Or(v.Value, v.ValueDateUTC, v.ValueDatetimeUTC, v.ValueInt, v.ValueNumber)
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

// readJSON reads the body into v, a struct: see parseJSON.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := call.ReadBody(w, r)
	if err != nil {
		return err
	}
	return parseJSON(body, v)
}

// parseJSON parses a body: a JSON object in UTF-8, in the documented format. It rejects invalid
// UTF-8 and half surrogate pairs as invalid JSON; encoding/json would replace them by another
// character. The content type does not matter.
func parseJSON(body []byte, v any) error {
	body = bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))
	if !jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true)) {
		return errNotJSON
	}
	if bytes.TrimLeft(body, " \t\r\n")[0] != '{' { // encoding/json would read null as an object without members
		return errShape
	}
	if err := json.Unmarshal(body, v); err != nil {
		return errShape
	}
	return nil
}

// command returns the command for the payload. It overwrites, because this API has no versions.
func (p payload) command() (contact.SetDetails, error) {
	set := contact.SetDetails{ID: int(p.ContactID), Lock: contact.Lock{OnConflict: contact.Overwrite}, IfChanged: true}
	for _, property := range p.Details.value.listed() {
		if property.Values.value == nil {
			continue // like a property that is not listed; only [] clears
		}
		patch := contact.PropertyPatch{Property: int(property.PropertyID)}
		for _, v := range *property.Values.value {
			text := v.text()
			if text == nil { // ignoring it could clear the property
				return set, errShape
			}
			patch.Values = append(patch.Values, field.Value{Value: string(*text), Description: (*string)(v.Description)})
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
