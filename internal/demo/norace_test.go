//go:build !race

package demo_test

const slowdown = 1
