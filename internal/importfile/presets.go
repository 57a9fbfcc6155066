package importfile

import (
	"cmp"
	"embed"
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
)

// presetFiles has a file for each program whose files are known, by the headers of its
// documentation.
//
//go:embed presets/*.json
var presetFiles embed.FS

// preset has the mapping of the files of one program. A column that it does not have becomes the
// property of the same name, if the account has one.
type preset struct {
	Mapping

	Name     string     `json:"name"`
	Title    string     `json:"title"` // also the registration source
	Format   Format     `json:"format"`
	Order    int        `json:"order"`    // in which presets are tried
	Has      [][]string `json:"has"`      // a file is of the program if it has all columns of one of these lists
	Patterns []Rule     `json:"patterns"` // for numbered columns: column is a regular expression
	Date     string     `json:"date"`     // the order of dates whose order does not show
	Skip     []string   `json:"skip"`     // values of properties that stand for none

	patterns []*regexp.Regexp
}

var presets = readPresets()

// readPresets parses the files, in the order in which presets are tried. A wrong file is a fault of
// the program, which its tests find.
func readPresets() (all []*preset) {
	names, err := fs.Glob(presetFiles, "presets/*.json")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		text, err := presetFiles.ReadFile(name)
		p := &preset{}
		if err == nil {
			err = json.Unmarshal(text, p)
		}
		if err != nil {
			panic(name + ": " + err.Error())
		}
		for _, r := range p.Patterns {
			p.patterns = append(p.patterns, regexp.MustCompile(r.Column))
		}
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(p, q *preset) int { return cmp.Compare(p.Order, q.Order) })
	return all
}

// Presets returns the names of the presets.
func Presets() []string {
	var names []string
	for _, p := range presets {
		names = append(names, p.Name)
	}
	return names
}

func presetOf(name string) *preset {
	i := slices.IndexFunc(presets, func(p *preset) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return presets[i]
}

// recognize returns the name of the preset for a file with these columns, "" if there is none.
func recognize(format Format, columns []string) string {
	for _, p := range presets {
		if p.Format != format {
			continue
		}
		for _, list := range p.Has {
			if !slices.ContainsFunc(list, func(column string) bool { return !slices.Contains(columns, column) }) {
				return p.Name
			}
		}
	}
	return ""
}
