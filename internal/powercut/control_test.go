package powercut

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

// controlCuts is how often the power of the control is cut if CONTACTGRAPH_TEST_POWERCUT is set.
const controlCuts = 20

// The server's settings except synchronous.
const controlSettings = "?_journal_mode=WAL&_foreign_keys=1&_busy_timeout=5000&_txlock=immediate&_synchronous="

// write is the n-th write of a client.
type write struct{ client, n int }

// control writes for clients that each wait for their answer. As in the server, writes that wait
// share a commit. It prints each write when it is committed, and returns when one fails.
func control(dsn string, acks io.Writer) error {
	db, err := sql.Open("sqlite3", dsn)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE IF NOT EXISTS writes (client INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (client, n))"); err != nil {
		return err
	}
	queue := make(chan write, clients)
	done := make([]chan struct{}, clients)
	for client := range clients {
		done[client] = make(chan struct{})
		var last int
		if err := db.QueryRow("SELECT coalesce(max(n), 0) FROM writes WHERE client = ?", client).Scan(&last); err != nil {
			return err
		}
		go func() {
			for n := last + 1; ; n++ {
				queue <- write{client, n}
				<-done[client]
			}
		}()
	}
	for {
		batch := []write{<-queue}
		for more := true; more; {
			select {
			case w := <-queue:
				batch = append(batch, w)
			default:
				more = false
			}
		}
		if err := commit(db, batch, acks); err != nil {
			return err
		}
		for _, w := range batch {
			done[w.client] <- struct{}{}
		}
	}
}

// commit commits the writes and acknowledges them. Whether they are durable depends on the
// settings.
func commit(db *sql.DB, batch []write, acks io.Writer) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var lines strings.Builder
	for _, w := range batch {
		if _, err := tx.Exec("INSERT INTO writes (client, n) VALUES (?, ?)", w.client, w.n); err != nil {
			return err
		}
		fmt.Fprintln(&lines, w.client, w.n)
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = io.WriteString(acks, lines.String())
	return err
}

// TestControl shows that a cut loses what was not synchronised, and nothing else.
func TestControl(t *testing.T) {
	for synchronous, mustLose := range map[string]bool{"FULL": false, "NORMAL": true} {
		t.Run(synchronous, func(t *testing.T) {
			d, cuts := newDisk(t), many(controlCuts)
			dsn := "file:" + d.file("control.db") + controlSettings + synchronous
			acked, lost, between := 0, 0, 0
			for range cuts {
				before, late := controlUntilCut(t, d, dsn)
				d.recover()
				acked, lost, between = acked+len(before), lost+controlLost(t, dsn, before), between+controlLost(t, dsn, late)
			}
			t.Logf("synchronous=%s: %d cuts, %d acknowledged writes, %d lost; of those acknowledged while the power failed %d",
				synchronous, cuts, acked, lost, between)
			switch {
			case acked == 0:
				t.Error("nothing was acknowledged: the test proves nothing")
			case mustLose && lost == 0:
				t.Error("nothing was lost without waiting for the disk: these cuts prove nothing")
			case !mustLose && lost > 0:
				t.Error("acknowledged writes were lost")
			}
		})
	}
}

// controlUntilCut runs the control until the power fails. It returns the writes that were
// acknowledged before that, and those after.
func controlUntilCut(t *testing.T, d *disk, dsn string) (before, late []write) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), controlDSN+"="+dsn)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var acks []write
	var at []time.Time
	cutting := make(chan moment, 1)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var w write
		fmt.Sscan(lines.Text(), &w.client, &w.n)
		acks, at = append(acks, w), append(at, time.Now())
		if len(acks) == 1 {
			time.AfterFunc(time.Duration(50+rand.IntN(250))*time.Millisecond, func() {
				cutting <- d.cut()
				c.Process.Kill()
			})
		}
	}
	if len(acks) == 0 {
		t.Fatal("the control acknowledged nothing")
	}
	power := <-cutting
	c.Wait()
	n := slices.IndexFunc(at, power.begin.Before)
	if n < 0 {
		n = len(acks)
	}
	return acks[:n], acks[n:]
}

// controlLost counts the writes that are missing.
func controlLost(t *testing.T, dsn string, acks []write) (lost int) {
	t.Helper()
	db, err := sql.Open("sqlite3", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	checkIntegrity(t, db)
	var made bool
	if err := db.QueryRow("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'writes')").Scan(&made); err != nil {
		t.Fatal(err)
	}
	if !made { // the table is lost, and all its rows
		return len(acks)
	}
	for _, w := range acks {
		var there bool
		if err := db.QueryRow("SELECT EXISTS (SELECT 1 FROM writes WHERE client = ? AND n = ?)", w.client, w.n).Scan(&there); err != nil {
			t.Fatal(err)
		}
		if !there {
			lost++
		}
	}
	return lost
}

// checkIntegrity fails the test if the database is damaged.
func checkIntegrity(t *testing.T, db *sql.DB) {
	t.Helper()
	var result string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&result); err != nil || result != "ok" {
		t.Errorf("integrity_check: %s %v", result, err)
	}
	var strays int
	if err := db.QueryRow("SELECT count(*) FROM pragma_foreign_key_check").Scan(&strays); err != nil || strays > 0 {
		t.Errorf("foreign_key_check: %d %v", strays, err)
	}
}
