//go:build !nolog

package database

// changelogEnabled is true but in a build for the benchmark, which tells what the log costs.
const changelogEnabled = true
