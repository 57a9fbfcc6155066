package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"contactgraph/graph"
	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/demo"
	"contactgraph/internal/revision"
)

// benchmark calls the API without a network, on its own database with demo data, from 64 clients at
// a time.
type benchmark struct {
	*testing.B

	handler http.Handler
	next    atomic.Int64
}

const perClient = 10 // contacts of each client

func newBenchmark(b *testing.B) *benchmark {
	b.Helper()
	s, err := database.Open(b.Context(), databasetest.URL(b), database.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	passwords := auth.NewPasswords(1)
	log := slog.New(slog.DiscardHandler)
	services := app.New(s, passwords, time.Now, log)
	if _, err := demo.Seed(b.Context(), services, 1280, log); err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(32) // times the cores
	b.ReportAllocs()
	before := processorTime(b)
	b.Cleanup(func() { // less sensitive to other processes on the machine than wall-clock time
		b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
	})
	b.ResetTimer()
	return &benchmark{B: b, handler: graph.NewHandler(graph.Config{Services: services, Client: s.Client(), Log: log})}
}

// processorTime returns the CPU time that the process has used so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// query executes a document, and decodes the data of the response into data.
func (b *benchmark) query(document string, variables object, data any) {
	body := must(json.Marshal(object{"query": document, "variables": variables}))
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(auth.KeyHeader, demo.AgentKey)
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	var got struct {
		Data   any
		Errors []any
	}
	got.Data = data
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Errors) > 0 {
		b.Errorf("%v: %s", err, w.Body)
	}
}

func BenchmarkReadContact(bench *testing.B) {
	b := newBenchmark(bench)
	b.RunParallel(func(pb *testing.PB) {
		id := int(b.next.Add(1))
		for pb.Next() {
			var data struct{ Contact struct{ ContactID int } }
			b.query(`query($id: ID!) { contact(id: $id) { id contactId version secret registrationDateTime registrationSource registrationIp
				lastModified email phoneCountryCode phone firstName lastName limitMailsPermanently limitMailsTemporarilyUntil
				latestPermissionSource } }`, object{"id": id}, &data)
			if data.Contact.ContactID != id {
				b.Errorf("got contact %d, want %d", data.Contact.ContactID, id)
			}
		}
	})
}

func BenchmarkUpdateContact(bench *testing.B) {
	b := newBenchmark(bench)
	b.RunParallel(func(pb *testing.PB) {
		first := int(b.next.Add(1)-1)*perClient + 1
		versions := map[int]string{}
		for i := 0; pb.Next(); i++ {
			id := first + i%perClient
			if versions[id] == "" {
				versions[id] = revision.Version(1).String()
			}
			var data struct {
				UpdateContact struct {
					Contact *struct{ Version string }
					Errors  []any
				}
			}
			b.query(`mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { id version firstName } errors { code } } }`,
				object{"input": object{"id": id, "expectedVersion": versions[id], "set": object{"firstName": fmt.Sprint("Name", i)}}}, &data)
			if data.UpdateContact.Contact == nil {
				b.Errorf("contact %d: %v", id, data.UpdateContact.Errors)
				return
			}
			versions[id] = data.UpdateContact.Contact.Version
		}
	})
}
