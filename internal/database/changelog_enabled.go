//go:build !nolog

package database

// changelogEnabled is true except in a build with the tag nolog, which the benchmark uses to
// measure what the change log costs.
const changelogEnabled = true
