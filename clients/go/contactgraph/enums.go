package contactgraph

// ConflictPolicy is what to do if a contact has been changed since the expected version.
type ConflictPolicy string

// The conflict policies.
const (
	// Reject the write with a VersionConflict.
	ConflictPolicyReject ConflictPolicy = "REJECT"
	// Apply the write to the contact as it is now, unless others have changed the same fields.
	ConflictPolicyMerge ConflictPolicy = "MERGE"
	// Apply the write regardless of the version.
	ConflictPolicyOverwrite ConflictPolicy = "OVERWRITE"
)

// BatchErrorPolicy is what to do if an item of a write of many fails.
type BatchErrorPolicy string

// The error policies.
const (
	// Apply none of the items. Each contact can appear only once.
	BatchErrorPolicyAllOrNothing BatchErrorPolicy = "ALL_OR_NOTHING"
	// Apply the other items.
	BatchErrorPolicyPerItem BatchErrorPolicy = "PER_ITEM"
)

// VersionGap is why the changes of a contact since a version are unknown; empty if they are known.
type VersionGap string

// The reasons.
const (
	// The contact never had this version.
	VersionGapUnknown VersionGap = "UNKNOWN"
	// The change log does not reach back that far.
	VersionGapTooOld VersionGap = "TOO_OLD"
)

// ContactOrderField is a field that contacts can be ordered by.
type ContactOrderField string

// The fields.
const (
	ContactOrderFieldID                   ContactOrderField = "ID"
	ContactOrderFieldName                 ContactOrderField = "NAME"
	ContactOrderFieldLastModified         ContactOrderField = "LAST_MODIFIED"
	ContactOrderFieldRegistrationDateTime ContactOrderField = "REGISTRATION_DATE_TIME"
)

// OrderDirection is the direction of an order.
type OrderDirection string

// The directions.
const (
	OrderDirectionAsc  OrderDirection = "ASC"
	OrderDirectionDesc OrderDirection = "DESC"
)

// UserErrorCode is the code of an error that the caller can fix. It is an error itself, for
// errors.Is. The schema describes each code; codes may be added.
type UserErrorCode string

// The codes.
const (
	UserErrorCodeNotFound             UserErrorCode = "NOT_FOUND"
	UserErrorCodeForbidden            UserErrorCode = "FORBIDDEN"
	UserErrorCodeMerged               UserErrorCode = "MERGED"
	UserErrorCodeVersionConflict      UserErrorCode = "VERSION_CONFLICT"
	UserErrorCodeEmailTaken           UserErrorCode = "EMAIL_TAKEN"
	UserErrorCodePhoneTaken           UserErrorCode = "PHONE_TAKEN"
	UserErrorCodeLoginTaken           UserErrorCode = "LOGIN_TAKEN"
	UserErrorCodeExternalIDTaken      UserErrorCode = "EXTERNAL_ID_TAKEN"
	UserErrorCodeNameTaken            UserErrorCode = "NAME_TAKEN"
	UserErrorCodeNumberTaken          UserErrorCode = "NUMBER_TAKEN"
	UserErrorCodeStoreNotFound        UserErrorCode = "STORE_NOT_FOUND"
	UserErrorCodeCompanyNotFound      UserErrorCode = "COMPANY_NOT_FOUND"
	UserErrorCodeSegmentNotFound      UserErrorCode = "SEGMENT_NOT_FOUND"
	UserErrorCodePropertyNotFound     UserErrorCode = "PROPERTY_NOT_FOUND"
	UserErrorCodeRequired             UserErrorCode = "REQUIRED"
	UserErrorCodeEmpty                UserErrorCode = "EMPTY"
	UserErrorCodeTooLong              UserErrorCode = "TOO_LONG"
	UserErrorCodeTooMany              UserErrorCode = "TOO_MANY"
	UserErrorCodeInvalid              UserErrorCode = "INVALID"
	UserErrorCodeDuplicate            UserErrorCode = "DUPLICATE"
	UserErrorCodeReadOnly             UserErrorCode = "READ_ONLY"
	UserErrorCodeWrongPassword        UserErrorCode = "WRONG_PASSWORD"
	UserErrorCodeWrongCode            UserErrorCode = "WRONG_CODE"
	UserErrorCodeInUse                UserErrorCode = "IN_USE"
	UserErrorCodeNotApplied           UserErrorCode = "NOT_APPLIED"
	UserErrorCodeRateLimited          UserErrorCode = "RATE_LIMITED"
	UserErrorCodeIdempotencyKeyReused UserErrorCode = "IDEMPOTENCY_KEY_REUSED"
	UserErrorCodeSignInRefused        UserErrorCode = "SIGN_IN_REFUSED"
	UserErrorCodeSecondFactorRequired UserErrorCode = "SECOND_FACTOR_REQUIRED"
	UserErrorCodeNotAvailable         UserErrorCode = "NOT_AVAILABLE"
)

func (c UserErrorCode) Error() string { return string(c) }
