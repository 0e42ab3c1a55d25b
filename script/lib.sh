# Shared by the scripts beside it: sourced, never run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck disable=SC2034 # used by the scripts that source this
target=${CARGO_TARGET_DIR:-$root/target}

say() { printf '%s\n' "$*" >&2; }

# Something that the person who called has to mend first.
die() {
  say "${0##*/}: $*"
  exit 2
}

have() { command -v "$1" >/dev/null 2>&1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

need_cargo() {
  if ! have cargo && [ -x "$HOME/.cargo/bin/cargo" ]; then
    PATH=$HOME/.cargo/bin:$PATH
  fi
  have cargo || die 'cargo is missing: install Rust 1.95 or newer with rustup (https://rustup.rs)'
}

# The folder with initdb and postgres; the newest version wins. Debian keeps them off PATH.
postgres_bin() {
  local found
  found=$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  if [ -z "$found" ]; then
    found=$(command -v initdb || true)
  fi
  [ -n "$found" ] || return 1
  dirname "$found"
}

# Postgres refuses to run as root. From /, because the system user cannot enter every folder.
as_postgres() {
  if is_root; then
    (cd / && runuser -u postgres -- "$@")
  else
    (cd / && "$@")
  fi
}
