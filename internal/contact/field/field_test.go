package field_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"testing"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/schema"
	"contactgraph/internal/contact/field"

	"github.com/google/go-cmp/cmp"
)

// TestColumnsAreThoseOfTheSchema checks that Columns has every column of ent's schema that a write
// may change and no other, and that the value of Get has its type and comes from it.
func TestColumnsAreThoseOfTheSchema(t *testing.T) {
	t.Parallel()
	c := filledContact(t)
	listed := map[string]bool{entcontact.FieldID: true, entcontact.FieldVersion: true}
	for _, f := range field.Columns {
		listed[f.Column] = true
	}
	for _, f := range (schema.Contact{}).Fields() {
		if d := f.Descriptor(); !d.Immutable && !listed[d.Name] {
			t.Errorf("no field has the column %q", d.Name)
		}
	}
	for _, f := range field.Columns {
		if !slices.Contains(entcontact.Columns, f.Column) {
			t.Errorf("the table contacts has no column %q", f.Column)
			continue
		}
		m := ent.NewClient().Contact.Create().Mutation()
		if err := m.SetField(f.Column, f.Get(c)); err != nil {
			t.Errorf("%s: %v", f.Column, err)
		}
		if want := columnValue(t, c, f.Column); !field.Same(f.Get(c), want) {
			t.Errorf("%s: Get returns %v, want %v", f.Column, f.Get(c), want)
		}
	}
	for _, f := range field.Fields {
		copied := &ent.Contact{}
		f.Set(copied, f.Get(c))
		if want := f.Get(c); !field.Same(f.Get(copied), want) {
			t.Errorf("%s: Set stores %v, want %v", f.Path, f.Get(copied), want)
		}
	}
}

// TestFieldsHasEveryField compares the list Fields with the variables in the source.
func TestFieldsHasEveryField(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "field.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared, listed []string
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			v := spec.(*ast.ValueSpec)
			switch name := v.Names[0]; {
			case name.Name == "Fields":
				for _, element := range v.Values[0].(*ast.CompositeLit).Elts {
					listed = append(listed, element.(*ast.Ident).Name)
				}
			case name.IsExported() && name.Name != "Columns":
				declared = append(declared, name.Name)
			}
		}
	}
	if diff := cmp.Diff(declared, listed); diff != "" || len(field.Fields) != len(declared) {
		t.Errorf("the fields (-declared +listed)\n%s", diff)
	}
}

// filledContact returns a contact whose columns have different values that are not zero.
func filledContact(t *testing.T) *ent.Contact {
	t.Helper()
	c := &ent.Contact{}
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if !v.Type().Field(i).IsExported() {
			continue
		}
		if f.Kind() == reflect.Pointer {
			f.Set(reflect.New(f.Type().Elem()))
			f = f.Elem()
		}
		switch p := f.Addr().Interface().(type) {
		case *string:
			*p = fmt.Sprint("text ", i)
		case *int:
			*p = i + 1
		case *bool:
			*p = true
		case *time.Time:
			*p = time.Unix(int64(i), 0)
		}
	}
	return c
}

// columnValue returns the contact's value of a column, through ent's name for it.
func columnValue(t *testing.T, c *ent.Contact, column string) any {
	t.Helper()
	names := map[string]string{}
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		names[snakeCase(v.Type().Field(i).Name)] = v.Type().Field(i).Name
	}
	value := v.FieldByName(names[column])
	if !value.IsValid() {
		t.Fatalf("ent.Contact has no field for the column %q", column)
	}
	if value.Kind() == reflect.Pointer {
		value = value.Elem()
	}
	return value.Interface()
}

// snakeCase converts the name of a Go field to that of a column: PreferredStoreID to
// preferred_store_id.
func snakeCase(name string) string {
	var text []byte
	for i := range len(name) {
		upper := name[i] >= 'A' && name[i] <= 'Z'
		afterLower := i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z'
		if upper && afterLower {
			text = append(text, '_')
		}
		if upper {
			text = append(text, name[i]+'a'-'A')
		} else {
			text = append(text, name[i])
		}
	}
	return string(text)
}
