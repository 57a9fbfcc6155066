package main

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// percentile returns the smallest of the sorted durations that p percent of them do not exceed, or
// 0 if there are none.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// median returns the middle value, the mean of the two middle values, or 0 if there are none.
func median[T int | float64 | time.Duration](values []T) T {
	s := sorted(slices.Clone(values))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// sorted sorts s in place and returns it.
func sorted[T cmp.Ordered](s []T) []T {
	slices.Sort(s)
	return s
}

// figures are the results of a round, or the medians of several rounds, of which Max is the
// maximum.
type figures struct {
	Rate   float64       `json:"rate"` // requests a second
	P50    time.Duration `json:"p50"`
	P99    time.Duration `json:"p99"`
	Max    time.Duration `json:"max"`
	CPU    time.Duration `json:"cpu"`    // of the program and its database, per request
	Client time.Duration `json:"client"` // CPU time of the client, per request
}

// medians combines rounds.
func medians(rounds []figures) figures {
	durations := func(of func(figures) time.Duration) []time.Duration {
		all := make([]time.Duration, len(rounds))
		for i, r := range rounds {
			all[i] = of(r)
		}
		return all
	}
	rates := make([]float64, len(rounds))
	for i, r := range rounds {
		rates[i] = r.Rate
	}
	return figures{
		Rate:   median(rates),
		P50:    median(durations(func(f figures) time.Duration { return f.P50 })),
		P99:    median(durations(func(f figures) time.Duration { return f.P99 })),
		Max:    slices.Max(durations(func(f figures) time.Duration { return f.Max })),
		CPU:    median(durations(func(f figures) time.Duration { return f.CPU })),
		Client: median(durations(func(f figures) time.Duration { return f.Client })),
	}
}

// ratio returns a/b, or 0 if b is 0.
func ratio[T float64 | time.Duration](a, b T) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
