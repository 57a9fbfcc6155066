package people_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
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

// export returns the whole export as a text.
func (f *fixture) export(ctx context.Context, filter people.AuditFilter, format people.AuditFormat) (string, error) {
	f.t.Helper()
	e, err := f.ExportAuditLog(ctx, filter, format)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	w := people.NewAuditWriter(&b, format)
	if err := w.WriteHeader(); err != nil {
		return "", err
	}
	for {
		entries, err := e.Next(ctx)
		if err != nil || len(entries) == 0 {
			return b.String(), err
		}
		if err := w.Write(entries); err != nil {
			return "", err
		}
	}
}

func TestExportAuditLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	uma := viewer.Actor{Kind: viewer.ActorUser, ID: 7, Name: "Uma \"U\", the first"}
	f.record(start.Add(-3*time.Minute), viewer.Actor{}, audit.SignInFailed, "")
	f.record(start.Add(-2*time.Minute), uma, audit.SignedIn, "ü\r\nx")
	f.user("uma", viewer.Agent)
	filter := people.AuditFilter{To: new(start.Add(time.Hour))}
	const admin = `,API_KEY,1,admin key,192.0.2.1,`
	rows := []string{
		"id,action,at,actorType,actorId,actorName,address,subjectId,subjectName,details",
		`QXVkaXRFbnRyeTo0,AUDIT_EXPORTED,2026-03-01T12:00:00Z` + admin + `,,"{""format"":""csv"",""to"":""2026-03-01T13:00:00Z""}"`,
		`QXVkaXRFbnRyeToz,USER_CREATED,2026-03-01T12:00:00Z` + admin + `1,uma,"{""role"":""AGENT""}"`,
		`QXVkaXRFbnRyeToy,SIGNED_IN,2026-03-01T11:58:00Z,USER,7,"Uma ""U"", the first",,,"ü` + "\r\n" + `x",`,
		`QXVkaXRFbnRyeTox,SIGN_IN_FAILED,2026-03-01T11:57:00Z,,,,,,,`,
		"",
	}
	f.wantAudited(func() {
		if diff := cmp.Diff(strings.Join(rows, "\r\n"), must(f.export(f.admin, filter, people.AuditCSV))); diff != "" {
			t.Errorf("CSV (-want +got)\n%s", diff)
		}
	}, `AUDIT_EXPORTED by "admin key": "" map[format:csv to:2026-03-01T13:00:00Z]`)
	lines := strings.Split(must(f.export(f.admin, people.AuditFilter{Action: new(audit.SignedIn), ActorKind: new(viewer.ActorUser), ActorID: new(7), From: new(start.Add(-time.Hour))}, people.AuditLines)), "\n")
	want := []string{`{"id":"QXVkaXRFbnRyeToy","action":"SIGNED_IN","at":"2026-03-01T11:58:00Z","actor":{"type":"USER","id":7,"name":"Uma \"U\", the first"},` +
		`"address":null,"subjectId":null,"subjectName":"ü\r\nx","details":null}`, ""}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("JSON Lines (-want +got)\n%s", diff)
	}
	if got := must(f.export(f.foreign, people.AuditFilter{Action: new(audit.SignedIn)}, people.AuditLines)); got != "" {
		t.Errorf("another account: %s", got)
	}
	f.wantAudited(func() {
		f.wantErrors("an agent", func() error { return errOf(f.export(f.agent, filter, people.AuditCSV)) }, "FORBIDDEN")
		never := time.Time{}.AddDate(-1, 0, 0)
		for _, err := range []error{
			errOf(f.export(f.admin, filter, "xlsx")), errOf(f.export(f.admin, people.AuditFilter{From: &never}, people.AuditCSV)),
		} {
			if !errors.Is(err, usererror.ErrArguments) {
				t.Errorf("got %v", err)
			}
		}
	})
}

// TestExportIsConsistent: an export of several pages has each entry that was there when it began
// once, in the order of the log, whatever is stored or deleted meanwhile.
func TestExportIsConsistent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const n = 2*people.MaxExportPage + 1
	f.write(func(ctx context.Context, tx *database.Tx) error {
		for i := range n {
			e := audit.Entry{Action: audit.SignedIn, Subject: n - i}
			if err := audit.Record(ctx, tx.Ent, viewer.Viewer{Account: f.account}, start.Add(time.Duration(i/7)*time.Second), e); err != nil {
				return err
			}
		}
		return nil
	})
	e := must(f.ExportAuditLog(f.admin, people.AuditFilter{Action: new(audit.SignedIn)}, people.AuditLines))
	next := 1
	for pages := 0; ; pages++ {
		entries := must(e.Next(f.admin))
		for _, entry := range entries {
			if *entry.SubjectID != next {
				t.Fatalf("entry %d has the subject %d", next, *entry.SubjectID)
			}
			next++
		}
		if len(entries) == 0 {
			if pages != 3 {
				t.Errorf("there were %d pages", pages)
			}
			break
		}
		f.record(start.Add(time.Hour), viewer.Actor{}, audit.SignedIn, "stored during the export")
	}
	if next != n+1 {
		t.Errorf("the export has %d entries, want %d", next-1, n)
	}
}

// TestExportIsNoFormula: a spreadsheet does not run what a cell has.
func TestExportIsNoFormula(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+49 89": "'+49 89", "-1": "'-1", "@SUM(1)": "'@SUM(1)", "\t=1": "'\t=1", "\r=1": "'\n=1", "\n=1": "'\n=1", "＝1": "'＝1", "＠x": "'＠x",
		"Ann": "Ann", "a=1": "a=1", "'=1": "'=1", "": "", "::1": "::1", "a\rb": "a\nb", ";=1": ";=1", `","=1`: `","=1`,
	} {
		var b strings.Builder
		w := people.NewAuditWriter(&b, people.AuditCSV)
		e := &people.AuditEntry{SubjectName: &text, Actor: &viewer.Actor{Name: text}, Address: &text, Details: map[string]any{"x": text}}
		if err := w.Write([]*people.AuditEntry{e}); err != nil {
			t.Fatal(err)
		}
		row, err := csv.NewReader(strings.NewReader(b.String())).Read()
		if err != nil {
			t.Fatal(err)
		}
		for column, got := range map[string]string{"actorName": row[5], "address": row[6], "subjectName": row[8]} {
			if got != want {
				t.Errorf("%s %q: got %q, want %q", column, text, got, want)
			}
		}
		var details map[string]string
		if err := json.Unmarshal([]byte(row[9]), &details); err != nil || details["x"] != text {
			t.Errorf("details %q: %s, %v", text, row[9], err)
		}
	}
	if text := fmt.Sprint(audit.Actions()); strings.ContainsAny(text, "=+-@") {
		t.Errorf("an action looks like a formula: %s", text)
	}
}
