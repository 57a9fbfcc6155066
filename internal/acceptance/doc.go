// Package acceptance contains the tests of the built binary. They start it as an operator does,
// with demo data and on both engines, and talk to it only over the network. Each folder has one
// subject:
//
//	api          the APIs as they are documented: samples, OpenAPI, malformed requests
//	permissions  which caller may do what, and what callers must not see
//	concurrency  racing writes, retries, servers that start at the same time
//	faults       SIGKILL, a full disk, a PostgreSQL that restarts or hangs
//	attacks      requests and clients that would take the server from others
//	network      clients that are slow or send half a request
//	feed         followers of the change log that lose their connection
//	clients      the client libraries that frontends use
//	contracts    the schema and openapi.json, with linters and code generators
//	docs         the commands and examples of README.md and docs/
//	browser      the console in Chromium
//	harness      what they share: starting servers, sending requests
//
// Read package harness first.
package acceptance
