package server

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The garbage collector lets the heap grow by a share of what lives: the more that is, the less often it runs. While little lives it
// may grow to several times of it. Much lives only where many connections are open, and then the share is that of a growth which a
// small machine can afford. See https://go.dev/doc/gc-guide#GOGC.
const (
	mostGrowth  = 400       // percent
	leastGrowth = 30        // percent
	affordable  = 144 << 20 // bytes
	lookEvery   = time.Second
)

// TuneMemory keeps the collector's share to what lives, until ctx ends.
func TuneMemory(ctx context.Context) {
	debug.SetGCPercent(mostGrowth)
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	lives := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	for percent := mostGrowth; ; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		metrics.Read(lives)
		if p := growth(lives[0].Value.Uint64() + lives[1].Value.Uint64()); p != percent {
			percent = p
			debug.SetGCPercent(p)
		}
	}
}

// growth is the collector's share, in percent, where so many bytes live: what is affordable, in steps of ten.
func growth(live uint64) int {
	percent := affordable * 100 / max(live, 1) / 10 * 10
	return int(min(max(percent, leastGrowth), mostGrowth))
}
