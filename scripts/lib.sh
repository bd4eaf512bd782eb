# Shared by the scripts that are run by hand; sourced, not run.
# shellcheck shell=bash

# take_hoist "$@": reads --hoist PATH into $hoist (default: the release build, made if it is not there) and leaves other
# arguments in $rest.
take_hoist() {
  hoist=
  rest=()
  while [ $# -gt 0 ]; do
    case "$1" in
      --hoist) hoist=$(realpath "$2"); shift 2 ;;
      --hoist=*) hoist=$(realpath "${1#--hoist=}"); shift ;;
      *) rest+=("$1"); shift ;;
    esac
  done
  if [ -z "$hoist" ]; then
    cmake --preset release -DHOIST_PCH=ON >/dev/null
    cmake --build --preset release --target hoist -j "$(nproc)" >/dev/null
    hoist=$PWD/build/release/bin/hoist
  fi
  [ -x "$hoist" ] || { echo "not a program: $hoist" >&2; exit 2; }
}

# make_work NAME: a temporary folder in $work, gone at exit.
make_work() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/hoist-$1-XXXXXX")
  trap 'chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
}

# tree_listing FOLDER: what stands below it, one sorted line each: path, tab, and `dir MODE`, `link -> TARGET` or
# `file MODE SHA256`. The notes that each program leaves for itself (.package-lock.json, hoist's .hoist) are left out.
tree_listing() {
  (
    cd "$1" || exit 1
    find . -mindepth 1 -path ./.hoist -prune -o -type f -not -path ./.package-lock.json -printf '%P\0' |
      LC_ALL=C sort -z >"$work/listed"
    {
      find . -mindepth 1 -path ./.hoist -prune -o -type d -printf '%P\tdir %m\n'
      find . -mindepth 1 -path ./.hoist -prune -o -type l -printf '%P\tlink -> %l\n'
      paste -d ' ' <(xargs -0 -r stat -c '%a' <"$work/listed") <(xargs -0 -r sha256sum <"$work/listed") |
        sed -E 's/^([0-7]+) ([0-9a-f]{64})  (.*)$/\3\tfile \1 \2/'
    } | LC_ALL=C sort
  )
}

# wait_for_line FILE SED_EXPRESSION PID: prints the first line the expression yields; fails when the process ends first.
wait_for_line() {
  local found
  for _ in $(seq 600); do
    found=$(sed -n "$2" "$1" | head -n 1)
    if [ -n "$found" ]; then echo "$found"; return 0; fi
    kill -0 "$3" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

# free_port: a TCP port nobody listens on.
free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# ask URL: prints the body; fails unless the status is 200.
ask() {
  # shellcheck disable=SC2016 # the backticks and $ signs are JavaScript's
  node -e '
    fetch(process.argv[1]).then(async (response) => {
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      process.stdout.write(await response.text());
    }).catch((error) => { console.error(String(error)); process.exit(1); });' "$1"
}
