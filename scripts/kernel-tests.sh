#!/usr/bin/env bash
# kernel-tests.sh SUITE...
# Runs what depends on the kernel, on the kernel that is running, from what is already built. A SUITE
# is a test target (BPFTests), a suite of one (CLITests.GoneTests), `demo`, `hooks`, `router` or
# `many-rules`. Prints what they print, and lines that scripts/vm-test.sh reads, with tabs between fields:
#   == kernel VERSION
#   == started SUITE
#   == skipped SUITE TEST REASON
#   == figure SUITE NAME NUMBER
#   == passed|failed SUITE SECONDS TESTS SKIPPED
# Exit status 1 if a suite failed.
# NETCTL names the binary, NETCTL_TESTS the bundle of the tests. Needs root.
set -euo pipefail

cd "$(dirname "$0")/.."
NETCTL=$(readlink -f "${NETCTL:-.build/release/netctl}")
tests=$(readlink -f "${NETCTL_TESTS:-.build/debug/netctlPackageTests.xctest}")
export NETCTL NO_COLOR=1
# Tests that can be made larger, or smaller where the one processor is an emulated one.
export NETCTL_LIMITED_ADDRESSES=1000000 NETCTL_APPLIES=20
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

# say WORD FIELD...: a line for vm-test.sh.
say() {
  local line
  printf -v line '%s\t' "$@"
  echo "== ${line%$'\t'}"
}

# What the bundle and scripts say that was not tried, and why; and numbers worth keeping.
say_more() {
  local test reason name number
  while IFS=$'\t' read -r test reason; do
    say skipped "$1" "$test" "$reason"
  done < <(sed -nE \
    -e 's/^. +Test (.*) skipped(: "(.*)")?\.?$/\1\t\3/p' \
    -e 's/^skipped: (.*)$/a part\t\1/p' "$output")
  while IFS=$'\t' read -r name number; do
    say figure "$1" "$name" "$number"
  done < <(sed -nE 's/^  ok  (.*): .*; ([0-9]+) instructions verified$/\1\t\2/p' "$output")
}

# How many tests there were, and how many of them did not run.
counts() {
  local ran skipped
  ran=$(sed -n 's/.*Test run with \([0-9]*\) tests\{0,1\} .*/\1/p' "$output")
  skipped=$(grep -cE '^. +Test .* skipped' "$output" || true)
  echo "${ran:-0} $skipped"
}

# Debian numbers its kernels by itself: the version is in what `uname -v` says.
version=$(uname -v | sed -nE 's/.* Debian ([0-9.]+).*/\1/p')
say kernel "${version:-$(uname -r)}"
failed=''
for suite in "$@"; do
  say started "$suite"
  SECONDS=0 result=passed
  case $suite in
  demo) scripts/veth-demo.sh --plain ;;
  hooks) hook_demos ;;
  router) scripts/router-demo.sh --plain ;;
  many-rules) scripts/many-rules.sh ;;
  *) run_tests "$suite" ;;
  esac 2>&1 | tee "$output" || result=failed
  [ "$result" = passed ] || failed=1
  say_more "$suite"
  read -r ran skipped < <(counts)
  say "$result" "$suite" "$SECONDS" "$ran" "$skipped"
done
[ -z "$failed" ]
