# Shared by setup and compose beside it: sourced, never run.
# shellcheck shell=bash

# In every language a-z are these 26 letters.
LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

say() { printf '%s\n' "$*" >&2; }

# Something that the person who called has to mend first.
die() {
  say "docker/${0##*/}: $*"
  exit 2
}

# The folder of a project, or the end when the name cannot be one.
project_folder() {
  [[ $1 =~ ^[a-z0-9][a-z0-9_-]{0,62}$ ]] ||
    die "\"$1\" is no name for a project: small letters, digits, - and _, such as safeharbor-stage"
  printf '%s/projects/%s\n' "$here" "$1"
}

# value FILE NAME: what a line NAME=value of an environment file says. Nothing when there is none.
value() {
  local line
  while IFS= read -r line; do
    if [[ $line = "$2="* ]]; then
      printf '%s\n' "${line#*=}"
      return
    fi
  done <"$1"
}
