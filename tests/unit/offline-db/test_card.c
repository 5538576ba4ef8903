/* The card of an alarm, and residents found and shown: what is seen, what is masked, what is
 * logged. */
#include "offline-db/card.h"
#include "offline-db/people.h"
#include "tests/unit/offline-db/kit.h"

#define PUT(seq, type, id, row)                                                                    \
    "{\"seq\":" #seq ",\"op\":\"put\",\"type\":\"" type "\",\"id\":\"" id "\",\"path\":\"" GRID    \
    "\",\"row\":" row "}"

#define NAME     "张桂芳"
#define PHONE    "13912345678"
#define DAUGHTER "13887654321"
#define IDNUM    "11010519491231002X"
#define PLACE    "门口花盆下第三块砖"

static const char *const community[] = {
    PUT(20, "dwelling", "d1",
        "{\"address\":\"重庆市渝北区仙桃街道数据谷3栋2单元5楼502室\",\"estate\":\"数据谷\","
        "\"building\":\"3栋\",\"unit\":\"2单元\",\"floor\":\"5\",\"room\":\"502\","
        "\"match_key\":\"重庆市渝北区仙桃街道数据谷3栋2单元5楼502室\",\"key_place\":\"" PLACE
        "\"}"),
    PUT(21, "resident", "r1",
        "{\"name\":\"" NAME "\",\"sex\":\"2\",\"birth_date\":\"1949-12-31\",\"phone\":\"" PHONE
        "\",\"dwelling_id\":\"d1\",\"alone\":true,\"ability\":1,\"tags\":[\"living_alone\","
        "\"disabled\"],\"hearing\":\"左耳\\u001b[31m听力差\",\"dialect\":\"重庆话\"}"),
    PUT(22, "resident_private", "r1",
        "{\"id_number\":\"" IDNUM "\",\"illnesses\":[\"高血压\",\"冠心病\"],\"employer\":null}"),
    PUT(23, "contact", "c2",
        "{\"resident_id\":\"r1\",\"ord\":2,\"name\":\"刘强\",\"relation\":\"邻居\",\"phone\":"
        "\"13700000001\"}"),
    PUT(24, "contact", "c1",
        "{\"resident_id\":\"r1\",\"ord\":1,\"name\":\"李敏\",\"relation\":\"女儿\",\"phone\":"
        "\"" DAUGHTER "\"}"),
    PUT(25, "care_note", "n1",
        "{\"resident_id\":\"r1\",\"at\":1699000000000,\"kind\":\"health\",\"text\":\"心脏支架\"}"),
    PUT(26, "device", "v1",
        "{\"serial\":\"S1\",\"kind\":\"smoke\",\"resident_id\":\"r1\",\"place\":\"厨房\","
        "\"battery\":"
        "80,\"last_seen_at\":1699999990000}"),
    "{\"seq\":27,\"op\":\"put\",\"type\":\"grid\",\"id\":\"" GRID "\",\"path\":\"" GRID
    "\",\"row\":{\"name\":\"数据谷第三网格\",\"leader\":\"u4\",\"leader_phone\":\"13811112222\","
    "\"duty_name\":\"仙桃街道值班室\",\"duty_phone\":\"023-67000000\"}}",
    PUT(28, "worker", "u4",
        "{\"name\":\"李网格长\",\"role\":\"leader\",\"duty\":\"on\",\"paths\":[\"" GRID "\"]}"),
    PUT(29, "worker", "u5",
        "{\"name\":\"陈值班\",\"role\":\"duty\",\"duty\":\"off\",\"paths\":[\"CQ.500112.013\"]}"),
    PUT(30, "worker", "u6", "{\"name\":\"别处\",\"role\":\"leader\",\"paths\":[\"" GRID2 "\"]}"),
    PUT(31, "alarm", "old",
        "{\"kind\":\"smoke\",\"severity\":\"critical\",\"state\":\"closed\",\"level\":3,"
        "\"raised_at\":1690000000000,\"count\":1,\"dwelling_id\":\"d1\",\"resident_id\":\"r1\","
        "\"outcome\":\"false_cooking\",\"closed_at\":1690000100000}"),
    PUT(32, "alarm", "a1",
        "{\"kind\":\"smoke\",\"severity\":\"critical\",\"state\":\"unack\",\"level\":3,"
        "\"raised_at\":1699999940000,\"count\":2,\"dwelling_id\":\"d1\",\"resident_id\":\"r1\","
        "\"device_id\":\"v1\",\"text\":\"烟雾浓度高\",\"readings\":[{\"name\":\"烟雾\",\"value\":"
        "128,"
        "\"high\":110}],\"events\":[{\"at\":1699999940000,\"seq\":32,\"level\":1,\"kind\":"
        "\"raised\","
        "\"actor\":\"source:iot\",\"text\":\"\"},{\"at\":1699999950000,\"seq\":33,\"level\":2,"
        "\"kind\":\"skipped\",\"actor\":\"system\",\"text\":\"no-channel\"},{\"at\":1699999960000,"
        "\"seq\":34,\"level\":2,\"kind\":\"attempt\",\"actor\":\"u4\",\"text\":\"\",\"data\":{"
        "\"to\":"
        "\"contact\",\"contact\":1,\"number\":\"" DAUGHTER "\",\"result\":\"no_answer\"}}],"
        "\"events_total\":9}"),
    NULL,
};

static void live_here(struct kit *kit, const char *name)
{
    kit_ready(kit, name, ROLE_WORKER);
    kit_page(kit, "e1.40", community);
}

static void the_open_card_shows_everything_and_is_logged(void **state)
{
    struct kit kit;
    struct card *card = NULL;
    (void)state;
    live_here(&kit, "card");
    ok(card_open(&kit.home, "a1", &card, NULL));
    assert_true(card->unmasked);
    assert_string_equal(card->name, NAME);
    assert_int_equal(card->age, 73);
    assert_true(card->alone);
    assert_string_equal(card->phone, PHONE);
    assert_string_equal(card->key_place, PLACE);
    assert_non_null(strstr(card->address, "502室"));
    assert_null(strchr(card->hearing, 0x1b)); /* untrusted text is made safe */
    assert_int_equal(card->contacts_n, 2);
    assert_string_equal(card->contacts[0].relation, "女儿");
    assert_string_equal(card->contacts[0].phone, DAUGHTER);
    assert_int_equal(card->notes_n, 1);
    assert_string_equal(card->notes[0].text, "心脏支架");
    assert_string_equal(card->device_place, "厨房");
    assert_int_equal(card->battery, 80);
    assert_int_equal(card->readings_n, 1);
    assert_true(card->readings[0].has_high && card->readings[0].high > 109);
    assert_int_equal(card->past_n, 1);
    assert_string_equal(card->past[0].outcome, "false_cooking");
    assert_string_equal(card->leader_name, "李网格长");
    assert_string_equal(card->duty_phone, "023-67000000");
    assert_int_equal(card->events_n, 3);
    assert_int_equal(card->events_total, 9);
    assert_string_equal(card->events[0].actor, "iot");
    assert_non_null(strstr(card->events[2].text, "女儿"));
    assert_non_null(strstr(card->events[2].text, DAUGHTER));
    assert_string_equal(card->events[2].actor, "李网格长");
    card_free(card);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM access_log WHERE what = 'card' AND id = "
                                   "'a1' AND user = 'u1'"),
                     1);
    ok(card_read(&kit.home, "a1", &card, NULL));
    card_free(card);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM access_log"), 1); /* the same opening */
    kit_close(&kit);
}

static bool holds(const void *bytes, size_t len, const char *text)
{
    return memmem(bytes, len, text, strlen(text)) != NULL;
}

/* Nothing of the person is anywhere in the struct once the alarm is closed. */
static void the_closed_card_is_masked_whole(void **state)
{
    static const char *const secrets[] = {NAME,  "桂芳", PHONE,      DAUGHTER,
                                          PLACE, "502",  "心脏支架", "李敏"};
    struct kit kit;
    struct card *card = NULL;
    (void)state;
    live_here(&kit, "closed");
    PAGE(
        &kit, NULL,
        PUT(50, "alarm", "a1",
            "{\"kind\":\"smoke\",\"severity\":\"critical\",\"state\":\"closed\",\"level\":3,"
            "\"raised_at\":1699999940000,\"count\":2,\"dwelling_id\":\"d1\",\"resident_id\":\"r1\","
            "\"outcome\":\"false_cooking\",\"events\":[{\"at\":1,\"seq\":34,\"level\":2,\"kind\":"
            "\"attempt\",\"actor\":\"u4\",\"text\":\"\",\"data\":{\"to\":\"contact\",\"contact\":1,"
            "\"number\":\"" DAUGHTER "\",\"result\":\"no_answer\"}}]}"));
    ok(card_open(&kit.home, "a1", &card, NULL));
    assert_false(card->unmasked);
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (holds(card, sizeof *card, secrets[i])) {
            fail_msg("a closed card holds secret %zu", i);
        }
    }
    assert_int_equal(strncmp(card->phone, "139", 3), 0);
    assert_int_equal(strncmp(card->name, "张*", 4), 0);
    assert_non_null(strstr(card->address, "3栋"));
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM access_log"), 0);
    card_free(card);
    kit_close(&kit);
}

static void own_unsent_work_stands_in_the_timeline(void **state)
{
    struct kit kit;
    struct card *card = NULL;
    struct cmd_data data;
    struct journal_entry attempt;
    (void)state;
    live_here(&kit, "timeline");
    cmd_data_init(&data);
    ok(journal_append(&kit.home, CMD_ALARM_ACK, "a1", 3, &data, NULL, NULL));
    gw_clock_fixed_advance(&kit.clock, 1000);
    data.to = "elder";
    data.number = PHONE;
    data.result = "no_answer";
    ok(journal_append(&kit.home, CMD_ALARM_ATTEMPT, "a1", 3, &data, &attempt, NULL));
    gw_clock_fixed_advance(&kit.clock, 1000);
    cmd_data_init(&data);
    data.uid = attempt.uid;
    ok(journal_append(&kit.home, CMD_ALARM_RETRACT, "a1", 0, &data, NULL, NULL));
    ok(card_read(&kit.home, "a1", &card, NULL));
    assert_int_equal(card->row.alarm.state, ALARM_ACKED);
    assert_int_equal(card->events_n, 6);
    assert_string_equal(card->events[3].kind, "ack");
    assert_true(card->events[3].own);
    assert_int_equal(card->events[3].seq, -1);
    assert_int_equal(card->events[3].mark, CMD_PENDING);
    assert_false(card->events[3].struck);
    assert_string_equal(card->events[4].kind, "attempt");
    assert_true(card->events[4].struck); /* taken back: struck out, still readable */
    assert_non_null(strstr(card->events[4].text, PHONE));
    card_free(card);
    struct journal_result r = {.n = 1, .result = RESULT_APPLIED, .seq = 60, .at = T0_MS};
    ok(journal_store_result(&kit.home, &r, NULL));
    PAGE(&kit, NULL,
         PUT(60, "alarm", "a1",
             "{\"kind\":\"smoke\",\"severity\":\"critical\",\"state\":\"acked\",\"level\":3,"
             "\"raised_at\":1699999940000,\"count\":2,\"acked_by\":\"u1\",\"events\":[{\"at\":1,"
             "\"seq\":60,\"level\":3,\"kind\":\"ack\",\"actor\":\"u1\",\"text\":null}]}"));
    ok(card_read(&kit.home, "a1", &card, NULL));
    assert_int_equal(card->events_n, 3); /* the ack is the server's now, shown once */
    assert_true(card->events[0].own);
    assert_int_equal(card->events[0].mark, CMD_STATE_N);
    card_free(card);
    kit_close(&kit);
}

static void a_raised_alarm_has_a_card(void **state)
{
    struct kit kit;
    struct card *card = NULL;
    struct cmd_data data;
    (void)state;
    live_here(&kit, "raised");
    cmd_data_init(&data);
    data.kind = "fall";
    data.severity = "critical";
    data.text = "邻居说摔倒了";
    data.dwelling_id = "d1";
    ok(journal_append(&kit.home, CMD_ALARM_RAISE, "new1", 0, &data, NULL, NULL));
    ok(card_open(&kit.home, "new1", &card, NULL));
    assert_string_equal(card->text, "邻居说摔倒了");
    assert_string_equal(card->key_place, PLACE);
    assert_string_equal(card->duty_phone, "023-67000000");
    card_free(card);
    struct gw_fail fail = {0};
    assert_int_equal(card_open(&kit.home, "nothing", &card, &fail), GW_ABSENT);
    assert_true(fail.text[0] != '\0');
    kit_close(&kit);
}

static void whom_one_can_ask(void **state)
{
    struct kit kit;
    struct card_person people[4];
    size_t n = 0;
    (void)state;
    live_here(&kit, "whom");
    ok(card_people(&kit.home, GRID, 3, people, 4, &n));
    assert_int_equal(n, 2);                  /* not the leader of another grid */
    assert_string_equal(people[0].id, "u4"); /* on duty first */
    assert_int_equal(people[1].role, ROLE_DUTY);
    ok(card_people(&kit.home, GRID, 4, people, 4, &n));
    assert_int_equal(n, 1);
    char text[4][64];
    ok(card_numbers(&kit.home, GRID ".007", text[0], text[1], text[2], text[3]));
    assert_string_equal(text[1], "13811112222"); /* the nearest row upward */
    ok(card_numbers(&kit.home, "CQ.9", text[0], text[1], text[2], text[3]));
    assert_string_equal(text[1], "");
    kit_close(&kit);
}

/* ---- residents */

static size_t found(struct kit *kit, const char *text, struct person_row rows[4])
{
    size_t n = 0;
    ok(people_find(&kit->home, text, rows, 4, &n, NULL));
    return n;
}

static void residents_are_found(void **state)
{
    static const char *const hits[] = {NAME,         "桂",     "张",       "5678",
                                       " ５６７８ ", "002x",   "002X",     "2单元5楼",
                                       "3幢二单元",  "数据谷", "三栋2单元"};
    static const char *const misses[] = {"%", "_", "\\", "5679", "1949", "李", "", "   ", "0021"};
    struct kit kit;
    struct person_row rows[4];
    (void)state;
    live_here(&kit, "find");
    for (size_t i = 0; i < sizeof hits / sizeof hits[0]; i++) {
        if (found(&kit, hits[i], rows) != 1) {
            fail_msg("not found: %s", hits[i]);
        }
        assert_string_equal(rows[0].id, "r1");
        assert_null(strstr(rows[0].name, "桂"));
        assert_string_equal(rows[0].open_alarm, "a1");
    }
    for (size_t i = 0; i < sizeof misses / sizeof misses[0]; i++) {
        if (found(&kit, misses[i], rows) != 0) {
            fail_msg("found by: %s", misses[i]);
        }
    }
    PAGE(&kit, NULL, PUT(70, "resident", "r0", "{\"name\":\"小张\",\"dwelling_id\":\"d1\"}"),
         PUT(71, "resident", "r2", "{\"name\":\"张\"}"));
    assert_int_equal(found(&kit, "张", rows), 3);
    assert_string_equal(rows[0].id, "r2"); /* exact, then the beginning, then anywhere */
    assert_string_equal(rows[1].id, "r1");
    assert_string_equal(rows[2].id, "r0");
    kit_close(&kit);
}

static const struct person_field *field_of(const struct person_card *card, const char *key)
{
    for (size_t i = 0; i < card->fields_n; i++) {
        if (strcmp(card->fields[i].key, key) == 0) {
            return &card->fields[i];
        }
    }
    return NULL;
}

static void a_reveal_is_recorded_before_it_is_shown(void **state)
{
    struct kit kit;
    struct person_card *card = NULL;
    struct gw_fail fail = {0};
    (void)state;
    live_here(&kit, "reveal");
    ok(people_show(&kit.home, "r1", NULL, NULL, &card, NULL));
    assert_true(field_of(card, "id_number")->masked);
    assert_false(holds(card, sizeof *card, IDNUM));
    assert_false(holds(card, sizeof *card, PLACE));
    assert_false(holds(card, sizeof *card, "高血压"));
    assert_false(holds(card, sizeof *card, PHONE));
    people_free(card);
    assert_int_equal(people_show(&kit.home, "r1", "id_number", " ", &card, &fail), GW_INVALID);
    assert_int_equal(people_show(&kit.home, "r1", "alone", "为什么", &card, &fail), GW_INVALID);
    assert_int_equal(people_show(&kit.home, "r9", NULL, NULL, &card, &fail), GW_ABSENT);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal"), 0);
    ok(people_show(&kit.home, "r1", "id_number", "核对低保", &card, &fail));
    assert_string_equal(field_of(card, "id_number")->value, IDNUM);
    assert_false(field_of(card, "id_number")->masked);
    assert_true(field_of(card, "phone")->masked); /* only the one asked for */
    people_free(card);
    assert_int_equal(
        kit_int(&kit, "SELECT count(*) FROM journal WHERE kind = 'access.reveal' AND id = 'r1'"),
        1);
    assert_int_equal(kit_int(&kit,
                             "SELECT count(*) FROM access_log WHERE what = 'reveal' AND field "
                             "= 'id_number' AND reason = '核对低保'"),
                     1);
    ok(people_show(&kit.home, "r1", "illnesses", "急救", &card, &fail));
    assert_string_equal(field_of(card, "illnesses")->value, "高血压 冠心病");
    people_free(card);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_open_card_shows_everything_and_is_logged),
        cmocka_unit_test(the_closed_card_is_masked_whole),
        cmocka_unit_test(own_unsent_work_stands_in_the_timeline),
        cmocka_unit_test(a_raised_alarm_has_a_card),
        cmocka_unit_test(whom_one_can_ask),
        cmocka_unit_test(residents_are_found),
        cmocka_unit_test(a_reveal_is_recorded_before_it_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
