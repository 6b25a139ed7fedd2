# What to type. `.ci/run` types the same.

PREFIX ?= /usr/local
DESTDIR ?=
# debug builds in half the time; `make demo CONFIG=release` shows the optimised binary.
CONFIG ?= debug
# Of `make vm-test`: which suites on which kernels (docs/kernels.md), and where to write what came of it.
SUITES ?= all
KERNELS ?= 6.1 6.12
VM_RESULTS ?= .build/vm-test/results
# Of `make bench`: what to measure (docs/performance.md), how often, where to write what was found, and
# other options of netctl-bench.
BENCH ?= programs hooks veth control steps start tracing daemon
ROUNDS ?= 9
RESULTS ?= .build/bench
BENCH_OPTIONS ?=

SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)
SWIFT_SOURCES := Package.swift Sources Tests
C_SOURCES = $(shell git ls-files '*.c' '*.h')
SHELL_SOURCES = $(shell git ls-files '*.sh' .ci/run scripts/vm-run)

binary = .build/$(CONFIG)/netctl
released = .build/release/netctl
# Tests as fast as they can be, with failpoints: emulated processors and sanitizers are slow enough.
optimised_tests = swift build --build-tests --configuration release -Xswiftc -enable-testing -Xswiftc -DDEBUG
bundle = release/netctlPackageTests.xctest
static = .build/static-libraries
static_build = PKG_CONFIG_PATH=$(abspath $(static)) swift build --configuration release \
	--static-swift-stdlib -Xlinker -s
share = $(DESTDIR)$(PREFIX)/share
units = $(DESTDIR)$(PREFIX)/lib/systemd/system
completions = \
	$(share)/bash-completion/completions/netctl \
	$(share)/zsh/site-functions/_netctl \
	$(share)/fish/vendor_completions.d/netctl.fish

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 11

build: ## Build .build/debug/netctl
	swift build --configuration $(CONFIG)

# More tests at once than this wait for each other so long that their limits do not hold.
test sanitize: export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= $(shell expr 3 '*' $$(nproc))
test: deps ## Install what is missing and run the tests; those on the kernel need root, and may leave nothing there
	swift build --build-tests
	scripts/leak-check.sh swift test --skip-build --parallel

fuzz: fuzz-readers fuzz-programs ## Give readers and programs random input, for NETCTL_FUZZ_SECONDS each (Tests/FuzzInputs)

fuzz-readers: export NETCTL_FUZZ_SECONDS ?= 60
fuzz-readers: deps ## The readers of policies, set files, packets, netlink and types, guided by coverage
	NETCTL_LIBFUZZER=1 swift build --configuration release --scratch-path .build/fuzz \
		--sanitize fuzzer --sanitize address --product netctl-fuzz
	scripts/fuzz-readers.sh .build/fuzz/release/netctl-fuzz .build/fuzz/found

# NETCTL_FUZZ_SECONDS=N, NETCTL_FUZZ_POLICIES=N, NETCTL_FUZZ_SEED=N: see Tests/ProgramTests.
fuzz-programs: export NETCTL_FUZZ_SECONDS ?= 600
fuzz-programs: export NETCTL_FUZZ_SEED ?= $(shell date +%s)
fuzz-programs: export NETCTL_FUZZ_FRAMES ?= 5000
fuzz-programs: deps ## Compare the programs in the kernel with the meaning of random policies, for long
	swift test --configuration release -Xswiftc -enable-testing --filter RandomProgramTests

sanitize: export ASAN_OPTIONS ?= detect_leaks=0
sanitize: SANITIZER ?= address
sanitize: SANITIZE ?= Tests[./]
sanitize: deps ## Run tests with a sanitizer: SANITIZER=address|thread SANITIZE="…" (docs/reliability.md)
	$(optimised_tests) --sanitize $(SANITIZER) --scratch-path .build/$(SANITIZER)-sanitizer
	.build/$(SANITIZER)-sanitizer/$(bundle) --testing-library swift-testing --filter '$(SANITIZE)'

schema: build ## Write docs/policy.schema.json from the reader's tables of keys
	$(binary) validate --schema > docs/policy.schema.json

demo: deps build ## Install what is missing, build, and show netctl at work on a veth pair
	$(SUDO) env NETCTL=$(abspath $(binary)) scripts/veth-demo.sh

demo-hooks: deps build ## The same for the other hooks: TC, cgroups, and three of them on one way
	for hook in tc-ingress tc-egress cgroup-ingress cgroup-egress cgroup-device; do \
		$(SUDO) env NETCTL=$(abspath $(binary)) scripts/hook-demo.sh $$hook || exit; done
	$(SUDO) env NETCTL=$(abspath $(binary)) scripts/router-demo.sh

vm-test: deps release ## Install what is missing, build, and run the kernel's tests on Linux 6.1 and 6.12 in qemu
	$(optimised_tests) --scratch-path .build/optimised
	scripts/install-dependencies.sh vm || true # vm-test.sh says what is missing, and skips
	$(SUDO) env RESULTS=$(VM_RESULTS) NETCTL_TESTS=.build/optimised/$(bundle) \
		scripts/vm-test.sh -s "$(SUITES)" $(KERNELS)

vm-smoke: deps build ## Some of them, on Linux 6.1
	swift build --build-tests
	scripts/install-dependencies.sh vm || true
	$(SUDO) env NETCTL=$(abspath $(binary)) scripts/vm-test.sh -s smoke 6.1

vm-report: ## Write docs/kernels.md's tables from what VM_RESULTS=docs/kernels holds
	scripts/kernel-report.py $(VM_RESULTS) docs/kernels.md

bench: deps release ## Measure programs and commands: BENCH="programs veth", ROUNDS=9 (docs/performance.md)
	$(static_build) --product netctl-bench
	for section in $(BENCH); do \
		$(SUDO) .build/release/netctl-bench $$section --netctl $(abspath $(released)) \
			--rounds $(ROUNDS) --results $(RESULTS) $(BENCH_OPTIONS) || exit; done

bench-report: ## Write docs/performance.md's tables and charts from what RESULTS=docs/performance holds
	.build/release/netctl-bench report --results $(RESULTS) docs/performance.md
	scripts/performance-charts.py $(RESULTS) docs/performance

check: check-deps ## Lint: Swift, C and shell; warnings are errors in every build
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	clang-format --dry-run -Werror $(C_SOURCES)
	shellcheck $(SHELL_SOURCES)

fmt: check-deps ## Format Swift and C in place
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)
	clang-format -i $(C_SOURCES)

deps: ## Install what build, tests and demo need (Debian, Ubuntu)
	scripts/install-dependencies.sh build

check-deps:
	scripts/install-dependencies.sh check

release: ## Build the binary to install: optimised, libraries linked in, stripped
	scripts/static-libraries.sh $(static)
	$(static_build) --product netctl

man: release ## Write netctl(8) and a page for each command to .build/man
	scripts/install-dependencies.sh man
	rm -rf .build/man
	scripts/man-pages.sh $(released) .build/man

install: release man ## Install to PREFIX (/usr/local): the binary, man pages, completions, documentation, example policies, netctl.service, netctl-daemon.service
	install -D -m 755 $(released) $(DESTDIR)$(PREFIX)/sbin/netctl
	install -d $(share)/man/man8 $(DESTDIR)/etc/netctl
	install -m 644 .build/man/*.8 $(share)/man/man8
	install -d $(units)
	for unit in netctl netctl-daemon; do \
		sed 's|@sbindir@|$(PREFIX)/sbin|' scripts/$$unit.service > $(units)/$$unit.service || exit; done
	install -d $(dir $(completions)) $(share)/doc/netctl
	$(released) --generate-completion-script bash > $(word 1,$(completions))
	$(released) --generate-completion-script zsh > $(word 2,$(completions))
	$(released) --generate-completion-script fish > $(word 3,$(completions))
	cp -R LICENSE bpf/LICENSE.* README.md CHANGELOG.md docs docs/policy.schema.json policies \
		$(share)/doc/netctl/

uninstall: ## Remove what install put there; attachments stay (netctl detach --all first), and /etc/netctl
	rm -f $(DESTDIR)$(PREFIX)/sbin/netctl $(completions) $(units)/netctl.service $(units)/netctl-daemon.service
	rm -f $(share)/man/man8/netctl.8 $(share)/man/man8/netctl-*.8
	rm -rf $(share)/doc/netctl

clean: ## Remove what was built
	rm -rf .build

.PHONY: help build test sanitize fuzz fuzz-readers fuzz-programs schema vm-test vm-smoke vm-report demo demo-hooks bench bench-report check fmt deps check-deps release man install uninstall clean
