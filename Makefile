# Everything a person does here is a target of this file; `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help deps venv build run test test-matrix test-all bench demo format format-check fuzz fuzz-deps image clean

JOBS ?= $(shell nproc)
# What follows `rivulet serve`, e.g. make run ARGS="--port 4567 --ephemeral"
ARGS ?=
FUZZ_SECONDS ?= 60

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

deps: ## Install the Debian packages that are missing (needs root only if some are)
	@scripts/install-deps

venv: deps ## Make build/venv: boto3, the AWS CLI and pytest for Python
	@scripts/make-venvs

build: deps ## Build build/release/rivulet
	cmake --preset release
	cmake --build --preset release --target rivulet -j $(JOBS)

run: build ## Build and start the server; ARGS="..." are its flags
	build/release/rivulet serve $(ARGS)

# Only those who test need clang.
fuzz-deps:
	@scripts/install-deps fuzz

test: venv fuzz-deps ## Build and run every test but those with clients that must be compiled
	@tests/run

test-matrix: venv ## Build and run the matrix: each SDK whose toolchain is installed
	@tests/run build matrix matrix-built

test-all: venv fuzz-deps ## Both of them
	@tests/run --all

bench: ## Measure against the yardsticks; ARGS="--quick" for a first look
	@scripts/install-deps bench
	cmake --preset release
	cmake --build --preset release --target rivulet noop_server inner_benchmarks -j $(JOBS)
	python3 tests/bench/run.py $(ARGS)

demo: build venv ## Run the example pipeline on 10,000 events
	build/venv/bin/python config/examples/demo.py

fuzz: deps fuzz-deps ## Build the fuzz targets and run each for FUZZ_SECONDS (default: 60)
	cmake --preset fuzz
	cmake --build --preset fuzz -j $(JOBS)
	tests/fuzz/run --seconds $(FUZZ_SECONDS)

format: deps ## Format the C++ sources
	@scripts/format

format-check: deps ## Say which C++ sources are not formatted
	@scripts/format --check

image: ## Build the container image rivulet:latest (needs a Docker engine)
	@docker info >/dev/null 2>&1 || { echo "make image: no Docker engine answers 'docker info' here" >&2; exit 1; }
	docker build --file docker/Dockerfile --tag rivulet:latest .

clean: ## Remove everything that was built
	rm -rf build
