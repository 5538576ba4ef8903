#include "tests/kit/console.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka needs the headers above first */
#include <cmocka.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "offline-db/journal.h"
#include "offline-db/mirror.h"
#include "offline-db/practice.h"
#include "tests/kit/scratch.h"

#define GRID  CONSOLE_GRID
#define EPOCH "e1"

static void must(enum gw_err err, const struct gw_fail *fail, const char *what)
{
    if (err != GW_OK) {
        fail_msg("%s: %s %s", what, gw_err_name(err), fail == NULL ? "" : fail->text);
    }
}

/* The catalogue lies beside the tests in the build tree: BUILD/tests/... -> BUILD/locale. */
static void find_catalogue(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);
    path[n > 0 ? n : 0] = '\0';
    char *at = strstr(path, "/tests/");
    if (at != NULL && getenv("GRIDWARD_LOCALEDIR") == NULL) {
        memcpy(at, "/locale", 8);
        (void)setenv("GRIDWARD_LOCALEDIR", path, 1);
    }
}

/* ---- the community */

static const char *const community[][3] = {
    {"grid", "CQ.500112.013",
     "\"level\":\"street\",\"name\":\"仙桃街道\",\"duty_name\":\"仙桃街道值班室\","
     "\"duty_phone\":\"023-67880110\""},
    {"grid", GRID,
     "\"level\":\"grid\",\"name\":\"同盛路社区第三网格\",\"leader\":\"u-leader\","
     "\"leader_phone\":\"13896001004\""},
    {"worker", "u-zhang",
     "\"name\":\"张华\",\"role\":\"worker\",\"phone\":\"13896001001\",\"duty\":\"on\","
     "\"paths\":[\"" GRID "\"]"},
    {"worker", "u-zhou",
     "\"name\":\"周敏\",\"role\":\"worker\",\"phone\":\"13896001002\",\"duty\":\"off\","
     "\"paths\":[\"" GRID "\"]"},
    {"worker", "u-leader",
     "\"name\":\"李建国\",\"role\":\"leader\",\"phone\":\"13896001004\",\"duty\":\"on\","
     "\"paths\":[\"CQ.500112.013.005\"]"},
    {"worker", "u-duty",
     "\"name\":\"王芳\",\"role\":\"duty\",\"phone\":\"023-67880110\",\"duty\":\"on\","
     "\"paths\":[\"CQ.500112.013\"]"},
    {"resident", "r-chen",
     "\"name\":\"陈秀英\",\"sex\":\"2\",\"birth_date\":\"1944-03-08\",\"phone\":\"13883002211\","
     "\"dwelling_id\":\"d-chen\",\"alone\":true,\"tags\":[\"living_alone\"],\"ability\":1,"
     "\"hearing\":\"差，请大声讲\",\"dialect\":\"重庆话\""},
    {"resident", "r-liu",
     "\"name\":\"刘德明\",\"sex\":\"1\",\"birth_date\":\"1950-11-20\",\"phone\":\"13983005678\","
     "\"dwelling_id\":\"d-liu\",\"alone\":false,\"ability\":0"},
    {"resident_private", "r-chen", "\"id_number\":\"11010519491231002X\""},
    {"dwelling", "d-chen",
     "\"address\":\"汇祥林里3000小区3栋2单元5楼502室\",\"estate\":\"汇祥林里3000小区\","
     "\"building\":\"3栋\",\"unit\":\"2单元\",\"floor\":\"5楼\",\"room\":\"502室\","
     "\"match_key\":\"汇祥林里3000小区3栋2单元5楼502室\",\"key_place\":"
     "\"备用钥匙在物业前台，说找502\""},
    {"dwelling", "d-liu",
     "\"address\":\"汇祥林里3000小区12栋1单元2楼201室\",\"estate\":\"汇祥林里3000小区\","
     "\"building\":\"12栋\",\"unit\":\"1单元\",\"floor\":\"2楼\",\"room\":\"201室\","
     "\"match_key\":\"汇祥林里3000小区12栋1单元2楼201室\""},
    {"contact", "c-1",
     "\"resident_id\":\"r-chen\",\"ord\":1,\"name\":\"陈丽\",\"relation\":\"女儿\","
     "\"phone\":\"13996003344\",\"note\":\"住渝中区，约40分钟\""},
    {"contact", "c-2",
     "\"resident_id\":\"r-chen\",\"ord\":2,\"name\":\"赵国强\",\"relation\":\"邻居\","
     "\"phone\":\"13512345566\",\"note\":\"住501\""},
    {"care_note", "n-1",
     "\"resident_id\":\"r-chen\",\"at\":1781900000000,\"author\":\"u-zhang\",\"kind\":\"care\","
     "\"text\":\"高血压，行动慢，开门要等；厨房抽油烟机旧\""},
    {"device", "dv-smoke",
     "\"serial\":\"SM-20450\",\"kind\":\"smoke\",\"resident_id\":\"r-chen\","
     "\"dwelling_id\":\"d-chen\",\"place\":\"厨房\",\"battery\":86,"
     "\"last_seen_at\":1781982700000,\"model\":\"YG-2\""},
    {"device", "dv-watch",
     "\"serial\":\"W-1\",\"kind\":\"vital\",\"resident_id\":\"r-liu\",\"dwelling_id\":\"d-liu\","
     "\"place\":\"手环\",\"battery\":41,\"last_seen_at\":1781982600000"},
};

static void join_scope(struct console *c)
{
    bool epoch_changed = false;
    change_mask changed = 0;
    struct mirror_job job;
    struct wire_hello *hello = calloc(1, sizeof(*hello));
    assert_non_null(hello);
    (void)snprintf(hello->epoch, sizeof(hello->epoch), EPOCH);
    (void)snprintf(hello->cursor, sizeof(hello->cursor), EPOCH ".10");
    (void)snprintf(hello->tag, sizeof(hello->tag), "t1");
    hello->types = ((uint32_t)1 << TYPE_N) - 1;
    (void)snprintf(hello->scopes[0].path, sizeof(hello->scopes[0].path), "CQ.500112.013");
    hello->scopes[0].granted = 1;
    hello->scopes_n = 1;
    must(mirror_hello(&c->home, hello, &epoch_changed, &changed, NULL), NULL, "hello");
    free(hello);
    while (mirror_next_job(&c->home, &job) == GW_OK) {
        must(mirror_page_begin(&c->home, NULL), NULL, "page");
        must(mirror_job_page_end(&c->home, &job, EPOCH ".10", NULL, true, &changed, NULL), NULL,
             "job");
    }
}

void console_feed(struct console *c, const char *line)
{
    char cursor[96];
    struct wire_rec rec;
    struct gw_fail fail = {0};
    change_mask changed = 0;
    must(mirror_page_begin(&c->home, &fail), &fail, "page");
    must(wire_rec_decode(c->decoder, line, strlen(line), &rec, &fail), &fail, line);
    must(mirror_page_rec(&c->home, &rec, &fail), &fail, line);
    (void)snprintf(cursor, sizeof(cursor), EPOCH ".%lld", (long long)c->seq);
    must(mirror_page_end(&c->home, cursor, &changed, &fail), &fail, "page end");
    if (c->tui != NULL) {
        tui_changed(c->tui, changed);
        console_turn(c);
    }
}

void console_put(struct console *c, const char *type, const char *id, const char *members)
{
    struct gw_buf line;
    const char *path = strcmp(type, "grid") == 0 ? id : GRID;
    gw_buf_init(&line, 200000);
    (void)gw_buf_addf(&line,
                      "{\"seq\":%lld,\"op\":\"put\",\"type\":\"%s\",\"id\":\"%s\",\"path\":\"%s\","
                      "\"row\":{%s}}",
                      (long long)++c->seq, type, id, path, members);
    console_feed(c, gw_buf_str(&line));
    gw_buf_free(&line);
}

void console_alarm(struct console *c, const char *id, const char *kind, const char *severity,
                   const char *state, int level, int64_t raised_ago_ms, int64_t due_in_ms,
                   const char *resident, const char *more)
{
    char row[8192];
    bool chen = strcmp(resident, "r-chen") == 0;
    int64_t now = c->clock.wall;
    (void)snprintf(row, sizeof(row),
                   "\"kind\":\"%s\",\"severity\":\"%s\",\"state\":\"%s\",\"level\":%d,"
                   "\"raised_at\":%lld,\"due_at\":%lld,\"count\":1,\"resident_id\":\"%s\","
                   "\"dwelling_id\":\"%s\",\"device_id\":\"%s\",\"policy\":\"default\","
                   "\"policy_version\":1%s",
                   kind, severity, state, level, (long long)(now - raised_ago_ms),
                   (long long)(now + due_in_ms), resident, chen ? "d-chen" : "d-liu",
                   chen ? "dv-smoke" : "dv-watch", more);
    console_put(c, "alarm", id, row);
}

/* ---- hooks */

static void on_nudge(void *ctx)
{
    ((struct console *)ctx)->nudges++;
}

static void on_notify(void *ctx, const char *title, const char *body, bool urgent)
{
    struct console *c = ctx;
    (void)urgent;
    c->notices++;
    (void)snprintf(c->notice, sizeof(c->notice), "%s|%s", title, body);
}

static void on_duty(void *ctx, bool on)
{
    struct console *c = ctx;
    c->duty_asked = true;
    c->duty = on;
    if (c->tui != NULL) {
        tui_inhibit(c->tui, on ? TUI_INHIBIT_HELD : TUI_INHIBIT_OFF);
    }
}

static const struct tui_hooks hooks = {.nudge = on_nudge, .notify = on_notify, .duty = on_duty};

/* ---- start and stop */

static void enrol(struct console *c, enum gw_role role)
{
    struct identity id = {.role = role, .enrolled_at = CONSOLE_T0, .url = "http://127.0.0.1:1"};
    static const char *const users[] = {"u-zhang", "u-leader", "u-duty"};
    static const char *const names[] = {"张华", "李建国", "王芳"};
    struct gw_sign_key key;
    const uint8_t seed[32] = {7};
    struct gw_fail fail = {0};
    size_t who = role <= ROLE_DUTY ? role : 0;
    gw_sign_key_from_seed(&key, seed);
    gw_b64url(key.public_key, GW_KEY_BYTES, id.server_sign_key);
    (void)snprintf(id.device, sizeof(id.device), "dev1");
    (void)snprintf(id.user, sizeof(id.user), "%s", users[who]);
    (void)snprintf(id.name, sizeof(id.name), "%s", names[who]);
    must(home_enrol(&c->home, &id, &key, &fail), &fail, "enrol");
}

void console_open(struct console *c, const struct console_opts *opts)
{
    char dir[512];
    struct gw_fail fail = {0};
    memset(c, 0, sizeof(*c));
    find_catalogue();
    (void)setenv("TERM", "xterm-256color", 1);
    (void)gw_i18n_init(opts->lang);
    must(gw_crypto_init(), NULL, "crypto");
    gw_clock_fixed_init(&c->clock, CONSOLE_T0);
    gw_clock_fixed_advance(&c->clock, 0);
    c->clock.mono = 5000000;
    gw_random_seeded_init(&c->random, 42);
    (void)snprintf(dir, sizeof(dir), "%s/%s", scratch_dir(), opts->name);
    const struct home_opts ho = {.dir = dir, .clock = &c->clock.clock, .random = &c->random.random};
    must(home_open(&ho, &c->home, &fail), &fail, "home");
    if (opts->practice) {
        must(practice_make(&c->home, &fail), &fail, "practice");
    } else {
        enrol(c, opts->role);
    }
    must(wire_decoder_new(&c->decoder), NULL, "decoder");
    c->seq = 10;
    if (!opts->practice) {
        join_scope(c);
    }
    for (size_t i = 0; !opts->practice && i < sizeof(community) / sizeof(community[0]); i++) {
        console_put(c, community[i][0], community[i][1], community[i][2]);
    }
    c->term = term_open(opts->rows, opts->cols, &c->in, &c->out);
    c->opts = (struct tui_opts){.home = &c->home,
                                .hooks = &hooks,
                                .hooks_ctx = c,
                                .in = c->in,
                                .out = c->out,
                                .demo = opts->demo,
                                .mono = opts->mono,
                                .ascii = opts->ascii,
                                .on_duty = true};
}

void console_start(struct console *c)
{
    struct gw_fail fail = {0};
    must(tui_new(&c->opts, &c->tui, &fail), &fail, "tui");
    tui_inhibit(c->tui, TUI_INHIBIT_HELD);
    console_online(c);
    console_wait(c, 500);
}

void console_stop(struct console *c)
{
    tui_free(c->tui);
    c->tui = NULL;
    (void)term_sync(c->term);
}

void console_close(struct console *c)
{
    if (c->tui != NULL) {
        console_stop(c);
    }
    term_free(c->term);
    wire_decoder_free(c->decoder);
    home_close(&c->home);
}

/* ---- the loop */

void console_turn(struct console *c)
{
    struct gw_fail fail = {0};
    for (int i = 0; i < 8; i++) { /* answers of the terminal may ask for another turn */
        (void)tui_tick(c->tui);
        must(tui_draw(c->tui, &fail), &fail, "draw");
        if (!term_sync(c->term)) {
            return;
        }
        (void)tui_input(c->tui);
    }
}

void console_wait(struct console *c, int64_t ms)
{
    while (ms > 0) {
        int64_t step = ms > 1000 ? 1000 : ms;
        gw_clock_fixed_advance(&c->clock, step);
        if (c->link.phase == TUI_LINK_ONLINE) {
            c->link.last_byte_mono = c->clock.mono;
            c->link.end_mono = c->clock.mono;
            c->link.data_at = c->clock.wall;
            tui_status(c->tui, &c->link);
        }
        console_turn(c);
        ms -= step;
    }
}

void console_online(struct console *c)
{
    c->link = (struct tui_link){.phase = TUI_LINK_ONLINE,
                                .since_mono = c->clock.mono,
                                .last_byte_mono = c->clock.mono,
                                .end_mono = c->clock.mono,
                                .data_at = c->clock.wall};
    tui_status(c->tui, &c->link);
    console_turn(c);
}

void console_offline(struct console *c, int64_t ago_ms)
{
    c->link.phase = TUI_LINK_OFFLINE;
    c->link.since_mono = c->clock.mono - ago_ms;
    c->link.last_byte_mono = c->clock.mono - ago_ms;
    tui_status(c->tui, &c->link);
    console_turn(c);
}

struct unsent {
    int64_t n[64];
    size_t count;
};

static bool take_unsent(void *ctx, const struct journal_entry *entry)
{
    struct unsent *u = ctx;
    if (u->count < 64 && (entry->state == CMD_PENDING || entry->state == CMD_SENT)) {
        u->n[u->count++] = entry->n;
    }
    return true;
}

void console_deliver(struct console *c, enum cmd_result result, const char *code)
{
    struct unsent u = {.count = 0};
    struct gw_fail fail = {0};
    must(journal_each(&c->home, CMD_STATE_N, 1000, take_unsent, &u), NULL, "journal");
    while (u.count > 0) {
        const struct journal_result r = {
            .n = u.n[--u.count], .result = result, .code = code, .seq = -1, .at = c->clock.wall};
        must(journal_store_result(&c->home, &r, &fail), &fail, "result");
    }
    tui_changed(c->tui, UINT32_MAX);
    console_turn(c);
}

/* ---- keys */

void console_bytes(struct console *c, const char *bytes, size_t len)
{
    term_send(c->term, bytes, len);
    (void)tui_input(c->tui);
    console_turn(c);
}

void console_keys(struct console *c, const char *text)
{
    const char *at = text, *end = text + strlen(text);
    while (at < end) {
        const char *from = at;
        size_t n = 1;
        while (from + n < end && ((unsigned char)from[n] & 0xc0) == 0x80) {
            n++;
        }
        at += n;
        c->presses++;
        console_bytes(c, from, n);
    }
}

static const char *f_bytes(enum console_form form, int f)
{
    static const char *const xterm[] = {"", "\033OP", "\033OQ", "\033OR", "\033OS"};
    static const char *const vt220[] = {"",         "\033[11~", "\033[12~", "\033[13~", "\033[14~",
                                        "\033[15~", "\033[17~", "\033[18~", "\033[19~", "\033[20~",
                                        "\033[21~", "\033[23~", "\033[24~"};
    static const char *const linux_[] = {"", "\033[[A", "\033[[B", "\033[[C", "\033[[D", "\033[[E"};
    if (form == FORM_XTERM && f <= 4) {
        return xterm[f];
    }
    return form == FORM_LINUX && f <= 5 ? linux_[f] : vt220[f];
}

void console_key(struct console *c, enum key_code key)
{
    static const struct {
        enum key_code key;
        const char *bytes;
    } rows[] = {{GK_ENTER, "\r"},     {GK_ESC, "\033"},     {GK_TAB, "\t"},
                {GK_UP, "\033[A"},    {GK_DOWN, "\033[B"},  {GK_LEFT, "\033[D"},
                {GK_RIGHT, "\033[C"}, {GK_PGUP, "\033[5~"}, {GK_PGDN, "\033[6~"},
                {GK_HOME, "\033[H"},  {GK_END, "\033[F"},   {GK_BACKSPACE, "\177"}};
    const char *bytes =
        key >= GK_F1 && key <= GK_F12 ? f_bytes(c->form, (int)(key - GK_F1) + 1) : "";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bytes = rows[i].key == key ? rows[i].bytes : bytes;
    }
    assert_true(bytes[0] != '\0');
    c->presses++;
    console_bytes(c, bytes, strlen(bytes));
    if (key == GK_ESC) { /* it stands alone for a moment */
        gw_clock_fixed_advance(&c->clock, KEY_ESC_MS);
        console_turn(c);
        gw_clock_fixed_advance(&c->clock, KEY_LATE_MS);
        console_turn(c);
    }
}

int console_count(struct console *c)
{
    int n = c->presses;
    c->presses = 0;
    return n;
}

/* ---- looking */

static void picture(struct console *c, const char *name)
{
    char path[PATH_MAX];
    struct gw_buf svg;
    const char *dir = getenv("SHOTS");
    if (dir == NULL) {
        return;
    }
    gw_buf_init(&svg, 8u << 20);
    (void)snprintf(path, sizeof(path), "%s/%s.%s.%dx%d.svg", dir, name,
                   gw_i18n_lang() == GW_LANG_ZH ? "zh" : "en", term_cols(c->term),
                   term_rows(c->term));
    must(term_svg(c->term, &svg), NULL, "svg");
    must(gw_file_write(path, svg.data, svg.len, NULL), NULL, path);
    gw_buf_free(&svg);
}

void console_golden(struct console *c, const char *name)
{
    char path[PATH_MAX];
    struct gw_buf is, want;
    gw_buf_init(&is, 1u << 20);
    gw_buf_init(&want, 1u << 20);
    (void)snprintf(path, sizeof(path), "tests/screens/golden/%s.%s.%dx%d.txt", name,
                   gw_i18n_lang() == GW_LANG_ZH ? "zh" : "en", term_cols(c->term),
                   term_rows(c->term));
    term_text(c->term, &is);
    picture(c, name);
    if (getenv("REGOLD") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        (void)fputs(gw_buf_str(&is), file);
        (void)fclose(file);
    } else {
        struct gw_fail fail = {0};
        must(gw_file_read(path, &want, &fail), &fail, path);
        if (strcmp(gw_buf_str(&want), gw_buf_str(&is)) != 0) {
            fail_msg("%s differs (REGOLD=1 rewrites it); wanted:\n%s\nis:\n%s", path,
                     gw_buf_str(&want), gw_buf_str(&is));
        }
    }
    gw_buf_free(&is);
    gw_buf_free(&want);
}

static void say_screen(struct console *c, const char *what, const char *text)
{
    struct gw_buf is;
    gw_buf_init(&is, 1u << 20);
    term_text(c->term, &is);
    fail_msg("%s: %s\n%s", what, text, gw_buf_str(&is));
}

void console_expect(struct console *c, const char *text)
{
    if (!term_shows(c->term, text)) {
        say_screen(c, "not on the screen", text);
    }
}

void console_refuse(struct console *c, const char *text)
{
    if (term_shows(c->term, text)) {
        say_screen(c, "must not be on the screen", text);
    }
}

static bool count_one(void *ctx, const struct journal_entry *entry)
{
    (void)entry;
    ++*(int64_t *)ctx;
    return true;
}

int64_t console_journal(struct console *c)
{
    int64_t n = 0;
    must(journal_each(&c->home, CMD_STATE_N, 100000, count_one, &n), NULL, "journal");
    return n;
}
