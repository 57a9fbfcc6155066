package people_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/audit"
	"contactgraph/internal/database"
	"contactgraph/internal/people"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// record stores an entry of an actor, without one if it is zero.
func (f *fixture) record(at time.Time, actor viewer.Actor, action audit.Action, name string) {
	f.t.Helper()
	f.write(func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx.Ent, viewer.Viewer{Account: f.account, Actor: actor}, at, audit.Entry{Action: action, Name: name})
	})
}

func TestAuditLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	uma, till := viewer.Actor{Kind: viewer.ActorUser, ID: 7, Name: "uma"}, viewer.Actor{Kind: viewer.ActorKey, ID: 7, Name: "till"}
	f.record(start, uma, audit.SignedIn, "1")
	f.record(start, till, audit.UserCreated, "2") // at the same time
	f.record(start, viewer.Actor{}, audit.SignInFailed, "3")
	f.record(start.Add(2*time.Minute), uma, audit.SignedOut, "5")
	f.record(start.Add(time.Minute), viewer.Actor{Kind: viewer.ActorUser, ID: 8}, audit.SignedIn, "4") // stored later

	tests := []struct {
		name   string
		filter people.AuditFilter
		want   string
	}{
		{"all", people.AuditFilter{}, "5 4 3 2 1"},
		{"an action", people.AuditFilter{Action: new(audit.SignedIn)}, "4 1"},
		{"a kind of actor", people.AuditFilter{ActorKind: new(viewer.ActorUser)}, "5 4 1"},
		{"an actor", people.AuditFilter{ActorKind: new(viewer.ActorUser), ActorID: new(7)}, "5 1"},
		{"from", people.AuditFilter{From: new(start.Add(time.Minute))}, "5 4"},
		{"to", people.AuditFilter{To: new(start.Add(time.Minute))}, "3 2 1"},
		{"from and to, of an actor", people.AuditFilter{From: &start, To: new(start.Add(time.Hour)), ActorKind: new(viewer.ActorKey)}, "2"},
		{"nothing", people.AuditFilter{To: &start}, ""},
	}
	for _, tt := range tests {
		for _, first := range []int{1, 2, 100} {
			var names []string
			for before := (*string)(nil); ; {
				page := must(f.AuditLog(f.admin, tt.filter, first, before))
				for _, e := range page.Entries {
					names = append(names, *e.SubjectName)
				}
				if before = page.EndCursor; !page.HasMore {
					break
				}
			}
			if got := strings.Join(names, " "); got != tt.want {
				t.Errorf("%s, in pages of %d: got %s, want %s", tt.name, first, got, tt.want)
			}
		}
	}
	if page := must(f.AuditLog(f.foreign, people.AuditFilter{}, 100, nil)); len(page.Entries) != 0 || page.EndCursor != nil || page.HasMore {
		t.Errorf("another account: %v", page)
	}
}

func TestAuditLogEntries(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u := f.user("uma", viewer.Agent)
	f.record(start.Add(-time.Minute), viewer.Actor{}, audit.SignInFailed, "")
	entries := must(f.AuditLog(f.admin, people.AuditFilter{}, 100, nil)).Entries
	want := []*people.AuditEntry{
		{
			ID: 1, Action: audit.UserCreated, At: start, Actor: &viewer.Actor{Kind: viewer.ActorKey, ID: 1, Name: "admin key"},
			Address: new("192.0.2.1"), SubjectID: &u.ID, SubjectName: new("uma"), Details: map[string]any{"role": "AGENT"},
		},
		{ID: 2, Action: audit.SignInFailed, At: start.Add(-time.Minute)},
	}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Errorf("the entries (-want +got)\n%s", diff)
	}
}

func TestAuditLogRejectsArguments(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	never := time.Time{}.AddDate(-1, 0, 0)
	for name, do := range map[string]func() error{
		"no entries":   func() error { return errOf(f.AuditLog(f.admin, people.AuditFilter{}, 0, nil)) },
		"many entries": func() error { return errOf(f.AuditLog(f.admin, people.AuditFilter{}, 101, nil)) },
		"from never":   func() error { return errOf(f.AuditLog(f.admin, people.AuditFilter{From: &never}, 1, nil)) },
		"to never":     func() error { return errOf(f.AuditLog(f.admin, people.AuditFilter{To: &never}, 1, nil)) },
		"a bad cursor": func() error { return errOf(f.AuditLog(f.admin, people.AuditFilter{}, 1, new("!"))) },
		"another one":  func() error { return errOf(f.AuditLog(f.admin, people.AuditFilter{}, 1, new("eA"))) },
		"an empty one": func() error { return errOf(f.AuditLog(f.admin, people.AuditFilter{}, 1, new(""))) },
		"a distant one": func() error {
			return errOf(f.AuditLog(f.admin, people.AuditFilter{}, 1, new("OTIyMzM3MjAzNjg1NDc3NTgwNyAx")))
		},
	} {
		if err := do(); !errors.Is(err, usererror.ErrArguments) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
