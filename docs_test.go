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
			if _, err := os.Stat(root); err != nil || root == "bin" || strings.Contains(match[1], "NAME") {
				continue // a URL, what a build leaves behind, or a placeholder
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

// requirement is a row of the tables about the ASVS: its number, the result, and where it is held.
var requirement = regexp.MustCompile(`(?m)^\| (\d\.\d+\.\d+)[^|]*\|[^|]+\| ([^|]+) \|(.*)\|$`)

// TestRequirementsAreHeld checks the tables about the ASVS in docs/security.md: each requirement
// has one result, and one that is met names what holds it. TestNamedFilesAndTestsExist checks that
// those exist.
func TestRequirementsAreHeld(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range requirement.FindAllStringSubmatch(readFile(t, "docs/security.md"), -1) {
		number, result, where := row[1], row[2], row[3]
		if seen[number] {
			t.Errorf("%s is listed twice", number)
		}
		seen[number] = true
		word := regexp.MustCompile(`^(met|not met|does not apply)\b`).FindString(result)
		switch {
		case word == "":
			t.Errorf("%s: the result %q must begin with met, not met or does not apply", number, result)
		case word == "met" && !testName.MatchString(where) && !codeSpan.MatchString(where):
			t.Errorf("%s is met, but no test or file is named", number)
		}
	}
	if len(seen) < 60 {
		t.Errorf("only %d requirements were found: has the form of the tables changed?", len(seen))
	}
}

var (
	namesOfFile = regexp.MustCompile("`([^`\\s]+\\.go)`: (`[\\w.]+`(?:, `[\\w.]+`)*)") // `file.go`: `Name`, `Other`
	nameInFile  = regexp.MustCompile("`([\\w.]+)` in `([^`\\s]+\\.go)`")               // `Name` in `file.go`
	goFile      = regexp.MustCompile("`([^`\\s]+\\.go)`")
	goName      = regexp.MustCompile("`([\\w.]+)`")
)

// TestNamedFunctionsAreInTheirFiles checks functions, types and variables that Markdown pages name
// together with a file: as `file.go`: `Name`, or as `Name` in `file.go`.
func TestNamedFunctionsAreInTheirFiles(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, page := range files(t, ".md") {
		for line := range strings.Lines(fencedCode.ReplaceAllString(readFile(t, page), "")) {
			for _, n := range namedIn(line) {
				checked++
				if text, err := os.ReadFile(n.file); err != nil {
					t.Errorf("%s names %s, which does not exist", page, n.file)
				} else if !declares(string(text), n.name) {
					t.Errorf("%s names %s in %s, which does not declare it", page, n.name, n.file)
				}
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d names were found: has the form of the pages changed?", checked)
	}
}

type named struct{ name, file string }

// namedIn returns the names of a line with their files. A file without a folder is in that of the
// file before it.
func namedIn(line string) (all []named) {
	folders := map[string]string{}
	folder := ""
	for _, m := range goFile.FindAllStringSubmatch(line, -1) {
		if strings.Contains(m[1], "/") {
			folder = path.Dir(m[1])
		}
		folders[m[1]] = path.Join(folder, path.Base(m[1]))
	}
	for _, m := range namesOfFile.FindAllStringSubmatch(line, -1) {
		for _, name := range goName.FindAllStringSubmatch(m[2], -1) {
			all = append(all, named{name[1], folders[m[1]]})
		}
	}
	for _, m := range nameInFile.FindAllStringSubmatch(line, -1) {
		all = append(all, named{m[1], folders[m[2]]})
	}
	return all
}

// declares reports whether a Go file declares a function, method (as Type.Method or Method), type,
// variable or constant.
func declares(text, name string) bool {
	receiver, method, ok := strings.Cut(name, ".")
	if ok {
		return regexp.MustCompile(`(?m)^func \(\w* ?\*?` + receiver + `\) ` + method + `[(\[]`).MatchString(text)
	}
	return regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|type |var |const |\t)` + name + `\b`).MatchString(text)
}

func TestCheckerOfNamedFunctions(t *testing.T) {
	t.Parallel()
	got := namedIn("| ↩ `a/b.go`: `F`, `T.M` | `g` in `c.go`, and `h` in `d/e.go`; `x` and `f.go` |")
	want := []named{{"F", "a/b.go"}, {"T.M", "a/b.go"}, {"g", "a/c.go"}, {"h", "d/e.go"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(named{})); diff != "" {
		t.Error(diff)
	}
	text := "func F() {}\nfunc (t *T) M() {}\nvar (\n\tv = 1\n)\n"
	for name, want := range map[string]bool{"F": true, "T.M": true, "M": true, "v": true, "U.M": false, "G": false, "T.F": false} {
		if declares(text, name) != want {
			t.Errorf("declares(%s) is not %v", name, want)
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
