# Every target brings what it needs (Scripts/setup) and can be run again at any time: what is done stays done.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# One configuration for everything: the tests then check the binary that people run, and the dependencies,
# which take most of the time, are compiled once.
CONFIGURATION ?= release
BROKERCTL := .build/$(CONFIGURATION)/brokerctl
CLIP ?= Tests/Media/vtest-720p.h264.mp4
CLIPS ?= $(CLIP)
# Not all of Benchmarks: the package there has a build folder of its own.
SWIFT_SOURCES := Package.swift Sources Tests Examples Benchmarks/Encoder \
  Benchmarks/Micro/Package.swift Benchmarks/Micro/Benchmarks
# More options for the program that a target starts, as in: make demo ARGS="--port 4000"
ARGS ?=

.PHONY: help demo test build unit-test race-test end-to-end-test bench bench-parts bench-encoder fuzz-encoder lint format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

demo: build ## Show a moving picture in the browser: camera, broker and page in one process, no camera needed
	@echo "==> starting the demonstration; Ctrl-C ends it"
	@exec $(BROKERCTL) demo --clip $(CLIP) $(ARGS)

test: ## Check everything: style, then all tests, with a real camera, browser, publisher and viewer
	@Scripts/test

build: ## Compile brokerctl and the examples
	@Scripts/setup build
	@echo "==> compiling ($(CONFIGURATION)); the first time takes some minutes, for the dependencies"
	@swift build -c $(CONFIGURATION) --product brokerctl
	@swift build -c $(CONFIGURATION) --product EmbedInServer
	@swift build -c $(CONFIGURATION) --product CameraInProcess

unit-test: ## Only the Swift tests; ARGS="--filter NAME" picks some
	@Scripts/setup build
	@swift build -c $(CONFIGURATION) --build-tests
	@swift test -c $(CONFIGURATION) --skip-build --disable-xctest --no-parallel $(ARGS)

race-test: ## The broker's Swift tests under the thread sanitizer; ARGS="--filter NAME" picks some
	@Scripts/setup build
	@Scripts/race-test $(ARGS)

end-to-end-test: build ## Only the tests of the built programs from outside; ARGS="-k NAME" picks some
	@Scripts/setup test
	@BROKERCTL=$(abspath $(BROKERCTL)) .venv/bin/python -m pytest Tests/EndToEnd $(ARGS)

bench: build ## What a delivered frame costs, next to a bare server that only calls send(), and to nginx with nchan if installed
	@for load in "200 40000 30" "1000 40000 30" "1000 5000 30"; do \
	  echo "==> viewers, bytes, frames per second: $$load"; \
	  Benchmarks/FanOut/compare $$load $(ARGS); \
	done

bench-parts: ## What the parts of the frame path cost that need no socket
	@cd Benchmarks/Micro && swift package benchmark --no-progress $(ARGS)

bench-encoder: ## Bytes, likeness and CPU time of the live encoder and libwebp; CLIPS="FILE ..." picks the footage
	@Scripts/setup build
	@swift build -c $(CONFIGURATION) --product EncoderBenchmark
	@.build/$(CONFIGURATION)/EncoderBenchmark $(ARGS) $(CLIPS)

fuzz-encoder: ## Feed the live encoder's C part with what a fuzzer makes up, under sanitizers; ARGS=SECONDS
	@Scripts/fuzz-encoder $(ARGS)

lint: ## Check the style of the sources; change nothing
	@Scripts/lint

format: ## Bring the Swift sources into the project's style
	@swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

clean: ## Remove what was built, the Python environment included
	rm -rf .build .build-tsan Benchmarks/Micro/.build .venv Tests/EndToEnd/output
	find Tests/EndToEnd Benchmarks/FanOut -name __pycache__ -prune -exec rm -rf {} +
