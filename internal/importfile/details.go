package importfile

import (
	"cmp"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// detailsObject is a contact as the operations details and setdetails of the iService API have it.
type detailsObject struct {
	ContactID  jsontext.Value   `json:"contactID"`
	Membership []jsontext.Value `json:"membership"`
	Details    *detailsGroup    `json:"details"`
	Properties []detailsGroup   `json:"properties"`
	Logins     []detailsLogin   `json:"logins"`
}

// detailsGroup is a property, or a group of properties with the logins.
type detailsGroup struct {
	PropertyID   jsontext.Value `json:"propertyID"`
	Name         string         `json:"name"`
	PropertyName string         `json:"propertyName"`
	Values       []detailsValue `json:"values"`
	Properties   []detailsGroup `json:"properties"`
	Logins       []detailsLogin `json:"logins"`
	SetLogins    *bool          `json:"setLogins"`
}

type detailsValue struct {
	Value            *jsontext.Value `json:"value"`
	ValueDateUTC     *jsontext.Value `json:"valueDateUtc"`
	ValueDatetimeUTC *jsontext.Value `json:"valueDatetimeUtc"`
	ValueInt         *jsontext.Value `json:"valueInt"`
	ValueNumber      *jsontext.Value `json:"valueNumber"`
	Description      *string         `json:"description"`
}

type detailsLogin struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// The columns of details. Those of properties begin with prefixProperty.
const (
	columnContactID  = "contactID"
	columnLogins     = "logins"
	columnMembership = "membership"
)

// isDetails reports whether an object has the details of a contact.
func isDetails(value jsontext.Value) bool {
	found := false
	_ = eachMember(value, func(name string, value jsontext.Value) error { // an error is found by details
		switch {
		case name == "details" && value.Kind() == '{':
			found = true
		case name == "properties" && value.Kind() == '[':
			_ = eachElement(value, func(element jsontext.Value) error {
				found = found || element.Kind() == '{'
				return nil
			})
		}
		return nil
	})
	return found
}

// details adds the cells of a contact of the iService API.
func (f *flattener) details(value jsontext.Value) error {
	var d detailsObject
	if err := json.Unmarshal(value, &d, lenient, json.MatchCaseInsensitiveNames(true)); err != nil {
		return err
	}
	if d.ContactID != nil {
		if err := f.value(columnContactID, d.ContactID, 0); err != nil {
			return err
		}
	}
	groups := d.Properties
	if d.Details != nil {
		groups = append(groups, *d.Details)
	}
	if err := f.groups(append(groups, detailsGroup{Logins: d.Logins})); err != nil {
		return err
	}
	for _, id := range d.Membership {
		if err := f.value(columnMembership, id, 0); err != nil {
			return err
		}
	}
	if d.Membership != nil && len(d.Membership) == 0 {
		return f.add(columnMembership, Cell{Null: true})
	}
	return nil
}

// groups adds properties, those of groups in the place of the group.
func (f *flattener) groups(groups []detailsGroup) error {
	for _, g := range groups {
		if g.PropertyID != nil {
			if err := f.property(g); err != nil {
				return err
			}
		}
		if err := f.groups(g.Properties); err != nil {
			return err
		}
		if g.SetLogins != nil && !*g.SetLogins {
			continue // the logins are ignored, as the API does
		}
		for _, l := range g.Logins {
			if l.Name == "" {
				continue
			}
			if err := f.add(columnLogins, Cell{Value: l.Name, Description: &l.Type}); err != nil {
				return err
			}
		}
	}
	return nil
}

// property adds the values of a property.
func (f *flattener) property(g detailsGroup) error {
	name := prefixProperty + cmp.Or(g.PropertyName, g.Name, scalarText(g.PropertyID))
	if len(g.Values) == 0 {
		return f.add(name, Cell{Null: true})
	}
	for _, v := range g.Values {
		text := cmp.Or(v.Value, v.ValueDateUTC, v.ValueDatetimeUTC, v.ValueInt, v.ValueNumber)
		if text == nil {
			continue
		}
		c := Cell{Value: scalarText(*text), Description: v.Description}
		if text.Kind() == 'n' {
			c = Cell{Null: true}
		}
		if err := f.add(name, c); err != nil {
			return err
		}
	}
	return nil
}
