package revision_test

import (
	"encoding/base64"
	"errors"
	"math"
	"testing"
	"time"

	"contactgraph/internal/revision"

	"pgregory.net/rapid"
)

func TestVersionRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := revision.Version(rapid.Int64Min(1).Draw(t, "version"))
		text := want.String()
		if got, err := revision.Parse(text); got != want || err != nil {
			t.Fatalf("%d is %q, which is parsed as %d, %v", want, text, got, err)
		}
		if got := revision.FromBytes(want.Bytes()); got != want {
			t.Fatalf("the bytes of %d are parsed as %d", want, got)
		}
		if b, err := base64.StdEncoding.Strict().DecodeString(text); len(b) != 8 || err != nil {
			t.Fatalf("%q is not base64 of 8 bytes: %v", text, err)
		}
	})
}

func TestVersionString(t *testing.T) {
	t.Parallel()
	for version, want := range map[revision.Version]string{
		1: "AAAAAAAAAAE=", 2001: "AAAAAAAAB9E=", math.MaxInt64: "f/////////8=",
	} {
		if got := version.String(); got != want {
			t.Errorf("%d: got %q, want %q", version, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       revision.Version
		err        error
	}{
		{"the text of a version", "AAAAAAAAB9E=", 2001, nil},
		{"bits beyond the last byte are ignored", "AAAAAAAAB9F=", 2001, nil},
		{"the documented sample is stale", "QEA=", revision.Stale, nil},
		{"empty is stale", "", revision.Stale, nil},
		{"7 bytes are stale", "AAAAAAAHyg==", revision.Stale, nil},
		{"9 bytes are stale", "AAAAAAAAAAAB", revision.Stale, nil},
		{"zero is stale", "AAAAAAAAAAA=", revision.Stale, nil},
		{"a negative number is stale", "//////////8=", revision.Stale, nil},
		{"the least negative number is stale", "gAAAAAAAAAA=", revision.Stale, nil},
		{"without padding", "AAAAAAAAB9E", revision.Stale, revision.ErrNotBase64},
		{"another alphabet", "f_________8=", revision.Stale, revision.ErrNotBase64},
		{"a number", "2001", revision.Stale, nil}, // base64 of three bytes
		{"words", "no version", revision.Stale, revision.ErrNotBase64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := revision.Parse(tt.text); got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%q: got %d, %v, want %d, %v", tt.text, got, err, tt.want, tt.err)
			}
		})
	}
}

func TestParseReturnsNoNegativeVersion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-z0-9+/]{10,12}={0,2}`)).Draw(t, "text")
		if got, err := revision.Parse(text); got < revision.Stale || err != nil && got != revision.Stale {
			t.Fatalf("%q is parsed as %d, %v", text, got, err)
		}
	})
}

func TestFormatTime(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("", 2*60*60)
	tests := []struct {
		name string
		time time.Time
		want string
	}{
		{"whole seconds", time.Date(2024, 11, 21, 6, 40, 14, 0, time.UTC), "2024-11-21T06:40:14Z"},
		{"trailing zeros are cut", time.Date(2024, 11, 21, 6, 40, 14, 500_000_000, time.UTC), "2024-11-21T06:40:14.5Z"},
		{"microseconds", time.Date(2024, 11, 21, 6, 40, 14, 781_829_000, time.UTC), "2024-11-21T06:40:14.781829Z"},
		{"a seventh digit is cut, not rounded", time.Date(2024, 11, 21, 6, 40, 14, 781_829_999, time.UTC), "2024-11-21T06:40:14.781829Z"},
		{"another offset is shown as UTC", time.Date(2024, 11, 21, 1, 40, 14, 0, east), "2024-11-20T23:40:14Z"},
		{"the first year", time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), "0001-01-01T00:00:00Z"},
		{"the last year", time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC), "9999-12-31T23:59:59.999999Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := revision.FormatTime(tt.time); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2024-11-21T06:40:14Z":                "2024-11-21T06:40:14Z",
		"2024-11-21t06:40:14.78182915z":       "2024-11-21T06:40:14.781829Z",
		"2024-11-21T06:40:14+02:00":           "2024-11-21T04:40:14Z",
		"2024-11-21T06:40:14+23:59":           "2024-11-20T06:41:14Z",
		"2024-11-21T06:40:14-23:59":           "2024-11-22T06:39:14Z",
		"2024-11-21T06:40:14-00:00":           "2024-11-21T06:40:14Z",
		"2024-11-21T06:40:14+24:00":           "",
		"2024-11-21T06:40:14-24:00":           "",
		"2024-11-21T06:40:14+23:60":           "",
		"2024-11-21T06:40:14+99:99":           "",
		"2024-11-21T06:40:14+0200":            "",
		"2024-11-21T06:40:14":                 "",
		"2024-11-21T6:40:14Z":                 "",
		"2024-11-21T06:40:14,5Z":              "",
		"2024-11-21T24:00:00Z":                "",
		"2024-02-30T06:40:14Z":                "",
		"2024-11-21T06:40:14Z\n":              "",
		"2024-11-21T06:40:14.000000+02:00:00": "",
	} {
		got, err := revision.ParseTime(text)
		if (err != nil) != (want == "") || err == nil && revision.FormatTime(got) != want {
			t.Errorf("%q: %s, %v, want %q", text, got, err, want)
		}
	}
}

func TestFollows(t *testing.T) {
	t.Parallel()
	const restored = revision.Leap + 7
	for _, tt := range []struct {
		before, v revision.Version
		want      bool
	}{
		{0, 1, true}, {1, 2, true}, {1, 3, false}, {2, 1, false}, {2, 2, false},
		{5, restored + 1, true}, {restored + 1, restored + 2, true}, {restored + 1, restored + 3, false}, {restored + 1, 5, false},
		{restored + 9, 2*restored + 1, true},
	} {
		if got := tt.v.Follows(tt.before); got != tt.want {
			t.Errorf("%d after %d: %v", tt.v, tt.before, got)
		}
	}
}
