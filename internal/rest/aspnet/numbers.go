package aspnet

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// number is an untyped JSON number.
type number struct {
	integer bool  // no decimal
	small   int64 // the value of an integer that fits in 64 bits; else -1
	zero    bool
	text    string
}

// readNumber reads a number as a token.
func (r *reader) readNumber() error {
	text, err := r.scanNumber()
	if err != nil {
		return err
	}
	n, ok := parseNumber(text)
	if !ok {
		return r.badNumber()
	}
	n.text = text
	r.token, r.value = tokenFloat, n
	if n.integer {
		r.token = tokenInteger
	}
	return nil
}

// badNumber reports an invalid number, which becomes a value of no type
// (JsonTextReader.ThrowReaderError).
func (r *reader) badNumber() error {
	r.token, r.value = tokenUndefined, nil
	return errJSON
}

// scanNumber consumes the text of a number and, if it ends where a number can end, finishes the
// value (JsonTextReader.ReadNumberIntoBuffer and ParseReadNumber, which allow reading to continue
// after an invalid number).
func (r *reader) scanNumber() (string, error) {
	start := r.pos
	for {
		c, ok := r.peek()
		if !ok || isSpace(c) || strings.ContainsRune(",}])/", rune(c)) {
			break
		}
		if !strings.ContainsRune("-+.0123456789abcdefxABCDEFX", rune(c)) {
			return "", errJSON
		}
		r.pos++
	}
	r.finishValue()
	return string(utf16.Decode(r.text[start:r.pos])), nil
}

// otherBase reports whether a number is in JavaScript's hexadecimal or octal notation.
func otherBase(text string) bool {
	return len(text) > 1 && text[0] == '0' && !strings.ContainsRune(".eE", rune(text[1]))
}

// parseOtherBase parses a number for which otherBase is true. All bits can be set, including the
// sign, as in Convert.ToInt64.
func parseOtherBase(text string, bits int) (uint64, bool) {
	digits, base := text, 8
	if text[1] == 'x' || text[1] == 'X' {
		digits, base = text[2:], 16
	}
	n, err := strconv.ParseUint(digits, base, bits)
	return n, err == nil
}

// isDecimal follows Double.TryParse, which rejects numbers out of range.
func isDecimal(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

// maxIntegerText is MaximumJavascriptIntegerCharacterLength.
const maxIntegerText = 380

// parseNumber parses a number whose type is not specified by a member.
func parseNumber(text string) (number, bool) {
	if otherBase(text) {
		n, ok := parseOtherBase(text, 64)
		return number{integer: true, small: int64(n), zero: n == 0}, ok //nolint:gosec // wraps round, as the framework does
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		return number{integer: true, small: n, zero: n == 0}, true
	}
	if strings.Trim(strings.TrimPrefix(text, "-"), "0123456789") == "" && len(text) > 1 { // a BigInteger
		return number{integer: true, small: -1, zero: strings.Trim(text, "-0") == ""}, len(text) <= maxIntegerText
	}
	f, err := strconv.ParseFloat(text, 64)
	return number{small: -1, zero: f == 0}, err == nil
}

// parseInt32 parses an unquoted number for an Int32, which must not have decimals.
func parseInt32(text string) (int, bool) {
	if otherBase(text) {
		n, ok := parseOtherBase(text, 32)
		return int(int32(uint32(n))), ok //nolint:gosec // wraps round, as the framework does
	}
	n, err := strconv.ParseInt(text, 10, 32)
	return int(n), err == nil
}

// isNumberText reports whether an unquoted number is accepted for a string, which then has its
// text.
func isNumberText(text string) bool {
	if otherBase(text) {
		_, ok := parseOtherBase(text, 64)
		return ok
	}
	return isDecimal(text)
}
