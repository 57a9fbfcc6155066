package main

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// percentile is the least of the sorted durations that p of a hundred do not exceed; 0 of none.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// median is the middle one, or the mean of the middle two; 0 of none.
func median[T int | float64 | time.Duration](values []T) T {
	s := sorted(slices.Clone(values))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// sorted sorts s, and returns it.
func sorted[T cmp.Ordered](s []T) []T {
	slices.Sort(s)
	return s
}

// figures are what is measured in a round, or the medians of several rounds; but Max is the greatest of all.
type figures struct {
	Rate   float64       `json:"rate"` // requests a second
	P50    time.Duration `json:"p50"`
	P99    time.Duration `json:"p99"`
	Max    time.Duration `json:"max"`
	CPU    time.Duration `json:"cpu"`    // of the program and its database, a request
	Client time.Duration `json:"client"` // CPU of the client, a request
}

// medians sums up rounds.
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

// ratio is a to b; 0 if b is.
func ratio[T float64 | time.Duration](a, b T) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
