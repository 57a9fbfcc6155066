package docs

import (
	"bufio"
	"fmt"
	"io"
	"testing"

	"contactgraph/internal/acceptance/harness"

	"github.com/google/go-cmp/cmp"
)

// form is a running form.mjs, the example of a form in docs/conflicts.md.
type form struct {
	t   *testing.T
	in  io.WriteCloser
	out *bufio.Scanner
}

func openForm(t *testing.T, s *harness.Server, args ...string) *form {
	t.Helper()
	cmd := example(s, "form.mjs", args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return &form{t, in, bufio.NewScanner(out)}
}

// expect fails the test unless this is the form's next line.
func (f *form) expect(want string) {
	f.t.Helper()
	if f.out.Scan(); f.out.Text() != want {
		f.t.Fatalf("the form printed %q, want %q", f.out.Text(), want)
	}
}

func (f *form) enter(text string) { fmt.Fprintln(f.in, text) }

// TestFormMergesConcurrentEdits edits a contact with the example form while another caller edits
// it, too: changes of other fields are merged, and for changes of the same field the form asks
// which one to keep.
func TestFormMergesConcurrentEdits(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 20)
	const update = `mutation($set: ContactPatch!) { updateContact(input: {id: "7", onConflict: OVERWRITE, set: $set}) { errors { code } } }`
	other := func(set harness.Variables) {
		s.Execute(harness.APIKey("demo-admin"), update, harness.Variables{"set": set})
	}
	other(harness.Variables{"firstName": "Ada", "lastName": "Ek", "email": "ada@example.com"})

	f := openForm(t, s, "7", "lastName=Doe")
	f.expect("Ada Ek: press Enter to save")
	other(harness.Variables{"phone": "123"})
	f.enter("")
	f.expect("merged: phone: 123 (demo-admin)")
	f.expect("saved: Ada Doe")

	f = openForm(t, s, "7", "lastName=Alm", "firstName=Ida", "email=ida@example.com")
	f.expect("Ada Doe: press Enter to save")
	other(harness.Variables{"lastName": "Berg", "firstName": "Eva", "phone": "124"})
	f.enter("")
	f.expect("firstName: before: Ada | theirs: Eva (demo-admin) | yours: Ida: theirs or yours?")
	f.enter("theirs")
	f.expect("lastName: before: Doe | theirs: Berg (demo-admin) | yours: Alm: theirs or yours?")
	other(harness.Variables{"lastName": "Lind"})
	f.enter("yours")
	f.expect("lastName: before: Berg | theirs: Lind (demo-admin) | yours: Alm: theirs or yours?")
	f.enter("yours")
	f.expect("merged: phone: 124 (demo-admin)")
	f.expect("saved: Eva Alm")

	type saved struct{ FirstName, LastName, Email, Phone string }
	got := harness.Query[saved](s, harness.APIKey("demo-agent"), `{ contact(id: "7") { firstName lastName email phone } }`, nil)
	if diff := cmp.Diff(saved{"Eva", "Alm", "ida@example.com", "124"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
