package query

import (
	"slices"
	"unicode/utf8"
)

// spelling recognizes the words at a small edit distance from one word, in a sorted list of words
// of which it reads only some. An edit inserts, deletes or replaces a character, or swaps two
// neighbors.
type spelling struct {
	word   []rune
	limit  int  // the most edits
	prefix bool // words begin with the same character
}

// next takes a word of the list, and returns the least text that is not less than it and is at most
// limit edits away, or is a prefix of such a text; ok is false if there is none. If that text is
// the word itself, distance is its edit distance: more than limit if it is only a prefix.
func (s spelling) next(word string) (least string, distance int, ok bool) {
	text := []rune(word)
	rows := [][]int{s.start()}
	for i := range text {
		row := s.step(rows, text, i)
		if !s.viable(row) {
			least, ok = s.successor(rows, text[:i+1])
			return least, s.limit + 1, ok
		}
		rows = append(rows, row)
	}
	return word, rows[len(rows)-1][len(s.word)], true
}

// start returns the distances of the beginnings of the word from the empty text.
func (s spelling) start() []int {
	row := make([]int, len(s.word)+1)
	for j := range row {
		row[j] = j
	}
	return row
}

// step returns the distances of the beginnings of the word from text[:i+1]. rows are those from the
// shorter beginnings of the text.
func (s spelling) step(rows [][]int, text []rune, i int) []int {
	above := rows[i]
	row := make([]int, len(above))
	row[0] = i + 1
	for j, r := range s.word {
		replaced := above[j]
		if r != text[i] {
			replaced++
		}
		row[j+1] = min(above[j+1]+1, row[j]+1, replaced)
		if i > 0 && j > 0 && text[i-1] == r && text[i] == s.word[j-1] {
			row[j+1] = min(row[j+1], rows[i-1][j-1]+1)
		}
	}
	if s.prefix && text[0] != s.word[0] {
		for j := range row {
			row[j] = s.limit + 1
		}
	}
	return row
}

// viable reports whether a text with these distances can begin a word within the limit.
func (s spelling) viable(row []int) bool { return slices.Min(row) <= s.limit }

// successor returns the least text that is greater than all that begin with dead and can begin a
// word within the limit. rows are the distances of the beginnings of dead.
func (s spelling) successor(rows [][]int, dead []rune) (least string, ok bool) {
	for i, r := range slices.Backward(dead) {
		following := after(r)
		candidates := []rune{following} // it stands for every character that the word does not have
		for _, r := range s.word {
			if r > following {
				candidates = append(candidates, r)
			}
		}
		slices.Sort(candidates)
		for _, r := range candidates {
			text := append(slices.Clone(dead[:i]), r)
			if s.viable(s.step(rows, text, i)) {
				return string(text), true
			}
		}
	}
	return "", false
}

// after returns the character after r. UTF-8 cannot encode surrogates.
func after(r rune) rune {
	if r++; r <= utf8.MaxRune && !utf8.ValidRune(r) {
		return '\uE000'
	}
	return min(r, utf8.MaxRune)
}
