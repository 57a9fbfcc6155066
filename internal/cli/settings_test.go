package cli_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/cli"
)

// TestDurationsHaveUnits: a duration is a number of milliseconds in JSON, and has its unit in text.
func TestDurationsHaveUnits(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"json": `"duration_ms":1.5`, "text": "duration=1.5ms"} {
		var b bytes.Buffer
		slog.New(cli.Settings{LogFormat: format}.LogHandler(&b, slog.LevelInfo)).Info("request", slog.Duration("duration", 1500*time.Microsecond))
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: got %s, want %s", format, b.String(), want)
		}
	}
}
