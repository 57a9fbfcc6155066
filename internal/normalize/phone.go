package normalize

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone returns the form under which a phone number is unique: E.164 if the text can be read as a
// number of a country; otherwise its digits. An extension follows as in RFC 3966: ";ext=22". It
// returns "" for a text that has no number, such as "n/a" or "000".
//
// The country of a number is the first of
//
//   - its own country code, after + or 00;
//   - code: a country code, or an ISO 3166 code;
//   - country: the ISO 3166 code of the account's country, "" if it has none.
//
// So a wrong code next to a number with its own makes no difference. Text around a number is
// ignored, if the number is complete without it; letters behind an incomplete one are read as on a
// keypad, as in 1-800-FLOWERS.
func Phone(country, code, phone string) string {
	n, ok := parsePhone(country, code, phone)
	if !ok {
		return ""
	}
	key := n.digits
	if n.parsed != nil {
		key = phonenumbers.Format(n.parsed, phonenumbers.E164)
	}
	if n.extension != "" {
		key += ";ext=" + n.extension
	}
	return key
}

// NeedsCountry reports whether the form of a phone number depends on the country of the account.
func NeedsCountry(code, phone string) bool {
	p := readPhone(phone)
	return p.number != "" && !isInternational(p.number) && regionOf("", code) == unknownRegion && countryCode(code) == ""
}

// phoneNumber is what is known about a phone number.
type phoneNumber struct {
	parsed    *phonenumbers.PhoneNumber // nil if the country is unknown, or has no such numbers
	digits    string                    // after the country code, if there is one
	extension string
}

// parsePhone parses a phone number. ok is false if the text has none. It remembers the last
// numbers: a write needs each several times, for its key and for its words.
func parsePhone(country, code, phone string) (n phoneNumber, ok bool) {
	return parsedPhones.get(phoneInput{country, code, phone})
}

// parseAgain is parsePhone, without what it remembers.
func parseAgain(country, code, phone string) (n phoneNumber, ok bool) {
	text := readPhone(phone)
	prefix, region := countryCode(code), regionOf(country, code)
	complete := func(reading string) bool {
		if reading == "" {
			return false
		}
		n.parsed, n.digits = parseIn(region, prefix, reading), strings.TrimPrefix(reading, "+")
		if n.parsed == nil {
			return region == unknownRegion && prefix == "" && isComplete(n.digits)
		}
		possible := phonenumbers.IsPossibleNumberWithReason(n.parsed) == phonenumbers.IS_POSSIBLE
		return possible && (!text.annotated || isComplete(n.digits) || phonenumbers.IsValidNumber(n.parsed))
	}
	valid := func() bool { return n.parsed != nil && phonenumbers.IsValidNumber(n.parsed) }
	n.extension = text.extension
	switch {
	case text.number == "":
		return n, false
	case complete(text.local) && trunkPrefix(n.parsed) == "0":
	case complete(text.number) && (valid() || text.shorter == ""):
	case complete(text.shorter) && (valid() || n.parsed == nil):
	case complete(text.number):
	case complete(text.vanity) && (valid() || n.parsed == nil && isNumberAbroad(n.digits)):
	case complete(text.digits):
	case text.annotated, len(strings.TrimLeft(n.digits, "0")) < minDigits, isCallingCode(text.number):
		return n, false
	}
	if strings.Trim(n.digits, "0") == "" {
		return n, false
	}
	if n.parsed == nil {
		n.digits = prefix + n.digits
	}
	return n, n.parsed == nil || n.parsed.GetNationalNumber() != 0
}

// minDigits is the fewest digits of an incomplete number, such as that of a phone in an office,
// without the zeros that are dialed before it.
const minDigits = 4

// isNumberAbroad reports whether digits are a number if they begin with a country code.
func isNumberAbroad(digits string) bool {
	n := parse("+"+digits, unknownRegion)
	return n != nil && phonenumbers.IsValidNumber(n)
}

// isComplete reports whether digits can be a number of an unknown country: E.164 has at most
// fifteen digits, and few countries have national numbers of fewer than seven.
func isComplete(digits string) bool { return len(digits) >= 7 && len(digits) <= 15 }

// unknownRegion is libphonenumber's name for "no region": then only numbers with + can be parsed.
const unknownRegion = "ZZ"

// countryCode returns the digits of a country code, without the zeros that are dialed before it.
func countryCode(code string) string { return strings.TrimLeft(onlyDigits(phoneChars(code)), "0") }

// regionOf returns the region of numbers without a country code of their own.
func regionOf(country, code string) string {
	if prefix := countryCode(code); prefix != "" {
		calling, _ := strconv.Atoi(prefix) // if it has too many digits, there is no region
		region := phonenumbers.GetRegionCodeForCountryCode(calling)
		if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
			return unknownRegion
		}
		return region
	}
	for _, iso := range []string{code, country} {
		if iso = strings.ToUpper(strings.TrimSpace(Visible(iso))); IsCountry(iso) {
			return iso
		}
	}
	return unknownRegion
}

// IsCountry reports whether code is the ISO 3166 code of a country with phone numbers, in upper
// case.
func IsCountry(code string) bool { return phonenumbers.GetSupportedRegions()[code] }

// isInternational reports whether a number begins with a country code.
func isInternational(number string) bool {
	return strings.HasPrefix(number, "+") || strings.HasPrefix(number, "00")
}

// isCallingCode reports whether a number consists of a country code only.
func isCallingCode(number string) bool {
	calling, err := strconv.Atoi(strings.TrimLeft(number, "+0"))
	return isInternational(number) && err == nil && phonenumbers.GetRegionCodeForCountryCode(calling) != unknownRegion
}

// parseIn parses a reading of a number. In a region that dials another prefix than 00 to other
// countries, a number that starts with 00 can also be a national one. It returns nil for a reading
// that is no number there.
func parseIn(region, prefix, reading string) *phonenumbers.PhoneNumber {
	if rest, ok := strings.CutPrefix(reading, "00"); ok {
		international := parse("+"+rest, unknownRegion)
		if international != nil && phonenumbers.IsValidNumber(international) {
			return international
		}
		return cmp.Or(parse(reading, region), international)
	}
	if region == unknownRegion && prefix != "" && !strings.HasPrefix(reading, "+") {
		reading = "+" + prefix + reading
	}
	return parse(reading, region)
}

// parse parses a number until it stays the same: a zero after the country code can be parsed as a
// part of the number once, and as the prefix of national calls the next time. Each parse makes the
// number shorter. It returns nil if it is none, or too little is left of it.
func parse(number, region string) *phonenumbers.PhoneNumber {
	n, err := phonenumbers.Parse(number, region)
	if err != nil {
		return nil
	}
	n = withMobileDigit(n)
	text := phonenumbers.Format(n, phonenumbers.E164)
	if text == number {
		return n
	}
	return parse(text, unknownRegion)
}

// trunkPrefix returns what is dialed before a national number, "" for nothing.
func trunkPrefix(n *phonenumbers.PhoneNumber) string {
	return phonenumbers.GetNddPrefixForRegion(phonenumbers.GetRegionCodeForNumber(n), true)
}
