package report

import (
	"cmp"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/people"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

// Head is a report without the lists that can be long. Its members in JSON have the names of the
// GraphQL API.
type Head struct {
	CreatedAt string `json:"createdAt"`
	// Complete is false if the role of the viewer hides something.
	Complete  bool    `json:"complete"`
	ContactID int     `json:"contactId"`
	Contact   *Record `json:"contact"` // null if it has been deleted

	Properties  []Property   `json:"properties"`
	Logins      []Login      `json:"logins"`
	ExternalIDs []ExternalID `json:"externalIds"`
	Segments    []Reference  `json:"segments"`
	// PermissionHistory has the changes of the opt-outs and of the source of the latest permission.
	PermissionHistory []Change  `json:"permissionHistory"`
	Sessions          []Session `json:"sessions"`
}

// Record is the contact itself.
type Record struct {
	Version                    string     `json:"version"`
	Secret                     string     `json:"secret"`
	RegistrationDateTime       string     `json:"registrationDateTime"`
	RegistrationSource         string     `json:"registrationSource"`
	RegistrationIP             string     `json:"registrationIp"`
	RegistrationStore          *Reference `json:"registrationStore"`
	LastModified               string     `json:"lastModified"`
	Email                      *string    `json:"email"`
	PhoneCountryCode           *string    `json:"phoneCountryCode"`
	Phone                      *string    `json:"phone"`
	FirstName                  *string    `json:"firstName"`
	LastName                   *string    `json:"lastName"`
	LimitMailsPermanently      bool       `json:"limitMailsPermanently"`
	LimitMailsTemporarilyUntil *string    `json:"limitMailsTemporarilyUntil"`
	PreferredStore             *Reference `json:"preferredStore"`
	Company                    *Reference `json:"company"`
	LatestPermissionSource     *string    `json:"latestPermissionSource"`
	HasPassword                bool       `json:"hasPassword"`
}

// Reference is a store, company or segment.
type Reference struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// Property is a property with the values of the contact.
type Property struct {
	ID     int             `json:"id"`
	Name   string          `json:"name"`
	Values []PropertyValue `json:"values"`
}

// PropertyValue is a value of a property.
type PropertyValue struct {
	Value       string  `json:"value"`
	Description *string `json:"description"`
}

// Login is a name that the contact can sign in with.
type Login struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// ExternalID is the id of the contact in another system.
type ExternalID struct {
	System string `json:"system"`
	Value  string `json:"value"`
}

// Session is a session of the contact.
type Session struct {
	CreatedAt  *string `json:"createdAt"`
	LastUsedAt *string `json:"lastUsedAt"`
	ExpiresAt  string  `json:"expiresAt"`
	Address    *string `json:"address"`
	Browser    *string `json:"browser"`
}

// Activity is an entry of the audit log about what the contact did.
type Activity struct {
	At      string  `json:"at"`
	Action  string  `json:"action"`
	Address *string `json:"address"`
	Details any     `json:"details"`
}

// Change is a write of the contact.
type Change struct {
	Version string        `json:"version"`
	At      string        `json:"at"`
	Kind    string        `json:"kind"`
	Source  string        `json:"source"`
	Actor   *Actor        `json:"actor"` // null if a customer reads the report and has not made the change
	Fields  []FieldChange `json:"fields"`
}

// Actor is who made a change.
type Actor struct {
	Type string `json:"type"`
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// FieldChange is the change of a field.
type FieldChange struct {
	Path string `json:"path"`
	Name string `json:"name"` // of the property; otherwise the path in words
	Old  any    `json:"old"`
	New  any    `json:"new"`
}

func recordOf(c *ent.Contact, n names) *Record {
	return &Record{
		Version: c.Version.String(), Secret: c.Secret, RegistrationDateTime: revision.FormatTime(c.RegisteredAt),
		RegistrationSource: c.RegistrationSource, RegistrationIP: c.RegistrationIP, RegistrationStore: reference(c.RegistrationStoreID, n.stores),
		LastModified: revision.FormatTime(c.LastModified),
		Email:        c.Email, PhoneCountryCode: c.PhoneCountryCode, Phone: c.Phone, FirstName: c.FirstName, LastName: c.LastName,
		LimitMailsPermanently: c.LimitMailsPermanently, LimitMailsTemporarilyUntil: timeOf(c.LimitMailsTemporarilyUntil),
		PreferredStore: reference(c.PreferredStoreID, n.stores), Company: reference(c.CompanyID, n.companies),
		LatestPermissionSource: c.LatestPermissionSource,
	}
}

func reference(id *int, names map[int]string) *Reference {
	if id == nil {
		return nil
	}
	return &Reference{*id, names[*id]}
}

func timeOf(t *time.Time) *string {
	if t == nil {
		return nil
	}
	return new(revision.FormatTime(*t))
}

// propertiesOf returns the properties that the viewer may read and the contact has values of.
// Properties that are bound to a field have none of their own.
func propertiesOf(v viewer.Viewer, c *ent.Contact, all []*ent.Property) []Property {
	values := map[int][]PropertyValue{}
	for _, row := range c.Edges.Values {
		values[row.PropertyID] = append(values[row.PropertyID], PropertyValue{row.Value, row.Description})
	}
	list := []Property{}
	for _, p := range all {
		if len(values[p.ID]) > 0 && field.CanReadProperty(v, p) {
			list = append(list, Property{p.ID, p.Name, values[p.ID]})
		}
	}
	return list
}

func loginsOf(c *ent.Contact) []Login {
	list := []Login{}
	for _, l := range c.Edges.Logins {
		list = append(list, Login{l.Name, l.Kind.String()})
	}
	return list
}

func externalIDsOf(c *ent.Contact) []ExternalID {
	list := []ExternalID{}
	for _, e := range c.Edges.ExternalIds {
		list = append(list, ExternalID{e.System, e.Value})
	}
	return list
}

func sessionOf(s *people.Session) Session {
	return Session{
		CreatedAt: timeOf(s.CreatedAt), LastUsedAt: timeOf(s.LastUsedAt), ExpiresAt: revision.FormatTime(s.ExpiresAt),
		Address: s.Address, Browser: s.Agent,
	}
}

func activitiesOf(entries []*people.AuditEntry) []Activity {
	list := []Activity{}
	for _, e := range entries {
		list = append(list, Activity{revision.FormatTime(e.At), string(e.Action), e.Address, e.Details})
	}
	return list
}

func (r *Report) changeOf(row *ent.Change) Change {
	c := Change{
		Version: row.Version.String(), At: revision.FormatTime(row.At), Kind: row.Kind.String(), Source: row.Source.String(),
		Fields: []FieldChange{},
	}
	if row.ActorKind != "" {
		c.Actor = &Actor{row.ActorKind.Name(), row.ActorID, row.ActorName}
	}
	for _, f := range row.Fields {
		c.Fields = append(c.Fields, FieldChange{f.Path, r.name(f.Path), f.Old, f.New})
	}
	return c
}

// name returns the name of a property, and otherwise that of a field. A property that was
// deleted has no name any more.
func (r *Report) name(path string) string {
	if name, ok := r.names[path]; ok {
		return name
	}
	return cmp.Or(fieldNames[path], words(path))
}

// fieldNames has the names of fields whose path in words would be unclear.
var fieldNames = map[string]string{
	field.LimitPermanently.Path: "no marketing email",
	field.LimitUntil.Path:       "no marketing email until",
	field.PermissionSource.Path: "source of the latest permission",
	field.PreferredStore.Path:   "preferred store",
	field.Company.Path:          "company",
	field.PathRegisteredAt:      "registered",
	field.PathRegistrationIP:    "IP address at registration",
	field.PathRegistrationStore: "store of the registration",
	field.PathExternalIDs:       "ids in other systems",
	field.PathMembership:        "segments",
}
