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
	link         = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
)

// TestDecisionsHaveAHeaderAndAreListed checks each page of docs/decisions, and the index against their headers.
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

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
