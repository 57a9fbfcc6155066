package changelog_test

import (
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/revision"
)

// TestLargeChanges: what reads many changes does not read more than 4 MB of them at once. The feed
// has shorter pages then, and misses none.
func TestLargeChanges(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	note := a.NewProperty(catalog.NewProperty{Name: "Note", Multiple: true})
	c := a.NewContact(nil)
	const writes = 30 // of 200 KB before and 200 KB after
	for i := range writes {
		values := slices.Repeat([]string{strings.Repeat(string(rune('a'+i)), 4000)}, 50)
		contacttest.Must(a.OverwriteDetails(a.Agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(note, values...)}}))
	}
	read := 0
	for before, more := revision.Version(writes+2), true; more; {
		var rows []*ent.Change
		var err error
		if rows, more, err = a.History(a.Agent, c.ID, before, 100); err != nil || len(rows) == 0 || len(rows) > writes {
			t.Fatalf("%d changes before version %d: %v", len(rows), before, err)
		}
		before = rows[len(rows)-1].Version
		read += len(rows)
	}
	if read != writes+1 {
		t.Errorf("the pages of the history have %d changes, want %d", read, writes+1)
	}
	if last := contacttest.Must(a.LastChanges(a.Agent, c.ID, writes+1)); len(last) < 2 || last[len(last)-1].Change.Version != writes+1 {
		t.Errorf("the last change: %v", last)
	}
	if old := contacttest.Must(a.AsOf(a.Agent, c.ID, 2)); old.Version != 2 || len(old.Edges.Values) != 50 || old.Edges.Values[0].Value[0] != 'a' {
		t.Errorf("the contact at version 2 has version %d and %d values", old.Version, len(old.Edges.Values))
	}
	var versions []revision.Version
	pages := 0
	for args := (changelog.PageArgs{Contact: &c.ID}); ; pages++ {
		page := contacttest.Must(a.Changes.Page(a.Agent, args, 1000))
		for _, row := range page.Changes {
			versions = append(versions, row.Version)
		}
		if !page.HasMore {
			break
		}
		args.After = &page.End
	}
	if pages < 2 || len(versions) != writes+1 || !slices.IsSorted(versions) {
		t.Errorf("the feed has %d pages more, and the versions %v", pages, versions)
	}
}
