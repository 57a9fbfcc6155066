package arguments

import (
	"regexp"
	"slices"
	"strings"

	"contactgraph/graph/apierror"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
)

// checkSurrogates returns an error if a string of a parsed document has an unpaired surrogate. The
// parser replaces it by U+FFFD, so that the stored text would differ from the sent text. In JSON,
// package graphqlhttp rejects the same. Block strings have no such escapes.
func checkSurrogates(document string) *gqlerror.Error {
	if !strings.Contains(document, `\u`) { // nearly always
		return nil
	}
	source := []rune(document) // positions count runes
	scanner := lexer.New(&ast.Source{Input: document})
	for token, err := scanner.ReadToken(); err == nil && token.Kind != lexer.EOF; token, err = scanner.ReadToken() {
		if token.Kind == lexer.String && unpaired(string(source[token.Pos.Start:token.Pos.End])) {
			e := apierror.New(apierror.CodeBadInput, "A string of the document has an unpaired surrogate.")
			e.Locations = []gqlerror.Location{{Line: token.Pos.Line, Column: token.Pos.Column}}
			return e
		}
	}
	return nil
}

// escape matches an escape in a string, whose group is there if it is half a surrogate pair.
var escape = regexp.MustCompile(`\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)`)

// unpaired reports whether a string literal has an unpaired surrogate.
func unpaired(literal string) bool {
	return slices.ContainsFunc(escape.FindAllStringSubmatch(literal, -1), func(m []string) bool { return m[1] != "" })
}
