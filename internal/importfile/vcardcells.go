package importfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The components of structured properties become columns of their own, such as N.family.
var components = map[string][]string{
	"N":   {".family", ".given", ".additional", ".prefix", ".suffix"},
	"ADR": {".poBox", ".extended", ".street", ".locality", ".region", ".postcode", ".country"},
	"ORG": {"", ".unit"},
}

// propertyTel is a phone number, in vCard 4 as a URI.
const propertyTel = "TEL"

// listed are properties whose value is a list.
var listed = []string{"CATEGORIES", "NICKNAME"}

// cells adds the properties of a card to a row. The second of a name has the name EMAIL 2 and so
// on, after the preferred one.
func cells(columns *table, row *Row, properties []cardProperty) {
	seen := map[string]int{}
	f := flattener{columns: columns, row: row}
	for _, p := range sortedByRank(properties) {
		values := p.columns()
		if len(values) == 0 {
			continue
		}
		seen[p.name]++
		name := p.name
		if n := seen[p.name]; n > 1 {
			name = fmt.Sprintf("%s %d", name, n)
		}
		for _, v := range values {
			if err := f.add(name+v.suffix, Cell{Value: v.text}); err != nil {
				row.Errors = append(row.Errors, Error{Reason: sentence(err)})
				return
			}
		}
	}
}

// sortedByRank returns the properties with those of one name by their rank, in the places of the
// name.
func sortedByRank(properties []cardProperty) []cardProperty {
	byName := map[string][]cardProperty{}
	for _, p := range properties {
		byName[p.name] = append(byName[p.name], p)
	}
	for _, list := range byName {
		slices.SortStableFunc(list, func(p, q cardProperty) int { return cmp.Compare(p.rank(), q.rank()) })
	}
	sorted := make([]cardProperty, 0, len(properties))
	for _, p := range properties {
		sorted = append(sorted, byName[p.name][0])
		byName[p.name] = byName[p.name][1:]
	}
	return sorted
}

// rank returns the place among the properties of the same name: preferred ones first, then mobile
// phones, then others, then faxes.
func (p cardProperty) rank() int {
	r := p.pref * 4
	switch {
	case slices.Contains(p.types, "FAX"), slices.Contains(p.types, "PAGER"):
		return r + 1000
	case slices.Contains(p.types, "CELL"), slices.Contains(p.types, "IPHONE"):
		return r
	}
	return r + 1
}

// component is a value of a property, for the column with the suffix.
type component struct{ suffix, text string }

// columns returns the values of a property.
func (p cardProperty) columns() (all []component) {
	names := components[p.name]
	switch {
	case slices.Contains(listed, p.name):
		for _, text := range splitEscaped(p.value, ',') {
			if text = p.unescape(text); text != "" {
				all = append(all, component{"", text})
			}
		}
	case names != nil:
		for i, text := range splitEscaped(p.value, ';') {
			suffix := names[min(i, len(names)-1)]
			if text = p.unescape(text); text != "" {
				all = append(all, component{suffix, text})
			}
		}
	case p.name == propertyTel:
		if text := uriPath(p.unescape(p.value)); text != "" {
			all = append(all, component{"", text})
		}
	case p.unescape(p.value) != "":
		all = append(all, component{"", p.unescape(p.value)})
	}
	return all
}

// uriPath returns the number of a URI such as tel:+49-30-1.
func uriPath(text string) string {
	if scheme, rest, ok := strings.Cut(text, ":"); ok && strings.EqualFold(scheme, "tel") {
		return rest
	}
	return text
}

// splitEscaped splits a value at separators that are not escaped.
func splitEscaped(s string, separator byte) (all []string) {
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case separator:
			all = append(all, s[start:i])
			start = i + 1
		}
	}
	return append(all, s[start:])
}

// unescape returns the text of a value. Lists in a component, such as two middle names, are joined
// by a space.
func (p cardProperty) unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			switch {
			case (s[i] == 'n' || s[i] == 'N') && !p.plain:
				b.WriteByte('\n')
			case strings.IndexByte(`\;,:`, s[i]) >= 0:
				b.WriteByte(s[i])
			default:
				b.WriteByte('\\')
				b.WriteByte(s[i])
			}
		case s[i] == ',' && p.name == "N" && !p.plain:
			b.WriteByte(' ')
		default:
			b.WriteByte(s[i])
		}
	}
	return strings.TrimSpace(b.String())
}
