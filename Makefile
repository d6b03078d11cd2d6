# Every command that anyone needs; `make help` prints them. ./test and CI call these and no others.
# Two cores suffice; DESKWIRE_BUILD_JOBS=N sets how many compilers run at once.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.PHONY: $(shell sed -n 's/^\([a-z0-9-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))

JOBS ?= 2
SEED ?=
HOURS ?=
SECONDS ?=
ONLY ?=
CXX_FILES = git ls-files --cached --others --exclude-standard '*.cc' '*.h' | sort -u
# Programs of units and contracts in a build folder, by their names.
TESTS_OF = ninja -C $(1) -t targets all \
           | sed -n 's/^\(\(test\|contract\|wire\|fuzz\)_[a-z0-9_]*\): .*/\1/p' | sort -u

build: board ## the binary, build/deskwire
	@tools/build.sh build deskwire

test: board ## units, cases, contracts and wire formats: under a minute once built
	@tools/build.sh build
	@tools/ctest.sh build . -j $(JOBS) -E '^(sim|fuzz|bench)'

check: tidy format-check lint docs-check ## format, clang-tidy on touched files, house rules, docs

e2e: build ## the built binary against clients and servers that others wrote
	@tools/build.sh build fake_slack fake_zendesk fake_pagerduty fake_sheets http_mirror
	@tools/node_tests.sh tests/e2e

crash: build ## kills the binary at hundreds of random moments; KILLS=N, SEED=N repeats
	@export DESKWIRE_KILLS=$(or $(KILLS),200) $(if $(SEED),DESKWIRE_SEED=$(SEED)); \
	  tools/npm_packages.sh tests/e2e; cd tests/e2e && node --test crash_matrix.test.mjs

sim: board ## the engine over a hostile world; SEED=N repeats a failure, HOURS=N goes on for long
	@tools/build.sh build sim
	@export DW_SIM_SEED=$(SEED) DW_SIM_HOURS=$(HOURS) DW_SIM_STORE=$(STORE); \
	  if [ -n "$(HOURS)" ]; then build/sim; else V=1 tools/ctest.sh build '^sim' -j $(JOBS); fi

history: build ## three replicas behind a bad network, each answer explained; SECONDS, HOURS, SEED=N
	@export HISTORY_SECONDS=$(SECONDS) HISTORY_HOURS=$(HOURS) \
	  HISTORY_SEED=$(or $(SEED),$${HISTORY_SEED:-}); \
	  cd tests/history && node --test

mutants: ## breaks the program on purpose, in many ways, and sees that a test notices; ONLY=WORD
	@/usr/bin/python3 tests/mutants/run.py $(ONLY)

fuzz: board ## each fuzzer over its corpus and mutations of it; DW_FUZZ_SECONDS for longer
	@tools/build.sh build fuzz_parsers
	@tools/ctest.sh build '^fuzz' -j $(JOBS)

bench: bench-bound ## intake, open boards, a backlog, replicas; see docs/benchmarks.md
	@tools/npm_packages.sh tests/bench/intake
	@/usr/bin/python3 tests/bench/intake/run.py
	@tools/npm_packages.sh tests/bench/live
	@node tests/bench/live/run.mjs
	@/usr/bin/python3 tests/bench/intake/backlog.py
	@node tests/bench/replicas/run.mjs

bench-volume: board ## the judge of hours, quality and speed: docs/volume.md; SERIES=folder
	@tools/build.sh build volume_quality volume_speed
	@build/volume_quality $(SERIES)
	@cd build && ./volume_speed && /usr/bin/python3 ../tests/bench/volume/pandas_rule.py

bench-storm: ## how well storms are seen; LOG=incident_event_log.csv
	@tools/build.sh build bench_storm_quality
	@build/bench_storm_quality $(LOG)

bench-incident: build ## one answer to 1,000 joined tickets: each once, memory flat, intake's p99
	@tools/build.sh build fake_slack fake_zendesk
	@node tests/bench/incident/run.mjs

bench-similar: build ## similar tickets among 10 k, 100 k and 1 M; STORE=postgresql://… (empty)
	@/usr/bin/python3 tests/bench/similar/run.py $(if $(STORE),--store $(STORE))

bench-reading: build ## search and Now among 1 M while 1,000 a second come in; STORE=postgresql://… (empty)
	@/usr/bin/python3 tests/bench/reading/run.py $(if $(STORE),--store $(STORE))

bench-notices: build ## a million rows beside Python and pandas; how long the store is held
	@/usr/bin/python3 tests/bench/notices/run.py
	@tools/build.sh build bench_notice_hold
	@build/bench_notice_hold

bench-all: board bench-bound ## every benchmark, one table; about twenty minutes; SERIES=folder
	@tools/build.sh build volume_quality volume_speed fake_slack fake_zendesk
	@for one in intake live bridge sqs; do tools/npm_packages.sh tests/bench/$$one; done
	@/usr/bin/python3 tests/bench/all.py $(SERIES)

package: build ## build/deskwire_VERSION_ARCH.deb
	@cd build && cpack -G DEB

bench-bridge: build ## a Slack thread to Zendesk, next to Bolt
	@tools/build.sh build fake_slack fake_zendesk
	@tools/npm_packages.sh tests/bench/bridge
	@node tests/bench/bridge/run.mjs

bench-sqs: build ## the embedded queue next to fauxqs
	@tools/npm_packages.sh tests/bench/sqs
	@node tests/bench/sqs/run.mjs

docs: build ## prints the reference pages anew
	@/usr/bin/python3 tools/reference.py write

format: ## formats the whole tree
	@$(CXX_FILES) | xargs clang-format -i

cases: ## rewrites what the cases of jobs expect: make cases UPDATE=1
	@tools/build.sh build cases
	@cd build && $(if $(UPDATE),DW_UPDATE_CASES=1) ./cases --gtest_brief=1

clean: ## removes what was built
	@rm -rf build build-* board/dist

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) \
	  | while IFS='|' read -r name what; do printf '  make %-10s %s\n' "$$name" "$$what"; done

# The parts of `check`, and the steps of ./test that take longer.

tidy:
	@/usr/bin/python3 tools/tidy_test.py
	@/usr/bin/python3 tools/unity_test.py
	@/usr/bin/python3 tools/embed_test.py
	@/usr/bin/python3 tools/test_script_test.py
	@/usr/bin/python3 tools/tidy.py

format-check:
	@stale=$$($(CXX_FILES) | xargs clang-format --dry-run 2>&1 | sed -n 's/:.*formatted.*//p' \
	  | sort -u); [ -z "$$stale" ] || { echo "$$stale"; echo "not formatted; instead: make format"; \
	  exit 1; }

lint:
	@/usr/bin/python3 tools/lint.py $(if $(ALL),--all,--most 30)

two-lines: ## a new job and a new connector cost two shared lines each
	@/usr/bin/python3 tests/house/two_lines.py

docs-check: build
	@/usr/bin/python3 tools/reference.py check

rules: ## the alerts of packaging/prometheus-rules.yml fire when they should
	@tools/promtool.sh test rules packaging/prometheus-rules.test.yml

board:
	@tools/board.sh

board-test: board
	@tools/node_tests.sh board

# Rivals of the benchmarks, beside what ./test installs.
bench bench-volume bench-notices bench-all: bench-tools
bench-tools:
	@tools/install.sh bench

bench-bound: build
	@tools/build.sh build bench_intake_bound

bench-test: bench-bound
	@tools/npm_packages.sh tests/bench/intake
	@/usr/bin/python3 tests/bench/intake/run.py --quick

asan-build:
	@tools/build.sh build-asan --preset=asan -- help > /dev/null
	@tools/build.sh build-asan --preset=asan -- $$($(call TESTS_OF,build-asan) | grep -v '^test_app$$')

asan: asan-build
	@LSAN_OPTIONS=suppressions=$(CURDIR)/tools/leaks.txt \
	  tools/ctest.sh build-asan '^(unit|contract|wire|fuzz)' -E unit_app -j $(JOBS)

tsan-build:
	@tools/build.sh build-tsan --preset=tsan -- help > /dev/null
	@tools/build.sh build-tsan --preset=tsan -- \
	  $$($(call TESTS_OF,build-tsan) | grep -E '^(test_(engine|store|net)|contract_(engine|store))$$')

tsan: tsan-build
	@tools/ctest.sh build-tsan '^(unit_(engine|store|net)|contract_(engine|store_.))$$' -j $(JOBS)
