package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/internal/sso"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

const testSecret = "the secret of the client"

// parseOIDC parses flags of the provider.
func parseOIDC(t *testing.T, secret string, https bool, args ...string) (*sso.Config, error) {
	t.Helper()
	var flags struct {
		OIDC oidcSettings `embed:"" prefix:"oidc-"`
	}
	parser, err := kong.New(&flags)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return flags.OIDC.config(context.Background(), func(name string) string { return map[string]string{secretVariable: secret}[name] }, https, slog.New(slog.DiscardHandler))
}

// complete are flags that suffice, for a browser with HTTPS.
var complete = []string{
	"--oidc-issuer=https://sso.example.com/realms/acme", "--oidc-client-id=contactgraph", "--oidc-base-url=https://contacts.example.com/",
	"--oidc-account=Acme", "--oidc-role=sales=AGENT", "--oidc-role=cn=it,dc=acme=ADMIN",
}

func TestProviderSettings(t *testing.T) {
	t.Parallel()
	got, err := parseOIDC(t, testSecret, true, append(complete, "--oidc-scope=groups", "--oidc-role=a=AGENT;b=ADMIN")...)
	want := &sso.Config{
		Name: "single sign-on", Issuer: "https://sso.example.com/realms/acme", ClientID: "contactgraph", ClientSecret: testSecret,
		BaseURL: "https://contacts.example.com", Scopes: []string{"groups"}, GroupsClaim: "groups", Account: "Acme",
		Roles: map[string]string{"sales": "AGENT", "cn=it,dc=acme": "ADMIN", "a": "AGENT", "b": "ADMIN"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if text := fmt.Sprintf("%v %+v %#v %s", got, *got, *got, got.ClientSecret); strings.Contains(text, testSecret) {
		t.Errorf("the settings print the secret: %s", text)
	}
	if got, err := parseOIDC(t, "", true); got != nil || err != nil {
		t.Errorf("without a provider: %v, %v", got, err)
	}
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(testSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := parseOIDC(t, "", true, append(complete, "--oidc-client-secret-file="+file)...); err != nil || got.ClientSecret != testSecret {
		t.Errorf("with a file: %v", err)
	}
}

// TestProviderSettingsAreChecked: each case replaces one of the flags that suffice, or adds one.
func TestProviderSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ flag, want string }{
		{"--oidc-issuer=", "--oidc-issuer is missing"},
		{"--oidc-issuer=http://sso.example.com", "must begin with https://"},
		{"--oidc-issuer=sso.example.com", "must be a URL"},
		{"--oidc-issuer=https://user@sso.example.com", "must be a URL"},
		{"--oidc-client-id=", "--oidc-client-id is missing"},
		{"--oidc-base-url=", "--oidc-base-url is"},
		{"--oidc-base-url=http://contacts.example.com", "must begin with https://"},
		{"--oidc-base-url=http://127.0.0.1:8080", "--secure-cookies"},
		{"--oidc-base-url=https://contacts.example.com/console", "must not have a path"},
		{"--oidc-account=", "set either"},
		{"--oidc-account-claim=tenant", "set either"},
		{"--oidc-role=ops= ", "the role must be ADMIN, AGENT, or the name of a role of the account"},
		{"--oidc-role=ops", "GROUP=ROLE"},
		{"--oidc-role==ADMIN", "GROUP=ROLE"},
		{"--oidc-role=sales=ADMIN", "has two roles"},
		{"--oidc-groups-claim=", "must not be empty"},
		{"--oidc-client-secret-file=/does/not/exist", "set either"},
	} {
		args := append(append([]string{}, complete...), tt.flag)
		if _, err := parseOIDC(t, testSecret, true, args...); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), testSecret) {
			t.Errorf("%s: got %v, want %s", tt.flag, err, tt.want)
		}
	}
	for secret, want := range map[string]string{"": "has 0 characters", "short": "has 5 characters"} {
		if _, err := parseOIDC(t, secret, true, complete...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the secret %q: %v", secret, err)
		}
	}
	if _, err := parseOIDC(t, testSecret, true, complete[:4]...); err == nil || !strings.Contains(err.Error(), "--oidc-role is missing") {
		t.Errorf("without roles: %v", err)
	}
}

// TestBinaryHasNoTestProvider: the provider of the tests is not a part of the server.
func TestBinaryHasNoTestProvider(t *testing.T) {
	t.Parallel()
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(list)) {
		if strings.Contains(name, "zitadel") || strings.HasSuffix(name, "/ssotest") {
			t.Errorf("the server imports %s", name)
		}
	}
}
