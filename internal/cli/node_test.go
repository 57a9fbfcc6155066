package cli_test

import (
	"io"
	"strings"
	"testing"

	"contactgraph/internal/cli"
	"contactgraph/internal/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// unreachable makes a table fail as the coordinator of Citus does while a server is down that has a
// copy of it.
const unreachable = `CREATE FUNCTION unreachable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	RAISE 'connection to the remote node postgres@worker2:5432 failed with the following error: Connection refused' USING ERRCODE = '08006';
END $$; CREATE TRIGGER unreachable BEFORE INSERT ON TABLE_NAME FOR EACH ROW EXECUTE FUNCTION unreachable()`

// TestCommandsNameTheServerThatIsDown runs commands that write on a database of which a server
// cannot be reached.
func TestCommandsNameTheServerThatIsDown(t *testing.T) {
	t.Parallel()
	for table, args := range map[string]string{
		"api_keys": "key create --new-account --account Shop --name website --role agent",
		"accounts": "account create --account Shop",
	} {
		url := databasetest.PostgresURL(t)
		databasetest.Execute(t, url, strings.ReplaceAll(unreachable, "TABLE_NAME", table))
		var commands struct {
			Serve struct{ cli.Settings } `cmd:"" default:"1"`
			Key   struct {
				Create cli.CreateKey `cmd:""`
			} `cmd:""`
			Account struct {
				Create cli.CreateAccount `cmd:""`
			} `cmd:""`
		}
		p := cli.NewProcess(nil)
		p.Stdin, p.Stdout, p.Stderr = strings.NewReader(""), io.Discard, io.Discard
		err := cli.Run(t.Context(), &commands, append(strings.Fields(args), "--database", url), p)
		if err == nil || !strings.HasPrefix(err.Error(), "the server worker2:5432 of the database cluster cannot be reached, so nothing was written: ") {
			t.Errorf("%s: %v", args, err)
		}
		if left := databasetest.Texts(t, url, "SELECT name FROM accounts"); left != nil {
			t.Errorf("%s has written %q", args, left)
		}
	}
}
