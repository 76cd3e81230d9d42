# What the examples' Makefiles have in common: name, and variables that the service reads. The library is compiled once
# for all of them.
server := ../..
# One instance, since what the examples keep is in its memory.
options := --workers 1 $(addprefix --env=,$(variables))
scratch := --scratch-path $(server)/.build-examples

.PHONY: help serve dev test module tools

help:
	@echo 'make serve   build the module, and serve it on http://localhost:1234 (PORT=8080 make serve)'
	@echo 'make dev     serve it, and build and replace it after each save'
	@echo 'make test    run the tests, natively'

serve: module
	@echo 'http://localhost:$(or $(PORT),1234)'
	@$(server)/scripts/serve dist/$(name).wasm $(options)

dev: tools
	@echo 'http://localhost:$(or $(PORT),1234)'
	@$(server)/scripts/dev --product $(name) $(options)

test:
	@swift test --disable-build-manifest-caching $(scratch)

module: tools
	@$(server)/scripts/module $(name) dist/$(name).wasm $(scratch)

tools:
	@$(MAKE) --silent --no-print-directory -C $(server) dist/wasm-serve
