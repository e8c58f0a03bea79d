# The targets that test. Each ends with a line of points and seconds, see tests/tap.

# The name of a suite says which build was tested, unless it is the release build.
ON = $(if $(filter-out release,$(BUILD)),$(BUILD) )
SUITES = check-unit check-cli check-formats check-remote check-fault check-fs check-docs lint check-san check-peers-part
JOBS = -j2

# Metrics beside those of scikit-learn and SciPy, where these are installed.
.PHONY: check-peers check-dvc
check-peers: all
	@tests/tap "$(ON)peers" tests/peers/run --bin $(OUT)
	@tests/tap "$(ON)peers, folds" tests/peers/folds --bin $(OUT)
	@tests/tap "$(ON)peers, drift" tests/peers/drift --bin $(OUT)
# A repository that DVC made, and one with Git LFS: where they are installed.
check-dvc: all
	@tests/tap "$(ON)dvc" tests/peers/moving-in --bin $(OUT)
check-peers-part: all
	@tests/tap "$(ON)peers, a part" tests/peers/run --bin $(OUT) --tables 25
	@tests/tap "$(ON)peers, folds, a part" tests/peers/folds --bin $(OUT) --tables 3
	@tests/tap "$(ON)peers, drift, a part" tests/peers/drift --bin $(OUT) --tables 10

.PHONY: check $(SUITES) check-cli-plain check-cli-odd check-long check-chaos check-corpus fuzz fuzz-run bench demo
check:
	@.ci/deps build check
	@$(MAKE) --no-print-directory $(JOBS) all units
	@MAKE="$(MAKE)" tests/check $(SUITES)

check-unit: units
	@tests/tap "$(ON)unit" tests/unit/run $(UNITS)

check-cli: all
	@$(MAKE) --no-print-directory -k check-cli-plain check-cli-odd
check-cli-odd: all
	@tests/tap "$(ON)cli, odd settings" tests/cli/run --bin $(OUT) --odd
check-cli-plain: all
	@tests/tap "$(ON)cli" tests/cli/run --bin $(OUT)

# A suite of its own lies in tests/<name>/ and is started by tests/<name>/run, which prints TAP.
suite = $(if $(wildcard tests/$(1)/run),tests/tap "$(ON)$(1)" tests/$(1)/run --bin $(OUT),echo "$(1): 0 passed, 0 failed, 1 skipped in 0.0 s")
check-formats: all
	@$(call suite,formats)
check-remote: all units
	@$(call suite,remote)
# As many pushes and pulls between which and a server all goes wrong: a part of check-remote, and more of it.
RUNS = 1000
check-chaos: all
	@RUNS=$(RUNS) tests/tap "$(ON)chaos" tests/remote/run --bin $(OUT) chaos
check-fault: all
	@$(MAKE) --no-print-directory $(JOBS) BUILD=fault all
	@$(call suite,fault)
check-fs: all
	@$(call suite,fs)
check-docs: all
	@tests/tap docs tests/lint/docs
lint: all
	@tests/tap lint tests/lint/run

check-san:
	@$(MAKE) --no-print-directory $(JOBS) BUILD=san all units fuzzers
	@status=0; for suite in check-unit check-cli-plain check-corpus; do \
	  $(MAKE) --no-print-directory BUILD=san $$suite || status=1; done; exit $$status

# All that the suites above take a part of, and what takes minutes: ARGS="--only chaos --minutes 10 --seed x".
ARGS =
check-long: all units
	@.ci/deps build check long
	@MAKE="$(MAKE)" tests/long/run $(ARGS)

# What the fuzz drivers have seen before, and changes of it; `make fuzz SECONDS=600` looks for more.
SECONDS = 60
check-corpus: fuzzers
	@tests/tap "$(ON)corpus" tests/fuzz/run $(FUZZERS)
fuzz:
	@.ci/deps build long
	@$(MAKE) --no-print-directory $(JOBS) BUILD=fuzz fuzzers
	@$(MAKE) --no-print-directory BUILD=fuzz fuzz-run
fuzz-run:
	@tests/tap fuzz tests/fuzz/run $(SECONDS) $(FUZZERS)

bench: all
	@tests/bench/run $(BENCH)

demo:
	@.ci/deps build demo
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/demo/run
