# gridward. `make demo` and `make check` do all the set-up on a bare Debian 12; `make help` lists the rest.
VERSION := 0.1.0
CC ?= cc
B ?= build
# The programs lie at the root; another build folder (clang, sanitizers) keeps its own.
BIN := $(if $(filter build,$(B)),,$(B)/)
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/gridward
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
PKGS := libsodium inih libzstd sqlite3 libcjson libcurl ncursesw libmicrohttpd
# Nothing is asked of pkg-config before the packages are there (make setup).
pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)

OPT ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wconversion -Wno-sign-conversion -Werror
HARD := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fcf-protection
ifneq ($(filter-out -O0,$(filter -O%,$(OPT))),)
else
HARD := -fstack-protector-strong -fPIE
endif
CPPFLAGS += -I. -I$(B)/gen -D_GNU_SOURCE -DGW_VERSION='"$(VERSION)"' \
  -DGW_LIBEXECDIR='"$(LIBEXECDIR)"' -DGW_LOCALEDIR='"$(DATADIR)/locale"' \
  -DGW_RULESDIR='"$(DATADIR)/gridward/rules"'
# Sanitizers change what the optimiser sees; the plain builds keep this warning.
# clang does not know these two and would make an error of that.
ifneq ($(SAN),)
WARN += -Wno-unknown-warning-option -Wno-format-truncation -Wno-stringop-truncation
endif
CFLAGS_ALL = -std=gnu17 $(OPT) $(WARN) $(HARD) $(SAN) $(CFLAGS)
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now $(SAN) $(LDFLAGS)
LIBS_BASE = $(call pkg,--libs,libsodium inih libzstd sqlite3) -lm
# libcurl is loaded when the network is first needed (http/curl_p.h).
LIBS_CLIENT = $(call pkg,--libs,ncursesw libcjson libqrencode) $(LIBS_BASE)
LIBS_SERVER = $(call pkg,--libs,libmicrohttpd libcjson) $(LIBS_BASE)
LIBS_NOTIFY = $(call pkg,--libs,libnotify) $(LIBS_BASE)

FOLDERS := base model api rules http offline-db sync tui cli dispatchd notify
src = $(filter-out %/main.c,$(wildcard $(1)/*.c))
obj = $(patsubst %.c,$(B)/obj/%.o,$(call src,$(1)))
lib = $(patsubst %,$(B)/lib/%.a,$(1))

MAKEFLAGS += --no-print-directory
# make would throw the generated schema away again
.SECONDARY:
.PHONY: all help setup demo check check-quick check-long tests-bin bench bench-bin asan fuzz man pictures pot install clean programs libs
.DEFAULT_GOAL := all

all: setup
	@$(MAKE) --no-print-directory programs

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# ---- set-up: installs with apt-get when it may, else prints the one line to run
setup:
	@tools/setup.sh build

programs: $(BIN)gridward $(BIN)gridward-dispatchd $(BIN)gridward-notify $(B)/locale/zh_CN/LC_MESSAGES/gridward.mo

CLIENT_DIRS := cli tui notify sync http offline-db rules api model base
SERVER_DIRS := dispatchd http rules api model base
grp = -Wl,--start-group $(call lib,$(1)) -Wl,--end-group

$(BIN)gridward: $(B)/obj/gridward.o $(call lib,$(CLIENT_DIRS))
	@echo '  ld $@'
	@$(CC) $(LDFLAGS_ALL) -o $@ $< $(call grp,$(CLIENT_DIRS)) $(LIBS_CLIENT)
$(BIN)gridward-dispatchd: $(B)/obj/dispatchd/main.o $(call lib,$(SERVER_DIRS))
	@echo '  ld $@'
	@$(CC) $(LDFLAGS_ALL) -o $@ $< $(call grp,$(SERVER_DIRS)) $(LIBS_SERVER)
$(BIN)gridward-notify: $(B)/obj/notify/main.o $(call lib,base notify)
	@echo '  ld $@'
	@$(CC) $(LDFLAGS_ALL) -o $@ $< $(call grp,notify base) $(LIBS_NOTIFY)

define FOLDER_RULE
$(B)/lib/$(1).a: $(call obj,$(1)) $(if $(filter $(1),offline-db dispatchd),$(B)/obj/gen/$(1)_schema.o)
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call FOLDER_RULE,$(f))))

$(B)/obj/notify/%.o: CPPFLAGS += $(call pkg,--cflags,libnotify)
$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo '  cc $<'
	@$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
$(B)/obj/gen/%.o: $(B)/gen/%.c
	@mkdir -p $(@D)
	@echo '  cc $<'
	@$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# schema/000N_name.sql -> one C table of migrations, in order
$(B)/gen/%_schema.c: tools/embed-sql.sh $(wildcard offline-db/schema/*.sql dispatchd/schema/*.sql)
	@mkdir -p $(@D)
	tools/embed-sql.sh $* >$@

# ---- languages: one catalogue from the folders' parts
PO_PARTS := $(wildcard po/zh_CN/*.po)
$(B)/locale/zh_CN/LC_MESSAGES/gridward.mo: $(PO_PARTS)
	@mkdir -p $(@D)
	@msgcat --use-first --no-location -o $(B)/zh_CN.po $(PO_PARTS)
	@msgfmt --check-format -o $@ $(B)/zh_CN.po

# ---- tests: every tests/unit/<folder>/test_*.c and tests/<kind>/test_*.c is a cmocka program
ALL_DIRS := $(FOLDERS)
TEST_SRC = $(wildcard tests/unit/*/test_*.c tests/screens/test_*.c tests/sim/test_*.c tests/crash/test_*.c)
TEST_BIN = $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SRC))
# the simulation is one program of several files
SIM_KIT = $(patsubst %.c,$(B)/obj/%.o,$(filter-out tests/sim/test_%,$(wildcard tests/sim/*.c)))
TEST_KIT = $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/kit/*.c))
$(B)/tests/sim/%: TEST_KIT += $(SIM_KIT)
$(B)/tests/sim/test_sim $(B)/tests/sim/test_claims: $(SIM_KIT)
$(B)/tests/%: $(B)/obj/tests/%.o $(TEST_KIT) $(call lib,$(ALL_DIRS))
	@mkdir -p $(@D)
	@echo '  ld $@'
	@$(CC) $(LDFLAGS_ALL) -o $@ $< $(TEST_KIT) $(call grp,$(ALL_DIRS)) -lcmocka -lvterm -lutil \
	  $(LIBS_CLIENT) $(LIBS_SERVER)
$(B)/gen-alarm-table: $(B)/obj/tools/gen-alarm-table.o $(call lib,model base)
	@$(CC) $(LDFLAGS_ALL) -o $@ $< $(call grp,model base) $(LIBS_BASE)
# random polls for the second count of tests/oracle
$(B)/election-cases: $(B)/obj/tests/oracle/election_cases.o $(call lib,model base)
	@echo '  ld $@'
	@$(CC) $(LDFLAGS_ALL) -o $@ $< $(call grp,model base) $(LIBS_BASE)
docs/alarm-states.md: $(B)/gen-alarm-table
	$< >$@
tests-bin: $(B)/gen-alarm-table $(B)/election-cases $(TEST_BIN) $(B)/locale/zh_CN/LC_MESSAGES/gridward.mo

# ---- bench programs, one each; a peer only where its library is installed
BENCH_PEERS = nchan $(if $(call pkg,--libs,libmosquitto),mqtt) $(if $(call pkg,--libs,libpq),pg)
BENCH_BIN = $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/bench_*.c)) \
  $(patsubst %,$(B)/bench/peer_%,$(BENCH_PEERS))
BENCH_KIT = $(B)/obj/tests/bench/bench.o $(B)/obj/tests/bench/source.o
PEER_KIT = $(B)/obj/tests/bench/peer.o $(BENCH_KIT)
$(B)/bench/bench_overview: BENCH_KIT += $(B)/obj/tests/kit/elections.o
$(B)/bench/bench_overview: $(B)/obj/tests/kit/elections.o
$(B)/bench/bench_%: $(B)/obj/tests/bench/bench_%.o $(BENCH_KIT) $(call lib,$(CLIENT_DIRS))
	@mkdir -p $(@D)
	@echo '  ld $@'
	@$(CC) $(LDFLAGS_ALL) -o $@ $< $(BENCH_KIT) $(call grp,$(CLIENT_DIRS)) $(LIBS_CLIENT)
$(B)/obj/tests/bench/peer_pg.o: CPPFLAGS += $(call pkg,--cflags,libpq)
$(B)/bench/peer_mqtt: LIBS_PEER = $(call pkg,--libs,libmosquitto)
$(B)/bench/peer_pg: LIBS_PEER = $(call pkg,--libs,libpq)
$(B)/bench/peer_%: $(B)/obj/tests/bench/peer_%.o $(PEER_KIT) $(call lib,base)
	@mkdir -p $(@D)
	@echo '  ld $@'
	@$(CC) $(LDFLAGS_ALL) -o $@ $< $(PEER_KIT) $(call grp,base) $(LIBS_PEER) $(LIBS_BASE)
bench-bin: $(BENCH_BIN)

# ---- what a person runs
demo: setup ## build, start a server with a community, ring the article's alarm, open the console
	@$(MAKE) --no-print-directory programs
	@tools/demo.sh

check: ## every test, within 15 minutes on two cores; ends with `N passed, N failed`
	@tools/setup.sh build
	@tools/setup.sh check
	@$(MAKE) --no-print-directory -j2 programs tests-bin
	@tests/run.sh all

check-quick: ## unit, screens, simulation only
	@$(MAKE) --no-print-directory -j2 programs tests-bin
	@tests/run.sh quick

check-long: ## the long forms: 1,000 kills, 5,000 seeds, minutes of fuzzing
	@tools/setup.sh build
	@tools/setup.sh check
	@$(MAKE) --no-print-directory -j2 programs tests-bin
	@tests/run.sh long

bench: ## figures beside the installed peers, as ratios; OUT=FILE keeps the table
	@tools/setup.sh build
	@tools/setup.sh check
	@tools/setup.sh bench || true
	@$(MAKE) --no-print-directory -j2 programs bench-bin
	@B=$(B) tests/bench/run.sh $(if $(OUT),--out '$(OUT)')

asan: ## unit tests and screens under ASan and UBSan
	@$(MAKE) --no-print-directory -j2 B=build-asan OPT='-O1 -g' SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined' tests-bin

fuzz: ## each fuzz target for 10 s
	@tests/fuzz/run.sh 10

man: ## check the manual pages
	@tools/check-man.sh

# ---- pictures of the READMEs, from the real programs (rsvg-convert and a CJK font are needed)
$(B)/tools/screenshot: $(B)/obj/tools/screenshot.o $(B)/obj/tests/kit/screen.o $(call lib,base)
	@mkdir -p $(@D)
	@echo '  ld $@'
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ -lvterm -lutil $(LIBS_BASE)
pictures: programs $(B)/tools/screenshot ## docs/img/*.png, from a real server and a real console
	@tools/screenshot.sh $(B)/tools/screenshot docs/img

pot: ## po/gridward.pot from the sources
	@mkdir -p $(B)
	xgettext -k_ -kN_ --from-code=UTF-8 --package-name=gridward -o $(B)/gridward.pot \
	  gridward.c $(foreach f,$(FOLDERS),$(wildcard $(f)/*.[ch]))

install: programs ## into $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(MANDIR)/man1 \
	  $(DESTDIR)$(MANDIR)/man7 $(DESTDIR)$(MANDIR)/zh_CN/man1 $(DESTDIR)$(MANDIR)/zh_CN/man7 \
	  $(DESTDIR)$(DATADIR)/locale/zh_CN/LC_MESSAGES \
	  $(DESTDIR)$(DATADIR)/gridward/rules/notices $(DESTDIR)$(DATADIR)/gridward/rules/practice \
	  $(DESTDIR)$(DATADIR)/doc/gridward \
	  $(DESTDIR)$(DATADIR)/bash-completion/completions $(DESTDIR)$(DATADIR)/zsh/site-functions
	install -m 755 gridward gridward-dispatchd $(DESTDIR)$(BINDIR)
	install -m 755 gridward-notify $(DESTDIR)$(LIBEXECDIR)
	install -m 644 man/*.1 $(DESTDIR)$(MANDIR)/man1
	install -m 644 man/*.7 $(DESTDIR)$(MANDIR)/man7
	install -m 644 man/zh_CN/*.1 $(DESTDIR)$(MANDIR)/zh_CN/man1
	install -m 644 man/zh_CN/*.7 $(DESTDIR)$(MANDIR)/zh_CN/man7
	install -m 644 $(B)/locale/zh_CN/LC_MESSAGES/gridward.mo $(DESTDIR)$(DATADIR)/locale/zh_CN/LC_MESSAGES
	install -m 644 packaging/completion/gridward.bash $(DESTDIR)$(DATADIR)/bash-completion/completions/gridward
	install -m 644 packaging/completion/_gridward $(DESTDIR)$(DATADIR)/zsh/site-functions/_gridward
	install -m 644 rules/*.json $(DESTDIR)$(DATADIR)/gridward/rules
	install -m 644 rules/notices/*.json $(DESTDIR)$(DATADIR)/gridward/rules/notices
	install -m 644 rules/practice/*.json $(DESTDIR)$(DATADIR)/gridward/rules/practice
	install -m 644 README.md README.zh-CN.md LICENSE CHANGELOG.md docs/*.md $(DESTDIR)$(DATADIR)/doc/gridward

-include $(wildcard $(B)/obj/*.d $(B)/obj/*/*.d $(B)/obj/*/*/*.d $(B)/obj/*/*/*/*.d)

clean:
	rm -rf $(B) build-asan build-clang build-fuzz gridward gridward-dispatchd gridward-notify
