/* Look-ups, confirmation by the district, words and citations in both languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "model/ruleset.h"

static struct proc_field fields[] = {{.key = "published_on", .type = PROC_DAY}};
static struct proc_field counts[] = {{.key = "registered", .type = PROC_INT}};
static struct proc_field open_fields[] = {{.key = "polling_day", .type = PROC_DAY}};
static struct step_spec steps[] = {
    {.id = "S06", .fields = fields, .fields_n = 1, .counts = counts, .counts_n = 1},
    {.id = "S07"},
};
static struct proc_template a_template = {
    .id = "poll", .steps = steps, .steps_n = 2, .open_fields = open_fields, .open_n = 1};
static struct rule_source sources[] = {
    {.id = "V26",
     .title = {"村民委员会组织法（2025年10月28日修订）", "Organic Law of Committees (2025)"}},
    {.id = "MCA", .title = {"选举规程（试行）（民发〔2013〕76号）", "Rules"}},
};
static struct rule_number numbers[2];

static struct ruleset *made(void)
{
    struct ruleset *set = calloc(1, sizeof(*set));
    assert_non_null(set);
    gw_arena_init(&set->arena, 4096);
    numbers[0] = (struct rule_number){
        .key = "roll_lead", .known = true, .value = 20, .max = 99, .status = NUMBER_LAW};
    numbers[1] = (struct rule_number){
        .key = "candidates_lead", .min = 3, .max = 7, .status = NUMBER_CONFIRM};
    set->numbers = numbers;
    set->numbers_n = 2;
    set->sources = sources;
    set->sources_n = 2;
    set->template_ = &a_template;
    return set;
}

static void things_are_found_by_name(void **state)
{
    struct ruleset *set = made();
    (void)state;
    assert_ptr_equal(ruleset_number(set, "candidates_lead"), &numbers[1]);
    assert_null(ruleset_number(set, "candidates"));
    assert_ptr_equal(ruleset_source(set, "MCA"), &sources[1]);
    assert_null(ruleset_source(set, "V2"));
    assert_ptr_equal(template_step(&a_template, "S07"), &steps[1]);
    assert_null(template_step(&a_template, "open"));
    assert_ptr_equal(step_field(&steps[0], "published_on"), &fields[0]);
    assert_ptr_equal(step_field(&steps[0], "registered"), &counts[0]);
    assert_null(step_field(&steps[1], "registered"));
    assert_ptr_equal(template_open_field(&a_template, "polling_day"), &open_fields[0]);
    assert_null(template_open_field(&a_template, "seats"));
    ruleset_free(set);
    ruleset_free(NULL);
}

static void only_a_number_that_waits_is_confirmed(void **state)
{
    struct ruleset *set = made();
    char document[] = "巴民发〔2026〕3号";
    (void)state;
    assert_false(ruleset_confirm(set, "roll_lead", 20, document));
    assert_false(ruleset_confirm(set, "none", 5, document));
    assert_false(ruleset_confirm(set, "candidates_lead", 2, document));
    assert_false(ruleset_confirm(set, "candidates_lead", 8, document));
    assert_false(ruleset_confirm(set, "candidates_lead", 5, NULL));
    assert_false(ruleset_number(set, "candidates_lead")->known);
    assert_true(ruleset_confirm(set, "candidates_lead", 5, document));
    memset(document, 'x', sizeof(document) - 1);
    const struct rule_number *number = ruleset_number(set, "candidates_lead");
    assert_true(number->known && number->value == 5 && number->status == NUMBER_CONFIRM);
    assert_string_equal(number->document, "巴民发〔2026〕3号");
    assert_true(ruleset_confirm(set, "candidates_lead", 7, "later"));
    assert_int_equal(number->value, 7);
    assert_string_equal(number->document, "later");
    ruleset_free(set);
}

static void words_follow_the_language(void **state)
{
    struct words both = {"公布", "published"}, one = {"公布", ""}, none = {"公布", NULL};
    (void)state;
    gw_i18n_set(GW_LANG_ZH);
    assert_string_equal(words_in(&both), "公布");
    gw_i18n_set(GW_LANG_EN);
    assert_string_equal(words_in(&both), "published");
    assert_string_equal(words_in(&one), "公布");
    assert_string_equal(words_in(&none), "公布");
}

static void assert_cite(const struct ruleset *set, const char *law, const char *article,
                        const char *zh, const char *en)
{
    struct citation cite = {law, article};
    char out[256];
    gw_i18n_set(GW_LANG_ZH);
    assert_int_equal(citation_print(set, &cite, out, sizeof(out)), strlen(zh));
    assert_string_equal(out, zh);
    gw_i18n_set(GW_LANG_EN);
    assert_int_equal(citation_print(set, &cite, out, sizeof(out)), strlen(en));
    assert_string_equal(out, en);
}

static void citations_name_law_and_article(void **state)
{
    struct ruleset *set = made();
    (void)state;
    assert_cite(set, "V26", "17", "《村民委员会组织法》第17条",
                "Organic Law of Committees, article 17");
    assert_cite(set, "V26", "24-2", "《村民委员会组织法》第24条第2款",
                "Organic Law of Committees, article 24, paragraph 2");
    assert_cite(set, "V26", "18-3-2", "《村民委员会组织法》第18条第3款第2项",
                "Organic Law of Committees, article 18, paragraph 3, item 2");
    assert_cite(set, "V26", NULL, "《村民委员会组织法》", "Law: Organic Law of Committees");
    assert_cite(set, "MCA", NULL, "《选举规程（试行）》", "Law: Rules");
    assert_cite(set, "GONE", "1", "《GONE》第1条", "GONE, article 1");
    assert_cite(set, NULL, NULL, "", "");
    char tiny[8];
    struct citation cite = {"V26", "17"};
    assert_true(citation_print(set, &cite, tiny, sizeof(tiny)) > 8);
    ruleset_free(set);
}

static int language(void **state)
{
    (void)state;
    (void)gw_i18n_init("zh_CN");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_are_found_by_name),
        cmocka_unit_test(only_a_number_that_waits_is_confirmed),
        cmocka_unit_test(words_follow_the_language),
        cmocka_unit_test(citations_name_law_and_article),
    };
    return cmocka_run_group_tests(tests, language, NULL);
}
