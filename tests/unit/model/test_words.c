/* Kinds and outcomes, names of states, the data dictionary, the built-in policies. */
#include "make_alarm.h"

#include "model/entity.h"

static void states_severities_stages(void **state)
{
    (void)state;
    enum alarm_state s;
    enum alarm_severity v;
    enum alarm_stage g;
    for (int i = 0; i < ALARM_STATE_N; i++) {
        assert_true(alarm_state_parse(alarm_state_name((enum alarm_state)i), &s));
        assert_int_equal(s, i);
        assert_true(alarm_state_word(s)[0] != '\0');
    }
    for (int i = 0; i < SEV_N; i++) {
        assert_true(alarm_severity_parse(alarm_severity_name((enum alarm_severity)i), &v));
        assert_int_equal(v, i);
        assert_true(alarm_severity_word(v)[0] != '\0');
    }
    for (int i = 0; i < STAGE_N; i++) {
        assert_true(alarm_stage_parse(alarm_stage_name((enum alarm_stage)i), &g));
        assert_int_equal(g, i);
    }
    assert_false(alarm_state_parse("UNACK", &s));
    assert_false(alarm_severity_parse("", &v));
    assert_false(alarm_stage_parse("left", &g));
    assert_string_equal(alarm_state_name(ALARM_RTN_UNACK), "rtn_unack");
    assert_string_equal(alarm_state_name(ALARM_OUT_OF_SERVICE), "out_of_service");
    assert_true(SEV_INFO < SEV_MINOR && SEV_MINOR < SEV_MAJOR && SEV_MAJOR < SEV_CRITICAL);
}

/* Every kind offers every outcome once: what is rare hides behind "more", nothing is missing. */
static void every_kind_offers_every_outcome_once(void **state)
{
    (void)state;
    size_t kinds_n;
    size_t codes_n;
    const struct alarm_kind *kinds = alarm_kinds(&kinds_n);
    const char *const *codes = alarm_outcomes(&codes_n);
    for (size_t k = 0; k < kinds_n; k++) {
        size_t offered = 0;
        while (kinds[k].outcomes[offered]) {
            assert_true(alarm_outcome_ok(kinds[k].outcomes[offered]));
            offered++;
        }
        assert_int_equal(offered, codes_n);
        for (size_t c = 0; c < codes_n; c++) {
            size_t seen = 0;
            for (size_t o = 0; o < offered; o++) {
                seen += strcmp(kinds[k].outcomes[o], codes[c]) == 0;
            }
            assert_int_equal(seen, 1);
        }
    }
}

static void smoke_offers_what_the_screens_say(void **state)
{
    static const char *const first[] = {"false_cooking", "real_fire", "false_device", "false_touch",
                                        "real_gas",      "away",      "test",         "duplicate"};
    (void)state;
    const struct alarm_kind *smoke = alarm_kind_of("smoke");
    for (size_t i = 0; i < 8; i++) {
        assert_string_equal(smoke->outcomes[i], first[i]);
    }
}

static void kinds(void **state)
{
    static const char *const names[] = {
        "smoke", "gas",         "water",   "sos",    "fall",       "inactivity", "door",
        "vital", "battery_low", "offline", "tamper", "mains_lost", "other"};
    (void)state;
    size_t n;
    (void)alarm_kinds(&n);
    assert_int_equal(n, sizeof names / sizeof names[0]);
    for (size_t i = 0; i < n; i++) {
        const struct alarm_kind *kind = alarm_kind_of(names[i]);
        bool lifeline = i == 0 || i == 1 || i == 3 || i == 4;
        assert_string_equal(kind->name, names[i]);
        assert_int_equal(kind->lifeline, lifeline);
        assert_int_equal(kind->technical, i == 8 || i == 9);
        assert_int_equal(kind->severity == SEV_CRITICAL, lifeline);
    }
    assert_string_equal(alarm_kind_of("earthquake")->name, "other"); /* still reaches a human */
    assert_string_equal(alarm_kind_of("")->name, "other");
}

static void outcomes(void **state)
{
    (void)state;
    size_t n;
    const char *const *codes = alarm_outcomes(&n);
    size_t technical = 0;
    for (size_t i = 0; i < n; i++) {
        assert_string_not_equal(alarm_outcome_word(codes[i]), alarm_outcome_word("nonsense"));
        technical += alarm_outcome_technical(codes[i]);
    }
    assert_null(codes[n]);
    assert_int_equal(technical, 3);
    assert_false(alarm_outcome_ok("Real_fire"));
    assert_false(alarm_outcome_ok(NULL));
}

static void entities(void **state)
{
    (void)state;
    enum gw_type type;
    for (int i = 0; i < TYPE_N; i++) {
        const struct gw_entity *entity = entity_of((enum gw_type)i);
        assert_true(entity_parse(entity->name, &type));
        assert_int_equal(type, i);
        for (size_t f = 0; f < entity->n; f++) {
            const char *key = entity->fields[f].key;
            assert_int_equal(entity_field(entity, key, strlen(key)), f); /* no key twice */
            assert_string_not_equal(key, "id"); /* the envelope's members are not repeated */
            assert_string_not_equal(key, "path");
            assert_string_not_equal(key, "seq");
        }
    }
    assert_false(entity_parse("Alarm", &type));
    assert_int_equal(entity_field(entity_of(TYPE_ALARM), "kindness", 4), 0); /* len counts */
    assert_int_equal(entity_field(entity_of(TYPE_ALARM), "kind", 3), -1);
    assert_int_equal(entity_field(entity_of(TYPE_ALARM), "Kind", 4), -1);
}

/* Masked by default: what names or finds a person. */
static void personal_fields_are_masked(void **state)
{
    static const struct {
        enum gw_type type;
        const char *key;
        enum gw_mask mask;
    } rows[] = {{TYPE_RESIDENT, "name", MASK_NAME},
                {TYPE_RESIDENT, "phone", MASK_PHONE},
                {TYPE_RESIDENT_PRIVATE, "id_number", MASK_ID},
                {TYPE_RESIDENT_PRIVATE, "religion", MASK_HIDE},
                {TYPE_RESIDENT_PRIVATE, "illnesses", MASK_HIDE},
                {TYPE_DWELLING, "address", MASK_ADDRESS},
                {TYPE_DWELLING, "room", MASK_HIDE},
                {TYPE_DWELLING, "key_place", MASK_HIDE},
                {TYPE_CONTACT, "name", MASK_NAME},
                {TYPE_CONTACT, "phone", MASK_PHONE},
                {TYPE_ALARM, "address", MASK_ADDRESS}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct gw_entity *entity = entity_of(rows[i].type);
        int field = entity_field(entity, rows[i].key, strlen(rows[i].key));
        assert_true(field >= 0);
        assert_int_equal(entity->fields[field].mask, rows[i].mask);
    }
}

/* No form of the office's rules of 2026-01: no points, rankings, check-ins, online time, tracks. */
static void the_schema_has_no_column_that_watches_workers(void **state)
{
    static const char *const words[] = {"point", "score",  "rank",   "checkin", "check_in",
                                        "track", "online", "selfie", "photo",   "duration"};
    (void)state;
    for (int i = 0; i < TYPE_N; i++) {
        const struct gw_entity *entity = entity_of((enum gw_type)i);
        for (size_t f = 0; f < entity->n; f++) {
            for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
                assert_null(strstr(entity->fields[f].key, words[w]));
            }
        }
    }
}

static void policies(void **state)
{
    (void)state;
    struct policy p;
    policy_default(&p, "water");
    assert_string_equal(p.id, "default");
    assert_int_equal(p.start_level, 1);
    assert_int_equal(p.levels[1].wait_ms, MINUTE);
    assert_int_equal(p.levels[2].wait_ms, 3 * MINUTE);
    assert_int_equal(p.levels[3].wait_ms, 5 * MINUTE);
    assert_int_equal(p.levels[4].wait_ms, 5 * MINUTE);
    assert_int_equal(p.levels[5].wait_ms, 2 * MINUTE);
    assert_int_equal(p.levels[2].tries, 2);
    policy_default(&p, "gas");
    assert_string_equal(p.id, "fire-gas-sos");
    assert_int_equal(p.start_level, 3);
    policy_default(&p, "offline");
    assert_string_equal(p.id, "technical");
    assert_int_equal(p.levels[3].wait_ms, 24 * 60 * MINUTE);
    assert_int_equal(p.start_level, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_severities_stages),
        cmocka_unit_test(every_kind_offers_every_outcome_once),
        cmocka_unit_test(smoke_offers_what_the_screens_say),
        cmocka_unit_test(kinds),
        cmocka_unit_test(outcomes),
        cmocka_unit_test(entities),
        cmocka_unit_test(personal_fields_are_masked),
        cmocka_unit_test(the_schema_has_no_column_that_watches_workers),
        cmocka_unit_test(policies),
    };
    return cmocka_run_group_tests_name("words and tables", tests, NULL, NULL);
}
