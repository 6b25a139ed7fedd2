#!/usr/bin/env bash
# vm-test.sh [-s SUITES] [KERNEL...]
# Runs the tests that depend on the kernel on other kernels, in qemu, and prints a table.
#   KERNEL  a series (6.1, 6.12), which means its newest Debian cloud kernel in the package archive,
#           or a folder that a kernel package was extracted to; default: 6.1 6.12
#   -s      which, in one argument: `smoke`, some that take two minutes on a kernel; `all`, the default; or
#           names: those of kernel-tests.sh, `two-hosts` and `power-loss`
# The kernels are kept in NETCTL_KERNELS (${XDG_CACHE_HOME:-~/.cache}/netctl/kernels), one of each
# series; what the guests said is kept in .build/vm-test, and what came of it in RESULTS
# (.build/vm-test/results), a file for each series, whose rows of these suites are replaced. What cannot
# be had is reported as skipped, with the reason, and is no failure. NETCTL names the binary and NETCTL_TESTS
# the tests' bundle, .build/release/netctl and that of a debug build when not given; `make vm-test` builds
# both. Needs root.
set -euo pipefail
shopt -s lastpipe # a loop behind a pipe may set variables

cd "$(dirname "$0")/.."
cache=${NETCTL_KERNELS:-${XDG_CACHE_HOME:-$HOME/.cache}/netctl/kernels}
logs=.build/vm-test
bundle=${NETCTL_TESTS:-.build/debug/netctlPackageTests.xctest}
export NETCTL=${NETCTL:-$PWD/.build/release/netctl}
results=${RESULTS:-.build/vm-test/results}
all=(
  LinuxSystemTests BPFTests NetlinkTests ProgramTests FaultTests
  DatapathTests.{LiveRules,LiveFrame,LiveDevice,LiveTraffic,CgroupTraffic,BlockTraffic,BlockTable,LookUp,Limit}Tests
  DatapathTests.{Monitor,Redirect,XDPTraps,XDPTrapsOnVeth,Foreign,Program,SharedTables,SetFileStream,Statistics}Tests
  DatapathTests.{Canary,Confirm,Journal,KilledApply,LockOut,MemoryBudget,Reuse,SlotDirectory,Version,WholeWay}Tests
  TracingTests.{OwnerScenario,ContextScenario,DropScenario,ContextLoad,ContextSwitch,SocketTable,SocketHolders}Tests
  TracingTests.{EventReader,KilledReader,NoTypes,TraceSocket,TraceLoad,TraceProcess,ProbeList,WhyQuestion}Tests
  CLITests.{ProgramKind,PolicyProgram,UserProgram,Run,ProgramStats,Doctor,Trace,Explain,TestCommand,Share}Tests
  CLITests.{Confirm,Block,Concurrency,CutShort,Gone,HookInput,ForeignProgram,MapContent,LockOut,Privilege,MemoryLimit,Daemon}Tests
  demo hooks router many-rules two-hosts power-loss
)
# Of the parts on which everything else stands, what takes two minutes together.
smoke=(BPFTests.{Object,Link}Tests NetlinkTests.{XDP,Clsact}Tests ProgramTests.FilterProgramTests)
limit=21600 # seconds, for a boot: on two processors all suites take hours

die() {
  echo "vm-test.sh: $*" >&2
  exit 1
}

rows=()
failed=''
# A row of the table: KERNEL SUITE RESULT TIME.
report() {
  rows+=("$(printf '| %-15s | %-31s | %-30s | %6s |' "$@")")
  echo "$1: $2: $3, $4"
  case $3 in failed*) failed=1 ;; esac
}

# keep SUITE FIELD...: a row for docs/kernels.md, instead of those that an earlier run of SUITE left in
# the file that `kept` names. scripts/kernel-report.py says what the fields are.
keep() {
  local row
  printf -v row '%s\t' "$@"
  echo "${row%$'\t'}" >>"$kept"
}

# forget SUITE
forget() {
  [ ! -f "$kept" ] || { awk -F '\t' -v suite="$1" '$1 != suite' "$kept" >"$kept.new" && mv "$kept.new" "$kept"; }
}

# skip KERNEL SUITE WHY
skip() {
  report "$1" "$2" "skipped: $3" -
}

print_table() {
  printf '\n| %-15s | %-31s | %-30s | %6s |\n|---|---|---|---|\n' kernel suite result time
  printf '%s\n' "${rows[@]}"
}

# The newest package of series $1 that the archive has.
newest() {
  apt-cache search --names-only "^linux-image-${1//./\\.}\.[0-9]+(-[0-9]+|\+deb[0-9]+)-cloud-amd64\$" |
    awk '{ print $1 }' | sort --version-sort | tail -n 1
}

# The newest of series $1 that an earlier run has downloaded.
newest_kept() {
  find "$cache" -maxdepth 1 -type d -name "linux-image-$1.*" 2>/dev/null | sort --version-sort | tail -n 1
}

# Has the newest package of series $1 in the cache and sets `folder` to it. Nothing is installed.
fetch() {
  local package staging=$cache/new.$$ old
  package=$(newest "$1")
  [ -n "$package" ] || return 1
  folder=$cache/$package
  [ ! -d "$folder" ] || return 0
  old=$(newest_kept "$1")
  mkdir -p "$staging"
  echo "$1: downloads $package"
  if (cd "$staging" && apt-get -qq -o APT::Sandbox::User=root download "$package" &&
    dpkg-deb -x ./*.deb kernel) && mv "$staging/kernel" "$folder"; then
    rm -rf "$staging" "${old:-$staging}"
  else
    rm -rf "$staging"
    return 1
  fi
}

# Sets `folder` to a kernel of series $1, or `reason`.
find_kernel() {
  if ! command -v apt-cache >/dev/null || ! command -v dpkg-deb >/dev/null; then
    reason="kernels come from Debian's archive, by apt"
    return 1
  fi
  fetch "$1" && return
  # Package lists may be missing, or name what the archive has replaced.
  apt-get -qq update >/dev/null || true
  fetch "$1" && return
  folder=$(newest_kept "$1")
  reason="no linux-image-$1.*-cloud-amd64"
  [ -n "$folder" ] && echo "$1: no newer kernel to be had than ${folder##*/}"
}

# Runs a command of this machine's, with its output in the log, and reads what it says about suites:
# read_run VERSION COMMAND...
read_run() {
  local line word suite more running='' status=0
  "${@:2}" 2>&1 |
    while IFS= read -r line; do
      line=${line%$'\r'}
      printf '%s\n' "$line" >>"$log"
      [ "${line#== }" != "$line" ] || continue
      IFS=$'\t' read -r word suite more <<<"${line#== }"
      IFS=$'\t' read -ra more <<<"$more"
      case $word in
      kernel) version=$suite ;;
      started)
        running=$suite
        forget "$suite"
        ;;
      skipped | figure) keep "$suite" "$word" "${more[@]}" ;;
      passed | failed)
        keep "$suite" result "$word" "${more[@]}" "$version" "$(date +%F)"
        report "$version" "$suite" "$word$(tests "${more[@]:1}")" "${more[0]} s"
        [ "$word" = passed ] || sed -n "/^== started\t$suite\$/,/^== failed\t/p" "$log"
        running=''
        ;;
      esac
    done || status=${PIPESTATUS[0]}
  case $status in
  0 | 1) return ;;
  124) reason="time limit" ;;
  *) reason="the guest died" ;;
  esac
  report "$version" "${running:-boot}" "failed: $reason" -
  [ -z "$running" ] || keep "$running" result "failed, $reason" - 0 0 "$version" "$(date +%F)"
  tail -n 60 "$log"
}

# tests RAN SKIPPED: as words
tests() {
  [ "${1:-0}" = 0 ] || printf ', %s tests, %s skipped' "$1" "$2"
}

# A scenario that starts guests itself, said as a suite of a guest is: scenario NAME KERNEL
scenario() {
  local result=passed start=$SECONDS
  printf '== started\t%s\n' "$1"
  "scripts/$1.sh" "$2" || result=failed
  printf '== %s\t%s\t%s\t0\t0\n' "$result" "$1" $((SECONDS - start))
}

# Runs the suites on the kernel in folder $1: those of a guest in one, then those that start guests.
test_kernel() {
  local suite version log kept inside=() outside=() start=$SECONDS
  version=$(basename "$1"/boot/vmlinuz-*)
  version=${version#vmlinuz-}
  version=${version%-cloud-amd64}
  log=$logs/$version.log
  kept=$results/$(cut -d . -f 1,2 <<<"$version").tsv
  : >"$log"
  # Where no guest starts, as with too little memory or no user namespaces, that is no failure of a suite.
  if ! reason=$(scripts/vm-run -t 300 "$1" -- true 2>&1); then
    skip "$version" all "no guest starts here: ${reason##*$'\n'}"
    return
  fi
  echo "$version: all that it says is in $log"
  for suite in "${present[@]}"; do
    case $suite in
    two-hosts | power-loss) outside+=("$suite") ;;
    *) inside+=("$suite") ;;
    esac
  done
  if [ ${#inside[@]} -gt 0 ]; then
    read_run "$version" scripts/vm-run -t "$limit" "$1" -- \
      env NETCTL="$NETCTL" NETCTL_TESTS="$bundle" scripts/kernel-tests.sh "${inside[@]}"
  fi
  for suite in "${outside[@]}"; do
    if reason=$("scripts/$suite.sh" -n 2>&1); then
      read_run "$version" scenario "$suite" "$1"
    else
      skip "$version" "$suite" "$reason"
    fi
  done
  report "$version" "all, with booting" "done" "$((SECONDS - start)) s"
}

suites=("${all[@]}")
while getopts s: option; do
  case $option in
  s)
    case $OPTARG in
    all) ;;
    smoke) suites=("${smoke[@]}") limit=900 ;;
    *) read -ra suites <<<"$OPTARG" ;;
    esac
    ;;
  *) die "usage: vm-test.sh [-s SUITES] [KERNEL...]" ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- 6.1 6.12
if ! reason=$(scripts/vm-run -n 2>&1); then
  for kernel in "$@"; do
    skip "$kernel" all "$reason"
  done
  exit 0
fi
[ "$(id -u)" = 0 ] || die "needs root: sudo $0"
for built in "$bundle" "$NETCTL"; do
  [ -x "$built" ] || die "no $built; run 'make vm-test'"
done
mkdir -p "$cache" "$logs" "$results"

# A target may have no tests yet.
present=()
tests=$("$bundle" --testing-library swift-testing --list-tests)
for suite in "${suites[@]}"; do
  case $suite in
  *Tests) grep -q "^${suite}[./]" <<<"$tests" || { skip all "$suite" "has no tests" && continue; } ;;
  esac
  present+=("$suite")
done

for kernel in "$@"; do
  if [ -d "$kernel" ] && [ "${kernel#*/}" != "$kernel" ]; then
    test_kernel "$(readlink -f "$kernel")"
  elif find_kernel "$kernel"; then
    test_kernel "$folder"
  else
    skip "$kernel" all "$reason"
  fi
done
print_table
[ -z "$failed" ]
