package graph

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/google/go-cmp/cmp"
)

// errorTables returns the rows of the two tables of docs/errors.md, each split into its cells: the
// codes in payloads, and those of responses.
func errorTables(t *testing.T) (payloads, responses [][]string) {
	t.Helper()
	text, err := os.ReadFile("../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| (.+) \\|$").FindAllStringSubmatch(string(text), -1) {
		cells := append(row[1:2], strings.Split(row[2], " | ")...)
		switch len(cells) {
		case 4:
			payloads = append(payloads, cells)
		case 5:
			responses = append(responses, cells)
		default:
			t.Errorf("%s has %d cells", row[1], len(cells))
		}
	}
	return payloads, responses
}

// TestErrorsPageHasThePayloadCodes compares the page with the schema.
func TestErrorsPageHasThePayloadCodes(t *testing.T) {
	t.Parallel()
	var want, got [][2]string
	for _, v := range schema().Types["UserErrorCode"].EnumValues {
		want = append(want, [2]string{v.Name, strings.Join(strings.Fields(v.Description), " ")})
	}
	payloads, _ := errorTables(t)
	for _, row := range payloads {
		got = append(got, [2]string{row[0], row[2]})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes and meanings (-schema +docs/errors.md)\n%s", diff)
	}
}

// TestErrorsPageHasTheResponseCodes finds the constants named code… in the two packages that have
// such, and compares them with the page.
func TestErrorsPageHasTheResponseCodes(t *testing.T) {
	t.Parallel()
	want := []string{errcode.ParseFailed, errcode.ValidationFailed} // of gqlgen
	named := regexp.MustCompile("^[cC]ode[A-Z]")
	for _, pattern := range []string{"apierror/*.go", "../internal/graphqlhttp/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				spec, ok := n.(*ast.ValueSpec)
				if !ok || len(spec.Values) != 1 || !named.MatchString(spec.Names[0].Name) {
					return true
				}
				if value, ok := spec.Values[0].(*ast.BasicLit); ok {
					code, err := strconv.Unquote(value.Value)
					if err != nil {
						t.Error(err)
					}
					want = append(want, code)
				}
				return true
			})
		}
	}
	var got []string
	_, responses := errorTables(t)
	for _, row := range responses {
		got = append(got, row[0])
		if row[3] == "" || row[4] == "" {
			t.Errorf("%s has no meaning, or nothing to do", row[0])
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes (-constants +docs/errors.md)\n%s", diff)
	}
}
