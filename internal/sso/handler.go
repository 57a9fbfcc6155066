package sso

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/limiter"
)

// The pages of the console that show how a sign-in ended.
const (
	signedInPath = "/sign-in/done"
	failedPath   = "/sign-in/failed"
)

// returnParameter is the parameter with the page of the console to open after the sign-in.
const returnParameter = "return"

// callbackTimeout is how long a sign-in may take after the provider has sent the browser back.
const callbackTimeout = 15 * time.Second

// Start sends the browser to the provider. The parameter return is the page of the console to open
// after the sign-in.
func (s *Service) Start(w http.ResponseWriter, r *http.Request) {
	returnTo := returnPath(r.URL.Query().Get(returnParameter))
	if !direct(w, r) {
		return
	}
	target, err := s.start(w, r, returnTo)
	if err != nil {
		s.failed(w, r, attempt{flow: flow{Return: returnTo}}, err)
		return
	}
	http.Redirect(w, r, target, http.StatusSeeOther) //nolint:gosec // it is the provider's
}

func (s *Service) start(w http.ResponseWriter, r *http.Request, returnTo string) (target string, err error) {
	leave, err := s.enter(r)
	if err != nil {
		return "", err
	}
	defer leave()
	p, err := s.provider.get(r.Context())
	if err != nil {
		return "", err
	}
	f := newFlow(returnTo, s.now())
	return p.startURL(s.config, f), s.setFlow(w, f)
}

// direct reports whether a sign-in may start by this request. Pages of other sites cannot start
// one, because the person might not notice that it is signed in; and neither can programs that
// check links.
func direct(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusNoContent)
		return false
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return false
	}
	return true
}

// attempt is what is known about a sign-in that ends.
type attempt struct {
	flow    flow
	account int            // 0 if it is not known
	person  auth.Assertion // has only the issuer until the provider has identified the person
}

// Callback ends a sign-in: the provider has sent the browser back. It ignores requests that no
// browser sends for that: a page of another site could load the URL as an image, again and again,
// so that the sign-ins from the address of its reader would have to wait.
func (s *Service) Callback(w http.ResponseWriter, r *http.Request) {
	if mode := r.Header.Get("Sec-Fetch-Mode"); r.Method == http.MethodHead || mode != "" && mode != "navigate" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), callbackTimeout)
	defer cancel()
	r = r.WithContext(ctx)
	a := &attempt{flow: flow{Return: "/"}, person: auth.Assertion{Issuer: s.config.Issuer}}
	session, err := s.finish(w, r, a)
	if err == nil {
		err = s.auth.EndCookieSession(ctx, r)
	}
	if err != nil {
		s.failed(w, r, *a, err)
		return
	}
	http.SetCookie(w, s.auth.Cookie(session.Token, session.ExpiresAt))
	http.Redirect(w, r, signedInPath+"?"+url.Values{returnParameter: {a.flow.Return}}.Encode(), http.StatusSeeOther)
}

// finish opens the session.
func (s *Service) finish(w http.ResponseWriter, r *http.Request, a *attempt) (auth.Session, error) {
	leave, err := s.enter(r)
	if err != nil {
		return auth.Session{}, err
	}
	defer leave()
	undo, err := s.auth.BeginByProvider(r.Context(), limiter.Address(r))
	if err != nil {
		return auth.Session{}, err
	}
	session, err := s.signIn(w, r, a)
	if err == nil {
		err = undo(r.Context())
	}
	return session, err
}

func (s *Service) signIn(w http.ResponseWriter, r *http.Request, a *attempt) (auth.Session, error) {
	ctx := r.Context()
	if err := s.account(ctx, a, s.config.Account); err != nil {
		return auth.Session{}, err
	}
	f, err := s.takeFlow(w, r)
	if f.Return != "" {
		a.flow = f
	}
	if err != nil {
		return auth.Session{}, err
	}
	code, err := s.codeOf(r.URL.Query())
	if err != nil {
		return auth.Session{}, err
	}
	p, err := s.provider.get(ctx)
	if err != nil {
		return auth.Session{}, err
	}
	id, c, err := s.identify(ctx, p, f, code)
	if err != nil {
		return auth.Session{}, err
	}
	a.person = s.assertion(id, c, f)
	if s.config.AccountClaim != "" {
		if err := s.account(ctx, a, c.text(s.config.AccountClaim)); err != nil {
			return auth.Session{}, err
		}
	}
	return s.auth.SignInByProvider(ctx, a.account, a.person, auth.OriginOf(r))
}

// account finds the account with this name. With the empty name, it does nothing if a claim will
// have the name later.
func (s *Service) account(ctx context.Context, a *attempt, name string) error {
	if name == "" && s.config.AccountClaim != "" && a.person.Subject == "" {
		return nil
	}
	id, found, err := s.auth.AccountByName(ctx, name)
	if err == nil && !found {
		err = fail(NoAccount, "there is no such account")
	}
	a.account = id
	return err
}

// codeOf returns the code that the provider has sent, or why it has sent none.
func (s *Service) codeOf(q url.Values) (string, error) {
	if issuer := q.Get("iss"); issuer != "" && issuer != s.config.Issuer {
		return "", fail(Invalid, "another provider has sent the browser back")
	}
	switch code, reported := q.Get("code"), q.Get("error"); {
	case reported == "access_denied":
		return "", fail(Denied, "the person or the provider has denied the sign-in")
	case reported == "temporarily_unavailable" || reported == "server_error":
		return "", fail(Unavailable, "the provider reports the error %q", word(reported))
	case reported != "" || code == "":
		return "", fail(Invalid, "the provider reports the error %q", word(reported))
	default:
		return code, nil
	}
}

// failed records a sign-in that failed, and sends the browser to the page that explains it.
func (s *Service) failed(w http.ResponseWriter, r *http.Request, a attempt, err error) {
	reason := reasonOf(err)
	ctx := context.WithoutCancel(r.Context()) // what happened is recorded even if the browser is gone
	from := auth.OriginOf(r)
	level := slog.LevelWarn
	if reason == Fault {
		level = slog.LevelError
	}
	s.log.LogAttrs(ctx, level, "sign-in by the provider failed", slog.Int("account_id", a.account), slog.String("reason", string(reason)),
		limiter.LogAddress(from.Address), slog.String("error", brief(err)))
	q := url.Values{"reason": {string(reason)}, returnParameter: {a.flow.Return}, "request": {w.Header().Get("X-Request-Id")}}
	switch limited, ok := errors.AsType[*limiter.RateError](err); {
	case ok:
		w.Header().Set("Retry-After", strconv.Itoa(limited.RetryAfter))
		q.Set("seconds", strconv.Itoa(limited.RetryAfter))
	case reason != Busy: // otherwise without a write: callers that are too fast must not keep the others from writing
		if err := s.auth.RefuseByProvider(ctx, a.account, a.person, string(reason), from); err != nil {
			s.log.ErrorContext(ctx, "a failed sign-in by the provider could not be recorded", slog.String("error", brief(err)))
		}
	}
	http.Redirect(w, r, failedPath+"?"+q.Encode(), http.StatusSeeOther)
}

// Starting answers until the database is prepared.
type Starting struct{}

// Start sends the browser to the page that asks to try again.
func (Starting) Start(w http.ResponseWriter, r *http.Request) {
	q := url.Values{"reason": {string(NotReady)}, returnParameter: {returnPath(r.URL.Query().Get(returnParameter))}}
	http.Redirect(w, r, failedPath+"?"+q.Encode(), http.StatusSeeOther)
}

// Callback does the same as Start.
func (s Starting) Callback(w http.ResponseWriter, r *http.Request) { s.Start(w, r) }
