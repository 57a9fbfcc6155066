package job

import (
	"slices"
	"strconv"

	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/importfile"
	"contactgraph/internal/interchange"
	"contactgraph/internal/usererror"

	"contactgraph/ent/jobitem"
)

// row is a row of a file while it is planned.
type row struct {
	importfile.Row

	number  int // in the file, from 1
	content *Content
	keys    []contact.Key // by which earlier rows about the same contact are found
	contact int           // that exists and that the row is about; 0 if there is none

	// The plan.
	action   jobitem.Action // "" until it is known
	errs     []ItemError
	earlier  *row // in the same batch, of which this one is a duplicate
	attempt  contact.Attempt
	existing int // that has a key of the row, which is a duplicate therefore
}

// reject makes the row invalid.
func (w *row) reject(errs ...ItemError) {
	w.action, w.content, w.errs = jobitem.ActionINVALID, nil, append(w.errs, errs...)
}

// refuse makes the row invalid because of values that the file has in the columns of their paths.
func (w *row) refuse(f *importfile.File, errs usererror.Errors) {
	list := itemErrors(errs)
	for i := range list {
		list[i].Column, list[i].Value = f.Place(w.Row, list[i].Path)
	}
	w.reject(list...)
}

// errorsOfFile returns what is wrong with the cells of a row.
func errorsOfFile(errs []importfile.Error) []ItemError {
	list := make([]ItemError, len(errs))
	for i, e := range errs {
		list[i] = ItemError{Code: usererror.Invalid, Message: e.Reason, Column: e.Column, Value: e.Value}
	}
	return list
}

// importer makes contents of the records of a file.
type importer struct {
	*Import

	refs      *references
	own       bool // the file was exported by this program
	country   string
	checkHash func(string) error
	defaults  []interchange.Reference // the segments of all rows
}

// content returns what a record writes. For a contact that exists, lists of other programs are
// added to those that it has; an export has all of them.
func (i *importer) content(r *interchange.Record, exists bool) (*Content, usererror.Errors) {
	var errs usererror.Errors
	c := &Content{Set: SetOf(r.Set), Missing: &ContentNames{}}
	i.reference(c, r.PreferredStore, i.refs.stores, field.PreferredStore, &i.Missing.Stores, &c.Missing.PreferredStore, &errs)
	i.reference(c, r.Company, i.refs.companies, field.Company, &i.Missing.Companies, &c.Missing.Company, &errs)
	i.properties(c, r, &errs)
	i.lists(c, r, exists)
	i.segments(c, r, exists, &errs)
	i.origin(c, r, &errs)
	if c.Missing.isEmpty() {
		c.Missing = nil
	}
	return c, errs
}

func (i *importer) reference(c *Content, ref *interchange.Reference, k *kind, f *field.Field, missing *[]string, name *string, errs *usererror.Errors) {
	if ref == nil {
		return
	}
	if *ref == interchange.NoReference {
		c.Set[f.Path] = nil
		return
	}
	switch to := i.resolve(k, *ref, f.Path, missing, errs); {
	case to.id != 0:
		c.Set[f.Path] = to.id
	case to.name != "":
		*name = to.name
	}
}

// properties adds the values of properties.
func (i *importer) properties(c *Content, r *interchange.Record, errs *usererror.Errors) {
	for _, p := range r.Properties {
		def := i.refs.properties[p.Name]
		if def == nil {
			errs.Add(usererror.PropertyNotFound, field.PathProperties, "The account has no property %q.", p.Name)
			continue
		}
		if c.Properties == nil {
			c.Properties = map[int][]field.Value{}
		}
		c.Properties[def.ID] = field.NonNil(p.Values)
	}
}

// lists adds logins and external ids.
func (i *importer) lists(c *Content, r *interchange.Record, exists bool) {
	whole := i.own || !exists
	if l := r.Logins; l != nil {
		if whole || len(*l) == 0 {
			c.Logins = l
		} else {
			c.AddLogins = *l
		}
	}
	if l := r.ExternalIDs; l != nil {
		if whole || len(*l) == 0 {
			c.External = l
		} else {
			c.AddExternal = *l
		}
	}
}

// segments adds the segments of the row and of all rows.
func (i *importer) segments(c *Content, r *interchange.Record, exists bool, errs *usererror.Errors) {
	refs := i.defaults
	if r.Segments != nil {
		refs = slices.Concat(*r.Segments, refs)
		if i.own || !exists || len(*r.Segments) == 0 {
			c.Segments = &[]int{}
		}
	}
	for _, ref := range refs {
		switch to := i.resolve(i.refs.segments, ref, field.PathMembership, &i.Missing.Segments, errs); {
		case to.id != 0:
			c.addSegment(to.id)
		case to.name != "":
			c.Missing.Segments = append(c.Missing.Segments, to.name)
		}
	}
}

// origin adds the registration, and what only admins keep.
func (i *importer) origin(c *Content, r *interchange.Record, errs *usererror.Errors) {
	if r.RegistrationSource != nil {
		c.RegistrationSource = *r.RegistrationSource
	}
	if r.RegistrationIP != nil {
		c.RegistrationIP = *r.RegistrationIP
	}
	if ref := r.RegistrationStore; ref != nil && *ref != interchange.NoReference {
		to := i.resolve(i.refs.stores, *ref, field.PathRegistrationStore, &i.Missing.Stores, errs)
		if to.id != 0 {
			c.RegistrationStore = &to.id
		}
		c.Missing.RegistrationStore = to.name
	}
	if !i.KeepIDs {
		return
	}
	c.ContactID, c.Secret = r.ContactID, r.Secret
	if !r.RegisteredAt.IsZero() {
		c.RegisteredAt = &r.RegisteredAt
	}
	if r.PasswordHash != "" {
		c.PasswordHash = r.PasswordHash
		if err := i.checkHash(r.PasswordHash); err != nil {
			errs.Add(usererror.Invalid, interchange.PathPasswordHash, "The hash is none of argon2id, bcrypt or PBKDF2 of ASP.NET Identity, or costs too much to verify.")
		}
	}
}

// keysOf returns the unique keys of a record, in the order in which they find contacts.
func (i *importer) keysOf(r *interchange.Record) (keys []contact.Key) {
	var logins []field.Login
	var external []field.ExternalID
	if r.Logins != nil {
		logins = *r.Logins
	}
	if r.ExternalIDs != nil {
		external = *r.ExternalIDs
	}
	keys = contact.KeysOf(i.country, r.Set, logins, external)
	if r.ContactID != 0 && (i.KeepIDs || slices.Contains(i.match(), interchange.PathContactID)) {
		keys = append(keys, contact.Key{Path: interchange.PathContactID, Key: strconv.Itoa(r.ContactID)})
	}
	return keys
}

// ContentNames are the names of what a content refers to and what is created before it is written.
type ContentNames struct {
	PreferredStore    string   `json:"preferredStore,omitempty"`
	Company           string   `json:"company,omitempty"`
	RegistrationStore string   `json:"registrationStore,omitempty"`
	Segments          []string `json:"segments,omitempty"`
}

func (n *ContentNames) isEmpty() bool {
	return n.PreferredStore == "" && n.Company == "" && n.RegistrationStore == "" && len(n.Segments) == 0
}
