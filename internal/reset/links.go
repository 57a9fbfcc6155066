package reset

import (
	"net/url"
	"slices"
	"strings"

	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
)

const (
	// Page is the page of the console that sets a new password. The token follows after a #, so
	// that no server or proxy logs it.
	Page = "/sign-in/new-password"
	// Placeholder is the text in the link of a form that the token replaces.
	Placeholder = "GUID"
	// maxLink is the largest length of the link of a form, in UTF-16 units.
	maxLink = 2000
)

// Links are the places to which the links in messages lead.
type Links struct {
	// Console is the address of this server as browsers see it, such as
	// https://contacts.example.com, without a slash at the end.
	Console string
	// Origins are those to which the links of forms may lead, in addition to that of the console.
	Origins []string
}

// check adds an error for a link of a request that may not be sent. Without this check, any caller
// could have this server send links to a server of its own, and receive the tokens.
func (l Links) check(errs *usererror.Errors, link string) {
	if link == "" {
		return
	}
	u, err := url.Parse(link)
	switch {
	case storable.Length(link) > maxLink:
		errs.Add(usererror.TooLong, PathLink, "The link must be at most %d characters long.", maxLink)
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsFunc(link, unfit):
		errs.Add(usererror.Invalid, PathLink, "The link must be a URL that begins with https:// or http://.")
	case !strings.Contains(strings.TrimPrefix(link, u.Scheme+"://"+u.Host), Placeholder):
		errs.Add(usererror.Invalid, PathLink, "The link must contain the text %s after its host. The token replaces it.", Placeholder)
	case !l.allow(u):
		errs.Add(usererror.Invalid, PathLink, "The origin of the link is not allowed. The operator of the server can allow it with --mail-link-origin.")
	}
}

// unfit reports whether a character cannot be in a link of a message of plain text.
func unfit(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`\<>"`, r) }

func (l Links) allow(u *url.URL) bool {
	origin := strings.ToLower(u.Scheme + "://" + u.Host)
	return slices.Contains(append([]string{l.Console}, l.Origins...), origin)
}

// with returns the link with a token. link is that of a form, nil for the console.
func (l Links) with(token string, link *string) string {
	if link != nil {
		return strings.ReplaceAll(*link, Placeholder, token)
	}
	return l.Console + Page + "#" + token
}
