package graph

import (
	"errors"

	"contactgraph/graph/model"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/usererror"
)

// payloadErrors separates errors that the caller can fix, which it returns for the payload, from
// faults of the server.
func payloadErrors(err error) ([]model.UserError, error) {
	var errs usererror.Errors
	if err != nil && !errors.As(err, &errs) {
		return nil, err
	}
	list := make([]model.UserError, len(errs))
	for i, e := range errs {
		list[i] = payloadError(e)
	}
	return list, nil
}

// payloadError returns an error as the type that the schema has for its code.
func payloadError(e *usererror.Error) model.UserError {
	code, path := model.UserErrorCode(e.Code), &e.Path
	if e.Path == "" {
		path = nil
	}
	switch e.Code {
	case usererror.VersionConflict:
		return versionConflict(e, path)
	case usererror.EmailTaken, usererror.PhoneTaken, usererror.LoginTaken, usererror.ExternalIDTaken, usererror.NameTaken,
		usererror.NumberTaken:
		return model.UniqueConflict{Code: code, Message: e.Message, Path: path, Existing: e.Existing}
	case usererror.StoreNotFound, usererror.CompanyNotFound, usererror.SegmentNotFound, usererror.PropertyNotFound:
		return model.ReferenceNotFound{Code: code, Message: e.Message, Path: path}
	case usererror.NotFound:
		return model.NotFound{Code: code, Message: e.Message, Path: path}
	case usererror.Merged:
		return model.ContactMerged{Code: code, Message: e.Message, Path: path, MergedInto: e.MergedInto}
	case usererror.Forbidden, usererror.ReadOnly:
		return model.Forbidden{Code: code, Message: e.Message, Path: path}
	default:
		return model.ValidationError{Code: code, Message: e.Message, Path: path}
	}
}

// versionConflict translates a version conflict: the latest contact and the comparison of fields.
func versionConflict(e *usererror.Error, path *string) model.VersionConflict {
	c := model.VersionConflict{
		Code: model.UserErrorCode(e.Code), Message: e.Message, Path: path, Latest: e.Latest, Mergeable: e.Conflict.Mergeable(), Fields: e.Conflict.Fields,
	}
	if gap := e.Conflict.Gap; gap != merge.NoGap {
		c.UnknownBecause = &gap
	}
	return c
}
