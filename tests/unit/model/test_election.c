/* The result of a poll by hand, article by article: one that keeps it and one that breaks it. */
#include "make_poll.h"

/* ---- V26 18, U26 19: elected is who has the votes of more than half of those who voted */

static void test_majority(void **state)
{
    (void)state;
    for (int village = 0; village < 2; village++) {
        struct poll p;
        village ? poll_begin(&p) : poll_of_community(&p);
        const char *article = village ? "18" : "19";
        size_t keeps = woman(&p, 41, 0, 0);
        size_t breaks = man(&p, 0, 40, 0);
        const struct elect_result *r = count(&p);
        assert_int_equal(r->need_votes, 41);
        assert_line(r, keeps, SEAT_ELECTED, CHAIR, WHY_MAJORITY, article);
        assert_line(r, breaks, SEAT_OPEN, DEPUTY, WHY_BELOW, article);
        assert_int_equal(line_of(r, breaks)->votes, 40);
        assert_int_equal(line_of(r, breaks)->need, 41);
        assert_int_equal(r->elected, 1);
        assert_int_equal(r->open, 4);
    }
}

/* ---- the same: a rerun elects by plurality, not under a third of the votes cast */

static void test_rerun_floor(void **state)
{
    (void)state;
    for (int village = 0; village < 2; village++) {
        struct poll p;
        village ? poll_begin(&p) : poll_of_community(&p);
        const char *article = village ? "18" : "19";
        p.in.rerun = true;
        p.in.ballots.recovered = 78; /* 26 exactly is a third of it, of the voted it is not */
        p.in.seats[CHAIR] = p.in.seats[DEPUTY] = 0;
        size_t keeps = man(&p, 0, 0, 26);
        size_t breaks = man(&p, 0, 0, 25);
        const struct elect_result *r = count(&p);
        assert_int_equal(r->need_votes, 26);
        assert_line(r, keeps, SEAT_ELECTED, MEMBER, WHY_FLOOR, article);
        assert_line(r, breaks, SEAT_OPEN, MEMBER, WHY_BELOW, article);
        size_t more = man(&p, 0, 0, 27);
        p.in.seats[MEMBER] = 1;
        r = count(&p);
        assert_line(r, more, SEAT_ELECTED, MEMBER, WHY_PLURALITY, article);
        assert_line(r, keeps, SEAT_OPEN, MEMBER, WHY_SEATS, article);
    }
}

/* ---- V26 8, U26 8: a woman among the members */

static void test_woman(void **state)
{
    (void)state;
    for (int village = 0; village < 2; village++) {
        struct poll p;
        village ? poll_begin(&p) : poll_of_community(&p);
        size_t men[3] = {man(&p, 0, 0, 60), man(&p, 0, 0, 55), man(&p, 0, 0, 50)};
        size_t her = woman(&p, 0, 0, 45);
        size_t other = woman(&p, 0, 0, 44);
        const struct elect_result *r = count(&p);
        assert_line(r, her, SEAT_ELECTED, MEMBER, WHY_WOMAN_TAKES, "8");
        assert_line(r, men[2], SEAT_OPEN, MEMBER, WHY_WOMAN_GIVES, "8");
        assert_string_equal(line_of(r, her)->cite.law, village ? "V26" : "U26");
        assert_line(r, other, SEAT_OPEN, MEMBER, WHY_SEATS, NULL);
        assert_elected(r, men[1], MEMBER);
        assert_int_equal(r->women, 1);
        p.people[men[0]].woman = true; /* kept without the rule */
        r = count(&p);
        assert_line(r, men[2], SEAT_ELECTED, MEMBER, WHY_PLURALITY, village ? "18" : "19");
        assert_line(r, her, SEAT_OPEN, MEMBER, WHY_SEATS, NULL);
    }
}

static void test_woman_of_a_higher_post(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    size_t chair = woman(&p, 50, 0, 0);
    size_t last = man(&p, 0, 0, 45);
    man(&p, 0, 0, 60);
    man(&p, 0, 0, 55);
    woman(&p, 0, 0, 40); /* does not pass */
    const struct elect_result *r = count(&p);
    assert_elected(r, chair, CHAIR);
    assert_elected(r, last, MEMBER);
    p.in.rules.women_min = 2;
    size_t second = woman(&p, 0, 0, 41);
    p.people[chair].votes[MEMBER] = 70; /* most votes also for a member: she stays where she won */
    r = count(&p);
    assert_elected(r, chair, CHAIR);
    assert_elected(r, second, MEMBER);
    assert_line(r, last, SEAT_OPEN, MEMBER, WHY_WOMAN_GIVES, "8");
}

/* Two women are members by their votes; for the third so many seats are set aside as women need. */
static void test_three_women(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    p.in.rules.women_min = 3;
    size_t a = woman(&p, 0, 0, 50);
    size_t b = woman(&p, 0, 0, 50);
    size_t him = man(&p, 0, 0, 60);
    size_t c = woman(&p, 0, 0, 45);
    const struct elect_result *r = count(&p);
    assert_line(r, a, SEAT_ELECTED, MEMBER, WHY_PLURALITY, "18");
    assert_line(r, b, SEAT_ELECTED, MEMBER, WHY_PLURALITY, "18");
    assert_line(r, c, SEAT_ELECTED, MEMBER, WHY_WOMAN_TAKES, "8");
    assert_line(r, him, SEAT_OPEN, MEMBER, WHY_WOMAN_GIVES, "8");
}

static void test_woman_held(void **state)
{
    (void)state;
    static const struct {
        enum elect_flag flag;
        size_t held;
        bool waits;
    } rows[] = {{FLAG_NO, 0, false}, {FLAG_YES, 1, false}, {FLAG_WAITS, 0, true}};
    for (size_t i = 0; i < 3; i++) {
        struct poll p;
        poll_begin(&p);
        p.in.rules.woman_held = rows[i].flag;
        man(&p, 0, 0, 60);
        man(&p, 0, 0, 55);
        size_t last = man(&p, 0, 0, 50);
        size_t below = woman(&p, 0, 0, 40);
        const struct elect_result *r = count(&p);
        assert_int_equal(seats_in(r, SEAT_HELD), rows[i].held);
        assert_int_equal(r->waits, rows[i].waits);
        assert_int_equal(line_of(r, last)->state == SEAT_ELECTED, rows[i].held == 0);
        if (rows[i].held) {
            assert_line(r, SIZE_MAX, SEAT_OPEN, CHAIR, WHY_VACANT,
                        "18"); /* the chair comes first */
            assert_int_equal(r->seats[r->seats_n - 1].state, SEAT_HELD);
            assert_string_equal(r->seats[r->seats_n - 1].cite.article, "8");
            assert_int_equal(r->rerun_people[r->rerun_people_n - 1], below); /* women only */
            assert_int_equal(r->rerun_people_n, 1);
        }
    }
}

static void test_woman_tied_takes_nothing(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    size_t a = man(&p, 0, 0, 60);
    size_t b = man(&p, 0, 0, 55);
    size_t c = man(&p, 0, 0, 50);
    size_t her = woman(&p, 0, 0, 50);
    const struct elect_result *r = count(&p);
    assert_elected(r, a, MEMBER);
    assert_elected(r, b, MEMBER);
    assert_line(r, c, SEAT_OPEN, MEMBER, WHY_TIE, NULL);
    assert_line(r, her, SEAT_OPEN, MEMBER, WHY_TIE, NULL);
}

static void test_held_seat_of_a_rerun(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    p.in.rerun = p.in.held_for_woman = true;
    p.in.seats[CHAIR] = p.in.seats[DEPUTY] = 0;
    p.in.seats[MEMBER] = 2;
    size_t first = man(&p, 0, 0, 60);
    size_t second = man(&p, 0, 0, 50);
    size_t her = woman(&p, 0, 0, 30);
    const struct elect_result *r = count(&p);
    assert_elected(r, first, MEMBER);
    assert_line(r, her, SEAT_ELECTED, MEMBER, WHY_WOMAN_TAKES, "8");
    assert_line(r, second, SEAT_OPEN, MEMBER, WHY_SEATS, "18");
    p.people[her].votes[MEMBER] = 26; /* under a third of 80 */
    r = count(&p);
    assert_int_equal(seats_in(r, SEAT_HELD), 1);
    assert_int_equal(seats_in(r, SEAT_OPEN), 0);
}

/* ---- V26 8, U26 8: no near kin among the members */

static void test_kin(void **state)
{
    (void)state;
    for (int village = 0; village < 2; village++) {
        struct poll p;
        village ? poll_begin(&p) : poll_of_community(&p);
        size_t chair = woman(&p, 45, 0, 0);
        size_t brother = man(&p, 0, 0, 60);
        size_t next = man(&p, 0, 0, 41);
        man(&p, 0, 0, 55);
        man(&p, 0, 0, 50);
        kin(&p, brother, chair);
        const struct elect_result *r = count(&p);
        assert_elected(r, chair, CHAIR); /* the higher post stays */
        assert_line(r, brother, SEAT_OPEN, MEMBER, WHY_KIN, "8");
        assert_string_equal(line_of(r, brother)->cite.law, village ? "V26" : "U26");
        assert_elected(r, next, MEMBER);
        p.people[brother].votes[MEMBER] = 40; /* kept: he is not elected anyhow */
        r = count(&p);
        assert_line(r, brother, SEAT_OPEN, MEMBER, WHY_BELOW, village ? "18" : "19");
    }
}

static void test_kin_flag(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    size_t chair = woman(&p, 45, 0, 0);
    size_t member = woman(&p, 0, 0, 60);
    kin(&p, chair, member);
    p.in.rules.kin_higher_stays = FLAG_NO;
    const struct elect_result *r = count(&p);
    assert_elected(r, member, MEMBER);
    assert_line(r, chair, SEAT_OPEN, CHAIR, WHY_KIN, "8");
    p.in.rules.kin_higher_stays = FLAG_WAITS;
    r = count(&p);
    assert_elected(r, chair, CHAIR);
    assert_true(r->waits);
    p.people[member].votes[MEMBER] = 44; /* both readings agree */
    assert_false(count(&p)->waits);
}

/* b goes for a, so that c, who is kin of b alone, stays; in whatever order the pairs were written.
 */
static void test_kin_chain(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        struct poll p;
        poll_begin(&p);
        size_t a = woman(&p, 45, 0, 0);
        size_t b = man(&p, 0, 45, 0);
        size_t c = man(&p, 0, 0, 45);
        turn ? kin(&p, a, b) : kin(&p, b, c);
        turn ? kin(&p, b, c) : kin(&p, a, b);
        const struct elect_result *r = count(&p);
        assert_elected(r, a, CHAIR);
        assert_line(r, b, SEAT_OPEN, DEPUTY, WHY_KIN, "8");
        assert_elected(r, c, MEMBER);
    }
}

static void test_kin_equal(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    size_t a = woman(&p, 0, 0, 50);
    size_t b = man(&p, 0, 0, 50);
    kin(&p, a, b);
    kin(&p, a, a);
    const struct elect_result *r = count(&p);
    assert_line(r, a, SEAT_ELECTED, MEMBER, WHY_KIN, "8");
    assert_line(r, b, SEAT_ELECTED, MEMBER, WHY_KIN, "8");
}

static void test_kin_of_the_first_poll(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    p.in.rerun = true;
    size_t out = man(&p, 0, 0, 60);
    p.people[out].kin_before = true;
    const struct elect_result *r = count(&p);
    assert_line(r, out, SEAT_OPEN, MEMBER, WHY_KIN, "8");
    assert_int_equal(r->rerun_people_n, 0);
}

/* ---- seats */

static void test_tie(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    size_t first = woman(&p, 0, 0, 60);
    size_t a = man(&p, 45, 0, 70); /* tied for the chair: set aside also for the members */
    size_t b = man(&p, 45, 0, 0);
    size_t c = man(&p, 0, 0, 50);
    size_t d = man(&p, 0, 0, 50);
    size_t e = man(&p, 0, 0, 50);
    size_t f = man(&p, 0, 0, 49);
    const struct elect_result *r = count(&p);
    assert_int_equal(r->seats[0].state, SEAT_TIE);
    assert_int_equal(r->seats[0].votes, 45);
    assert_true(r->seats[0].person == SIZE_MAX);
    assert_line(r, a, SEAT_OPEN, CHAIR, WHY_TIE, NULL);
    assert_elected(r, first, MEMBER);
    assert_int_equal(seats_in(r, SEAT_TIE), 3);
    assert_int_equal(seats_in(r, SEAT_OPEN), 1); /* the deputy's */
    assert_line(r, f, SEAT_OPEN, MEMBER, WHY_SEATS, NULL);
    const size_t want[] = {a, b, c, d, e}; /* the tied alone; nobody has votes for deputy */
    assert_int_equal(r->rerun_people_n, 5);
    assert_memory_equal(r->rerun_people, want, sizeof want);
    assert_int_equal(r->rerun_seats[CHAIR], 1);
    assert_int_equal(r->rerun_seats[MEMBER], 2);
}

static void test_lower_post_votes(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    size_t who = woman(&p, 20, 11, 10);
    const struct elect_result *r = count(&p);
    assert_line(r, who, SEAT_OPEN, CHAIR, WHY_BELOW, "18");
    assert_false(r->waits);
    p.in.rules.lower_post_votes = FLAG_WAITS;
    r = count(&p);
    assert_line(r, who, SEAT_OPEN, CHAIR, WHY_BELOW, "18");
    assert_true(r->waits);
    p.in.rules.lower_post_votes = FLAG_YES;
    r = count(&p);
    assert_line(r, who, SEAT_ELECTED, MEMBER, WHY_MAJORITY, "18");
    assert_int_equal(line_of(r, who)->votes, 41);
}

static void test_barred(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    size_t bad = man(&p, 70, 0, 0);
    size_t next = woman(&p, 45, 0, 0);
    p.people[bad].barred = true;
    const struct elect_result *r = count(&p);
    assert_elected(r, next, CHAIR);
    assert_line(r, bad, SEAT_OPEN, CHAIR, WHY_BARRED, NULL);
}

/* Every seat once, from the chair down, most votes first, equal ones in the order of people. */
static void test_order_of_seats(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    size_t low = woman(&p, 0, 0, 50);
    size_t same = man(&p, 0, 0, 50);
    size_t chair = man(&p, 41, 0, 0);
    size_t high = man(&p, 0, 0, 60);
    const struct elect_result *r = count(&p);
    const size_t want[] = {chair, SIZE_MAX, high, low, same};
    assert_int_equal(r->seats_n, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(r->seats[i].person == want[i]);
    }
}

/* ---- another poll, vacancy */

static void test_rerun_people(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    p.in.seats[CHAIR] = p.in.seats[DEPUTY] = 0;
    p.in.seats[MEMBER] = 2;
    woman(&p, 0, 0, 60);
    size_t bad = man(&p, 0, 0, 40);
    p.people[bad].barred = true;
    size_t c = man(&p, 0, 0, 20);
    size_t b = man(&p, 0, 0, 30);
    size_t d = man(&p, 0, 0, 20);
    man(&p, 0, 0, 19);
    const struct elect_result *r = count(&p);
    const size_t want[] = {b, c, d}; /* one open seat: two, and equal votes come along */
    assert_int_equal(r->rerun_people_n, 3);
    assert_memory_equal(r->rerun_people, want, sizeof want);
    assert_int_equal(r->rerun_seats[MEMBER], 1);
    assert_true(r->rerun_needed);
}

static void test_vacancy(void **state)
{
    (void)state;
    static const struct {
        int64_t min;
        enum elect_flag chair;
        bool has_chair, may, waits;
    } rows[] = {
        {3, FLAG_YES, true, true, false},    {4, FLAG_YES, true, false, false},
        {3, FLAG_YES, false, false, false},  {3, FLAG_NO, false, true, false},
        {3, FLAG_WAITS, false, false, true}, {3, FLAG_WAITS, true, true, false},
        {-1, FLAG_NO, true, false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct poll p;
        poll_begin(&p);
        p.in.rules.rest_vacant_min = rows[i].min;
        p.in.rules.rest_vacant_needs_chair = rows[i].chair;
        woman(&p, rows[i].has_chair ? 60 : 0, 0, 60);
        man(&p, 0, 0, 55);
        man(&p, 0, 0, 50);
        const struct elect_result *r = count(&p);
        assert_int_equal(r->rest_may_stay_vacant, rows[i].may);
        assert_int_equal(r->waits, rows[i].waits);
    }
}

static void test_vacancy_of_a_rerun(void **state)
{
    (void)state;
    struct poll p;
    poll_begin(&p);
    p.in.rerun = true;
    p.in.seats[CHAIR] = p.in.seats[DEPUTY] = 0;
    p.in.rules.rest_vacant_min = 3;
    p.in.elected_before = 2;
    man(&p, 0, 0, 26);
    assert_false(count(&p)->rest_may_stay_vacant);
    man(&p, 0, 0, 27);
    assert_true(count(&p)->rest_may_stay_vacant);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_majority),
        cmocka_unit_test(test_rerun_floor),
        cmocka_unit_test(test_woman),
        cmocka_unit_test(test_woman_of_a_higher_post),
        cmocka_unit_test(test_three_women),
        cmocka_unit_test(test_woman_held),
        cmocka_unit_test(test_woman_tied_takes_nothing),
        cmocka_unit_test(test_held_seat_of_a_rerun),
        cmocka_unit_test(test_kin),
        cmocka_unit_test(test_kin_flag),
        cmocka_unit_test(test_kin_chain),
        cmocka_unit_test(test_kin_equal),
        cmocka_unit_test(test_kin_of_the_first_poll),
        cmocka_unit_test(test_tie),
        cmocka_unit_test(test_lower_post_votes),
        cmocka_unit_test(test_barred),
        cmocka_unit_test(test_order_of_seats),
        cmocka_unit_test(test_rerun_people),
        cmocka_unit_test(test_vacancy),
        cmocka_unit_test(test_vacancy_of_a_rerun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
