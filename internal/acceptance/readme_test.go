package acceptance

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// The calls of the README run as they stand, but for the port.
func TestReadmeCalls(t *testing.T) {
	t.Parallel()
	s := demo(t, 20)
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, block := range shellBlock.FindAllStringSubmatch(string(readme), -1) {
		if !strings.HasPrefix(block[1], "curl") {
			continue
		}
		script := strings.ReplaceAll(block[1], "http://127.0.0.1:8080", s.url)
		out, err := exec.Command("bash", "-e", "-c", script).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", block[1], err, out)
		}
		got.Write(out)
	}
	for _, want := range []string{
		noErrors,
		`{"data":{"contact":{"firstName":"John","version":"AAAAAAAAAAI=","logins":[{"name":"customer11@1to1service.com","type":"EMAIL"}]`,
		`{"data":{"updateContact":{"contact":null,"errors":[{"code":"VERSION_CONFLICT"`, `"latest":{"version":"AAAAAAAAAAE="`,
	} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("the calls did not answer %s but\n%s", want, got.String())
		}
	}
}
