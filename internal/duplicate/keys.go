package duplicate

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
)

// MaxShared is how many contacts can have a blocking key. If there are more, such as those with the
// number of a switchboard, the key is ignored.
const MaxShared = 30

// maxNames is how many words of a name have keys.
const maxNames = 3

// Keys returns the hashes of the blocking keys of a contact, sorted: two contacts are compared if
// they have one in common. Each pair of words of the name has a key, of one of them and the initial
// of the other, with the company and with the postcode: a difference in one word leaves the other,
// and few contacts of a large company share it.
func (p *Person) Keys() []int64 {
	var keys []int64
	if p.Email != "" {
		keys = append(keys, hashOf("email", p.Email))
	}
	if s := p.subscriber(); s != "" {
		keys = append(keys, hashOf("phone", s))
	}
	for _, id := range p.ExternalIDs {
		keys = append(keys, hashOf("external", id))
	}
	names := p.Names[:min(maxNames, len(p.Names))]
	for i, word := range names {
		for k, other := range names {
			if i == k {
				continue
			}
			name := canonical(word) + " " + string([]rune(canonical(other))[:1])
			if p.Company != 0 {
				keys = append(keys, hashOf("company", fmt.Sprint(p.Company, " ", name)))
			}
			if p.Postcode != "" {
				keys = append(keys, hashOf("postcode", p.Postcode+" "+name))
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// hashOf returns the hash of a key. If two keys have the same, some contacts are compared for
// nothing.
func hashOf(kind, text string) int64 {
	h := fnv.New64a()
	h.Write([]byte(kind + ":" + text))
	return int64(h.Sum64()) //nolint:gosec // the sign does not count
}

// packKeys returns keys as a profile stores them.
func packKeys(keys []int64) []byte {
	packed := make([]byte, 0, 8*len(keys))
	for _, k := range keys {
		packed = binary.BigEndian.AppendUint64(packed, uint64(k)) //nolint:gosec // as above
	}
	return packed
}

// unpackKeys is the inverse of packKeys.
func unpackKeys(packed []byte) []int64 {
	keys := make([]int64, 0, len(packed)/8)
	for ; len(packed) >= 8; packed = packed[8:] {
		keys = append(keys, int64(binary.BigEndian.Uint64(packed))) //nolint:gosec // as above
	}
	return keys
}
