package main_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	decisionHead = regexp.MustCompile(`\A# (\d+)\. (.+)\n\nDate: (\d{4}-\d\d-\d\d)\. Status: (Accepted|Superseded by \[\d+\]\([^)]+\))\.`)
	decided      = regexp.MustCompile(`\n\n\*\*Decided:\*\* [^\n]+(\n[^\n]+)*\n\z`)
	fencedCode   = regexp.MustCompile("(?ms)^```.*?^```$")
	codeSpan     = regexp.MustCompile("`([a-z]+(?:/[a-zA-Z0-9_.-]+)+)/?`")
	testName     = regexp.MustCompile("`(Test[A-Z][A-Za-z0-9]*)`")
	testFunc     = regexp.MustCompile(`(?m)^func (Test[A-Z]\w*)\(t \*testing\.T\)`)
	link         = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
)

// TestDecisionsHaveAHeaderAndAreListed checks each page of docs/decisions, and the index against
// their headers.
func TestDecisionsHaveAHeaderAndAreListed(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("docs/decisions/0*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	var want []string
	for i, page := range pages {
		text := readFile(t, page)
		head := decisionHead.FindStringSubmatch(text)
		if head == nil || head[1] != fmt.Sprint(i+1) || !strings.HasPrefix(path.Base(page), fmt.Sprintf("%04d-", i+1)) {
			t.Errorf("%s must start with its number, its title, a date and a status", page)
			continue
		}
		if !decided.MatchString(text) {
			t.Errorf("%s must end with a paragraph that starts with **Decided:**", page)
		}
		status := regexp.MustCompile(`\[(\d+)\]\([^)]+\)`).ReplaceAllString(head[4], "$1")
		want = append(want, fmt.Sprintf("| %s | [%s](%s) | %s | %s |", head[1], head[2], path.Base(page), head[3], status))
	}
	var got []string
	for line := range strings.Lines(readFile(t, "docs/decisions/README.md")) {
		if regexp.MustCompile(`^\| \d`).MatchString(line) {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/decisions/README.md (-headers of the pages +index)\n%s", diff)
	}
}

// TestLinksLeadToFiles checks the relative links of all Markdown files.
func TestLinksLeadToFiles(t *testing.T) {
	t.Parallel()
	for _, file := range files(t, ".md") {
		for _, match := range link.FindAllStringSubmatch(readFile(t, file), -1) {
			if _, err := os.Stat(path.Join(path.Dir(file), match[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", file, match[1])
			}
		}
	}
}

// TestNamedFilesAndTestsExist checks the files, folders and tests that Markdown pages name.
func TestNamedFilesAndTestsExist(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{}
	for _, file := range files(t, "_test.go") {
		for _, match := range testFunc.FindAllStringSubmatch(readFile(t, file), -1) {
			tests[match[1]] = true
		}
	}
	for _, file := range files(t, ".md") {
		text := fencedCode.ReplaceAllString(readFile(t, file), "")
		for _, match := range codeSpan.FindAllStringSubmatch(text, -1) {
			root, _, _ := strings.Cut(match[1], "/")
			if _, err := os.Stat(root); err != nil || strings.Contains(match[1], "NAME") {
				continue // a URL or a placeholder
			}
			if _, err := os.Stat(match[1]); err != nil {
				t.Errorf("%s names %s, which does not exist", file, match[1])
			}
		}
		for _, match := range testName.FindAllStringSubmatch(text, -1) {
			if !tests[match[1]] {
				t.Errorf("%s names %s, which does not exist", file, match[1])
			}
		}
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
