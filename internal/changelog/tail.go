package changelog

import (
	"context"
	"slices"
	"sync"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/revision"
)

// tail is the end of one account's change log.
type tail struct {
	account int
	stop    context.CancelFunc

	// Written only by the goroutine of Hub.run, which reads them without the lock.
	mu        sync.Mutex
	loaded    bool          // whether base and rows are set
	base      int64         // the sequence number before that of the first row
	rows      []*ent.Change // without gaps
	followers map[int]map[*Follower]struct{}
}

// last returns the sequence number up to which the log has been read.
func (t *tail) last() int64 { return t.base + int64(len(t.rows)) }

// reset empties the tail, to start after the sequence number last.
func (t *tail) reset(last int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.loaded, t.base, t.rows = true, last, nil
	for contact, followers := range t.followers { // they read the database then
		for f := range followers {
			f.from, f.buffer = last, nil
		}
		t.wake(contact)
	}
}

// extend appends rows and wakes the followers that they concern. If numbers are missing between,
// because rows have been pruned or the database was restored, or changes that it has are not what
// the database has anymore, it resets the tail to the end: followers then read the database.
func (t *tail) extend(rows []*ent.Change) {
	if len(rows) == 0 {
		return
	}
	if rows[0].Seq != t.last()+1 || rows[len(rows)-1].Seq != t.last()+int64(len(rows)) || slices.ContainsFunc(rows, redactsOthers) {
		t.reset(rows[len(rows)-1].Seq)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, row := range rows {
		if row.Kind == change.KindERASE {
			t.redact(row.ContactID)
		}
	}
	t.rows = append(t.rows, rows...)
	if over := len(t.rows) - backlog; over > 0 {
		t.rows = slices.Clone(t.rows[over:])
		t.base += int64(over)
	}
	t.wake(0)
	for _, row := range rows {
		for f := range t.followers[row.ContactID] {
			f.enqueue(row)
		}
		t.wake(row.ContactID)
	}
}

// enqueue adds a change to the buffer of a follower of one contact. If the follower has not read a
// full buffer, the buffer is dropped.
func (f *Follower) enqueue(row *ent.Change) {
	switch {
	case row.Kind == change.KindERASE: // the values in the buffer must not be sent anymore
		f.from, f.buffer = row.Seq-1, []*ent.Change{row}
	case len(f.buffer) == contactBuffer:
		f.from, f.buffer = row.Seq, nil
	default:
		f.buffer = append(f.buffer, row)
	}
}

// redact blanks the values in the changes of an erased contact. Readers share the rows, so each is
// replaced by a copy.
func (t *tail) redact(contact int) {
	for i, row := range t.rows {
		if row.ContactID == contact {
			blank := *row
			blank.Fields = revision.Blank(row.Fields)
			t.rows[i] = &blank
		}
	}
}

// redactsOthers reports whether values were removed from changes of other contacts than the row's.
func redactsOthers(row *ent.Change) bool { return row.Merged != nil && len(row.Merged.Redacted) > 0 }

// wake wakes the followers of a contact, or those of the whole account for 0.
func (t *tail) wake(contact int) {
	for f := range t.followers[contact] {
		select {
		case f.wake <- struct{}{}:
		default: // a wake-up is pending
		}
	}
}

func (t *tail) since(after int64, f *Follower) (rows []*ent.Change, upTo int64, covered bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	end := max(after, t.last())
	switch {
	case !t.loaded:
		return nil, after, false
	case f.contact != 0 && after >= f.from:
		rows = slices.DeleteFunc(f.buffer, func(row *ent.Change) bool { return row.Seq <= after })
		f.from, f.buffer = end, nil
		return rows, end, true
	case f.contact != 0 || after < t.base:
		return nil, after, false
	}
	return slices.Clone(t.rows[min(int(after-t.base), len(t.rows)):]), end, true
}

func (t *tail) join(f *Follower) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.followers[f.contact] == nil {
		t.followers[f.contact] = map[*Follower]struct{}{}
	}
	t.followers[f.contact][f] = struct{}{}
	f.from = t.last()
}

// leave removes the follower, and returns how many are left.
func (t *tail) leave(f *Follower) (left int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.followers[f.contact], f)
	if len(t.followers[f.contact]) == 0 {
		delete(t.followers, f.contact)
	}
	return len(t.followers)
}
