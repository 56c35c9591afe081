# Every target works on a fresh machine with Go, a C compiler (for the race
# detector), make and git. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GOLANGCI_LINT_VERSION := v2.15.0

GO       ?= go
SEEDS    ?= 200
FIRST    ?= 0
SEED     ?=
TIME     ?= 10s
CONFIG   ?=
DURATION ?=
KILL     ?=
RUN      ?=
KILL_SEED ?=
# The demo listens on PORT_BASE and the ports above it.
PORT_BASE ?= 19400

LINT := .cache/bin/golangci-lint-$(GOLANGCI_LINT_VERSION)

MODULES = $(shell internal/tools/modules.sh)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## bin/otelcol-activity, the distribution
	@mkdir -p bin
	cd internal/distro && CGO_ENABLED=0 $(GO) build -mod=readonly -trimpath -ldflags '-s -w' -o ../../bin/otelcol-activity . \
		|| { echo 'If a go.mod is out of date: make generate'; exit 1; }

.PHONY: run
ifneq ($(CONFIG),)
run: build ## the demo: simulated vendors, the distribution, a log database; DURATION=30s ends and checks it, KILL=1 with it kills the collector at random moments, PORT_BASE=n takes other ports, CONFIG=my.yaml runs your own configuration instead
	exec bin/otelcol-activity --config '$(CONFIG)'
else
run: build bin/demo bin/victoria-logs
	exec bin/demo -port-base '$(PORT_BASE)' $(if $(DURATION),-duration '$(DURATION)') $(if $(KILL),-kill)
endif

.PHONY: bin/demo
bin/demo:
	$(GO) build -o $@ ./internal/demo

.PHONY: bin/vendorsim
bin/vendorsim:
	$(GO) build -o $@ ./internal/vendorsim/cmd/vendorsim

.PHONY: bin/victoria-logs
bin/victoria-logs:
	cd internal/backends && CGO_ENABLED=0 $(GO) build -trimpath -o ../../$@ github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-logs

# Servers for the end-to-end tests. Go compiles them from the module proxy; Loki
# takes some minutes the first time.
.PHONY: bin/loki
bin/loki:
	cd internal/backends/loki && CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o ../../../$@ github.com/grafana/loki/v3/cmd/loki

.PHONY: bin/splunk bin/kafka
bin/splunk bin/kafka:
	cd internal/backends/$(@F) && CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o ../../../$@ .

.PHONY: test
test: ## the tests of every module that need no server, with the race detector
	@for m in $(MODULES); do echo "== $$m"; (cd "$$m" && $(GO) test -race -timeout 30m ./...); done

.PHONY: e2e
e2e: build bin/victoria-logs bin/loki bin/splunk bin/kafka ## the built binary against real servers; RUN=TestLoki one of them, KILL_SEED=n the kills of an earlier run
	internal/tools/postgres.sh
	cd internal/e2e && $(GO) test -count=1 -tags e2e -timeout 40m -v $(if $(RUN),-run '$(RUN)') . $(if $(KILL_SEED),-kill-seed='$(KILL_SEED)')

.PHONY: sim
sim: bin/faultsim.test ## the fault simulator: SEEDS=n (200) random histories from FIRST=s (0) on, or the one of SEED=s with its steps
	cd internal/poll/faultsim && ../../../bin/faultsim.test -test.timeout 0 $(if $(SEED),-test.run '^TestSeeds$$' -seed='$(SEED)',-first='$(FIRST)' -seeds='$(SEEDS)')

.PHONY: bin/faultsim.test
bin/faultsim.test:
	$(GO) test -c -o $@ ./internal/poll/faultsim

.PHONY: bench
bench: ## throughput, CPU and allocations beside the floor
	@internal/tools/exists.sh 'internal/bench/*.go' 'benchmark'
	$(GO) run ./internal/bench

.PHONY: fuzz
fuzz: ## every fuzz target, for TIME=10s each
	@GO='$(GO)' internal/tools/fuzz.sh '$(TIME)'

.PHONY: lint
lint: $(LINT) ## golangci-lint, gofumpt, go vet, house rules
	@for m in $(MODULES); do echo "== $$m"; (cd "$$m" && $(GO) vet ./... && '$(CURDIR)/$(LINT)' run --config '$(CURDIR)/.golangci.yml' ./...); done
	cd internal/e2e && $(GO) vet -tags e2e ./...
	internal/tools/house.sh

$(LINT):
	GOBIN='$(CURDIR)/.cache/install' $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	@mkdir -p .cache/bin && mv .cache/install/golangci-lint $@

.PHONY: generate
generate: ## everything that is generated and committed; leaves no difference when nothing changed
	$(GO) generate ./...
	GO='$(GO)' internal/tools/distro.sh

.PHONY: validate
validate: build ## every collector configuration of testdata and the documentation
	internal/tools/validate.sh
