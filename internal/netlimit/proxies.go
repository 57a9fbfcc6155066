package netlimit

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the addresses of reverse proxies.
type Proxies []netip.Prefix

// noProxies is the text for an empty list of proxies.
const noProxies = "none"

// UnmarshalText reads a list of addresses and networks that are separated by commas.
func (p *Proxies) UnmarshalText(text []byte) error {
	*p = nil
	if string(text) == noProxies {
		return nil
	}
	for entry := range strings.SplitSeq(string(text), ",") {
		entry = strings.TrimSpace(entry)
		prefix, err := netip.ParsePrefix(entry)
		if err != nil {
			addr, err := netip.ParseAddr(entry)
			if err != nil {
				return fmt.Errorf("%q is not an address or network: use addresses such as 10.0.0.7, networks such as 10.0.0.0/8, or %s", entry, noProxies)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		*p = append(*p, prefix.Masked())
	}
	return nil
}

func (p Proxies) contain(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// networkBits is the length of the IPv6 prefix that counts as one address, because a single client
// usually has all addresses of its network.
const networkBits = 64

// Key returns the address by which a client is limited: its own, or the network of an IPv6 address.
// It returns the zero Addr for a proxy and for an unknown address, to which no limit applies.
func (p Proxies) Key(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	switch {
	case !a.IsValid() || p.contain(a):
		return netip.Addr{}
	case a.Is6():
		return netip.PrefixFrom(a, networkBits).Masked().Addr()
	}
	return a
}

// Client returns the Key of the client that sent r. For a request that comes from a proxy, this is
// the last address in X-Forwarded-For that is not a proxy's: the entries before it may be invented
// by the client.
func (p Proxies) Client(r *http.Request) netip.Addr {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	if !p.contain(remote.Addr().Unmap()) {
		return p.Key(remote.Addr())
	}
	for _, entry := range slices.Backward(strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")) {
		a, err := netip.ParseAddr(strings.TrimSpace(entry))
		if err != nil {
			return netip.Addr{}
		}
		if key := p.Key(a); key.IsValid() {
			return key
		}
	}
	return netip.Addr{}
}

func addressOf(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr()
	}
	return netip.Addr{}
}
