package interchange

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"contactgraph/internal/revision"
)

// Table says which columns a CSV file has.
type Table struct {
	columns []column
	width   int
}

// column is a member in a table. Its cells are next to each other, unless people have moved them.
type column struct {
	path     string
	member   *member // nil for a property
	property string  // the key, without a member
	cells    []int   // the index of each cell, -1 if the file does not have it
}

// errCells is the error for a row that has too many cells.
var errCells = reason("The row has more cells than the header.")

// NewTable returns a table with a column for each path: one of Columns or a PropertyPath. It fails
// if a path is neither.
func NewTable(paths []string) (*Table, error) {
	t := &Table{}
	for _, path := range paths {
		c := column{path: path, member: membersByPath[path]}
		if key, ok := PropertyKey(path); ok {
			c.property = key
		} else if c.member == nil || c.member.importOnly {
			return nil, fmt.Errorf("contacts have no %q", path)
		}
		for range c.suffixes() {
			c.cells = append(c.cells, t.width)
			t.width++
		}
		t.columns = append(t.columns, c)
	}
	return t, nil
}

// ParseTable reads the header of a file. unknown are the cells that name no column; a file of
// another program has some.
func ParseTable(header []string) (t *Table, unknown []string) {
	t = &Table{width: len(header)}
	byPath := map[string]int{}
	for i, name := range header {
		if isNote(name) {
			continue
		}
		c, suffix, ok := parseColumn(UnescapeCell(name))
		if !ok {
			unknown = append(unknown, name)
			continue
		}
		at, found := byPath[c.path]
		if !found {
			at = len(t.columns)
			byPath[c.path] = at
			c.cells = slices.Repeat([]int{-1}, len(c.suffixes()))
			t.columns = append(t.columns, c)
		}
		if cells := t.columns[at].cells; cells[suffix] < 0 {
			cells[suffix] = i
		} else {
			unknown = append(unknown, name) // the second of this name
		}
	}
	return t, unknown
}

// parseColumn returns the column that the cell of a header names, and the index of its suffix.
func parseColumn(name string) (c column, suffix int, ok bool) {
	if key, ok := PropertyKey(name); ok {
		return column{path: name, property: key}, 0, true
	}
	if m := membersByPath[name]; m != nil && len(m.kind.suffixes) == 1 {
		return column{path: name, member: m}, 0, true
	}
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		if m := membersByPath[name[:dot]]; m != nil {
			suffix = slices.Index(m.kind.suffixes, name[dot:])
			return column{path: m.path, member: m}, suffix, suffix >= 0
		}
	}
	return column{}, 0, false
}

// suffixes returns those of the column's cells.
func (c column) suffixes() []string {
	if c.member == nil {
		return []string{""}
	}
	return c.member.kind.suffixes
}

// Paths returns the paths of the columns.
func (t *Table) Paths() []string {
	paths := make([]string, len(t.columns))
	for i, c := range t.columns {
		paths[i] = c.path
	}
	return paths
}

// Header returns the cells of the header.
func (t *Table) Header() []string {
	cells := make([]string, t.width)
	for _, c := range t.columns {
		for i, suffix := range c.suffixes() {
			cells[c.cells[i]] = EscapeCell(c.path + suffix)
		}
	}
	return cells
}

// Row returns a contact as the cells of a row.
func (t *Table) Row(r *Record) []string {
	cells := make([]string, t.width)
	for _, c := range t.columns {
		var own [maxCells]string
		c.write(r, own[:])
		for i, at := range c.cells {
			if at >= 0 {
				cells[at] = own[i]
			}
		}
	}
	return cells
}

// maxCells is the largest number of cells of a column.
const maxCells = 2

// write writes what the contact has in the column.
func (c column) write(r *Record, cells []string) {
	if c.member != nil {
		if v, present := c.member.get(r); present && v != nil {
			c.member.kind.cells(v, cells)
		}
		return
	}
	if i := slices.IndexFunc(r.Properties, func(p Property) bool { return p.Name == c.property }); i >= 0 {
		cells[0] = valuesCell(r.Properties[i].Values)
	}
}

// Record reads the contact of a row. It has a value for every column; that of an empty cell is null
// or the empty list, and absent if there is neither. If some of the values cannot be read, it
// returns the others and ValueErrors.
func (t *Table) Record(cells []string) (*Record, error) {
	var errs ValueErrors
	if len(cells) > t.width {
		errs.add("", cells[t.width], errCells)
	}
	r := &Record{}
	for _, c := range t.columns {
		own := make([]string, len(c.cells))
		for i, at := range c.cells {
			if at >= 0 && at < len(cells) {
				own[i] = cells[at]
			}
		}
		if err := c.read(r, own); err != nil {
			errs.add(c.path, strings.Join(own, " "), err)
		}
	}
	return r, errs.orNil()
}

func (c column) read(r *Record, cells []string) error {
	if c.member == nil {
		values, err := parseValuesCell(cells[0])
		if err == nil {
			r.Properties = append(r.Properties, Property{c.property, values})
		}
		return err
	}
	m := c.member
	if !slices.ContainsFunc(cells, func(cell string) bool { return cell != "" }) {
		if m.kind.empty != nil || !m.nonNull {
			m.set(r, m.kind.empty)
		}
		return nil
	}
	v, err := m.kind.parseCells(cells)
	if err == nil {
		m.set(r, v)
	}
	return err
}

// TableWriter writes contacts as CSV (RFC 4180), with a header of paths. The last column is empty:
// its name has the format, the cursor and the time of the export.
type TableWriter struct {
	w     *csv.Writer
	table *Table
}

// NewTableWriter writes the header to w, and returns a writer of the contacts. It fails as NewTable
// does.
func NewTableWriter(w io.Writer, h *Header) (*TableWriter, error) {
	table, err := NewTable(h.Columns)
	if err != nil {
		return nil, err
	}
	t := &TableWriter{csv.NewWriter(w), table}
	return t, t.w.Write(append(table.Header(), note(h)))
}

// Write writes a contact.
func (t *TableWriter) Write(r *Record) error { return t.w.Write(append(t.table.Row(r), "")) }

// Close does what Flush does.
func (t *TableWriter) Close() error { return t.Flush() }

// Flush writes what is buffered.
func (t *TableWriter) Flush() error {
	t.w.Flush()
	return t.w.Error()
}

// noteStart begins the name of the last column.
const noteStart = "contactgraph export "

func note(h *Header) string {
	return fmt.Sprintf("%s%d: cursor %s at %s", noteStart, formatVersion, h.Cursor, revision.FormatTime(h.At))
}

func isNote(name string) bool { return strings.HasPrefix(name, noteStart) }

// ParseNote returns the cursor and the time of the export that the header of a CSV file names; ok
// is false for a file of another program.
func ParseNote(header []string) (cursor string, at time.Time, ok bool) {
	i := slices.IndexFunc(header, isNote)
	if i < 0 {
		return "", at, false
	}
	var version int
	var text string
	if _, err := fmt.Sscanf(header[i], noteStart+"%d: cursor %s at %s", &version, &cursor, &text); err != nil || version != formatVersion {
		return "", at, false
	}
	at, err := revision.ParseTime(text)
	return cursor, at, err == nil
}
