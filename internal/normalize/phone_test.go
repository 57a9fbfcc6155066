package normalize_test

import (
	"strings"
	"testing"

	"contactgraph/internal/normalize"

	"pgregory.net/rapid"
)

func TestPhone(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, code, phone, want string }{
		{"code and national number", "46", "070-174 06 05", "+46701740605"},
		{"without the national prefix", "46", "701740605", "+46701740605"},
		{"a code with a plus sign", "+46", "0701740605", "+46701740605"},
		{"a code with 00", "0046", "0701740605", "+46701740605"},
		{"E.164 alone", "", "+46701740605", "+46701740605"},
		{"E.164 with the code in brackets and the prefix", "", "+46 (0)70-174 06 05", "+46701740605"},
		{"the code wrongly included too", "46", "+46 70 174 06 05", "+46701740605"},
		{"the code wrongly included without a plus sign", "46", "46701740605", "+46701740605"},
		{"another code than the number's own", "47", "+46701740605", "+46701740605"},
		{"dialled with 00", "46", "0046701740605", "+46701740605"},
		{"another country dialled with 00", "46", "0044 20 7946 0018", "+442079460018"},
		{"United States", "1", "(202) 555-0143", "+12025550143"},
		{"United States with the trunk prefix", "1", "1-202-555-0143", "+12025550143"},
		{"Canada shares the code", "1", "613 555 0143", "+16135550143"},
		{"Jamaica shares the code", "1", "876-555-0143", "+18765550143"},
		{"dialled from the United States", "1", "011 46 701740605", "+46701740605"},
		{"United Kingdom", "44", "020 7946 0018", "+442079460018"},
		{"Italy keeps its leading zero", "39", "06 1234 5678", "+390612345678"},
		{"Italy, E.164 alone", "", "+390612345678", "+390612345678"},
		{"Kazakhstan shares Russia's code", "7", "8 701 555 0143", "+77015550143"},
		{"a code of no single country", "800", "1234 5678", "+80012345678"},
		{"letters on the keypad", "1", "202-555-0FON", "+12025550366"},
		{"full-width digits and sign", "", "＋４６７０１７４０６０５", "+46701740605"},
		{"full-width code", "４６", "０７０１７４０６０５", "+46701740605"},
		{"blanks around", " 46 ", "\u00a0070-174 06 05 ", "+46701740605"},

		{"no code: digits", "", "070-174 06 05", "0701740605"},
		{"an unknown code: digits", "999", "12 34-56", "999123456"},
		{"a code of zeros: digits", "00", "123 456", "00123456"},
		{"a code beyond any number: digits", strings.Repeat("9", 30), "12", strings.Repeat("9", 30) + "12"},
		{"too short to be a number: digits", "46", "1", "461"},

		{"no number: text", "46", "ask Reception", "ask Reception"},
		{"no number with blanks around: text", "", " call me ", "call me"},
		{"separators only: text", "46", "---", "---"},
		{"a plus sign only: text", "46", "+", "+"},
		{"a code of letters: text", "SE", "070-174", "070-174"},

		{"blank", "46", " \u00a0", ""},
		{"empty", "46", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := normalize.Phone(tt.code, tt.phone); got != tt.want {
				t.Errorf("%q %q: got %q, want %q", tt.code, tt.phone, got, tt.want)
			}
		})
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
		{"46", "070-174 06 05"}, {"", "+46 (0)70"}, {"46", "0000000000"}, {"39", "06 1"}, {"1", "1-800-FLOWERS"}, {"x", "１２"}, {"", "+\xff"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, code, phone string) { phoneIsStable(t, code, phone) })
}

func phoneIsStable(t rapid.TB, code, phone string) {
	t.Helper()
	key := normalize.Phone(code, phone)
	if key != strings.TrimSpace(key) {
		t.Fatalf("%q %q: the key %q has blanks around", code, phone, key)
	}
	again := normalize.Phone(code, key)
	if !strings.HasPrefix(key, "+") && strings.Trim(key, "0123456789") == "" {
		again = normalize.Phone("", key)
	}
	if again != key {
		t.Fatalf("%q %q: the key is %q, and of that %q", code, phone, key, again)
	}
}
