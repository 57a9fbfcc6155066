package cli

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
)

// ReadSecret returns the content of a file with a secret, without the line break at its end. name
// is the flag, for errors and for the warning that other users of the machine can read the file.
// That is no error: Kubernetes, for example, creates such files in containers that have one user.
func ReadSecret(ctx context.Context, name, file string, log *slog.Logger) (string, error) {
	content, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return "", fmt.Errorf("--%s: %w", name, err)
	}
	secret := bytes.TrimSuffix(bytes.TrimSuffix(content, []byte("\n")), []byte("\r"))
	if len(secret) == 0 {
		return "", fmt.Errorf("--%s: %s has no text", name, file)
	}
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o004 != 0 {
		log.WarnContext(ctx, "all users of this machine can read a file with a secret: run chmod o-r on it",
			slog.String("file", file), slog.String("flag", "--"+name))
	}
	return string(secret), nil
}
