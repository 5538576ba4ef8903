/* Lines of a procedure that another device brings, and what comes again after a restore (protocol
 * section 6). */
#include "process_bed.h"

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

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_author_has_the_right_not_the_carrier),
        T(twice_by_two_ways_is_once),
        T(the_chain_of_the_author_holds),
        T(only_evidence_travels),
        T(lines_of_a_closed_device_are_kept),
        T(a_closed_device_waits_in_vain),
        T(after_a_restore_the_steps_come_again),
    };
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
