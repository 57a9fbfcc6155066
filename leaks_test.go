package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// secretPatterns match what looks like a secret. The group is the secret, if it is only a part.
var secretPatterns = []*regexp.Regexp{
	regexp.MustCompile(`ctk_[\w-]{20,}`),                                            // an API key of this server
	regexp.MustCompile(`cgs_\d+_[\w-]{20,}`),                                        // a session token of this server
	regexp.MustCompile(`\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[\w+/]+\$[\w+/]{22,}`), // the hash of a password
	regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----\n[\w+/=\n]{40,}`),
	regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`),
	regexp.MustCompile(`\bgh[pousr]_\w{30,}`),
	regexp.MustCompile(`\bxox[abprs]-[\w-]{10,}`),
	regexp.MustCompile(`\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+`), // a JSON Web Token
	regexp.MustCompile(`\w+://[^:@/\s"'` + "`" + `]+:([^@/\s"'` + "`" + `]{3,})@`),
	regexp.MustCompile(`(?i)\b(?:password|passwd|api_?key|secret|token)["']?\s*[:=]\s*["'` + "`" + `]([^"'` + "`" + `\s{}<>$%]{6,})["'` + "`" + `]`),
	regexp.MustCompile(`(?i)X-ApiKey: ([\w-]{6,})`),
}

// knownSecrets are the credentials of the demo data, which are public, the placeholders of
// documents and tests, the secret of a contact in the vendor's own examples, and the test vectors
// of argon2.
var knownSecrets = regexp.MustCompile(`^(?i:demo-(?:admin|agent|other|password))$|^MDQCOPIJHVFKRRRGVODERYE4SY$|^\$argon2id\$.*\$(?:c29tZXNhbHQ|AAECAwQFBgcICQoLDA0ODw)\$|` +
	`(?i:secret|sécret|password|canary|wrong|token|your-key|hunter2|forged|no-such-key|xxxxx|other-agent|other-admin)`)

// TestRepositoryHasNoSecrets looks for secrets in all files of the repository. Only those of the
// demo data are allowed.
func TestRepositoryHasNoSecrets(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "git", "ls-files", "-z").Output()
	if err != nil {
		t.Skipf("not a clone of the repository: %v", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		if slices.Contains([]string{".gz", ".br", ".png", ".woff2", ".ttf", ".sum"}, filepath.Ext(name)) || slices.Contains([]string{"package-lock.json", "leaks_test.go"}, path.Base(name)) {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			continue // deleted, and not committed yet
		}
		for _, found := range secretsIn(string(text)) {
			t.Errorf("%s: %s: remove it; if it is public, name it in knownSecrets", name, found)
		}
	}
}

// secretsIn returns what looks like a secret in a text, with its line.
func secretsIn(text string) (found []string) {
	for _, pattern := range secretPatterns {
		for _, m := range pattern.FindAllStringSubmatchIndex(text, -1) {
			whole := text[m[0]:m[1]]
			secret := whole
			if len(m) > 2 {
				secret = text[m[2]:m[3]]
			}
			if !knownSecrets.MatchString(secret) {
				found = append(found, fmt.Sprintf("line %d: %.60q looks like a secret", 1+strings.Count(text[:m[0]], "\n"), whole))
			}
		}
	}
	return found
}

func TestSecretsAreFound(t *testing.T) {
	t.Parallel()
	random := strings.Repeat("aB3x", 12)
	for text, want := range map[string]bool{
		"key := `ctk_" + random + "`":                             true,
		"cgs_12_" + random:                                        true,
		"$argon2id$v=19$m=12288,t=3,p=1$" + random + "$" + random: true,
		"-----BEGIN EC " + "PRIVATE KEY-----\n" + random + "\n":   true,
		"AKIA" + "ABCDEFGHIJKLMNOP":                               true,
		"ghp_" + random:                                           true,
		"postgres://admin:correcthorse@db/x":                      true,
		`password = "correcthorse"`:                               true,
		`"apiKey": "9f8e7d6c5b4a"`:                                true,
		"curl -H 'X-ApiKey: 9f8e7d6c5b4a'":                        true,
		`password: "demo-password"`:                               false,
		"X-ApiKey: demo-agent":                                    false,
		"postgres://postgres@localhost/x":                         false,
		`password: ""`:                                            false,
	} {
		if got := len(secretsIn(text)) > 0; got != want {
			t.Errorf("%q: found %t, want %t", text, got, want)
		}
	}
}
