# shellcheck shell=bash
# Sourced by scripts that use a registry: its address, and its error messages.

registry=${REGISTRY:-}
[ -n "$registry" ] || fail "REGISTRY is needed: REGISTRY=registry.example.com/team, without the images' names"
registry=${registry%/}
# distribution-spec's grammar of names: a host, a port, path components in lower case.
[[ $registry =~ ^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$ ]] ||
  fail "REGISTRY is ${registry@Q}, but must be a host and perhaps a path, as in registry.example.com/team"
# shellcheck disable=SC2034  # used by the scripts that source this
host=${registry%%/*}

# For a registry without TLS, in a test or on a private network.
# shellcheck disable=SC2034  # as above
case ${TLS_VERIFY:-true} in
  true | false) tls_verify=${TLS_VERIFY:-true} ;;
  *) fail "TLS_VERIFY may be true or false, not '$TLS_VERIFY'" ;;
esac

# registry_complaint LOG: skopeo's last message, as one plain line.
registry_complaint() {
  local last
  last=$(grep -v '^[[:space:]]*$' "$1" | tail -n 1) || last="skopeo has failed without a word"
  case $last in
    # ECR's own message says what is missing.
    *"not authorized to perform"*) sed 's/.*denied: //; s/"$//' <<<"$last" ;;
    *"connection refused"* | *"no such host"* | *"i/o timeout"* | *"no route to host"* | *"network is unreachable"* | \
      *"server misbehaving"* | *"proxyconnect"*)
      echo "cannot reach $host: is the name right, and is it up?" ;;
    *"HTTP response to HTTPS client"*)
      echo "$host speaks HTTP without TLS: if that is meant, TLS_VERIFY=false" ;;
    *x509*)
      echo "the certificate of $host is not trusted: put its CA into /etc/containers/certs.d/$host/ca.crt" ;;
    *"unauthorized"* | *"authentication required"* | *"invalid username/password"* | *"no basic auth credentials"* | \
      *"403 (Forbidden)"* | *"denied:"* | *"401"*)
      echo "$host refuses the login: 'skopeo login $host', or for ECR 'make ecr-login REGISTRY=$registry'" ;;
    *"name unknown"* | *"does not exist"*)
      echo "$host has no such repository: for ECR 'make ecr-login REGISTRY=$registry' creates it" ;;
    *) sed 's/.* msg="\(.*\)"$/\1/; s/\\"/"/g' <<<"$last" ;;
  esac
}
