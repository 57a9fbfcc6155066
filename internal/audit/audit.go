// Package audit records who did what in an account, apart from changes of contacts, which are in
// the change log: sign-ins, and what concerns users, API keys, sessions, settings and erasures. An
// entry is stored in the transaction of what it records, and never changed.
//
// Start reading at Record. Package people reads the log for admins.
package audit

import (
	"context"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/auditentry"
	"contactgraph/internal/viewer"
)

// Action is what was done. Actions may be added but are never removed or renamed.
type Action string

// The actions, as clients see them.
const (
	SignedIn     Action = "SIGNED_IN"
	SignInFailed Action = "SIGN_IN_FAILED" // the name is a hash of the owner: the login may be a password
	SignedOut    Action = "SIGNED_OUT"
	UserCreated  Action = "USER_CREATED"
	UserChanged  Action = "USER_CHANGED" // its name or role
	UserDisabled Action = "USER_DISABLED"
	UserEnabled  Action = "USER_ENABLED"
	PasswordSet  Action = "PASSWORD_SET" // of a user
	// A user or contact has set its password by a link that was sent by email.
	PasswordReset Action = "PASSWORD_RESET"
	// A user signs in by the provider from now on.
	IdentityLinked Action = "IDENTITY_LINKED"
	// The second factor of a user. It failed if the password was right and the code wrong.
	SecondFactorEnabled  Action = "SECOND_FACTOR_ENABLED"
	SecondFactorDisabled Action = "SECOND_FACTOR_DISABLED"
	SecondFactorReset    Action = "SECOND_FACTOR_RESET"
	SecondFactorFailed   Action = "SECOND_FACTOR_FAILED"
	RecoveryCodeUsed     Action = "RECOVERY_CODE_USED"
	RecoveryCodesCreated Action = "RECOVERY_CODES_CREATED"

	RoleCreated      Action = "ROLE_CREATED" // a role of the account
	RoleChanged      Action = "ROLE_CHANGED"
	RoleDeleted      Action = "ROLE_DELETED"
	KeyCreated       Action = "API_KEY_CREATED"
	KeyRotated       Action = "API_KEY_ROTATED"
	KeyRevoked       Action = "API_KEY_REVOKED"
	SessionRevoked   Action = "SESSION_REVOKED"
	SettingsChanged  Action = "SETTINGS_CHANGED"
	AccountRenamed   Action = "ACCOUNT_RENAMED"
	AccountSuspended Action = "ACCOUNT_SUSPENDED"
	AccountResumed   Action = "ACCOUNT_RESUMED"
	ContactErased    Action = "CONTACT_ERASED"
	AuditExported    Action = "AUDIT_EXPORTED" // this log
	ContactsExported Action = "CONTACTS_EXPORTED"
	// Someone read everything that is held on a person.
	PersonalDataReported Action = "PERSONAL_DATA_REPORTED"
	// A job that writes many contacts.
	JobCreated  Action = "JOB_CREATED"
	JobApplied  Action = "JOB_APPLIED"
	JobCanceled Action = "JOB_CANCELED"
	JobReverted Action = "JOB_REVERTED"
)

// allActions lists the constants above; a test compares the two.
var allActions = []Action{
	SignedIn, SignInFailed, SignedOut,
	UserCreated, UserChanged, UserDisabled, UserEnabled, PasswordSet, PasswordReset, IdentityLinked,
	SecondFactorEnabled, SecondFactorDisabled, SecondFactorReset, SecondFactorFailed, RecoveryCodeUsed, RecoveryCodesCreated,
	RoleCreated, RoleChanged, RoleDeleted,
	KeyCreated, KeyRotated, KeyRevoked, SessionRevoked,
	SettingsChanged, AccountRenamed, AccountSuspended, AccountResumed, ContactErased, AuditExported, ContactsExported, PersonalDataReported,
	JobCreated, JobApplied, JobCanceled, JobReverted,
}

// Actions returns every action.
func Actions() []Action { return slices.Clone(allActions) }

// Entry is what happened.
type Entry struct {
	Action  Action
	Subject int            // the id of what it was about; 0 for nothing
	Name    string         // of the subject, as it was then
	Details map[string]any // values of JSON; never secrets
}

// EraseContact removes the addresses from the entries about what a contact did, and about the
// failed sign-ins of this owner.
func EraseContact(ctx context.Context, tx *ent.Client, account, contact int, owner string) error {
	own := auditentry.And(auditentry.ActorKind(string(viewer.ActorContact)), auditentry.ActorID(contact))
	failed := auditentry.And(auditentry.Action(string(SignInFailed)), auditentry.SubjectName(owner))
	return tx.AuditEntry.Update().Where(auditentry.AccountID(account), auditentry.Or(own, failed)).
		ClearAddress().Exec(viewer.NewSystemContext(ctx, account))
}

// Record stores an entry about what the viewer v did, in the transaction of it. A viewer without an
// actor, for a failed sign-in, is recorded without one.
func Record(ctx context.Context, tx *ent.Client, v viewer.Viewer, at time.Time, e Entry) error {
	create := tx.AuditEntry.Create().SetAction(string(e.Action)).SetAt(at.UTC())
	if v.Actor != (viewer.Actor{}) {
		create.SetActorKind(string(v.Actor.Kind)).SetActorID(v.Actor.ID).SetActorName(v.Actor.Name)
	}
	if v.Address.IsValid() {
		create.SetAddress(v.Address.String())
	}
	if e.Subject != 0 {
		create.SetSubjectID(e.Subject)
	}
	if e.Name != "" {
		create.SetSubjectName(e.Name)
	}
	if e.Details != nil {
		create.SetDetails(e.Details)
	}
	return create.Exec(viewer.NewSystemContext(ctx, v.Account))
}
