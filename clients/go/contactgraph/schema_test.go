package contactgraph

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func readSchema(t *testing.T) *ast.Schema {
	t.Helper()
	files, err := filepath.Glob("../../../schema/*.graphqls")
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
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// inputs are the handwritten types of inputs, by which genqlient.yaml replaces the generated ones.
var inputs = []any{
	ContactPatch{}, UpdateContactInput{}, SetContactDetailsInput{}, ContactPropertyInput{}, PropertyValueInput{}, LoginInput{},
	ExternalIDInput{}, CreateContactInput{}, DeleteContactInput{}, EraseContactInput{}, UndoChangeInput{}, ContactFilter{}, ContactOrder{},
	CreateContactsInput{}, UpsertContactsInput{}, UpsertContactInput{}, ContactMatch{}, UpdateContactsInput{}, SetContactsDetailsInput{},
	DeleteContactsInput{}, SignInInput{}, SignOutInput{},
}

// TestInputsHaveEveryField compares the inputs with the schema. Each field that is not required can
// be absent, and each field of a patch, where null differs from absent, is an Opt.
func TestInputsHaveEveryField(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	for _, input := range inputs {
		goType := reflect.TypeOf(input)
		definition := schema.Types[goType.Name()]
		if definition == nil {
			t.Errorf("the schema has no %s", goType.Name())
			continue
		}
		var want, got []string
		for _, field := range definition.Fields {
			if goType == reflect.TypeFor[SignInInput]() && field.Name == "cookie" { // for pages
				continue
			}
			tag := field.Name
			if !field.Type.NonNull || field.DefaultValue != nil {
				tag += ",omitzero"
			}
			want = append(want, tag)
		}
		for _, field := range reflect.VisibleFields(goType) {
			tag := field.Tag.Get("json")
			got = append(got, tag)
			isOpt := strings.HasPrefix(field.Type.Name(), "Opt[")
			if goType == reflect.TypeFor[ContactPatch]() && !isOpt && tag != "custom,omitzero" { // its null counts as absent
				t.Errorf("ContactPatch.%s is not an Opt: it cannot be cleared", field.Name)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the fields of %s (-schema +inputs.go)\n%s", goType.Name(), diff)
		}
	}
}

// TestContactsHaveEveryFieldOfAPatch: what can be written can be read.
func TestContactsHaveEveryFieldOfAPatch(t *testing.T) {
	t.Parallel()
	others := map[string]string{"preferredStoreId": "preferredStore", "companyId": "company"}
	unread := []string{"newPassword", "currentPassword", "custom"}
	for _, read := range []reflect.Type{reflect.TypeFor[Contact](), reflect.TypeFor[ContactSnapshot]()} {
		var tags []string
		for _, field := range reflect.VisibleFields(read) {
			tags = append(tags, field.Tag.Get("json"))
		}
		for _, field := range readSchema(t).Types["ContactPatch"].Fields {
			name := field.Name
			if other, ok := others[name]; ok {
				name = other
			}
			if !slices.Contains(unread, name) && !slices.Contains(tags, name) {
				t.Errorf("%s does not have %s: add it to its fragment in operations.graphql", read.Name(), name)
			}
		}
	}
}

// TestEnumsHaveEveryValue compares the handwritten enums with the schema.
func TestEnumsHaveEveryValue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("enums.go")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, match := range regexp.MustCompile(`(?m)^\t\w+ +(\w+) += "(\w+)"$`).FindAllStringSubmatch(string(text), -1) {
		got[match[1]] = append(got[match[1]], match[2])
	}
	want := map[string][]string{}
	for name := range got {
		for _, value := range readSchema(t).Types[name].EnumValues {
			want[name] = append(want[name], value.Name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) != 6 {
		t.Errorf("%d enums (-schema +enums.go)\n%s", len(got), diff)
	}
}
