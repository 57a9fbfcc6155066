package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"

	"github.com/jackc/pgx/v5"
)

// cluster is PostgreSQL servers that Patroni manages, with etcd as its store. All of them run as
// the user postgres, in folders of the test.
type cluster struct {
	t     *testing.T
	dir   string
	etcd  string // the address of its clients
	runAs *syscall.Credential
	nodes []*node
}

// node is a PostgreSQL server of the cluster.
type node struct{ name, rest, postgres string }

// member is the configuration of Patroni for a node. A write is acknowledged when a standby has it,
// too, so a switchover or a failover loses none.
const member = `
scope: contacts
name: %[1]s
restapi: {listen: %[2]s, connect_address: %[2]s}
etcd3: {hosts: %[4]s}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 5
    synchronous_mode: true
    postgresql: {use_pg_rewind: true, parameters: {max_connections: 200, wal_log_hints: 'on'}}
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}]
  pg_hba: [local all all trust, host all all 127.0.0.1/32 trust, host replication all 127.0.0.1/32 trust]
postgresql:
  listen: %[3]s
  connect_address: %[3]s
  data_dir: %[5]s/%[1]s
  bin_dir: %[6]s
  authentication: {superuser: {username: postgres}, replication: {username: replicator}, rewind: {username: postgres}}
  parameters: {unix_socket_directories: %[5]s}
`

// newCluster starts a cluster with a number of nodes, and waits until each but the leader is a
// synchronous or asynchronous standby.
func newCluster(t *testing.T, nodes int) *cluster {
	t.Helper()
	owner, err := user.Lookup("postgres")
	if err != nil || os.Geteuid() != 0 {
		t.Skipf("only root can run Patroni as the user postgres (%v)", err)
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	dir, err := os.MkdirTemp("", "patroni") //nolint:usetesting // that of the test can be read only by its user
	if err == nil {
		err = os.Chown(dir, uid, gid)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, dir: dir, etcd: harness.FreeAddress(t), runAs: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c.run("etcd", "--data-dir", filepath.Join(dir, "etcd"), "--listen-client-urls", "http://"+c.etcd, "--advertise-client-urls", "http://"+c.etcd,
		"--listen-peer-urls", "http://"+harness.FreeAddress(t), "--unsafe-no-fsync")
	bin, err := exec.Command("pg_config", "--bindir").Output()
	if err != nil {
		t.Fatal(err)
	}
	for i := range nodes {
		n := &node{fmt.Sprint("node", i+1), harness.FreeAddress(t), harness.FreeAddress(t)}
		file := filepath.Join(dir, n.name+".yml")
		text := fmt.Sprintf(member, n.name, n.rest, n.postgres, c.etcd, dir, strings.TrimSpace(string(bin)))
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		c.nodes = append(c.nodes, n)
		c.run("patroni", file)
	}
	c.await("all nodes are members", func(members []clusterMember) bool { return len(members) == nodes && leaderOf(members) != "" })
	return c
}

// run starts a program that ends with the test.
func (c *cluster) run(program string, args ...string) {
	c.t.Helper()
	log, err := os.Create(filepath.Join(c.dir, filepath.Base(program+args[0])+".log"))
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, log, log
	cmd.Env = append(os.Environ(), "HOME="+c.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.runAs, Pdeathsig: syscall.SIGTERM, Setpgid: true}
	if err := cmd.Start(); err != nil {
		c.t.Fatalf("%v (the Debian packages patroni and etcd-server)", err)
	}
	c.t.Cleanup(func() {
		defer log.Close()
		cmd.Process.Signal(syscall.SIGTERM) // Patroni then stops its PostgreSQL
		cmd.Wait()
		if c.t.Failed() {
			text, _ := os.ReadFile(log.Name())
			c.t.Logf("%s %s: %s", program, args[0], text[max(0, len(text)-3000):])
		}
	})
}

// clusterMember is a node as Patroni reports it.
type clusterMember struct{ Name, Role, State string }

func leaderOf(members []clusterMember) string {
	for _, m := range members {
		if m.Role == "leader" {
			return m.Name
		}
	}
	return ""
}

// members asks the nodes until one answers.
func (c *cluster) members() (members []clusterMember) {
	for _, n := range c.nodes {
		r, err := http.Get("http://" + n.rest + "/cluster")
		if err != nil {
			continue
		}
		var answer struct{ Members []clusterMember }
		err = json.NewDecoder(r.Body).Decode(&answer)
		r.Body.Close()
		if err == nil && len(answer.Members) > 0 {
			return answer.Members
		}
	}
	return nil
}

// await waits for a state of the members in which all of them run.
func (c *cluster) await(what string, reached func([]clusterMember) bool) {
	c.t.Helper()
	var members []clusterMember
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		members = c.members()
		if !reached(members) {
			continue
		}
		all := true
		for _, m := range members {
			all = all && (m.State == "running" || m.State == "streaming")
		}
		if all && c.synchronous() {
			return
		}
	}
	c.t.Fatalf("two minutes later, it is not so that %s: %+v", what, members)
}

// synchronous reports whether writes wait for a standby, so that a switchover loses none.
func (c *cluster) synchronous() bool {
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return false
	}
	defer conn.Close(ctx)
	var n int
	err = conn.QueryRow(ctx, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'").Scan(&n)
	return err == nil && n > 0
}

// url is the address of a database on the leader, whichever node that is.
func (c *cluster) url(database string) string {
	var hosts []string
	for _, n := range c.nodes {
		hosts = append(hosts, n.postgres)
	}
	return fmt.Sprintf("postgres://postgres@%s/%s?target_session_attrs=read-write", strings.Join(hosts, ","), database)
}

// switchover makes another node the leader, and waits until it is.
func (c *cluster) switchover() {
	c.t.Helper()
	leader := leaderOf(c.members())
	body, status := fmt.Sprintf(`{"leader": %q}`, leader), ""
	for end := time.Now().Add(time.Minute); status != "200 OK"; time.Sleep(500 * time.Millisecond) {
		if time.Now().After(end) { // until then, Patroni may not know yet that the standby is synchronous
			c.t.Fatalf("switching over from %s: %s", leader, status)
		}
		r, err := http.Post("http://"+c.nodes[0].rest+"/switchover", "application/json", strings.NewReader(body))
		if err != nil {
			c.t.Fatal(err)
		}
		r.Body.Close()
		status = r.Status
	}
	c.await("another node than "+leader+" is the leader", func(members []clusterMember) bool {
		now := leaderOf(members)
		return now != "" && now != leader
	})
}
