package graph_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// position is a place for a value in the mutation b of a document: an argument, an input field or
// an element of a list, at any depth.
type position struct {
	name        string
	mutation    string
	typ         *ast.Type
	defaulted   bool
	open, close string // the text of the field b around the value

	// The same with a variable for the whole argument; argument is nil if the position is one.
	argument              *ast.ArgumentDefinition
	openArg, closeArg     string // the text of the field b around the argument
	openValue, closeValue string // the JSON of the argument around the value
}

// sample is a value, as a literal and as JSON.
type sample struct{ literal, json string }

var memberName = regexp.MustCompile(`"(\w+)":`)

// sampleOf returns a value without enum names.
func sampleOf(json string) sample { return sample{memberName.ReplaceAllString(json, "$1:"), json} }

// positions lists the positions of a schema.
type positions struct {
	schema *ast.Schema
	ids    map[string]int // of an object that each mutation can change; others get one that does not exist
	known  map[string]bool
	all    []position
}

func positionsOf(schema *ast.Schema, ids map[string]int) *positions {
	p := &positions{schema: schema, ids: ids, known: map[string]bool{}}
	for _, m := range schema.Mutation.Fields {
		for _, a := range m.Arguments {
			p.argument(m.Name, m, a, "b: ", " { errors { code } }")
		}
		p.below(m.Name, schema.Types[m.Type.Name()], "b: "+p.call(m.Name, m, nil, "")+" {", "}", map[string]bool{})
	}
	for _, d := range []string{"skip", "include"} {
		p.conditions(d)
	}
	return p
}

// conditions adds the positions of a directive.
func (p *positions) conditions(directive string) {
	const mutation = "updateContact"
	b := "b: " + p.call(mutation, p.schema.Mutation.Fields.ForName(mutation), nil, "")
	at := " @" + directive + "(if: "
	for name, around := range map[string][2]string{
		"root field":      {b + at, ") { errors { code } }"},
		"root fragment":   {"..." + at, ") { " + b + " { errors { code } } }"},
		"field":           {b + " { contact { id" + at, ") } }"},
		"__typename":      {b + " { __typename" + at, ") }"},
		"fragment":        {b + " { errors { ... on NotFound" + at, ") { path } } }"},
		"what is skipped": {"... @skip(if: true) { " + b + " { contact { id" + at, ") } } }"},
	} {
		p.add(position{
			name: "@" + directive + " of " + name, mutation: mutation, typ: p.schema.Directives[directive].Arguments[0].Type, open: around[0], close: around[1],
		})
	}
}

func (p *positions) add(at position) { p.all = append(p.all, at) }

// call returns a field with its required arguments, and a value for one of them if it is not nil.
func (p *positions) call(mutation string, f *ast.FieldDefinition, except *ast.ArgumentDefinition, value string) string {
	var args []string
	for _, a := range f.Arguments {
		switch {
		case a == except:
			args = append(args, a.Name+": "+value)
		case a.Type.NonNull && a.DefaultValue == nil:
			args = append(args, a.Name+": "+p.example(mutation, a.Type).literal)
		}
	}
	if args == nil {
		return f.Name
	}
	return f.Name + "(" + strings.Join(args, ", ") + ")"
}

// argument adds the positions in an argument of a field of b.
func (p *positions) argument(mutation string, f *ast.FieldDefinition, a *ast.ArgumentDefinition, before, after string) {
	const hole = "\x00"
	open, end, _ := strings.Cut(p.call(mutation, f, a, hole), hole)
	p.visit(position{
		name: f.Name + "." + a.Name, mutation: mutation, typ: a.Type, defaulted: a.DefaultValue != nil, open: before + open, close: end + after,
		openArg: before + open, closeArg: end + after,
	}, a, nil)
}

// visit adds a position and those in it.
func (p *positions) visit(at position, a *ast.ArgumentDefinition, outer []string) {
	p.add(at)
	at.argument = a
	if at.typ.Elem != nil {
		in := at
		in.name, in.typ, in.defaulted = at.name+"[]", at.typ.Elem, false
		in.open, in.close, in.openValue, in.closeValue = at.open+"[", "]"+at.close, at.openValue+"[", "]"+at.closeValue
		p.visit(in, a, outer)
		return
	}
	def := p.schema.Types[at.typ.NamedType]
	if def.Kind != ast.InputObject || slices.Contains(outer, def.Name) {
		return
	}
	for _, f := range def.Fields {
		others := p.members(at.mutation, def, f)
		in := at
		in.name, in.typ, in.defaulted = at.name+"."+f.Name, f.Type, f.DefaultValue != nil
		in.open, in.close = at.open+"{"+others.literal+f.Name+": ", "}"+at.close
		in.openValue, in.closeValue = at.openValue+"{"+others.json+`"`+f.Name+`":`, "}"+at.closeValue
		p.visit(in, a, append(outer, def.Name))
	}
}

// below adds the arguments of the fields below b, where they are first found.
func (p *positions) below(mutation string, def *ast.Definition, before, after string, outer map[string]bool) {
	if outer[def.Name] {
		return
	}
	outer[def.Name] = true
	for _, f := range def.Fields {
		for _, a := range f.Arguments {
			if name := def.Name + "." + f.Name + "." + a.Name; !p.known[name] {
				p.known[name] = true
				p.argument(mutation, f, a, before, " { __typename } "+after)
			}
		}
		if typ := p.schema.Types[f.Type.Name()]; typ.Kind == ast.Object {
			p.below(mutation, typ, before+p.call(mutation, f, nil, "")+" {", "}"+after, outer)
		}
	}
}

// example returns a value of a type that the mutation accepts, as far as the schema shows.
func (p *positions) example(mutation string, typ *ast.Type) sample {
	if typ.Elem != nil {
		element := p.example(mutation, typ.Elem)
		return sample{"[" + element.literal + "]", "[" + element.json + "]"}
	}
	def := p.schema.Types[typ.NamedType]
	switch def.Kind {
	case ast.InputObject:
		members := p.members(mutation, def, nil)
		return sample{"{" + members.literal + "}", "{" + strings.TrimSuffix(members.json, ",") + "}"}
	case ast.Enum:
		name := def.EnumValues[len(def.EnumValues)-1].Name
		return sample{name, `"` + name + `"`}
	}
	id, ok := p.ids[mutation]
	if !ok {
		id = 999_999
	}
	return sampleOf(map[string]string{
		"Int": "1", "Boolean": "false", "String": `"example"`, "ID": fmt.Sprint(id), "Version": `"AAAAAAAAAAE="`, "Time": `"2026-05-01T12:00:00Z"`,
	}[typ.NamedType])
}

// members returns the required fields of an input object, except one, each with a comma. Writes of
// contacts overwrite.
func (p *positions) members(mutation string, def *ast.Definition, except *ast.FieldDefinition) (s sample) {
	for _, f := range def.Fields {
		if f != except && (f.Type.NonNull && f.DefaultValue == nil || f.Name == "onConflict") {
			value := p.example(mutation, f.Type)
			s.literal += f.Name + ": " + value.literal + ", "
			s.json += `"` + f.Name + `":` + value.json + ","
		}
	}
	return s
}

// values are what is sent at each position, as JSON.
var values = []string{
	`null`, `true`, `0`, `7`, `-1`, `3000000000`, `99999999999999999999`, `10.0`, `1e2`, `1e999`, `""`, `"x"`, `"7"`,
	`"\ud83d"`, `"x\udc00"`, `"\ud83d\ude00"`, `"a\u0000b"`, `"!"`, `[]`, `[null]`, `[[]]`, `[7, null]`, `{}`, `{"x":null}`, `{"__typename":"X"}`,
	`"2026-01-01T00:00:00+24:00"`, `"` + strings.Repeat("x", 5000) + `"`, `"` + strings.Repeat(`\u0301`, 300) + `"`,
}

// valuesAt returns what is sent at a position: first a valid value, then others.
func (p *positions) valuesAt(at position) []sample {
	all := []sample{p.example(at.mutation, at.typ)}
	for _, json := range values {
		all = append(all, sampleOf(json))
	}
	element := p.example(at.mutation, &ast.Type{NamedType: at.typ.Name()})
	list := func(e sample, n int) sample {
		return sample{"[" + strings.Repeat(e.literal+",", n) + e.literal + "]", "[" + strings.Repeat(e.json+",", n) + e.json + "]"}
	}
	if at.typ.Elem != nil {
		all = append(all, element, list(element, 1), list(element, 100), list(element, 1000))
	}
	if p.schema.Types[at.typ.Name()].Kind == ast.Enum {
		all = append(all, sample{strings.ToLower(element.literal), strings.ToLower(element.json)}, sample{element.json, element.json}, sample{"NONSUCH", `"NONSUCH"`})
	}
	return all
}
