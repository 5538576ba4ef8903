/* The shipped rule files: every one loads with the laws beside it, and what they say is what the
 * laws say. The facts stand here a second time on purpose: a slip in the data must meet a slip here
 * to pass. V26 = 村民委员会组织法, U26 = 城市居民委员会组织法. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/role.h"
#include "rules/notice_load.h"
#include "rules/ruleset_load.h"

enum { TEMPLATES_MAX = 64 };

static struct ruleset_entry entries[TEMPLATES_MAX];
static size_t entries_n;
static gw_day day_2026; /* a day on which all are in force */

static int list(void **state)
{
    (void)state;
    return day_parse("2026-06-01", &day_2026) &&
                   ruleset_list("rules", entries, TEMPLATES_MAX, &entries_n, NULL) == GW_OK
               ? 0
               : -1;
}

static struct ruleset *load(const char *template_id, const char *jurisdiction)
{
    struct gw_buf text;
    struct gw_fail why = {0};
    struct ruleset *set = NULL;
    gw_buf_init(&text, RULESET_TEXT_MAX);
    if (ruleset_compose("rules", template_id, jurisdiction, day_2026, &text, &why) != GW_OK ||
        ruleset_load(gw_buf_str(&text), text.len, &set, &why) != GW_OK) {
        print_error("%s (%s): %s\n", template_id, jurisdiction, why.text);
        fail();
    }
    gw_buf_free(&text);
    return set;
}

static void each_template(void (*check)(const struct ruleset *set))
{
    for (size_t i = 0; i < entries_n; i++) {
        struct ruleset *set = load(entries[i].template_id, "CQ");
        check(set);
        ruleset_free(set);
    }
}

static void every_file_passes_its_own_check(void **state)
{
    (void)state;
    DIR *dir = opendir("rules");
    size_t n = 0;
    assert_non_null(dir);
    for (struct dirent *at = readdir(dir); at != NULL; at = readdir(dir)) {
        char path[512];
        struct gw_fail why = {0};
        if (strstr(at->d_name, ".json") == NULL) {
            continue;
        }
        (void)snprintf(path, sizeof(path), "rules/%s", at->d_name);
        if (ruleset_check_file(path, &why) != GW_OK) {
            print_error("%s: %s\n", path, why.text);
            fail();
        }
        n++;
    }
    (void)closedir(dir);
    assert_true(n >= 22);
}

static void every_template_loads_with_and_without_the_overlay(void **state)
{
    (void)state;
    assert_true(entries_n >= 17);
    for (size_t i = 0; i < entries_n; i++) {
        static const char *const places[] = {"", "CQ"};
        for (size_t k = 0; k < 2; k++) {
            struct ruleset *set = load(entries[i].template_id, places[k]);
            assert_true(set->template_->steps_n > 0);
            assert_string_equal(set->jurisdiction, k == 0 ? "CN" : "CQ");
            ruleset_free(set);
        }
    }
}

/* ---- numbers */

struct fact {
    const char *key;
    int64_t value;
    const char *law, *article;
};

static void assert_fact(const struct ruleset *set, const struct fact *fact)
{
    const struct rule_number *number = ruleset_number(set, fact->key);
    if (number == NULL || !number->known || number->value != fact->value ||
        number->status != NUMBER_LAW || strcmp(number->cite.law, fact->law) != 0 ||
        strcmp(number->cite.article, fact->article) != 0) {
        print_error("%s is not %d by %s %s\n", fact->key, (int)fact->value, fact->law,
                    fact->article);
        fail();
    }
}

static void numbers_of_the_village_law(void **state)
{
    static const struct fact facts[] = {
        {"seats_min", 3, "V26", "8"},        {"seats_max", 7, "V26", "8"},
        {"women_min", 1, "V26", "8"},        {"term_years", 5, "V26", "14"},
        {"residence_years", 1, "V26", "16"}, {"roll_lead", 20, "V26", "17"},
        {"objection_days", 5, "V26", "17"},  {"decision_days", 3, "V26", "17"},
        {"proxy_max", 3, "V26", "18"},       {"handover_days", 10, "V26", "24"},
        {"household_min", 5, "V26", "29"},   {"household_max", 15, "V26", "29"},
        {"posting_days", 15, "V26", "35"},   {"not_competent", 2, "V26", "38"},
        {"audit_lead", 3, "CQ13", "37"},     {"reps_within", 15, "CQ13", "12"},
        {"agenda_lead", 3, "CQ13", "12"},    {"rep_recall_within", 30, "CQ13", "14"},
    };
    (void)state;
    struct ruleset *set = load("village-direct", "CQ");
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        assert_fact(set, &facts[i]);
    }
    ruleset_free(set);
}

static void numbers_of_the_community_law(void **state)
{
    static const struct fact facts[] = {
        {"seats_min", 5, "U26", "8"},       {"seats_max", 9, "U26", "8"},
        {"roll_lead", 20, "U26", "17"},     {"objection_days", 5, "U26", "17"},
        {"decision_days", 3, "U26", "17"},  {"nominators_min", 10, "U26", "18"},
        {"proxy_max", 3, "U26", "19"},      {"handover_days", 10, "U26", "25"},
        {"household_min", 20, "U26", "13"}, {"household_max", 50, "U26", "13"},
        {"posting_days", 15, "U26", "34"},  {"not_competent", 2, "U26", "37"},
    };
    (void)state;
    struct ruleset *set = load("community-voters", "CQ");
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        assert_fact(set, &facts[i]);
    }
    ruleset_free(set);
}

/* Nobody guesses for the district: no value, bounds, and it says what was seen elsewhere. */
static void what_the_province_decides_waits(void **state)
{
    static const char *const keys[] = {
        "candidates_lead",        "rerun_within",       "proxy_list_lead",  "blank_is_invalid",
        "lower_post_votes",       "overmark_part",      "woman_seat_held",  "turnout_again",
        "kin_higher_stays",       "void_over_voted",    "void_over_issued", "by_election_present",
        "election_committee_min", "ballots_keep_years",
    };
    (void)state;
    struct ruleset *set = load("village-direct", "CQ");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const struct rule_number *number = ruleset_number(set, keys[i]);
        assert_non_null(number);
        assert_true(number->status == NUMBER_CONFIRM && !number->known);
        assert_true(number->min < number->max);
        assert_true(strcmp(number->unit, "flag") != 0 || (number->min == 0 && number->max == 1));
        assert_non_null(strstr(number->source, "CQ-V25"));
    }
    ruleset_free(set);
}

/* ---- steps */

static const struct step_spec *step(const struct ruleset *set, const char *id)
{
    const struct step_spec *spec = template_step(set->template_, id);
    if (spec == NULL) {
        print_error("no step %s\n", id);
        fail();
    }
    return spec;
}

static const struct time_rule *time_of(const struct ruleset *set, const char *id, const char *rule)
{
    const struct step_spec *spec = step(set, id);
    for (size_t i = 0; i < spec->times_n; i++) {
        if (strcmp(spec->times[i].id, rule) == 0) {
            return &spec->times[i];
        }
    }
    fail();
    return NULL;
}

static const struct check *check_of(const struct ruleset *set, const char *id, const char *rule)
{
    const struct step_spec *spec = step(set, id);
    for (size_t i = 0; i < spec->checks_n; i++) {
        if (strcmp(spec->checks[i].id, rule) == 0) {
            return &spec->checks[i];
        }
    }
    print_error("no check %s\n", rule);
    fail();
    return NULL;
}

static void days_of_the_voter_list(void **state)
{
    (void)state;
    struct ruleset *set = load("village-direct", "CQ");
    const struct time_rule *lead = time_of(set, "S06", "S06.lead");
    assert_true(lead->kind == TIME_LEAD && lead->roll == ROLL_NONE);
    assert_string_equal(lead->ref.text, "open.polling_day");
    assert_string_equal(lead->days.key, "roll_lead");
    assert_string_equal(lead->cite.article, "17");
    const struct time_rule *right = time_of(set, "S07", "S07.within");
    assert_true(right->kind == TIME_WITHIN && right->roll == ROLL_RIGHT);
    assert_string_equal(right->ref.text, "S06.published_on");
    const struct time_rule *duty = time_of(set, "S08", "S08.within");
    assert_true(duty->kind == TIME_WITHIN && duty->roll == ROLL_DUTY);
    assert_string_equal(duty->ref.text, "S07.received_on");
    const struct time_rule *handover = time_of(set, "S26", "S26.within");
    assert_true(handover->roll == ROLL_DUTY);
    assert_string_equal(handover->cite.article, "24");
    assert_int_equal(step(set, "S06")->plan_days, -28);
    ruleset_free(set);
}

struct check_fact {
    const char *template_id, *step, *check, *left, *right;
    enum check_op op;
    int num, den;
    const char *law, *article; /* NULL: arithmetic */
};

static void assert_check(const struct check_fact *want)
{
    struct ruleset *set = load(want->template_id, "CQ");
    const struct check *check = check_of(set, want->step, want->check);
    const char *law = check->cite.law != NULL ? check->cite.law : "";
    const char *article = check->cite.article != NULL ? check->cite.article : "";
    if (check->op != want->op || check->num != want->num || check->den != want->den ||
        strcmp(check->left[0].text, want->left) != 0 ||
        strcmp(check->right[0].text, want->right) != 0 ||
        strcmp(law, want->law != NULL ? want->law : "") != 0 ||
        strcmp(article, want->article != NULL ? want->article : "") != 0) {
        print_error("%s %s: another operator, share, side or article\n", want->template_id,
                    want->check);
        fail();
    }
    ruleset_free(set);
}

/* 过半数 is more than half, 以上 includes, 超过三分之二 does not: beside its denominator. */
static void shares_have_their_operators(void **state)
{
    static const struct check_fact facts[] = {
        {"village-direct", "S21", "S21.turnout", "voted", "registered", CHECK_GT, 1, 2, "V26",
         "18"},
        {"village-direct", "S23-1", "S23-1.half", "votes", "S21.voted", CHECK_GT, 1, 2, "V26",
         "18"},
        {"village-direct", "S24-2", "S24-2.third", "votes", "S24.cast", CHECK_GE, 1, 3, "V26",
         "18"},
        {"village-direct", "S13", "S13.surplus", "candidates", "open.seats", CHECK_GT, 1, 1, "V26",
         "18"},
        {"village-direct", "S15", "S15.max", "proxies", "#proxy_max", CHECK_LE, 1, 1, "V26", "18"},
        {"village-direct", "S21", "S21.over_voted", "recovered", "voted", CHECK_LE, 1, 1, NULL,
         NULL},
        {"village-direct", "S21", "S21.over_issued", "recovered", "issued", CHECK_LE, 1, 1, NULL,
         NULL},
        {"village-direct", "S09", "S09.women", "women", "representatives", CHECK_GE, 1, 3, "V26",
         "29"},
        {"village-direct", "S09", "S09.share", "representatives", "meeting_members", CHECK_GE, 4, 5,
         "V26", "29"},
        {"village-direct", "S09-1", "S09-1.quorum", "present", "entitled", CHECK_GE, 2, 3, "V26",
         "32"},
        {"community-voters", "S21", "S21.turnout", "voted", "registered", CHECK_GT, 1, 2, "U26",
         "19"},
        {"community-households", "S21", "S21.turnout", "voted", "registered", CHECK_GT, 1, 2, "U26",
         "19"},
        {"community-representatives", "S21", "S21.turnout", "voted", "registered", CHECK_GT, 2, 3,
         "U26", "19"},
        {"community-voters", "S23-1", "S23-1.half", "votes", "S21.voted", CHECK_GT, 1, 2, "U26",
         "19"},
        {"community-voters", "S15", "S15.max", "proxies", "#proxy_max", CHECK_LE, 1, 1, "U26",
         "19"},
        {"community-voters", "S13", "S13.surplus", "candidates", "open.seats", CHECK_GT, 1, 1,
         "U26", "18"},
        {"representatives-meeting", "M03", "M03.quorum", "present", "entitled", CHECK_GE, 2, 3,
         "V26", "30"},
        {"representatives-meeting", "M04", "M04.passed", "agreed", "present", CHECK_GT, 1, 2, "V26",
         "30"},
        {"representatives-meeting", "M01", "M01.fifth", "movers", "representatives", CHECK_GE, 1, 5,
         "V26", "30"},
        {"community-representatives-meeting", "M03", "M03.quorum", "present", "entitled", CHECK_GE,
         2, 3, "U26", "29"},
        {"villagers-meeting", "G01", "G01.tenth", "movers", "entitled", CHECK_GE, 1, 10, "V26",
         "25"},
        {"villagers-meeting", "G03", "G03.quorum", "present", "entitled", CHECK_GT, 1, 2, "V26",
         "26"},
        {"villagers-meeting", "G03-1", "G03-1.quorum", "present", "entitled", CHECK_GE, 2, 3, "V26",
         "26"},
        {"four-two", "F03", "F03.quorum", "present", "entitled", CHECK_GE, 2, 3, NULL, NULL},
        {"four-two", "F04", "F04.quorum", "present", "entitled", CHECK_GE, 2, 3, "V26", "30"},
        {"recall", "R01", "R01.fifth", "petitioners", "entitled", CHECK_GE, 1, 5, "V26", "19"},
        {"recall", "R05", "R05.turnout", "voted", "registered", CHECK_GT, 1, 2, "V26", "19"},
        {"recall", "R05", "R05.passed", "agreed", "voted", CHECK_GT, 1, 2, "V26", "19"},
        {"community-recall", "R01", "R01.tenth", "petitioners", "entitled", CHECK_GE, 1, 10, "U26",
         "20"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        assert_check(&facts[i]);
    }
}

static void two_people_count_and_the_console_issues_the_result(void **state)
{
    static const char *const ids[] = {"village-direct", "community-voters", "community-households",
                                      "community-representatives"};
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct ruleset *set = load(ids[i], "CQ");
        assert_true(step(set, "S20")->second && step(set, "S22")->second);
        assert_true(step(set, "S21")->issues && step(set, "S23")->issues);
        ruleset_free(set);
    }
}

/* The list of households or representatives is part of the voter list; no proxies among
 * representatives (U26 17, 19). */
static void modes_of_the_community(void **state)
{
    (void)state;
    struct ruleset *set = load("community-representatives", "CQ");
    assert_true(step(set, "S09") < step(set, "S06"));
    assert_true(step(set, "S15")->optional); /* recorded all the same, and marked */
    assert_null(template_step(set->template_, "S17"));
    ruleset_free(set);
    set = load("community-households", "CQ");
    assert_true(step(set, "S09") < step(set, "S06"));
    assert_non_null(template_step(set->template_, "S15"));
    ruleset_free(set);
}

/* ---- what holds for every template */

/* A box with three voters would show what they voted. */
static void step_has_no_votes_per_box(const struct step_spec *spec)
{
    static const char *const mixed[] = {"S22", "S23-1", "S24-1", "S24-2", "B08", "B08-1"};
    for (size_t i = 0; i < spec->counts_n; i++) {
        bool allowed = strstr(spec->counts[i].key, "votes") == NULL;
        for (size_t k = 0; k < sizeof(mixed) / sizeof(mixed[0]); k++) {
            allowed = allowed || strcmp(spec->id, mixed[k]) == 0;
        }
        assert_true(allowed);
    }
}

/* A subject is public for ever: a number stands there, and the name in the private part. */
static void subject_is_no_name(const struct step_spec *spec)
{
    static const char *const persons[] = {"S10",   "S11", "S15", "S22", "S23-1", "S24-1",
                                          "S24-2", "B01", "B04", "B08", "B08-1"};
    for (size_t i = 0; i < sizeof(persons) / sizeof(persons[0]); i++) {
        if (strcmp(spec->id, persons[i]) == 0) {
            const struct proc_field *name = step_field(spec, "name");
            name = name != NULL ? name : step_field(spec, "receiver");
            assert_non_null(strstr(spec->subject.zh, "编号"));
            assert_true(name != NULL && name->required && name->private_part);
        }
    }
}

/* FIELD=VALUE on the command line names one of them. */
static void keys_are_told_apart(const struct step_spec *spec)
{
    for (size_t i = 0; i < spec->materials_n; i++) {
        if (step_field(spec, spec->materials[i].key) != NULL) {
            print_error("%s: %s is a field and a material\n", spec->id, spec->materials[i].key);
            fail();
        }
    }
}

static bool ends_a_sentence(const struct words *words)
{
    size_t zh = strlen(words->zh), en = strlen(words->en);
    return zh > 3 && strcmp(words->zh + zh - 3, "。") == 0 && words->en[en - 1] == '.';
}

static void assert_sentences(const char *id, const struct words *says, const struct words *remedy)
{
    if (!ends_a_sentence(says) || !ends_a_sentence(remedy)) {
        print_error("%s: says and remedy are whole sentences\n", id);
        fail();
    }
}

static void template_is_fit(const struct ruleset *set)
{
    for (size_t i = 0; i < set->template_->steps_n; i++) {
        const struct step_spec *spec = &set->template_->steps[i];
        if (spec->materials_n == 0 && spec->fields_n + spec->counts_n > 6) {
            print_error("%s %s has more than 6 fields\n", set->template_->id, spec->id);
            fail();
        }
        assert_true(spec->planned);
        assert_true((spec->roles & (1U << ROLE_COMMITTEE)) != 0);
        step_has_no_votes_per_box(spec);
        subject_is_no_name(spec);
        keys_are_told_apart(spec);
        for (size_t k = 0; k < spec->checks_n; k++) {
            assert_sentences(spec->checks[k].id, &spec->checks[k].says, &spec->checks[k].remedy);
        }
        for (size_t k = 0; k < spec->times_n; k++) {
            assert_sentences(spec->times[k].id, &spec->times[k].says, &spec->times[k].remedy);
        }
        for (size_t k = 0; k < spec->needs_n; k++) {
            assert_sentences(spec->id, &spec->needs[k].says, &spec->needs[k].remedy);
        }
    }
}

static void every_step_is_fit_for_a_clerk(void **state)
{
    (void)state;
    each_template(template_is_fit);
}

static void rest_days_of_2026(void **state)
{
    static const struct {
        const char *day;
        bool rest;
    } days[] = {
        {"2026-01-04", false}, {"2026-02-14", false}, {"2026-02-15", true},  {"2026-02-23", true},
        {"2026-02-28", false}, {"2026-04-06", true},  {"2026-05-05", true},  {"2026-05-09", false},
        {"2026-06-19", true},  {"2026-06-21", true},  {"2026-09-20", false}, {"2026-09-25", true},
        {"2026-10-07", true},  {"2026-10-10", false}, {"2026-10-11", true},  {"2026-06-22", false}};
    (void)state;
    struct ruleset *set = load("village-direct", "CQ");
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        gw_day day;
        assert_true(day_parse(days[i].day, &day));
        assert_true(holidays_known(&set->holidays, day));
        assert_int_equal(holidays_rest(&set->holidays, day), days[i].rest);
    }
    ruleset_free(set);
}

/* ---- notices */

static void notices_fit(const struct ruleset *set)
{
    struct notice_set *notices;
    struct gw_fail why = {0};
    const struct proc_template *t = set->template_;
    if (notice_read("rules", t->kind, set->committee, &notices, &why) != GW_OK) {
        print_error("%s: %s\n", t->id, why.text);
        fail();
    }
    for (size_t i = 0; i < t->steps_n; i++) {
        for (size_t k = 0; k < t->steps[i].notices_n; k++) {
            assert_non_null(notice_find(notices, t->steps[i].notices[k]));
        }
    }
    for (size_t i = 0; i < notices->n; i++) {
        assert_null(strstr(notices->items[i].text.zh, "{w:"));
        bool other = strcmp(set->committee, "community") == 0 &&
                     strstr(notices->items[i].text.zh, "村") != NULL;
        assert_false(other);
    }
    notice_set_free(notices);
}

static void every_template_has_its_notices(void **state)
{
    (void)state;
    each_template(notices_fit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_passes_its_own_check),
        cmocka_unit_test(every_template_loads_with_and_without_the_overlay),
        cmocka_unit_test(numbers_of_the_village_law),
        cmocka_unit_test(numbers_of_the_community_law),
        cmocka_unit_test(what_the_province_decides_waits),
        cmocka_unit_test(days_of_the_voter_list),
        cmocka_unit_test(shares_have_their_operators),
        cmocka_unit_test(two_people_count_and_the_console_issues_the_result),
        cmocka_unit_test(modes_of_the_community),
        cmocka_unit_test(every_step_is_fit_for_a_clerk),
        cmocka_unit_test(rest_days_of_2026),
        cmocka_unit_test(every_template_has_its_notices),
    };
    return cmocka_run_group_tests(tests, list, NULL);
}
