package password_test

import (
	"strings"
	"testing"

	"contactgraph/internal/password"
	"contactgraph/internal/settings"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	const short, own, simple, common = "at least 12", "login", "four different", "common"
	staff := password.Staff(settings.Account{}, "Ann.Example@example.com")
	for _, tt := range []struct{ password, want string }{
		{"", short},
		{"a", short},
		{"eleven char", short},
		{"twelve chars", ""},
		{"zwölf Zeichen", ""},
		{"äöüäöüäöüäö", short},                         // 11 characters, 22 bytes
		{"e\u0301e\u0301e\u0301e\u0301abcdefg", short}, // 11 characters in NFC
		{"ann.example@example.com", own},
		{" ANN.EXAMPLE@example.com ", own},
		{"aaaaaaaaaaaa", simple},
		{"abcabcabcabcABC", simple},
		{"123456789123", common},
		{"1qaz2wsx3edc", common},
		{"1QAZ2wsx3edc", common},
		{"Password1234", common},
		{"!!!Dragon2026!", common},
		{"football 2026", common},
		{"1q2w3e4r5t!!", common},
		{"correct horse battery", ""},
		{"\U0001f600\U0001f601\U0001f602\U0001f603abcdefgh", ""},
		{strings.Repeat("abcd", 250), ""},
	} {
		if got := staff.Check(tt.password); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%q: got %q, want %q", tt.password, got, tt.want)
		}
	}
}

func TestSettingsChangeTheRules(t *testing.T) {
	t.Parallel()
	s := settings.Account{StaffPassword: 20, CustomerPassword: 4, CommonPasswords: true}
	if got := password.Staff(s, "x").Check("nineteen characters"); !strings.Contains(got, "20") {
		t.Errorf("got %q", got)
	}
	if got := password.Customer(s).Check("1234"); got != "" {
		t.Errorf("got %q", got)
	}
	customer := password.Customer(settings.Account{}, "a@example.com", "login of the shop")
	for text, allowed := range map[string]bool{"7 chars": false, "8 chars!": true, "login of the shop": false, "12345678": false} {
		if got := customer.Check(text); (got == "") != allowed {
			t.Errorf("%q: got %q", text, got)
		}
	}
}
