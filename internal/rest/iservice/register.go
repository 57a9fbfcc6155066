package iservice

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/globalid"
	"contactgraph/internal/limiter"
	"contactgraph/internal/rest/call"
	"contactgraph/internal/usererror"
	"contactgraph/internal/weborigin"

	"github.com/go-json-experiment/json/jsontext"
)

// register handles the operation register: it creates a contact with a login and a password, and
// signs it in.
func (a *API) register(w http.ResponseWriter, r *http.Request, resp *response) error {
	if weborigin.Foreign(r) {
		return call.ErrCrossSite // otherwise a page could sign its visitor in to a different account
	}
	if !a.IServiceRegistration {
		return errRegistration
	}
	var sent registration
	if err := readJSON(w, r, &sent); err != nil {
		return err
	}
	if err := sent.check(); err != nil {
		return err
	}
	permit, err := a.BeginAnonymous(r, costSignIn)
	defer permit.Release()
	if err != nil {
		return err
	}
	account, found, err := a.IServiceAccount(r.Context())
	if err != nil {
		return fmt.Errorf("look up the account of the iService API: %w", err)
	}
	if !found {
		return errNoAccount
	}
	entrance := a.Auth.Entrance(account, auth.OriginOf(r))
	_, err = a.contacts.Register(r.Context(), account, contact.Registration{
		Email: string(sent.email), Password: string(sent.password), Properties: sent.patches(), Source: registeredBy,
		Address: limiter.Address(r), Then: entrance.Open,
	})
	if errors.Is(err, auth.ErrRefused) {
		return errNoAccount
	}
	if err != nil {
		return err
	}
	return a.enter(w, r, entrance.Session, resp)
}

// registration is the body of register: the inputs of a form, whose names say what they are. The
// letter case of the names is ignored, and so are other members.
type registration struct {
	email, password, repeated text
	properties                []propertyInput
}

// propertyInput is an input for a property, or several of them, in their order.
type propertyInput struct {
	id       int
	required bool     // one of the inputs must be filled in
	values   []string // without blank ones
}

// The names of the inputs.
const (
	inputEmail    = "inputemailrequired"
	inputPassword = "inputpasswordrequired"
	inputRepeated = "inputpasswordrequired1"
)

// inputProperty begins the name of an input for a property. Anything may follow the id, so that
// each of several inputs has a name of its own.
var inputProperty = regexp.MustCompile(`^input(required)?contactproperty([0-9]+)`)

// UnmarshalJSON reads the members of a valid JSON object. Their order is that of the values of a
// property.
func (in *registration) UnmarshalJSON(raw []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true))
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		member := strings.ToLower(name.String()) // the next call makes the token invalid
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		if err := in.read(member, value); err != nil {
			return err
		}
	}
	return nil
}

// read reads a member.
func (in *registration) read(name string, value []byte) error {
	switch name {
	case inputEmail:
		return in.email.UnmarshalJSON(value)
	case inputPassword:
		return in.password.UnmarshalJSON(value)
	case inputRepeated:
		return in.repeated.UnmarshalJSON(value)
	}
	match := inputProperty.FindStringSubmatch(name)
	if match == nil {
		return nil
	}
	var t text
	if err := t.UnmarshalJSON(value); err != nil {
		return err
	}
	p := in.property(globalid.Number(match[2]))
	p.required = p.required || match[1] != ""
	if strings.TrimSpace(string(t)) != "" {
		p.values = append(p.values, string(t))
	}
	return nil
}

// property returns the inputs for a property.
func (in *registration) property(id int) *propertyInput {
	i := slices.IndexFunc(in.properties, func(p propertyInput) bool { return p.id == id })
	if i < 0 {
		i, in.properties = len(in.properties), append(in.properties, propertyInput{id: id})
	}
	return &in.properties[i]
}

// check returns the errors that only the form has.
func (in *registration) check() error {
	var errs usererror.Errors
	if strings.TrimSpace(string(in.email)) == "" {
		errs.Add(usererror.Required, inputEmail, "The email address must not be blank.")
	}
	if in.password != in.repeated {
		errs.Add(usererror.Invalid, inputRepeated, "The two passwords are different.")
	}
	for _, p := range in.properties {
		if p.required && len(p.values) == 0 {
			errs.Add(usererror.Required, field.PropertyPath(p.id), "propertyID %d must have a value.", p.id)
		}
	}
	return errs.OrNil()
}

// patches returns what the inputs set. A property without values stays without, which is an error
// if it must have one.
func (in *registration) patches() []contact.PropertyPatch {
	patches := make([]contact.PropertyPatch, len(in.properties))
	for i, p := range in.properties {
		patches[i].Property = p.id
		for _, v := range p.values {
			patches[i].Values = append(patches[i].Values, field.Value{Value: v})
		}
	}
	return patches
}
