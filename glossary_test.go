package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

const glossaryPage = "docs/glossary.md"

// TestAvoidedWords checks names and texts against the tables of the glossary.
func TestAvoidedWords(t *testing.T) {
	t.Parallel()
	g, err := parseGlossary(readFile(t, glossaryPage))
	if err != nil {
		t.Fatal(err)
	}
	endings := append([]string{".go"}, textEndings...)
	for _, name := range files(t, endings...) {
		found, err := g.check(name, readFile(t, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range g.except(found) {
			t.Error(f)
		}
	}
	for _, e := range g.exceptions {
		if !e.used {
			t.Errorf("%s: the exception for %q in %s is not needed: delete it", glossaryPage, e.word, e.place)
		}
	}
}

// textEndings are the files whose whole text is checked. Of TypeScript and JavaScript, declarations
// are checked as names too.
var textEndings = []string{
	".graphqls", ".md", ".ts", ".tsx", ".mjs", ".cjs", ".html", ".css", ".yml", ".tmpl", ".txtar", "Makefile", "openapi.json",
}

// exception is a row of the table of exceptions.
type exception struct {
	place, word string
	used        bool
}

type glossary struct {
	names      map[string]string // what to use instead of a word or phrase
	texts      map[string]string
	textForms  *regexp.Regexp
	exceptions []*exception
}

// finding is a place where an avoided word is used.
type finding struct {
	file    string
	line    int
	form    string // as in the glossary
	instead string
}

func (f finding) String() string {
	return fmt.Sprintf("%s:%d: avoid %q, use: %s (%s)", f.file, f.line, f.form, f.instead, glossaryPage)
}

// parseGlossary reads the tables below the headings "Avoided words" and "Exceptions".
func parseGlossary(page string) (*glossary, error) {
	g := &glossary{names: map[string]string{}, texts: map[string]string{}}
	var patterns []string
	for _, row := range tableBelow(page, "## Avoided words") {
		if len(row) != 3 || !slices.Contains([]string{"text", "names", "everywhere"}, row[1]) {
			return nil, fmt.Errorf("avoided words: bad row %q", row)
		}
		for form := range strings.SplitSeq(row[0], ", ") {
			if row[1] != "text" {
				g.names[form] = row[2]
			}
			if row[1] != "names" {
				g.texts[form] = row[2]
				// The words of a phrase can be on two lines of a comment.
				patterns = append(patterns, strings.ReplaceAll(regexp.QuoteMeta(form), " ", `\s+(?:(?://|\*|#)\s*)?`))
			}
		}
	}
	if len(g.names) == 0 || len(g.texts) == 0 {
		return nil, fmt.Errorf("there are no avoided words")
	}
	g.textForms = regexp.MustCompile(`(?i)\b(?:` + strings.Join(patterns, "|") + `)\b`)
	for _, row := range tableBelow(page, "## Exceptions") {
		if len(row) != 3 || row[2] == "" {
			return nil, fmt.Errorf("exceptions: bad row %q", row)
		}
		g.exceptions = append(g.exceptions, &exception{place: row[0], word: row[1]})
	}
	return g, nil
}

// tableBelow returns the rows of the first table below a heading, without the table's head.
func tableBelow(page, heading string) (rows [][]string) {
	_, below, _ := strings.Cut(page, heading+"\n")
	below, _, _ = strings.Cut(below, "\n## ")
	for line := range strings.Lines(below) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "|") {
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	return rows[min(2, len(rows)):]
}

// except returns the findings that no exception covers, and marks the exceptions that cover one.
func (g *glossary) except(found []finding) []finding {
	return slices.DeleteFunc(found, func(f finding) bool {
		excepted := false
		for _, e := range g.exceptions {
			if covers(e.place+"/...", f.file) && (e.word == "*" || e.word == f.form) {
				e.used, excepted = true, true
			}
		}
		return excepted
	})
}

// check returns what is wrong with the path and the content of a file, in the order of lines.
func (g *glossary) check(name, content string) ([]finding, error) {
	if generatedFile(name, content) {
		return nil, nil
	}
	c := &checker{glossary: g, file: name}
	for part := range strings.SplitSeq(name, "/") {
		c.name(1, strings.TrimSuffix(part, path.Ext(part)))
	}
	switch path.Ext(name) {
	case ".go":
		if err := c.goFile(content); err != nil {
			return nil, err
		}
	case ".md":
		c.text(1, blank(markdownCode, content))
	case ".ts", ".tsx", ".mjs", ".cjs":
		for _, m := range declaration.FindAllStringSubmatchIndex(content, -1) {
			c.name(1+strings.Count(content[:m[2]], "\n"), content[m[2]:m[3]])
		}
		fallthrough
	default:
		c.text(1, content)
	}
	slices.SortStableFunc(c.found, func(a, b finding) int { return a.line - b.line })
	return slices.Compact(c.found), nil
}

var (
	markdownCode = regexp.MustCompile("(?ms)^```.*?^```$|`[^`]*`")
	declaration  = regexp.MustCompile(`\b(?:const|let|var|function|class|interface|type|enum)\s+([A-Za-z_$][\w$]*)`)
	lineOf       = regexp.MustCompile(`[^\n]`)
)

// generatedFile reports whether a generator or a test recorder wrote the file.
func generatedFile(name, content string) bool {
	return generated.MatchString(content) || covers("web/src/gql/...", name)
}

// blank replaces what the pattern matches by blanks, so that lines keep their numbers.
func blank(pattern *regexp.Regexp, text string) string {
	return pattern.ReplaceAllStringFunc(text, func(code string) string { return lineOf.ReplaceAllString(code, " ") })
}

// checker collects the findings of one file.
type checker struct {
	*glossary
	file  string
	found []finding
}

// text checks a text that starts on the given line.
func (c *checker) text(line int, text string) {
	for _, at := range c.textForms.FindAllStringIndex(text, -1) {
		form := strings.Join(strings.FieldsFunc(strings.ToLower(text[at[0]:at[1]]), notLetter), " ")
		c.found = append(c.found, finding{c.file, line + strings.Count(text[:at[0]], "\n"), form, c.texts[form]})
	}
}

// name checks an identifier, or the name of a file or folder.
func (c *checker) name(line int, name string) {
	words := nameWords(name)
	for i := range words {
		for j := i + 1; j <= len(words); j++ {
			form := strings.Join(words[i:j], " ")
			if instead := c.names[form]; instead != "" {
				c.found = append(c.found, finding{c.file, line, form, instead})
			}
		}
	}
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// nameWords splits a name at everything that is not a letter, and at changes from lower to upper
// case: HTTPServer_test has the words http, server and test.
func nameWords(name string) (words []string) {
	runes := []rune(name)
	start := 0
	end := func(i int) {
		if i > start {
			words = append(words, strings.ToLower(string(runes[start:i])))
		}
	}
	for i, r := range runes {
		switch {
		case notLetter(r):
			end(i)
			start = i + 1
		case i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			end(i)
			start = i
		}
	}
	end(len(runes))
	return words
}

// goFile checks the comments, the strings and the declared names of a Go file.
func (c *checker) goFile(content string) error {
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, c.file, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	line := func(n ast.Node) int { return fset.Position(n.Pos()).Line }
	for _, group := range syntax.Comments {
		c.text(line(group), content[fset.Position(group.Pos()).Offset:fset.Position(group.End()).Offset])
	}
	ast.Inspect(syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			if n.Name != nil {
				c.name(line(n), n.Name.Name)
			}
			return false // its path is not a text
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				if n.Value[0] == '"' {
					text = strings.ReplaceAll(text, "\n", " ")
				}
				c.text(line(n), text)
			}
		}
		for _, id := range declared(n) {
			c.name(line(id), id.Name)
		}
		return true
	})
	return nil
}

// declared returns the names that a node declares.
func declared(n ast.Node) (names []*ast.Ident) {
	var exprs []ast.Expr
	switch n := n.(type) {
	case *ast.File:
		return []*ast.Ident{n.Name}
	case *ast.FuncDecl:
		return []*ast.Ident{n.Name}
	case *ast.TypeSpec:
		return []*ast.Ident{n.Name}
	case *ast.LabeledStmt:
		return []*ast.Ident{n.Label}
	case *ast.Field:
		return n.Names
	case *ast.ValueSpec:
		return n.Names
	case *ast.AssignStmt:
		if n.Tok == token.DEFINE {
			exprs = n.Lhs
		}
	case *ast.RangeStmt:
		if n.Tok == token.DEFINE {
			exprs = []ast.Expr{n.Key, n.Value}
		}
	}
	for _, e := range exprs {
		if id, ok := e.(*ast.Ident); ok {
			names = append(names, id)
		}
	}
	return names
}

// TestCheckerOfAvoidedWords shows that a word is found in each kind of place, and only there.
func TestCheckerOfAvoidedWords(t *testing.T) {
	t.Parallel()
	g, err := parseGlossary(strings.Join([]string{
		"## Avoided words", "", "| avoid | where | use |", "|---|---|---|",
		"| zonk | everywhere | the caller |", "| zig zag | text | currently |", "| keep, keeps | names | store |",
		"", "## Exceptions", "", "| place | word | reason |", "|---|---|---|", "| old | zonk | a quotation |",
	}, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	const clean = "package p\n\n"
	tests := []struct{ name, file, content, want string }{
		{"a clean file", "a/b.go", clean + "// A keeper keeps what is known now.\nvar keeper = \"keeps\"", ""},
		{"a file name", "a/who-keeps.go", clean, "1 keeps"},
		{"a folder name", "keep/b.md", "", "1 keep"},
		{"a part of a word", "a/keeper.go", clean, ""},
		{"a package name", "a/b.go", "package keep", "1 keep"},
		{"an import's alias", "a/b.go", clean + "import keep \"fmt\"", "3 keep"},
		{"a function", "a/b.go", clean + "func HTTPKeepAlive() {}", "3 keep"},
		{"a type", "a/b.go", clean + "type zonk int", "3 zonk"},
		{"a field and a constant", "a/b.go", clean + "type t struct { x int; keepID int }\nconst zonk = 1", "3 keep, 4 zonk"},
		{"a parameter and variables", "a/b.go", clean + "func f(keeps int) {\n\tkeep, x := 1, 2\n\tfor zonk := range x {\n\t}\n}", "3 keeps, 4 keep, 5 zonk"},
		{"a use of another package's name", "a/b.go", clean + "var x = other.Keep", ""},
		{"a Go comment", "a/b.go", clean + "// Fine.\n\n// Zonk knows.\nvar x int", "5 zonk"},
		{"a phrase on two lines of a comment", "a/b.go", clean + "// It is known to zig\n// zag.\nvar x int", "3 zig zag"},
		{"Go strings", "a/b_test.go", clean + "var x = \"\\nzonk\"\nvar y = `\nzonk\n`", "3 zonk, 5 zonk"},
		{"a struct tag", "a/b.go", clean + "type t struct {\n\tx int `help:\"Zonk knows.\"`\n}", "4 zonk"},
		{"generated Go", "a/b.go", "// Code generated by a tool. DO NOT EDIT.\n\n" + clean + "// Zonk.", ""},
		{"an SDL description", "schema/a.graphqls", "\"Null zig zag.\"\ntype T", "1 zig zag"},
		{"Markdown prose", "docs/a.md", "# A\n\nIt is known to zig\nzag.", "3 zig zag"},
		{"Markdown code", "docs/a.md", "# A\n\n```sh\nzonk\n```\nIt says `zonk`.\nZonk.", "7 zonk"},
		{"a TypeScript comment", "web/src/a.ts", "/**\n * It is known to zig\n * zag.\n */", "2 zig zag"},
		{"a TypeScript string and JSX text", "web/e2e/a.tsx", "const a = 'Zig zag';\n<p>\n  Zonk\n</p>", "1 zig zag, 3 zonk"},
		{"a TypeScript name", "web/src/a.ts", "const x = 1;\nexport const keepX = 1;\nfunction keeper() {} // keeps", "2 keep"},
		{"generated TypeScript", "web/src/gql/a.ts", "const zonk = 1;", ""},
		{"a page", "web/manual.html", "<p>Zig zag</p>", "1 zig zag"},
		{"an exception", "old/a.md", "Zonk knows zig zag.", "1 zig zag"},
	}
	for _, tt := range tests {
		found, err := g.check(tt.file, tt.content)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		var got []string
		for _, f := range g.except(found) {
			got = append(got, fmt.Sprint(f.line, " ", f.form))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
	if !g.exceptions[0].used {
		t.Error("the exception is not marked as used")
	}
	if _, err := parseGlossary("## Avoided words\n\n| avoid | where | use |\n|---|---|---|\n| x | here | y |\n"); err == nil {
		t.Error("a row with an unknown place was accepted")
	}
}
