package job

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/ent/jobitem"
	"contactgraph/internal/contact"
	"contactgraph/internal/database"
	"contactgraph/internal/importfile"
	"contactgraph/internal/interchange"
	"contactgraph/internal/usererror"
)

// countRead is the count of the KiB of the file that are planned.
const countRead = "READ_KIB"

// maxBatch is how many bytes the rows of a batch have, unless one row has more.
const maxBatch = 4 << 20

// source has the rows of an import while it is planned.
type source struct {
	importer

	below   *fileReader
	file    *importfile.File
	read    int    // rows
	pending []*row // that were read and are not planned yet
	bytes   int    // of them
	ended   bool
	named   int // names of Missing that are stored
}

// changedOptions returns the options to store, nil if they are stored as they are.
func (s *source) changedOptions(o Options) (json.RawMessage, error) {
	if s.Missing.count() == s.named {
		return nil, nil
	}
	return encode(o)
}

// openSource opens the file of the import, behind the rows that are planned already.
func (r *run) openSource(ctx context.Context) error {
	if err := r.readReferences(ctx); err != nil {
		return err
	}
	below, err := r.openFile(r.whole, r.row) // it is read for longer than this step takes
	if err != nil {
		return err
	}
	o := r.options.Import
	s := &source{importer: importer{Import: o, refs: r.references, checkHash: r.hashes.CheckHash}, below: below}
	if s.file, err = importfile.Open(below, o.File); err != nil {
		return err
	}
	s.own = s.file.Info().Own
	if err := r.mapColumns(ctx, s); err != nil {
		return err
	}
	owner, err := r.db.Client().Account.Query().Where(account.ID(r.row.AccountID)).Only(r.system(ctx))
	if err != nil {
		return err
	}
	s.country = owner.Settings.DefaultCountry
	for int64(s.read) < r.row.Position {
		if _, err := s.file.Next(); err != nil {
			return err
		}
		s.read++
	}
	s.named = s.Missing.count()
	r.source = s
	return nil
}

// mapColumns sets the mapping of the import; without one, that which is guessed, which it stores.
func (r *run) mapColumns(ctx context.Context, s *source) error {
	if s.Mapping == nil {
		m, err := s.file.Guess(s.refs.catalog, s.Preset)
		if err != nil {
			return err
		}
		s.Mapping = &m
		options, err := encode(r.options)
		if err != nil {
			return err
		}
		if err := r.update(ctx, func(u *ent.JobUpdate) { u.SetOptions(options) }); err != nil {
			return err
		}
	}
	m := *s.Mapping
	for _, name := range m.Segments {
		s.defaults = append(s.defaults, interchange.Reference{Name: name})
	}
	m.Segments = nil // content adds them
	return s.file.SetMapping(m, s.refs.catalog)
}

// next returns the next rows, at most n. They stay pending until they are dropped.
func (s *source) next(n int) ([]*row, error) {
	for !s.ended && len(s.pending) < n && s.bytes < maxBatch {
		in, err := s.file.Next()
		if errors.Is(err, io.EOF) {
			s.ended = true
			break
		}
		if err != nil {
			return nil, err
		}
		s.read++
		s.bytes += in.Size()
		s.pending = append(s.pending, &row{Row: in, number: s.read})
	}
	rows := s.pending[:min(n, len(s.pending))]
	for _, w := range rows { // what an earlier attempt has found is forgotten
		*w = row{Row: w.Row, number: w.number}
	}
	return rows, nil
}

// drop drops rows that are planned.
func (s *source) drop(rows []*row) {
	for _, w := range rows {
		s.bytes -= w.Size()
	}
	s.pending = s.pending[len(rows):]
}

// planRows plans the next rows of the file. The position is the number of the last one.
func (r *run) planRows(ctx context.Context) (more bool, err error) {
	if r.row.Position == 0 {
		if more, err := r.forgetItems(ctx); more || err != nil {
			return more, err
		}
	}
	var rows []*row
	if r.source == nil {
		err = r.openSource(ctx)
	}
	if err == nil {
		rows, err = r.source.next(r.size)
	}
	if err != nil {
		return false, explainFile(err)
	}
	if len(rows) == 0 {
		return r.forgetKeys(ctx)
	}
	if err := r.source.identify(ctx, r, rows); err != nil {
		return true, err
	}
	return true, r.rehearse(ctx, rows)
}

// identify finds out which contact each row is about, and what it writes.
func (s *source) identify(ctx context.Context, r *run, rows []*row) error {
	var keys []contact.Key
	var ids []int
	match := s.match()
	for _, w := range rows {
		if len(w.Errors) > 0 {
			w.reject(errorsOfFile(w.Errors)...)
			continue
		}
		w.keys = s.keysOf(&w.Record)
		for _, key := range w.keys {
			switch {
			case key.Path == interchange.PathContactID:
				ids = append(ids, w.Record.ContactID)
			case slices.Contains(match, key.Path):
				keys = append(keys, key)
			}
		}
	}
	found, err := r.contacts.FindByKeys(ctx, keys)
	if err != nil {
		return err
	}
	existing, err := r.contacts.Existing(ctx, ids)
	if err != nil {
		return err
	}
	for _, w := range rows {
		if w.action != "" {
			continue
		}
		w.contact = s.find(w, match, found, existing)
		s.decide(w)
	}
	return nil
}

// find returns the contact that a row is about, 0 if there is none.
func (s *source) find(w *row, match []string, found map[contact.Key]int, existing map[int]bool) int {
	for _, path := range match {
		for _, key := range w.keys {
			switch {
			case key.Path != path:
			case path != interchange.PathContactID:
				if id := found[key]; id != 0 {
					return id
				}
			case existing[w.Record.ContactID]:
				return w.Record.ContactID
			}
		}
	}
	return 0
}

// decide sets what a row does by the policy, as far as this is known without its command.
func (s *source) decide(w *row) {
	var errs usererror.Errors
	w.content, errs = s.content(&w.Record, w.contact != 0)
	switch {
	case len(errs) > 0:
		w.refuse(s.file, errs)
	case w.content.isEmpty():
		w.reject(ItemError{Code: usererror.Required, Message: "The row has nothing to import."})
	case w.contact == 0 && s.Policy == UpdateOnly:
		w.reject(ItemError{Code: usererror.NotFound, Message: "No contact has the keys of this row, and the import only updates contacts."})
	case w.contact != 0 && s.Policy == CreateOnly:
		w.action, w.existing = jobitem.ActionDUPLICATE, w.contact
		w.errs = []ItemError{{Code: usererror.Duplicate, Message: "Contact " + strconv.Itoa(w.contact) + " has a key of this row, and the import only creates contacts."}}
	}
}

// rehearse runs the commands of the rows without writing contacts, and stores the items.
func (r *run) rehearse(ctx context.Context, rows []*row) error {
	if err := r.findEarlier(ctx, rows); err != nil {
		return err
	}
	var commands []contact.Command
	var commanded []*row
	for _, w := range rows {
		if w.action != "" {
			continue
		}
		c, err := w.content.command(w.contact, contact.Lock{OnConflict: contact.Overwrite})
		if err != nil {
			return err
		}
		commands, commanded = append(commands, c), append(commanded, w)
	}
	begun, p, planned := time.Now(), progress{}, rows
	var err error
	err = r.commands.RunShared(ctx, commands, contact.Shared{
		Rehearsal: true,
		Record: func(ctx context.Context, tx *database.Tx, attempts []contact.Attempt) error {
			for i, a := range attempts {
				commanded[i].judge(r.source.file, a)
			}
			planned = rows[:settled(rows)]
			p = r.next()
			p.position = int64(planned[len(planned)-1].number)
			p.counts[CountItems] = planned[len(planned)-1].number
			p.counts[countRead] = int(r.source.below.taken() >> 10)
			for _, w := range planned {
				p.counts[CountOf(w.action)]++
			}
			if err := r.insertItems(ctx, tx, planned); err != nil {
				return err
			}
			p.options, err = r.source.changedOptions(r.options)
			return errors.Join(err, r.advance(ctx, tx, p))
		},
	})
	if err != nil {
		if r.size == 1 && r.faults >= maxFaults-1 {
			return r.skipRow(ctx, rows[0], err)
		}
		return err
	}
	r.finished(p)
	r.source.named = r.source.Missing.count()
	r.source.drop(planned)
	r.resize(len(planned), time.Since(begun))
	return nil
}

// judge sets what the row does by the rehearsal of its command.
func (w *row) judge(f *importfile.File, a contact.Attempt) {
	w.attempt = a
	switch {
	case len(a.Errors) > 0 && w.contact == 0 && isTaken(a.Errors):
		w.action, w.existing, w.errs = jobitem.ActionDUPLICATE, a.Errors[0].Existing.ID, itemErrors(a.Errors)
	case len(a.Errors) > 0:
		w.action = ""
		w.refuse(f, a.Errors)
	case w.contact == 0:
		w.action = jobitem.ActionCREATE
	case len(a.Changes) == 0 && w.content.Missing == nil:
		w.action = jobitem.ActionSAME
	default:
		w.action = jobitem.ActionUPDATE
	}
}

// isTaken reports whether the errors are only about unique keys that other contacts have.
func isTaken(errs usererror.Errors) bool {
	return !slices.ContainsFunc(errs, func(e *usererror.Error) bool { return e.Existing == nil })
}

// settled returns how many rows are planned for certain. A row that was taken for a duplicate of a
// row of the same batch, which turned out to be invalid, has to be planned again, and those after
// it.
func settled(rows []*row) int {
	i := slices.IndexFunc(rows, func(w *row) bool { return w.earlier != nil && !w.earlier.counts() })
	if i < 0 {
		return len(rows)
	}
	return i
}

// counts reports whether later rows with the same keys are duplicates of the row.
func (w *row) counts() bool {
	return w.action == jobitem.ActionCREATE || w.action == jobitem.ActionUPDATE || w.action == jobitem.ActionSAME
}

// skipRow stores that the server has failed to plan a row, so that the others are planned.
func (r *run) skipRow(ctx context.Context, w *row, fault error) error {
	r.log.ErrorContext(ctx, "a row of an import was skipped", "job_id", r.row.ID, "number", w.number, "error", fault)
	p := r.next()
	w.reject(ItemError{Code: usererror.Invalid, Message: "The server has failed to plan this row: its log has the reason."})
	p.position, p.counts[CountItems] = int64(w.number), w.number
	p.counts[CountOf(w.action)]++
	err := r.db.Write(r.system(ctx), 0, func(ctx context.Context, tx *database.Tx) error {
		if err := r.insertItems(ctx, tx, []*row{w}); err != nil {
			return err
		}
		return r.advance(ctx, tx, p)
	})
	if err == nil {
		r.finished(p)
		r.source.drop([]*row{w})
	}
	return err
}

// insertItems stores the items of rows, and the keys by which later duplicates are found.
func (r *run) insertItems(ctx context.Context, tx *database.Tx, rows []*row) error {
	items := make([]*ent.JobItemCreate, len(rows))
	for i, w := range rows {
		item, err := w.item(tx, r.row.ID)
		if err != nil {
			return err
		}
		items[i] = item
	}
	if err := tx.Ent.JobItem.CreateBulk(items...).Exec(r.system(ctx)); err != nil {
		return err
	}
	return r.insertKeys(ctx, tx, rows)
}

// item returns the item of a row.
func (w *row) item(tx *database.Tx, job int) (*ent.JobItemCreate, error) {
	create := tx.Ent.JobItem.Create().SetJobID(job).SetNumber(w.number).SetAction(w.action)
	if id := cmp.Or(w.contact, w.existing); id != 0 {
		create.SetContactID(id)
	}
	if len(w.errs) > 0 {
		errs, err := encode(w.errs)
		if err != nil {
			return nil, err
		}
		create.SetErrors(errs)
	}
	if w.action == jobitem.ActionCREATE || w.action == jobitem.ActionUPDATE {
		content, err := encode(w.content)
		if err != nil {
			return nil, err
		}
		create.SetContent(content)
	}
	if w.action == jobitem.ActionUPDATE {
		create.SetChanges(w.attempt.Changes)
	}
	if w.attempt.Seen != 0 {
		create.SetSeen(w.attempt.Seen)
	}
	return create, nil
}
