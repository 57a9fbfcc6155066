package pgserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Citus is a cluster of Citus that is running, in which tests create databases.
type Citus struct {
	coordinator *url.URL
	self        node // the coordinator, as its workers reach it
	workers     []node
}

// node is a server of a cluster, as pg_dist_node lists it.
type node struct {
	Name string `db:"nodename"`
	Port int    `db:"nodeport"`
}

// shards is the number of shards of each table. Tests do not need the 32 that are Citus's default,
// which take seconds to create.
const shards = 4

// OpenCitus returns the cluster whose coordinator the URL names. Its database must have the
// extension and know the workers. They are connected to with the same user and parameters.
func OpenCitus(ctx context.Context, coordinator string) (*Citus, error) {
	u, err := url.Parse(coordinator)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		port = 5432
	}
	c := &Citus{coordinator: u, self: node{u.Hostname(), port}}
	conn, err := pgx.Connect(ctx, coordinator)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx) //nolint:errcheck // it has only read
	list := func(condition string) ([]node, error) {
		rows, err := conn.Query(ctx, "SELECT nodename, nodeport FROM pg_dist_node WHERE noderole = 'primary' AND "+condition)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByName[node])
	}
	self, err := list("groupid = 0")
	if err != nil {
		return nil, fmt.Errorf("listing the servers of Citus: %w", err)
	}
	if len(self) > 0 {
		c.self = self[0]
	}
	if c.workers, err = list("groupid <> 0"); err == nil && len(c.workers) == 0 {
		err = fmt.Errorf("%s has no workers", u.Redacted())
	}
	return c, err
}

// NewDatabase creates a database with a new name, the extension and the workers, and returns its
// address on the coordinator. drop removes it, and ends all connections to it; call it after an
// error, too. Citus does not do either on the workers by itself.
func (c *Citus) NewDatabase(ctx context.Context) (address string, drop func(context.Context) error, err error) {
	name := "contactgraph_" + strings.ToLower(rand.Text())
	drop = func(ctx context.Context) (err error) {
		for _, server := range c.servers() {
			err = errors.Join(err, execute(ctx, server.String(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"))
		}
		return err
	}
	for _, server := range c.servers() {
		if err := execute(ctx, server.String(), "CREATE DATABASE "+name); err != nil {
			return "", drop, err
		}
		if err := execute(ctx, at(server, name), "CREATE EXTENSION citus"); err != nil {
			return "", drop, err
		}
	}
	statements := []string{
		fmt.Sprintf("ALTER DATABASE %s SET citus.shard_count = %d", name, shards),
		"SELECT citus_set_coordinator_host(" + c.self.arguments() + ")",
	}
	for _, w := range c.workers {
		statements = append(statements, "SELECT citus_add_node("+w.arguments()+")")
	}
	address = at(c.coordinator, name)
	return address, drop, execute(ctx, address, statements...)
}

// servers returns the address of each server: the coordinator, then the workers.
func (c *Citus) servers() []*url.URL {
	all := []*url.URL{c.coordinator}
	for _, w := range c.workers {
		u := *c.coordinator
		u.Host = net.JoinHostPort(w.Name, strconv.Itoa(w.Port))
		all = append(all, &u)
	}
	return all
}

// at is the address of a database of the server.
func at(server *url.URL, database string) string {
	u := *server
	u.Path = "/" + database
	return u.String()
}

// arguments are the node as the arguments of Citus's functions.
func (n node) arguments() string {
	return fmt.Sprintf("'%s', %d", strings.ReplaceAll(n.Name, "'", "''"), n.Port)
}

// execute runs statements on a connection of its own.
func execute(ctx context.Context, address string, statements ...string) (err error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}
