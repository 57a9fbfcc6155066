package keys

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// unknownRegion is libphonenumber's name for "no region": only a number with a + can be read.
const unknownRegion = "ZZ"

// Phone is the form under which a phone number is unique: E.164 where code and phone can be read as a number, else their
// digits if they hold nothing but digits and separators, else the trimmed text of phone. A phone that starts with + stands
// alone, so that a country code wrongly included in it makes no difference. A blank phone has none and gives "".
func Phone(code, phone string) string {
	phone = strings.TrimSpace(phone)
	if phone == "" {
		return ""
	}
	if n := parsePhone(code, phone); n != nil {
		return phonenumbers.Format(n, phonenumbers.E164)
	}
	codeDigits, ok1 := digits(code)
	phoneDigits, ok2 := digits(phone)
	if ok1 && ok2 && phoneDigits != "" {
		return codeDigits + phoneDigits
	}
	return phone
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
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case !strings.ContainsRune(" \t\u00a0()+-./", r):
			return "", false
		}
	}
	return b.String(), true
}
