package rekey_test

import (
	"log/slog"
	"testing"
	"time"

	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/rekey"
)

// BenchmarkRun computes 100,000 contacts, of which all keys and words change, and then none:
//
//	go test ./internal/rekey -run '^$' -bench Run -benchtime 1x
func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		db := databasetest.Open(b)
		account := db.Account("demo")
		raw := db.Raw()
		defer raw.Close()
		_, err := raw.ExecContext(b.Context(), `INSERT INTO contacts (account_id, secret, version, registered_at, registration_source, registration_ip,
				last_modified, email, email_key, phone, phone_key, first_name, last_name, name_key, limit_mails_permanently)
			WITH RECURSIVE ids (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM ids WHERE i < 100000)
			SELECT $1, 'secret ' || i, 1, $2, '', '', $2, 'Ann' || i || '@Example.com', 'old ' || i, '+46 70-' || (1000000 + i), 'old ' || i,
				'Ann', 'Ek ' || i, '', false FROM ids`, account, time.Now().UTC().AddDate(-1, 0, 0))
		if err != nil {
			b.Fatal(err)
		}
		keys := rekey.New(db, time.Now, slog.New(slog.DiscardHandler))
		for _, metric := range []string{"s/all", "s/none"} {
			if metric == "s/none" {
				if _, err := raw.ExecContext(b.Context(), "DELETE FROM derivations"); err != nil {
					b.Fatal(err)
				}
			}
			began := time.Now()
			changed, err := keys.Run(b.Context(), rekey.Outdated)
			if want := map[string]int{"s/all": 100_000}[metric]; err != nil || changed != want {
				b.Fatalf("changed %d contacts, %v", changed, err)
			}
			b.ReportMetric(time.Since(began).Seconds(), metric)
		}
	}
}
