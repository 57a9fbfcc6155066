// Package safego runs functions in new goroutines and waits for them. A panic in one of them does
// not end the process, as it would in a plain goroutine: it continues in the caller, whose recover
// handles it.
package safego

import "sync"

// Each calls fn with 0 to n-1, each in its own goroutine, and waits for all of them. If a call
// panics, Each panics with the same value; if several do, with one of these values.
func Each(n int, fn func(i int)) {
	var mu sync.Mutex
	var panicked any
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					mu.Lock()
					defer mu.Unlock()
					panicked = p
				}
			}()
			fn(i)
		})
	}
	all.Wait()
	if panicked != nil {
		panic(panicked)
	}
}

// Run calls fn in its own goroutine and returns its results. A goroutine that lives long, as that
// of a connection does, keeps the largest stack it has needed; Run keeps the stack of fn out of it.
func Run[A, B any](fn func() (A, B)) (a A, b B) {
	Each(1, func(int) { a, b = fn() })
	return a, b
}
