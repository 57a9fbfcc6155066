package contacttest

import (
	"context"

	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
)

// OverwriteFields writes fields of the contact as the viewer of ctx, whatever its version.
func (f *Fixture) OverwriteFields(ctx context.Context, id int, set field.Patch) (*contact.Result, error) {
	return f.Update(ctx, contact.Update{ID: id, Lock: Overwrite, Set: set})
}

// OverwriteDetails writes details of the contact as the viewer of ctx, whatever its version.
func (f *Fixture) OverwriteDetails(ctx context.Context, id int, d contact.Details) (*contact.Result, error) {
	return f.SetDetails(ctx, contact.SetDetails{ID: id, Lock: Overwrite, Details: d})
}

// Overwrite is the lock of a caller who writes over any version.
var Overwrite = contact.Lock{OnConflict: contact.Overwrite}

// ExpectVersionOf returns the lock of a caller who last read c.
func ExpectVersionOf(c *ent.Contact) contact.Lock { return contact.Lock{Expected: &c.Version} }

// ExpectVersion returns the lock of a caller who last read the version.
func ExpectVersion(v revision.Version) contact.Lock { return contact.Lock{Expected: &v} }

// MergeFrom returns the lock of a caller who last read the version and merges with later changes.
func MergeFrom(v revision.Version) contact.Lock {
	return contact.Lock{Expected: &v, OnConflict: contact.Merge}
}

// TextFields returns the fields that are texts, so that tests of every field also try new ones.
func TextFields() (texts []*field.Field) {
	for _, f := range field.Fields {
		c := &ent.Contact{}
		if f.Set(c, "x"); f.Get(c) == "x" {
			texts = append(texts, f)
		}
	}
	return texts
}

// SetProperty returns a patch that gives the property these values, without descriptions.
func SetProperty(id int, values ...string) contact.PropertyPatch {
	p := contact.PropertyPatch{Property: id}
	for _, v := range values {
		p.Values = append(p.Values, field.Value{Value: v})
	}
	return p
}

// UpdateAll runs updates, all or none.
func (f *Fixture) UpdateAll(ctx context.Context, updates []contact.Update) ([]contact.Outcome, error) {
	return f.RunAll(ctx, CommandsOf(updates))
}

// UpdateEach runs each update by itself.
func (f *Fixture) UpdateEach(ctx context.Context, updates []contact.Update) ([]contact.Outcome, error) {
	return f.RunEach(ctx, CommandsOf(updates))
}

// CommandsOf returns commands of one kind as a list for RunAll and RunEach.
func CommandsOf[C contact.Command](list []C) []contact.Command {
	commands := make([]contact.Command, len(list))
	for i, c := range list {
		commands[i] = c
	}
	return commands
}
