#!/bin/sh
# Prints the path of a Chromium for the journeys; where there is none, installs Debian's.
#
# CHROMIUM names another one. Chinese type is wanted too, or the screenshots show empty boxes.
# Everything but the path goes to stderr.
set -eu

say() { echo "browser: $*" >&2; }

found() {
  for name in ${CHROMIUM:-chromium chromium-browser google-chrome-stable google-chrome}; do
    command -v "$name" && return
  done
  return 1
}

chinese() { fc-list :lang=zh 2>/dev/null | grep -q .; }

# As root, or by sudo where it asks for no password.
install() {
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" = 0 ]; then as=""; else as="sudo -n"; $as true 2>/dev/null || return 1; fi
  say "installing $*"
  $as apt-get update -qq >&2 || say "apt-get update failed; trying with the lists at hand"
  $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

chinese || install fontconfig fonts-noto-cjk || say "no Chinese type found: install fonts-noto-cjk for true screenshots"
[ -n "${CHROMIUM:-}" ] || found >/dev/null || install chromium || true
found || {
  say "no Chromium found. Install the package 'chromium' (or run this once as root), or set CHROMIUM to its path."
  exit 1
}
