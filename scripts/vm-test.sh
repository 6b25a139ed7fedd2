#!/usr/bin/env bash
# vm-test.sh [KERNEL...]
# Runs the tests that depend on the kernel on other kernels, in qemu, and prints a table.
#   KERNEL  a series (6.1, 6.12), which means its newest Debian cloud kernel in the package archive,
#           or a folder that a kernel package was extracted to; default: 6.1 6.12
# The kernels are kept in NETCTL_KERNELS (${XDG_CACHE_HOME:-~/.cache}/netctl/kernels), one of each
# series; what the guests said is kept in .build/vm-test. What cannot be had is reported as skipped,
# with the reason, and is no failure. Expects a built .build/release/netctl and the tests' bundle:
# `make vm-test` builds both. Needs root.
set -euo pipefail
shopt -s lastpipe # a loop behind a pipe may set variables

cd "$(dirname "$0")/.."
cache=${NETCTL_KERNELS:-${XDG_CACHE_HOME:-$HOME/.cache}/netctl/kernels}
logs=.build/vm-test
bundle=.build/debug/netctlPackageTests.xctest
suites=(
  LinuxSystemTests BPFTests NetlinkTests demo hooks router many-rules
  ProgramTests.FilterProgramTests CLITests.HookInputTests CLITests.GoneTests
  TracingTests.OwnerScenarioTests DatapathTests
)
limit=2100 # seconds, for a kernel

die() {
  echo "vm-test.sh: $*" >&2
  exit 1
}

rows=()
failed=''
# A row of the table: KERNEL SUITE RESULT TIME.
report() {
  rows+=("$(printf '| %-15s | %-31s | %-30s | %6s |' "$@")")
  case $3 in failed*) failed=1 ;; esac
}

# skip KERNEL SUITE WHY
skip() {
  echo "$1: $2: skipped: $3"
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

# Runs the suites on the kernel in folder $1.
test_kernel() {
  local version log line marker suite word seconds remark running='' status=0 start=$SECONDS
  version=$(basename "$1"/boot/vmlinuz-*)
  version=${version#vmlinuz-}
  version=${version%-cloud-amd64}
  log=$logs/$version.log
  : >"$log"
  echo "$version: boots; all that it says is in $log"
  scripts/vm-run -t "$limit" "$1" -- scripts/kernel-tests.sh "${present[@]}" 2>&1 |
    while IFS= read -r line; do
      line=${line%$'\r'}
      printf '%s\n' "$line" >>"$log"
      read -r marker suite word seconds remark <<<"$line"
      [ "$marker" = == ] || continue
      if [ "$word" = started ]; then
        running=$suite
        continue
      fi
      report "$version" "$suite" "$word${remark:+, $remark}" "$seconds s"
      echo "$version: $suite: $word${remark:+, $remark}, $seconds s"
      [ "$word" = passed ] || sed -n "/^== $suite started/,/^== $suite failed/p" "$log"
      running=''
    done || status=${PIPESTATUS[0]}
  case $status in
  0 | 1) ;;
  124) report "$version" "${running:-boot}" "failed: time limit" "$limit s" ;;
  *) report "$version" "${running:-boot}" "failed: the guest died" - ;;
  esac
  [ "$status" -le 1 ] || tail -n 60 "$log"
  report "$version" "all, with booting" "" "$((SECONDS - start)) s"
}

[ $# -gt 0 ] || set -- 6.1 6.12
if ! reason=$(scripts/vm-run -n 2>&1); then
  for kernel in "$@"; do
    skip "$kernel" all "$reason"
  done
  exit 0
fi
[ "$(id -u)" = 0 ] || die "needs root: sudo $0"
for built in "$bundle" .build/release/netctl; do
  [ -x "$built" ] || die "no $built; run 'make vm-test'"
done
mkdir -p "$cache" "$logs"

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
