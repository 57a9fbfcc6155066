package normalize

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// unknownRegion is libphonenumber's name for "no region": then only numbers with + can be parsed.
const unknownRegion = "ZZ"

// Phone returns the form under which a phone number is unique: E.164 if code and phone can be
// parsed as a number; otherwise their digits, if they contain only digits and separators; otherwise
// the trimmed phone. The code is ignored if phone starts with +, so that a wrong code makes no
// difference. It returns "" for a blank phone.
func Phone(code, phone string) string {
	code, phone = norm.NFKC.String(code), strings.TrimSpace(norm.NFKC.String(phone)) // some keyboards enter full-width digits
	if phone == "" {
		return ""
	}
	if e164 := stableE164(parsePhone(code, phone)); e164 != "" {
		return e164
	}
	codeDigits, codeOK := digits(code)
	phoneDigits, phoneOK := digits(phone)
	if codeOK && phoneOK && phoneDigits != "" {
		return codeDigits + phoneDigits
	}
	return phone
}

// stableE164 returns the E.164 text of n that parses to itself, "" if there is none. A zero after
// the country code can be parsed as a part of the number once, and as the prefix of national calls
// the next time; each parse makes the number shorter.
func stableE164(n *phonenumbers.PhoneNumber) string {
	if n == nil {
		return ""
	}
	text := phonenumbers.Format(n, phonenumbers.E164)
	again := parsePhone("", text)
	if again == nil || len(phonenumbers.Format(again, phonenumbers.E164)) < len(text) {
		return stableE164(again)
	}
	return text
}

// parsePhone parses code and phone as one number. It returns nil if they are not one.
func parsePhone(code, phone string) *phonenumbers.PhoneNumber {
	region := unknownRegion
	if !strings.HasPrefix(phone, "+") {
		codeDigits, ok := digits(code)
		calling, err := strconv.Atoi(strings.TrimLeft(codeDigits, "0"))
		if !ok || err != nil {
			return nil
		}
		region = phonenumbers.GetRegionCodeForCountryCode(calling)
		if region == unknownRegion || region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
			region, phone = unknownRegion, "+"+strconv.Itoa(calling)+phone
		}
	}
	n, err := phonenumbers.Parse(phone, region)
	if err != nil {
		return nil
	}
	return n
}

// digits returns the digits of text. ok is false if it has other characters than digits and
// separators.
func digits(text string) (ds string, ok bool) {
	if strings.ContainsFunc(text, isNotPhoneChar) {
		return "", false
	}
	return onlyDigits(text), true
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// isNotPhoneChar reports whether r is neither a digit nor a separator.
func isNotPhoneChar(r rune) bool { return !strings.ContainsRune("0123456789 \t\u00a0()+-./", r) }
