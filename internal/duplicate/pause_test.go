package duplicate

import (
	"testing"
	"time"
)

// TestPauses: long work does not delay the next look at the log, and thousands of accounts without
// changes are not read all the time.
func TestPauses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		worked     bool
		took, want time.Duration
	}{
		{false, time.Millisecond, interval},
		{false, time.Second, 20 * time.Second},
		{true, time.Millisecond, interval},
		{true, 3 * time.Minute, interval},
	} {
		if got := pauseAfter(tt.worked, tt.took); got != tt.want {
			t.Errorf("after %v, worked: %t: %v, want %v", tt.took, tt.worked, got, tt.want)
		}
	}
}
