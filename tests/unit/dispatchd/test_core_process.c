/* Procedures at the server: steps, foreign lines, steps before their open, signers, erasing; and
 * numbers that a district confirms (protocol section 6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/evidence.h"
#include "dispatchd/admin.h"
#include "tests/kit/core_kit.h"
#include "tests/kit/scratch.h"

#define COMMUNITY "CQ.500112.013.005"
#define PROCESS   "019c2000-0000-7777-8777-000000000001"
#define HASH      "df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2"
#define OPEN_AT(path)                                                                              \
    "{\"pn\":1,\"pprev\":\"\",\"template\":\"village-direct\",\"template_version\":1,"             \
    "\"rules\":\"" HASH "\",\"fields\":{\"kind\":\"election\",\"mode\":\"voters\",\"title\":"      \
    "\"第十三届\",\"division\":\"" path "\",\"term\":\"13\",\"polling_day\":\"2026-11-14\","       \
    "\"happened_at\":1781982720000}}"
#define OPEN OPEN_AT(COMMUNITY)
#define PRIV "{\"salt\":\"d3d3d3d3d3d3d3d3d3d3dw\",\"fields\":{\"chair\":\"陈秀英\"}}"

static struct core_console clerk, duty;

static int setup(void **state)
{
    static struct core_kit kit;
    core_kit_open(&kit, "process.db");
    core_kit_enroll(&kit, &clerk, "clerk");
    core_kit_enroll(&kit, &duty, "duty");
    *state = &kit;
    return 0;
}

static int teardown(void **state)
{
    core_kit_close(*state);
    return 0;
}

/* {"pn","pprev"} and more members. */
static const char *data_of(int64_t pn, const char *pprev, const char *more)
{
    static char text[2048];
    (void)snprintf(text, sizeof text, "{\"pn\":%lld,\"pprev\":\"%s\",%s}", (long long)pn, pprev,
                   more);
    return text;
}

#define STEP  "\"step\":\"S06\",\"fields\":{},\"counts\":{\"voters\":812}"
#define CLOSE "\"outcome\":\"done\""

static void first(struct core_kit *kit, struct core_console *c, const char *kind, const char *more,
                  const char *result, const char *code)
{
    core_kit_expect(kit, c, kind, PROCESS, data_of(1, "", more), result, code);
}

static void open_it(struct core_kit *kit)
{
    core_kit_expect(kit, &clerk, "process.open", PROCESS, OPEN, "applied", NULL);
}

static void step_id(const struct core_console *c, int64_t n, char out[GW_ID_MAX + 1])
{
    (void)snprintf(out, GW_ID_MAX + 1, "%.100s.%lld", c->device, (long long)n);
}

static struct json *step_of(struct core_kit *kit, const struct core_console *c, int64_t n)
{
    char id[GW_ID_MAX + 1];
    step_id(c, n, id);
    return core_kit_row(kit, TYPE_STEP, id);
}

static void step_is(struct core_kit *kit, const struct core_console *c, int64_t n,
                    const char *status, const char *code)
{
    struct json *row = step_of(kit, c, n);
    assert_non_null(row);
    assert_string_equal(json_str(row, "status"), status);
    if (code) {
        assert_string_equal(json_str(row, "code"), code);
    } else {
        assert_null(json_str(row, "code"));
    }
    json_free(row);
}

static void path_of(struct core_kit *kit, enum gw_type type, const char *id, const char *path)
{
    char got[GW_PATH_MAX + 1];
    assert_int_equal(kit->admin->ops->row_get(kit->admin, type, id, NULL, got, NULL, NULL), GW_OK);
    assert_string_equal(got, path);
}

static void revoked_seq_is(struct core_kit *kit, const char *id, bool there)
{
    int64_t at = 0, seq = 0;
    struct json *row = core_kit_row(kit, TYPE_SIGNER, id);
    assert_int_equal(json_int(row, "revoked_at", &at), there);
    assert_int_equal(json_int(row, "revoked_seq", &seq), there);
    assert_true(!there || (at >= CORE_T0 && seq > 0));
    assert_non_null(json_str(row, "server_sig"));
    json_free(row);
}

/* ---- what a command leaves */

static void an_open_makes_three_rows(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = {.kind = "process.open", .id = PROCESS, .data = OPEN};
    struct store_meta meta;
    struct gw_buf line, text;
    uint8_t sig[GW_SIGN_BYTES];
    int64_t seq = 0, row_seq = 0, receipt_seq = 0, at = 0;
    char id[GW_ID_MAX + 1];
    gw_buf_init(&line, 65536);
    core_kit_make(kit, &clerk, &cmd, &line);
    assert_int_equal(
        core_kit_post(kit, "/v1/commands", clerk.token, "application/x-ndjson", gw_buf_str(&line)),
        200);
    struct json *result = core_kit_line(kit, 0);
    assert_string_equal(json_str(result, "result"), "applied");
    assert_true(json_int(result, "seq", &seq) && json_int(result, "at", &at));
    struct json *process = core_kit_row(kit, TYPE_PROCESS, PROCESS);
    assert_string_equal(json_str(process, "template"), "village-direct");
    assert_string_equal(json_str(process, "title"), "第十三届");
    assert_string_equal(json_str(process, "polling_day"), "2026-11-14");
    assert_string_equal(json_str(process, "state"), "open");
    assert_string_equal(json_str(process, "user"), "clerk");
    path_of(kit, TYPE_PROCESS, PROCESS, COMMUNITY);
    step_id(&clerk, 1, id);
    path_of(kit, TYPE_STEP, id, COMMUNITY);
    path_of(kit, TYPE_SIGNER, clerk.device, COMMUNITY);
    struct json *step = step_of(kit, &clerk, 1);
    line.len--; /* the newline */
    line.data[line.len] = '\0';
    assert_string_equal(json_str(step, "line"), gw_buf_str(&line));
    assert_string_equal(json_str(step, "hash"), clerk.head);
    assert_string_equal(json_str(step, "receipt"), json_str(result, "receipt"));
    /* the step's own seq is the one that its receipt signs */
    assert_true(json_int(step, "receipt_seq", &receipt_seq));
    assert_int_equal(
        kit->admin->ops->row_get(kit->admin, TYPE_STEP, id, NULL, NULL, &row_seq, NULL), GW_OK);
    assert_true(seq == receipt_seq && seq == row_seq && seq == core_kit_seq(kit));
    gw_buf_init(&text, 1000);
    assert_int_equal(wire_receipt_text(clerk.device, 1, clerk.head, RESULT_APPLIED, seq, at, &text),
                     GW_OK);
    assert_int_equal(kit->admin->ops->meta(kit->admin, &meta, NULL), GW_OK);
    assert_true(gw_b64url_decode(json_str(step, "receipt"), sig, sizeof sig));
    assert_true(gw_sign_ok(meta.sign_key.public_key, RECEIPT_PREFIX, text.data, text.len, sig));
    json_free(result);
    json_free(process);
    json_free(step);
    gw_buf_free(&line);
    gw_buf_free(&text);
}

static void a_second_open_is_a_step(void **state)
{
    struct core_kit *kit = *state;
    open_it(kit);
    core_kit_expect(kit, &duty, "process.open", PROCESS, OPEN_AT(STREET), "applied", NULL);
    struct json *process = core_kit_row(kit, TYPE_PROCESS, PROCESS);
    assert_string_equal(json_str(process, "user"), "clerk");
    json_free(process);
    char id[GW_ID_MAX + 1];
    step_id(&duty, 1, id);
    path_of(kit, TYPE_STEP, id, COMMUNITY);
}

static void a_close_closes(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    open_it(kit);
    core_kit_enroll(kit, &w1, "w1");
    first(kit, &w1, "process.close", CLOSE, "quarantined", "no-right");
    struct json *process = core_kit_row(kit, TYPE_PROCESS, PROCESS);
    assert_string_equal(json_str(process, "state"), "open");
    json_free(process);
    first(kit, &duty, "process.close", CLOSE, "applied", NULL);
    process = core_kit_row(kit, TYPE_PROCESS, PROCESS);
    assert_string_equal(json_str(process, "state"), "closed");
    assert_string_equal(json_str(process, "title"), "第十三届");
    json_free(process);
    core_kit_expect(kit, &duty, "process.step", PROCESS, data_of(2, duty.head, STEP), "applied",
                    NULL);
}

static void rights(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1, audit, root;
    open_it(kit);
    core_kit_enroll(kit, &w1, "w1");
    core_kit_enroll(kit, &audit, "audit");
    core_kit_enroll(kit, &root, "root");
    first(kit, &w1, "process.step", STEP, "quarantined", "no-right"); /* a grid below it */
    step_is(kit, &w1, 1, "quarantined", "no-right");
    first(kit, &audit, "process.step", STEP, "quarantined", "no-right");
    core_kit_expect(kit, &audit, "process.cosign", PROCESS,
                    data_of(2, audit.head, "\"target\":\"" HASH "\""), "applied", NULL);
    first(kit, &root, "process.cosign", "\"target\":\"" HASH "\"", "quarantined", "no-right");
    first(kit, &duty, "process.step", STEP, "applied", NULL);
    step_is(kit, &duty, 1, "applied", NULL);
}

static void what_has_no_place_is_refused(void **state)
{
    struct core_kit *kit = *state;
    core_kit_expect(kit, &clerk, "process.open", PROCESS, OPEN_AT("CQ..5"), "rejected", "bad-data");
    assert_null(step_of(kit, &clerk, 1));
    /* an open without a right makes no process, but is kept where it would lie */
    core_kit_expect(kit, &clerk, "process.open", PROCESS, OPEN_AT(STREET), "quarantined",
                    "no-right");
    assert_null(core_kit_row(kit, TYPE_PROCESS, PROCESS));
    step_is(kit, &clerk, 2, "quarantined", "no-right");
    char id[GW_ID_MAX + 1];
    step_id(&clerk, 2, id);
    path_of(kit, TYPE_STEP, id, STREET);
    core_kit_expect(kit, &duty, "process.open", PROCESS, OPEN_AT(STREET), "applied", NULL);
}

static void a_line_without_room_is_refused(void **state)
{
    struct core_kit *kit = *state;
    char *priv = malloc(200 * 1024);
    assert_non_null(priv);
    int n = snprintf(priv, 200 * 1024, "{\"salt\":\"d3d3d3d3d3d3d3d3d3d3dw\",\"x\":\"");
    memset(priv + n, 'x', 196 * 1024);
    (void)snprintf(priv + n + 196 * 1024, 10, "\"}");
    struct core_cmd cmd = {.kind = "process.open", .id = PROCESS, .data = OPEN, .priv = priv};
    struct json *result = core_kit_do(kit, &clerk, &cmd);
    assert_string_equal(json_str(result, "result"), "rejected");
    assert_string_equal(json_str(result, "code"), "bad-data");
    json_free(result);
    free(priv);
    open_it(kit); /* the number was taken, the chain goes on */
}

/* ---- lines that another device brings */

static int bring(struct core_kit *kit, const struct core_console *carrier,
                 const struct gw_buf *line)
{
    return core_kit_post(kit, "/v1/commands", carrier->token, "application/x-ndjson",
                         gw_buf_str(line));
}

static void brought(struct core_kit *kit, const struct core_console *carrier,
                    const struct gw_buf *line, const char *result, const char *code)
{
    assert_int_equal(bring(kit, carrier, line), 200);
    struct json *answer = core_kit_line(kit, 0);
    if (strcmp(json_str(answer, "result"), result) != 0 ||
        (code && strcmp(json_str(answer, "code"), code) != 0)) {
        print_error("%s\n", core_kit_body(kit));
        fail();
    }
    json_free(answer);
}

static void made(struct core_kit *kit, struct core_console *c, const char *kind, const char *data,
                 const char *priv, struct gw_buf *out)
{
    struct core_cmd cmd = {.kind = kind, .id = PROCESS, .data = data, .priv = priv};
    gw_buf_reset(out);
    core_kit_make(kit, c, &cmd, out);
}

static enum gw_err is_the_clerks(void *ctx, const struct store_command *command)
{
    (void)ctx;
    assert_string_equal(command->user, "clerk");
    assert_string_equal(command->dev, clerk.device);
    return GW_OK;
}

static void the_author_has_the_right_not_the_carrier(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct gw_buf line;
    struct store_device device;
    gw_buf_init(&line, 65536);
    core_kit_enroll(kit, &w1, "w1");
    made(kit, &clerk, "process.open", OPEN, NULL, &line);
    brought(kit, &w1, &line, "applied", NULL);
    struct json *step = step_of(kit, &clerk, 1);
    assert_string_equal(json_str(step, "user"), "clerk");
    json_free(step);
    path_of(kit, TYPE_SIGNER, clerk.device, COMMUNITY);
    assert_int_equal(
        kit->admin->ops->command_get(kit->admin, clerk.device, 1, is_the_clerks, NULL, NULL),
        GW_OK);
    assert_int_equal(kit->admin->ops->device_get(kit->admin, clerk.device, &device, NULL), GW_OK);
    assert_true(device.n == 1 && strcmp(device.head, clerk.head) == 0);
    assert_int_equal(kit->admin->ops->device_get(kit->admin, w1.device, &device, NULL), GW_OK);
    assert_int_equal(device.n, 0);
    made(kit, &w1, "process.step", data_of(1, "", STEP), NULL, &line);
    brought(kit, &duty, &line, "quarantined", "no-right");
    gw_buf_free(&line);
}

static void twice_by_two_ways_is_once(void **state)
{
    struct core_kit *kit = *state;
    struct gw_buf line;
    gw_buf_init(&line, 65536);
    made(kit, &clerk, "process.open", OPEN, PRIV, &line);
    brought(kit, &duty, &line, "applied", NULL);
    char *once = strdup(core_kit_body(kit));
    int64_t seq = core_kit_seq(kit);
    brought(kit, &clerk, &line, "applied", NULL);
    assert_string_equal(core_kit_body(kit), once);
    brought(kit, &duty, &line, "applied", NULL);
    assert_string_equal(core_kit_body(kit), once);
    assert_int_equal(core_kit_seq(kit), seq);
    free(once);
    gw_buf_free(&line);
}

static void the_chain_of_the_author_holds(void **state)
{
    struct core_kit *kit = *state;
    struct gw_buf line;
    gw_buf_init(&line, 65536);
    open_it(kit);
    struct core_console image = clerk; /* a laptop restored from an image of before */
    made(kit, &clerk, "process.step", data_of(2, clerk.head, STEP), NULL, &line);
    brought(kit, &duty, &line, "applied", NULL);
    made(kit, &image, "process.close", data_of(2, image.head, CLOSE), NULL, &line);
    brought(kit, &duty, &line, "key-reuse", NULL);
    made(kit, &image, "process.close", data_of(3, image.head, CLOSE), NULL, &line);
    brought(kit, &duty, &line, "chain-fork", NULL);
    /* holes are allowed, as for its own */
    made(kit, &clerk, "process.step", data_of(3, clerk.head, STEP), NULL, &line);
    made(kit, &clerk, "process.step", data_of(4, clerk.head, STEP), NULL, &line);
    brought(kit, &duty, &line, "applied", NULL);
    struct store_hole hole[2];
    size_t n = 0;
    assert_int_equal(kit->admin->ops->holes(kit->admin, clerk.device, hole, 2, &n, NULL), GW_OK);
    assert_true(n == 1 && hole[0].from == 3 && hole[0].to == 3);
    gw_buf_free(&line);
}

static void only_evidence_travels(void **state)
{
    struct core_kit *kit = *state;
    struct gw_buf line;
    struct store_device device;
    gw_buf_init(&line, 65536);
    made(kit, &clerk, "alarm.ack", "{}", NULL, &line);
    brought(kit, &duty, &line, "rejected", "wrong-device");
    made(kit, &clerk, "process.vote", "{}", NULL, &line);
    brought(kit, &duty, &line, "rejected", "wrong-device");
    /* a private part that was cut off or changed spoils no number */
    clerk.n = 0;
    clerk.head[0] = '\0';
    made(kit, &clerk, "process.open", OPEN, PRIV, &line);
    char *whole = strdup(gw_buf_str(&line));
    char *priv = strstr(line.data, ",\"private\":");
    (void)snprintf(priv, 4, "}\n");
    line.len = strlen(line.data);
    brought(kit, &duty, &line, "rejected", "bad-line");
    struct json *answer = core_kit_line(kit, 0);
    assert_null(json_str(answer, "receipt"));
    json_free(answer);
    gw_buf_reset(&line);
    assert_int_equal(gw_buf_adds(&line, whole), GW_OK);
    char *name = strstr(line.data, "陈秀英");
    memcpy(name, "刘", strlen("刘"));
    brought(kit, &duty, &line, "rejected", "bad-line");
    assert_int_equal(kit->admin->ops->device_get(kit->admin, clerk.device, &device, NULL), GW_OK);
    assert_int_equal(device.n, 0);
    gw_buf_reset(&line);
    assert_int_equal(gw_buf_adds(&line, whole), GW_OK);
    brought(kit, &duty, &line, "applied", NULL);
    free(whole);
    gw_buf_free(&line);
}

/* Also when the process comes later. */
static void a_closed_device_waits_in_vain(void **state)
{
    struct core_kit *kit = *state;
    struct core_console lead;
    struct gw_buf line;
    gw_buf_init(&line, 65536);
    core_kit_enroll(kit, &lead, "lead");
    core_kit_close_device(kit, lead.device);
    made(kit, &lead, "process.step", data_of(1, "", STEP), NULL, &line);
    brought(kit, &duty, &line, "quarantined", "key-revoked");
    open_it(kit);
    step_is(kit, &lead, 1, "quarantined", "key-revoked");
    char id[GW_ID_MAX + 1];
    step_id(&lead, 1, id);
    path_of(kit, TYPE_STEP, id, COMMUNITY);
    revoked_seq_is(kit, lead.device, true);
    gw_buf_free(&line);
}

static void lines_of_a_closed_device_are_kept(void **state)
{
    struct core_kit *kit = *state;
    struct gw_buf line;
    gw_buf_init(&line, 65536);
    open_it(kit);
    core_kit_close_device(kit, clerk.device);
    made(kit, &clerk, "process.step", data_of(2, clerk.head, STEP), NULL, &line);
    brought(kit, &duty, &line, "quarantined", "key-revoked");
    step_is(kit, &clerk, 2, "quarantined", "key-revoked");
    made(kit, &clerk, "rules.confirm",
         "{\"set\":\"cn-village\",\"key\":\"k\",\"value\":\"5\",\"document\":\"d\",\"article\":"
         "\"a\"}",
         NULL, &line);
    brought(kit, &duty, &line, "quarantined", "key-revoked");
    gw_buf_free(&line);
}

/* ---- before the open */

static void a_step_waits_for_its_open(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    char since[96];
    char query[200];
    int64_t seq = 0;
    core_kit_enroll(kit, &w1, "w1");
    core_kit_cursor(kit, since);
    (void)snprintf(query, sizeof query, "since=%s", since);
    first(kit, &duty, "process.step", STEP, "quarantined", "no-process");
    first(kit, &w1, "process.step", STEP, "quarantined", "no-process");
    core_kit_expect(kit, &duty, "process.close", PROCESS, data_of(2, duty.head, CLOSE),
                    "quarantined", "no-process");
    step_is(kit, &duty, 1, "quarantined", "no-process");
    assert_int_equal(core_kit_get(kit, "/v1/changes", query, duty.token), 200);
    assert_null(strstr(core_kit_body(kit), "\"type\":\"step\"")); /* nobody has an area there */
    struct json *step = step_of(kit, &duty, 1);
    assert_true(json_int(step, "receipt_seq", &seq));
    char receipt[200];
    (void)snprintf(receipt, sizeof receipt, "%s", json_str(step, "receipt"));
    json_free(step);
    open_it(kit);
    step_is(kit, &duty, 1, "applied", NULL);
    step_is(kit, &duty, 2, "applied", NULL);
    step_is(kit, &w1, 1, "quarantined", "no-right");
    char id[GW_ID_MAX + 1];
    step_id(&w1, 1, id);
    path_of(kit, TYPE_STEP, id, COMMUNITY);
    path_of(kit, TYPE_SIGNER, w1.device, COMMUNITY);
    /* the receipt stays what was signed then */
    step = step_of(kit, &duty, 1);
    int64_t seq_now = 0;
    assert_true(json_int(step, "receipt_seq", &seq_now) && seq_now == seq);
    assert_string_equal(json_str(step, "receipt"), receipt);
    assert_string_equal(json_str(step, "result"), "quarantined");
    json_free(step);
    struct json *process = core_kit_row(kit, TYPE_PROCESS, PROCESS);
    assert_string_equal(json_str(process, "state"), "closed"); /* the close had waited */
    json_free(process);
    assert_int_equal(core_kit_get(kit, "/v1/changes", query, duty.token), 200);
    step_id(&duty, 1, id);
    assert_non_null(strstr(core_kit_body(kit), id));
}

static void two_processes_wait_apart(void **state)
{
    struct core_kit *kit = *state;
    first(kit, &duty, "process.step", STEP, "quarantined", "no-process");
    core_kit_expect(kit, &duty, "process.step", "another", data_of(1, "", STEP), "quarantined",
                    "no-process");
    open_it(kit);
    step_is(kit, &duty, 1, "applied", NULL);
    step_is(kit, &duty, 2, "quarantined", "no-process");
}

/* What `review list` prints. */
static void review_list(struct core_kit *kit, char *out, size_t size)
{
    char file[400];
    struct admin_args args = {.json = false};
    (void)fflush(stdout); /* what is in it belongs to the test's own output */
    int saved = dup(1);
    int fd = open(scratch_path(file, sizeof file, "review.txt"), O_CREAT | O_TRUNC | O_RDWR, 0600);
    assert_true(saved >= 0 && fd >= 0 && dup2(fd, 1) == 1);
    enum gw_err err = GW_ABSENT;
    for (size_t i = 0; i < admin_verbs_review_n; i++) {
        if (strcmp(admin_verbs_review[i].name, "review list") == 0) {
            err = admin_verbs_review[i].run(kit->admin, &args, NULL);
        }
    }
    (void)fflush(stdout); /* into the file */
    assert_int_equal(dup2(saved, 1), 1);
    ssize_t n = pread(fd, out, size - 1, 0);
    assert_true(err == GW_OK && n >= 0);
    out[n] = '\0';
    (void)close(fd);
    (void)close(saved);
}

/* The figure of the operations listener is of the same items. */
static void review_open_is(struct core_kit *kit, int want)
{
    char line[64];
    struct gw_buf text;
    gw_buf_init(&text, 65536);
    (void)snprintf(line, sizeof line, "\ngridward_review_open %d\n", want);
    assert_int_equal(core_metrics(kit->core, &text), GW_OK);
    if (!strstr(gw_buf_str(&text), line)) {
        fail_msg("not%s in %s", line, gw_buf_str(&text));
    }
    gw_buf_free(&text);
}

static void what_was_applied_later_waits_for_nobody(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    char text[4096];
    core_kit_enroll(kit, &w1, "w1");
    review_open_is(kit, 0);
    first(kit, &duty, "process.step", STEP, "quarantined", "no-process");
    first(kit, &w1, "process.step", STEP, "quarantined", "no-process");
    review_open_is(kit, 2);
    review_list(kit, text, sizeof text);
    assert_true(strstr(text, duty.device) && strstr(text, w1.device));
    open_it(kit);
    review_list(kit, text, sizeof text);
    assert_null(strstr(text, duty.device));
    assert_non_null(strstr(text, w1.device));
    review_open_is(kit, 1);
}

/* ---- a uid that was answered before */

static void a_reissued_step_never_counts_twice(void **state)
{
    struct core_kit *kit = *state;
    static const char uid[] = "019c2000-0000-7777-8777-0000000000aa";
    struct core_console again;
    struct core_cmd cmd = {.kind = "process.step", .id = PROCESS, .uid = uid};
    open_it(kit);
    cmd.data = data_of(2, clerk.head, STEP);
    json_free(core_kit_do(kit, &clerk, &cmd));
    core_kit_enroll(kit, &again, "clerk");
    cmd.data = data_of(1, "", STEP);
    struct json *result = core_kit_do(kit, &again, &cmd);
    assert_string_equal(json_str(result, "result"), "applied");
    assert_string_equal(json_str(result, "code"), "duplicate-uid");
    json_free(result);
    step_is(kit, &again, 1, "quarantined", "duplicate-uid");
    core_kit_expect(kit, &again, "process.step", PROCESS, data_of(2, again.head, STEP), "applied",
                    NULL);
}

/* ---- signers */

static void signer_is_true(struct core_kit *kit, const char *id, const struct core_console *c)
{
    struct store_meta meta;
    struct gw_buf text;
    uint8_t sig[GW_SIGN_BYTES], key[GW_KEY_BYTES];
    struct json *row = core_kit_row(kit, TYPE_SIGNER, id);
    assert_non_null(row);
    struct ev_signer signer = {
        .dev = c->device, .user = json_str(row, "user"), .sign_key = json_str(row, "sign_key")};
    assert_true(json_int(row, "valid_from", &signer.valid_from));
    assert_true(gw_b64url_decode(signer.sign_key, key, sizeof key));
    assert_memory_equal(key, c->key.public_key, sizeof key);
    assert_string_equal(json_str(row, "device"), c->device);
    assert_int_equal(kit->admin->ops->meta(kit->admin, &meta, NULL), GW_OK);
    gw_buf_init(&text, 1024);
    assert_int_equal(evidence_signer_text(&signer, &text), GW_OK);
    assert_true(gw_b64url_decode(json_str(row, "server_sig"), sig, sizeof sig));
    assert_true(
        gw_sign_ok(meta.sign_key.public_key, "gridward-signer-v1\n", text.data, text.len, sig));
    gw_buf_free(&text);
    json_free(row);
}

static void a_signer_is_seen_wherever_it_signed(void **state)
{
    struct core_kit *kit = *state;
    char second[GW_ID_MAX + 1];
    core_kit_expect(kit, &duty, "process.open", "street", OPEN_AT(STREET), "applied", NULL);
    path_of(kit, TYPE_SIGNER, duty.device, STREET);
    signer_is_true(kit, duty.device, &duty);
    /* the clerk of the community does not see the street's rows */
    core_kit_expect(kit, &duty, "process.open", PROCESS, OPEN, "applied", NULL);
    (void)snprintf(second, sizeof second, "%.100s.%s", duty.device, COMMUNITY);
    path_of(kit, TYPE_SIGNER, second, COMMUNITY);
    signer_is_true(kit, second, &duty);
    /* who sees the street sees the community: no third row */
    open_it(kit);
    core_kit_expect(kit, &clerk, "process.cosign", "street",
                    data_of(1, "", "\"target\":\"" HASH "\""), "quarantined", "no-right");
    path_of(kit, TYPE_SIGNER, clerk.device, COMMUNITY);
    (void)snprintf(second, sizeof second, "%.100s.%s", clerk.device, STREET);
    assert_null(core_kit_row(kit, TYPE_SIGNER, second));
}

static void revoking_a_device_is_told_by_its_signers(void **state)
{
    struct core_kit *kit = *state;
    char second[GW_ID_MAX + 1];
    core_kit_expect(kit, &duty, "process.open", "street", OPEN_AT(STREET), "applied", NULL);
    core_kit_expect(kit, &duty, "process.open", PROCESS, OPEN, "applied", NULL);
    open_it(kit);
    (void)snprintf(second, sizeof second, "%.100s.%s", duty.device, COMMUNITY);
    revoked_seq_is(kit, second, false);
    core_kit_close_device(kit, duty.device);
    revoked_seq_is(kit, duty.device, true);
    revoked_seq_is(kit, second, true);
    revoked_seq_is(kit, clerk.device, false);
    signer_is_true(kit, second, &duty);
}

/* ---- erasing */

static void an_erased_private_part_leaves_the_evidence(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = {.kind = "process.open", .id = PROCESS, .data = OPEN, .priv = PRIV};
    struct gw_fail fail = {.err = GW_OK};
    struct gw_arena arena;
    struct ev_step *step = NULL;
    struct gw_buf line;
    char since[96], query[200];
    gw_buf_init(&line, 65536);
    core_kit_make(kit, &clerk, &cmd, &line);
    brought(kit, &clerk, &line, "applied", NULL);
    core_kit_cursor(kit, since);
    (void)snprintf(query, sizeof query, "since=%s", since);
    assert_int_equal(kit->admin->ops->begin(kit->admin, "erase", &fail), GW_OK);
    assert_int_equal(
        store_erase_private(kit->admin, clerk.device, 1, "个人信息删除请求", CORE_T0 + 5, &fail),
        GW_OK);
    assert_int_equal(store_erase_private(kit->admin, clerk.device, 1, "again", CORE_T0 + 6, &fail),
                     GW_REFUSED);
    assert_int_equal(store_erase_private(kit->admin, clerk.device, 9, "x", CORE_T0, &fail),
                     GW_ABSENT);
    assert_int_equal(kit->admin->ops->commit(kit->admin, &fail), GW_OK);
    core_refresh(kit->core);
    struct json *row = step_of(kit, &clerk, 1);
    const char *left = json_str(row, "line");
    int64_t at = 0;
    assert_true(json_int(row, "erased_at", &at) && at == CORE_T0 + 5);
    assert_string_equal(json_str(row, "erased_why"), "个人信息删除请求");
    assert_null(strstr(left, "陈秀英"));
    gw_arena_init(&arena, 1 << 20);
    assert_int_equal(evidence_step(&arena, left, strlen(left), &step, &fail), GW_OK);
    assert_string_equal(step->hash, clerk.head);
    assert_true(step->priv_erased);
    gw_arena_free(&arena);
    json_free(row);
    /* it travels to every laptop, and the line that came before is still the same command */
    assert_int_equal(core_kit_get(kit, "/v1/changes", query, clerk.token), 200);
    assert_non_null(strstr(core_kit_body(kit), "erased_at"));
    brought(kit, &clerk, &line, "applied", NULL);
    row = step_of(kit, &clerk, 1);
    assert_null(strstr(json_str(row, "line"), "陈秀英"));
    json_free(row);
    gw_buf_free(&line);
}

static bool file_holds(const char *file, const char *word)
{
    FILE *f = fopen(file, "rb");
    size_t len = strlen(word), n = 0;
    bool found = false;
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    long size = ftell(f);
    assert_true(size > 0);
    char *bytes = malloc((size_t)size);
    assert_non_null(bytes);
    rewind(f);
    n = fread(bytes, 1, (size_t)size, f);
    for (size_t i = 0; i + len <= n && !found; i++) {
        found = memcmp(bytes + i, word, len) == 0;
    }
    free(bytes);
    (void)fclose(f); /* was only read */
    return found;
}

static void an_erased_name_is_not_in_a_later_backup(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = {.kind = "process.open", .id = PROCESS, .data = OPEN, .priv = PRIV};
    struct gw_fail fail = {.err = GW_OK};
    char file[400];
    json_free(core_kit_do(kit, &clerk, &cmd));
    core_kit_backup(kit, scratch_path(file, sizeof file, "before.db"));
    assert_true(file_holds(file, "陈秀英"));
    assert_int_equal(kit->admin->ops->begin(kit->admin, "erase", &fail), GW_OK);
    assert_int_equal(store_erase_private(kit->admin, clerk.device, 1, "x", CORE_T0, &fail), GW_OK);
    assert_int_equal(kit->admin->ops->commit(kit->admin, &fail), GW_OK);
    core_kit_backup(kit, scratch_path(file, sizeof file, "after.db"));
    assert_false(file_holds(file, "陈秀英"));
}

/* ---- restore */

static void after_a_restore_the_steps_come_again(void **state)
{
    struct core_kit *kit = *state;
    char file[400];
    struct gw_buf all, line;
    gw_buf_init(&all, 262144);
    gw_buf_init(&line, 65536);
    core_kit_backup(kit, scratch_path(file, sizeof file, "backup.db"));
    made(kit, &clerk, "process.open", OPEN, NULL, &line);
    assert_int_equal(gw_buf_adds(&all, gw_buf_str(&line)), GW_OK);
    made(kit, &clerk, "process.step", data_of(2, clerk.head, STEP), PRIV, &line);
    assert_int_equal(gw_buf_adds(&all, gw_buf_str(&line)), GW_OK);
    made(kit, &clerk, "process.close", data_of(3, clerk.head, CLOSE), NULL, &line);
    assert_int_equal(gw_buf_adds(&all, gw_buf_str(&line)), GW_OK);
    brought(kit, &clerk, &all, "applied", NULL);
    step_is(kit, &clerk, 3, "applied", NULL);
    core_kit_restore(kit, file);
    assert_null(core_kit_row(kit, TYPE_PROCESS, PROCESS));
    core_kit_token(kit, &clerk);
    core_kit_token(kit, &duty);
    /* a peer that holds them brings them first, then the author */
    brought(kit, &duty, &all, "applied", NULL);
    char *once = strdup(core_kit_body(kit));
    brought(kit, &clerk, &all, "applied", NULL);
    assert_string_equal(core_kit_body(kit), once);
    for (int n = 1; n <= 3; n++) {
        step_is(kit, &clerk, n, "applied", NULL);
    }
    struct json *process = core_kit_row(kit, TYPE_PROCESS, PROCESS);
    assert_string_equal(json_str(process, "state"), "closed");
    json_free(process);
    free(once);
    gw_buf_free(&all);
    gw_buf_free(&line);
}

/* ---- confirmed numbers */
#define DISTRICT "CQ.500112"
#define RULE                                                                                       \
    "{\"set\":\"cq-village\",\"key\":\"candidates_lead\",\"value\":\"5\",\"document\":"            \
    "\"渝北民〔2026〕3号\",\"article\":\"第四条\"}"
#define RULE_ID "cq-village.candidates_lead." DISTRICT

static struct core_console district;

static void district_enrolls(struct core_kit *kit)
{
    core_kit_user(kit, "dist", ROLE_AUDITOR, DISTRICT);
    core_kit_grant(kit, "dist", "CQ.500112.013"); /* the broadest counts */
    core_kit_enroll(kit, &district, "dist");
}

static void confirm(struct core_kit *kit)
{
    core_kit_expect(kit, &district, "rules.confirm", "cq-village.candidates_lead", RULE, "applied",
                    NULL);
}

static bool sees(struct core_kit *kit, const struct core_console *c, const char *since)
{
    char query[200];
    (void)snprintf(query, sizeof query, "since=%s", since);
    assert_int_equal(core_kit_get(kit, "/v1/changes", query, c->token), 200);
    return strstr(core_kit_body(kit), RULE_ID) != NULL;
}

static void a_confirmed_number_reaches_everybody_below(void **state)
{
    struct core_kit *kit = *state;
    struct core_console other, w1, above;
    char since[96];
    district_enrolls(kit);
    core_kit_user(kit, "far", ROLE_COMMITTEE, "CQ.500113.001.001");
    core_kit_user(kit, "city", ROLE_AUDITOR, "CQ");
    core_kit_enroll(kit, &other, "far");
    core_kit_enroll(kit, &above, "city");
    core_kit_enroll(kit, &w1, "w1");
    core_kit_cursor(kit, since);
    assert_false(sees(kit, &clerk, since));
    confirm(kit);
    struct json *row = core_kit_row(kit, TYPE_RULE, RULE_ID);
    assert_string_equal(json_str(row, "value"), "5");
    assert_string_equal(json_str(row, "document"), "渝北民〔2026〕3号");
    assert_string_equal(json_str(row, "confirmed_by"), "dist");
    assert_string_equal(json_str(row, "hash"), district.head);
    json_free(row);
    path_of(kit, TYPE_RULE, RULE_ID, DISTRICT);
    assert_true(sees(kit, &clerk, since));
    assert_true(sees(kit, &w1, since));
    assert_true(sees(kit, &duty, since));
    assert_true(sees(kit, &district, since)); /* its own scope covers it */
    assert_true(sees(kit, &above, since));
    assert_false(sees(kit, &other, since));
    /* once: the next cursor is past it */
    core_kit_cursor(kit, since);
    assert_false(sees(kit, &clerk, since));
    core_kit_restart(kit);
    core_kit_token(kit, &clerk);
    assert_false(sees(kit, &clerk, since));
}

/* A rule imported beside the server, which has not looked yet: the page that tells its seq tells
 * it. */
static void a_rule_of_another_process_is_not_lost(void **state)
{
    struct core_kit *kit = *state;
    struct gw_fail fail = {.err = GW_OK};
    char since[96];
    core_kit_cursor(kit, since);
    assert_false(sees(kit, &duty, since)); /* the clerk's own page would be shared */
    assert_int_equal(kit->admin->ops->begin(kit->admin, "import", &fail), GW_OK);
    assert_int_equal(store_import_row(kit->admin, TYPE_RULE, RULE_ID, DISTRICT, "{}", 2, &fail),
                     GW_OK);
    assert_int_equal(kit->admin->ops->commit(kit->admin, &fail), GW_OK);
    assert_true(sees(kit, &clerk, since));
    core_refresh(kit->core);
    assert_true(sees(kit, &clerk, since));
}

static void a_snapshot_holds_what_flows_down(void **state)
{
    struct core_kit *kit = *state;
    struct core_console other;
    char query[400];
    int found = 0, pages = 0;
    district_enrolls(kit);
    core_kit_user(kit, "far", ROLE_COMMITTEE, "CQ.500113.001.001");
    core_kit_enroll(kit, &other, "far");
    confirm(kit);
    core_kit_put(kit, TYPE_RULE, "a.b." DISTRICT, DISTRICT, "{\"set\":\"a\",\"key\":\"b\"}");
    core_kit_put(kit, TYPE_RULE, "z.z." COMMUNITY, COMMUNITY, "{\"set\":\"z\",\"key\":\"z\"}");
    char after[300] = "";
    do {
        (void)snprintf(query, sizeof query, "scope=" COMMUNITY "&limit=1%s%s",
                       after[0] ? "&after=" : "", after);
        assert_int_equal(core_kit_get(kit, "/v1/snapshot", query, clerk.token), 200);
        found += strstr(core_kit_body(kit), "\"type\":\"rule\"") != NULL;
        struct json *end = core_kit_line(kit, core_kit_lines(kit) - 1);
        (void)snprintf(after, sizeof after, "%s",
                       json_str(end, "after") ? json_str(end, "after") : "");
        json_free(end);
        pages++;
    } while (after[0] != '\0' && pages < 50);
    assert_int_equal(found, 3);
    assert_int_equal(
        core_kit_get(kit, "/v1/snapshot", "scope=" COMMUNITY "&type=rule", clerk.token), 200);
    assert_int_equal(core_kit_lines(kit), 2 + 3);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=CQ.500113.001.001", other.token),
                     200);
    assert_null(strstr(core_kit_body(kit), "\"rule\""));
    /* the digest of a scope is of the rows at and below it */
    char since[96];
    core_kit_cursor(kit, since);
    (void)snprintf(query, sizeof query, "since=%s&digest=1", since);
    assert_int_equal(core_kit_get(kit, "/v1/changes", query, clerk.token), 200);
    assert_non_null(strstr(core_kit_body(kit), "\"type\":\"rule\",\"count\":1,"));
}

/* Lines of both sorts in one order, whatever the page size, each once. */
static void what_flows_down_keeps_the_order(void **state)
{
    struct core_kit *kit = *state;
    char since[96];
    int lines = 0, rules = 0;
    int64_t last = 0;
    bool more = true;
    district_enrolls(kit);
    core_kit_cursor(kit, since);
    for (int i = 0; i < 12; i++) {
        char id[40], path[80];
        (void)snprintf(id, sizeof id, "r%d", i);
        (void)snprintf(path, sizeof path, "cq-village.k%d." DISTRICT, i);
        if (i % 3 == 1) {
            core_kit_put(kit, TYPE_RULE, path, DISTRICT, "{\"set\":\"a\",\"key\":\"b\"}");
        } else {
            core_kit_put(kit, TYPE_RESIDENT, id, i % 3 == 2 ? "CQ.500113.001" : COMMUNITY,
                         "{\"name\":\"x\"}");
        }
    }
    for (int limit = 1; limit <= 5; limit += 2) {
        char at[96];
        (void)snprintf(at, sizeof at, "%s", since);
        lines = rules = 0;
        last = 0;
        more = true;
        for (int pages = 0; more && pages < 40; pages++) {
            char query[200];
            (void)snprintf(query, sizeof query, "since=%s&limit=%d", at, limit);
            assert_int_equal(core_kit_get(kit, "/v1/changes", query, clerk.token), 200);
            for (size_t i = 0; i < core_kit_lines(kit); i++) {
                struct json *line = core_kit_line(kit, i);
                int64_t seq = 0;
                if (json_int(line, "seq", &seq)) {
                    assert_true(seq > last);
                    last = seq;
                    lines++;
                    rules += strcmp(json_str(line, "type"), "rule") == 0;
                } else if (strcmp(json_str(line, "op"), "end") == 0) {
                    (void)snprintf(at, sizeof at, "%s", json_str(line, "cursor"));
                    assert_true(json_bool(line, "more", &more));
                }
                json_free(line);
            }
        }
        assert_false(more);
        assert_int_equal(rules, 4);
        assert_int_equal(lines, 8);
    }
}

static int64_t page_from(struct core_kit *kit, const char *since, char next[96], int *rules)
{
    char query[200];
    int64_t lines = 0;
    (void)snprintf(query, sizeof query, "since=%s", since);
    assert_int_equal(core_kit_get(kit, "/v1/changes", query, clerk.token), 200);
    for (size_t i = 0; i < core_kit_lines(kit); i++) {
        struct json *line = core_kit_line(kit, i);
        lines += json_has(line, "seq");
        *rules += json_str(line, "type") && strcmp(json_str(line, "type"), "rule") == 0;
        if (strcmp(json_str(line, "op"), "end") == 0) {
            (void)snprintf(next, 96, "%s", json_str(line, "cursor"));
        }
        json_free(line);
    }
    return lines;
}

/* A row that fills a page ends it behind what flowed down, and never breaks it. */
static void large_rows_between_what_flows_down(void **state)
{
    struct core_kit *kit = *state;
    char *body = malloc(199 * 1024);
    char since[96];
    int rules = 0;
    assert_non_null(body);
    int n = snprintf(body, 199 * 1024, "{\"name\":\"");
    memset(body + n, 'x', 195 * 1024);
    (void)snprintf(body + n + 195 * 1024, 10, "\"}");
    district_enrolls(kit);
    core_kit_cursor(kit, since);
    core_kit_put(kit, TYPE_RULE, "a.b." DISTRICT, DISTRICT, "{}");
    core_kit_put(kit, TYPE_RESIDENT, "r1", COMMUNITY, body);
    core_kit_put(kit, TYPE_RULE, "a.c." DISTRICT, DISTRICT, "{}");
    core_kit_put(kit, TYPE_RESIDENT, "r2", COMMUNITY, body);
    core_kit_put(kit, TYPE_RULE, "a.d." DISTRICT, DISTRICT, "{}");
    assert_int_equal(page_from(kit, since, since, &rules), 3);
    assert_int_equal(rules, 2);
    assert_int_equal(page_from(kit, since, since, &rules), 2);
    assert_int_equal(rules, 3);
    assert_int_equal(page_from(kit, since, since, &rules), 0);
    free(body);
}

static void who_may_confirm(void **state)
{
    struct core_kit *kit = *state;
    struct core_console root;
    core_kit_enroll(kit, &root, "root");
    core_kit_expect(kit, &clerk, "rules.confirm", "x", RULE, "quarantined", "no-right");
    core_kit_expect(kit, &duty, "rules.confirm", "x", RULE, "quarantined", "no-right");
    core_kit_expect(kit, &root, "rules.confirm", "x", RULE, "applied", NULL);
    path_of(kit, TYPE_RULE, "cq-village.candidates_lead." STREET, STREET);
    /* the same again is a new seq of the same row; two areas are two rows */
    district_enrolls(kit);
    confirm(kit);
    confirm(kit);
    path_of(kit, TYPE_RULE, RULE_ID, DISTRICT);
    core_kit_user(kit, "none", ROLE_ADMIN, "u.none");
    struct core_console none;
    core_kit_enroll(kit, &none, "none");
    core_kit_expect(kit, &none, "rules.confirm", "x", RULE, "quarantined", "no-right");
}

static void hello_names_the_features(void **state)
{
    struct core_kit *kit = *state;
    struct wire_hello hello;
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", clerk.token), 200);
    const char *body = core_kit_body(kit);
    assert_int_equal(wire_hello_decode(body, strlen(body), &hello, NULL), GW_OK);
    bool rules = false, process = false;
    for (size_t i = 0; i < hello.features_n; i++) {
        rules = rules || strcmp(hello.features[i], "rules") == 0;
        process = process || strcmp(hello.features[i], "process") == 0;
    }
    assert_true(rules && process);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_open_makes_three_rows),
        T(a_second_open_is_a_step),
        T(a_close_closes),
        T(rights),
        T(what_has_no_place_is_refused),
        T(a_line_without_room_is_refused),
        T(the_author_has_the_right_not_the_carrier),
        T(twice_by_two_ways_is_once),
        T(the_chain_of_the_author_holds),
        T(only_evidence_travels),
        T(lines_of_a_closed_device_are_kept),
        T(a_closed_device_waits_in_vain),
        T(a_step_waits_for_its_open),
        T(two_processes_wait_apart),
        T(what_was_applied_later_waits_for_nobody),
        T(a_reissued_step_never_counts_twice),
        T(a_signer_is_seen_wherever_it_signed),
        T(revoking_a_device_is_told_by_its_signers),
        T(an_erased_private_part_leaves_the_evidence),
        T(an_erased_name_is_not_in_a_later_backup),
        T(after_a_restore_the_steps_come_again),
        T(a_confirmed_number_reaches_everybody_below),
        T(a_rule_of_another_process_is_not_lost),
        T(a_snapshot_holds_what_flows_down),
        T(what_flows_down_keeps_the_order),
        T(large_rows_between_what_flows_down),
        T(who_may_confirm),
        T(hello_names_the_features),
    };
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
