// Package netlimit bounds what the clients of a server can hold: connections, and the bytes of
// request bodies that have not arrived completely. What their requests may cost is limited by
// package limiter.
//
// A limit that only refuses newcomers lets slow clients shut everyone else out. So when a limit is
// reached, the client that has kept the server waiting for the longest time is disconnected, and
// the newcomer is served: honest clients send a request within a moment, and reconnect if an idle
// connection is closed. Connections whose request is being executed, WebSockets and event streams
// are never closed for a newcomer, unless their client has stopped reading.
//
// Start reading at [Guard], which holds all connections (guard.go). listener.go accepts them,
// conn.go is one of them, bodies.go limits request bodies, drain.go ends what a stopping server
// would wait for, proxies.go finds the address of a client.
package netlimit

import "time"

// Limits bound what clients can hold. Each must be positive.
type Limits struct {
	Connections           int   // in all
	ConnectionsPerAddress int   // see Proxies.Key for what counts as an address
	BodyBytes             int64 // of all bodies that are being read
	BodyBytesPerAddress   int64
	// Proxies are the reverse proxies in front of the server. No limit by address applies to them;
	// limits of requests apply to the addresses that they forward.
	Proxies Proxies
}

const (
	// sendBuffer is the size of the kernel's send buffer of a connection in bytes; Linux reserves
	// twice as much. By default the kernel lets it grow to some megabytes. That is so much that a
	// client that reads nothing would not be noticed until it has been sent thousands of events.
	sendBuffer = 128 << 10

	// stalledAfter is how long a write must have waited for the client before its connection may be
	// closed for a newcomer.
	stalledAfter = time.Second
)
