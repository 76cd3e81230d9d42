#!/bin/sh
# Installs a release of wasm-http-server: wasm-serve, its engine, the module, manual page, completions, units.
#
#   curl -fsSL RELEASES/install.sh | sh                        # into /usr/local, as root
#   curl -fsSL RELEASES/install.sh | PREFIX=$HOME/.local sh    # elsewhere
#
# The archive is unpacked only if its SHA-256 is the one in the release's SHA256SUMS file; with cosign installed,
# COSIGN_IDENTITY also has that file's signature checked (docs/images.md). Nothing is written below PREFIX before.
#
#   RELEASES   where the release's files are
#   PREFIX     where to install (/usr/local)
set -eu

version=@VERSION@
releases=${RELEASES:-@RELEASES@}
prefix=${PREFIX:-/usr/local}

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

# The whole script is read before anything is done: a download that was cut off does nothing.
main() {
  case $releases in
    http://* | https://*) ;;
    *) fail "RELEASES must be the address of the release's files, not '$releases'" ;;
  esac
  # (It stands in a unit of systemd, where other characters would mean something else.)
  wrong="PREFIX must be an absolute path of letters, digits and . _ ~ / + @ -, not '$prefix'"
  case $prefix in
    *[!A-Za-z0-9._~/+@-]*) fail "$wrong" ;;
    /*) ;;
    *) fail "$wrong" ;;
  esac
  [ "$(uname -s)" = Linux ] || fail "there are builds for Linux only, not for $(uname -s)"
  architecture=$(uname -m)
  case $architecture in
    x86_64 | aarch64) ;;
    *) fail "there are builds for x86_64 and aarch64, not for $architecture" ;;
  esac
  for program in curl tar gzip sha256sum; do
    command -v "$program" >/dev/null || fail "$program is required"
  done
  mkdir -p "$prefix" 2>/dev/null || true
  [ -w "$prefix" ] ||
    fail "cannot write to $prefix: run it as root (| sudo sh), or with PREFIX=\$HOME/.local"

  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  name=wasm-http-server-$version-linux-$architecture
  sums=SHA256SUMS-linux-$architecture
  fetch "$sums"
  fetch "$name.tar.gz"
  if [ -n "${COSIGN_IDENTITY:-}" ]; then
    command -v cosign >/dev/null || fail "cosign is required to check the signature"
    fetch "$sums.sigstore.json"
    cosign verify-blob --bundle "$work/$sums.sigstore.json" --certificate-identity "$COSIGN_IDENTITY" \
      --certificate-oidc-issuer https://token.actions.githubusercontent.com "$work/$sums" ||
      fail "the signature of $sums is not that of $COSIGN_IDENTITY"
  fi
  grep -F "  $name.tar.gz" "$work/$sums" >"$work/sum" || fail "$sums does not have $name.tar.gz"
  (cd "$work" && sha256sum --check --status sum) ||
    fail "the SHA-256 of $name.tar.gz is not that of $sums: nothing was installed"

  mkdir "$work/unpacked"
  tar -xzf "$work/$name.tar.gz" -C "$work/unpacked" --strip-components 1
  # A program that needs another system is found before it is installed.
  "$work/unpacked/bin/wasm-serve" --version >/dev/null ||
    fail "wasm-serve does not run on this system: glibc 2.34 or newer and libgcc are required"
  sed -i "s|^ExecStart=/usr/local/|ExecStart=$prefix/|" "$work/unpacked/lib/systemd/system/wasm-serve@.service"
  # (Removed first: a program that runs cannot be written to.)
  cp -R --remove-destination "$work/unpacked/." "$prefix/"
  "$prefix/bin/wasm-serve" --version
  case :$PATH: in
    *:"$prefix/bin":*) ;;
    *) echo "$prefix/bin is not in PATH" ;;
  esac
}

fetch() {
  curl --fail --silent --show-error --location --output "$work/$1" "$releases/$1" || fail "cannot fetch $releases/$1"
}

main
