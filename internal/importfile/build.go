package importfile

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"contactgraph/internal/interchange"
	"contactgraph/internal/normalize"
)

// builder makes records of rows by the rules of a mapping.
type builder struct {
	mapping Mapping
	rules   map[string][]*compiled // by the name of the column
	byIndex [][]*compiled          // by the index of the column, as far as known
	targets []*target
	given   []given // the values of the current row for each target
	catalog Catalog
	keys    map[int]string // of the properties in exports, by id
	filled  []int          // how many rows had a value in each column
	unused  map[string]int // how many rows had a value that did not count, by column
}

// compiled is a rule with the index of its target.
type compiled struct {
	Rule
	target int
	rank   int // its place in the mapping: the values of earlier rules come first
}

// given is what a row has for a target.
type given struct {
	values []value
	clear  bool // an empty cell is to clear it
	rule   *compiled
}

// value is a part of a cell.
type value struct {
	text        string
	description *string
	rule        *compiled
}

// newBuilder checks the rules of a mapping.
func newBuilder(m Mapping, c Catalog) (*builder, error) {
	m.Country = strings.ToUpper(m.Country)
	if m.Country != "" && !normalize.IsCountry(m.Country) {
		return nil, &MappingError{Reason: fmt.Sprintf("%q is not the ISO 3166 code of a country with phone numbers", m.Country)}
	}
	if !slices.Contains([]Missing{"", MissingError, MissingCreate, MissingIgnore}, m.Missing) {
		return nil, &MappingError{Reason: fmt.Sprintf("missing is %q; use error, create or ignore", m.Missing)}
	}
	b := &builder{mapping: m, catalog: c, keys: interchange.PropertyKeys(c.Properties), rules: map[string][]*compiled{}, unused: map[string]int{}}
	for rank, r := range m.Columns {
		if r.To == "" {
			b.rules[r.Column] = append(b.rules[r.Column], nil) // ignored on purpose
			continue
		}
		if !slices.Contains([]string{"", orderDMY, orderMDY, orderYMD}, r.Date) {
			return nil, &MappingError{r.Column, fmt.Sprintf("date is %q; use dmy, mdy or ymd", r.Date)}
		}
		i, err := b.target(r.To, c)
		if err != nil {
			return nil, &MappingError{r.Column, err.Error()}
		}
		b.rules[r.Column] = append(b.rules[r.Column], &compiled{r, i, rank})
	}
	b.given = make([]given, len(b.targets))
	return b, nil
}

// target returns the index of a target, which is new if no earlier rule has it.
func (b *builder) target(to string, c Catalog) (int, error) {
	if i := slices.IndexFunc(b.targets, func(t *target) bool { return t.to == to }); i >= 0 {
		return i, nil
	}
	t, err := newTarget(to, c)
	if err != nil {
		return 0, err
	}
	b.targets = append(b.targets, t)
	return len(b.targets) - 1, nil
}

// of returns the rules of a column.
func (b *builder) of(t *table, column int) []*compiled {
	for i := len(b.byIndex); i <= column; i++ {
		b.byIndex = append(b.byIndex, b.rules[t.names[i]])
		b.filled = append(b.filled, 0)
	}
	return b.byIndex[column]
}

// build makes the record of a row from its cells, and adds what is wrong to its errors.
func (b *builder) build(t *table, row *Row) {
	clear(b.given)
	for _, cell := range row.Cells {
		rules := b.of(t, cell.Column)
		if cell.Value != "" {
			b.filled[cell.Column]++
		}
		for _, r := range rules {
			if r == nil {
				continue
			}
			if reason := unstorable(cell.Value); reason != "" {
				row.Errors = append(row.Errors, Error{r.Column, b.targets[r.target].show(shorten(strings.ToValidUTF8(cell.Value, "�"))), reason})
				continue
			}
			b.collect(r, cell)
		}
	}
	b.assign(row, false)
	b.assign(row, true)
	b.addDefaults(&row.Record)
}

// assign sets what the targets of the record are, either those that depend on others or the others.
func (b *builder) assign(row *Row, dependent bool) {
	for i, t := range b.targets {
		g := b.given[i]
		if g.rule == nil || t.dependent != dependent {
			continue
		}
		if len(g.values) > 0 {
			slices.SortStableFunc(g.values, func(v, w value) int { return v.rule.rank - w.rule.rank })
			g.rule = g.values[0].rule // errors name the column whose value counts
		}
		if t.single && g.rule.Join == "" {
			b.countUnused(g.values)
		}
		if e := t.set(&assignment{record: &row.Record, given: g, builder: b}); e != "" {
			row.Errors = append(row.Errors, Error{g.rule.Column, t.show(shorten(g.text())), e})
		}
	}
}

// collect adds the values of a cell to those of its target.
func (b *builder) collect(r *compiled, cell Cell) {
	g := &b.given[r.target]
	if g.rule == nil {
		g.rule = r
	}
	n := len(g.values)
	for _, part := range parts(cell.Value, r.Split) {
		part = strings.TrimSpace(part)
		if other, ok := r.Values[part]; ok {
			part = other
		}
		if part != "" && !slices.Contains(r.Skip, part) {
			g.values = append(g.values, value{part, cell.Description, r})
		}
	}
	if len(g.values) == n && (b.mapping.ClearEmpty || cell.Null) {
		g.clear = true
	}
}

// parts returns the parts of a cell. Those in quotation marks can have the separator in them.
func parts(cell, separator string) []string {
	if separator == "" {
		return []string{cell}
	}
	if d, size := utf8.DecodeRuneInString(separator); size == len(separator) && strings.Contains(cell, `"`) {
		r := newCSVReader(strings.NewReader(cell), d)
		r.TrimLeadingSpace = true
		if list, err := r.Read(); err == nil {
			return list
		}
	}
	return strings.Split(cell, separator)
}

// text returns the values as errors show them.
func (g given) text() string {
	var texts []string
	for _, v := range g.values {
		texts = append(texts, v.text)
	}
	return strings.Join(texts, ", ")
}

// unstorable returns why the database cannot store a text, "" if it can.
func unstorable(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "The text is not in UTF-8: choose the encoding of the file, such as windows-1252."
	case strings.ContainsRune(s, 0):
		return "The text has a NUL character."
	}
	return ""
}

// countUnused counts the values of a target that takes only the first one.
func (b *builder) countUnused(values []value) {
	for _, v := range values[min(1, len(values)):] {
		if v.text != values[0].text {
			b.unused[v.rule.Column]++
		}
	}
}

// Unused is a column with values that become nothing.
type Unused struct {
	Column string `json:"column"`
	Rows   int    `json:"rows"`
	Mapped bool   `json:"mapped"` // it has a rule, and an earlier column has a value for the same field
}

// Unused returns the columns of which Next has found values so far that become nothing, because no
// rule names the column, or because only the first value of a field counts.
func (f *File) Unused() []Unused {
	var all []Unused
	b := &f.builder
	for i, rows := range b.filled {
		switch name := f.table.names[i]; {
		case rows > 0 && len(b.byIndex[i]) == 0:
			all = append(all, Unused{Column: name, Rows: rows})
		case b.unused[name] > 0:
			all = append(all, Unused{Column: name, Rows: b.unused[name], Mapped: true})
		}
	}
	return all
}

// ColumnsOf returns the columns from which the values of a field come, for errors about it that are
// found later. path is one of package field, such as "phone" or "properties.7".
func (f *File) ColumnsOf(path string) []string {
	if f.info.Own {
		return []string{f.builder.catalog.ownColumn(path)}
	}
	var names []string
	for _, r := range f.builder.mapping.Columns {
		for _, c := range f.builder.rules[r.Column] {
			if c != nil && slices.Contains(f.builder.targets[c.target].paths, path) && !slices.Contains(names, r.Column) {
				names = append(names, r.Column)
			}
		}
	}
	return names
}
