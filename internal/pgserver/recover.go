package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ArchiveSettings returns the settings of a server that archives its WAL in a folder. A file has
// its name only when it is complete and on the disk, and one that is already archived is a success:
// the server may be killed meanwhile.
func ArchiveSettings(folder string) map[string]string {
	command := "if test -f F/%f; then cmp -s %p F/%f; else cp %p F/%f.part && sync F/%f.part && mv F/%f.part F/%f && sync F/; fi"
	return map[string]string{"archive_mode": "on", "archive_command": strings.ReplaceAll(command, "F/", folder+"/")}
}

// RecoverySettings returns the settings of a server that recovers from such a folder, up to a time.
func RecoverySettings(folder, until string) map[string]string {
	return map[string]string{
		"restore_command": "cp " + folder + "/%f %p", "recovery_target_time": until, "recovery_target_action": "promote",
	}
}

// Folder creates a folder that the server can write to.
func (s *Server) Folder(name string) (string, error) {
	folder := filepath.Join(s.dir, name)
	return folder, errors.Join(os.Mkdir(folder, 0o700), s.own(folder))
}

// own gives a file to the user that the server runs as.
func (s *Server) own(file string) error {
	if s.runAs == nil {
		return nil
	}
	return os.Chown(file, int(s.runAs.Uid), int(s.runAs.Gid))
}

// BaseBackup copies the files of the running server with pg_basebackup, without WAL, and returns
// the folder.
func (s *Server) BaseBackup(ctx context.Context) (folder string, err error) {
	folder = filepath.Join(s.dir, "base")
	c := s.command(ctx, "pg_basebackup", "--host", s.dir, "--username", superuser, "--pgdata", folder,
		"--checkpoint", "fast", "--wal-method", "none", "--no-sync")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("pg_basebackup: %w: %s", err, out)
	}
	return folder, nil
}

// Recover replaces the files of a server that has ended by a base backup, and runs it with these
// settings, which are those of its recovery. It waits until the server answers, which it may do
// before it has recovered.
func (s *Server) Recover(ctx context.Context, backup string, settings map[string]string) error {
	if err := os.RemoveAll(s.data()); err != nil {
		return err
	}
	if err := os.Rename(backup, s.data()); err != nil {
		return err
	}
	signal := filepath.Join(s.data(), "recovery.signal")
	if err := errors.Join(os.WriteFile(signal, nil, 0o600), s.own(signal)); err != nil {
		return err
	}
	s.options.Settings = settings
	return s.Run(ctx)
}
