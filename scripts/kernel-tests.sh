#!/usr/bin/env bash
# kernel-tests.sh SUITE...
# Runs what depends on the kernel, on the kernel that is running, from what is already built. A SUITE
# is a test target (BPFTests), a suite of one (CLITests.GoneTests), `demo`, `hooks`, `router` or
# `many-rules`. Prints what they print, and two lines for each:
#   == SUITE started
#   == SUITE passed|failed SECONDS REMARK...
# scripts/vm-test.sh runs it in its guests and reads these lines. Exit status 1 if a suite failed.
# NETCTL names the binary, NETCTL_TESTS the bundle of the tests. Needs root.
set -euo pipefail

cd "$(dirname "$0")/.."
NETCTL=$(readlink -f "${NETCTL:-.build/release/netctl}")
tests=$(readlink -f "${NETCTL_TESTS:-.build/debug/netctlPackageTests.xctest}")
export NETCTL NO_COLOR=1
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# `swift test` would first plan a build, which takes longer than the tests. One test after the other:
# on a slow machine, tests that wait for packets starve one another.
run_tests() {
  "$tests" --testing-library swift-testing --no-parallel --filter "^$1[./]"
}

# Every hook, also when one of them has failed.
hook_demos() {
  local hook failed=0
  for hook in tc-ingress tc-egress cgroup-ingress cgroup-egress cgroup-device; do
    scripts/hook-demo.sh "$hook" --plain || failed=1
  done
  return "$failed"
}

# How many tests ran and how many did not, as the bundle tells.
remark() {
  local ran skipped
  ran=$(sed -n 's/.*Test run with \([0-9]*\) tests\{0,1\} .*/\1/p' "$output")
  skipped=$(grep -c ' Test .* skipped' "$output" || true)
  [ -z "$ran" ] || echo "$ran tests, $skipped skipped"
}

failed=''
for suite in "$@"; do
  echo "== $suite started"
  SECONDS=0 result=passed
  case $suite in
  demo) scripts/veth-demo.sh --plain ;;
  hooks) hook_demos ;;
  router) scripts/router-demo.sh --plain ;;
  many-rules) scripts/many-rules.sh ;;
  *) run_tests "$suite" ;;
  esac 2>&1 | tee "$output" || result=failed
  [ "$result" = passed ] || failed=1
  echo "== $suite $result $SECONDS $(remark)"
done
[ -z "$failed" ]
