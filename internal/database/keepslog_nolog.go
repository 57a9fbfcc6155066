//go:build nolog

package database

const keepsLog = false
