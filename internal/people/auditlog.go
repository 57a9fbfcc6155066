package people

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/auditentry"
	"contactgraph/ent/predicate"
	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
	"contactgraph/internal/globalid"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// MaxAuditEntries is the largest number of entries that AuditLog returns.
const MaxAuditEntries = 100

// AuditEntry is what was done in the account.
type AuditEntry struct {
	ID          int
	Action      audit.Action
	At          time.Time
	Actor       *viewer.Actor // nil for a failed sign-in
	Address     *string
	SubjectID   *int // what it was about: the action determines its type
	SubjectName *string
	Details     any // an object of JSON; nil for none
}

// GlobalID returns the id of the entry in the GraphQL API.
func (e *AuditEntry) GlobalID() string { return globalid.Encode("AuditEntry", e.ID) }

func entryOf(row *ent.AuditEntry) *AuditEntry {
	e := &AuditEntry{
		ID: row.ID, Action: audit.Action(row.Action), At: row.At, Address: row.Address,
		SubjectID: row.SubjectID, SubjectName: row.SubjectName,
	}
	if row.Details != nil {
		e.Details = row.Details
	}
	if row.ActorKind != nil {
		e.Actor = &viewer.Actor{Kind: viewer.ActorKind(*row.ActorKind)}
		if row.ActorID != nil {
			e.Actor.ID = *row.ActorID
		}
		if row.ActorName != nil {
			e.Actor.Name = *row.ActorName
		}
	}
	return e
}

// AuditFilter selects entries. What is nil selects all.
type AuditFilter struct {
	Action    *audit.Action
	ActorKind *viewer.ActorKind
	ActorID   *int
	From, To  *time.Time // From is included, To is not
}

// AuditPage is a page of the audit log.
type AuditPage struct {
	Entries   []*AuditEntry
	EndCursor *string // of the last entry; nil if there are no entries
	HasMore   bool    // whether there are older entries
}

// AuditLog returns the latest entries of the audit log before the cursor, newest first, to admins.
// It fails with usererror.ErrArguments if first is not from 1 to MaxAuditEntries, the cursor is not
// one of this list, or a time of the filter is not valid.
func (s *Service) AuditLog(ctx context.Context, f AuditFilter, first int, before *string) (*AuditPage, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return nil, err
	}
	if first < 1 || first > MaxAuditEntries {
		return nil, usererror.NewInvalidArguments("first must be from 1 to %d.", MaxAuditEntries)
	}
	where, err := f.conditions()
	if err == nil && before != nil {
		var older predicate.AuditEntry
		older, err = olderThan(*before)
		where = append(where, older)
	}
	if err != nil {
		return nil, err
	}
	return s.auditPage(ctx, v.Account, where, first)
}

// ContactActivity returns the latest entries about what a contact did, such as its sign-ins, as
// AuditLog does, to those who may read the contact. It also fails as authz.AuthorizeContact does.
func (s *Service) ContactActivity(ctx context.Context, contact, first int, before *string) (*AuditPage, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), contact)
	if err != nil {
		return nil, err
	}
	where := []predicate.AuditEntry{auditentry.ActorKind(string(viewer.ActorContact)), auditentry.ActorID(contact)}
	if before != nil {
		older, err := olderThan(*before)
		if err != nil {
			return nil, err
		}
		where = append(where, older)
	}
	return s.auditPage(viewer.NewSystemContext(ctx, v.Account), v.Account, where, first)
}

func (s *Service) auditPage(ctx context.Context, account int, where []predicate.AuditEntry, first int) (*AuditPage, error) {
	rows, err := s.db.Client().AuditEntry.Query().Where(auditentry.AccountID(account)).Where(where...).
		Order(auditentry.ByAt(sql.OrderDesc()), auditentry.ByID(sql.OrderDesc())).Limit(first + 1).All(ctx)
	if err != nil {
		return nil, err
	}
	page := &AuditPage{HasMore: len(rows) > first}
	for _, row := range rows[:min(first, len(rows))] {
		page.Entries = append(page.Entries, entryOf(row))
		page.EndCursor = new(auditCursor(row))
	}
	return page, nil
}

func (f AuditFilter) conditions() (where []predicate.AuditEntry, err error) {
	if f.Action != nil {
		where = append(where, auditentry.Action(string(*f.Action)))
	}
	if f.ActorKind != nil {
		where = append(where, auditentry.ActorKind(string(*f.ActorKind)))
	}
	if f.ActorID != nil {
		where = append(where, auditentry.ActorID(*f.ActorID))
	}
	for _, t := range []*time.Time{f.From, f.To} {
		if t != nil && !storable.Time(*t) {
			return nil, usererror.NewInvalidArguments("from and to must be times as in RFC 3339.")
		}
	}
	if f.From != nil {
		where = append(where, auditentry.AtGTE(f.From.UTC()))
	}
	if f.To != nil {
		where = append(where, auditentry.AtLT(f.To.UTC()))
	}
	return where, nil
}

// auditCursor returns the position of an entry: its time in microseconds and its id.
func auditCursor(row *ent.AuditEntry) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d", row.At.UnixMicro(), row.ID))
}

// olderThan selects the entries after a cursor in the order of the list.
func olderThan(cursor string) (predicate.AuditEntry, error) {
	var micro int64
	var id int
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%d %d", &micro, &id)
	}
	at := time.UnixMicro(micro).UTC()
	if err != nil || !storable.Time(at) {
		return nil, usererror.NewInvalidArguments("before must be a cursor of the audit log.")
	}
	return auditentry.Or(auditentry.AtLT(at), auditentry.And(auditentry.At(at), auditentry.IDLT(id))), nil
}
