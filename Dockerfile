# The server's image from nothing but Docker: `docker build -t wasm-http-server .`, or `docker compose up --build`.
# It has the files of the image that `make images` builds (docs/images.md), without Swift on this machine.
#
# What is fetched is pinned where the other builds have it pinned: scripts/setup installs wasi-libc and Binaryen of
# the base's Debian release and the engine of scripts/requirements/engine.txt, Package.resolved has the packages.
# `make pin` adds the digest to the base.
ARG SWIFT=docker.io/library/swift:6.3.1-bookworm

# hadolint ignore=DL3006,DL3049
FROM ${SWIFT} AS tools
WORKDIR /src
COPY LICENSE ./
COPY scripts scripts
COPY Sources/wasm-serve/Settings/Version.swift Sources/wasm-serve/Settings/
RUN scripts/setup

FROM tools AS build
COPY . .
# The commit, which wasm-serve --version tells: --build-arg REVISION=$(git rev-parse HEAD)
ARG REVISION
RUN scripts/build module http_server http_server.wasm \
  && scripts/build host \
  && scripts/images context

# From here on as in deploy/images/Containerfile.
FROM scratch
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="wasm-http-server" \
      org.opencontainers.image.description="An HTTP/1.1 server that is a WebAssembly module, on its host wasm-serve" \
      org.opencontainers.image.licenses="Apache-2.0 AND Apache-2.0 WITH Swift-exception AND Apache-2.0 WITH LLVM-exception AND LGPL-2.1-or-later AND GPL-3.0-or-later WITH GCC-exception-3.1 AND CC0-1.0 AND BSD-2-Clause AND MIT" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /src/dist/images/context/rootfs/ /
USER 65532:65532
EXPOSE 1234
ENV ADMIN_HOST="*"
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/wasm-serve", "--no-cache", "--allow-precompiled", \
  "--env=PORT", "--env=HOST", "--env=ADMIN_PORT", "--env=ADMIN_HOST", "--env=ADMIN_HOSTS", \
  "--env=MAX_REQUEST_SIZE", "--env=MAX_RESPONSE_SIZE", "--env=BUFFER_SIZE", "--env=MAX_CONNECTIONS", \
  "--env=MAX_CONNECTIONS_PER_ADDRESS", "--env=MAX_REQUESTS_PER_CONNECTION", \
  "--env=KEEP_ALIVE_TIMEOUT", "--env=REQUEST_TIMEOUT", "--env=WRITE_TIMEOUT", \
  "--env=DRAIN_TIMEOUT", "--env=DRAIN_DELAY", \
  "--env=CORS_ALLOW_ORIGIN", "--env=SERVER_HEADER", "--env=TRUSTED_PROXIES", \
  "--env=CLIENT_ADDRESS_HEADER", \
  "--env=LOG_LEVEL", "--env=LOG_FORMAT", "--env=ACCESS_LOG", \
  "/usr/share/wasm-serve/http_server.module"]
