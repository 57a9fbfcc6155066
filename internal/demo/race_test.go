//go:build race

package demo_test

// slowdown is the factor by which the race detector slows the tests down.
const slowdown = 10
