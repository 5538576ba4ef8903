/* What a composed text holds, and which files it is composed of. */
#include "tests/unit/rules/ruleset_kit.h"

#include "base/crypto.h"
#include "base/fsutil.h"
#include "model/role.h"

static struct gw_buf text;  /* of poll with the overlay of CQ */
static struct ruleset *set; /* the same, loaded */

static int setup(void **state)
{
    (void)state;
    return compose_poll(&text) == 0 && ruleset_load(text.data, text.len, &set, NULL) == GW_OK ? 0
                                                                                              : -1;
}

static int teardown(void **state)
{
    (void)state;
    ruleset_free(set);
    gw_buf_free(&text);
    return 0;
}

/* ---- what comes out */

static void numbers_and_sources_are_merged(void **state)
{
    (void)state;
    assert_string_equal(set->set, "cq-village");
    assert_string_equal(set->jurisdiction, "CQ");
    assert_string_equal(set->committee, "village");
    assert_int_equal(set->version, 1);
    assert_int_equal(set->valid_from, at("2026-01-01"));
    assert_int_equal(set->valid_to, DAY_NONE);
    assert_int_equal(set->numbers_n, 5);
    assert_int_equal(set->sources_n, 3);
    const struct rule_number *n = ruleset_number(set, "roll_lead");
    assert_true(n->known && n->value == 20 && n->status == NUMBER_LAW);
    assert_string_equal(n->unit, "day");
    assert_string_equal(n->cite.law, "V26");
    assert_string_equal(n->cite.article, "17");
    assert_string_equal(n->name.zh, "选民名单公布提前天数");
    assert_string_equal(n->source, "V26 read in full");
    assert_null(n->document);
    n = ruleset_number(set, "blank_is_invalid");
    assert_true(n->known && n->value == 0 && n->status == NUMBER_PRACTICE);
    assert_null(n->cite.law);
    n = ruleset_number(set,
                       "candidates_lead"); /* national law leaves it open, the overlay says it */
    assert_true(n->known && n->value == 5 && n->status == NUMBER_LAW);
    assert_string_equal(n->cite.law, "CQ13");
    assert_string_equal(ruleset_source(set, "CC")->title.en, "Civil Code");
}

static void rest_days_are_there_and_an_unknown_year_says_so(void **state)
{
    (void)state;
    assert_true(holidays_known(&set->holidays, at("2026-10-01")));
    assert_true(holidays_rest(&set->holidays, at("2026-10-01")));
    assert_false(holidays_rest(&set->holidays, at("2026-10-10")));
    assert_false(holidays_known(&set->holidays, at("2027-10-01")));
    assert_false(holidays_rest(&set->holidays, at("2027-10-01")));
    assert_int_equal(set->holidays.n, 13);
}

static void the_template_is_read(void **state)
{
    const struct proc_template *t = set->template_;
    (void)state;
    assert_string_equal(t->id, "poll");
    assert_int_equal(t->version, 2);
    assert_string_equal(t->kind, "election");
    assert_string_equal(t->committee, "village");
    assert_string_equal(t->mode, "voters");
    assert_string_equal(t->anchor, "polling_day");
    assert_int_equal(t->steps_n, 4);
    assert_int_equal(template_open_field(t, "seats")->min, 1);
    assert_int_equal(t->open_checks[0].op, CHECK_ODD);
    assert_int_equal(t->open_checks[0].right_n, 0);
    const struct step_spec *s06 = template_step(t, "S06"), *s07 = template_step(t, "S07");
    assert_int_equal(s06->roles, 1U << ROLE_WORKER | 1U << ROLE_COMMITTEE);
    assert_true(s06->planned && s06->plan_days == -28 && s06->plan_ref.kind == TERM_OPEN);
    assert_false(s06->subjects || s06->issues || s06->second || s06->optional);
    assert_string_equal(s06->notices[1], "N2-1");
    assert_true(s06->materials[0].required);
    assert_string_equal(s06->fields[1].prefill, "open.division");
    assert_int_equal(s06->fields[1].prefill_term->kind, TERM_OPEN);
    assert_true(step_field(s06, "published_on")->required);
    assert_true(step_field(s06, "registered")->type == PROC_INT &&
                step_field(s06, "registered")->min == 0);
    assert_true(s07->subjects && s07->optional);
    assert_string_equal(s07->subject.en, "number of the objection");
    assert_true(step_field(s07, "who")->private_part); /* a person, always */
    assert_string_equal(s07->needs[0].step, "S06");
    const struct step_spec *s08 = template_step(t, "S08");
    assert_true(s08->second); /* what a second person without a key needs, it has by itself */
    assert_string_equal(s08->materials[s08->materials_n - 1].key, SECOND_PAPER);
    assert_false(s08->materials[s08->materials_n - 1].required);
    assert_true(step_field(s08, SECOND_NAME)->private_part);
    assert_null(step_field(s07, SECOND_NAME));
    assert_int_equal(template_step(t, "S08")->fields[0].values_n, 2);
    assert_true(template_step(t, "S21")->issues);
    assert_int_equal(step_field(template_step(t, "S21"), "recovered")->max, 99999);
}

static void names_times_and_checks_are_parsed(void **state)
{
    (void)state;
    const struct step_spec *s21 = template_step(set->template_, "S21");
    const struct check *c = &s21->checks[1];
    assert_string_equal(c->id, "S21.turnout");
    assert_true(c->op == CHECK_GT && c->num == 1 && c->den == 2);
    assert_int_equal(c->left[0].kind, TERM_OWN);
    assert_string_equal(c->left[0].key, "recovered");
    assert_int_equal(c->right[0].kind, TERM_STEP);
    assert_string_equal(c->right[0].step, "S06");
    assert_string_equal(c->right[0].key, "registered");
    assert_string_equal(c->right[0].text, "S06.registered");
    c = &s21->checks[2];
    assert_true(c->num == 1 && c->den == 1);
    assert_true(c->left[0].kind == TERM_SUM && strcmp(c->left[0].step, "S07") == 0 &&
                strcmp(c->left[0].key, "late") == 0);
    assert_true(c->left[1].kind == TERM_NUMBER && strcmp(c->left[1].key, "blank_is_invalid") == 0);
    assert_true(c->right[0].kind == TERM_OPEN && strcmp(c->right[0].key, "seats") == 0);
    assert_true(c->right[1].kind == TERM_CONST && c->right[1].constant == 3);
    assert_string_equal(c->right[1].text, "3");
    assert_true(s21->when[0].left[0].kind == TERM_COUNT &&
                strcmp(s21->when[0].left[0].step, "S06") == 0);
    const struct time_rule *time = &template_step(set->template_, "S06")->times[0];
    assert_true(time->kind == TIME_LEAD && time->roll == ROLL_NONE);
    assert_string_equal(time->of, "published_on");
    assert_true(time->days.kind == TERM_NUMBER);
    time = &template_step(set->template_, "S07")->times[0];
    assert_true(time->kind == TIME_WITHIN && time->roll == ROLL_RIGHT && time->of == NULL);
    assert_string_equal(time->ref.key, "happened");
    time = &template_step(set->template_, "S08")->times[0];
    assert_true(time->roll == ROLL_DUTY && time->days.kind == TERM_CONST &&
                time->days.constant == 3);
}

/* ---- composing */

static void the_text_is_the_files_and_its_hash_is_theirs(void **state)
{
    static const char *const files[] = {GOOD "/law-cn-village.json", GOOD "/law-cq-village.json",
                                        GOOD "/holidays.json", GOOD "/proc-poll.json"};
    char hash[GW_HASH_HEX + 1];
    struct gw_buf again, file;
    (void)state;
    gw_sha256_hex2(text.data, text.len, NULL, 0, hash);
    assert_string_equal(set->hash, hash);
    gw_buf_init(&again, RULESET_TEXT_MAX);
    assert_int_equal(gw_buf_adds(&again, "what was there"), GW_OK);
    assert_int_equal(ruleset_compose(GOOD, "poll", "CQ", at("2031-01-01"), &again, NULL), GW_OK);
    assert_int_equal(again.len, text.len);
    assert_memory_equal(again.data, text.data, text.len);
    const char *from = text.data;
    for (size_t i = 0; i < COUNT(files); i++) {
        gw_buf_init(&file, RULESET_TEXT_MAX);
        assert_int_equal(gw_file_read(files[i], &file, NULL), GW_OK);
        assert_true(file.data[file.len - 1] == '\n');
        file.data[file.len - 1] = '\0';
        from = strstr(from, file.data); /* in this order, unchanged */
        assert_non_null(from);
        gw_buf_free(&file);
    }
    gw_buf_free(&again);
}

static struct ruleset *composed(const struct ruleset_ask *ask)
{
    struct ruleset *out = NULL;
    struct gw_fail why = {0};
    struct gw_buf buf;
    gw_buf_init(&buf, RULESET_TEXT_MAX);
    if (ruleset_compose_as(GOOD, ask, &buf, &why) != GW_OK ||
        ruleset_load(buf.data, buf.len, &out, &why) != GW_OK) {
        print_error("%s\n", why.text);
    }
    gw_buf_free(&buf);
    assert_non_null(out);
    return out;
}

static void the_version_in_force_on_the_day_is_taken(void **state)
{
    (void)state;
    struct ruleset *old = composed(
        &(struct ruleset_ask){.template_id = "poll", .jurisdiction = "", .day = at("2025-12-31")});
    struct ruleset *new = composed(&(struct ruleset_ask){
        .template_id = "poll", .jurisdiction = "CN", .day = at("2026-01-01")});
    assert_int_equal(old->template_->version, 1);
    assert_int_equal(old->version, 1);
    assert_string_equal(ruleset_number(old, "roll_lead")->cite.article, "14");
    assert_int_equal(old->valid_to, at("2025-12-31"));
    assert_int_equal(new->template_->version, 2);
    assert_int_equal(new->version, 2);
    assert_string_equal(new->set, "cn-village");
    struct ruleset *newest =
        composed(&(struct ruleset_ask){.template_id = "poll", .day = DAY_NONE});
    assert_string_equal(newest->hash, new->hash); /* no day known yet */
    ruleset_free(newest);
    assert_false(ruleset_number(new, "candidates_lead")->known); /* waits for the district */
    assert_string_not_equal(old->hash, new->hash);
    ruleset_free(old);
    ruleset_free(new);
}

static void a_template_for_any_takes_the_committee_that_is_asked(void **state)
{
    struct ruleset_ask ask = {.template_id = "talk", .day = at("2026-06-01")};
    (void)state;
    struct ruleset *village = composed(&ask);
    ask.committee = "community";
    struct ruleset *community = composed(&ask);
    assert_string_equal(village->set, "cn-village");
    assert_string_equal(community->set, "cn-community");
    ruleset_free(village);
    ruleset_free(community);
}

static void what_is_not_in_force_is_absent(void **state)
{
    gw_day day = at("2026-06-01");
    (void)state;
    assert_compose((struct ruleset_ask){"pool", "", NULL, day}, GW_ABSENT, "“pool”");
    assert_compose((struct ruleset_ask){"poll", "", NULL, at("2018-12-31")}, GW_ABSENT,
                   "2018-12-31");
    assert_compose((struct ruleset_ask){"poll", "SC", NULL, day}, GW_ABSENT, "“SC”");
    assert_compose((struct ruleset_ask){"poll", "CQ", NULL, at("2025-06-01")}, GW_ABSENT, "“CQ”");
    assert_compose((struct ruleset_ask){"poll", "", "community", day}, GW_INVALID, "“community”");
    assert_compose((struct ruleset_ask){"talk", "", "town", day}, GW_ABSENT, "“town”");
}

static void the_list_has_every_version(void **state)
{
    struct ruleset_entry list[8];
    size_t n;
    struct gw_fail why = {0};
    (void)state;
    assert_int_equal(ruleset_list(GOOD, list, COUNT(list), &n, &why), GW_OK);
    assert_int_equal(n, 3);
    assert_string_equal(list[0].template_id, "poll");
    assert_int_equal(list[0].version, 1);
    assert_int_equal(list[0].valid_to, at("2025-12-31"));
    assert_string_equal(list[0].title_zh, "村委会选举（旧）");
    assert_int_equal(list[1].version, 2);
    assert_string_equal(list[1].set, "cq-village");
    assert_string_equal(list[1].kind, "election");
    assert_string_equal(list[1].mode, "voters");
    assert_string_equal(list[2].template_id, "talk");
    assert_string_equal(list[2].committee, "any");
    assert_string_equal(list[2].title_en, "Consultation");
    assert_int_equal(ruleset_list(GOOD, list, 2, &n, &why), GW_TOO_LARGE);
    assert_int_equal(n, 2);
    assert_int_equal(ruleset_list(GOOD "/none", list, 2, &n, &why), GW_ABSENT);
    assert_non_null(strstr(why.text, "good/none"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_sources_are_merged),
        cmocka_unit_test(rest_days_are_there_and_an_unknown_year_says_so),
        cmocka_unit_test(the_template_is_read),
        cmocka_unit_test(names_times_and_checks_are_parsed),
        cmocka_unit_test(the_text_is_the_files_and_its_hash_is_theirs),
        cmocka_unit_test(the_version_in_force_on_the_day_is_taken),
        cmocka_unit_test(a_template_for_any_takes_the_committee_that_is_asked),
        cmocka_unit_test(what_is_not_in_force_is_absent),
        cmocka_unit_test(the_list_has_every_version),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
