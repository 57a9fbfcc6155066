package job

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"contactgraph/ent/jobitem"
	"contactgraph/ent/jobkey"
	"contactgraph/internal/contact"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
)

// This file finds rows about the same contact as an earlier row of the file, by the keys of
// job_keys and by those of the same batch.

// pathOfContact is the path of the key that stands for a contact that exists.
const pathOfContact = "contact"

// hashOf returns what is stored of a key.
func hashOf(key contact.Key) int64 {
	sum := sha256.Sum256([]byte(key.Path + "\x00" + key.Key))
	return int64(binary.BigEndian.Uint64(sum[:])) //nolint:gosec // all bits count
}

// hashes returns those of the keys of a row.
func (w *row) hashes() []int64 {
	list := make([]int64, 0, len(w.keys)+1)
	for _, key := range w.keys {
		list = append(list, hashOf(key))
	}
	if w.contact != 0 {
		list = append(list, hashOf(contact.Key{Path: pathOfContact, Key: strconv.Itoa(w.contact)}))
	}
	return list
}

// findEarlier finds the rows that are duplicates of earlier ones.
func (r *run) findEarlier(ctx context.Context, rows []*row) error {
	var all []int64
	hashes := make(map[*row][]int64, len(rows))
	for _, w := range rows {
		if w.action == "" {
			hashes[w] = w.hashes()
			all = append(all, hashes[w]...)
		}
	}
	stored, err := r.storedKeys(ctx, all)
	if err != nil {
		return err
	}
	batch := map[int64]*row{}
	for _, w := range rows {
		if w.action != "" {
			continue
		}
		for _, hash := range hashes[w] {
			if number, ok := stored[hash]; ok {
				w.repeats(number)
				break
			}
			if earlier := batch[hash]; earlier != nil {
				w.repeats(int64(earlier.number))
				w.earlier = earlier
				break
			}
		}
		if w.action == "" {
			for _, hash := range hashes[w] {
				batch[hash] = w
			}
		}
	}
	return nil
}

// repeats makes the row a duplicate of an earlier one.
func (w *row) repeats(number int64) {
	w.action, w.content = jobitem.ActionDUPLICATE, nil
	w.errs = []ItemError{{Code: usererror.Duplicate, Message: fmt.Sprintf("Row %d is about the same contact.", number)}}
}

// storedKeys returns the numbers of the rows that have the keys, by hash.
func (r *run) storedKeys(ctx context.Context, hashes []int64) (map[int64]int64, error) {
	if len(hashes) == 0 || r.row.Position == 0 {
		return nil, nil
	}
	keys, err := r.db.Client().JobKey.Query().Where(jobkey.AccountID(r.row.AccountID), jobkey.JobID(r.row.ID), jobkey.HashIn(hashes...)).
		Select(jobkey.FieldHash, jobkey.FieldNumber).All(r.system(ctx))
	stored := make(map[int64]int64, len(keys))
	for _, k := range keys {
		stored[k.Hash] = k.Number
	}
	return stored, err
}

// insertKeys stores the keys of the rows that later ones can repeat.
func (r *run) insertKeys(ctx context.Context, tx *database.Tx, rows []*row) error {
	var b strings.Builder
	for _, w := range rows {
		if !w.counts() {
			continue
		}
		for _, hash := range w.hashes() {
			if b.Len() > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "($1,$2,%d,%d)", hash, w.number)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	_, err := tx.Ent.ExecContext(ctx, `INSERT INTO "job_keys" ("account_id","job_id","hash","number") VALUES `+b.String()+` ON CONFLICT DO NOTHING`,
		r.row.AccountID, r.row.ID)
	return err
}

// forgetKeys deletes the keys of the import, some at a time. more is false when there are none.
func (r *run) forgetKeys(ctx context.Context) (more bool, err error) {
	keys := r.db.Client().JobKey.Query().Where(jobkey.AccountID(r.row.AccountID), jobkey.JobID(r.row.ID)).Limit(manyKeys)
	return r.deleteSome(r.system(ctx), keys.IDs, func(ctx context.Context, tx *database.Tx, ids []int) error {
		if _, err := tx.Ent.JobKey.Delete().Where(jobkey.AccountID(r.row.AccountID), jobkey.IDIn(ids...)).Exec(ctx); err != nil {
			return err
		}
		return r.advance(ctx, tx, r.next())
	})
}

// forgetItems deletes the items of an earlier plan, some at a time. more is false when there are
// none.
func (r *run) forgetItems(ctx context.Context) (more bool, err error) {
	items := r.db.Client().JobItem.Query().Where(jobitem.AccountID(r.row.AccountID), jobitem.JobID(r.row.ID)).
		Order(jobitem.ByNumber()).Limit(fewItems)
	return r.deleteSome(r.system(ctx), items.IDs, func(ctx context.Context, tx *database.Tx, ids []int) error {
		if err := r.deleteItems(r.row.AccountID)(ctx, tx, ids); err != nil {
			return err
		}
		return r.advance(ctx, tx, r.next())
	})
}
