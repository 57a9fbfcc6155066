package people

import (
	"net/netip"
	"slices"
	"strings"

	"contactgraph/internal/usererror"
)

const (
	pathAddresses = "addresses"
	maxAddresses  = 100
)

// checkAddresses returns the prefixes of the addresses that may use a key, in their normal form,
// each once. It adds an error for each text that is neither an address nor a prefix.
func checkAddresses(errs *usererror.Errors, texts []string) (prefixes []string) {
	if len(texts) > maxAddresses {
		errs.Add(usererror.TooMany, pathAddresses, "A key can have at most %d addresses.", maxAddresses)
		return nil
	}
	for _, text := range texts {
		p, ok := prefixOf(strings.TrimSpace(text))
		if !ok {
			errs.Add(usererror.Invalid, pathAddresses, "%q is neither an IP address nor a prefix such as 192.0.2.0/24.", truncated(text))
			continue
		}
		if p.Addr().Is6() && p.Bits() > 64 {
			errs.Add(usererror.Invalid, pathAddresses, "%q is smaller than a network: of an IPv6 address, only the first 64 bits are known.", truncated(text))
			continue
		}
		if normal := p.String(); !slices.Contains(prefixes, normal) {
			prefixes = append(prefixes, normal)
		}
	}
	return prefixes
}

// prefixOf returns the prefix that a text denotes. An address is a prefix of its whole length, and
// an IPv4 address in the form of IPv6 is that of IPv4, as requests have it.
func prefixOf(text string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	const mapped = 96 // bits before an IPv4 address
	if p.Addr().Is4In6() {
		if p.Bits() < mapped {
			return netip.Prefix{}, false
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped)
	}
	return p.Masked(), true
}

// truncated returns the beginning of a text, for a message.
func truncated(text string) string {
	const shown = 50
	runes := []rune(text)
	if len(runes) > shown {
		return string(runes[:shown]) + "…"
	}
	return text
}
