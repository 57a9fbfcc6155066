//go:build race

package demo_test

// slowdown is what the race detector costs.
const slowdown = 10
