package netlimit

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func proxies(t *testing.T, text string) (p Proxies) {
	t.Helper()
	if err := p.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProxiesAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"none":                 "[]",
		"127.0.0.0/8,::1":      "[127.0.0.0/8 ::1/128]",
		"10.1.2.3, 10.9.9.9/8": "[10.1.2.3/32 10.0.0.0/8]",
		"2001:db8::7/64":       "[2001:db8::/64]",
	} {
		if got := fmt.Sprint([]netip.Prefix(proxies(t, text))); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "localhost", "10.0.0.1,", "10.0.0.0/33", "none,10.0.0.1"} {
		var p Proxies
		if err := p.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "addresses such as 10.0.0.7") {
			t.Errorf("%q: %v, %v", text, p, err)
		}
	}
}

func TestClient(t *testing.T) {
	t.Parallel()
	p := proxies(t, "127.0.0.0/8,10.0.0.0/8,2001:db8:1::/48")
	for _, tt := range []struct {
		name, remote, forwarded, want string
	}{
		{"a direct client", "192.0.2.7:1234", "", "192.0.2.7"},
		{"a direct client that invents a header", "192.0.2.7:1234", "198.51.100.1", "192.0.2.7"},
		{"a client in IPv6, by its network", "[2001:db8:2:3:4:5:6:7]:1", "", "2001:db8:2:3::"},
		{"IPv4 in IPv6", "[::ffff:192.0.2.7]:1", "", "192.0.2.7"},
		{"a proxy that says nothing", "127.0.0.1:1", "", ""},
		{"a proxy in IPv6", "[2001:db8:1::7]:1", "192.0.2.7", "192.0.2.7"},
		{"a proxy as IPv4 in IPv6", "[::ffff:127.0.0.1]:1", "192.0.2.7", "192.0.2.7"},
		{"a proxy", "127.0.0.1:1", "192.0.2.7", "192.0.2.7"},
		{"a client that invents an entry", "127.0.0.1:1", "198.51.100.1, 192.0.2.7", "192.0.2.7"},
		{"two proxies", "127.0.0.1:1", "198.51.100.1,192.0.2.7, 10.1.1.1", "192.0.2.7"},
		{"two headers", "127.0.0.1:1", "198.51.100.1\n192.0.2.7", "192.0.2.7"},
		{"only proxies", "127.0.0.1:1", "10.1.1.1", ""},
		{"nonsense", "127.0.0.1:1", "unknown", ""},
		{"nonsense from a client, then its address", "127.0.0.1:1", "unknown, 192.0.2.7", "192.0.2.7"},
		{"no address", "@", "192.0.2.7", ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = tt.remote
		if tt.forwarded != "" {
			r.Header["X-Forwarded-For"] = strings.Split(tt.forwarded, "\n")
		}
		got := ""
		if a := p.Client(r); a.IsValid() {
			got = a.String()
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
