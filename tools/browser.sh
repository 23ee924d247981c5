#!/bin/sh
# The browser tests drive the system's own Chromium. Root may install it; anybody else is told what to install.
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests"
  apt-get update -qq >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null 2>&1 && exit 0
fi
echo "No Chromium: the browser tests will be skipped. To run them: apt install chromium fonts-noto-cjk"
