// Command contactgraph is a server for the contacts of customers. It serves a GraphQL API, a web
// console and two legacy REST APIs, for many accounts in one database.
//
// This package puts the program together. Start reading at run, below, which executes the command
// line:
//
//   - commands, below, lists the commands. The flags of serve are the fields of the struct serve in
//     serve.go, of network in network.go (connections), of requestLimits in requests.go (cost), of
//     graphQL in graphql.go (the GraphQL API), of oidcSettings in oidc.go (the OpenID Connect
//     provider), of mailSettings in mail.go (email) and of measurements in metrics.go (metrics).
//     All other flags are in package internal/cli, whose comment explains how to add one.
//   - serve.go runs the server, from opening the port to closing the database; reload.go reads some
//     settings again, and notify.go reports to systemd.
//   - wiring.go connects the APIs and pages with the services that they use.
//   - greeting.go is what the server prints when it is ready.
//   - manual.go passes limits and error codes from the code to the GraphQL manual.
//
// contactgraph --help describes all commands and flags. Each flag can also be set by an environment
// variable, and those of serve by a file.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"contactgraph/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "contactgraph:", err)
		os.Exit(1)
	}
}

// run runs the command in args until it is done, or until ctx ends, which shuts a server down.
// Results are written to stdout, the log to stderr. environ has lines of the form NAME=VALUE.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) error {
	p := cli.NewProcess(environ, smtpPasswordVariable, secretVariable)
	p.Stdin, p.Stdout, p.Stderr = stdin, stdout, stderr
	return cli.Run(ctx, &commands{}, args, p)
}

// commands is the command line: a field for each command. See package cli.
type commands struct {
	Serve   serve `cmd:"" default:"withargs" help:"Run the server. This is the default command."`
	Migrate struct {
		Up     cli.MigrateUp     `cmd:"" help:"Apply pending migrations and compute keys and search terms again where that is necessary, as serve does at startup."`
		Status cli.MigrateStatus `cmd:"" help:"Show the migrations of a database, and the contacts that have no key because another contact has it. This changes nothing."`
	} `cmd:"" help:"Manage the tables of the database."`
	Verify cli.Verify `cmd:"" help:"Compare the change log with the tables, the unique keys and the search terms, even while a server uses the database. This changes nothing."`
	Copy   cli.Copy   `cmd:"" help:"Copy a database to another one, such as from SQLite to PostgreSQL. Ids, versions, cursors, keys and sessions stay valid."`
	Import struct {
		File   cli.ImportContacts `cmd:"" default:"withargs" help:"Plan the import of a file of contacts, and apply it after a question. This is the default command."`
		Apply  cli.ImportApply    `cmd:"" help:"Apply an import that is planned, or continue one that was interrupted."`
		Revert cli.ImportRevert   `cmd:"" help:"Undo what an import has written, except where others have changed it since."`
		Status cli.ImportStatus   `cmd:"" help:"Show how far an import is."`
		Errors cli.ImportErrors   `cmd:"" help:"Write the rows of an import that failed to a file, with the reasons."`
		Check  cli.ImportCheck    `cmd:"" help:"Show how a file of contacts would be read, and which rows cannot be read. This changes nothing."`
	} `cmd:"" help:"Import files of contacts."`
	Backup   cli.Backup   `cmd:"" help:"Copy an SQLite database to a new file, even while a server uses it."`
	Restored cli.Restored `cmd:"" help:"Declare that a database has lost its latest writes: once after it was restored from a backup, or after a failover that lost writes. Cursors and versions of the lost writes are then rejected."`
	Account  struct {
		Create  cli.CreateAccount  `cmd:"" help:"Create an account."`
		List    cli.ListAccounts   `cmd:"" help:"List all accounts."`
		Rename  cli.RenameAccount  `cmd:"" help:"Rename an account."`
		Suspend cli.SuspendAccount `cmd:"" help:"Suspend an account: its users, keys and customers are rejected."`
		Resume  cli.ResumeAccount  `cmd:"" help:"End the suspension of an account."`

		Settings cli.AccountSettings `cmd:"" help:"Show and change the settings of an account."`
	} `cmd:"" help:"Manage accounts."`
	Key struct {
		Create cli.CreateKey `cmd:"" help:"Create an API key and print its token. The token cannot be shown again."`
		List   cli.ListKeys  `cmd:"" help:"List the API keys of an account."`
		Rotate cli.RotateKey `cmd:"" help:"Create a successor of an API key and print its token. The old key expires after an overlap."`
		Revoke cli.RevokeKey `cmd:"" help:"Revoke an API key."`
	} `cmd:"" help:"Manage API keys."`
	Role struct {
		Create cli.CreateRole `cmd:"" help:"Create a role that limits what agents read and write of contacts."`
		List   cli.ListRoles  `cmd:"" help:"List the roles of an account."`
		Delete cli.DeleteRole `cmd:"" help:"Delete a role that neither users nor API keys have."`
	} `cmd:"" help:"Manage roles."`
	User struct {
		Create   cli.CreateUser  `cmd:"" help:"Create a user: an agent or admin, or an agent with a role of the account."`
		List     cli.ListUsers   `cmd:"" help:"List the users of an account."`
		Password cli.SetPassword `cmd:"" help:"Set the password of a user. This ends the sessions of the user."`
		Disable  cli.DisableUser `cmd:"" help:"Keep a user from signing in. This ends the sessions of the user."`
		Enable   cli.EnableUser  `cmd:"" help:"Let a disabled user sign in again."`

		RequireSecondFactor cli.RequireSecondFactor `cmd:"" help:"Require a second factor of a user, or no longer with --off. While the user has none, its sessions can only set one up."`
		ResetSecondFactor   cli.ResetSecondFactor   `cmd:"" help:"Erase the second factor of a user who has lost the device. This ends the sessions of the user."`
	} `cmd:"" help:"Manage users."`
	Audit struct {
		Export cli.ExportAudit `cmd:"" help:"Export the audit log of an account as CSV or JSON Lines."`
	} `cmd:"" help:"Read the audit log."`
	Export     cli.ExportContacts `cmd:"" help:"Export the contacts of an account to a file, even while a server uses the database."`
	Version    cli.Version        `cmd:"" help:"Show the version of the program, the revision it was built from, and its newest migration."`
	Completion cli.Completion     `cmd:"" help:"Print the completion script of a shell."`
	Man        cli.Man            `cmd:"" help:"Print the manual page, for man(1)."`
}
