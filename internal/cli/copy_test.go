package cli

import (
	"strings"
	"testing"

	"contactgraph/internal/database/transfer"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	states := []transfer.Progress{{Table: "accounts", Rows: 1, Total: 4}, {Table: "contacts", Rows: 2, Total: 4}, {Table: "contacts", Rows: 4, Total: 4}}
	for _, tt := range []struct {
		terminal bool
		want     string
	}{
		{false, "1 of 4 rows: accounts\n2 of 4 rows: contacts\n"},
		{true, "\r[#######.......................] 1 of 4 rows  accounts            " +
			"\r[###############...............] 2 of 4 rows  contacts            " +
			"\r[##############################] 4 of 4 rows  contacts            \n"},
	} {
		var out strings.Builder
		b := newProgressBar(&out)
		b.terminal = tt.terminal
		for _, s := range states {
			b.show(s)
		}
		b.end()
		if out.String() != tt.want {
			t.Errorf("terminal %v: got %q, want %q", tt.terminal, out.String(), tt.want)
		}
	}
}
