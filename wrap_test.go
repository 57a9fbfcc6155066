package main_test

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// maxColumns is the width at which comments and Markdown are wrapped. A tab counts as four columns.
const maxColumns = 100

// prose matches the lines of a file type that are wrapped; what they leave out may be longer. Of
// Go, these are comments on lines of their own that are not preformatted, in a list, or directives.
var prose = map[string]*regexp.Regexp{
	".go":       regexp.MustCompile(`^\s*// \S`),
	".ts":       regexp.MustCompile(`^\s*(//|/?\*) ?\S`),
	".tsx":      regexp.MustCompile(`^\s*(//|/?\*) ?\S`),
	".md":       regexp.MustCompile(`^\s*[^\s|!#]`),
	".graphqls": regexp.MustCompile(`^`),
}

// unbreakable matches a line with a single word, after the list item or comment that it begins.
var unbreakable = regexp.MustCompile(`^\W*\S+$`)

func TestTextIsWrapped(t *testing.T) {
	t.Parallel()
	for ending := range prose {
		for _, file := range files(t, ending) {
			text := readFile(t, file)
			if generated.MatchString(text) || strings.HasPrefix(file, "web/src/gql/") {
				continue
			}
			for _, line := range tooWide(ending, text) {
				t.Errorf("%s:%d is wider than %d columns: wrap it", file, line, maxColumns)
			}
		}
	}
}

func TestCheckerOfWidths(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 21)
	tests := []struct {
		name, text string
		want       []int
	}{
		{"a.go", "// " + long + "\nx := 1 // " + long + "\n\t// " + long, []int{1, 3}},
		{"a.go", "//\t" + long + "\n//go:generate " + long + "\n// " + strings.Repeat("x", 120), nil},
		{"a.go", "\t\t// " + strings.Repeat("four ", 19), []int{1}},
		{"a.md", "- " + long + "\n| " + long + "\n```\n" + long + "\n```\n" + long, []int{1, 6}},
		{"a.md", strings.Repeat("häß ", 25) + "\n[text](https://" + strings.Repeat("x", 100) + ")", nil},
		{"a.tsx", "/** " + long + "*/\n * " + long + "\n<p>" + long, []int{1, 2}},
		{"a.graphqls", "  " + long, []int{1}},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprint(i, tt.name), func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tooWide(path.Ext(tt.name), tt.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// tooWide returns the numbers of the lines that should have been wrapped.
func tooWide(ending, text string) (lines []int) {
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), " ")
		fenced = fenced != (ending == ".md" && strings.HasPrefix(line, "```"))
		if !fenced && utf8.RuneCountInString(line) > maxColumns && prose[ending].MatchString(line) && !unbreakable.MatchString(line) {
			lines = append(lines, i+1)
		}
	}
	return lines
}
