package normalize

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// unknownRegion is libphonenumber's name for "no region": only a number with a + can be read.
const unknownRegion = "ZZ"

// Phone is the form under which a phone number is unique: E.164 where code and phone can be read as a number, else their
// digits if they hold nothing but digits and separators, else the trimmed text of phone. A phone that starts with + stands
// alone, so that a country code wrongly included in it makes no difference. A blank phone has none and gives "".
func Phone(code, phone string) string {
	code, phone = norm.NFKC.String(code), strings.TrimSpace(norm.NFKC.String(phone)) // some keyboards give full-width digits
	if phone == "" {
		return ""
	}
	if e164 := stableE164(parsePhone(code, phone)); e164 != "" {
		return e164
	}
	codeDigits, ok1 := digits(code)
	phoneDigits, ok2 := digits(phone)
	if ok1 && ok2 && phoneDigits != "" {
		return codeDigits + phoneDigits
	}
	return phone
}

// settled is the E.164 text of n that, read as a number again, stays the same; "" if it is none then. A zero behind the
// country code can be taken for a part of the number once, and for the prefix of national calls the next time: each
// reading makes it shorter.
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

// parsePhone reads code and phone as one number, nil if they are none.
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

// digits returns the digits of text; ok is false if it holds more than digits and separators.
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

// notOfPhone reports whether r is neither a digit nor a separator.
func isNotPhoneChar(r rune) bool { return !strings.ContainsRune("0123456789 \t\u00a0()+-./", r) }
