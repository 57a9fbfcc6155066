package duplicate

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/duplicatepair"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// MaxPage is the largest number of candidates on a page.
const MaxPage = 100

// maxOf is the largest number of candidates of one contact.
const maxOf = 20

// Candidate is a pair of contacts that may be the same person.
type Candidate struct {
	Contacts []*ent.Contact // two, in the order of their ids; of Of, the given contact is the first
	Score    int
	Reasons  []Reason
	row      *ent.DuplicatePair
}

// Page is a page of candidates with the cursors of each.
type Page struct {
	Candidates []*Candidate
	Cursors    []string
	HasNext    bool
}

// authorize returns the viewer if it may see candidates: those who may change all fields of all
// contacts, since the candidates show what contacts have in common.
func authorize(ctx context.Context) (viewer.Viewer, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err == nil && (v.Limited() || !field.CanWriteAll(v)) {
		err = usererror.Errors{usererror.NewForbidden("", "Your role may not see duplicates, because it may not change all fields of all contacts.")}
	}
	return v, err
}

// Candidates returns the pairs with at least the score, the highest first. Pairs that were marked
// as different persons are not among them. It fails with Forbidden for those who may not merge, and
// with usererror.ErrArguments for a size out of range and an invalid cursor.
func (s *Service) Candidates(ctx context.Context, first int, after string, minScore int) (*Page, error) {
	v, err := authorize(ctx)
	if err != nil {
		return nil, err
	}
	if first < 0 || first > MaxPage {
		return nil, usererror.NewInvalidArguments("first must be from 0 to %d.", MaxPage)
	}
	score, id := MaxScore+1, 0
	if after != "" {
		var ok bool
		if score, id, ok = parseCursor(after); !ok {
			return nil, usererror.NewInvalidArguments("after must be a cursor of this list.")
		}
	}
	for p := (&Page{}); ; {
		rows, err := s.db.Client().DuplicatePair.Query().Where(duplicatepair.AccountID(v.Account), duplicatepair.Dismissed(false), duplicatepair.ScoreGTE(minScore),
			duplicatepair.Or(duplicatepair.ScoreLT(score), duplicatepair.And(duplicatepair.Score(score), duplicatepair.IDLT(id)))).
			Order(duplicatepair.ByScore(sql.OrderDesc()), duplicatepair.ByID(sql.OrderDesc())).Limit(first + 1).All(ctx)
		if err != nil {
			return nil, err
		}
		p.HasNext = len(rows) > first
		rows = rows[:min(first, len(rows))]
		if p.Candidates, err = s.withContacts(ctx, v, rows); err != nil {
			return nil, err
		}
		if len(p.Candidates) > 0 || !p.HasNext || first == 0 {
			for _, c := range p.Candidates {
				p.Cursors = append(p.Cursors, cursor(c.row))
			}
			return p, nil
		}
		last := rows[len(rows)-1] // all of them have a contact that was deleted just now
		score, id = last.Score, last.ID
	}
}

// Of returns the candidates of each contact, the highest score first, at most maxOf each. It
// returns nil for a viewer who may not see them.
func (s *Service) Of(ctx context.Context, contacts []int) ([][]*Candidate, error) {
	v, err := authorize(ctx)
	if err != nil {
		return make([][]*Candidate, len(contacts)), nil //nolint:nilerr // hidden, as a field that the viewer may not read
	}
	rows, err := s.db.Client().DuplicatePair.Query().Where(duplicatepair.AccountID(v.Account), duplicatepair.Dismissed(false),
		duplicatepair.Or(duplicatepair.ContactIDIn(contacts...), duplicatepair.OtherIDIn(contacts...))).
		Order(duplicatepair.ByScore(sql.OrderDesc()), duplicatepair.ByID(sql.OrderDesc())).All(ctx)
	if err != nil {
		return nil, err
	}
	pairs, err := s.withContacts(ctx, v, rows)
	if err != nil {
		return nil, err
	}
	byContact := map[int][]*Candidate{}
	for _, c := range pairs {
		for i, own := range c.Contacts {
			if of := byContact[own.ID]; len(of) < maxOf {
				byContact[own.ID] = append(of, &Candidate{Contacts: []*ent.Contact{own, c.Contacts[1-i]}, Score: c.Score, Reasons: c.Reasons})
			}
		}
	}
	lists := make([][]*Candidate, len(contacts))
	for i, id := range contacts {
		lists[i] = append([]*Candidate{}, byContact[id]...)
	}
	return lists, nil
}

// withContacts reads the contacts of pairs. A pair of which one was deleted in the meantime is left
// out.
func (s *Service) withContacts(ctx context.Context, v viewer.Viewer, rows []*ent.DuplicatePair) ([]*Candidate, error) {
	var ids []int
	for _, row := range rows {
		ids = append(ids, row.ContactID, row.OtherID)
	}
	found, err := s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), entcontact.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	byID := map[int]*ent.Contact{}
	for _, c := range found {
		byID[c.ID] = c
	}
	list := []*Candidate{}
	for _, row := range rows {
		c := &Candidate{Contacts: []*ent.Contact{byID[row.ContactID], byID[row.OtherID]}, Score: row.Score, row: row}
		for text := range strings.SplitSeq(row.Reasons, ",") {
			c.Reasons = append(c.Reasons, Reason(text))
		}
		if c.Contacts[0] != nil && c.Contacts[1] != nil {
			list = append(list, c)
		}
	}
	return list, nil
}

// MarkDifferent removes a pair from the candidates, until its reasons change. It fails with
// NotFound if the contacts are no candidates, and with Forbidden for those who may not merge.
func (s *Service) MarkDifferent(ctx context.Context, contact, other int) error {
	v, err := authz.ToWriteContacts(authorize(ctx))
	if err != nil {
		return err
	}
	return s.db.Write(viewer.NewSystemContext(ctx, v.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		n, err := tx.Ent.DuplicatePair.Update().Where(duplicatepair.AccountID(v.Account),
			duplicatepair.ContactID(min(contact, other)), duplicatepair.OtherID(max(contact, other))).SetDismissed(true).Save(ctx)
		if err == nil && n == 0 {
			err = usererror.Errors{{Code: usererror.NotFound, Message: "These contacts are not listed as duplicates."}}
		}
		return err
	})
}

func cursor(row *ent.DuplicatePair) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", row.Score, row.ID))
}

func parseCursor(text string) (score, id int, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return 0, 0, false
	}
	n, err := fmt.Sscanf(string(b), "%d.%d", &score, &id)
	return score, id, err == nil && n == 2
}
