package safego_test

import (
	"sync/atomic"
	"testing"

	"contactgraph/internal/safego"
)

func TestEachRunsAll(t *testing.T) {
	t.Parallel()
	var sum atomic.Int64
	safego.Each(10, func(i int) { sum.Add(int64(i)) })
	if got := sum.Load(); got != 45 {
		t.Errorf("the sum of 0 to 9 is %d", got)
	}
	safego.Each(0, func(int) { t.Error("fn was called") })
	if a, b := safego.Run(func() (int, string) { return 1, "x" }); a != 1 || b != "x" {
		t.Errorf("got %d, %s", a, b)
	}
}

func TestPanicContinuesInTheCaller(t *testing.T) {
	t.Parallel()
	ran := false
	defer func() {
		if p := recover(); p != "of the test" || !ran {
			t.Errorf("recovered %v, the other call ran: %v", p, ran)
		}
	}()
	safego.Each(2, func(i int) {
		if i == 0 {
			panic("of the test")
		}
		ran = true
	})
	t.Error("Each did not panic")
}
