package verify

import (
	"maps"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
)

// folded is a contact as the log says that it is, after the rows that have been added.
type folded struct {
	*verifier

	contact  int
	state    *changelog.Snapshot
	last     *ent.Change
	known    map[string]bool // the paths whose values are known; nil if all are
	password bool            // it has one
	values   bool            // some row has values
}

// newFolded returns the contact before its first row in the log. If retention has deleted the rows
// before, only what later rows set is known of it.
func newFolded(v *verifier, first *ent.Change, cut int64) *folded {
	f := &folded{verifier: v, contact: first.ContactID}
	f.reset(0)
	complete := first.Kind == change.KindCREATE // also if its deletion has been undone
	switch {
	case cut > 0:
	case !first.Version.Follows(0):
		v.report(Difference{Contact: f.contact, Path: PathLogVersion, Expected: revision.Version(1), Stored: first.Version})
	case !complete:
		v.report(Difference{Contact: f.contact, Path: PathLog, Expected: change.KindCREATE, Stored: first.Kind, Note: noteOf(first)})
	}
	if !complete {
		f.known = map[string]bool{}
		v.summary.Partial++
	}
	return f
}

// reset makes the contact one that does not exist.
func (f *folded) reset(version revision.Version) {
	f.state = changelog.NewSnapshot(&ent.Contact{ID: f.contact, AccountID: f.summary.ID, Version: version})
	f.known, f.password = nil, false
}

// add applies the next row.
func (f *folded) add(row *ent.Change) error {
	f.checkOrder(row)
	if row.Kind == change.KindCREATE {
		f.reset(row.Version)
	}
	for _, c := range row.Fields {
		if c.Old != nil || c.New != nil {
			f.values = true
		}
		if c.Path == field.PathPassword { // only the undo of a merge removes one
			f.password = row.Kind != change.KindUPDATE || row.Undoes == nil
		}
	}
	if row.Kind != change.KindERASE {
		if err := f.checkOld(row); err != nil {
			return err
		}
	}
	if err := f.state.Apply(row); err != nil {
		return err
	}
	if f.known != nil {
		for _, c := range row.Fields {
			f.known[c.Path] = true
		}
	}
	if changelog.Removes(row.Kind) {
		f.reset(row.Version)
	}
	f.state.Version, f.state.LastModified, f.last = row.Version, row.At, row
	return nil
}

// checkOrder reports a row that does not follow the one before.
func (f *folded) checkOrder(row *ent.Change) {
	if f.last == nil {
		return
	}
	if !row.Version.Follows(f.last.Version) {
		f.report(Difference{Contact: f.contact, Path: PathLogVersion, Expected: f.last.Version + 1, Stored: row.Version})
	}
	if row.Seq <= f.last.Seq {
		f.report(Difference{
			Contact: f.contact, Path: PathSequence, Expected: "a number after that of the version before", Stored: row.Seq, Note: noteOf(row),
		})
	}
	switch gone, creates := changelog.Removes(f.last.Kind), row.Kind == change.KindCREATE; {
	case f.last.Kind == change.KindERASE,
		gone && !creates && row.Kind != change.KindERASE,
		!gone && creates:
		f.report(Difference{Contact: f.contact, Path: PathLog, Expected: "a change that can follow " + string(f.last.Kind), Stored: row.Kind, Note: noteOf(row)})
	}
}

// checkOld reports values before the change that are not those which the changes before have led
// to. The values of a contact that was erased are blank, so this is only run for those that are
// known: an erasure blanks all rows.
func (f *folded) checkOld(row *ent.Change) error {
	blank := !slices.ContainsFunc(row.Fields, func(c revision.FieldChange) bool { return c.Old != nil || c.New != nil })
	if blank {
		return nil
	}
	for _, c := range row.Fields {
		if f.known != nil && !f.known[c.Path] || c.Path == field.PathPassword {
			continue
		}
		before := f.state.Value(c.Path)
		one := changelog.NewSnapshot(&ent.Contact{})
		if err := one.Rewind(&ent.Change{Fields: []revision.FieldChange{c}}); err != nil {
			return err
		}
		if old := one.Value(c.Path); !field.EqualValues(old, before) {
			f.report(Difference{Contact: f.contact, Path: c.Path, Expected: shown(c.Path, before), Stored: shown(c.Path, old), Note: noteOf(row) + ", value before"})
		}
	}
	return nil
}

func noteOf(row *ent.Change) string { return "in the log, version " + asJSON(int64(row.Version)) }

// comparison compares contacts by the log with those in the tables.
type comparison struct {
	*verifier

	cut      int64
	stored   map[int]*ent.Contact // of the batch, by id
	compared map[int]bool
}

// compare reports the differences of one contact.
func (c *comparison) compare(f *folded) {
	if c.compared == nil {
		c.compared = map[int]bool{}
	}
	c.compared[f.contact] = true
	stored, gone := c.stored[f.contact], changelog.Removes(f.last.Kind)
	report := func(path string, expected, stored any) {
		c.report(Difference{Contact: f.contact, Path: path, Expected: shown(path, expected), Stored: shown(path, stored)})
	}
	if f.last.Kind == change.KindERASE && f.values {
		c.report(Difference{Contact: f.contact, Path: PathLog, Expected: nil, Stored: hidden, Note: "the contact is erased, and its log has values"})
	}
	switch {
	case gone && stored != nil:
		report(PathContact, string(f.last.Kind), "exists")
		return
	case gone:
		return
	case stored == nil:
		report(PathContact, "exists", nil)
		return
	}
	table := changelog.NewSnapshot(stored)
	if table.Version != f.state.Version {
		report(PathVersion, f.state.Version, table.Version)
	}
	if at, stored := field.EncodeValue(f.state.LastModified), field.EncodeValue(table.LastModified); at != stored {
		report(PathLastModified, at, stored)
	}
	if has := table.PasswordHash != nil; has != f.password && (f.known == nil || f.password) {
		report(field.PathPassword, f.password, has)
	}
	for _, path := range union(f.state.Paths(), table.Paths()) {
		if f.known != nil && !f.known[path] {
			continue
		}
		if a, b := f.state.Value(path), table.Value(path); !field.EqualValues(a, b) {
			report(path, a, b)
		}
	}
}

// withoutLog reports contacts of the batch without a row in the log. That is possible only if
// retention has deleted some.
func (c *comparison) withoutLog() {
	for _, id := range slices.Sorted(maps.Keys(c.stored)) {
		switch {
		case c.compared[id]:
		case c.cut > 0:
			c.summary.Partial++
		default:
			c.report(Difference{Contact: id, Path: PathLog, Expected: "changes", Stored: nil, Note: "the log does not have the contact"})
		}
	}
}

// union returns the paths of both lists, in the order of field.ComparePaths.
func union(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.SortFunc(all, field.ComparePaths)
	return slices.Compact(all)
}
