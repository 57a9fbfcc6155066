package duplicate

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/duplicatepair"
	"contactgraph/ent/predicate"
	"contactgraph/internal/database"
)

// pair is two contacts, the one with the smaller id first.
type pair [2]int

// candidate is why a pair may be one person.
type candidate struct {
	score   int
	reasons string // separated by commas
}

type predicateOfKey = predicate.DuplicateKey

// comparePairs returns the candidates among the pairs of persons that exist.
func comparePairs(pairs map[pair]bool, persons map[int]*Person) map[pair]candidate {
	found := map[pair]candidate{}
	for p := range pairs {
		a, b := persons[p[0]], persons[p[1]]
		if a == nil || b == nil {
			continue
		}
		if score, reasons := Compare(a, b); score >= MinScore {
			found[p] = candidate{score, joinReasons(reasons)}
		}
	}
	return found
}

func joinReasons(reasons []Reason) string {
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = string(r)
	}
	return strings.Join(texts, ",")
}

// replacePairs replaces the pairs of contacts where they differ. A pair that was dismissed stays so
// while its reasons are the same.
func (w *worker) replacePairs(ctx context.Context, tx *database.Tx, ids []int, found map[pair]candidate) error {
	stored, err := tx.Ent.DuplicatePair.Query().Where(duplicatepair.AccountID(w.account),
		duplicatepair.Or(duplicatepair.ContactIDIn(ids...), duplicatepair.OtherIDIn(ids...))).All(ctx)
	if err != nil {
		return err
	}
	var stale []int
	for _, row := range stored {
		if _, ok := found[pair{row.ContactID, row.OtherID}]; !ok {
			stale = append(stale, row.ID)
		}
	}
	if len(stale) > 0 {
		if _, err := tx.Ent.DuplicatePair.Delete().Where(duplicatepair.AccountID(w.account), duplicatepair.IDIn(stale...)).Exec(ctx); err != nil {
			return err
		}
	}
	return w.mergePairs(ctx, tx, stored, found)
}

// addPairs stores pairs. The first pass may find one several times.
func (w *worker) addPairs(ctx context.Context, tx *database.Tx, found map[pair]candidate) error {
	first := map[int]bool{}
	for p := range found {
		first[p[0]] = true
	}
	stored, err := tx.Ent.DuplicatePair.Query().Where(duplicatepair.AccountID(w.account), duplicatepair.ContactIDIn(sortedKeys(first)...)).All(ctx)
	if err != nil {
		return err
	}
	return w.mergePairs(ctx, tx, stored, found)
}

// mergePairs stores pairs that are not stored, or with another score.
func (w *worker) mergePairs(ctx context.Context, tx *database.Tx, stored []*ent.DuplicatePair, found map[pair]candidate) error {
	missing := maps.Clone(found)
	for _, row := range stored {
		p := pair{row.ContactID, row.OtherID}
		c, ok := found[p]
		delete(missing, p)
		if !ok || c.score == row.Score && c.reasons == row.Reasons {
			continue
		}
		update := tx.Ent.DuplicatePair.Update().Where(duplicatepair.AccountID(w.account), duplicatepair.ID(row.ID)).
			SetScore(c.score).SetReasons(c.reasons)
		if c.reasons != row.Reasons {
			update.SetDismissed(false)
		}
		if err := update.Exec(ctx); err != nil {
			return err
		}
	}
	rows := make([]*ent.DuplicatePairCreate, 0, len(missing))
	for _, p := range slices.SortedFunc(maps.Keys(missing), func(a, b pair) int { return slices.Compare(a[:], b[:]) }) {
		rows = append(rows, tx.Ent.DuplicatePair.Create().SetContactID(p[0]).SetOtherID(p[1]).
			SetScore(missing[p].score).SetReasons(missing[p].reasons))
	}
	for chunk := range slices.Chunk(rows, keyBatch) {
		if err := tx.Ent.DuplicatePair.CreateBulk(chunk...).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// storeKeys stores keys that are not stored.
func storeKeys(ctx context.Context, tx *database.Tx, entries []entry) error {
	rows := make([]*ent.DuplicateKeyCreate, len(entries))
	for i, e := range entries {
		rows[i] = tx.Ent.DuplicateKey.Create().SetHash(e.hash).SetContactID(e.contact)
	}
	return tx.Ent.DuplicateKey.CreateBulk(rows...).Exec(ctx)
}

// profiles are profiles to store.
type profiles struct {
	tx   *database.Tx
	rows []*ent.DuplicateProfileCreate
}

func newProfiles(tx *database.Tx, size int) *profiles {
	return &profiles{tx, make([]*ent.DuplicateProfileCreate, 0, size)}
}

func (p *profiles) add(contact int, keys []int64) {
	p.rows = append(p.rows, p.tx.Ent.DuplicateProfile.Create().SetContactID(contact).SetKeys(packKeys(keys)))
}

func (p *profiles) store(ctx context.Context) error {
	if len(p.rows) == 0 {
		return nil
	}
	return p.tx.Ent.DuplicateProfile.CreateBulk(p.rows...).Exec(ctx)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
