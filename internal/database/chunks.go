package database

import (
	"iter"
	"math/bits"
	"slices"
)

// maxRows bounds the rows of one statement: SQLite takes 32,766 parameters, PostgreSQL 65,535.
const maxRows = 1024

// chunks cuts rows into chunks of few different lengths, seldom more than two. So there are few
// different statements, and the engines can keep them prepared. If a chunk had fewer than least
// rows, it yields its rows one by one.
func chunks[T any](rows []T, least int) iter.Seq[[]T] { return chunksOf(rows, least, maxRows) }

// chunksOf is chunks with at most this many rows.
func chunksOf[T any](rows []T, least, most int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(rows) > 0 {
			n := chunkLength(min(len(rows), most))
			if n < least {
				n = 1
			}
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

// chunkLength is the greatest of the lengths 1 to 8, 12, 16 … 32, 40, 48 … 64, 128, 256 … that is
// not above n.
func chunkLength(n int) int {
	switch {
	case n > maxRows:
		return maxRows
	case n >= 64:
		return 1 << (bits.Len(uint(n)) - 1)
	case n >= 32:
		return n &^ 7
	case n >= 8:
		return n &^ 3
	default:
		return n
	}
}

// chunkBy cuts rows where two neighbours are not alike.
func chunkBy[T any](rows []T, alike func(a, b T) bool) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(rows) > 0 {
			n := 1 + slices.IndexFunc(rows[1:], func(r T) bool { return !alike(rows[0], r) })
			if n == 0 {
				n = len(rows)
			}
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}
