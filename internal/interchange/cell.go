package interchange

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// formulaStarts are the characters with which a formula begins in spreadsheets, also in the wide
// forms of East Asian scripts.
var formulaStarts = []rune("=+-@\t\r\n＝＋－＠")

// IsFormula reports whether a spreadsheet would run a cell with this text.
func IsFormula(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return text != "" && slices.Contains(formulaStarts, first)
}

// EscapeCell returns a text as a cell of a CSV file from which UnescapeCell reads it. An empty cell
// stands for no text, so the empty text is an apostrophe. Spreadsheets would run a text that looks
// like a formula: it gets an apostrophe, as is usual, and so does a text that begins with one.
// Readers of CSV change carriage returns; a text that has some is an apostrophe and a JSON string.
func EscapeCell(text string) string {
	switch {
	case strings.ContainsRune(text, '\r'):
		return "'" + string(appendCompact(nil, text))
	case text == "", strings.HasPrefix(text, "'"), IsFormula(text):
		return "'" + text
	}
	return text
}

// UnescapeCell returns the text of a cell that EscapeCell wrote. Any other cell is its own text.
func UnescapeCell(cell string) string {
	rest, escaped := strings.CutPrefix(cell, "'")
	if !escaped {
		return cell
	}
	var text string
	if strings.HasPrefix(rest, `"`) && json.Unmarshal([]byte(rest), &text) == nil {
		return text
	}
	if rest == "" || strings.HasPrefix(rest, "'") || IsFormula(rest) {
		return rest
	}
	return cell // people write it with an apostrophe, such as 's-Hertogenbosch
}
