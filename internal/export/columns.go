package export

import (
	"cmp"
	"slices"
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// columns are what an export has of each contact.
type columns struct {
	paths      []string
	hidden     []string // that were asked for and the viewer may not read
	has        map[string]bool
	properties []column
}

// column is a property that an export has.
type column struct {
	id  int
	key string
}

// choose returns the columns of an export: those that are wanted, nil for all, except for those
// that the viewer may not read. The paths of the change log, such as companyId and properties.7,
// also name a column. It fails with usererror.ErrArguments for a column that does not
// exist, and with Forbidden if the viewer may read none.
func choose(v viewer.Viewer, wanted []string, properties []*ent.Property) (columns, error) {
	c := columns{has: map[string]bool{}}
	byPath := map[string]*ent.Property{}
	byNumber := map[string]string{} // the paths by those of the change log
	keys := interchange.PropertyKeys(properties)
	known := slices.Clone(interchange.Columns)
	for _, p := range properties {
		if p.Bound == nil { // the field has its values
			path := interchange.PropertyPath(keys[p.ID])
			byPath[path], byNumber[field.PropertyPath(p.ID)] = p, path
			known = append(known, path)
		}
	}
	if wanted == nil {
		wanted = known
	}
	for _, path := range wanted {
		if !slices.Contains(known, path) {
			path = cmp.Or(byNumber[path], interchange.Column(path))
		}
		switch p := byPath[path]; {
		case !slices.Contains(known, path):
			return c, usererror.NewInvalidArguments("There is no column %q. The columns are %s.", path, strings.Join(known, ", "))
		case c.has[path] || slices.Contains(c.hidden, path):
			return c, usererror.NewInvalidArguments("The column %q is listed twice.", path)
		case !canExport(v, path, p):
			c.hidden = append(c.hidden, path)
		default:
			c.paths, c.has[path] = append(c.paths, path), true
			if p != nil {
				c.properties = append(c.properties, column{p.ID, keys[p.ID]})
			}
		}
	}
	if len(c.paths) == 0 {
		return c, usererror.Errors{usererror.NewForbidden("", "Your role may not read any of these columns.")}
	}
	return c, nil
}

// canExport reports whether the viewer may have a column in a file. Secrets identify contacts in
// links, so files with all of them are for admins.
func canExport(v viewer.Viewer, path string, p *ent.Property) bool {
	switch {
	case p != nil:
		return field.CanReadProperty(v, p)
	case path == field.PathSecret && !v.Is(viewer.Admin):
		return false
	}
	return field.CanRead(v, interchange.FieldPath(path))
}
