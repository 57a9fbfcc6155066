package duplicate_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/duplicate"
	"contactgraph/internal/viewer"
)

// BenchmarkFirstPass looks at 100,000 contacts, of which each tenth is a duplicate:
//
//	go test ./internal/duplicate -run '^$' -bench FirstPass -benchtime 1x
func BenchmarkFirstPass(b *testing.B) {
	const contacts = 100_000
	for b.Loop() {
		db := databasetest.Open(b)
		account := db.Account("demo")
		system := viewer.NewSystemContext(b.Context(), account)
		err := db.Write(system, 0, func(ctx context.Context, tx *database.Tx) error {
			for i := range 100 {
				if err := tx.Ent.Company.Create().SetName(fmt.Sprint("company ", i)).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		raw := db.Raw()
		defer raw.Close()
		_, err = raw.ExecContext(b.Context(), `INSERT INTO contacts (account_id, secret, version, registered_at, registration_source, registration_ip,
				last_modified, email, email_key, phone_key, first_name, last_name, name_key, limit_mails_permanently, company_id)
			WITH RECURSIVE ids (i, person) AS (SELECT 1, 1 UNION ALL SELECT i + 1, i + 1 - (i + 1) % 10 / 9 FROM ids WHERE i < 100000)
			SELECT $1, 'secret ' || i, 1, $2, '', '', $2, 'x', 'ann' || person || '+' || i || '@example.com', '+4670' || (10000000 + i),
				'Ann' || (person % 97), 'Ek' || (person % 1009), '', false, (SELECT min(id) FROM companies) + person % 100 FROM ids`, account, time.Now().UTC())
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if err := duplicate.New(db, time.Now, slog.New(slog.DiscardHandler)).Run(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(contacts/time.Since(began).Seconds(), "contacts/s")
		if n := db.Client().DuplicatePair.Query().CountX(system); n != contacts/10 {
			b.Errorf("found %d pairs", n)
		}
	}
}
