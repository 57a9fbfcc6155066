package weborigin

import (
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// The errors of Parse. Their messages follow the text that was parsed.
var (
	ErrMalformed = errors.New("is not an origin such as https://app.example.com: a scheme and a host, without a path or wildcards")
	ErrPlainHTTP = errors.New("must begin with https: http is only for loopback hosts such as localhost")
)

// Parse returns the origin that a text denotes, in the form in which browsers send it. It fails
// with ErrMalformed or ErrPlainHTTP.
func Parse(text string) (string, error) {
	o, ok := originOf(text)
	switch {
	case !ok:
		return "", ErrMalformed
	case o.scheme == schemeHTTP && !o.loopback:
		return "", ErrPlainHTTP
	}
	return o.String(), nil
}

const (
	schemeHTTP  = "http"
	schemeHTTPS = "https"
)

// defaultPorts are the ports that browsers leave out.
var defaultPorts = map[string]string{schemeHTTP: "80", schemeHTTPS: "443"}

// origin is the origin of a web page.
type origin struct {
	scheme, host, port string // port is "" for the default one
	loopback           bool
}

// String returns the origin as browsers send it.
func (o origin) String() string {
	text := o.scheme + "://" + o.host
	if o.port != "" {
		text += ":" + o.port
	}
	return text
}

// originOf returns the origin that a text denotes. A slash at its end is ignored, because browsers
// show it in the address bar.
func originOf(text string) (origin, bool) {
	text = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(text)), "/")
	u, err := url.Parse(text)
	if err != nil || defaultPorts[u.Scheme] == "" || text != u.Scheme+"://"+u.Host { // the latter: it has something else
		return origin{}, false
	}
	o := origin{scheme: u.Scheme}
	var ok bool
	if o.host, o.loopback, ok = hostOf(u.Hostname()); !ok {
		return origin{}, false
	}
	if port := u.Port(); port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return origin{}, false
		}
		o.port = strconv.FormatUint(n, 10)
	}
	if o.port == defaultPorts[o.scheme] {
		o.port = ""
	}
	return o, true
}

// maxHost is the largest length of a host name.
const maxHost = 253

// hostName is a name in ASCII whose last label is not a number: browsers read such a host as an
// IPv4 address, in forms that are not worth supporting.
var hostName = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// hostOf returns the host of an origin in the form in which browsers send it.
func hostOf(name string) (host string, loopback, ok bool) {
	if a, err := netip.ParseAddr(name); err == nil {
		if a.Is4() {
			return a.String(), a.IsLoopback(), true
		}
		return "[" + a.String() + "]", a.IsLoopback(), a.Zone() == "" && !a.Is4In6()
	}
	return name, name == "localhost" || strings.HasSuffix(name, ".localhost"), len(name) <= maxHost && hostName.MatchString(name)
}
