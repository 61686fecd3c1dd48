#!/bin/sh
# Find a Chromium, or install one: from the system's packages where we may, else
# Playwright's own download.
set -u
bin=${1:?folder of the virtual environment}
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
[ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && exit 0
if command -v apt-get >/dev/null 2>&1; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    if $sudo apt-get update -qq && $sudo apt-get install -y -qq chromium >/dev/null; then
        exit 0
    fi
fi
exec "$bin/playwright" install --with-deps chromium
