#!/usr/bin/env bash
# fuzz-readers.sh FUZZER FOUND [INPUT...]
# Gives the readers in Tests/FuzzInputs bytes that libFuzzer thinks up, NETCTL_FUZZ_SECONDS (60) each,
# beginning with those of Tests/FuzzInputs/Corpora and with the example policies.
#   FUZZER  a built netctl-fuzz: `make fuzz-readers` builds it
#   FOUND   a folder, in which what reached new code is kept, and what broke something
#   INPUT   which readers; all when not given
# NETCTL_FUZZ_KEEP=1 then adds the fewest files that reach all that was reached to Corpora.
# Exit status 1 if a reader broke; the last lines say with which file.
set -euo pipefail

cd "$(dirname "$0")/.."
fuzzer=$(readlink -f "$1") found=$2
shift 2
corpora=Tests/FuzzInputs/Corpora
mkdir -p "$found"
[ $# -gt 0 ] || { mapfile -t inputs < <(ls "$corpora"); set -- "${inputs[@]}"; }

# What Swift makes once and keeps looks like a leak.
export ASAN_OPTIONS=detect_leaks=0

# Longer than this reaches nothing that less does not.
declare -A longest=([policy]=4096 [set-file]=1024 [packet-words]=256 [packet]=512 [capture]=2048
  [netlink]=2048 [types]=4096)

broken=()
for input in "$@"; do
  mkdir -p "$found/$input" "$found/broken" "$corpora/$input"
  seeds=("$corpora/$input")
  [ "$input" != policy ] || seeds+=(policies Tests/PolicyTests/Fixtures/valid)
  echo "== $input, ${NETCTL_FUZZ_SECONDS:-60} s"
  export NETCTL_FUZZ_INPUT=$input
  "$fuzzer" "$found/$input" "${seeds[@]}" -max_total_time="${NETCTL_FUZZ_SECONDS:-60}" \
    -max_len="${longest[$input]:-4096}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$found/broken/$input-" 2>"$found/$input.log" || broken+=("$input")
  grep -E '^(stat::number_of_executed_units|stat::peak_rss_mb|SUMMARY|Test unit written)|cov:' \
    "$found/$input.log" | tail -n 4
  if [ -n "${NETCTL_FUZZ_KEEP:-}" ]; then
    "$fuzzer" -merge=1 -max_len="${longest[$input]:-4096}" "$corpora/$input" "$found/$input" \
      2>>"$found/$input.log"
  fi
done
[ ${#broken[@]} -eq 0 ] || {
  echo "broke: ${broken[*]}; see $found/broken and the logs in $found" >&2
  exit 1
}
