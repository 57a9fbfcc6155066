package costtest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"
)

// maxTokens is about how many tokens a generated document has at most, so that it is not rejected
// for their number.
const maxTokens = 900

// Query returns a random query that is valid in the schema: with nested fields, aliases, fragments,
// and sizes of lists up to those that a client may ask for. It walks the schema, so it reaches
// every field that is added later.
func Query(t *rapid.T, schema *ast.Schema) string {
	g := &generator{T: t, schema: schema, tokens: maxTokens}
	depth := rapid.IntRange(1, 12).Draw(t, "depth")
	body := g.set(schema.Query, depth)
	return "query" + body + strings.Join(g.fragments, "")
}

type generator struct {
	*rapid.T

	schema    *ast.Schema
	tokens    int // that are left
	fragments []string
	aliases   int
}

func (g *generator) number(label string, low, high int) int {
	return rapid.IntRange(low, high).Draw(g.T, label)
}

// set returns a selection set on a type.
func (g *generator) set(def *ast.Definition, depth int) string {
	var b strings.Builder
	b.WriteString("{__typename")
	g.tokens -= 3
	if fields := g.fields(def, depth); len(fields) > 0 {
		for range g.number("width", 1, 8) {
			if g.tokens < 0 {
				break
			}
			b.WriteByte(' ')
			b.WriteString(g.field(fields[g.number("field", 0, len(fields)-1)], depth))
		}
	}
	b.WriteByte('}')
	if g.number("fragment", 0, 3) > 0 || g.tokens < 0 {
		return b.String()
	}
	g.tokens -= 12
	name := fmt.Sprintf("F%d", len(g.fragments))
	g.fragments = append(g.fragments, fmt.Sprintf(" fragment %s on %s%s", name, def.Name, b.String()))
	return "{..." + name + " ..." + name + "}"
}

// fields returns the fields of a type that can be selected: without subfields if no depth is left.
func (g *generator) fields(def *ast.Definition, depth int) []*ast.FieldDefinition {
	var all []*ast.FieldDefinition
	for _, f := range def.Fields {
		if leaf := g.isLeaf(f); leaf || depth > 0 {
			all = append(all, f)
		}
	}
	return all
}

func (g *generator) isLeaf(f *ast.FieldDefinition) bool {
	return g.schema.Types[f.Type.Name()].IsLeafType()
}

// field returns a field with an alias of its own, so that it does not merge with another one.
func (g *generator) field(f *ast.FieldDefinition, depth int) string {
	g.aliases++
	g.tokens -= 3
	text := fmt.Sprintf("a%d:%s%s", g.aliases, f.Name, g.arguments(f.Arguments))
	if !g.isLeaf(f) {
		text += g.set(g.schema.Types[f.Type.Name()], depth-1)
	}
	return text
}

func (g *generator) arguments(definitions ast.ArgumentDefinitionList) string {
	var sent []string
	for _, a := range definitions {
		if a.Type.NonNull && a.DefaultValue == nil || a.Name == "first" {
			g.tokens -= 3
			sent = append(sent, a.Name+":"+g.value(a))
		}
	}
	if len(sent) == 0 {
		return ""
	}
	return "(" + strings.Join(sent, " ") + ")"
}

// value returns a value for an argument of a query.
func (g *generator) value(a *ast.ArgumentDefinition) string {
	switch {
	case a.Name == "id":
		return `"466"`
	case a.Name == "first":
		return strconv.Itoa(g.number("first", 0, 100))
	case a.Name == "name" && g.number("type", 0, 1) == 0:
		return `"Contact"`
	default:
		return `"x"`
	}
}
