package webapi

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/rest/aspnet"
	"contactgraph/internal/revision"
)

// accountFields are the members of a contact that only this account has: its properties with an API
// name, ordered by id. They follow after the documented members. One without a value is null.
type accountFields []*ent.Property

// accountFields reads the account fields of the viewer's account.
func (a *API) accountFields(ctx context.Context) (accountFields, error) {
	all, err := a.Catalog.Properties(ctx)
	return catalog.AccountFields(all), err
}

// named returns the field with the name, in any letter case; nil if there is none.
func (fs accountFields) named(name string) *ent.Property {
	for _, p := range fs {
		if strings.EqualFold(*p.APIName, name) {
			return p
		}
	}
	return nil
}

// nameAt returns the name of the field that the path of an error is about, "" if there is none.
func (fs accountFields) nameAt(path string) string {
	for _, p := range fs {
		if field.PropertyPath(p.ID) == path {
			return *p.APIName
		}
	}
	return ""
}

// in returns the model with the account fields as further members.
func (fs accountFields) in(m aspnet.Model) aspnet.Model {
	m.Members = slices.Clone(m.Members)
	for _, p := range fs {
		m.Members = append(m.Members, aspnet.Member{Name: *p.APIName, Kind: aspnet.Scalars})
	}
	return m
}

// dtos returns the bodies of contacts, as many as query.MaxScan.
func (a *API) dtos(ctx context.Context, fs accountFields, contacts ...*ent.Contact) (_ [][]byte, err error) {
	var texts map[int]map[int][]string
	if len(fs) > 0 {
		if texts, err = a.Queries.ValuesOf(ctx, contacts, fs); err != nil {
			return nil, err
		}
	}
	bodies := make([][]byte, len(contacts))
	for i, c := range contacts {
		dto := documentedMembers(c)
		for _, p := range fs {
			dto = dto.add(*p.APIName, jsonOf(p, texts[c.ID][p.ID]))
		}
		bodies[i] = dto.end()
	}
	return bodies, nil
}

// contactResponse answers with a contact.
func (a *API) contactResponse(ctx context.Context, status int, fs accountFields, c *ent.Contact) (response, error) {
	bodies, err := a.dtos(ctx, fs, c)
	if err != nil {
		return response{}, err
	}
	return response{status: status, body: bodies[0]}, nil
}

// jsonOf returns the value of an account field for a body: nil without values, also for a field
// that can have several.
func jsonOf(p *ent.Property, texts []string) any {
	if len(texts) == 0 {
		return nil
	}
	if p.Kind != property.KindDate && p.Kind != property.KindDateTime {
		return catalog.JSONOf(p, texts)
	}
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = timeOf(p, text)
	}
	if p.Multiple {
		return list
	}
	return list[0]
}

// timeOf returns the time that a text stands for: a date is midnight UTC.
func timeOf(p *ent.Property, text string) any {
	t, err := revision.ParseTime(text)
	if p.Kind == property.KindDate {
		t, err = time.Parse(time.DateOnly, text)
	}
	if err != nil { // no write stores it
		return text
	}
	return t
}

// clearing is how a body clears an account field.
type clearing int

const (
	byNull  clearing = iota // null clears it; "" is stored as it is by a field of type text
	byEmpty                 // null leaves it unchanged, as in every member of a PATCH; "" and [] clear it
	byBoth                  // null, "" and [] clear it
)

// custom returns the new values of account fields in the form that commands take, nil if there are
// none, and reports those of another type.
func (fs accountFields) custom(dto string, values aspnet.Values, by clearing) (map[string]any, aspnet.ModelState) {
	var state aspnet.ModelState
	custom := map[string]any{}
	for _, p := range fs {
		sent, given := values[*p.APIName]
		if !given || sent == nil && by == byEmpty {
			continue
		}
		if empty, _ := sent.([]any); by != byNull && (sent == "" || empty != nil && len(empty) == 0) {
			sent = nil
		}
		value, ok := valueOf(p, sent)
		if !ok {
			state = append(state, aspnet.FieldErrors{Key: dto + "." + *p.APIName, Messages: []string{errorOccurred}})
			continue
		}
		custom[*p.APIName] = value
	}
	if len(custom) == 0 {
		return nil, state
	}
	return custom, state
}

// valueOf converts the value of an account field as the framework converts those of typed members.
// ok is false if it has another type.
func valueOf(p *ent.Property, sent any) (value any, ok bool) {
	if form, isForm := sent.(aspnet.FormValues); isForm {
		sent = fromForm(p, form)
	}
	if !p.Multiple {
		return scalarOf(p, sent)
	}
	list, isList := sent.([]any)
	if !isList {
		return nil, sent == nil
	}
	values := make([]any, 0, len(list))
	for _, element := range list {
		value, ok := scalarOf(p, element)
		if !ok || value == nil {
			return nil, false
		}
		values = append(values, value)
	}
	return values, true
}

// fromForm returns what the values of a form would be in JSON: a blank is null, and the first value
// counts where there can be only one.
func fromForm(p *ent.Property, form aspnet.FormValues) any {
	list := []any{}
	for _, text := range form {
		if strings.TrimSpace(text) != "" {
			list = append(list, text)
		}
	}
	switch {
	case p.Multiple && len(list) > 0:
		return list
	case p.Multiple || strings.TrimSpace(form[0]) == "":
		return nil
	}
	return form[0]
}

// scalarOf converts one value to a string, or to a json.Number for a field of numbers. nil stays.
func scalarOf(p *ent.Property, sent any) (value any, ok bool) {
	var text string
	switch sent := sent.(type) {
	case nil:
		return nil, true
	case string:
		text = sent
	case json.Number:
		text = sent.String()
	case bool:
		text = map[bool]string{true: "true", false: "false"}[sent]
	default:
		return nil, false
	}
	_, isText := sent.(string)
	switch p.Kind {
	case property.KindText:
		return text, true
	case property.KindChoice:
		if text == "" {
			return nil, true
		}
		return text, true
	case property.KindInteger, property.KindNumber:
		if text = strings.TrimSpace(text); isText && text == "" {
			return nil, true
		}
		return json.Number(text), catalog.PropertyTypes[p.Kind].Fits(text, nil)
	case property.KindDate, property.KindDateTime:
		return dateOf(p, text, isText)
	}
	return nil, false
}

// dateOf converts a date in any notation that the framework reads. Of a date, the day counts that
// the client has written, whatever the offset.
func dateOf(p *ent.Property, text string, isText bool) (value any, ok bool) {
	if isText && text == "" {
		return nil, true
	}
	t, ok := aspnet.ParseDate(text)
	if !ok || !isText {
		return nil, false
	}
	if p.Kind == property.KindDate {
		return t.Format(time.DateOnly), true
	}
	return t.UTC().Format(time.RFC3339Nano), true
}

// withValue returns the ids of contacts of which the account field has the value of a query. They
// are found by the text as it was sent, and as it is stored.
func (a *API) withValue(ctx context.Context, p *ent.Property, text string) ([]int, error) {
	texts := []string{text}
	if value, ok := scalarOf(p, text); ok && value != nil {
		if stored := textOf(value); stored != text {
			texts = append(texts, stored)
		}
	}
	return a.Queries.IDsByValue(ctx, p, texts...)
}

func textOf(value any) string {
	if n, ok := value.(json.Number); ok {
		return n.String()
	}
	text, _ := value.(string)
	return text
}
