PYTHON ?= python3
VENV   ?= .venv
PY     := $(VENV)/bin/python
MIX    ?=
ROUTE  ?=
WRITE  ?=
CLIPS  ?=
MUSIC  ?=
DEVICE ?=
LONG   ?=
SECONDS ?=
RELEASE ?= bookworm
TESTS  ?=
QUICK  ?=
FRESH  ?=

.PHONY: help demo picture test plain box extras fresh lint bench count clicks docs site clean build setup hardware hardware-check hardware-boards test-box try-install
help:
	@echo "make demo             build, and run the box on virtual hardware; results in out/ (MIX=file, DEVICE=hw:...: real ones)"
	@echo "make test             build, and run all tests"
	@echo "make lint             check style and spelling with ruff and codespell"
	@echo "make docs             write the generated documents and figures"
	@echo "make site             build the documentation as web pages in build/site"
	@echo "make test-box         run the box on a Linux kernel with virtual hardware (LONG=1: long drills, too)"
	@echo "make test-browser     drive the page of \`burnish web\` in Chromium (LONG=1: a minute of drawing, an hour of frames, 20 unplugs)"
	@echo "make test-box-stock   run the audio of the box on Debian's real-time kernel in an emulator that counts instructions"
	@echo "make try-install      install a box in an emulated Debian system (RELEASE=trixie or bookworm)"
	@echo "make try-service      start the installed service in a container with systemd, make it fail, update it"
	@echo "make fresh            run demo and test in bare installations of Debian 12 and 13 (QUICK=1: fewer tests)"
	@echo "make extras           print whether pip can install each extra, for each Python and machine"
	@echo "make bench            compare the speed with other programs"
	@echo "make records-setup    install cdrdao, cuetools and other programs, which read deliveries back in tests"
	@echo "make catalogue        measure 2000 files on a local cluster whose workers are killed"
	@echo "make bench-sound      compare limiters at the same loudness (CLIPS=folder: real music; QUICK=1; WRITE=1: documents)"
	@echo "make bench-match      compare burnish match with Matchering (CLIPS=folder: real music, too)"
	@echo "make count            compare instruction counts on an emulated aarch64 with the committed ones (WRITE=1: write new ones)"
	@echo "make clicks           measure every change of every setting for clicks, in about ten minutes"
	@echo "make corpus           measure the ceiling of the limiter on 10 000 hostile sounds while settings move"
	@echo "make hardware         write the drawings and lists of hardware/"
	@echo "make hardware-check   check hardware/ with KiCad, ngspice, OpenSCAD and dtc"
	@echo "make hardware-boards  write both boards for KiCad and for a board manufacturer"
	@echo "make picture          renew the README's picture from a demo"
	@echo "make clean            delete everything that was built"

# One stamp for packages and environment. They are made again when their sources change.
$(VENV)/.stamp: pyproject.toml setup.py tools/setup.sh
	PYTHON=$(PYTHON) VENV=$(VENV) sh tools/setup.sh
	@touch $@

setup: $(VENV)/.stamp

build: $(VENV)/.stamp
	$(PY) setup.py -q build_ext --inplace

demo: build
	$(PY) -m demo $(if $(MIX),--mix "$(MIX)") $(if $(DEVICE),--device "$(DEVICE)")

picture: demo
	$(PY) -m demo.picture
	$(PY) -m demo.front

# On all cores, each file in one process; TESTS="tests/dsp_ext -x" runs these only, in one process.
test: build
	$(PY) -m pytest $(if $(TESTS),$(TESTS),-n auto --dist loadfile)

# 2000 short files on a local Dask cluster whose workers are killed at random, beside one process.
.PHONY: catalogue
catalogue: build
	$(PY) -m pytest -m catalogue -s --write-docs tests/host_cli/records

# The programs that read deliveries back in tests of records; without them those tests are left out, with the reason.
.PHONY: records-setup
records-setup:
	sh tools/records_setup.sh

# The real burnishd on a Linux kernel with virtual hardware, in virtual time: see tests/box/README.md. LONG=1 adds the long
# drills. WRITE=1 renews docs/DRILLS.md.
test-box: build
	sh tools/box_setup.sh
	LONG=$(LONG) $(PY) -m pytest -m box -s $(if $(WRITE),--write-docs) tests/box

# The page of `burnish web` in Chromium, against a simulated box; renews the pictures in docs/plots/web. LONG=1 adds the long
# measurements.
.PHONY: test-browser
test-browser: build
	VENV=$(VENV) sh tools/browser_setup.sh
	LONG=$(LONG) $(PY) -m pytest -m browser -s tests/host_cli/web

# The same audio processes on Debian's unmodified real-time kernel, in an emulator whose instructions take time (SECONDS=60: longer;
# WRITE=1: renews docs/DRILLS.md).
.PHONY: test-box-stock
test-box-stock: build
	sh tools/box_setup.sh
	SECONDS=$(SECONDS) $(PY) -m pytest -m stock -s $(if $(WRITE),--write-docs) tests/box

# Installs a box twice into an emulated Debian system for arm64, and runs tests of the DSP there. Needs root. WRITE=1 keeps the
# output in docs/install.
try-install: build
	wheel=$$(sh tools/cross_wheel.sh $(RELEASE) build/arm64) && \
		$(PY) tools/install_transcript.py $(RELEASE) $(if $(WRITE),--write) sh tools/try_install.sh $(RELEASE) $$wheel

# Installs a box into a Debian system for this machine, starts its service in a container whose first process is systemd, makes it
# fail, and updates it. Needs root and a Python of the release's version. WRITE=1 keeps the output in docs/install.
.PHONY: try-service
try-service: build
	wheel=$$(ARCH=native sh tools/cross_wheel.sh $(RELEASE) build/native) && [ -n "$$wheel" ] && ARCH=native sh tools/box_root.sh $(RELEASE) build/native/$(RELEASE) && \
		$(PY) tools/install_transcript.py service-$(RELEASE) $(if $(WRITE),--write) sh tools/try_service.sh build/native/$(RELEASE) $$wheel

# What a laptop gets: the plain install, in a separate environment without ALSA and GPIO, renders a file.
plain: $(VENV)/.stamp
	rm -rf build/plain
	$(PYTHON) -m venv build/plain
	build/plain/bin/python -m pip install -q .
	build/plain/bin/python tools/check_plain.py

# What a box gets: the extra `box`, in a separate environment, contains every library that the box imports.
box: build
	rm -rf build/box
	$(PYTHON) -m venv build/box
	build/box/bin/python tools/check_box.py

# Whether pip can install each extra for every supported Python and machine.
extras: $(VENV)/.stamp
	$(PY) tools/extras.py

# Both commands of the README in bare installations of Debian 12 and 13; needs root and mmdebstrap.
fresh:
	sh tools/fresh_setup.sh
	$(PYTHON) -m tools.fresh $(if $(QUICK),--quick) $(FRESH)

lint: $(VENV)/.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/codespell

bench: build
	VENV=$(VENV) sh tools/bench_setup.sh
	$(PY) -m pytest -m bench -s --write-docs tests/bench

# CLIPS=folder: adds real music to the synthesised music. MUSIC="name ...": only these pieces. QUICK=1: two loudness targets
# instead of five.
bench-sound: build
	VENV=$(VENV) sh tools/bench_sound_setup.sh
	$(PY) -m tests.bench.sound $(if $(CLIPS),--clips "$(CLIPS)") $(if $(MUSIC),--music $(MUSIC)) \
		$(if $(QUICK),--quick) $(if $(WRITE),--write-docs)

# Matching beside Matchering, on synthesised songs; CLIPS=folder adds real music. Writes the table and the plot of docs/ASSISTANT.md.
.PHONY: bench-match
bench-match: build
	PYTHON=$(PYTHON) sh tools/bench_match_setup.sh
	CLIPS="$(CLIPS)" $(PY) -m pytest -m match -s --write-docs tests/bench/test_bench_match.py tests/host_cli/assistant

count: build
	sh tools/count_setup.sh
	$(PY) -m pytest -m count $(if $(WRITE),--write-docs) tests/count

# Drawings, lists and schematics of hardware/, from its circuits and tables.
hardware: build
	$(PY) -m tools.hardware

# Installs KiCad, ngspice, OpenSCAD and dtc, and checks rules, netlists, simulations over tolerances, and boards with them.
hardware-check: hardware
	sh tools/hardware_setup.sh
	$(PY) -m pytest -m hardware tests/hardware_check $(if $(WRITE),--write-docs)

# Both boards as KiCad files, gerbers and pictures in build/hardware/boards (ROUTE=1: route them again).
hardware-boards: hardware
	sh tools/hardware_setup.sh
	$(PY) -m tools.hardware.boards $(if $(ROUTE),--route)

# The limiter on 10 000 hostile sounds at six rates, while its settings move: about ten minutes on two cores.
.PHONY: corpus
corpus: build
	$(PY) -m pytest -m corpus -s --write-docs tests/dsp_ext/limiter

# Every parameter and every pair of presets, three tones, four rates: about ten minutes.
clicks: build
	$(PY) -m pytest -m clicks -s --write-docs tests/dsp_ext/test_clicks.py

docs: build
	$(PY) -m pytest -q --write-docs

.PHONY: site
site: $(VENV)/.stamp
	VENV=$(VENV) sh tools/site.sh

clean:
	rm -rf build dist out *.egg-info .pytest_cache .hypothesis .ruff_cache
	find dsp_ext -name "*.c" -delete -o -name "*.so" -delete
