package docs

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestReadmeCallsWork runs the curl calls of the README, changing only the address of the server.
func TestReadmeCallsWork(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 20)
	readme := harness.ReadFile(t, "README.md")
	var got strings.Builder
	for _, block := range shellBlock.FindAllStringSubmatch(readme, -1) {
		if !strings.HasPrefix(block[1], "curl") {
			continue
		}
		script := strings.ReplaceAll(block[1], "http://127.0.0.1:8080", s.URL)
		out, err := exec.Command("bash", "-e", "-c", script).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", block[1], err, out)
		}
		got.Write(out)
	}
	for _, want := range []string{
		`{"errors":[],"errorDetails":[]}`,
		`{"data":{"contact":{"firstName":"John","version":"AAAAAAAAAAI=","logins":[{"name":"customer11@1to1service.com","type":"EMAIL"}]`,
		`{"data":{"updateContact":{"contact":null,"errors":[{"code":"VERSION_CONFLICT"`, `"latest":{"version":"AAAAAAAAAAE="`,
	} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("the calls did not print %s but\n%s", want, got.String())
		}
	}
}
