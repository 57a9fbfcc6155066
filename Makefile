# make run       the demo server on http://127.0.0.1:8080
# make test      everything that CI runs
# make generate  ent's client, gqlgen's server and the console's documents, after a change of ent/schema, schema or web/src/**.graphql
# make web       the pages in web/dist, after a change of web/src
# make screenshots  runs the browser tests of web/e2e, and writes screenshots of the pages to SCREENSHOTS=…
# make migration NAME=…  the SQL that leads from migrations/ to ent/schema; without NAME, its sums after a change by hand
# make bench     side by side with a server written by hand (ARGS=…)
# make test-faults    PostgreSQL away: restarted twenty times under load, and hanging
# make test-feed      followers of 20,000 changes that are cut off, on both engines
# make test-powercut  the power cut fifty times under load; needs root (where root may, make test cuts it a few times)
# make lint, make build, make fuzz: what they say
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.PHONY: build run test test-faults test-feed test-powercut tools generate web screenshots fresh migration lint fuzz bench

LINT := bin/golangci-lint
# Folders with npm packages that the build of the pages and tests need.
NPM := web internal/graphqlhttp/testdata/audit internal/acceptance/testdata/clients
# What runs on each engine.
BOTH := ./internal/store/... ./internal/contact ./internal/auth ./internal/demo ./internal/rest ./internal/acceptance ./graph
# What is generated. Of the pages it is the sums: compressors differ from machine to machine.
GENERATED := find ent graph web/src/gql web/dist/SHA256SUMS \( -name '*.go' -o -path 'web/*' \) -type f -print0 | sort -z | xargs -0 sha256sum

build:
	go build -o bin/contactgraph .

run:
	go run . serve --demo

test: tools fresh lint
	go vet ./...
	go test -race -timeout 20m ./...
	CONTACTGRAPH_TEST_ENGINE=postgres go test -race -count=1 -timeout 20m $(BOTH)

# What the tests need beside Go, a C compiler and Node: npm packages, by their lock files, and three Debian packages.
tools: $(NPM:%=%/node_modules)
	@if [ -x "$$(pg_config --bindir 2>&1)/postgres" ] && PATH="$$PATH:/usr/sbin" command -v pgbouncer >/dev/null && \
		[ -x "$${CHROMIUM:-/usr/bin/chromium}" ]; then exit; fi; \
	if [ "$$(id -u)" != 0 ]; then echo "the tests need the Debian packages postgresql, pgbouncer and chromium" >&2; exit 1; fi; \
	export DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes; \
	apt-get -qq update && apt-get -qq -o DPkg::Lock::Timeout=120 install -y postgresql pgbouncer chromium >/dev/null

$(NPM:%=%/node_modules): %/node_modules: %/package-lock.json
	npm ci --prefix $* --no-audit --no-fund
	touch $@

generate:
	cd ent && go run entc.go
	go run github.com/99designs/gqlgen generate
	npm run --silent --prefix web generate

web:
	npm run --silent --prefix web build

SCREENSHOTS := bin/screenshots
screenshots: tools
	CONTACTGRAPH_SCREENSHOTS=$(abspath $(SCREENSHOTS)) npm run --silent --prefix web e2e

# The committed code is what the generators make of the sources.
fresh:
	before=$$($(GENERATED)); $(MAKE) --no-print-directory generate web; \
	if [ "$$before" != "$$($(GENERATED))" ]; then echo "generated code was stale: commit what make generate web wrote" >&2; exit 1; fi

migration:
	go run ./internal/store/plan $(NAME)

# The linter is pinned by a module of its own, so that its thousand dependencies stay out of go.mod.
lint: $(LINT)
	$(LINT) run ./...
	npm run --silent --prefix web check

$(LINT): .ci/lint/go.mod .ci/lint/go.sum
	cd .ci/lint && go build -o ../../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

# make bench ARGS="-engines sqlite -grow": see bench/README.md
bench:
	go run ./bench $(ARGS)

# What takes too long for every commit.
test-faults: tools
	CONTACTGRAPH_TEST_ENGINE=postgres CONTACTGRAPH_TEST_FAULTS=1 go test -count=1 -timeout 10m -v -run TestPostgres ./internal/acceptance

test-feed: tools
	for engine in sqlite postgres; do \
		CONTACTGRAPH_TEST_ENGINE=$$engine CONTACTGRAPH_TEST_FEED=1 go test -race -count=1 -parallel 1 -timeout 40m -v -run TestFeed ./internal/acceptance; done

test-powercut:
	CONTACTGRAPH_TEST_POWERCUT=1 go test -count=1 -timeout 20m -v ./internal/powercut

FUZZTIME := 30s
fuzz:
	for target in $$(grep -rhoE --include=*_test.go 'func Fuzz[A-Za-z]+' internal | awk '{print $$2}'); do \
		dir=$$(dirname $$(grep -rlE --include=*_test.go "func $$target\(" internal | head -1)); \
		go test ./$$dir -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME); done
