# make serve   installs the tools, builds and runs the server (PORT=8080 make serve for another port)
# make test    installs the tools, builds and runs all tests and checks
# make help    lists the other targets

guest_sources := Package.swift $(shell find Sources/CAssets Sources/CStatusCharts Sources/CLinux Sources/CMemory Sources/CWASI Sources/Encodings Sources/Heap Sources/HTTPCodec Sources/HTTPService Sources/JSON Sources/Memory Sources/Sockets Sources/HTTPServer -type f)
host_sources := Package.swift $(shell find Sources/CLinux Sources/CWasmtime Sources/CommandLine Sources/Encodings Sources/GuestABI Sources/Memory Sources/WasmHost Sources/wasm-serve -type f)
# Guests in C for tests.
c_guests := $(patsubst Tests/Fixtures/Guests/%.c,dist/guests/%.wasm,$(wildcard Tests/Fixtures/Guests/*.c))

.PHONY: help serve build new charts sdk fixture test test-quick check format bench bench-check bench-report fuzz fuzz-merge coverage soak install uninstall \
	dist react-client demo screenshot docs images pin push release ecr-login plain dockerfile-test deploy-check deploy-test rollouts \
	bench-containers clean
.DELETE_ON_ERROR:

PREFIX ?= /usr/local
DESTDIR ?=

help:
	@echo 'make serve     install the tools, build, and serve on http://localhost:1234 (PORT=8080 make serve)'
	@echo 'make test      install the tools, build, and run all tests and checks'
	@echo 'make test-quick  a part of the tests, for use between two edits: under a minute after a build'
	@echo 'make new       NAME=my-service DIR=../my-service: make the package of a service of your own'
	@echo 'make build     dist/: http_server.wasm, wasm-serve and its engine, http_server (native)'
	@echo 'make sdk       dist/wasm-server.artifactbundle, the Swift SDK that builds services anywhere (docs/building.md)'
	@echo 'make charts    dist/http_server-charts.wasm: the server with live charts on its status page, for two kilobytes more'
	@echo 'make fixture   serve the contract of conformance suites (PORT=18200 make fixture)'
	@echo 'make fuzz      fuzz each target for a minute (SECONDS=600 TARGET=request changes both)'
	@echo 'make fuzz-merge  keep the inputs that fuzzing has found, for make test to replay'
	@echo 'make coverage  measure how much of HTTPCodec its tests reach'
	@echo 'make bench     measure cost, latency, memory and start beside other servers, into docs/benchmarks.md (BENCH=--quick)'
	@echo 'make bench-report  write docs/benchmarks.md again from the figures of the last run'
	@echo 'make bench-check  compare instructions, calls, allocations and sizes with the committed ones (UPDATE=1 commits to new ones)'
	@echo 'make soak      run good and hostile clients against the real module for MINUTES=5: nothing lost, no growth'
	@echo 'make install   install into PREFIX=/usr/local (DESTDIR=... for packages); make uninstall'
	@echo 'make dist      make a tarball in dist/ that works wherever it is unpacked'
	@echo 'make demo      serve, and also a React page that posts to the server (examples/react-client)'
	@echo 'make react-client  only build that page, into dist/react-client; make screenshot makes its pictures'
	@echo 'make docs      build the documentation of the libraries, in dist/docs'
	@echo 'make images    build container images in dist/images, without a daemon (docs/images.md)'
	@echo 'make pin       write the current digests of images that are not built here into deploy/ and the Dockerfiles'
	@echo 'make push      REGISTRY=host/path: push the images (TAG=...), and write their digests into OVERLAY=deploy/overlays/k3s-ecr'
	@echo 'make release   VERSION=1.2.3: tarball, module, images, bills of materials, checksums and notes into dist/release'
	@echo 'make ecr-login REGISTRY=...: create the repositories at Amazon ECR, and log in'
	@echo 'make plain     write deploy/plain/*.yaml, for kubectl apply -f, from deploy/plain/kustomize'
	@echo 'make dockerfile-test  build the Dockerfile with buildah, and compare it with the image of make images (minutes)'
	@echo 'make deploy-check  render and validate all manifests of deploy/'
	@echo 'make rollouts  count failed requests in 20 rolling updates under load (ROLLOUTS="--updates 2")'
	@echo 'make bench-containers  time from podman run to the first response, as ratio to a static C program'
	@echo 'make deploy-test  run only the tests of deploy/ that are part of make test (TESTS=test_images)'
	@echo 'make check     run only the checks of format and scripts that are part of make test'
	@echo 'make format    format the Swift and Python sources'
	@echo 'make clean     remove build results, but not the tools'

serve: dist/http_server.wasm dist/wasm-serve
	@scripts/serve dist/http_server.wasm

build: dist/http_server.wasm dist/wasm-serve dist/http_server

# (Variables of make's command line are in the environment of what it runs, whatever characters they have.)
new:
	@scripts/new

sdk: .tools/ready
	@scripts/sdk
	@echo 'dist/wasm-server.artifactbundle: install it with swift sdk install dist/wasm-server.artifactbundle'

fixture: dist/fixture.wasm dist/wasm-serve
	@scripts/serve dist/fixture.wasm

# The stamp is newer than the files that decide about the tools: setup runs again only after a change.
.tools/ready: scripts/setup scripts/sdk scripts/lib.sh scripts/requirements/engine.txt
	@scripts/setup
	@touch $@

dist/http_server.wasm: $(guest_sources) $(shell find Sources/http_server -type f) .tools/ready
	@scripts/build module http_server http_server.wasm

charts: dist/http_server-charts.wasm dist/wasm-serve

# With live charts on the status page, for two kilobytes more.
dist/http_server-charts.wasm: $(guest_sources) $(shell find Sources/http_server -type f) .tools/ready
	@scripts/build module http_server http_server-charts.wasm StatusCharts

dist/fixture.wasm: $(guest_sources) $(shell find Tests/Fixtures/ConformanceService -type f) .tools/ready
	@scripts/build module conformance_service fixture.wasm

dist/faulty.wasm: $(guest_sources) $(shell find Tests/Fixtures/FaultyService -type f) .tools/ready
	@scripts/build module faulty_service faulty.wasm

dist/text.wasm: $(guest_sources) $(shell find Tests/Fixtures/TextService -type f) .tools/ready
	@scripts/build module text_service text.wasm

dist/wasm-serve: $(host_sources) .tools/ready
	@scripts/build host

dist/http_server: $(guest_sources) $(shell find Sources/http_server -type f) .tools/ready
	@scripts/build native

dist/guests/%.wasm: Tests/Fixtures/Guests/%.c Tests/Fixtures/Guests/guest.h .tools/ready
	@scripts/build guest $*

test: build dist/http_server-charts.wasm dist/fixture.wasm dist/faulty.wasm dist/text.wasm $(c_guests)
	@scripts/test

test-quick: build
	@scripts/test quick

check:
	@scripts/check

format:
	@scripts/format

fuzz: .tools/ready
	@scripts/fuzz run $(or $(SECONDS),60) $(TARGET)

fuzz-merge: .tools/ready
	@scripts/fuzz merge $(TARGET)

coverage: .tools/ready
	@scripts/coverage

bench: build
	@Benchmarks/run $(BENCH)

bench-report:
	@Benchmarks/report

# UPDATE=1 writes the figures instead of comparing them.
bench-check: build
	@Benchmarks/check $(if $(UPDATE),--update)

soak: dist/http_server.wasm dist/wasm-serve
	@scripts/soak "$${MINUTES:-5}"

install: dist/http_server.wasm dist/wasm-serve
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install

uninstall:
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install --remove

dist: dist/http_server.wasm dist/wasm-serve
	@scripts/dist

react-client:
	@scripts/react-client

demo: dist/http_server.wasm dist/wasm-serve react-client
	@scripts/demo

screenshot: dist/http_server.wasm dist/http_server-charts.wasm dist/wasm-serve
	@scripts/browser-tests screenshot

docs:
	@scripts/docs

images: dist/http_server.wasm dist/wasm-serve
	@WITH='$(WITH)' WASMEDGE='$(WASMEDGE)' NGINX='$(NGINX)' SOURCE='$(SOURCE)' scripts/images

pin:
	@TLS_VERIFY='$(TLS_VERIFY)' scripts/pin-images

push:
	@REGISTRY='$(REGISTRY)' TAG='$(TAG)' ALSO='$(ALSO)' OVERLAY='$(OVERLAY)' TLS_VERIFY='$(TLS_VERIFY)' scripts/push

release: dist images
	@SOURCE='$(SOURCE)' scripts/release 'v$(VERSION)'

ecr-login:
	@REGISTRY='$(REGISTRY)' TLS_VERIFY='$(TLS_VERIFY)' scripts/ecr-login

plain:
	@scripts/plain

dockerfile-test: images
	@scripts/dockerfile-test

deploy-check:
	@scripts/deploy-check

rollouts: images
	@scripts/rollouts $(ROLLOUTS)

bench-containers: images
	@Benchmarks/containers

deploy-test: dist/http_server.wasm dist/wasm-serve
	@scripts/deploy-tests $(TESTS)

clean:
	rm -rf dist .build .build-wasm .build-wasm-StatusCharts .build-host .build-bench .build-bench-peers .build-fuzz .build-coverage .build-soak
