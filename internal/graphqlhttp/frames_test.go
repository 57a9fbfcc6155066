package graphqlhttp

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// FuzzFrames: whatever bytes follow the handshake of a WebSocket, the server ends the connection
// without a panic when the client has closed its side.
func FuzzFrames(f *testing.F) {
	for _, messages := range [][]string{
		{`{"type":"connection_init"}`, `{"type":"subscribe","id":"1","payload":{"query":"{__typename}"}}`},
		{`{"type":"connection_init"}`, `{"type":"connection_init"}`},
		{`{"type":"subscribe","id":"1","payload":{"query":"{__typename}"}}`}, {`{"type":"ping","payload":1}`}, {`[]`}, {``},
		{`{"type":"connection_init"}`, `{"type":"subscribe","id":"1","payload":{"query":"subscription {ticks}"}}`, `{"type":"complete","id":"1"}`},
	} {
		var frames []byte
		for _, m := range messages {
			frames = append(frames, textFrame(m)...)
		}
		f.Add(frames)
		f.Add(frames[:len(frames)-2])
	}
	f.Add([]byte{0x88, 0x80, 0, 0, 0, 0})                                     // close
	f.Add([]byte{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) // a length of 64 bits
	f.Add([]byte{0x01, 0x80, 0, 0, 0, 0, 0x80, 0x80, 0, 0, 0, 0})             // in two frames
	f.Add([]byte{0xf1, 0x80, 0, 0, 0, 0})                                     // reserved bits
	srv := httptest.NewServer(newServer(WebSocket(Execution{}, func(ctx context.Context, _ http.Header) (context.Context, error) { return ctx, nil }, testCallers(nil), time.Second)))
	f.Cleanup(srv.Close)
	f.Fuzz(func(t *testing.T, frames []byte) {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, err = io.WriteString(conn, "GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: "+protocol+"\r\n\r\n")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write(frames) // the server may have closed the connection already
		_ = conn.(*net.TCPConn).CloseWrite()
		if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		status, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.Contains(status, "101") {
			t.Fatalf("%q, %v", status, err)
		}
	})
}

// textFrame returns a message as a client sends it: masked, here with zeros.
func textFrame(text string) []byte {
	frame := []byte{0x81}
	if len(text) < 126 {
		frame = append(frame, 0x80|byte(len(text)))
	} else {
		frame = binary.BigEndian.AppendUint16(append(frame, 0x80|126), uint16(len(text)))
	}
	return append(append(frame, 0, 0, 0, 0), text...)
}
