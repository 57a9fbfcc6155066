//go:build nolog

package database

const changelogEnabled = false
