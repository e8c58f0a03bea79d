# mlv - see README.md. `make help` lists the targets; V=1 shows the commands.
CC ?= cc
PREFIX ?= /usr/local
DESTDIR ?=
VERSION = 0.1.0

# Which build: release (the default), san (ASan and UBSan), tsan, fault (calls that can be made to fail), clang, fuzz.
BUILD ?= release
OUT = build/$(BUILD)
ifneq ($(filter clang fuzz,$(BUILD)),)
CC = clang
endif

STD = -std=c17 -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 -I.
WARN = -Wall -Wextra -Wpedantic -Werror -Wshadow -Wvla -Wundef -Wconversion -Wformat=2 \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wwrite-strings \
  -Wpointer-arith -Wcast-qual -Wnull-dereference -Wimplicit-fallthrough -fno-common
CFLAGS ?= -O2 -g
HARDEN = -fstack-protector-strong -fPIC
FLAGS_release = -D_FORTIFY_SOURCE=2
FLAGS_san = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -DMLV_FAULTS
FLAGS_tsan = -fsanitize=thread -fno-omit-frame-pointer
FLAGS_fault = -DMLV_FAULTS
# Results are the same on every machine: no product is joined with a sum.
FLAGS_eval = -ffp-contract=off
FLAGS_fuzz = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -DMLV_FAULTS
DEFS = -DMLV_VERSION='"$(VERSION)"' -DMLV_LIBEXEC='"$(PREFIX)/libexec/mlv"'
ALL = $(STD) $(WARN) $(CFLAGS) $(HARDEN) $(FLAGS_$(BUILD)) $(DEFS) $(EXTRA)

# What wraps libgit2, libcurl or libexpat is loaded on first use, so it lies in modules of its own.
GIT_SRC = $(wildcard core/repo/git/module*.c)
NET_SRC = $(wildcard remote/net/module*.c)
CORE_SRC = $(filter-out $(GIT_SRC),$(wildcard core/*/*.c core/*/*/*.c)) \
	$(filter-out $(NET_SRC),$(wildcard remote/*.c remote/*/*.c))
CMD_SRC = $(wildcard cmd/*.c cmd/*/*.c)
UNIT_SRC = $(wildcard tests/unit/*.c)
FUZZ_SRC = $(wildcard tests/fuzz/*.c)

obj = $(patsubst %.c,$(OUT)/%.o,$(1))
LIBS = -lcrypto -lz -lzstd -ljansson -lfyaml -lpthread -ldl -lm
V ?= 0
ifeq ($(V),0)
Q = @echo "  $(1)" &&
endif

.SECONDARY:
.DEFAULT_GOAL = all
.PHONY: all
ifeq ($(BUILD),release)
all: mlv mlv-git.so mlv-net.so
else
all: $(OUT)/mlv $(OUT)/mlv-git.so $(OUT)/mlv-net.so
endif

mlv mlv-git.so mlv-net.so: %: $(OUT)/%
	@cp -f $< $@.tmp && mv -f $@.tmp $@

$(OUT)/mlv: $(call obj,$(CMD_SRC) $(CORE_SRC))
	$(call Q,link $@) $(CC) $(ALL) -pie -rdynamic -Wl,-z,relro,-z,now -Wl,--as-needed -o $@ $^ $(LIBS)
$(OUT)/mlv-git.so: $(call obj,$(GIT_SRC))
	$(call Q,link $@) $(CC) $(ALL) -shared -o $@ $^ -lgit2
$(OUT)/mlv-net.so: $(call obj,$(NET_SRC))
	$(call Q,link $@) $(CC) $(ALL) -shared -o $@ $^ -lcurl -lexpat

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(call Q,$(CC) $<) $(CC) $(ALL) $(FLAGS_$(notdir $*)) $(if $(filter core/eval/%,$*),$(FLAGS_eval)) -MMD -MP -c -o $@ $<
# Vector lanes are chosen at run time; only their own files may use the instructions.
ifneq ($(filter x86_64 amd64 i%86,$(shell uname -m)),)
FLAGS_avx2 = -mavx2
FLAGS_avx512 = -mavx512f -mavx512bw -mavx512vl
endif
-include $(patsubst %.o,%.d,$(call obj,$(CMD_SRC) $(CORE_SRC) $(GIT_SRC) $(NET_SRC) $(UNIT_SRC) $(FUZZ_SRC)))

# Unit tests: everything but main(), linked with criterion.
UNITS = $(patsubst tests/unit/%.c,$(OUT)/%,$(filter tests/unit/test_%,$(UNIT_SRC)))
$(OUT)/test_%: $(OUT)/tests/unit/test_%.o $(filter-out $(OUT)/cmd/main.o,$(call obj,$(CMD_SRC) $(CORE_SRC)))
	$(call Q,link $@) $(CC) $(ALL) -rdynamic -o $@ $^ -lcriterion $(LIBS)
# What several tests share; those that no server answers are skipped.
$(addprefix $(OUT)/test_,endpoint faults http s3 sftp uploads): $(OUT)/tests/unit/remote_check.o
# What these show lies in a module.
$(OUT)/test_xml $(OUT)/test_s3 $(OUT)/fuzz_xml $(OUT)/fuzz_s3 $(OUT)/fuzz_keys: $(OUT)/remote/net/module_xml.o
$(OUT)/test_xml $(OUT)/test_s3 $(OUT)/fuzz_xml $(OUT)/fuzz_s3 $(OUT)/fuzz_keys: LIBS += -lexpat
# Fuzz drivers: BUILD=fuzz links them with a fuzzer, the other builds with a main() that replays a corpus.
FUZZERS = $(patsubst tests/fuzz/%.c,$(OUT)/%,$(filter tests/fuzz/fuzz_%,$(FUZZ_SRC)))
FUZZ_MAIN = $(if $(filter fuzz,$(BUILD)),,$(OUT)/tests/fuzz/replay.o)
$(OUT)/fuzz_%: $(OUT)/tests/fuzz/fuzz_%.o $(FUZZ_MAIN) $(call obj,$(CORE_SRC))
	$(call Q,link $@) $(CC) $(ALL) $(if $(FUZZ_MAIN),,-fsanitize=fuzzer) -rdynamic -o $@ $^ $(LIBS)
.PHONY: fuzzers
fuzzers: $(FUZZERS)

.PHONY: units
units: $(UNITS) $(OUT)/mlv-git.so $(OUT)/mlv-net.so

# ---- installing

TO = $(DESTDIR)$(PREFIX)
PAGES1 = $(notdir $(wildcard man/*.1))
PAGES5 = $(notdir $(wildcard man/*.5))
SHELLS = share/bash-completion/completions share/zsh/site-functions share/fish/vendor_completions.d

.PHONY: install uninstall
install: all
	@for d in bin libexec/mlv share/man/man1 share/man/man5 $(SHELLS); do install -d "$(TO)/$$d" || exit 1; done
	install -m 755 mlv "$(TO)/bin/mlv"
	install -m 644 mlv-git.so mlv-net.so "$(TO)/libexec/mlv"
	install -m 644 $(PAGES1:%=man/%) "$(TO)/share/man/man1"
	$(if $(PAGES5),install -m 644 $(PAGES5:%=man/%) "$(TO)/share/man/man5")
	install -m 644 completions/mlv.bash "$(TO)/share/bash-completion/completions/mlv"
	install -m 644 completions/_mlv "$(TO)/share/zsh/site-functions/_mlv"
	install -m 644 completions/mlv.fish "$(TO)/share/fish/vendor_completions.d/mlv.fish"

uninstall:
	rm -f "$(TO)/bin/mlv" "$(TO)/libexec/mlv/mlv-git.so" "$(TO)/libexec/mlv/mlv-net.so" \
	  "$(TO)/share/bash-completion/completions/mlv" "$(TO)/share/zsh/site-functions/_mlv" \
	  "$(TO)/share/fish/vendor_completions.d/mlv.fish" \
	  $(PAGES1:%="$(TO)/share/man/man1/%") $(PAGES5:%="$(TO)/share/man/man5/%")
	-rmdir "$(TO)/libexec/mlv"

# ---- the rest

.PHONY: help deps completions dist clean
help:
	@echo "make               build mlv and its modules here"
	@echo "make install       into PREFIX ($(PREFIX)) below DESTDIR; make uninstall takes it away"
	@echo "make demo          the main job, on real data, in a temporary folder"
	@echo "make check         all tests; check-unit check-cli check-formats check-remote check-fault check-fs check-docs lint check-san alone"
	@echo "make check-long    the tests that take long"
	@echo "make check-peers   metrics beside those of scikit-learn and SciPy, on 500 random tables"
	@echo "make check-chaos   pushes and pulls through a proxy that goes wrong, 1000 of them; RUNS=30"
	@echo "make bench         speed beside the reference of each bar; writes bench.json; BENCH=\"--runs 3 add\": a part"
	@echo "make fuzz          fuzz drivers over their corpus"
	@echo "make deps          install the Debian packages that all of this needs"
	@echo "make completions   write completions/ anew from the option tables"
	@echo "make dist          mlv-$(VERSION).tar.gz of what is committed"
	@echo "make clean         remove what was built"

deps:
	@.ci/deps build check long demo bench

completions: all
	@for f in bash:mlv.bash zsh:_mlv fish:mlv.fish; do \
	  ./mlv __options | completions/generate $${f%:*} >build/completion && cp build/completion completions/$${f#*:} || exit 1; done


dist:
	git archive --prefix=mlv-$(VERSION)/ -o mlv-$(VERSION).tar.gz HEAD
	@echo "mlv-$(VERSION).tar.gz: $$(wc -c <mlv-$(VERSION).tar.gz) bytes"

clean:
	rm -rf build mlv mlv-git.so mlv-net.so bench.json mlv-$(VERSION).tar.gz

include tests/tests.mk

# For tests/lint/clang, which compiles with the same flags.
.PHONY: print-flags
print-flags:
	@echo "$(subst ",\",$(ALL))"
