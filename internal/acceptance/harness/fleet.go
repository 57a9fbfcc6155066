package harness

import (
	"sync"
	"testing"
)

// Fleet is the servers of one database.
type Fleet []*Server

// For returns the server of a client, given by its number: consecutive clients get different
// servers.
func (f Fleet) For(client int) *Server { return f[client%len(f)] }

// NewFleet starts servers on a new database with demo data: two, or one on SQLite.
func NewFleet(t *testing.T, e Engine, contacts int) Fleet {
	t.Helper()
	servers := 2
	if e == SQLite {
		servers = 1
	}
	return StartFleet(t, NewDemoDatabase(t, e, contacts), contacts, servers)
}

// StartFleet starts a number of servers with demo data on the database, one after the other.
func StartFleet(t *testing.T, database string, contacts, servers int) (f Fleet) {
	t.Helper()
	for range servers {
		f = append(f, Start(t, database, contacts))
	}
	return f
}

// Clients is how many clients compete with each other where a test needs many.
const Clients = 64

// Concurrently runs fn(0) … fn(n-1) at the same time and waits for all of them.
func Concurrently(n int, fn func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}
