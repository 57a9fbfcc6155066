package aside_test

import (
	"sync/atomic"
	"testing"

	"contactgraph/internal/aside"
)

func TestEachRunsAll(t *testing.T) {
	t.Parallel()
	var sum atomic.Int64
	aside.Each(10, func(i int) { sum.Add(int64(i)) })
	if got := sum.Load(); got != 45 {
		t.Errorf("0 to 9 are %d", got)
	}
	aside.Each(0, func(int) { t.Error("nothing is to be run") })
	if a, b := aside.Run(func() (int, string) { return 1, "x" }); a != 1 || b != "x" {
		t.Errorf("got %d, %s", a, b)
	}
}

func TestPanicComesToTheCaller(t *testing.T) {
	t.Parallel()
	ran := false
	defer func() {
		if p := recover(); p != "of the test" || !ran {
			t.Errorf("recovered %v, the other ran: %v", p, ran)
		}
	}()
	aside.Each(2, func(i int) {
		if i == 0 {
			panic("of the test")
		}
		ran = true
	})
	t.Error("it did not panic")
}
