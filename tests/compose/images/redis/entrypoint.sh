#!/bin/sh
# Imitates the part of the official image's entry point that docker/compose.yaml relies on: see ../README.md.
set -eu
umask 077
exec "$@"
