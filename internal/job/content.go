package job

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/usererror"
)

// Content is what a job writes to a contact, as the database stores it.
type Content struct {
	Set        map[string]any        `json:"set,omitempty"`    // the contact's own fields, by path, as in the change log
	Custom     any                   `json:"custom,omitempty"` // see contact.Custom
	Properties map[int][]field.Value `json:"properties,omitempty"`
	Logins     *[]field.Login        `json:"logins,omitempty"`
	External   *[]field.ExternalID   `json:"externalIds,omitempty"`
	Segments   *[]int                `json:"segments,omitempty"`

	AddSegments    []int              `json:"addSegments,omitempty"`
	RemoveSegments []int              `json:"removeSegments,omitempty"`
	AddLogins      []field.Login      `json:"addLogins,omitempty"`
	AddExternal    []field.ExternalID `json:"addExternalIds,omitempty"`

	// What a contact is created with.
	ContactID          int        `json:"contactId,omitempty"`
	Secret             string     `json:"secret,omitempty"`
	RegisteredAt       *time.Time `json:"registeredAt,omitempty"`
	RegistrationSource string     `json:"registrationSource,omitempty"`
	RegistrationIP     string     `json:"registrationIp,omitempty"`
	RegistrationStore  *int       `json:"registrationStore,omitempty"`

	PasswordHash string `json:"passwordHash,omitempty"`

	// Missing has the names of what the import creates before it writes the contact.
	Missing *ContentNames `json:"missing,omitempty"`
}

// isEmpty reports whether there is nothing to write.
func (c *Content) isEmpty() bool {
	return len(c.Set) == 0 && c.Custom == nil && len(c.Properties) == 0 && c.Logins == nil && c.External == nil && c.Segments == nil && c.Missing == nil &&
		len(c.AddSegments)+len(c.RemoveSegments)+len(c.AddLogins)+len(c.AddExternal) == 0 &&
		c.ContactID == 0 && c.Secret == "" && c.RegisteredAt == nil && c.PasswordHash == ""
}

// SetOf returns a patch in the form of Content.Set.
func SetOf(p field.Patch) map[string]any {
	set := make(map[string]any, len(p))
	for f, v := range p {
		set[f.Path] = field.EncodeValue(v)
	}
	return set
}

// patch returns the contact's own fields.
func (c *Content) patch() (field.Patch, error) {
	p := make(field.Patch, len(c.Set))
	for path, v := range c.Set {
		f := field.ByPath(path)
		if f == nil {
			return nil, fmt.Errorf("a job sets the unknown field %q", path)
		}
		value, err := field.DecodeValue(path, v)
		if err != nil {
			return nil, err
		}
		p[f] = value
	}
	return p, nil
}

// details returns what belongs to the contact in other tables.
func (c *Content) details() contact.Details {
	d := contact.Details{
		Logins: c.Logins, ExternalIDs: c.External, Membership: c.Segments,
		Add:    contact.Elements{Logins: c.AddLogins, ExternalIDs: c.AddExternal, Membership: c.AddSegments},
		Remove: contact.Elements{Membership: c.RemoveSegments},
	}
	if c.Custom != nil {
		d.Custom = c.Custom
	}
	for _, id := range slices.Sorted(maps.Keys(c.Properties)) {
		d.Properties = append(d.Properties, contact.PropertyPatch{Property: id, Values: c.Properties[id]})
	}
	return d
}

// create returns the command that creates a contact with the content.
func (c *Content) create() (contact.Command, error) {
	p, err := c.patch()
	create := contact.Create{
		ID: c.ContactID, Secret: c.Secret, RegistrationSource: c.RegistrationSource, RegistrationIP: c.RegistrationIP,
		RegistrationStore: c.RegistrationStore, Set: p, PasswordHash: c.PasswordHash, Details: c.details(),
	}
	if c.RegisteredAt != nil {
		create.RegisteredAt = *c.RegisteredAt
	}
	return create, err
}

// command returns the command that writes the content to a contact, 0 for a new one.
func (c *Content) command(id int, l contact.Lock) (contact.Command, error) {
	if id == 0 {
		return c.create()
	}
	return c.revise(id, l)
}

// revise returns the command that writes the content to a contact.
func (c *Content) revise(id int, l contact.Lock) (contact.Command, error) {
	p, err := c.patch()
	return contact.Revise{ID: id, Lock: l, Set: p, Details: c.details(), PasswordHash: c.PasswordHash}, err
}

// decode decodes stored JSON. Numbers keep all their digits.
func decode[T any](stored json.RawMessage) (v T, err error) {
	if len(stored) == 0 {
		return v, nil
	}
	d := json.NewDecoder(bytes.NewReader(stored))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return v, fmt.Errorf("decoding what a job has stored: %w", err)
	}
	return v, nil
}

// encode encodes a value that was decoded from JSON, or has only fields that JSON can have. The
// character U+0000, which PostgreSQL does not store, becomes U+FFFD.
func encode(v any) (json.RawMessage, error) {
	text, _, err := encodeStorable(v)
	return text, err
}

// encodeInput is encode for what a caller has sent. It fails with Invalid if that has U+0000:
// contacts that another filter finds must not be written.
func encodeInput(v any) (json.RawMessage, error) {
	text, replaced, err := encodeStorable(v)
	if err == nil && replaced {
		err = usererror.Errors{{Code: usererror.Invalid, Message: "A text has the character U+0000."}}
	}
	return text, err
}

func encodeStorable(v any) (text json.RawMessage, replaced bool, err error) {
	if text, err = json.Marshal(v); err != nil {
		return nil, false, fmt.Errorf("encoding what a job stores: %w", err)
	}
	text, replaced = withoutNUL(text)
	return text, replaced, nil
}

// withoutNUL returns JSON with U+FFFD in place of U+0000, and whether it had that.
func withoutNUL(text []byte) (clean []byte, found bool) {
	if !bytes.Contains(text, []byte(escapedNUL)) {
		return text, false
	}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			clean = append(clean, text[i])
		case bytes.HasPrefix(text[i:], []byte(escapedNUL)):
			clean, found = append(clean, `\ufffd`...), true
			i += len(escapedNUL) - 1
		default: // another character that is escaped, which may be a backslash
			clean = append(clean, text[i], text[i+1])
			i++
		}
	}
	return clean, found
}

// escapedNUL is U+0000 in JSON.
const escapedNUL = `\u0000`

// Options are how a job was requested. They do not change, except for those of an import until it
// is planned.
type Options struct {
	OnConflict contact.Policy `json:"onConflict,omitempty"`
	ApplyNow   bool           `json:"applyNow,omitempty"` // as soon as it is planned

	// Of bulk jobs: which contacts to write, and what.
	Filter *query.Filter `json:"filter,omitempty"`
	IDs    []int         `json:"ids,omitempty"`
	Write  *Content      `json:"write,omitempty"`

	Import *Import `json:"import,omitempty"` // of imports
}

// optionsOf returns the options of a job.
func optionsOf(row *ent.Job) (Options, error) { return decode[Options](row.Options) }

// ItemError is why an item was not planned, applied or reverted.
type ItemError struct {
	Code    usererror.Code `json:"code"`
	Path    string         `json:"path,omitempty"` // of the field, "" for the whole contact
	Message string         `json:"message"`
	// Column and Value are those of the file of an import, "" if they are unknown.
	Column string `json:"column,omitempty"`
	Value  string `json:"value,omitempty"`
}

// messageChanged is the message of a field that others have changed.
const messageChanged = "The value has been changed since."

// itemErrors returns the errors of a command as they are stored: of a version conflict, one for
// each field on which both sides differ.
func itemErrors(errs usererror.Errors) []ItemError {
	var list []ItemError
	for _, e := range errs {
		before := len(list)
		if e.Conflict != nil {
			for _, c := range e.Conflict.Fields {
				if c.Overlaps {
					list = append(list, ItemError{Code: e.Code, Path: c.Path, Message: messageChanged})
				}
			}
		}
		if len(list) == before {
			list = append(list, ItemError{Code: e.Code, Path: e.Path, Message: e.Message})
		}
	}
	return list
}
