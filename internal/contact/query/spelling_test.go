package query

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSpellingFindsSimilarWords compares a walk through a sorted list with the distance of each of
// its words.
func TestSpellingFindsSimilarWords(t *testing.T) {
	t.Parallel()
	words := rapid.StringOfN(rapid.SampledFrom([]rune("abcö")), 1, 7, -1)
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(words).Draw(t, "list")
		s := spelling{word: []rune(words.Draw(t, "word")), limit: rapid.IntRange(1, 2).Draw(t, "limit"), prefix: rapid.Bool().Draw(t, "prefix")}
		slices.Sort(list)
		list = slices.Compact(list)
		var want, got []string
		for _, w := range list {
			if distance([]rune(w), s.word) <= s.limit && (!s.prefix || []rune(w)[0] == s.word[0]) {
				want = append(want, w)
			}
		}
		for i := 0; i < len(list); {
			least, distance, ok := s.next(list[i])
			if !ok {
				break
			}
			if least == list[i] {
				if distance <= s.limit {
					got = append(got, least)
				}
				i++
				continue
			}
			if least < list[i] {
				t.Fatalf("%q after %q", least, list[i])
			}
			i, _ = slices.BinarySearch(list, least)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// distance returns the number of edits between two texts, computed recursively.
func distance(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	x, y := a[:len(a)-1], b[:len(b)-1]
	n := distance(x, y)
	if a[len(x)] != b[len(y)] {
		n = 1 + min(n, distance(x, b), distance(a, y))
		if len(x) > 0 && len(y) > 0 && a[len(x)] == b[len(y)-1] && a[len(x)-1] == b[len(y)] {
			n = min(n, 1+distance(x[:len(x)-1], y[:len(y)-1]))
		}
	}
	return n
}
