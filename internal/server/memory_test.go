package server

import "testing"

func TestGrowthOfTheHeapIsBounded(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]int{0: 400, 36 << 20: 400, 72 << 20: 200, 144 << 20: 100, 290 << 20: 40, 1 << 40: 30} {
		if got := growth(live); got != want {
			t.Errorf("where %d MiB live, the heap grows by %d percent, want %d", live>>20, got, want)
		}
	}
}
