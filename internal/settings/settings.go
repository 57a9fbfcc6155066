// Package settings has what admins decide for their account: the rules for passwords, how long
// sessions last, whether users need a second factor, how long the audit log is kept, whether a
// sign-in by the OpenID Connect provider creates users, whether agents may import and export
// contacts, and the country of phone numbers.
package settings

import (
	"cmp"
	"time"
)

// Account are the settings of an account, as they are stored. A zero value stands for the default,
// so that settings can be added; the methods return what applies.
type Account struct {
	StaffPassword    int  `json:"staffPassword,omitempty"`    // shortest password of a user, in characters
	CustomerPassword int  `json:"customerPassword,omitempty"` // the same of a contact
	CommonPasswords  bool `json:"commonPasswords,omitempty"`  // allows the most common passwords
	SessionMinutes   int  `json:"sessionMinutes,omitempty"`   // that a session lasts after the sign-in
	IdleMinutes      int  `json:"idleMinutes,omitempty"`      // that a session lasts after its last request
	AuditDays        int  `json:"auditDays,omitempty"`        // that entries of the audit log are kept
	// RequireSecondFactor makes every user set up a second factor before anything else.
	RequireSecondFactor bool `json:"requireSecondFactor,omitempty"`
	OIDCCreatesUsers    bool `json:"oidcCreatesUsers,omitempty"` // at the first sign-in by the provider
	// AgentsMayTransfer lets agents import and export contacts. Admins always may.
	AgentsMayTransfer bool `json:"agentsMayTransfer,omitempty"`
	OnlyAdminsMerge   bool `json:"onlyAdminsMerge,omitempty"` // contacts, and undo that
	MergedNotFound    bool `json:"mergedNotFound,omitempty"`  // for the REST APIs: 404, and not the contact that has the id now
	// DefaultCountry is the country of phone numbers that have no country code, as an ISO 3166 code
	// for which normalize.IsCountry is true; "" for none.
	DefaultCountry string `json:"defaultCountry,omitempty"`
}

// Country returns DefaultCountry, nil for none.
func (a Account) Country() *string {
	if a.DefaultCountry == "" {
		return nil
	}
	return &a.DefaultCountry
}

// The defaults.
const (
	DefaultStaffPassword    = 12
	DefaultCustomerPassword = 8
	DefaultSessionMinutes   = 12 * 60
	DefaultIdleMinutes      = 2 * 60
	DefaultAuditDays        = 365
)

// WithDefaults returns the settings with the defaults in the place of zero values.
func (a Account) WithDefaults() Account {
	a.StaffPassword = cmp.Or(a.StaffPassword, DefaultStaffPassword)
	a.CustomerPassword = cmp.Or(a.CustomerPassword, DefaultCustomerPassword)
	a.SessionMinutes = cmp.Or(a.SessionMinutes, DefaultSessionMinutes)
	a.IdleMinutes = cmp.Or(a.IdleMinutes, DefaultIdleMinutes)
	a.AuditDays = cmp.Or(a.AuditDays, DefaultAuditDays)
	return a
}

// SessionLifetime returns how long a session lasts after the sign-in.
func (a Account) SessionLifetime() time.Duration {
	return time.Duration(a.WithDefaults().SessionMinutes) * time.Minute
}

// AuditRetention returns how long entries of the audit log are kept.
func (a Account) AuditRetention() time.Duration {
	return time.Duration(a.WithDefaults().AuditDays) * 24 * time.Hour
}

// SessionIdle returns how long a session lasts after its last request.
func (a Account) SessionIdle() time.Duration {
	return time.Duration(a.WithDefaults().IdleMinutes) * time.Minute
}
