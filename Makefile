# The one front door. `make help` lists the targets.
SHELL := /bin/bash
BUILD ?= build
JOBS ?= $(shell nproc)
SANITIZER_TESTS ?= unit|integration

.PHONY: help run demo build test test-js bench bench-peers bench-large lint format test-asan test-tsan setup clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: ## Install the Debian packages that are missing
	@ops/dev/setup.sh

build: setup ## Compile everything
	@ops/dev/build.sh $(BUILD) Release "" $(JOBS)

run: build ## Start Redis and the six services; Ctrl-C stops them (BAODAO_DIR, BAODAO_PORT_BASE)
	@BUILD=$(BUILD) exec ops/dev/run.sh

demo: build ## Play the whole loop at county size against a running backend, or a throwaway one
	@BUILD=$(BUILD) exec ops/dev/demo.sh

# Tests wait more than they compute: alone on two cores they use a third of them.
test: build ## Everything CI runs: unit, integration, the whole with its real binaries, crashes
	@ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -j $$(($(JOBS) * 3))

test-js: build ## The API as others see it: buf lint, the loop and a week of five people with grpc-js; needs npm
	@BUILD=$(BUILD) tests/e2e/js/test.sh

bench: build ## Measure; prints a table and writes build/bench.json
	@$(BUILD)/bin/baodao_bench --out $(BUILD)/bench.json

bench-peers: build ## The same claims by PostgreSQL and by BullMQ behind Node, in turns with ours; needs npm
	@BUILD=$(BUILD) tests/bench/peers/bench.sh

bench-large: build ## Many streams, too many calls, a million people and open tasks; an hour, 10 GB
	@$(BUILD)/bin/baodao_bench --rows list_open,claim_spread,large --out $(BUILD)/bench-large.json

lint: build ## Layers of the services, clang-format, clang-tidy, shellcheck
	@ops/dev/setup.sh packages-lint.txt
	@ops/dev/lint.sh $(BUILD)

format: ## Rewrite sources in the house style
	@ops/dev/setup.sh packages-lint.txt
	@git ls-files -co --exclude-standard '*.cc' '*.h' | xargs clang-format -i

test-asan: setup ## Unit and integration tests under AddressSanitizer and UBSan
	@ops/dev/build.sh build-asan Release address,undefined $(JOBS)
	@LSAN_OPTIONS=suppressions=$(CURDIR)/ops/dev/leaks.txt \
	  ctest --test-dir build-asan --output-on-failure --no-tests=error -j $(JOBS) -R '$(SANITIZER_TESTS)'

# Debian's gRPC and protobuf are not instrumented: whatever passes through them looks like a race. In records, whose SQL
# runs on threads of its own, only the tests that call it over gRPC are left out.
TSAN_BLIND = unit_(ctl|log|service)|integration_(inbox|lists|matching|registration|rpc)
TSAN_BLIND_TESTS = OverGrpc/*

test-tsan: setup ## Unit and integration tests under ThreadSanitizer, as far as it can see
	@ops/dev/build.sh build-tsan Release thread $(JOBS)
	@GTEST_FILTER='-$(TSAN_BLIND_TESTS)' ctest --test-dir build-tsan --output-on-failure --no-tests=error -j $(JOBS) \
	  -R '$(SANITIZER_TESTS)' -E '$(TSAN_BLIND)'

clean: ## Remove everything built; var/ (data of `make run`) stays
	@rm -rf $(BUILD) build-asan build-tsan
