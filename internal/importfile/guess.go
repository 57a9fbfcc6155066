package importfile

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"contactgraph/ent/property"
	"contactgraph/internal/interchange"
)

// The confidence of guesses.
const (
	certain    = 1.0  // a preset, or a property with an API name
	byName     = 0.9  // the name of the column is usual
	byValues   = 0.6  // the values look like it
	doubtful   = 0.4  // the name is usual, and the values do not look like it
	enoughFits = 0.75 // of the values of a column
)

// Guess proposes a mapping for the columns that are known so far. name is that of a preset; if it
// is "", it is the one of Info, if there is one. Columns that it does not know get no rule. It
// fails if there is no such preset.
func (f *File) Guess(c Catalog, name string) (Mapping, error) {
	if name == "" {
		name = f.info.Preset
	}
	p := presetOf(name)
	if p == nil && name != "" {
		return Mapping{}, &MappingError{Reason: "no preset is called " + name + "; there are " + strings.Join(Presets(), ", ")}
	}
	g := &guesser{catalog: c, file: f, named: map[string]bool{}, used: map[string]bool{}, preset: cmp.Or(p, &preset{})}
	if p != nil {
		g.mapping = p.Mapping
		g.mapping.Columns = nil
		g.mapping.RegistrationSource = p.Title
		g.presetRules(p)
	}
	for i, column := range f.table.names {
		g.column(i, column)
	}
	g.byValues()
	return g.mapping, nil
}

// guesser collects the rules of a mapping.
type guesser struct {
	catalog Catalog
	file    *File
	preset  *preset
	mapping Mapping
	named   map[string]bool // the columns with a rule
	used    map[string]bool // the targets of rules
}

// presetRules adds the rules of a preset, in its order, which is that of their values.
func (g *guesser) presetRules(p *preset) {
	for _, r := range p.Columns {
		if i := slices.Index(g.file.table.names, r.Column); i >= 0 {
			g.add(i, r, certain)
		}
	}
	for i, column := range g.file.table.names {
		for j, pattern := range p.patterns {
			if !g.named[column] && pattern.MatchString(column) {
				r := p.Patterns[j]
				r.Column = column
				g.add(i, r, certain)
			}
		}
	}
}

// add adds the rule of a column.
func (g *guesser) add(column int, r Rule, confidence float64) {
	r.Confidence = confidence
	if r.Date == "" && g.isTime(r.To) {
		if r.Date = dateOrder(g.file.values(column)); r.Date == "" && g.preset.Date != "" {
			r.Date, r.Confidence = g.preset.Date, doubtful
		}
	}
	if r.Split == "" && r.To == toSegments && g.file.info.Format == CSV {
		r.Split = separatorOf(g.file.values(column))
	}
	g.named[r.Column], g.used[r.To] = true, true
	g.mapping.Columns = append(g.mapping.Columns, r)
}

// column adds the rule of a column by its name, unless it has one.
func (g *guesser) column(i int, column string) {
	if g.named[column] {
		return
	}
	name := strings.TrimPrefix(column, prefixProperty)
	if g.file.info.Format == VCard {
		name = strings.TrimPrefix(name, "X-")
	}
	if p := g.catalog.similar(name); p != nil {
		r := Rule{Column: column, To: prefixProperty + interchange.PropertyKeys(g.catalog.Properties)[p.ID], Skip: g.preset.Skip}
		if !g.isTime(r.To) || mostlyDates(g.file.values(i), r.Skip) {
			g.add(i, r, byName)
		}
		return
	}
	if newTargetOf(name) && !g.used[name] {
		g.add(i, Rule{Column: column, To: name}, certain)
		return
	}
	r, ok := synonyms[plain(name)]
	if !ok || g.used[r.To] && r.To != toPhone && r.To != toEmail {
		return
	}
	r.Column = column
	confidence := byName
	if looks := looksLike[r.To]; looks != nil && !mostly(g.file.values(i), looks) {
		confidence = doubtful
	}
	g.add(i, r, confidence)
}

// newTargetOf reports whether a column has the name of a target.
func newTargetOf(name string) bool {
	_, err := newTarget(name, Catalog{})
	return err == nil
}

// byValues adds rules for the email address and the phone number, if no column has their name.
func (g *guesser) byValues() {
	for _, to := range []string{toEmail, toPhone} {
		for i, column := range g.file.table.names {
			if !g.used[to] && !g.named[column] && mostly(g.file.values(i), looksLike[to]) {
				g.add(i, Rule{Column: column, To: to}, byValues)
			}
		}
	}
}

// isTime reports whether a target is a time or a date.
func (g *guesser) isTime(to string) bool {
	if name, ok := strings.CutPrefix(to, prefixProperty); ok {
		p := g.catalog.property(name)
		return p != nil && (p.Kind == property.KindDate || p.Kind == property.KindDateTime)
	}
	return slices.Contains([]string{toRegisteredAt, toLastModified, toLimitUntil}, to)
}

// values returns the values of a column in the rows that Open has read.
func (f *File) values(column int) []string {
	var all []string
	for _, row := range f.preview {
		for _, c := range row.Cells {
			if text := strings.TrimSpace(c.Value); c.Column == column && text != "" {
				all = append(all, text)
			}
		}
	}
	return all
}

// looksLike has the form of the values of a target.
var looksLike = map[string]*regexp.Regexp{
	toEmail: regexp.MustCompile(`^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$`),
	toPhone: regexp.MustCompile(`^(\+|00|0|\()[\d\s()/.+-]{5,24}(\s*(x|ext\.?)\s*\d+)?$`),
}

// mostly reports whether most values, and at least one, have a form.
func mostly(values []string, form *regexp.Regexp) bool {
	n := 0
	for _, v := range values {
		if form.MatchString(v) {
			n++
		}
	}
	return n > 0 && float64(n) >= enoughFits*float64(len(values))
}

// mostlyDates reports whether most values are dates, except for those that stand for none.
func mostlyDates(values, skip []string) bool {
	n := 0
	for _, v := range values {
		if _, reason := parseTime(v, orderMDY); reason == "" || dateText.MatchString(v) || slices.Contains(skip, v) {
			n++
		}
	}
	return n > 0 && float64(n) >= enoughFits*float64(len(values))
}

// dateOrder returns the order of day and month that dates must have, "" if both are possible.
func dateOrder(values []string) string {
	for _, v := range values {
		m := dateText.FindStringSubmatch(v)
		switch {
		case m == nil || len(m[1]) == 4:
		case number(m[1]) > 12:
			return orderDMY
		case number(m[3]) > 12:
			return orderMDY
		}
	}
	return ""
}

// separatorOf returns what is between the values of cells, "" if nothing is.
func separatorOf(values []string) string {
	for _, separator := range []string{" ::: ", ";", "|", ","} {
		if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, separator) }) {
			return separator
		}
	}
	return ""
}

// plain returns the letters and digits of the name of a column, in lower case.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}
