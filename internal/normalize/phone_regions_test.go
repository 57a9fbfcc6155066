package normalize_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"contactgraph/internal/normalize"

	"github.com/nyaruka/phonenumbers"
)

// regionForms returns the ways of writing a number of a region, by name. Those without a country
// code are for an account of the region.
func regionForms(n *phonenumbers.PhoneNumber, region string) map[string]string {
	calling := strconv.Itoa(int(n.GetCountryCode()))
	significant := phonenumbers.GetNationalSignificantNumber(n)
	national := nationalFormat(n)
	international := phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
	e164 := "+" + calling + significant
	forms := map[string]string{
		"national":                          national,
		"national without the trunk prefix": significant,
		"international":                     international,
		"E.164":                             e164,
		"00 and the code":                   "00" + calling + " " + significant,
		"00 and the code in brackets":       "(00" + calling + ") " + significant,
		"the code in brackets":              "(+" + calling + ") " + significant,
		"tel URI":                           phonenumbers.Format(n, phonenumbers.RFC3966),
		"tel URI without hyphens":           "tel:" + e164,
		"tel URI of a local number":         "tel:" + significant + ";phone-context=+" + calling,
		"a label":                           "Tel. " + international,
		"a note":                            international + " (work)",
		"full-width digits":                 fullWidth(national),
		"full-width digits and code":        fullWidth(international),
		"Arabic digits":                     arabicDigits(international),
		"between direction marks":           "\u202d" + international + "\u202c",
		"national between direction marks":  "\u200e" + national + "\u200e",
		"zero-width spaces":                 strings.Join(strings.Split(international, ""), "\u200b"),
		"non-breaking blanks":               strings.ReplaceAll(international, " ", "\u00a0"),
		"en dashes":                         strings.ReplaceAll(international, " ", "\u2013"),
		"dots":                              strings.ReplaceAll(international, " ", "."),
		"a semicolon behind":                e164 + ";",
		"angle brackets":                    "<" + e164 + ">",
	}
	if phonenumbers.GetNddPrefixForRegion(region, true) == "0" && !strings.HasPrefix(significant, "0") {
		forms["the trunk prefix in brackets"] = "+" + calling + " (0)" + significant
		forms["00 and the trunk prefix in brackets"] = "00" + calling + "(0)" + significant
	}
	return forms
}

// nationalFormat returns how a number is written in its country. The library writes mobile numbers
// of Argentina without their area code.
func nationalFormat(n *phonenumbers.PhoneNumber) string {
	national := phonenumbers.Format(n, phonenumbers.NATIONAL)
	if rest, ok := strings.CutPrefix(national, "09 15-"); ok && n.GetCountryCode() == 54 {
		return "011 15-" + rest
	}
	return national
}

// fullWidth replaces digits and the plus sign by their full-width forms.
func fullWidth(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '+' && r <= '9' && r != '-' && r != '.' && r != ',' && r != '/' {
			return r - '+' + '\uff0b'
		}
		return r
	}, text)
}

func arabicDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '\u0660'
		}
		return r
	}, text)
}

// extensionForms are the ways of writing the extension 22.
var extensionForms = []string{" x22", " ext. 22", ";ext=22", ",22", " extension 22", " Ext 22", "x22", " #22", " x22 (work)", " (ext 22)"}

func TestPhonesOfAllRegions(t *testing.T) {
	t.Parallel()
	for _, region := range slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions())) {
		for name, kind := range map[string]phonenumbers.PhoneNumberType{"fixed": phonenumbers.FIXED_LINE, "mobile": phonenumbers.MOBILE} {
			t.Run(region+" "+name, func(t *testing.T) {
				t.Parallel()
				n := phonenumbers.GetExampleNumberForType(region, kind)
				if n == nil {
					t.Skip("libphonenumber has no example of this kind")
				}
				for form, text := range regionForms(n, region) {
					checkRegionForm(t, n, region, form, text)
				}
			})
		}
	}
}

func checkRegionForm(t *testing.T, n *phonenumbers.PhoneNumber, region, form, text string) {
	t.Helper()
	want, calling := phonenumbers.Format(n, phonenumbers.E164), int(n.GetCountryCode())
	if got := normalize.Phone(region, "", text); got != want {
		t.Errorf("%s, %q in the account's country: got %q, want %q", form, text, got, want)
	}
	if got := normalize.Phone("", strconv.Itoa(calling), text); got != want && phonenumbers.GetRegionCodeForCountryCode(calling) == region {
		t.Errorf("%s, %q with the code %d: got %q, want %q", form, text, calling, got, want)
	}
	if last := text[len(text)-1]; last == ')' || last == ';' || last == '>' || strings.Contains(text, "phone-context") {
		return // an extension does not follow these
	}
	for i, extension := range extensionForms {
		if form != "international" && i != len(text)%len(extensionForms) {
			continue // it takes too long to combine all of them
		}
		if got := normalize.Phone(region, "", text+extension); got != want+";ext=22" {
			t.Errorf("%s, %q: got %q, want %q", form, text+extension, got, want+";ext=22")
		}
	}
}
