package server

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The garbage collector runs when the heap has grown by a percentage of the live memory, GOGC. A
// fixed percentage is either too small for an idle server, which would collect often to save
// little, or too large for one with many connections, whose heap would grow beyond a small machine.
// So the server bounds the growth in bytes instead: the percentage is large while little memory is
// live and shrinks as the live memory grows. See https://go.dev/doc/gc-guide#GOGC.
const (
	maxGCPercent = 400
	minGCPercent = 30
	growthBudget = 144 << 20 // bytes that the heap may grow between two collections
	tuneInterval = 100 * time.Millisecond
)

// TuneGC sets the percentage of the garbage collector ten times a second, until ctx ends, so that
// the heap grows by at most 144 MiB between two collections, or by 30 % of the live memory if that
// is more; but by 400 % at most.
func TuneGC(ctx context.Context) {
	debug.SetGCPercent(maxGCPercent)
	ticker := time.NewTicker(tuneInterval)
	defer ticker.Stop()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	for percent := maxGCPercent; ; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		metrics.Read(live)
		if p := gcPercent(live[0].Value.Uint64() + live[1].Value.Uint64()); p != percent {
			percent = p
			debug.SetGCPercent(p)
		}
	}
}

// gcPercent returns the percentage for so many live bytes, in steps of ten.
func gcPercent(live uint64) int {
	percent := growthBudget * 100 / max(live, 1) / 10 * 10
	return int(min(max(percent, minGCPercent), maxGCPercent))
}
