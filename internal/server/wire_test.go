package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/server"
)

// TestRequestsOnTheWire: how requests are read that proxies and servers may understand differently.
// After a request that is rejected, nothing more of the connection is read. The expected responses
// are the statuses in their order; "closed" if the connection ends after them.
//
// A request with both Content-Length and Transfer-Encoding is read by the latter, and the
// connection stays open, although RFC 9112, section 6.3 asks servers to close it: net/http removes
// Content-Length before it calls a handler, so that such a request cannot be distinguished from an
// ordinary chunked one. Both ends of the request are where Transfer-Encoding says, which is what
// the RFC demands.
func TestRequestsOnTheWire(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *server.Config) {
		c.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, "", http.StatusUnprocessableEntity)
				return
			}
			w.Header().Set("Body", string(body))
		})
	})
	url, _, _ := serving(t, f)
	const host, next = "Host: x\r\n", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	post := func(lines string) string { return "POST /graphql HTTP/1.1\r\n" + host + lines }
	for _, tt := range []struct{ name, request, want string }{
		{"an ordinary request", post("Content-Length: 4\r\n\r\nbody"), "200 body 200"},
		{"a chunked request", post("Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"), "200 body 200"},

		{"two different lengths", post("Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody!"), "400 closed"},
		{"two equal lengths", post("Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody"), "200 body 200"},
		{"two lengths in one line", post("Content-Length: 4, 4\r\n\r\nbody"), "400 closed"},
		{"a length with a sign", post("Content-Length: +4\r\n\r\nbody"), "400 closed"},
		{"a hexadecimal length", post("Content-Length: 0x4\r\n\r\nbody"), "400 closed"},
		{"a negative length", post("Content-Length: -1\r\n\r\n"), "400 closed"},
		{"a length without a value", post("Content-Length:\r\n\r\n"), "400 closed"},
		{"a length beyond 64 bits", post("Content-Length: 99999999999999999999\r\n\r\n"), "400 closed"},

		{"length and chunks", post("Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"), "200 body 200"},
		{"chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n4\r\nbody\r\n0\r\n\r\n"), "200 body 200"},
		{"an invalid length and chunks", post("Content-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400 closed"},
		{"two encodings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"), "501 closed"},
		{"an encoding before chunks", post("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "501 closed"},
		{"an unknown encoding", post("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), "501 closed"},
		{"an encoding with a vertical tab", post("Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"), "400 closed"},
		{"a space before the colon", post("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"), "400 closed"},
		{"a space before the name", post(" Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400 closed"},
		{"chunks in HTTP/1.0", "POST /graphql HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", "200 closed"},

		{"a folded line", post("Content-Length: 4\r\nX-Folded: a\r\n b\r\n\r\nbody"), "200 body 200"},
		{"a folded encoding", post("Transfer-Encoding:\r\n chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"), "200 body 200"},
		{"a chunk extension", post("Transfer-Encoding: chunked\r\n\r\n4;a=b\r\nbody\r\n0\r\n\r\n"), "200 body 200"},
		{"a chunk extension with a bare LF", post("Transfer-Encoding: chunked\r\n\r\n4;a\nbody\r\n0\r\n\r\n"), "422 closed"},
		{"a chunk without an end", post("Transfer-Encoding: chunked\r\n\r\n4\r\nbodyXX0\r\n\r\n"), "422 closed"},
		{"a chunk with a sign", post("Transfer-Encoding: chunked\r\n\r\n+4\r\nbody\r\n0\r\n\r\n"), "422 closed"},
		{"a chunk beyond 64 bits", post("Transfer-Encoding: chunked\r\n\r\n10000000000000004\r\nbody\r\n0\r\n\r\n"), "422 closed"},

		{"lines that end with a bare LF", "POST /graphql HTTP/1.1\nHost: x\nContent-Length: 4\n\nbody", "200 body 200"},
		{"a bare CR in a line", post("X-A: a\rContent-Length: 4\r\n\r\n"), "400 closed"},
		{"a NUL in a value", post("X-A: a\x00b\r\n\r\n"), "400 closed"},
		{"a NUL in a name", post("X\x00A: a\r\n\r\n"), "400 closed"},
		{"a NUL in the target", "GET /\x00 HTTP/1.1\r\n" + host + "\r\n", "400 closed"},
		{"a line without a colon", post("nonsense\r\n\r\n"), "400 closed"},
		{"an empty name", post(": a\r\n\r\n"), "400 closed"},

		{"an oversize header", post("X-A: " + strings.Repeat("x", 24<<10) + "\r\n\r\n"), "431 closed"},
		{"too many headers", post(strings.Repeat("X-A: x\r\n", 4000) + "\r\n"), "431 closed"},
		{"an oversize target", "GET /" + strings.Repeat("x", 24<<10) + " HTTP/1.1\r\n" + host + "\r\n", "431 closed"},

		{"no host", "GET /healthz HTTP/1.1\r\n\r\n", "400 closed"},
		{"no host in HTTP/1.0", "GET /healthz HTTP/1.0\r\n\r\n", "200 closed"},
		{"two hosts", "GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400 closed"},
		{"two equal hosts", "GET /healthz HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "400 closed"},
		{"a malformed host", "GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", "400 closed"},
		{"a host with a path", "GET /healthz HTTP/1.1\r\nHost: x/graphql\r\n\r\n", "400 closed"},
		{"an empty host", "GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", "200 200"},

		{"an absolute target", "GET http://other.example/healthz HTTP/1.1\r\n" + host + "\r\n", "200 200"},
		{"an absolute target with another scheme", "GET ftp://x/healthz HTTP/1.1\r\n" + host + "\r\n", "200 200"},
		{"a target without a slash", "GET healthz HTTP/1.1\r\n" + host + "\r\n", "400 closed"},
		{"an authority as the target", "CONNECT other.example:443 HTTP/1.1\r\n" + host + "\r\n", "405 200"},
		{"a method with a space", "GET  /healthz HTTP/1.1\r\n" + host + "\r\n", "400 closed"},
		{"a malformed method", "G(T /healthz HTTP/1.1\r\n" + host + "\r\n", "400 closed"},
		{"an unknown version", "GET /healthz HTTP/1.2\r\n" + host + "\r\n", "200 200"},
		{"HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 closed"},
		{"HTTP/3", "GET /healthz HTTP/3.0\r\n" + host + "\r\n", "505 closed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := exchange(t, strings.TrimPrefix(url, "http://"), tt.request+next); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// exchange sends requests and returns the statuses of the responses, each with the body that the
// handler read. The last request is complete, so if its response arrives, nothing more is awaited.
func exchange(t *testing.T, addr, requests string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	io.WriteString(conn, requests)
	var got []string
	for reader := bufio.NewReader(conn); len(got) == 0 || got[len(got)-1] != "200" || len(got) < 2; {
		resp, err := http.ReadResponse(reader, nil)
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("got %q, and the connection stays open", got)
			}
			return strings.Join(append(got, "closed"), " ")
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		got = append(got, fmt.Sprint(resp.StatusCode))
		if body := resp.Header.Get("Body"); body != "" {
			got = append(got, body)
		}
	}
	return strings.Join(got, " ")
}
