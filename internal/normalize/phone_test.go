package normalize_test

import (
	"strings"
	"testing"

	"contactgraph/internal/normalize"

	"pgregory.net/rapid"
)

func TestPhone(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, country, code, phone, want string }{
		{"code and national number", "", "46", "070-174 06 05", "+46701740605"},
		{"without the trunk prefix", "", "46", "701740605", "+46701740605"},
		{"a code with a plus sign", "", "+46", "0701740605", "+46701740605"},
		{"a code with 00", "", "0046", "0701740605", "+46701740605"},
		{"an ISO code", "", "se", "0701740605", "+46701740605"},
		{"E.164 alone", "", "", "+46701740605", "+46701740605"},
		{"the trunk prefix in brackets", "", "", "+46 (0)70-174 06 05", "+46701740605"},
		{"the code wrongly included too", "", "46", "+46 70 174 06 05", "+46701740605"},
		{"the code wrongly included without a plus sign", "", "46", "46701740605", "+46701740605"},
		{"another code than the number's own", "", "47", "+46701740605", "+46701740605"},
		{"dialed with 00", "", "46", "0046701740605", "+46701740605"},
		{"another country dialed with 00", "", "46", "0044 20 7946 0018", "+442079460018"},
		{"00 where the prefix is another one", "JP", "", "0033 1 23 45 67 89", "+33123456789"},
		{"United States", "", "1", "(202) 555-0143", "+12025550143"},
		{"United States with the trunk prefix", "", "1", "1-202-555-0143", "+12025550143"},
		{"Canada shares the code", "", "1", "613 555 0143", "+16135550143"},
		{"Jamaica shares the code", "", "1", "876-555-0143", "+18765550143"},
		{"an area code in the country code", "", "1876", "555-0143", "+18765550143"},
		{"dialed from the United States", "", "1", "011 46 701740605", "+46701740605"},
		{"United Kingdom", "", "44", "020 7946 0018", "+442079460018"},
		{"Italy keeps its leading zero", "", "39", "06 1234 5678", "+390612345678"},
		{"Italy, E.164 alone", "", "", "+390612345678", "+390612345678"},
		{"Italy, a zero in brackets", "", "", "+39 (0)6 1234 5678", "+390612345678"},
		{"Kazakhstan shares Russia's code", "", "7", "8 701 555 0143", "+77015550143"},
		{"a code of no single country", "", "800", "1234 5678", "+80012345678"},
		{"full-width digits and sign", "", "", "＋４６７０１７４０６０５", "+46701740605"},
		{"full-width code", "", "４６", "０７０１７４０６０５", "+46701740605"},
		{"invisible characters", "", "\u200e46", "\u202d070\u200b174\u00ad0605\u202c", "+46701740605"},
		{"Devanagari digits", "", "46", "०७०१७४०६०५", "+46701740605"},
		{"blanks around", "", " 46 ", "\u00a0070-174 06 05 ", "+46701740605"},

		{"the account's country", "SE", "", "070-174 06 05", "+46701740605"},
		{"the account's country, not the number's", "SE", "", "+47 406 12 345", "+4740612345"},
		{"the account's country, not the code", "SE", "47", "406 12 345", "+4740612345"},
		{"the account's country with a code of zeros", "SE", "00", "070-174 06 05", "+46701740605"},

		{"Mexico, mobile from abroad before 2019", "", "", "+52 1 55 1234 5678", "+525512345678"},
		{"Mexico, mobile before 2019", "", "52", "044 55 1234 5678", "+525512345678"},
		{"Mexico, landline before 2019", "MX", "", "01 55 1234 5678", "+525512345678"},
		{"Mexico", "", "52", "55 1234 5678", "+525512345678"},
		{"Argentina, mobile", "", "", "+54 9 11 2345 6789", "+5491123456789"},
		{"Argentina, mobile as dialed within", "", "54", "011 15-2345-6789", "+5491123456789"},
		{"Argentina, a landline has the same digits", "", "", "+54 11 2345 6789", "+541123456789"},
		{"Brazil, mobile before 2016", "", "", "+55 11 8765-4321", "+5511987654321"},
		{"Brazil, mobile", "", "55", "(11) 98765-4321", "+5511987654321"},
		{"Brazil, landline", "", "55", "(11) 3765-4321", "+551137654321"},

		{"no code: digits", "", "", "070-174 06 05", "0701740605"},
		{"an unknown code: digits", "", "999", "12 34-56", "999123456"},
		{"a code of zeros: digits", "", "00", "123 456", "123456"},
		{"a code beyond any number: digits", "", strings.Repeat("9", 30), "1234", strings.Repeat("9", 30) + "1234"},
		{"too long to be a number: digits", "", "46", "070-174 06 05 08-123 45 67 89", "4607017406050812345678" + "9"},
		{"groups between commas: digits", "", "", "070,174,06,05", "0701740605"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := normalize.Phone(tt.country, tt.code, tt.phone); got != tt.want {
				t.Errorf("%q %q %q: got %q, want %q", tt.country, tt.code, tt.phone, got, tt.want)
			}
		})
	}
}

// People type more than a number into a field for one.
func TestPhoneWithinText(t *testing.T) {
	t.Parallel()
	forms := map[string][]string{
		"+46701749941": {
			"tel:+46701749941", "TEL:+46-70-174-99-41", "tel:+46%2070%20174%2099%2041", "tel:0701749941;phone-context=+46", "callto:+46701749941",
			"tel:+46701749941;isub=12", "(+46) 70 174 99 41", "[+46] 70 174 99 41", "Tel. +46 70 174 99 41", "Tel (work): +46 70 174 99 41", "M +46701749941",
			"☎ +46701749941", "2. +46701749941", "+46701749941;", "+46701749941.", "<+46701749941>", "'+46701749941", "\"+46701749941\"", "+46701749941 (work)",
			"+46701749941 work, 2nd floor", "+46701749941 – evenings only", "+46701749941, ask for Ann", "0046701749941", "00 46 (0)70-174 99 41", "+46 (0) 70 174 99 41",
			"+46701749941 / +46708888888", "+46701749941; +46708888888", "+46701749941, 08-123 45 67", "+46701749941 2nd", "+46701749941 9am-5pm", "+46701749941 (2)", "+46701749941 (9-17)", "+46701749941 24h", "+46701749941 (24h)",
			"+46_70_174_99_41", "+46·70·174·99·41", "+46701749941 eller 08-123 45 67", "+ 46 70 174 99 41", "+0046 70 174 99 41",
		},
		"+18003569377":          {"+1-800-FLOWERS", "+1 800 flowers", "+1 (800) FLO-WERS", "+1.800.356.9377"},
		"+12025550160;ext=2223": {"+1 202-555-0160 x22/23", "+1 202-555-0160 ext. 22-23"},
		"18003569377;ext=22":    {"1-800-FLOWERS,22", "1-800-FLOWERS x22", "1-800-FLOWERS; 22"},
		"0701749941":            {"070-174 99 41 2nd", "070-174 99 41 (24h)"},
		"18003569377":           {"1-800-FLOWERS", "1-800-flowers", "1 800 356 9377", "Tel. 1 800 356 9377"},
		"+12025550160;ext=22": {
			"+1 202-555-0160 x22", "+1 202-555-0160 ext. 22", "+1 202-555-0160;ext=22", "+1 202-555-0160,22", "+1 202-555-0160, 22", "+1 202-555-0160 EXT 22",
			"+1 202-555-0160 extension: 22", "+1 202-555-0160 #22", "+1 202-555-0160 (x22)", "+1 202-555-0160 (office) ext 22", "+1 202-555-0160;22",
			"tel:+1-202-555-0160;ext=22", "tel:+1-202-555-0160;isub=1;ext=22", "00 1 202 555 0160 anexo 22", "+1 202-555-0160 x 22#", "+1 202-555-0160 ext-22", "+1 202-555-0160p22", "\u202a+1 202-555-0160\u202c x\u200b22",
		},
		"+12025550160;ext=23":  {"+1 202-555-0160 x23"},
		"+12025550160;ext=022": {"+1 202-555-0160 x022"},
		"+12025550160":         {"+1 202-555-0160", "+1 202-555-0160 x", "+1 202-555-0160 fax"},
		"2025550160;ext=22":    {"202-555-0160 x22", "202 555 0160 ext. 22", "202.555.0160,22"},
	}
	for want, texts := range forms {
		for _, text := range texts {
			if got := normalize.Phone("", "", text); got != want {
				t.Errorf("%q: got %q, want %q", text, got, want)
			}
		}
	}
}

// What is no number has no key, so any number of contacts can have it.
func TestNoPhone(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", " \u00a0", "\u200b", "-", "---", "+", "n/a", "N/A", "none", "unknown", "tbd", "?", ".", "x", "ask reception", " call me ", "0", "000", "+000", "0000 000",
		"(0)", "1", "12", "+46", "+358", "0x", "call 5 times", "room 214", "070-XXX XX 41", "070-174 xx xx", "070-*** ** **", "070-17* ** **", "call 123 456", "12 or 34 56", "okänt", "不明", "see 2nd entry", "2 reception", "0 unknown", "+46 call me", "7 days a week", "2nd floor", "12 Main Street", "100 Main Street", "4 the office", "0000 none", "0046",
		"24/7", "112", "tel:", "ext. 22", "x22",
	}
	for _, text := range texts {
		for _, code := range []string{"", "46"} {
			for _, country := range []string{"", "SE"} {
				if got := normalize.Phone(country, code, text); got != "" {
					t.Errorf("%q %q %q: got %q, want none", country, code, text, got)
				}
			}
		}
	}
}

func TestNeedsCountry(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code, phone string
		want        bool
	}{
		{"", "070-174 06 05", true},
		{"", "070-174 06 05 x22", true},
		{"home", "070-174 06 05", true},
		{"46", "070-174 06 05", false},
		{"SE", "070-174 06 05", false},
		{"", "+46 70-174 06 05", false},
		{"", "Tel. +46 70-174 06 05", false},
		{"", "n/a", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got := normalize.NeedsCountry(tt.code, tt.phone); got != tt.want {
			t.Errorf("%q %q: got %t, want %t", tt.code, tt.phone, got, tt.want)
		}
		if a, b := normalize.Phone("SE", tt.code, tt.phone), normalize.Phone("NO", tt.code, tt.phone); a != b && !tt.want {
			t.Errorf("%q %q: %q in Sweden, and %q in Norway", tt.code, tt.phone, a, b)
		}
	}
}

// A form of digits only has lost its country code, so it is parsed without one.
func TestPhoneIsIdempotent(t *testing.T) {
	t.Parallel()
	code := rapid.OneOf(rapid.SampledFrom([]string{"", "1", "7", "39", "44", "46", "49", "54", "55", "225", "800", "999"}), rapid.StringN(0, 5, 10))
	phone := rapid.OneOf(rapid.StringMatching(`\+?[0-9 ()/.-]{1,20}`), rapid.StringN(0, 20, 40))
	rapid.Check(t, func(t *rapid.T) { phoneIsStable(t, code.Draw(t, "code"), phone.Draw(t, "phone")) })
}

func FuzzPhone(f *testing.F) {
	for _, seed := range [][2]string{
		{"46", "070-174 06 05"}, {"", "+46 (0)70"}, {"46", "0000000000"}, {"39", "06 1"}, {"1", "1-800-FLOWERS"}, {"0", "+00 1000"}, {"0", "00101"}, {"x", "１２"}, {"", "+\xff"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, code, phone string) { phoneIsStable(t, code, phone) })
}

func phoneIsStable(t rapid.TB, code, phone string) {
	t.Helper()
	key := normalize.Phone("", code, phone)
	if key != strings.TrimSpace(key) {
		t.Fatalf("%q %q: the key %q has blanks around", code, phone, key)
	}
	again := normalize.Phone("", code, key)
	if !strings.HasPrefix(key, "+") && strings.Trim(key, "0123456789") == "" {
		again = normalize.Phone("", "", key)
	}
	if again != key {
		t.Fatalf("%q %q: the key is %q, and of that %q", code, phone, key, again)
	}
}
