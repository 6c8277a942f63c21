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

.PHONY: help demo test build install unit-test race-test sanitize-test end-to-end-test faults reconnects bench bench-parts \
  bench-encoder bench-capture bench-cameras fuzz fuzz-encoder autobahn hostile siege exactness lint format clean

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

install: build ## Install brokerctl, its manual, completions and systemd unit; PREFIX=/usr/local, DESTDIR for packagers
	@Scripts/install

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

faults: build ## Everything that a camera, a line or a broker can do wrong, all at once, and a table of what became of it
	@Scripts/setup test
	@BROKERCTL=$(abspath $(BROKERCTL)) .venv/bin/python -m pytest Tests/EndToEnd/test_faults.py $(ARGS)

bench: build ## What a delivered frame costs, next to a bare server that only calls send(), and to nginx with nchan if installed
	@for load in "200 40000 30" "1000 40000 30" "1000 5000 30"; do \
	  echo "==> viewers, bytes, frames per second: $$load"; \
	  Benchmarks/FanOut/compare $$load $(ARGS); \
	done

reconnects: build ## 1,000 times a camera that closes after a few pictures: memory, threads and descriptors of the publisher
	@Scripts/setup test
	@BROKERCTL=$(abspath $(BROKERCTL)) RECONNECTS=1000 .venv/bin/python -m pytest Tests/EndToEnd/test_reconnects.py $(ARGS)

bench-capture: build ## Our publish next to OpenCV + httpx and ffmpeg on one camera; ARGS="--clip FILE --size 1920x1080", or --clock
	@Scripts/setup test
	@.venv/bin/pip install --quiet --requirement Benchmarks/Capture/requirements.txt
	@.venv/bin/python Benchmarks/Capture/compare $(ARGS)

bench-cameras: build ## Four cameras by one run: do they hold their rate; ARGS="--cameras 4 --fps 15 --clip FILE"
	@Scripts/setup test
	@.venv/bin/python Benchmarks/Capture/many $(ARGS)

bench-parts: ## What the parts of the frame path cost that need no socket
	@cd Benchmarks/Micro && swift package benchmark --no-progress $(ARGS)

bench-encoder: ## Bytes, likeness and CPU time of the live encoder and libwebp; CLIPS="FILE ..." picks the footage
	@Scripts/setup build
	@swift build -c $(CONFIGURATION) --product EncoderBenchmark
	@.build/$(CONFIGURATION)/EncoderBenchmark $(ARGS) $(CLIPS)

exactness: ## Random pictures of the live encoder through libwebp, FFmpeg and Chromium; ARGS="PICTURES SEED CLIP ..."
	@Scripts/setup build
	@Scripts/exactness $(ARGS)

fuzz-encoder: ## Feed the live encoder's C part with what a fuzzer makes up, under sanitizers; ARGS=SECONDS
	@Scripts/fuzz-encoder $(ARGS)

fuzz: ## Feed everything that reads what others send with what a fuzzer makes up; SECONDS=600 for each of them
	@Scripts/setup test
	@Scripts/fuzz-all $(or $(SECONDS),60)

siege: build ## What viewers notice of 2,000 slow requests, floods of pings, of resets and of made-up streams, next to a quiet run
	@Scripts/setup test
	@.venv/bin/python Benchmarks/Siege/siege $(ARGS)

hostile: build ## What hostile clients send, one row each, and a table of what they are answered
	@Scripts/setup test
	@BROKERCTL=$(abspath $(BROKERCTL)) .venv/bin/python -m pytest Tests/EndToEnd/test_hostile.py -v $(ARGS)

autobahn: build ## The Autobahn testsuite on the WebSocket layer: 301 cases; needs Python 2.7 (pyenv); ARGS="6.*" picks some
	@BROKERCTL=$(abspath $(BROKERCTL)) Scripts/autobahn $(ARGS)

sanitize-test: ## The tests of capture and codec under the address sanitizer, then under the thread sanitizer
	@Scripts/setup build
	@Scripts/sanitize-test address $(ARGS)
	@Scripts/sanitize-test thread $(ARGS)

lint: ## Check the style of the sources; change nothing
	@Scripts/lint

format: ## Bring the Swift sources into the project's style
	@swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

clean: ## Remove what was built, the Python environment included
	rm -rf .build .build-tsan .build-asan .build-fuzz Benchmarks/Micro/.build .venv .tools .venv-autobahn .venv-autobahn.tool Tests/EndToEnd/output
	find Tests/EndToEnd Benchmarks/FanOut -name __pycache__ -prune -exec rm -rf {} +
