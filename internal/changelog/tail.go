package changelog

import (
	"context"
	"slices"
	"sync"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/revision"
)

// tail is the end of one account's log.
type tail struct {
	account int
	stop    context.CancelFunc

	// Written by the one that reads, which therefore looks at them as it likes; others need the lock.
	mu        sync.Mutex
	loaded    bool          // whether first and rows say anything
	base      int64         // the number behind which rows begin
	rows      []*ent.Change // without gaps
	followers map[int]map[*Follower]struct{}
}

// last is the number up to which the log is known.
func (t *tail) last() int64 { return t.base + int64(len(t.rows)) }

// begin says where the reading begins.
func (t *tail) reset(last int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.loaded, t.base, t.rows = true, last, nil
	for contact, followers := range t.followers { // whoever waits is not waiting for nothing
		for f := range followers {
			f.from, f.buffer = last, nil
		}
		t.wake(contact)
	}
}

// add takes the rows that follow the last one, and wakes whom they concern. If some are missing, because they were cut off the
// log meanwhile, it begins anew behind the gap: followers then read the database, which tells them.
func (t *tail) extend(rows []*ent.Change) {
	if len(rows) == 0 {
		return
	}
	if rows[0].Seq != t.last()+1 {
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

// keep keeps a change for who follows its contact only. Of one who does not come for what is kept, nothing is.
func (f *Follower) enqueue(row *ent.Change) {
	switch {
	case row.Kind == change.KindERASE: // what is kept is not to be told any more
		f.from, f.buffer = row.Seq-1, []*ent.Change{row}
	case len(f.buffer) == contactBuffer:
		f.from, f.buffer = row.Seq, nil
	default:
		f.buffer = append(f.buffer, row)
	}
}

// forget blanks what the changes of an erased contact say. Rows are shared with those who read them: each is replaced.
func (t *tail) redact(contact int) {
	for i, row := range t.rows {
		if row.ContactID == contact {
			blank := *row
			blank.Fields = revision.Blank(row.Fields)
			t.rows[i] = &blank
		}
	}
}

// wake wakes the followers of a contact, or with 0 those of the whole account.
func (t *tail) wake(contact int) {
	for f := range t.followers[contact] {
		select {
		case f.wake <- struct{}{}:
		default: // it is awake
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

// leave returns how many followers are left.
func (t *tail) leave(f *Follower) (left int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.followers[f.contact], f)
	if len(t.followers[f.contact]) == 0 {
		delete(t.followers, f.contact)
	}
	return len(t.followers)
}
