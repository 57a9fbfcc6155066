package storable_test

import (
	"testing"
	"time"

	"contactgraph/internal/storable"
)

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"": true, "Åsa 😀": true, "a\x00b": false, "\xff": false, "\xed\xa0\x80": false} {
		if got := storable.Text(text); got != want {
			t.Errorf("Text(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	at := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
	for year, want := range map[int]bool{0: false, 1: true, 9999: true, 10000: false} {
		if got := storable.Time(at(year)); got != want {
			t.Errorf("Time in the year %d = %t, want %t", year, got, want)
		}
	}
	west := time.FixedZone("west", -3600)
	if storable.Time(time.Date(9999, 12, 31, 23, 30, 0, 0, west)) {
		t.Error("a time that is in the year 10000 in UTC is accepted")
	}
}

func TestLength(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "Åsa": 3, "😀": 2, "e\u0301": 2} {
		if got := storable.Length(text); got != want {
			t.Errorf("Length(%q) = %d, want %d", text, got, want)
		}
	}
}
