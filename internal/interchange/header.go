package interchange

import (
	"encoding/json"
	"time"
)

// Header precedes the contacts of an export. The zero Header is that of a file that only has
// contacts.
type Header struct {
	// Cursor is the end of the change log when the contacts were read: the changes after it,
	// applied to the file, lead to every later state.
	Cursor string    `json:"cursor,omitempty"`
	At     time.Time `json:"at,omitzero"` // when the contacts were read
	// Columns are the paths that every contact of the file has.
	Columns []string `json:"columns,omitempty"`
	// Hidden are the paths that were asked for and that the caller may not read.
	Hidden []string `json:"hidden,omitempty"`
	// Filter selected the contacts, as a ContactFilter of GraphQL; absent for all contacts.
	Filter json.RawMessage `json:"filter,omitempty"`
	Definitions
}

// Definitions are the reference data that the contacts of a file refer to, with the members of the
// GraphQL types.
type Definitions struct {
	Properties []PropertyDefinition `json:"properties,omitempty"`
	Stores     []StoreDefinition    `json:"stores,omitempty"`
	Companies  []CompanyDefinition  `json:"companies,omitempty"`
	Segments   []SegmentDefinition  `json:"segments,omitempty"`
}

// PropertyDefinition is the definition of a property. Kind and Bound have the names of GraphQL.
type PropertyDefinition struct {
	ID       int      `json:"propertyId"`
	Key      string   `json:"key"` // the member of `properties` that has the values, as in Property.Name
	Name     string   `json:"name"`
	APIName  *string  `json:"apiName"`
	Label    *string  `json:"label"` // null for the name
	Kind     string   `json:"type"`
	Multiple bool     `json:"multiple"`
	Required bool     `json:"required"`
	ReadOnly bool     `json:"readOnly"`
	Choices  []string `json:"choices,omitempty"`
	Bound    *string  `json:"boundTo"`
}

// StoreDefinition is a store.
type StoreDefinition struct {
	ID         int     `json:"storeId"`
	Name       string  `json:"name"`
	Number     *string `json:"number"`
	Phone      *string `json:"phone"`
	Address    *string `json:"address"`
	ZipCode    *string `json:"zipCode"`
	City       *string `json:"city"`
	Email      *string `json:"email"`
	JSONString *string `json:"jsonString"`
}

// CompanyDefinition is a company.
type CompanyDefinition struct {
	ID               int     `json:"companyId"`
	Name             string  `json:"name"`
	Number           *string `json:"number"`
	ParentID         *int    `json:"parentId"`
	PrimaryContactID *int    `json:"primaryContactId"`
	EmailDomains     *string `json:"emailDomains"`
	Logo             *string `json:"logo"`
}

// SegmentDefinition is a segment.
type SegmentDefinition struct {
	ID   int    `json:"segmentId"`
	Name string `json:"name"`
}
