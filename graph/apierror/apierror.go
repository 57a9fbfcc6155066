// Package apierror has the top-level errors of GraphQL responses: requests that cannot run, and
// faults of the server. Errors in a mutation's input are in its payload instead.
//
// Start reading at Presenter, which translates the errors of resolvers. Codes describes every code
// that a response can have.
package apierror

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"contactgraph/internal/authz"
	"contactgraph/internal/changelog"
	"contactgraph/internal/dberr"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/limiter"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The values of extensions.code in errors of resolvers and of the gate. Fault also returns
// CodeUnavailable and CodeOutcomeUnknown of package graphqlhttp, which maps codes to statuses.
const (
	CodeUnauthenticated = graphqlhttp.CodeUnauthenticated
	CodeForbidden       = graphqlhttp.CodeForbidden
	CodeBadInput        = graphqlhttp.CodeBadUserInput
	CodeCostLimit       = graphqlhttp.CodeCostLimit
	CodeRateLimited     = graphqlhttp.CodeRateLimited
	CodeNoVersion       = "NO_SUCH_VERSION"
	CodeMerged          = "MERGED"
	CodeCursorExpired   = graphqlhttp.CodeCursorExpired
	CodeInternal        = graphqlhttp.CodeInternal

	// Clients of Apollo's protocol know these two.
	CodePersistedNotFound     = "PERSISTED_QUERY_NOT_FOUND"
	CodePersistedNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED"

	CodeIntrospection = "INTROSPECTION_DISABLED"
)

// ErrResponseSize is the error of fields that are not resolved because the response is already too
// large.
var ErrResponseSize = errors.New("the response is too large")

// The messages that clients receive about faults.
const (
	messageInternal    = "An internal error has occurred."
	messageUnavailable = "The database is temporarily unavailable. Nothing was changed; try again."
	messageBusy        = "The server is busy. Nothing was changed; try again."
	messageUnknown     = "It is unknown whether this took effect. It is safe to try again with the same expectedVersion or the same Idempotency-Key."
)

// Presenter translates the errors of resolvers. Errors that are meant for clients keep their
// message. All others are logged, and the client learns only that the server has failed.
func Presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		var errs usererror.Errors
		switch {
		case shown.Extensions["code"] != nil:
			return shown
		case errors.As(err, &errs) && errs.Has(usererror.Merged):
			e := errs.First(usererror.Merged)
			set(shown, CodeMerged, e.Message)
			shown.Extensions["mergedInto"] = e.MergedInto
		case len(errs) > 0:
			set(shown, CodeForbidden, errs[0].Message)
		case errors.Is(err, authz.ErrUnauthenticated):
			set(shown, CodeUnauthenticated, "Sign in, or send an API key in the header X-ApiKey.")
		case errors.Is(err, changelog.ErrNoVersion):
			set(shown, CodeNoVersion, "The contact never had this version, or its change log does not reach back to it.")
		case errors.Is(err, ErrResponseSize): // another response is sent
			set(shown, CodeCostLimit, err.Error())
		case errors.Is(err, changelog.ErrCursorExpired):
			set(shown, CodeCursorExpired, "This cursor is no longer valid: changes after it were deleted, or it belongs to another change log. Read all contacts again, then continue from lastCursor.")
		case errors.Is(err, usererror.ErrArguments):
			set(shown, CodeBadInput, cause(err).Error())
		case errors.Is(err, revision.ErrNotCursor):
			set(shown, CodeBadInput, "after must be a cursor of the change log.")
		case errors.Is(err, idempotency.ErrKey):
			set(shown, CodeBadInput, idempotency.MessageKey)
		case errors.Is(err, changelog.ErrClosed):
			set(shown, graphqlhttp.CodeUnavailable, "The server is stopping. Reconnect and continue from the cursor.")
		default:
			if ctx.Err() == nil { // if the client has gone away, that is the cause
				log.ErrorContext(ctx, "resolver failed", "path", shown.Path.String(), "error", err)
			}
			code, message := Fault(err)
			set(shown, code, message)
		}
		return shown
	}
}

// Fault returns the code and message that clients get for an error that they cannot fix.
func Fault(err error) (code, message string) {
	switch {
	case errors.Is(err, limiter.ErrBusy), errors.Is(err, context.DeadlineExceeded):
		return graphqlhttp.CodeUnavailable, messageBusy
	case errors.Is(err, dberr.ErrUnavailable):
		return graphqlhttp.CodeUnavailable, messageUnavailable
	case errors.Is(err, dberr.ErrUnknown):
		return graphqlhttp.CodeOutcomeUnknown, messageUnknown
	}
	return CodeInternal, messageInternal
}

// cause returns the error of a resolver without the path that gqlgen wraps around it.
func cause(err error) error {
	var placed *gqlerror.Error
	for errors.As(err, &placed) && placed.Err != nil {
		err = placed.Err
	}
	return err
}

// Recovery turns a panic of a resolver into an error, and logs it.
func Recovery(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, p any) error {
		log.ErrorContext(ctx, "panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
		return New(CodeInternal, messageInternal)
	}
}

// New returns an error with a code for extensions.code.
func New(code, message string) *gqlerror.Error {
	e := &gqlerror.Error{}
	set(e, code, message)
	return e
}

func set(e *gqlerror.Error, code, message string) {
	e.Message, e.Extensions = message, map[string]any{"code": code}
}
