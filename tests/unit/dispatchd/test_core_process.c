/* Procedures at the server: steps, steps before their open, signers, erasing (protocol section 6).
 */
#include "process_bed.h"

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

/* Restored from before the record, whose author has erased the private part meanwhile: the record
 * stands, and the part stays erased whatever comes later. By another device it must be whole. */
static void an_erased_record_can_be_sent_again(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = {.kind = "process.open", .id = PROCESS, .data = OPEN, .priv = PRIV};
    struct gw_buf line, bare;
    gw_buf_init(&line, 65536);
    gw_buf_init(&bare, 65536);
    core_kit_make(kit, &clerk, &cmd, &line);
    const char *cut = strstr(gw_buf_str(&line), ",\"private\"");
    assert_non_null(cut);
    assert_int_equal(gw_buf_add(&bare, gw_buf_str(&line), (size_t)(cut - gw_buf_str(&line))),
                     GW_OK);
    assert_int_equal(gw_buf_adds(&bare, "}\n"), GW_OK);
    brought(kit, &duty, &bare, "rejected", "bad-line");
    brought(kit, &clerk, &bare, "applied", NULL);
    for (int i = 0; i < 2; i++) {
        int64_t at = 0;
        struct json *row = step_of(kit, &clerk, 1);
        assert_true(json_int(row, "erased_at", &at) && at >= CORE_T0);
        assert_null(strstr(json_str(row, "line"), "陈秀英"));
        json_free(row);
        brought(kit, &clerk, &line, "applied", NULL); /* whole, and too late */
    }
    gw_buf_free(&line);
    gw_buf_free(&bare);
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
        T(a_step_waits_for_its_open),
        T(two_processes_wait_apart),
        T(what_was_applied_later_waits_for_nobody),
        T(a_reissued_step_never_counts_twice),
        T(a_signer_is_seen_wherever_it_signed),
        T(revoking_a_device_is_told_by_its_signers),
        T(an_erased_private_part_leaves_the_evidence),
        T(an_erased_name_is_not_in_a_later_backup),
        T(an_erased_record_can_be_sent_again),
    };
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
