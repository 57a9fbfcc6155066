package permissions

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// jobPermissions are the rows of the table of permissions for jobs. The job is one of an admin of
// the account Demo.
var jobPermissions = map[string]permission{
	"query jobs": ofStaff(ok, func(c *attempt) string { return c.graph("{ jobs { nodes { jobId } } }", nil) }),
	"query job": {
		customer: all(null), agent: all(ok), admin: all(ok), foreign: all(null), segment: all(null), enrolling: null,
		try: func(c *attempt) string {
			return c.graph("query($id: ID!) { job(id: $id) { state items { nodes { contactId } } } }", harness.Variables{"id": c.newJob()})
		},
	},
	"subscription jobProgress": {
		customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(forbidden), segment: all(forbidden), try: (*attempt).followJob,
	},
	"mutation bulkUpdate": ofStaff(ok, func(c *attempt) string {
		return c.graph(`mutation($id: ID!) { bulkUpdate(input: {ids: [$id], set: {latestPermissionSource: "job"}, dryRun: true}) { errors { code } } }`,
			harness.Variables{"id": c.plainID()})
	}),
	"mutation bulkDelete": ofStaff(ok, func(c *attempt) string {
		return c.graph(`mutation($id: ID!) { bulkDelete(input: {ids: [$id], dryRun: true}) { errors { code } } }`, harness.Variables{"id": c.plainID()})
	}),
	// An account can allow imports to agents: see TestWhoMayImport in internal/job.
	"POST /imports": transfers(created, created, func(c *attempt) string { return c.imports("POST", "?hold=true", "Email\n") }),
	"GET /imports/{id}": {
		customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(notFound), segment: all(forbidden),
		try: func(c *attempt) string { return c.imports("GET", c.newImport(), "") },
	},
	"PATCH /imports/{id}":      transfers(ok, notFound, func(c *attempt) string { return c.imports("PATCH", c.newImport()+"?offset=6", "x\n") }),
	"POST /imports/{id}/plan":  transfers(ok, notFound, func(c *attempt) string { return c.imports("POST", c.newImport()+"/plan", "") }),
	"GET /imports/{id}/errors": transfers(ok, notFound, func(c *attempt) string { return c.imports("GET", c.newImport()+"/errors", "") }),

	"mutation applyJob":  ofCreator("applyJob", invalid),
	"mutation pauseJob":  ofCreator("pauseJob", ok),
	"mutation resumeJob": ofCreator("resumeJob", ok),
	"mutation cancelJob": ofCreator("cancelJob", ok),
	"mutation revertJob": ofCreator("revertJob", invalid),
}

// invalid is the outcome of a mutation that the job is not in the state for.
const invalid = "INVALID"

// created is the outcome of a request that has created an import.
const created = "201"

// transfers returns the row of an operation for those who may import contacts.
func transfers(admin, foreign string, try func(*attempt) string) permission {
	return permission{customer: all(forbidden), agent: all(forbidden), admin: all(admin), foreign: all(foreign), segment: all(forbidden), try: try}
}

// newImport creates an import of an admin of the account Demo that waits for its plan, and returns
// the end of its path.
func (c *attempt) newImport() string {
	a := c.Send(harness.APIKey("demo-admin"), "POST", "/imports?hold=true", "text/csv", "Email\n")
	var row struct{ ID int }
	if err := json.Unmarshal([]byte(a.Body), &row); err != nil || row.ID == 0 {
		c.T.Fatal(a, err)
	}
	return fmt.Sprint("/", row.ID)
}

// imports sends a request about imports.
func (c *attempt) imports(method, path, body string) string {
	a := c.Send(c.caller, method, "/imports"+path, "", body)
	if a.Status == http.StatusCreated {
		return created
	}
	return c.rest(a)
}

// ofStaff returns the row of an operation for all staff that can see every contact.
func ofStaff(foreign string, try func(*attempt) string) permission {
	return permission{customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(foreign), segment: all(forbidden), try: try}
}

// ofCreator returns the row of a mutation that admins and the creator of a job may run.
func ofCreator(mutation, admin string) permission {
	return permission{
		customer: all(forbidden), agent: all(forbidden), admin: all(admin), foreign: all(notFound), segment: all(forbidden),
		try: func(c *attempt) string {
			return c.graph(fmt.Sprintf(`mutation($id: ID!) { %s(input: {id: $id}) { errors { code } } }`, mutation), harness.Variables{"id": c.newJob()})
		},
	}
}

// newJob creates a job that is paused while it is planned, and returns its id.
func (c *attempt) newJob() string {
	type payload struct{ Job struct{ ID string } }
	for {
		const create = `mutation { bulkDelete(input: {filter: {}, dryRun: true}) { job { id } } }`
		id := harness.Query[payload](c.Server, harness.APIKey("demo-admin"), create, nil).Job.ID
		const pause = `mutation($id: ID!) { pauseJob(input: {id: $id}) { job { id } } }`
		if harness.Query[payload](c.Server, harness.APIKey("demo-admin"), pause, harness.Variables{"id": id}).Job.ID != "" {
			return id
		}
	}
}

// followJob subscribes to the progress of a job.
func (c *attempt) followJob() string {
	ctx, cancel := context.WithTimeout(c.T.Context(), 10*time.Second)
	defer cancel()
	stream, a, err := c.OpenStream(ctx, c.caller, `subscription($id: ID!) { jobProgress(id: $id) { state } }`, harness.Variables{"id": c.newJob()})
	if err != nil {
		c.T.Fatal(err)
	}
	switch a.Status {
	case http.StatusUnauthorized:
		return unauthenticated
	case http.StatusForbidden:
		return forbidden
	case http.StatusNotFound:
		return notFound
	}
	defer stream.Close()
	if _, err := stream.Next(); err != nil {
		return notFound
	}
	return ok
}
