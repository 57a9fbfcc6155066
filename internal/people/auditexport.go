package people

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
	"contactgraph/internal/database"
	"contactgraph/internal/interchange"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// AuditFormat is the format of an exported audit log.
type AuditFormat string

// The formats of an exported audit log.
const (
	AuditCSV   AuditFormat = "csv"   // as in RFC 4180, with a header
	AuditLines AuditFormat = "jsonl" // JSON Lines: an object on each line
)

// MaxExportPage is how many entries AuditExport.Next returns at most, so that an export of any size
// needs little memory.
const MaxExportPage = 500

// AuditExport reads the entries of an export, page by page.
type AuditExport struct {
	At time.Time // when it was requested

	service *Service
	account int
	filter  AuditFilter
	before  *string // the cursor of the last entry that was read
	done    bool
}

// ExportAuditLog begins an export of the audit log, for admins, and records it there: so the export
// itself is its first entry, if the filter selects it. It fails with usererror.ErrArguments if the
// format is unknown or a time of the filter is not valid.
func (s *Service) ExportAuditLog(ctx context.Context, f AuditFilter, format AuditFormat) (*AuditExport, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return nil, err
	}
	if format != AuditCSV && format != AuditLines {
		return nil, usererror.NewInvalidArguments("format must be %s or %s.", AuditCSV, AuditLines)
	}
	if _, err := f.conditions(); err != nil {
		return nil, err
	}
	at := s.now()
	err = s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx.Ent, v, at, audit.Entry{Action: audit.AuditExported, Details: f.details(format)})
	})
	if err != nil {
		return nil, err
	}
	return &AuditExport{At: at, service: s, account: v.Account, filter: f}, nil
}

// details returns what the audit log has of an export.
func (f AuditFilter) details(format AuditFormat) map[string]any {
	d := map[string]any{"format": string(format)}
	if f.Action != nil {
		d["action"] = string(*f.Action)
	}
	if f.ActorKind != nil {
		d["actorType"] = f.ActorKind.Name()
	}
	if f.ActorID != nil {
		d["actorId"] = *f.ActorID
	}
	if f.From != nil {
		d["from"] = revision.FormatTime(*f.From)
	}
	if f.To != nil {
		d["to"] = revision.FormatTime(*f.To)
	}
	return d
}

// Next returns the next entries, newest first, and none after the last. Entries that are stored
// during the export are not in it.
func (e *AuditExport) Next(ctx context.Context) ([]*AuditEntry, error) {
	if e.done {
		return nil, nil
	}
	where, err := e.filter.conditions()
	if err != nil {
		return nil, err
	}
	if e.before != nil {
		older, err := olderThan(*e.before)
		if err != nil {
			return nil, err
		}
		where = append(where, older)
	}
	page, err := e.service.auditPage(ctx, e.account, where, MaxExportPage)
	if err != nil {
		return nil, err
	}
	e.before, e.done = page.EndCursor, !page.HasMore
	return page.Entries, nil
}

// AuditWriter writes entries of the audit log in a format.
type AuditWriter struct {
	csv  *csv.Writer // one of the two
	json *json.Encoder
}

// NewAuditWriter returns a writer to w.
func NewAuditWriter(w io.Writer, format AuditFormat) *AuditWriter {
	if format == AuditLines {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return &AuditWriter{json: e}
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return &AuditWriter{csv: c}
}

// WriteHeader writes what precedes the entries.
func (w *AuditWriter) WriteHeader() error {
	if w.csv == nil {
		return nil
	}
	return w.csv.WriteAll([][]string{
		{"id", "action", "at", "actorType", "actorId", "actorName", "address", "subjectId", "subjectName", "details"},
	})
}

// Write writes entries, with their fields as in the GraphQL API.
func (w *AuditWriter) Write(entries []*AuditEntry) error {
	for _, e := range entries {
		if err := w.write(e); err != nil {
			return err
		}
	}
	if w.csv == nil {
		return nil
	}
	w.csv.Flush()
	return w.csv.Error()
}

func (w *AuditWriter) write(e *AuditEntry) error {
	if w.csv == nil {
		return w.json.Encode(lineOf(e))
	}
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	return w.csv.Write(row)
}

// auditLine is an entry in JSON Lines.
type auditLine struct {
	ID          string       `json:"id"`
	Action      audit.Action `json:"action"`
	At          string       `json:"at"`
	Actor       *auditActor  `json:"actor"`
	Address     *string      `json:"address"`
	SubjectID   *int         `json:"subjectId"`
	SubjectName *string      `json:"subjectName"`
	Details     any          `json:"details"`
}

// auditActor is the actor of an auditLine.
type auditActor struct {
	Type string  `json:"type"`
	ID   int     `json:"id"`
	Name *string `json:"name"`
}

func lineOf(e *AuditEntry) auditLine {
	l := auditLine{
		ID: e.GlobalID(), Action: e.Action, At: revision.FormatTime(e.At), Address: e.Address,
		SubjectID: e.SubjectID, SubjectName: e.SubjectName, Details: e.Details,
	}
	if a := e.Actor; a != nil {
		l.Actor = &auditActor{Type: a.Kind.Name(), ID: a.ID}
		if a.Name != "" {
			l.Actor.Name = &a.Name
		}
	}
	return l
}

func rowOf(e *AuditEntry) ([]string, error) {
	l, details := lineOf(e), ""
	if l.Details != nil {
		text, err := json.Marshal(l.Details)
		if err != nil {
			return nil, err
		}
		details = string(text)
	}
	row := []string{l.ID, string(l.Action), l.At, "", "", "", text(l.Address), "", text(l.SubjectName), details}
	if a := l.Actor; a != nil {
		row[3], row[4], row[5] = a.Type, strconv.Itoa(a.ID), text(a.Name)
	}
	if l.SubjectID != nil {
		row[7] = strconv.Itoa(*l.SubjectID)
	}
	for i := range row {
		row[i] = cell(row[i])
	}
	return row, nil
}

// text returns a text that may be absent.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// cell returns a text as a cell of a CSV file. Spreadsheets would run a name that looks like a
// formula, so such a text gets an apostrophe, as is usual. A carriage return becomes a line feed,
// because encoding/csv would drop it.
func cell(text string) string {
	if interchange.IsFormula(text) {
		text = "'" + text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}
