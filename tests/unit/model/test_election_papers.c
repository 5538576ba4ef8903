/* Whether a poll is valid: turnout, papers, missing numbers; and what is refused. */
#include "make_poll.h"

static void test_need(void **state)
{
    (void)state;
    static const struct {
        struct elect_share share;
        int64_t of, need;
    } rows[] = {
        {{1, 2, true}, 100, 51},
        {{1, 2, true}, 101, 51},
        {{1, 2, true}, 0, 1},
        {{1, 2, true}, 1, 1},
        {{1, 2, false}, 100, 50},
        {{1, 3, false}, 99, 33},
        {{1, 3, false}, 100, 34},
        {{1, 3, false}, 0, 0},
        {{2, 3, true}, 99, 67},
        {{2, 3, true}, 100, 67},
        {{2, 3, true}, 101, 68},
        {{2, 3, false}, 99, 66},
        {{1, 2, true}, ELECT_NUMBER_MAX, ELECT_NUMBER_MAX / 2 + 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(elect_need(&rows[i].share, rows[i].of), rows[i].need);
    }
}

/* ---- V26 18, U26 19: more than half of the registered voted; representatives: two thirds */

static void test_turnout(void **state)
{
    (void)state;
    static const struct {
        const char *law;
        struct elect_share share;
        int64_t registered, voted;
        enum elect_validity validity;
    } rows[] = {
        {"V26", {1, 2, true}, 100, 51, ELECT_VALID}, {"V26", {1, 2, true}, 100, 50, ELECT_VOID},
        {"U26", {1, 2, true}, 101, 51, ELECT_VALID}, {"U26", {1, 2, true}, 101, 50, ELECT_VOID},
        {"U26", {2, 3, true}, 99, 67, ELECT_VALID},  {"U26", {2, 3, true}, 99, 66, ELECT_VOID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct poll p;
        bool village = strcmp(rows[i].law, "V26") == 0;
        village ? poll_begin(&p) : poll_of_community(&p);
        p.in.rules.turnout = rows[i].share;
        p.in.ballots =
            (struct elect_ballots){rows[i].registered, rows[i].voted, -1, -1, -1, -1, -1, {0}};
        const struct elect_result *r = count(&p);
        assert_int_equal(r->validity, rows[i].validity);
        assert_int_equal(r->reasons_n, 1);
        assert_int_equal(r->reasons[0],
                         rows[i].validity == ELECT_VALID ? WHY_TURNOUT : WHY_NO_TURNOUT);
        assert_string_equal(r->reason_cites[0].law, rows[i].law);
        assert_string_equal(r->reason_cites[0].article, village ? "18" : "19");
        assert_int_equal(r->seats_n, rows[i].validity == ELECT_VALID ? 5 : 0);
        assert_int_equal(r->rerun_needed, rows[i].validity == ELECT_VALID);
    }
}

/* ---- papers */

static void test_papers(void **state)
{
    (void)state;
    static const struct {
        struct elect_ballots b;
        enum elect_flag voted, issued;
        enum elect_validity validity;
        enum elect_why last;
        bool waits;
    } rows[] = {
        {{100, 80, 80, 80, 77, 2, 1, {0}}, FLAG_YES, FLAG_YES, ELECT_VALID, WHY_TURNOUT, false},
        {{100, 80, 82, 81, 81, 0, 0, {0}}, FLAG_YES, FLAG_YES, ELECT_VOID, WHY_OVER_VOTED, false},
        {{100, 80, 82, 81, 81, 0, 0, {0}}, FLAG_NO, FLAG_YES, ELECT_VALID, WHY_OVER_VOTED, false},
        {{100, 80, 82, 81, 81, 0, 0, {0}},
         FLAG_WAITS,
         FLAG_YES,
         ELECT_UNDECIDED,
         WHY_OVER_VOTED,
         true},
        {{100, 80, 79, 80, 80, 0, 0, {0}}, FLAG_YES, FLAG_YES, ELECT_VOID, WHY_OVER_ISSUED, false},
        {{100, 80, 79, 80, 80, 0, 0, {0}}, FLAG_YES, FLAG_NO, ELECT_VALID, WHY_OVER_ISSUED, false},
        {{100, 80, 79, 81, 81, 0, 0, {0}},
         FLAG_WAITS,
         FLAG_YES,
         ELECT_VOID,
         WHY_OVER_ISSUED,
         true}, /* void whatever the district says of the other */
        {{100, 80, 80, 80, 77, 2, 2, {0}}, FLAG_YES, FLAG_YES, ELECT_VALID, WHY_SHEET, false},
        {{100, 80, -1, 80, 77, -1, 2, {0}}, FLAG_YES, FLAG_YES, ELECT_VALID, WHY_TURNOUT, false},
        {{-1, 80, 80, 80, 80, 0, 0, {0}}, FLAG_YES, FLAG_YES, ELECT_UNDECIDED, WHY_MISSING, false},
        {{100, -1, 80, 80, 80, 0, 0, {0}}, FLAG_YES, FLAG_YES, ELECT_UNDECIDED, WHY_MISSING, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct poll p;
        poll_begin(&p);
        p.in.ballots = rows[i].b;
        p.in.rules.void_over_voted = rows[i].voted;
        p.in.rules.void_over_issued = rows[i].issued;
        const struct elect_result *r = count(&p);
        assert_int_equal(r->validity, rows[i].validity);
        assert_int_equal(r->reasons[r->reasons_n - 1], rows[i].last);
        assert_int_equal(r->waits, rows[i].waits);
    }
}

static void test_rerun_turnout(void **state)
{
    (void)state;
    static const struct {
        enum elect_flag flag;
        enum elect_validity validity;
        size_t reasons;
    } rows[] = {
        {FLAG_NO, ELECT_VALID, 0}, {FLAG_YES, ELECT_VOID, 1}, {FLAG_WAITS, ELECT_UNDECIDED, 1}};
    for (size_t i = 0; i < 3; i++) {
        struct poll p;
        poll_begin(&p);
        p.in.rerun = true;
        p.in.rules.rerun_turnout = rows[i].flag;
        p.in.ballots = (struct elect_ballots){100, 50, -1, 50, -1, -1, -1, {0}};
        const struct elect_result *r = count(&p);
        assert_int_equal(r->validity, rows[i].validity);
        assert_int_equal(r->reasons_n, rows[i].reasons);
    }
}

static void test_incomplete(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    man(&p, 60, 0, 0);
    p.in.incomplete = true;
    const struct elect_result *r = count(&p);
    assert_int_equal(r->validity, ELECT_UNDECIDED);
    assert_int_equal(r->reasons[0], WHY_MISSING);
    assert_int_equal(r->seats_n, 0);
    p.in.ballots.voted = 50; /* too few voted, whatever the votes are */
    assert_int_equal(count(&p)->validity, ELECT_VOID);
    p.in.incomplete = false;
    p.in.rerun = true; /* the floor has no denominator */
    p.in.ballots = (struct elect_ballots){100, 80, -1, -1, -1, -1, -1, {0}};
    r = count(&p);
    assert_int_equal(r->validity, ELECT_UNDECIDED);
    assert_int_equal(r->need_votes, -1);
}

/* ---- the impossible */

static void refused(struct poll *p)
{
    struct gw_fail fail = {0};
    assert_int_equal(elect_result(&p->in, &p->r, &fail), GW_INVALID);
    assert_string_not_equal(fail.text, "");
    assert_int_equal(p->r.seats_n, 0);
    assert_int_equal(p->r.elected, 0);
}

static void test_impossible(void **state)
{
    (void)state;
    for (size_t i = 0; i < 18; i++) {
        struct poll p;
        poll_begin(&p);
        size_t who = man(&p, 1, 1, 1);
        int64_t *numbers[] = {
            &p.in.ballots.registered, &p.in.ballots.voted,    &p.in.ballots.issued,
            &p.in.ballots.recovered,  &p.in.ballots.valid,    &p.in.ballots.invalid,
            &p.in.ballots.blank,      &p.in.seats[CHAIR],     &p.in.seats[MEMBER],
            &p.people[who].votes[0],  &p.people[who].votes[2]};
        assert_int_equal(elect_result(&p.in, &p.r, NULL), GW_OK);
        if (i < 11) {
            *numbers[i] = -2;
            refused(&p);
            *numbers[i] = INT64_MAX;
        } else if (i == 11) {
            p.in.seats[MEMBER] = ELECT_SEATS_MAX - 1; /* 100 with the other two */
        } else if (i == 12) {
            p.in.people_n = ELECT_PEOPLE_MAX + 1;
        } else if (i == 13) {
            kin(&p, 0, 1);
        } else if (i == 14) {
            kin(&p, SIZE_MAX, 0);
        } else if (i == 15) {
            p.in.ballots.invalid_part[DEPUTY] = -1;
        } else if (i == 16) {
            p.people[who].votes[DEPUTY] = -1;
        } else {
            p.in.elected_before = -1;
        }
        refused(&p);
    }
}

static void test_full_house(void **state)
{
    (void)state;
    static struct elect_person people[ELECT_PEOPLE_MAX];
    struct poll p;
    poll_begin(&p);
    p.in.seats[CHAIR] = p.in.seats[DEPUTY] = 0;
    p.in.seats[MEMBER] = ELECT_SEATS_MAX;
    for (size_t i = 0; i < ELECT_PEOPLE_MAX; i++) {
        people[i] = (struct elect_person){.id = "x", .woman = true, .votes = {0, 0, 80}};
    }
    p.in.people = people;
    p.in.people_n = ELECT_PEOPLE_MAX;
    const struct elect_result *r = count(&p);
    assert_int_equal(seats_in(r, SEAT_TIE), ELECT_SEATS_MAX);
    assert_int_equal(r->others_n, ELECT_PEOPLE_MAX);
    assert_int_equal(r->rerun_people_n, ELECT_PEOPLE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_need),       cmocka_unit_test(test_turnout),
        cmocka_unit_test(test_papers),     cmocka_unit_test(test_rerun_turnout),
        cmocka_unit_test(test_incomplete), cmocka_unit_test(test_impossible),
        cmocka_unit_test(test_full_house),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
