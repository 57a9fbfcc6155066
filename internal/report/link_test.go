package report_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/report"
	"contactgraph/internal/viewer"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	issued := time.Date(2026, 3, 1, 12, 0, 0, 500, time.UTC)
	owner := viewer.Viewer{Account: 1, Credential: sha256.Sum256([]byte("a key"))}
	l := report.NewLink(7, issued)
	token := l.Token(owner)
	other, foreign := owner, owner
	other.Credential = sha256.Sum256([]byte("another key"))
	foreign.Account = 2
	for _, tt := range []struct {
		name  string
		token string
		v     viewer.Viewer
		after time.Duration
		valid bool
	}{
		{"at once", token, owner, 0, true},
		{"just before it expires", token, owner, report.LinkTTL - time.Second, true},
		{"when it expires", token, owner, report.LinkTTL, false},
		{"another credential", token, other, 0, false},
		{"no credential", report.NewLink(7, issued).Token(viewer.Viewer{Account: 1}), viewer.Viewer{Account: 1}, 0, false},
		{"another account", token, foreign, 0, false},
		{"another contact", strings.Replace(token, "7-", "8-", 1), owner, 0, false},
		{"a leading zero", "0" + token, owner, 0, false},
		{"a sign", "+" + token, owner, 0, false},
		{"more time", report.NewLink(7, issued.Add(time.Hour)).Token(other), owner, 0, false},
		{"cut", token[:len(token)-1], owner, 0, false},
		{"empty", "", owner, 0, false},
		{"no number", "a-b-c", owner, 0, false},
	} {
		got, err := report.ParseLink(tt.token, tt.v, issued.Add(tt.after))
		if (err == nil) != tt.valid || err != nil && !errors.Is(err, report.ErrLink) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.valid && got != l {
			t.Errorf("%s: got %v, want %v", tt.name, got, l)
		}
	}
}
