package graph

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/graph/generated"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// served is the served schema, without what every schema has.
func served(t *testing.T) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "served", Input: SDL()})
	if err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(schema.Types, func(_ string, d *ast.Definition) bool { return d.BuiltIn })
	maps.DeleteFunc(schema.Directives, func(_ string, d *ast.DirectiveDefinition) bool { return d.Position.Src.BuiltIn })
	return schema
}

// The schema's comments are the manual.
func TestEverythingIsDescribed(t *testing.T) {
	t.Parallel()
	schema := served(t)
	for name, def := range schema.Directives {
		described(t, "@"+name, def.Description)
		for _, a := range def.Arguments {
			described(t, "@"+name+"("+a.Name+")", a.Description)
		}
	}
	for name, def := range schema.Types {
		described(t, name, def.Description)
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			described(t, name+"."+f.Name, f.Description)
			for _, a := range f.Arguments {
				described(t, name+"."+f.Name+"("+a.Name+")", a.Description)
			}
		}
		for _, v := range def.EnumValues {
			described(t, name+"."+v.Name, v.Description)
		}
	}
}

func described(t *testing.T, name, description string) {
	t.Helper()
	text := strings.TrimSpace(description)
	if text == "" || !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "…") {
		t.Errorf("%s is described as %q, want a sentence", name, description)
	}
}

// The generated server has the schema that is written in schema/.
func TestGeneratedSchemaIsTheWrittenOne(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../schema/*.graphqls")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var sources []*ast.Source
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &ast.Source{Name: file, Input: string(text)})
	}
	written, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(printed(written), printed(generated.NewExecutableSchema(generated.Config{}).Schema())); diff != "" {
		t.Errorf("run make generate (-written +generated)\n%s", diff)
	}
}

func printed(s *ast.Schema) string {
	var b strings.Builder
	formatter.NewFormatter(&b).FormatSchema(s)
	return b.String()
}
