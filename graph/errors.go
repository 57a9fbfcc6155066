package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"contactgraph/graph/model"
	"contactgraph/internal/authz"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/dberr"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The values of extensions.code that this package gives out; graphqlhttp has those of requests that cannot run.
const (
	codeUnauthenticated = "UNAUTHENTICATED"
	codeForbidden       = "FORBIDDEN"
	codeBadInput        = "BAD_USER_INPUT"
	codeNoVersion       = "NO_SUCH_VERSION"
	codeCursorExpired   = "CURSOR_EXPIRED"
	codeInternal        = "INTERNAL_SERVER_ERROR"
)

// What clients learn of faults.
const (
	messageInternal    = "An internal error has occurred."
	messageUnavailable = "The database is not available for now. Nothing has happened: try again."
	messageUnknown     = "Whether this took effect is unknown. Trying again is safe with the same expectedVersion, or the same Idempotency-Key."
)

// payloadErrors separates what the caller can mend, which goes into the payload, from faults.
func payloadErrors(err error) ([]model.ContactError, error) {
	var errs usererror.Errors
	if err != nil && !errors.As(err, &errs) {
		return nil, err
	}
	list := make([]model.ContactError, len(errs))
	for i, e := range errs {
		list[i] = payloadError(e)
	}
	return list, nil
}

// payloadError gives an error the type that the schema says for its code.
func payloadError(e *usererror.Error) model.ContactError {
	code, path := model.ContactErrorCode(e.Code), &e.Path
	if e.Path == "" {
		path = nil
	}
	switch e.Code {
	case usererror.VersionConflict:
		return versionConflict(e, path)
	case usererror.EmailTaken, usererror.PhoneTaken, usererror.LoginTaken, usererror.NameTaken:
		return model.UniqueConflict{Code: code, Message: e.Message, Path: path, Existing: e.Existing}
	case usererror.StoreNotFound, usererror.CompanyNotFound, usererror.SegmentNotFound, usererror.PropertyNotFound:
		return model.ReferenceNotFound{Code: code, Message: e.Message, Path: path}
	case usererror.NotFound:
		return model.NotFound{Code: code, Message: e.Message, Path: path}
	case usererror.Forbidden, usererror.ReadOnly:
		return model.Forbidden{Code: code, Message: e.Message, Path: path}
	default:
		return model.ValidationError{Code: code, Message: e.Message, Path: path}
	}
}

// versionConflict shows what a write that came too late met.
func versionConflict(e *usererror.Error, path *string) model.VersionConflict {
	c := model.VersionConflict{
		Code: model.ContactErrorCode(e.Code), Message: e.Message, Path: path, Latest: e.Latest, Mergeable: e.Conflict.Mergeable(), Fields: e.Conflict.Fields,
	}
	if gap := e.Conflict.Gap; gap != merge.NoGap {
		c.UnknownBecause = &gap
	}
	return c
}

// presenter lets through the errors that are meant for clients; of others they learn only that there was one.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		var errs usererror.Errors
		switch {
		case shown.Extensions["code"] != nil:
			return shown
		case errors.As(err, &errs):
			set(shown, codeForbidden, errs[0].Message)
		case errors.Is(err, authz.ErrUnauthenticated):
			set(shown, codeUnauthenticated, "Sign in, or send an API key in the header X-ApiKey.")
		case errors.Is(err, changelog.ErrNoVersion):
			set(shown, codeNoVersion, "The contact never had this version, or its log does not reach back to it.")
		case errors.Is(err, changelog.ErrCursorExpired):
			set(shown, codeCursorExpired, "The log does not have the place of this cursor: what followed it is cut off, or the log is another. Read everything anew, and go on from lastCursor.")
		case errors.Is(err, usererror.ErrArguments), errors.Is(err, revision.ErrNotCursor), errors.Is(err, idempotency.ErrKey):
			set(shown, codeBadInput, cause(err).Error())
		case errors.Is(err, changelog.ErrClosed):
			set(shown, graphqlhttp.CodeUnavailable, "The server is stopping. Go on from the cursor, at another or later.")
		default:
			if ctx.Err() == nil { // a caller who has gone away is no fault
				log.ErrorContext(ctx, "resolver failed", "path", shown.Path.String(), "error", err)
			}
			code, message := fault(err)
			set(shown, code, message)
		}
		return shown
	}
}

// fault is what clients learn of an error that they cannot mend.
func fault(err error) (code, message string) {
	switch {
	case errors.Is(err, dberr.ErrUnavailable):
		return graphqlhttp.CodeUnavailable, messageUnavailable
	case errors.Is(err, dberr.ErrUnknown):
		return graphqlhttp.CodeOutcomeUnknown, messageUnknown
	}
	return codeInternal, messageInternal
}

// cause is what a resolver returned, without the place that gqlgen puts around it.
func cause(err error) error {
	var placed *gqlerror.Error
	for errors.As(err, &placed) && placed.Err != nil {
		err = placed.Err
	}
	return err
}

// recovery makes an error of a resolver's panic.
func recovery(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, p any) error {
		log.ErrorContext(ctx, "panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
		return coded(codeInternal, messageInternal)
	}
}

func coded(code, message string) *gqlerror.Error {
	e := &gqlerror.Error{}
	set(e, code, message)
	return e
}

func set(e *gqlerror.Error, code, message string) {
	e.Message, e.Extensions = message, map[string]any{"code": code}
}
