// Package aside runs functions in goroutines of their own, as safely as in the caller's: a panic comes to the caller, who knows what to
// do with it, and does not end the process. It imports nothing of ours.
package aside

import "sync"

// Each runs fn with 0 to n-1, each in a goroutine of its own, and waits for all. If some panic, the caller panics with what one of
// them did.
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

// Run runs fn in a goroutine of its own, and waits. What fn needs of a stack would stay with a goroutine that then waits for long, and
// thousands do.
func Run[A, B any](fn func() (A, B)) (a A, b B) {
	Each(1, func(int) { a, b = fn() })
	return a, b
}
