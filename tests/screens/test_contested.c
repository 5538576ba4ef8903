/* Two clerks recorded one step without having seen each other: side by side, one is taken, another
 * person signs. Also two opens, and two corrections of one field. The others' records come as a
 * server's page brings them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "offline-db/contest.h"
#include "offline-db/journal.h"
#include "tests/kit/clerk.h"

enum { TEXT = 64 * 1024 };

static void good(enum gw_err err, const struct gw_fail *fail)
{
    if (err != GW_OK) {
        fail_msg("%s", fail->text);
    }
}

/* ---- the election and this clerk's records */

static void begin(struct console *c, const char *name, const char *lang, int rows, int cols)
{
    const struct console_opts opts = {
        .name = name, .lang = lang, .role = ROLE_COMMITTEE, .rows = rows, .cols = cols};
    console_open(c, &opts);
}

static void record_own(struct console *c, const char *id)
{
    const struct proc_value values[] = {
        {.key = "method", .text = "meeting"},
        {.key = "chair", .text = "陈静"},
        {.key = "members", .text = "陈静、张伟、李敏"},
        {.key = "size", .num = 3},
        {.key = "entitled", .num = 100},
        {.key = "present", .num = 71},
    };
    const struct proc_value photo = {.key = "minutes", .text = "paper"};
    const struct process_entry entry = {.step = "S03",
                                        .values = values,
                                        .values_n = sizeof(values) / sizeof(values[0]),
                                        .materials = &photo,
                                        .materials_n = 1};
    clerk_record(c, id, &entry);
}

/* ---- other people's records */

static void signer(struct console *c, const char *user, const char *name)
{
    struct gw_buf row;
    char dev[64];
    (void)snprintf(dev, sizeof(dev), "d-%s", user);
    gw_buf_init(&row, TEXT);
    (void)gw_buf_addf(&row,
                      "\"device\":\"%s\",\"user\":\"%s\",\"name\":\"%s\",\"role\":\"committee\","
                      "\"sign_key\":\"%s\"",
                      dev, user, name, c->home.id.server_sign_key);
    console_put(c, "signer", dev, gw_buf_str(&row));
    gw_buf_free(&row);
}

/* The only record of that person's device, who has seen nothing but `seen`. */
static void record_of(struct console *c, const char *id, const char *user, const char *kind,
                      const char *seen, const char *data)
{
    struct gw_buf body, line, row;
    struct jw w;
    char hash[GW_HASH_HEX + 1], dev[64], sig[GW_SIGN_B64 + 1], name[160];
    const uint8_t no_sig[GW_SIGN_BYTES] = {0};
    gw_buf_init(&body, TEXT);
    gw_buf_init(&line, TEXT);
    gw_buf_init(&row, TEXT);
    gw_b64url(no_sig, sizeof(no_sig), sig);
    (void)snprintf(dev, sizeof(dev), "d-%s", user);
    (void)gw_buf_addf(&body,
                      "{\"v\":1,\"uid\":\"01900000-0000-7000-8000-%012llx\",\"dev\":\"%s\",\"n\":1,"
                      "\"prev\":\"\",\"kind\":\"process.%s\",\"id\":\"%s\",\"base\":\"\",%s"
                      "\"t\":{\"wall\":%lld,\"off\":0,\"unc\":1,\"boot\":\"b\",\"mono\":1},"
                      "\"data\":{\"pn\":1,\"pprev\":\"\",%s}}",
                      (unsigned long long)c->seq, dev, kind, id, seen,
                      (long long)c->clock.wall - 3600000, data);
    wire_cmd_hash(body.data, body.len, hash);
    const struct wire_cmd_line in = {gw_buf_str(&body), dev, sig, NULL};
    assert_int_equal(wire_cmd_line_encode(&in, &line), GW_OK);
    jw_begin(&w, &row);
    jw_obj(&w, NULL);
    jw_str(&w, "process", id);
    jw_int(&w, "pn", 1);
    jw_str(&w, "dev", dev);
    jw_int(&w, "n", 1);
    jw_str(&w, "user", user);
    jw_str(&w, "hash", hash);
    jw_str(&w, "line", gw_buf_str(&line));
    jw_str(&w, "status", "applied");
    jw_int(&w, "recv_at", c->clock.wall - 3500000);
    jw_str(&w, "receipt", "");
    jw_int(&w, "receipt_seq", 40);
    jw_obj_end(&w);
    assert_int_equal(jw_end(&w), GW_OK);
    row.data[row.len - 1] = '\0'; /* members without their braces */
    (void)snprintf(name, sizeof(name), "%s.1", dev);
    console_put(c, "step", name, gw_buf_str(&row) + 1);
    gw_buf_free(&body);
    gw_buf_free(&line);
    gw_buf_free(&row);
}

static void rival(struct console *c, const char *id, const char *user, int present)
{
    char data[2048];
    (void)snprintf(data, sizeof(data),
                   "\"step\":\"S03\",\"fields\":{\"method\":\"representatives\",\"happened_at\":"
                   "%lld},\"counts\":{\"size\":3,\"entitled\":100,\"present\":%d}",
                   (long long)c->clock.wall - 7200000, present);
    record_of(c, id, user, "step", "", data);
}

/* ---- what became of it */

static size_t contests(struct console *c, const char *id)
{
    struct process_case pc;
    struct contest one;
    struct gw_fail fail = {0};
    good(process_load(&c->home, id, clerk_today(c), &pc, &fail), &fail);
    size_t n = contest_list(&pc, &one, 1);
    process_unload(&pc);
    return n;
}

static int64_t value_of(struct console *c, const char *id, const char *step, const char *key)
{
    struct process_case pc;
    struct gw_fail fail = {0};
    good(process_load(&c->home, id, clerk_today(c), &pc, &fail), &fail);
    const struct proc_value *v = procedure_value(pc.state, step, "", key);
    int64_t num = v != NULL ? v->num : -1;
    process_unload(&pc);
    return num;
}

/* What a rival of the only contest says of those present. */
static int64_t present_of(struct console *c, const char *id, size_t rival)
{
    struct process_case pc;
    struct contest what;
    struct gw_fail fail = {0};
    good(process_load(&c->home, id, clerk_today(c), &pc, &fail), &fail);
    assert_int_equal(contest_list(&pc, &what, 1), 1);
    int64_t num = contest_value(what.rivals[rival], "present", false)->num;
    process_unload(&pc);
    return num;
}

/* The first screen of the election, standing on the contested entry. */
static void go_to_contest(struct console *c)
{
    console_start(c);
    console_key(c, GK_ENTER);
    for (int i = 0; i < 30 && !term_shows(c->term, "> 有争议") && !term_shows(c->term, ">有争议") &&
                    !term_shows(c->term, ">Contested");
         i++) {
        console_key(c, GK_DOWN);
    }
}

/* ---- the tests */

static void walk(const char *name, const char *lang, int rows, int cols)
{
    struct console c;
    gw_id id;
    begin(&c, name, lang, rows, cols);
    clerk_open_election(&c, &id);
    signer(&c, "u-qin", "秦小兰");
    record_own(&c, id);
    rival(&c, id, "u-qin", 68);
    clerk_add_second(&c, "u-li", "李二娃", 21);
    assert_int_equal(contests(&c, id), 1);
    go_to_contest(&c);
    console_key(&c, GK_ENTER);
    console_golden(&c, "contested");
    console_keys(&c, "1");
    console_golden(&c, "contested-why");
    console_keys(&c, "paper");
    console_key(&c, GK_ENTER);
    console_key(&c, GK_ESC); /* the second person comes later */
    console_golden(&c, "contested-chosen");
    console_key(&c, GK_ESC);
    console_keys(&c, "4");
    console_golden(&c, "contested-records");
    console_close(&c);
}

static void chinese(void **state)
{
    (void)state;
    walk("contested-zh", "zh_CN", 24, 80);
}

static void chinese_wide(void **state)
{
    (void)state;
    walk("contested-wide", "zh_CN", 40, 120);
}

static void english(void **state)
{
    (void)state;
    walk("contested-en", "en", 24, 80);
}

/* From the entry: open, take, why, record; his PIN. Ten presses beside what is typed. */
static void one_is_taken_and_another_signs(void **state)
{
    struct console c;
    struct journal_entry entry;
    gw_id id;
    (void)state;
    begin(&c, "contested-settle", "zh_CN", 24, 80);
    clerk_open_election(&c, &id);
    signer(&c, "u-qin", "秦小兰");
    record_own(&c, id);
    rival(&c, id, "u-qin", 68);
    clerk_add_second(&c, "u-li", "李二娃", 21);
    go_to_contest(&c);
    (void)console_count(&c);
    console_key(&c, GK_ENTER);
    int64_t right = present_of(&c, id, 1);
    console_keys(&c, "2");
    console_key(&c, GK_ENTER); /* without a reason nothing is written */
    assert_int_equal(console_journal(&c), 2);
    console_keys(&c, "纸");
    console_key(&c, GK_ENTER);
    assert_int_equal(console_journal(&c), 3);
    assert_int_equal(contests(&c, id), 1); /* one person's choice settles nothing */
    console_expect(&c, "李二娃");
    console_keys(&c, "4321");
    console_key(&c, GK_ENTER);
    assert_int_equal(console_count(&c), 10);
    assert_int_equal(journal_get_of(&c.home, "dev-u-li", 1, &entry), GW_OK);
    assert_string_equal(entry.kind, "process.cosign");
    assert_int_equal(contests(&c, id), 0);
    console_expect(&c, "已经解决");
    assert_int_equal(value_of(&c, id, "S03", "present"), right);
    console_close(&c);
}

/* What was typed survives Esc, and comes back. */
static void the_reason_is_not_lost(void **state)
{
    struct console c;
    gw_id id;
    (void)state;
    begin(&c, "contested-draft", "zh_CN", 24, 80);
    clerk_open_election(&c, &id);
    record_own(&c, id);
    rival(&c, id, "u-qin", 68);
    go_to_contest(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "1以会议记录为准");
    console_key(&c, GK_ESC);
    console_keys(&c, "2");
    console_expect(&c, "以会议记录为准");
    console_stop(&c);
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "4");
    console_key(&c, GK_END);
    console_key(&c, GK_ENTER); /* from the records page */
    console_keys(&c, "1");
    console_expect(&c, "以会议记录为准");
    assert_int_equal(console_journal(&c), 2);
    console_close(&c);
}

/* Somebody else chose elsewhere: this clerk signs it as second person, with one press. */
static void a_choice_made_elsewhere_is_signed_here(void **state)
{
    struct console c;
    struct process_case pc;
    gw_id id;
    char seen[200], data[400];
    struct gw_fail fail = {0};
    struct contest what;
    (void)state;
    begin(&c, "contested-elsewhere", "zh_CN", 24, 80);
    clerk_open_election(&c, &id);
    record_own(&c, id);
    rival(&c, id, "u-qin", 68);
    good(process_load(&c.home, id, clerk_today(&c), &pc, &fail), &fail);
    assert_int_equal(contest_list(&pc, &what, 1), 1);
    const char *left = what.rivals[0]->hash;
    (void)snprintf(seen, sizeof(seen), "\"seen\":[\"%s\",\"%s\"],", left, what.rivals[1]->hash);
    (void)snprintf(data, sizeof(data),
                   "\"target\":\"%s\",\"fields\":{},\"counts\":{},\"reason\":\"以纸质记录为准\"",
                   left);
    process_unload(&pc);
    signer(&c, "u-peng", "彭家和");
    record_of(&c, id, "u-peng", "correct", seen, data);
    assert_int_equal(contests(&c, id), 1);
    go_to_contest(&c);
    console_key(&c, GK_ENTER);
    console_expect(&c, "彭家和");
    console_expect(&c, "以纸质记录为准");
    console_keys(&c, "3");
    assert_int_equal(console_journal(&c), 3);
    assert_int_equal(contests(&c, id), 0);
    console_close(&c);
}

/* Three of them: Tab shows the others, 2 takes the right one of the pair that is shown. */
static void three_rivals_in_pairs(void **state)
{
    struct console c;
    gw_id id;
    (void)state;
    begin(&c, "contested-three", "zh_CN", 24, 80);
    clerk_open_election(&c, &id);
    record_own(&c, id);
    rival(&c, id, "u-qin", 68);
    rival(&c, id, "u-wu", 69);
    go_to_contest(&c);
    console_key(&c, GK_ENTER);
    console_expect(&c, "(1/3)");
    console_expect(&c, "(2/3)");
    console_key(&c, GK_TAB);
    console_expect(&c, "(2/3)");
    console_expect(&c, "(3/3)");
    console_golden(&c, "contested-three");
    console_keys(&c, "2");
    console_keys(&c, "x");
    console_key(&c, GK_ENTER);
    struct process_case pc;
    struct contest what;
    struct gw_fail fail = {0};
    struct contest_sheet *sheet = calloc(1, sizeof(*sheet));
    assert_non_null(sheet);
    good(process_load(&c.home, id, clerk_today(&c), &pc, &fail), &fail);
    assert_int_equal(contest_list(&pc, &what, 1), 1);
    contest_read(&c.home, &pc, &what, sheet);
    assert_int_equal(sheet->choices_n, 1);
    assert_int_equal(sheet->choices[0].rival, 2);
    assert_false(sheet->choices[0].seconded);
    free(sheet);
    process_unload(&pc);
    console_close(&c);
}

/* What its own people have corrected since stands there as it is now, and that is what is taken. */
static void a_corrected_rival_says_what_it_says_now(void **state)
{
    struct console c;
    gw_id id;
    struct process_case pc;
    struct contest what;
    struct gw_fail fail = {0};
    const struct proc_value seventy = {.key = "present", .num = 70};
    (void)state;
    begin(&c, "contested-corrected", "zh_CN", 24, 80);
    clerk_open_election(&c, &id);
    record_own(&c, id);
    good(process_load(&c.home, id, clerk_today(&c), &pc, &fail), &fail);
    const char *own = procedure_slot_of(pc.state, "S03", "")->record->hash;
    const struct process_entry fix = {
        .target = own, .values = &seventy, .values_n = 1, .reason = "数错"};
    good(process_record(&c.home, id, PROC_CORRECT, &fix, NULL, &fail), &fail);
    process_unload(&pc);
    rival(&c, id, "u-qin", 68);
    clerk_add_second(&c, "u-li", "李二娃", 21);
    good(process_load(&c.home, id, clerk_today(&c), &pc, &fail), &fail);
    assert_int_equal(contest_list(&pc, &what, 1), 1);
    bool own_left = strcmp(what.rivals[0]->dev, c.home.id.device) == 0;
    process_unload(&pc);
    go_to_contest(&c);
    console_key(&c, GK_ENTER);
    console_expect(&c, " 70");
    console_refuse(&c, " 71 ");
    console_keys(&c, own_left ? "1x" : "2x");
    console_key(&c, GK_ENTER);
    console_keys(&c, "4321");
    console_key(&c, GK_ENTER);
    assert_int_equal(value_of(&c, id, "S03", "present"), 70);
    console_close(&c);
}

/* A terminal that knows no ≠ marks the rows all the same. */
static void marked_in_ascii_too(void **state)
{
    struct console c;
    gw_id id;
    const struct console_opts opts = {.name = "contested-ascii",
                                      .lang = "en",
                                      .role = ROLE_COMMITTEE,
                                      .rows = 24,
                                      .cols = 80,
                                      .ascii = true};
    (void)state;
    console_open(&c, &opts);
    clerk_open_election(&c, &id);
    record_own(&c, id);
    rival(&c, id, "u-qin", 68);
    go_to_contest(&c);
    console_key(&c, GK_ENTER);
    console_expect(&c, "! not the same");
    console_expect(
        &c, "Present                    ! "); /* which of them is left is the hashes' affair */
    console_close(&c);
}

/* Opened twice: the same screen, the same choice. */
static void two_opens(void **state)
{
    struct console c;
    gw_id id;
    char data[2048];
    struct process_case pc;
    struct gw_fail fail = {0};
    (void)state;
    begin(&c, "contested-opens", "zh_CN", 24, 80);
    clerk_open_election(&c, &id);
    good(process_load(&c.home, id, clerk_today(&c), &pc, &fail), &fail);
    (void)snprintf(data, sizeof(data),
                   "\"template\":\"village-direct\",\"template_version\":%lld,\"rules\":\"%s\","
                   "\"fields\":{\"kind\":\"election\",\"mode\":\"voters\",\"title\":"
                   "\"观音村换届选举\",\"division\":\"CQ.500112.013.005\",\"place\":\"观音村\","
                   "\"term\":\"13\",\"seats\":5,\"polling_day\":\"2026-11-14\"}",
                   (long long)procedure_open(pc.state)->template_version, pc.rules->hash);
    process_unload(&pc);
    signer(&c, "u-qin", "秦小兰");
    record_of(&c, id, "u-qin", "open", "", data);
    clerk_add_second(&c, "u-li", "李二娃", 21);
    assert_int_equal(contests(&c, id), 1);
    go_to_contest(&c);
    console_key(&c, GK_ENTER);
    console_golden(&c, "contested-opens");
    bool five_left = false;
    char row[400];
    for (int i = 0; i < 24; i++) {
        term_row(c.term, i, row, sizeof(row));
        const char *five = strstr(row, " 5 "), *three = strstr(row, " 3");
        five_left = five_left ||
                    (strstr(row, "≠") != NULL && five != NULL && three != NULL && five < three);
    }
    console_keys(&c, five_left ? "1" : "2");
    console_keys(&c, "x");
    console_key(&c, GK_ENTER);
    console_keys(&c, "4321");
    console_key(&c, GK_ENTER);
    assert_int_equal(contests(&c, id), 0);
    assert_int_equal(value_of(&c, id, "open", "seats"), 5);
    console_close(&c);
}

/* Two corrections of one figure: only it stands there, and taking one writes it again. */
static void two_corrections_of_one_field(void **state)
{
    struct console c;
    gw_id id;
    char seen[120], data[400];
    struct process_case pc;
    struct gw_fail fail = {0};
    (void)state;
    begin(&c, "contested-member", "zh_CN", 24, 80);
    clerk_open_election(&c, &id);
    record_own(&c, id);
    good(process_load(&c.home, id, clerk_today(&c), &pc, &fail), &fail);
    const char *hash = procedure_slot_of(pc.state, "S03", "")->record->hash;
    const struct proc_value mine = {.key = "present", .num = 72};
    const struct process_entry fix = {
        .target = hash, .values = &mine, .values_n = 1, .reason = "数错"};
    (void)snprintf(seen, sizeof(seen), "\"seen\":[\"%s\"],", hash);
    (void)snprintf(data, sizeof(data),
                   "\"target\":\"%s\",\"fields\":{},\"counts\":{\"present\":73},\"reason\":\"漏一人"
                   "\"",
                   hash);
    good(process_record(&c.home, id, PROC_CORRECT, &fix, NULL, &fail), &fail);
    process_unload(&pc);
    signer(&c, "u-qin", "秦小兰");
    record_of(&c, id, "u-qin", "correct", seen, data);
    clerk_add_second(&c, "u-li", "李二娃", 21);
    assert_int_equal(value_of(&c, id, "S03", "present"), -1);
    go_to_contest(&c);
    console_key(&c, GK_ENTER);
    console_golden(&c, "contested-field");
    int64_t left = present_of(&c, id, 0);
    console_keys(&c, "1");
    console_keys(&c, "x");
    console_key(&c, GK_ENTER);
    console_keys(&c, "4321");
    console_key(&c, GK_ENTER);
    assert_int_equal(contests(&c, id), 0);
    assert_int_equal(value_of(&c, id, "S03", "present"), left);
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinese),
        cmocka_unit_test(chinese_wide),
        cmocka_unit_test(english),
        cmocka_unit_test(one_is_taken_and_another_signs),
        cmocka_unit_test(the_reason_is_not_lost),
        cmocka_unit_test(a_choice_made_elsewhere_is_signed_here),
        cmocka_unit_test(three_rivals_in_pairs),
        cmocka_unit_test(a_corrected_rival_says_what_it_says_now),
        cmocka_unit_test(marked_in_ascii_too),
        cmocka_unit_test(two_opens),
        cmocka_unit_test(two_corrections_of_one_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
