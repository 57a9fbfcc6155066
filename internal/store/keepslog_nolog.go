//go:build nolog

package store

const keepsLog = false
