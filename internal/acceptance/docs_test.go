package acceptance

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var fence = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// TestDocsSayWhatHappens runs the calls of the documents one after the other against the demo server: a block behind a call is
// what it answers, white space aside, and … in it stands for anything. What is quoted of an example stands in it.
func TestDocsSayWhatHappens(t *testing.T) {
	t.Parallel()
	for document, example := range map[string]string{"conflicts.md": "form.mjs", "feed.md": "mirror.mjs"} {
		t.Run(document, func(t *testing.T) {
			t.Parallel()
			s := demo(t, 20)
			text, code := readFile(t, "../../docs/"+document), readFile(t, "../../docs/examples/"+example)
			said, calls := "", 0
			for _, block := range fence.FindAllStringSubmatch(text, -1) {
				switch kind, body := block[1], block[2]; kind {
				case "sh":
					if strings.Contains(body, "curl") {
						said, calls = s.shell(t, body), calls+1
					}
				case "js":
					if !strings.Contains(dense(code), dense(body)) {
						t.Errorf("this does not stand in %s:\n%s", example, body)
					}
				case "json", "text":
					if !answers(body).MatchString(dense(said)) {
						t.Errorf("got\n%s\nnot\n%s", said, body)
					}
				}
			}
			if calls == 0 {
				t.Error("the document has no calls")
			}
		})
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

// shell runs a call of a document against the server.
func (s *process) shell(t *testing.T, script string) string {
	t.Helper()
	out, err := exec.Command("bash", "-e", "-c", strings.ReplaceAll(script, "http://127.0.0.1:8080", s.url)).Output()
	if err != nil {
		t.Errorf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// dense is the text without white space.
func dense(text string) string { return strings.Join(strings.Fields(text), "") }

// answers matches what a block shows.
func answers(block string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(dense(block)), "…", ".*") + "$")
}

// form is the example of a form at work.
type form struct {
	t   *testing.T
	in  io.WriteCloser
	out *bufio.Scanner
}

func (s *process) openForm(t *testing.T, args ...string) *form {
	t.Helper()
	cmd := s.example("form.mjs", args...)
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

// example is an example of the documents, which is to be run.
func (s *process) example(name string, args ...string) *exec.Cmd {
	cmd := exec.Command("node", append([]string{filepath.Join("../../docs/examples", name)}, args...)...)
	cmd.Env = append(os.Environ(), "CONTACTGRAPH_URL="+s.url)
	cmd.Stderr = s.log
	return cmd
}

// says fails the test unless the form's next line is this one.
func (f *form) says(want string) {
	f.t.Helper()
	if f.out.Scan(); f.out.Text() != want {
		f.t.Fatalf("the form says %q, not %q", f.out.Text(), want)
	}
}

func (f *form) answer(text string) { fmt.Fprintln(f.in, text) }

func TestDocsForm(t *testing.T) {
	t.Parallel()
	s := demo(t, 20)
	const update = `mutation($set: ContactPatch!) { updateContact(input: {id: "7", onConflict: OVERWRITE, set: $set}) { errors { code } } }`
	other := func(set variables) { s.query(key("demo-admin"), update, variables{"set": set}) }
	other(variables{"firstName": "Ada", "lastName": "Ek", "email": "ada@example.com"})

	f := s.openForm(t, "7", "lastName=Doe")
	f.says("Ada Ek: Enter saves")
	other(variables{"phone": "123"})
	f.answer("")
	f.says("came in: phone: 123 (demo-admin)")
	f.says("saved: Ada Doe")

	f = s.openForm(t, "7", "lastName=Alm", "firstName=Ida", "email=ida@example.com")
	f.says("Ada Doe: Enter saves")
	other(variables{"lastName": "Berg", "firstName": "Eva", "phone": "124"})
	f.answer("")
	f.says("firstName: before: Ada | theirs: Eva (demo-admin) | yours: Ida: theirs or yours?")
	f.answer("theirs")
	f.says("lastName: before: Doe | theirs: Berg (demo-admin) | yours: Alm: theirs or yours?")
	other(variables{"lastName": "Lind"})
	f.answer("yours")
	f.says("lastName: before: Berg | theirs: Lind (demo-admin) | yours: Alm: theirs or yours?")
	f.answer("yours")
	f.says("came in: phone: 124 (demo-admin)")
	f.says("saved: Eva Alm")

	type saved struct{ FirstName, LastName, Email, Phone string }
	got := into[saved](s, key("demo-agent"), `{ contact(id: "7") { firstName lastName email phone } }`, nil)
	if diff := cmp.Diff(saved{"Eva", "Alm", "ida@example.com", "124"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
