package server

import "testing"

func TestGCPercentIsBounded(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]int{0: 400, 36 << 20: 400, 72 << 20: 200, 144 << 20: 100, 290 << 20: 40, 1 << 40: 30} {
		if got := gcPercent(live); got != want {
			t.Errorf("with %d MiB live: got %d percent, want %d", live>>20, got, want)
		}
	}
}
