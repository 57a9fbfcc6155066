//go:build !nolog

package database

// keepsLog is true but in a build for the benchmark, which tells what the log costs.
const keepsLog = true
