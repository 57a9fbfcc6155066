package sso

import (
	"regexp"
	"strings"

	"contactgraph/internal/auth"
	"contactgraph/internal/storable"

	"github.com/coreos/go-oidc/v3/oidc"
)

// claims are what the provider reports about a person.
type claims map[string]any

// find returns a claim. The name is that of the claim or, if there is none with this name, a path
// through objects, such as realm_access.roles.
func (c claims) find(name string) any {
	if value, ok := c[name]; ok {
		return value
	}
	head, rest, nested := strings.Cut(name, ".")
	if object, ok := c[head].(map[string]any); ok && nested {
		return claims(object).find(rest)
	}
	return nil
}

// text returns a claim that is a text, "" for any other one.
func (c claims) text(name string) string {
	text, _ := c.find(name).(string)
	return strings.TrimSpace(text)
}

// texts returns a claim that is a list of texts, or a single one.
func (c claims) texts(name string) []string {
	switch value := c.find(name).(type) {
	case string:
		return []string{value}
	case []any:
		var all []string
		for _, v := range value {
			if text, ok := v.(string); ok {
				all = append(all, text)
			}
		}
		return all
	}
	return nil
}

// complete reports whether the claims are there that a sign-in reads.
func (c claims) complete(of Config) bool {
	for _, name := range []string{of.GroupsClaim, of.AccountClaim, "email"} {
		if name != "" && c.find(name) == nil {
			return false
		}
	}
	return true
}

// maxText is how many UTF-16 units a login and a name can have.
const maxText = 250

// email returns the email address if it is verified; some providers report that as a text. An
// address is compared with logins, so it counts only if it can be one.
func (c claims) email(trusted bool) string {
	verified, reported := c["email_verified"]
	if verified != true && verified != "true" && (reported || !trusted) {
		return ""
	}
	address := c.text("email")
	if !strings.Contains(address, "@") || !storable.Text(address) || storable.Length(address) > maxText {
		return ""
	}
	return address
}

// name returns the name of the person, or "".
func (c claims) name() string {
	for _, claim := range []string{"name", "preferred_username"} {
		if name := c.text(claim); name != "" && storable.Text(name) && storable.Length(name) <= maxText {
			return name
		}
	}
	return ""
}

// assertion returns what the claims mean here.
func (s *Service) assertion(id *oidc.IDToken, c claims, f flow) auth.Assertion {
	a := auth.Assertion{
		Issuer: s.config.Issuer, Subject: id.Subject, Email: c.email(s.config.TrustEmails), Name: c.name(),
		State: f.State, StateExpires: f.Expires,
	}
	for _, group := range c.texts(s.config.GroupsClaim) {
		if role, ok := s.config.Roles[group]; ok {
			a.Roles = append(a.Roles, role)
		}
	}
	return a
}

var wordPattern = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,50}$`)

// word returns a text of a request or of the provider for the log, if it is a word.
func word(text string) string {
	if wordPattern.MatchString(text) {
		return text
	}
	return "?"
}
