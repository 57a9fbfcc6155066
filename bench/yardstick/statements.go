package main

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// contact is a row, and the body of requests and responses.
type contact struct {
	ID                         int        `json:"id"`
	Secret                     string     `json:"secret"`
	Version                    int64      `json:"version"`
	RegistrationDateTime       time.Time  `json:"registrationDateTime"`
	RegistrationSource         string     `json:"registrationSource"`
	RegistrationIP             string     `json:"registrationIp"`
	RegistrationStoreID        *int       `json:"registrationStoreId"`
	LastModified               time.Time  `json:"lastModified"`
	Email                      *string    `json:"email"`
	PhoneCountryCode           *string    `json:"phoneCountryCode"`
	Phone                      *string    `json:"phone"`
	FirstName                  *string    `json:"firstName"`
	LastName                   *string    `json:"lastName"`
	LimitMailsPermanently      bool       `json:"limitMailsPermanently"`
	LimitMailsTemporarilyUntil *time.Time `json:"limitMailsTemporarilyUntil"`
	PreferredStoreID           *int       `json:"preferredStoreId"`
	CompanyID                  *int       `json:"companyId"`
	LatestPermissionSource     *string    `json:"latestPermissionSource"`
}

// columns are the columns that scan expects.
const columns = `id, secret, version, registered_at, registration_source, registration_ip, registration_store_id, last_modified,
	email, phone_country_code, phone, first_name, last_name, limit_mails_permanently, limit_mails_temporarily_until,
	preferred_store_id, company_id, latest_permission_source`

func scan(row interface{ Scan(dest ...any) error }) (*contact, error) {
	c := &contact{}
	err := row.Scan(&c.ID, &c.Secret, &c.Version, &c.RegistrationDateTime, &c.RegistrationSource, &c.RegistrationIP,
		&c.RegistrationStoreID, &c.LastModified, &c.Email, &c.PhoneCountryCode, &c.Phone, &c.FirstName, &c.LastName,
		&c.LimitMailsPermanently, &c.LimitMailsTemporarilyUntil, &c.PreferredStoreID, &c.CompanyID, &c.LatestPermissionSource)
	return c, err
}

// pageSize is the number of contacts on a page.
const pageSize = 50

// The statements. Their parameters appear in the order of their numbers, because SQLite numbers $1,
// $2 … by their first appearance.
const (
	selectOne  = "SELECT " + columns + " FROM contacts WHERE id = $1"
	selectPage = "SELECT " + columns + " FROM contacts WHERE id > $1 ORDER BY id LIMIT $2"

	// NULL || text is NULL, so the names need a coalesce.
	updateFirstName = `UPDATE contacts SET first_name = $1, name_key = lower(coalesce(last_name, '') || ' ' || coalesce(CAST($1 AS text), '')),
		last_modified = $2, version = version + 1 WHERE id = $3 AND version = $4 RETURNING ` + columns

	updateAll = `UPDATE contacts SET email = $1, email_key = $2, phone_country_code = $3, phone = $4, phone_key = $5,
		first_name = $6, last_name = $7, name_key = $8, limit_mails_permanently = $9, limit_mails_temporarily_until = $10,
		preferred_store_id = $11, company_id = $12, latest_permission_source = $13, last_modified = $14, version = version + 1
		WHERE id = $15 AND version = $16 RETURNING ` + columns
)

// statements are the prepared statements.
type statements struct{ one, page, firstName, all *sql.Stmt }

func prepare(ctx context.Context, db *database) (*statements, error) {
	s := &statements{}
	for _, p := range []struct {
		stmt **sql.Stmt
		db   *sql.DB
		text string
	}{{&s.one, db.readers, selectOne}, {&s.page, db.readers, selectPage}, {&s.firstName, db.writer, updateFirstName}, {&s.all, db.writer, updateAll}} {
		stmt, err := p.db.PrepareContext(ctx, p.text) //nolint:sqlclosecheck // closed with its pool
		if err != nil {
			return nil, err
		}
		*p.stmt = stmt
	}
	return s, nil
}

// get returns the contact. It fails with sql.ErrNoRows if there is none.
func (s *statements) get(ctx context.Context, id int) (*contact, error) {
	return scan(s.one.QueryRowContext(ctx, id))
}

// list returns the page after the contact, and whether there are more.
func (s *statements) list(ctx context.Context, after int) (page []*contact, more bool, err error) {
	rows, err := s.page.QueryContext(ctx, after, pageSize+1)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err returns the error
	page = make([]*contact, 0, pageSize+1)
	for rows.Next() {
		c, err := scan(rows)
		if err != nil {
			return nil, false, err
		}
		page = append(page, c)
	}
	more = len(page) > pageSize
	return page[:min(len(page), pageSize)], more, rows.Err()
}

// patch sets the first name if the contact still has the version of c. It fails with sql.ErrNoRows
// otherwise.
func (s *statements) patch(ctx context.Context, c *contact) (*contact, error) {
	return scan(s.firstName.QueryRowContext(ctx, c.FirstName, now(), c.ID, c.Version))
}

// put replaces all writable fields if the contact still has the version of c. It fails with
// sql.ErrNoRows otherwise.
func (s *statements) put(ctx context.Context, c *contact) (*contact, error) {
	return scan(s.all.QueryRowContext(ctx, c.Email, emailKey(c), c.PhoneCountryCode, c.Phone, phoneKey(c), c.FirstName, c.LastName,
		nameKey(c), c.LimitMailsPermanently, c.LimitMailsTemporarilyUntil, c.PreferredStoreID, c.CompanyID,
		c.LatestPermissionSource, now(), c.ID, c.Version))
}

// now returns the time with the precision of both engines.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// emailKey returns the normalized email address, which is unique, or nil.
func emailKey(c *contact) *string {
	if c.Email == nil || strings.TrimSpace(*c.Email) == "" {
		return nil
	}
	return new(strings.ToLower(strings.TrimSpace(*c.Email)))
}

// phoneKey returns the normalized phone number, which is unique, or nil.
func phoneKey(c *contact) *string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, strings.TrimLeft(text(c.Phone), "0 "))
	if digits == "" {
		return nil
	}
	return new("+" + text(c.PhoneCountryCode) + digits)
}

// nameKey returns the name that contacts are ordered by.
func nameKey(c *contact) string {
	return strings.ToLower(text(c.LastName) + " " + text(c.FirstName))
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
