# make build      builds bin/contactgraph
# make run        starts a server with demo data on http://127.0.0.1:8080
# make test       runs everything that CI runs
# make lint       runs the linters
# make test-sqlite, test-postgres  run the tests on one engine
# make generate   generates ent's client, gqlgen's server and the operations of the console and of
#                 clients/; run it after changing ent/schema, schema or a .graphql file
# make web        builds the pages into web/dist; run it after changing web/src
# make migration NAME=…  writes the SQL that migrates from migrations/ to ent/schema; without NAME it
#                 updates the checksums after a manual change
# make bench      compares the server with a minimal one (ARGS=…): see bench/README.md
# make fuzz       runs each fuzz test for FUZZTIME, such as 30s or 1000000x
# make screenshots    runs the browser tests of web/e2e and saves their screenshots in SCREENSHOTS=…
# make test-citus     runs the tests on the Citus cluster whose coordinator CONTACTGRAPH_TEST_CITUS names
# make test-clients   runs linters, code generators and client libraries on the schema and openapi.json
# make release-schema copies the schema to schema/released.graphql; run it with each release
# make release    builds the files of a release in bin/release (ARCHS="amd64 arm64"): see CONTRIBUTING.md
# make test-release   installs, runs, upgrades and removes the package of bin/release; needs root
# make test-faults    freezes and crashes PostgreSQL, lets Patroni switch over, restarts servers, replaces them by those of
#                     the version before, restores a backup and fills the disk, under load, and prints a table; needs the Debian packages patroni and etcd-server
# make test-alerts    checks deploy/prometheus and the metrics with promtool
# make test-cost      measures what metrics cost; on an otherwise idle machine
# make test-attacks   sends documents that attack, and 2,000 generated ones, and prints what they cost
# make test-feed      disconnects followers of 20,000 changes, on both engines
# make test-imports   kills imports of 100,000 rows twenty times, on both engines, and imports 60,000 in the console
# make test-repeat    repeats merges, and histories that are undone, many times, on both engines
# make test-slow      connects 10,000 slow clients for a minute, 100 that guess passwords, or 200 that write, and measures another one
# make test-powercut  cuts the power fifty times under load; needs root (as root, make test does it a few times)
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.PHONY: build run test test-sqlite test-postgres test-citus test-clients test-alerts test-cost test-attacks test-faults test-feed test-imports test-repeat test-slow test-powercut tools generate web screenshots fresh migration release release-schema test-release lint fuzz bench

LINT := bin/golangci-lint
# The folders whose npm packages the pages and tests need.
NPM := web internal/graphqlhttp/testdata/audit internal/acceptance/clients/testdata internal/acceptance/contracts/testdata internal/acceptance/federation/testdata clients/typescript
# The packages whose tests run on both engines.
BOTH := ./internal/database/... ./internal/verify ./internal/contact/... ./internal/catalog ./internal/people ./internal/changelog ./internal/auth ./internal/demo ./internal/export ./internal/duplicate ./internal/job ./internal/rest ./internal/acceptance/... ./graph
# The generated files. The pages are compared by their checksums, because compressors differ between machines.
GENERATED := find ent graph web/src/gql clients/typescript/src/generated clients/go/contactgraph/generated.go web/dist/SHA256SUMS \( -name '*.go' -o -path 'web/*' -o -path 'clients/*' \) -type f -print0 | sort -z | xargs -0 sha256sum

build:
	go build -o bin/contactgraph .

run:
	go run . serve --demo

# Everything but the linter is built with the race detector, the generators too, so that each package
# is compiled once; the linters include vet. The linter is built next to the generators, which use
# one core most of the time. The linters and the tests on PostgreSQL run next to those on SQLite,
# because many tests wait more than they compute.
test: export GOFLAGS := $(shell go env GOFLAGS) -race
test:
	$(MAKE) --no-print-directory -j 2 fresh $(LINT)
	$(MAKE) --no-print-directory -j 2 test-sqlite test-postgres

test-sqlite:
	go test -race -vet=off -p 2 -timeout 30m ./...

test-postgres: lint
	CONTACTGRAPH_TEST_ENGINE=postgres go test -race -vet=off -p 2 -count=1 -timeout 30m $(BOTH)

# CONTACTGRAPH_TEST_CITUS=postgres://… names the coordinator of a cluster that is running.
test-citus: tools
	CONTACTGRAPH_TEST_ENGINE=citus go test -vet=off -p 1 -count=1 -timeout 2h $(BOTH)

# A part of the tests on SQLite.
test-clients: tools
	go test -count=1 -v ./internal/acceptance/clients ./internal/acceptance/contracts

# What the tests need in addition to Go, a C compiler and Node: npm packages and four Debian packages.
tools: $(NPM:%=%/node_modules)
	@if [ -x "$$(pg_config --bindir 2>&1)/postgres" ] && [ "$$(PATH="$$PATH:/usr/sbin" type -P pgbouncer haproxy | wc -l)" = 2 ] && \
		{ [ -x "$${CHROMIUM-}" ] || command -v chromium-headless-shell chromium >/dev/null; }; then exit; fi; \
	if [ "$$(id -u)" != 0 ]; then echo "the tests need the Debian packages postgresql, pgbouncer, haproxy and chromium-headless-shell" >&2; exit 1; fi; \
	export DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes; \
	apt-get -qq update && apt-get -qq -o DPkg::Lock::Timeout=120 install -y postgresql pgbouncer haproxy chromium-headless-shell >/dev/null

$(NPM:%=%/node_modules): %/node_modules: %/package-lock.json
	npm ci --prefix $* --no-audit --no-fund
	touch $@

# genqlient is the one of the tests of generated clients, and built in the same way.
generate:
	cd ent && go run entc.go
	go run github.com/99designs/gqlgen generate
	npm run --silent --prefix web generate
	npm run --silent --prefix clients/typescript generate
	cd clients/go/contactgraph && GOFLAGS="$${GOFLAGS-} -race=false" go tool -modfile=../../../internal/acceptance/contracts/testdata/go/go.mod genqlient

web:
	npm run --silent --prefix web build

SCREENSHOTS := bin/screenshots
screenshots: tools
	CONTACTGRAPH_SCREENSHOTS=$(abspath $(SCREENSHOTS)) npm run --silent --prefix web e2e

# Fails if the committed generated files differ from what the generators produce.
fresh: tools
	before=$$($(GENERATED)); $(MAKE) --no-print-directory generate web; \
	if [ "$$before" != "$$($(GENERATED))" ]; then echo "generated code was stale: commit what make generate web wrote" >&2; exit 1; fi

migration:
	go run ./internal/database/schema/plan $(NAME)

ARCHS := amd64 arm64
release:
	.ci/release/build bin/release $(ARCHS)

# These need Debian packages, from whose archive the test also installs some in a copy of the root.
test-release:
	@if ! command -v lintian groff >/dev/null; then apt-get -qq update && apt-get -qq install -y lintian groff >/dev/null; fi
	[ -e bin/release/SHA256SUMS ] || $(MAKE) --no-print-directory release ARCHS=$$(dpkg --print-architecture)
	.ci/release/test

release-schema: tools
	go test ./internal/acceptance/contracts -run TestTheSchemaBreaksNoClients -update

# The linter is pinned by its own module, which keeps its many dependencies out of go.mod.
lint: $(LINT)
	$(LINT) run ./...
	cd clients/go && ../../$(LINT) run ./...
	npm run --silent --prefix web check
	npm run --silent --prefix clients/typescript check

$(LINT): .ci/lint/go.mod .ci/lint/go.sum
	cd .ci/lint && go build -race=false -o ../../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

# make bench ARGS="-engines sqlite -grow": see bench/README.md
bench:
	go run ./bench $(ARGS)

# promtool is a part of Debian's package prometheus, which would start a server if it were installed.
bin/promtool:
	mkdir -p bin/prometheus && cd bin/prometheus && apt-get -qq download prometheus && \
		dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x -O ./usr/bin/promtool >promtool && chmod +x promtool && mv promtool .. && rm prometheus_*.deb

test-alerts: bin/promtool
	go test -count=1 -v -run 'TestAlert' ./internal/metrics

# The databases are in memory, because the wait for a disk would hide the cost.
test-cost:
	TMPDIR=/dev/shm CONTACTGRAPH_TEST_COST=1 go test -race=false -count=1 -timeout 10m -v -run TestMetricsCost .

# Tests that take too long for every commit.
test-faults: tools
	@for program in patroni etcd; do command -v $$program >/dev/null || { echo "these tests need the Debian packages patroni and etcd-server" >&2; exit 1; }; done
	@table=$$(mktemp); trap 'rm -f $$table' EXIT; failed=0; \
	for engine in sqlite postgres; do \
		CONTACTGRAPH_TEST_ENGINE=$$engine CONTACTGRAPH_TEST_FAULTS=1 go test -count=1 -parallel 1 -timeout 20m -v ./internal/acceptance/faults 2>&1 | tee -a $$table || failed=1; done; \
	CONTACTGRAPH_TEST_ENGINE=postgres go test -count=1 -timeout 10m -v -run UnderLoad ./internal/database/schema 2>&1 | tee -a $$table || failed=1; \
	{ echo 'fault|rounds|acknowledged|lost or doubled|back after'; sed -n 's/.*RESULT|//p' $$table; } | column -t -s '|'; exit $$failed

test-attacks: tools
	for engine in sqlite postgres; do \
		CONTACTGRAPH_TEST_ENGINE=$$engine CONTACTGRAPH_TEST_PLAIN=1 CONTACTGRAPH_TEST_ATTACKS=1 go test -race=false -count=1 -timeout 20m -v ./internal/acceptance/attacks; done

test-feed: tools
	for engine in sqlite postgres; do \
		CONTACTGRAPH_TEST_ENGINE=$$engine CONTACTGRAPH_TEST_FEED=1 go test -race -count=1 -parallel 1 -timeout 40m -v -run TestFeed ./internal/acceptance/feed; done

test-imports: tools
	for engine in sqlite postgres; do \
		CONTACTGRAPH_TEST_ENGINE=$$engine CONTACTGRAPH_TEST_PLAIN=1 CONTACTGRAPH_TEST_IMPORTS=100000 go test -race=false -count=1 -timeout 30m -v -run TestImportIsKilled ./internal/acceptance/faults; done
	CONTACTGRAPH_TEST_ROWS=60000 npm run --silent --prefix web e2e -- imports-large.spec.ts

test-repeat: tools
	for engine in sqlite postgres; do \
		CONTACTGRAPH_TEST_ENGINE=$$engine CONTACTGRAPH_TEST_REPEAT=1 go test -race -count=1 -timeout 20m -run 'TestManyMerge|TestRandomHistories' ./internal/contact; done

# The figures mean something only on an otherwise idle machine. The server is built without the race detector.
test-slow:
	CONTACTGRAPH_TEST_PLAIN=1 CONTACTGRAPH_TEST_SLOW=1 go test -count=1 -timeout 10m -v -run 'TestSlowClients|TestUnfinishedBodies|TestGuessers|TestNeighbours' ./internal/acceptance/network

test-powercut:
	CONTACTGRAPH_TEST_POWERCUT=1 go test -count=1 -timeout 20m -v ./internal/powercut

FUZZTIME := 30s
fuzz:
	for target in $$(grep -rhoE --include=*_test.go 'func Fuzz[A-Za-z]+' graph internal | awk '{print $$2}'); do \
		dir=$$(dirname $$(grep -rlE --include=*_test.go "func $$target\(" graph internal | head -1)); \
		go test ./$$dir -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 2s; done
