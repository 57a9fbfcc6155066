// Package graphqlhttp serves GraphQL over HTTP: single responses by POST and GET as specified in
// https://graphql.github.io/graphql-over-http/draft/, and streams over WebSockets and
// text/event-stream for subscriptions.
//
// It replaces gqlgen's own transports. Those read bodies without a limit, repeat a malformed body
// in the error and the log, return other statuses than the specification requires in several cases,
// and wait without a limit for clients that do not read. No error of this package repeats a value
// that the client sent, because it may be a password.
//
// [Install] adds the transports to a gqlgen server:
//
//   - [Transport] handles requests for a single response (transport.go)
//   - [EventStream] handles requests for text/event-stream (eventstream.go)
//   - [WebSocket] handles WebSocket handshakes (websocket.go, connection.go)
//
// Start with [Transport.Do] in transport.go, which shows the steps of a request: select the media
// type (negotiate.go), reject requests forged by other sites (crosssite.go), read and parse the
// request (request.go, json.go), execute it, translate gqlgen's errors (translate.go), and write
// the response (response.go, status.go). errors.go lists the errors of requests, limits.go the
// limits of one request. execution.go waits for the permit of a request and ends it in time,
// callers.go limits the streams of each caller, and starting.go answers before there is an
// executor. stream.go has what the two streaming transports share, and resolver.go what a resolver
// can add to a response.
package graphqlhttp
