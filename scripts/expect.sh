#!/usr/bin/env bash
# Numbers that are compared with what is true, and how many were not. Sourced; `green`, `red` and `reset`
# colour what it says, when they are set.
failures=0

# expect WHAT REPORTED TRUE
expect() {
  if [ "$2" = "$3" ]; then
    printf '%s  ok%s  %s: %s\n' "${green:-}" "${reset:-}" "$1" "$2"
  else
    printf '%s  no%s  %s: %s, expected %s\n' "${red:-}" "${reset:-}" "$1" "$2" "$3"
    failures=$((failures + 1))
  fi
}
