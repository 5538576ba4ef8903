/* What the result of a poll takes from the shipped rule files: shares, articles, and that what no
 * law says waits for the district. */
#include "ruleset_kit.h"

#include "model/election.h"

static struct ruleset *load(const char *template_id)
{
    struct gw_buf text;
    struct gw_fail why = {0};
    struct ruleset *set = NULL;
    gw_buf_init(&text, RULESET_TEXT_MAX);
    assert_int_equal(ruleset_compose("rules", template_id, "CQ", at("2026-06-01"), &text, &why),
                     GW_OK);
    assert_int_equal(ruleset_load(gw_buf_str(&text), text.len, &set, &why), GW_OK);
    gw_buf_free(&text);
    return set;
}

static void assert_share(const struct elect_share *share, int64_t num, int64_t den, bool strict)
{
    assert_int_equal(share->num, num);
    assert_int_equal(share->den, den);
    assert_int_equal(share->strict, strict);
}

static void assert_cite(const struct citation *cite, const char *law, const char *article)
{
    assert_non_null(cite->law);
    assert_string_equal(cite->law, law);
    assert_string_equal(cite->article, article);
}

static void test_shares(void **state)
{
    (void)state;
    static const struct {
        const char *template_id, *law, *article;
        int64_t num, den;
    } rows[] = {
        {"village-direct", "V26", "18", 1, 2},
        {"community-voters", "U26", "19", 1, 2},
        {"community-households", "U26", "19", 1, 2},
        {"community-representatives", "U26", "19", 2, 3},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ruleset *set = load(rows[i].template_id);
        struct elect_rules r;
        elect_rules_of(set, &r);
        assert_share(&r.turnout, rows[i].num, rows[i].den, true);
        assert_share(&r.majority, 1, 2, true);
        assert_share(&r.rerun_floor, 1, 3, false);
        assert_cite(&r.poll_cite, rows[i].law, rows[i].article);
        assert_cite(&r.majority_cite, rows[i].law, rows[i].article);
        assert_cite(&r.rerun_cite, rows[i].law, rows[i].article);
        assert_cite(&r.woman_cite, rows[i].law, "8");
        assert_cite(&r.kin_cite, rows[i].law, "8");
        assert_int_equal(r.women_min, 1);
        ruleset_free(set);
    }
}

static void test_what_the_district_confirms(void **state)
{
    (void)state;
    struct ruleset *set = load("village-direct");
    struct elect_rules r;
    elect_rules_of(set, &r);
    const enum elect_flag flags[] = {
        r.rerun_turnout,   r.woman_held,       r.kin_higher_stays, r.lower_post_votes,
        r.void_over_voted, r.void_over_issued, r.blank_is_invalid, r.rest_vacant_needs_chair};
    for (size_t i = 0; i < COUNT(flags); i++) {
        assert_int_equal(flags[i], FLAG_WAITS);
    }
    assert_int_equal(r.rest_vacant_min, -1);
    assert_true(ruleset_confirm(set, "void_over_voted", 1, "渝民〔2026〕1号"));
    assert_true(ruleset_confirm(set, "woman_seat_held", 0, "渝民〔2026〕1号"));
    assert_true(ruleset_confirm(set, "rest_vacant_min", 3, "渝民〔2026〕1号"));
    elect_rules_of(set, &r);
    assert_int_equal(r.void_over_voted, FLAG_YES);
    assert_int_equal(r.woman_held, FLAG_NO);
    assert_int_equal(r.rest_vacant_min, 3);
    ruleset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_what_the_district_confirms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
