package duplicate

import (
	"context"
	"maps"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/duplicatekey"
	"contactgraph/ent/duplicateprofile"
	"contactgraph/ent/duplicatestate"
	"contactgraph/internal/database"
)

// followBatch is how many changes one transaction looks at.
const followBatch = 200

// follow looks at the contacts of the next changes in the log, and reports whether there may be
// more. It reads outside of the transaction: what is written meanwhile is in a later change.
func (w *worker) follow(ctx context.Context, after int64) (more bool, err error) {
	var rows []struct {
		Seq       int64 `json:"seq"`
		ContactID int   `json:"contact_id"`
	}
	err = w.db.Client().Change.Query().Where(change.AccountID(w.account), change.SeqGT(after)).Order(change.BySeq()).
		Limit(followBatch).Select(change.FieldSeq, change.FieldContactID).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	touched := map[int]bool{}
	for _, r := range rows {
		touched[r.ContactID] = true
	}
	u, err := w.look(ctx, sortedKeys(touched))
	if err != nil {
		return false, err
	}
	err = w.write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := u.store(ctx, tx); err != nil {
			return err
		}
		return tx.Ent.DuplicateState.Update().Where(duplicatestate.AccountID(w.account)).SetSeq(rows[len(rows)-1].Seq).Exec(ctx)
	})
	return len(rows) == followBatch, err
}

// update is what is known of contacts that have changed.
type update struct {
	*worker

	ids     []int
	persons map[int]*Person // those that exist
	old     map[int][]int64 // the keys of those that have a profile
	found   map[pair]candidate
}

// look reads contacts, and compares them with those that share a key with them.
func (w *worker) look(ctx context.Context, ids []int) (*update, error) {
	u := &update{worker: w, ids: ids, old: map[int][]int64{}}
	var err error
	if u.persons, err = w.persons(ctx, ids); err != nil {
		return nil, err
	}
	profiles, err := w.db.Client().DuplicateProfile.Query().
		Where(duplicateprofile.AccountID(w.account), duplicateprofile.ContactIDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range profiles {
		u.old[p.ContactID] = unpackKeys(p.Keys)
	}
	pairs, others, err := u.sharing(ctx)
	if err != nil {
		return nil, err
	}
	all, err := w.persons(ctx, others)
	if err != nil {
		return nil, err
	}
	maps.Copy(all, u.persons)
	u.found = comparePairs(pairs, all)
	return u, nil
}

// sharing returns the pairs of contacts that share a key, of which one has changed, and those of
// the contacts that have not.
func (u *update) sharing(ctx context.Context) (pairs map[pair]bool, others []int, err error) {
	blocks := map[int64][]int{} // of the contacts that have changed
	for id, p := range u.persons {
		for _, k := range p.Keys() {
			blocks[k] = append(blocks[k], id)
		}
	}
	pairs, found := map[pair]bool{}, map[int]bool{}
	for chunk := range slices.Chunk(sortedKeys(blocks), 500) {
		stored, err := u.stored(ctx, chunk)
		if err != nil {
			return nil, nil, err
		}
		for k, known := range stored {
			known = slices.DeleteFunc(known, func(id int) bool { return slices.Contains(u.ids, id) })
			if len(known)+len(blocks[k]) > MaxShared {
				continue
			}
			addPairs(pairs, blocks[k], known)
			for _, id := range known {
				found[id] = true
			}
		}
	}
	return pairs, sortedKeys(found), nil
}

// addPairs adds the pairs of contacts that have changed, with each other and with those that have
// not.
func addPairs(pairs map[pair]bool, changed, known []int) {
	for i, id := range changed {
		for _, other := range slices.Concat(known, changed[i+1:]) {
			pairs[pair{min(id, other), max(id, other)}] = true
		}
	}
}

// stored returns the contacts that have the keys, without the keys that too many have.
func (u *update) stored(ctx context.Context, hashes []int64) (map[int64][]int, error) {
	var counts []struct {
		Hash  int64 `json:"hash"`
		Count int   `json:"count"`
	}
	keys := u.db.Client().DuplicateKey
	err := keys.Query().Where(duplicatekey.AccountID(u.account), duplicatekey.HashIn(hashes...)).
		GroupBy(duplicatekey.FieldHash).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, err
	}
	of := map[int64][]int{}
	for _, h := range hashes {
		of[h] = nil
	}
	var read []int64
	for _, c := range counts {
		if c.Count > MaxShared+len(u.ids) { // some may be of contacts that have changed
			delete(of, c.Hash)
		} else {
			read = append(read, c.Hash)
		}
	}
	var rows []struct {
		Hash      int64 `json:"hash"`
		ContactID int   `json:"contact_id"`
	}
	if len(read) == 0 {
		return of, nil
	}
	err = keys.Query().Where(duplicatekey.AccountID(u.account), duplicatekey.HashIn(read...)).
		Select(duplicatekey.FieldHash, duplicatekey.FieldContactID).Scan(ctx, &rows)
	for _, r := range rows {
		of[r.Hash] = append(of[r.Hash], r.ContactID)
	}
	return of, err
}

// store stores the keys, profiles and pairs of the contacts.
func (u *update) store(ctx context.Context, tx *database.Tx) error {
	var added []entry
	var gone []int
	profiles := newProfiles(tx, len(u.ids))
	for _, id := range u.ids {
		old, hasProfile := u.old[id]
		var keys []int64
		switch p := u.persons[id]; {
		case p == nil:
			gone = append(gone, id)
		case hasProfile:
			keys = p.Keys()
		default:
			keys = p.Keys()
			profiles.add(id, keys)
		}
		for _, k := range without(keys, old) {
			added = append(added, entry{k, id})
		}
		if err := u.replaceKeys(ctx, tx, id, old, keys); err != nil {
			return err
		}
	}
	if _, err := tx.Ent.DuplicateProfile.Delete().Where(duplicateprofile.AccountID(u.account), duplicateprofile.ContactIDIn(gone...)).Exec(ctx); err != nil {
		return err
	}
	if err := profiles.store(ctx); err != nil {
		return err
	}
	for chunk := range slices.Chunk(added, keyBatch) {
		if err := storeKeys(ctx, tx, chunk); err != nil {
			return err
		}
	}
	return u.replacePairs(ctx, tx, u.ids, u.found)
}

// replaceKeys deletes the keys that a contact does not have anymore, and updates its profile if it
// has one.
func (u *update) replaceKeys(ctx context.Context, tx *database.Tx, id int, old, keys []int64) error {
	if slices.Equal(old, keys) {
		return nil
	}
	if stale := without(old, keys); len(stale) > 0 {
		_, err := tx.Ent.DuplicateKey.Delete().
			Where(duplicatekey.AccountID(u.account), duplicatekey.ContactID(id), duplicatekey.HashIn(stale...)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return tx.Ent.DuplicateProfile.Update().Where(duplicateprofile.AccountID(u.account), duplicateprofile.ContactID(id)).
		SetKeys(packKeys(keys)).Exec(ctx)
}

// without returns the elements that are not among the others.
func without(list, others []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(list), func(k int64) bool { return slices.Contains(others, k) })
}
