# mlv - see README.md. `make help` lists the targets.
CC ?= cc
PREFIX ?= /usr/local
DESTDIR ?=
VERSION = 0.1.0

# Which build: release (the default), san (ASan and UBSan) or fault (calls that can be made to fail).
BUILD ?= release
OUT = build/$(BUILD)

STD = -std=c17 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 -I.
WARN = -Wall -Wextra -Wpedantic -Werror -Wshadow -Wvla -Wundef -Wconversion -Wformat=2 \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wwrite-strings \
  -Wpointer-arith -Wcast-qual -Wnull-dereference -Wimplicit-fallthrough -fno-common
CFLAGS ?= -O2 -g
HARDEN = -fstack-protector-strong -fPIC
FLAGS_release = -D_FORTIFY_SOURCE=2
FLAGS_san = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -DMLV_FAULTS
FLAGS_fault = -DMLV_FAULTS
DEFS = -DMLV_VERSION='"$(VERSION)"' -DMLV_LIBEXEC='"$(PREFIX)/libexec/mlv"'
ALL = $(STD) $(WARN) $(CFLAGS) $(HARDEN) $(FLAGS_$(BUILD)) $(DEFS) $(EXTRA)

# What wraps libgit2 or libcurl is loaded on first use, so it lies in modules of its own.
GIT_SRC = $(wildcard core/repo/git_module*.c)
NET_SRC = $(wildcard remote/net_module*.c)
CORE_SRC = $(filter-out $(GIT_SRC),$(wildcard core/*/*.c)) $(filter-out $(NET_SRC),$(wildcard remote/*.c))
CMD_SRC = $(wildcard cmd/*.c)
UNIT_SRC = $(wildcard tests/unit/*.c)

obj = $(patsubst %.c,$(OUT)/%.o,$(1))
PKG = pkg-config
LIBS = -lcrypto -lz -ljansson -lfyaml -lpthread -ldl -lm

.DEFAULT_GOAL = all
.PHONY: all
all: mlv mlv-git.so mlv-net.so

mlv mlv-git.so mlv-net.so: %: $(OUT)/%
	cp -f $< $@.tmp && mv -f $@.tmp $@

$(OUT)/mlv: $(call obj,$(CMD_SRC) $(CORE_SRC))
	$(CC) $(ALL) -pie -rdynamic -Wl,-z,relro,-z,now -Wl,--as-needed -o $@ $^ $(LIBS)
$(OUT)/mlv-git.so: $(call obj,$(GIT_SRC))
	$(CC) $(ALL) -shared -o $@ $^ -lgit2
$(OUT)/mlv-net.so: $(call obj,$(NET_SRC))
	$(CC) $(ALL) -shared -o $@ $^ -lcurl

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL) $(FLAGS_$(notdir $*)) -MMD -MP -c -o $@ $<
# Vector lanes are chosen at run time; only their own files may use the instructions.
FLAGS_sha256_avx2 = -mavx2 -O3
FLAGS_sha256_avx512 = -mavx512f -mavx512bw -mavx512vl -O3
-include $(patsubst %.o,%.d,$(call obj,$(CMD_SRC) $(CORE_SRC) $(GIT_SRC) $(NET_SRC) $(UNIT_SRC)))

# Unit tests: everything but main(), linked with criterion. `make unit ONLY=tree` builds test_tree.c alone.
UNITS = $(patsubst tests/unit/%.c,$(OUT)/%,$(UNIT_SRC))
$(OUT)/test_%: $(OUT)/tests/unit/test_%.o $(filter-out $(OUT)/cmd/main.o,$(call obj,$(CMD_SRC) $(CORE_SRC)))
	$(CC) $(ALL) -rdynamic -o $@ $^ -lcriterion $(LIBS)
.PHONY: units
units: $(UNITS) $(OUT)/mlv-git.so $(OUT)/mlv-net.so

.PHONY: clean
clean:
	rm -rf build mlv mlv-git.so mlv-net.so bench.json

include tests/tests.mk
