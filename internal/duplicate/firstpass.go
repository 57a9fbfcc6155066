package duplicate

import (
	"cmp"
	"context"
	"log/slog"
	"slices"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/duplicatekey"
	"contactgraph/ent/duplicateprofile"
	"contactgraph/ent/duplicatestate"
	"contactgraph/internal/database"
)

const (
	// profileBatch is how many profiles, and keyBatch how many keys, one transaction stores: other
	// writes wait for it.
	profileBatch, keyBatch = 500, 2000
	// compareBatch is about how many contacts are read to be compared.
	compareBatch = 1000
	// sliceCount is in how many parts the keys are compared, by their first six bits.
	sliceBits, sliceCount = 6, 1 << 6
	// stepKeys is about how many keys are compared at once: they are in memory, with 16 bytes each.
	stepKeys, keysOfContact = 2_000_000, 6
)

// profile stores the profiles of the next contacts.
func (w *worker) profile(ctx context.Context, after int) error {
	page, err := w.db.Client().Contact.Query().Where(entcontact.AccountID(w.account), entcontact.IDGT(after)).
		Order(entcontact.ByID()).Limit(profileBatch).All(ctx)
	if err != nil {
		return err
	}
	persons := make(map[int]*Person, len(page))
	if err := w.addPersons(ctx, persons, page); err != nil {
		return err
	}
	return w.write(ctx, func(ctx context.Context, tx *database.Tx) error {
		rows := newProfiles(tx, len(page))
		for _, c := range page {
			rows.add(c.ID, persons[c.ID].Keys())
		}
		if err := rows.store(ctx); err != nil {
			return err
		}
		update := tx.Ent.DuplicateState.Update().Where(duplicatestate.AccountID(w.account))
		if len(page) < profileBatch {
			return update.ClearProfiled().SetCompared(0).Exec(ctx)
		}
		return update.SetProfiled(page[len(page)-1].ID).Exec(ctx)
	})
}

// entry is a key of a contact.
type entry struct {
	hash    int64
	contact int
}

// compare stores the keys of the next slices, in their order, which is faster than by contacts, and
// compares the contacts that share them.
func (w *worker) compare(ctx context.Context, from int) error {
	contacts, err := w.db.Client().DuplicateProfile.Query().Where(duplicateprofile.AccountID(w.account)).Count(ctx)
	if err != nil {
		return err
	}
	to := min(sliceCount, from+max(1, sliceCount*stepKeys/(keysOfContact*max(1, contacts))))
	entries, err := w.entries(ctx, from, to)
	if err != nil {
		return err
	}
	if err := w.deleteKeys(ctx, from, to); err != nil {
		return err
	}
	for chunk := range slices.Chunk(entries, keyBatch) {
		if err := w.write(ctx, func(ctx context.Context, tx *database.Tx) error { return storeKeys(ctx, tx, chunk) }); err != nil {
			return err
		}
	}
	if err := w.compareBlocks(ctx, entries); err != nil {
		return err
	}
	err = w.write(ctx, func(ctx context.Context, tx *database.Tx) error {
		update := tx.Ent.DuplicateState.Update().Where(duplicatestate.AccountID(w.account))
		if to < sliceCount {
			return update.SetCompared(to).Exec(ctx)
		}
		return update.ClearCompared().Exec(ctx)
	})
	if err == nil && to == sliceCount {
		w.log.InfoContext(ctx, "all contacts have been compared with each other", slog.Int("account_id", w.account), slog.Int("contacts", contacts))
	}
	return err
}

// entries returns the keys in the slices, sorted.
func (w *worker) entries(ctx context.Context, from, to int) (entries []entry, err error) {
	const pageSize = 5000
	for after, more := 0, true; more; {
		var page []struct {
			ContactID int    `json:"contact_id"`
			Keys      []byte `json:"keys"`
		}
		err := w.db.Client().DuplicateProfile.Query().Where(duplicateprofile.AccountID(w.account), duplicateprofile.ContactIDGT(after)).
			Order(duplicateprofile.ByContactID()).Limit(pageSize).Select(duplicateprofile.FieldContactID, duplicateprofile.FieldKeys).Scan(ctx, &page)
		if err != nil {
			return nil, err
		}
		for _, row := range page {
			for _, k := range unpackKeys(row.Keys) {
				if s := sliceOf(k); s >= from && s < to {
					entries = append(entries, entry{k, row.ContactID})
				}
			}
			after = row.ContactID
		}
		if more = len(page) == pageSize; more {
			if err := w.renew(ctx); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.contact, b.contact)) })
	return entries, nil
}

// sliceOf returns the slice of a key. Slices are in the order of the keys.
func sliceOf(hash int64) int {
	return int((uint64(hash) ^ 1<<63) >> (64 - sliceBits)) //nolint:gosec // six bits
}

// startOf returns the least key of a slice.
func startOf(slice int) int64 {
	return int64(uint64(slice)<<(64-sliceBits) ^ 1<<63) //nolint:gosec // the inverse of sliceOf
}

// deleteKeys deletes the keys of slices that an interrupted run has stored.
func (w *worker) deleteKeys(ctx context.Context, from, to int) error {
	conditions := []predicateOfKey{duplicatekey.AccountID(w.account), duplicatekey.HashGTE(startOf(from))}
	if to < sliceCount {
		conditions = append(conditions, duplicatekey.HashLT(startOf(to)))
	}
	for {
		ids, err := w.db.Client().DuplicateKey.Query().Where(conditions...).Order(duplicatekey.ByHash()).Limit(keyBatch).IDs(ctx)
		if err != nil || len(ids) == 0 {
			return err
		}
		err = w.write(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Ent.DuplicateKey.Delete().Where(duplicatekey.AccountID(w.account), duplicatekey.IDIn(ids...)).Exec(ctx)
			return err
		})
		if err != nil {
			return err
		}
	}
}

// compareBlocks compares the contacts that share a key.
func (w *worker) compareBlocks(ctx context.Context, entries []entry) error {
	pairs, contacts := map[pair]bool{}, map[int]bool{}
	for len(entries) > 0 {
		end := 1
		for end < len(entries) && entries[end].hash == entries[0].hash {
			end++
		}
		block := entries[:end]
		entries = entries[end:]
		if len(block) > MaxShared {
			continue
		}
		for i, a := range block {
			for _, b := range block[i+1:] {
				pairs[pair{a.contact, b.contact}], contacts[a.contact], contacts[b.contact] = true, true, true
			}
		}
		if len(contacts) < compareBatch {
			continue
		}
		if err := w.comparePairs(ctx, pairs, contacts); err != nil {
			return err
		}
		clear(pairs)
		clear(contacts)
	}
	return w.comparePairs(ctx, pairs, contacts)
}

// comparePairs compares the contacts of the pairs, and stores the candidates.
func (w *worker) comparePairs(ctx context.Context, pairs map[pair]bool, contacts map[int]bool) error {
	persons, err := w.persons(ctx, sortedKeys(contacts))
	if err != nil {
		return err
	}
	found := comparePairs(pairs, persons)
	if len(found) == 0 {
		return w.renew(ctx)
	}
	return w.write(ctx, func(ctx context.Context, tx *database.Tx) error { return w.addPairs(ctx, tx, found) })
}
