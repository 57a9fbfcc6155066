package iservice

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

// propertyGroup is a group of properties in a response.
type propertyGroup struct {
	Name            string          `json:"name"`
	CanModifyLogins bool            `json:"canModifyLogins"`
	Logins          []loginEntry    `json:"logins"`
	Properties      []propertyEntry `json:"properties"`
}

// propertyEntry is a property in a response, with the values of a contact.
type propertyEntry struct {
	PropertyID         string       `json:"propertyID"`
	Name               string       `json:"name"`
	IsDate             bool         `json:"isDate"`
	IsDatetime         bool         `json:"isDatetime"`
	IsInteger          bool         `json:"isInteger"`
	IsNumber           bool         `json:"isNumber"`
	AllowMultiple      bool         `json:"allowMultiple"`
	HasDescriptions    bool         `json:"hasDescriptions"` // whether its values can have them
	IsMultiLine        bool         `json:"isMultiLine"`     // whether a value has line breaks, which an input of one line would remove
	IsReadOnly         bool         `json:"isReadOnly"`      // for the caller
	IsRequired         bool         `json:"isRequired"`
	Values             []valueEntry `json:"values"`
	ValueChoices       []string     `json:"valueChoices"`
	DescriptionChoices []string     `json:"descriptionChoices"` // always empty: any text is a description
}

// valueEntry is a value in a response: as text, and in the member of its type. What does not apply
// is null.
type valueEntry struct {
	Description      *string `json:"description"`
	Value            string  `json:"value"`
	ValueDateUTC     any     `json:"valueDateUtc"`
	ValueDatetimeUTC any     `json:"valueDatetimeUtc"`
	ValueInt         any     `json:"valueInt"`
	ValueNumber      any     `json:"valueNumber"`
}

// propertyOf returns the property with the values.
func propertyOf(v viewer.Viewer, p *ent.Property, values []field.Value) propertyEntry {
	e := propertyEntry{
		PropertyID: strconv.Itoa(p.ID), Name: p.Name,
		IsDate: p.Kind == property.KindDate, IsDatetime: p.Kind == property.KindDateTime,
		IsInteger: p.Kind == property.KindInteger, IsNumber: p.Kind == property.KindNumber,
		AllowMultiple: p.Multiple, HasDescriptions: field.BoundTo(p) == nil,
		IsMultiLine: p.Kind == property.KindText && slices.ContainsFunc(values, hasLines),
		IsReadOnly:  v.ReadOnly || !field.CanWriteProperty(v, p), IsRequired: p.Required,
		Values: make([]valueEntry, len(values)), ValueChoices: field.NonNil(p.Choices), DescriptionChoices: []string{},
	}
	for i, value := range values {
		e.Values[i] = valueOf(p, value)
	}
	return e
}

func hasLines(v field.Value) bool { return strings.ContainsAny(v.Value, "\r\n") }

func valueOf(p *ent.Property, v field.Value) valueEntry {
	e := valueEntry{Description: v.Description, Value: v.Value}
	switch p.Kind {
	case property.KindDate:
		e.ValueDateUTC = v.Value
	case property.KindDateTime:
		if t, err := revision.ParseTime(v.Value); err == nil {
			e.ValueDatetimeUTC = t.UTC().Format(time.RFC3339Nano)
		}
	case property.KindInteger:
		e.ValueInt = catalog.NumberOf(v.Value)
	case property.KindNumber:
		e.ValueNumber = catalog.NumberOf(v.Value)
	}
	return e
}
