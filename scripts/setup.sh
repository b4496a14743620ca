# shellcheck shell=sh
# Sourced by scripts/start and scripts/test; not run by itself.
#
# Brings what the project needs and nothing else has to be installed for: the Bun that package.json pins, and
# the packages of bun.lock. Needs Node with npm, or a Bun of any version. Everything lands in node_modules.
# When all of it is there already, nothing is started and the network is not touched.
#
# Reads $root (the project directory). Sets $bun (path of the pinned Bun).

: "${root:?is set by the script that sources this one}"
bun="$root/node_modules/.bin/bun"
installed_lock="$root/node_modules/.installed-bun.lock"
pinned=$(sed -n 's/^ *"bun": "\([^"]*\)".*/\1/p' "$root/package.json")

fail() {
  echo "$*" >&2
  exit 1
}

# True when the program is the pinned Bun and runs on this machine.
is_pinned_bun() {
  [ "$("$1" --version 2>/dev/null)" = "$pinned" ]
}

# npm may refuse to run the package's install script, which leaves a placeholder where Bun should be. The
# program itself is in the package of this platform: put it in the placeholder's place.
link_platform_bun() {
  for program in "$1"/node_modules/@oven/bun-*/bin/bun; do
    if is_pinned_bun "$program"; then
      for name in bun bunx; do
        ln -f "$program" "$1/node_modules/bun/bin/$name.exe" 2>/dev/null ||
          cp -f "$program" "$1/node_modules/bun/bin/$name.exe"
      done
      mkdir -p "$1/node_modules/.bin"
      ln -sf ../bun/bin/bun.exe "$1/node_modules/.bin/bun"
      ln -sf ../bun/bin/bunx.exe "$1/node_modules/.bin/bunx"
      return 0
    fi
  done
  return 1
}

# Fetches the pinned Bun alone, in a directory of its own: no lock file of npm's appears in the project, and
# the packages of bun.lock are left to Bun.
fetch_bun() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  printf '{ "private": true, "dependencies": { "bun": "%s" } }\n' "$pinned" >"$work/package.json"
  if command -v npm >/dev/null 2>&1; then
    echo "Fetching Bun $pinned with npm" >&2
    (cd "$work" && npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
      fail "npm could not fetch Bun $pinned; see its message above"
  elif command -v bun >/dev/null 2>&1; then
    echo "Fetching Bun $pinned with the Bun that is installed" >&2
    (cd "$work" && bun install --no-save --ignore-scripts >&2) ||
      fail "Bun could not fetch Bun $pinned; see its message above"
  else
    fail "OpenKV needs Node with npm, or Bun: install either and run this again"
  fi
  link_platform_bun "$work" || fail "Bun $pinned does not run on this machine ($(uname -sm))"
  mkdir -p "$root/node_modules/@oven" "$root/node_modules/.bin"
  rm -rf "$root/node_modules/bun"
  mv "$work/node_modules/bun" "$root/node_modules/bun"
  for package in "$work"/node_modules/@oven/bun-*; do
    rm -rf "$root/node_modules/@oven/${package##*/}"
    mv "$package" "$root/node_modules/@oven/"
  done
  # Hard links do not survive a move to another file system, but the files do.
  link_platform_bun "$root" || fail "Bun $pinned does not run from $root/node_modules"
  rm -rf "$work"
  trap - EXIT INT TERM
}

[ -n "$pinned" ] || fail "package.json pins no version of bun"

if ! is_pinned_bun "$bun" || ! cmp -s "$root/bun.lock" "$installed_lock"; then
  if is_pinned_bun "$bun"; then
    installer=$bun
  elif command -v bun >/dev/null 2>&1 && is_pinned_bun bun; then
    installer=bun
  else
    fetch_bun
    installer=$bun
  fi
  echo "Installing the packages of bun.lock" >&2
  (cd "$root" && "$installer" install --frozen-lockfile >&2) ||
    fail "the packages of bun.lock could not be installed; see the message above"
  is_pinned_bun "$bun" || link_platform_bun "$root" ||
    fail "Bun $pinned does not run from $root/node_modules"
  cp "$root/bun.lock" "$installed_lock"
fi
