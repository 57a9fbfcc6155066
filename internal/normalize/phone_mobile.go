package normalize

import (
	"regexp"
	"strconv"

	"github.com/nyaruka/phonenumbers"
)

// mobileDigits are the digits that belong to a mobile number in one way of writing it and not in
// another, by country code. libphonenumber accepts both.
var mobileDigits = map[int32]struct {
	pattern *regexp.Regexp // of a national number in the way that is not unique
	unique  string         // its replacement
}{
	// Mexico: until 2019, 044, 045 or, from abroad, 1 were dialed before a mobile's ten digits, and
	// 01 before those of a landline.
	52: {regexp.MustCompile(`^(?:1|01|04[45])(\d{10})$`), "$1"},
	// Argentina: calls from abroad to a mobile have a 9 before the ten digits. Without it, the
	// number is that of a landline, unless there is no such landline.
	54: {regexp.MustCompile(`^(\d{10})$`), "9$1"},
	// Brazil: until 2016, mobile numbers had eight digits after the area code, without the 9.
	55: {regexp.MustCompile(`^(\d\d)(\d{8})$`), "${1}9$2"},
}

// withMobileDigit returns n in the way in which its country's mobile numbers are unique. It changes
// only a number that is valid in no other way.
func withMobileDigit(n *phonenumbers.PhoneNumber) *phonenumbers.PhoneNumber {
	rule, ok := mobileDigits[n.GetCountryCode()]
	if !ok {
		return n
	}
	national := phonenumbers.GetNationalSignificantNumber(n)
	unique := rule.pattern.ReplaceAllString(national, rule.unique)
	if unique == national || phonenumbers.IsValidNumber(n) {
		return n
	}
	changed, err := phonenumbers.Parse("+"+strconv.Itoa(int(n.GetCountryCode()))+unique, unknownRegion)
	if err != nil || !phonenumbers.IsValidNumber(changed) {
		return n
	}
	return changed
}
