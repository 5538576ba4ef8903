/* From the records of a procedure to the numbers of a result, over a small template. */
#include "make_rules.h"

#include "model/election.h"

enum { A, B, C };

static const struct check s21_turnout[] = {{.id = "S21.turnout",
                                            .left = {OWN("voted")},
                                            .left_n = 1,
                                            .right = {OWN("registered")},
                                            .right_n = 1,
                                            .op = CHECK_GT,
                                            .num = 2,
                                            .den = 3,
                                            .cite = {.law = "U26", .article = "19"}}};
static const struct check s24_third[] = {{.id = "S24-2.third",
                                          .left = {OWN("votes")},
                                          .left_n = 1,
                                          .right = {STEP("S24", "cast")},
                                          .right_n = 1,
                                          .op = CHECK_GE,
                                          .num = 1,
                                          .den = 4,
                                          .cite = LAW("18")}};
static const struct step_spec ballot_steps[] = {
    {.id = "S04"},
    {.id = "S10", .subjects = true},
    {.id = "S10-1", .subjects = true},
    {.id = "S21", .checks = s21_turnout, .checks_n = 1},
    {.id = "S22-1", .subjects = true},
    {.id = "S22", .subjects = true},
    {.id = "S23-1", .subjects = true},
    {.id = "S23-2", .subjects = true},
    {.id = "S24"},
    {.id = "S24-1", .subjects = true, .checks = s24_third, .checks_n = 1},
};
static const struct proc_template ballot = {.id = "ballot",
                                            .version = 1,
                                            .kind = "election",
                                            .committee = "village",
                                            .mode = "voters",
                                            .valid_from = DAY_NONE,
                                            .valid_to = DAY_NONE,
                                            .anchor = "polling_day",
                                            .steps = ballot_steps,
                                            .steps_n = LEN(ballot_steps)};
static struct rule_number numbers[] = {
    {.key = "women_min", .known = true, .value = 1, .cite = LAW("8")},
    {.key = "woman_seat_held", .status = NUMBER_CONFIRM},
    {.key = "kin_higher_stays", .known = true, .value = 0},
    {.key = "lower_post_votes", .known = true, .value = 1},
    {.key = "rest_vacant_min", .status = NUMBER_CONFIRM},
};
static const struct ruleset rules = {.valid_from = DAY_NONE,
                                     .valid_to = DAY_NONE,
                                     .numbers = numbers,
                                     .numbers_n = LEN(numbers),
                                     .template_ = &ballot};

/* ---- a story with a first poll */

static struct made *put_votes(struct story *t, const char *step, const char *who, int64_t chair,
                              int64_t member)
{
    struct made *m = put_step(t, A, step, who, POLLING);
    made_num(m, "chair_votes", chair);
    made_num(m, "member_votes", member);
    return m;
}

static struct story *polled(void)
{
    struct story *t = story_new(7);
    put_open_on(t, A, POLLING);
    struct made *seats = put_step(t, A, "S04", "", "2026-07-27");
    made_num(seats, "chair_seats", 1);
    made_num(seats, "deputy_seats", 0);
    made_num(seats, "member_seats", 3);
    struct made *poll = put_step(t, A, "S21", "", POLLING);
    made_num(poll, "registered", 100);
    made_num(poll, "voted", 80);
    made_num(poll, "issued", 80);
    made_num(poll, "recovered", 79);
    struct made *papers = put_step(t, A, "S22-1", "ballot", POLLING);
    made_num(papers, "valid", 77);
    made_num(papers, "invalid", 2);
    made_num(papers, "blank", 0);
    return t;
}

static struct made *nominate(struct story *t, const char *who, const char *name, int woman,
                             const char *verdict)
{
    struct made *m = put_step(t, A, "S10", who, "2026-08-10");
    made_text(m, "name", name);
    made_num(m, "woman", woman);
    made_text(m, "post", "chair");
    made_text(m, "verdict", verdict);
    return m;
}

struct reading {
    struct ev_set *set;
    struct procedure *p;
    struct elect_case *c;
    const struct elect_in *in;
};

static struct reading read_as(struct story *t, bool rerun)
{
    struct reading r = {.set = story_set(t, 0)};
    const struct procedure_in in = {.rules = &rules, .steps = r.set, .today = DAY_NONE};
    assert_int_equal(procedure_new(&in, &r.p), GW_OK);
    assert_int_equal(elect_read(r.p, &rules, rerun, &r.c), GW_OK);
    r.in = elect_case_in(r.c);
    return r;
}

static void read_free(struct reading *r)
{
    elect_case_free(r->c);
    procedure_free(r->p);
    ev_set_free(r->set);
}

static size_t person_of(const struct reading *r, const char *id)
{
    for (size_t i = 0; i < r->in->people_n; i++) {
        if (strcmp(r->in->people[i].id, id) == 0) {
            return i;
        }
    }
    fail_msg("nobody is %s", id);
    return 0;
}

/* ---- rules */

static void test_rules(void **state)
{
    (void)state;
    struct elect_rules r;
    elect_rules_of(&rules, &r);
    assert_int_equal(r.turnout.num, 2);
    assert_int_equal(r.turnout.den, 3);
    assert_true(r.turnout.strict);
    assert_string_equal(r.poll_cite.law, "U26");
    assert_int_equal(r.majority.num * 2, r.majority.den); /* no such check: the law's half */
    assert_true(r.majority.strict);
    assert_int_equal(r.rerun_floor.den, 4);
    assert_false(r.rerun_floor.strict);
    assert_int_equal(r.women_min, 1);
    assert_string_equal(r.woman_cite.article, "8");
    assert_int_equal(r.woman_held, FLAG_WAITS);
    assert_int_equal(r.kin_higher_stays, FLAG_NO);
    assert_int_equal(r.lower_post_votes, FLAG_YES);
    assert_int_equal(r.void_over_voted, FLAG_NO); /* the rule set has none */
    assert_int_equal(r.rest_vacant_min, -1);
}

/* Without the numbers of a province no seat may stay vacant, and the floor is the law's third. */
static void test_rules_absent(void **state)
{
    (void)state;
    struct proc_template bare = ballot;
    struct ruleset set = rules;
    struct elect_rules r;
    bare.steps_n = 1;
    set.template_ = &bare;
    set.numbers_n = 0;
    elect_rules_of(&set, &r);
    assert_int_equal(r.rerun_floor.num * 3, r.rerun_floor.den);
    assert_false(r.rerun_floor.strict);
    assert_true(r.rest_vacant_min > ELECT_SEATS_MAX);
}

/* ---- the first poll */

static void test_first_poll(void **state)
{
    (void)state;
    struct story *t = polled();
    nominate(t, "1", "张三", 0, "pass");
    nominate(t, "2", "李四", 1, "fail");
    put_votes(t, "S22", "1", 45, 3);
    put_votes(t, "S22", "2", 10, 50);
    struct made *written_in = put_votes(t, "S22", "w1", 0, 1);
    made_text(written_in, "name", "王五");
    made_num(written_in, "woman", 1);
    struct reading r = read_as(t, false);
    assert_int_equal(r.in->ballots.registered, 100);
    assert_int_equal(r.in->ballots.voted, 80);
    assert_int_equal(r.in->ballots.recovered, 79);
    assert_int_equal(r.in->ballots.valid, 77);
    assert_int_equal(r.in->ballots.blank, 0);
    assert_int_equal(r.in->seats[ELECT_CHAIR], 1);
    assert_int_equal(r.in->seats[ELECT_DEPUTY], 0);
    assert_int_equal(r.in->seats[ELECT_MEMBER], 3);
    assert_false(r.in->incomplete);
    assert_int_equal(r.in->people_n, 3);
    size_t one = person_of(&r, "1");
    size_t two = person_of(&r, "2");
    size_t three = person_of(&r, "w1");
    assert_string_equal(elect_case_name(r.c, one), "张三");
    assert_string_equal(elect_case_name(r.c, three), "王五");
    assert_string_equal(elect_case_name(r.c, 3), "");
    assert_int_equal(r.in->people[one].votes[ELECT_CHAIR], 45);
    assert_int_equal(r.in->people[one].votes[ELECT_MEMBER], 3);
    assert_true(r.in->people[one].candidate[ELECT_CHAIR]);
    assert_false(r.in->people[one].candidate[ELECT_MEMBER]);
    assert_false(r.in->people[one].barred);
    assert_true(r.in->people[two].barred);
    assert_true(r.in->people[two].woman);
    assert_true(r.in->people[three].woman);
    read_free(&r);
    free(t);
}

/* A record may be about one post: post and votes. */
static void test_one_post(void **state)
{
    (void)state;
    struct story *t = polled();
    struct made *m = put_step(t, A, "S22", "1", POLLING);
    made_text(m, "post", "member");
    made_num(m, "votes", 41);
    struct reading r = read_as(t, false);
    assert_int_equal(r.in->people[0].votes[ELECT_MEMBER], 41);
    assert_int_equal(r.in->people[0].votes[ELECT_CHAIR], 0);
    read_free(&r);
    free(t);
}

static void test_erased(void **state)
{
    (void)state;
    struct story *t = polled();
    struct made *m = nominate(t, "1", "张三", 0, "pass");
    m->values[0].erased = true;
    put_votes(t, "S22", "1", 45, 0);
    struct reading r = read_as(t, false);
    assert_string_equal(elect_case_name(r.c, 0), "");
    assert_int_equal(r.in->people[0].votes[ELECT_CHAIR], 45);
    read_free(&r);
    free(t);
}

static void test_kin_pairs(void **state)
{
    (void)state;
    struct story *t = polled();
    put_step(t, A, "S10-1", "1-2", "2026-08-10");
    put_step(t, A, "S10-1", "1-9", "2026-08-10"); /* nobody voted for 9 */
    put_step(t, A, "S10-1", "12", "2026-08-10");
    put_votes(t, "S22", "1", 45, 0);
    put_votes(t, "S22", "2", 0, 50);
    put_votes(t, "S22", "12", 0, 9);
    struct reading r = read_as(t, false);
    assert_int_equal(r.in->kin_n, 1);
    assert_string_equal(r.in->people[r.in->kin[0].a].id, "1");
    assert_string_equal(r.in->people[r.in->kin[0].b].id, "2");
    read_free(&r);
    free(t);
}

static void test_void_person(void **state)
{
    (void)state;
    struct story *t = polled();
    put_votes(t, "S22", "1", 45, 0);
    made_text(put_step(t, A, "S23-2", "1", POLLING), "finding", "void");
    struct reading r = read_as(t, false);
    assert_true(r.in->people[0].voided && !r.in->people[0].barred);
    read_free(&r);
    free(t);
}

/* S21 is about the largest kind of paper: with two kinds the ledgers are not its parts. */
static void test_two_kinds_of_paper(void **state)
{
    (void)state;
    struct story *t = polled();
    struct made *other = put_step(t, A, "S22-1", "chair", POLLING);
    made_num(other, "valid", 70);
    made_num(other, "invalid", 1);
    made_num(other, "blank", 0);
    put_votes(t, "S22", "1", 45, 0);
    struct reading r = read_as(t, false);
    assert_int_equal(r.in->ballots.valid, -1);
    assert_int_equal(r.in->ballots.invalid, -1);
    read_free(&r);
    free(t);
}

/* ---- not everything is known */

static void test_no_votes_yet(void **state)
{
    (void)state;
    struct story *t = polled();
    struct reading r = read_as(t, false);
    assert_true(r.in->incomplete);
    read_free(&r);
    free(t);
}

static void test_no_seats_yet(void **state)
{
    (void)state;
    struct story *t = story_new(7);
    put_open_on(t, A, POLLING);
    put_votes(t, "S22", "1", 45, 0);
    struct reading r = read_as(t, false);
    assert_true(r.in->incomplete);
    assert_int_equal(r.in->ballots.registered, -1);
    assert_int_equal(r.in->ballots.voted, -1);
    read_free(&r);
    free(t);
}

/* Two laptops entered other votes for one person: his votes are not known, and so is the result. */
static void test_contested_votes(void **state)
{
    (void)state;
    struct story *t = polled();
    story_sync(t, A, C);
    put_votes(t, "S22", "1", 45, 0);
    put_votes(t, "S22", "2", 0, 50);
    struct made *rival = put_step(t, C, "S22", "1", POLLING);
    made_num(rival, "chair_votes", 40);
    struct reading r = read_as(t, false);
    static struct elect_result out;
    assert_true(r.in->incomplete);
    assert_int_equal(elect_result(r.in, &out, NULL), GW_OK);
    assert_int_equal(out.validity, ELECT_UNDECIDED);
    assert_int_equal(out.reasons[0], WHY_MISSING);
    assert_int_equal(out.seats_n, 0);
    read_free(&r);
    free(t);
}

static void test_contested_turnout(void **state)
{
    (void)state;
    struct story *t = polled();
    put_votes(t, "S22", "1", 45, 0);
    struct made *rival = put_step(t, C, "S21", "", POLLING); /* had not seen the first */
    made_num(rival, "voted", 79);
    struct reading r = read_as(t, false);
    assert_int_equal(r.in->ballots.voted, -1);
    read_free(&r);
    free(t);
}

/* What came from elsewhere may be impossible: then nothing is counted out of it. */
static void test_impossible_votes(void **state)
{
    (void)state;
    static struct elect_result out;
    struct story *t = polled();
    put_votes(t, "S22", "1", -1, 0);
    struct reading r = read_as(t, false);
    assert_int_equal(elect_result(r.in, &out, NULL), GW_INVALID);
    read_free(&r);
    free(t);
}

/* ---- the rerun */

static struct story *rerun(void)
{
    struct story *t = polled();
    put_step(t, A, "S10-1", "1-3", "2026-08-10");
    put_votes(t, "S22", "1", 45, 0);
    put_votes(t, "S22", "2", 0, 50);
    made_text(put_step(t, A, "S23-1", "1", POLLING), "post", "chair");
    made_text(put_step(t, A, "S23-1", "2", POLLING), "post", "member");
    struct made *poll = put_step(t, A, "S24", "", "2026-09-06");
    made_num(poll, "voted", 70);
    made_num(poll, "cast", 69);
    put_votes(t, "S24-1", "3", 0, 30);
    put_votes(t, "S24-1", "4", 0, 29);
    return t;
}

static void test_rerun(void **state)
{
    (void)state;
    struct story *t = rerun();
    struct reading r = read_as(t, true);
    assert_true(r.in->rerun);
    assert_int_equal(r.in->ballots.registered, 100);
    assert_int_equal(r.in->ballots.voted, 70);
    assert_int_equal(r.in->ballots.recovered, 69);
    assert_int_equal(r.in->ballots.issued, -1);
    assert_int_equal(r.in->seats[ELECT_CHAIR], 0); /* what the first poll left open */
    assert_int_equal(r.in->seats[ELECT_MEMBER], 2);
    assert_int_equal(r.in->elected_before, 2);
    assert_int_equal(r.in->people_n, 2);
    assert_true(r.in->people[person_of(&r, "3")].kin_before);
    assert_false(r.in->people[person_of(&r, "4")].kin_before);
    assert_false(r.in->held_for_woman);
    read_free(&r);
    r = read_as(t, false); /* the first poll stays as it was */
    assert_int_equal(r.in->seats[ELECT_MEMBER], 3);
    assert_int_equal(r.in->elected_before, 0);
    assert_false(r.in->incomplete);
    read_free(&r);
    free(t);
}

static void test_rerun_names_its_seats(void **state)
{
    (void)state;
    struct story *t = rerun();
    struct made *poll = &t->items[t->n - 3];
    assert_string_equal(poll->s.step, "S24");
    made_num(poll, "member_seats", 1);
    made_num(poll, "held_for_woman", 1);
    struct reading r = read_as(t, true);
    assert_int_equal(r.in->seats[ELECT_MEMBER], 1);
    assert_true(r.in->held_for_woman);
    read_free(&r);
    free(t);
}

static void test_no_ballot(void **state)
{
    (void)state;
    struct story *t = polled();
    struct ev_set *set = story_set(t, 0);
    struct proc_template bare = ballot;
    struct ruleset no_ballot = rules;
    struct procedure *p = NULL;
    struct elect_case *c = NULL;
    bare.steps_n = 3;
    no_ballot.template_ = &bare;
    const struct procedure_in in = {.rules = &no_ballot, .steps = set, .today = DAY_NONE};
    assert_int_equal(procedure_new(&in, &p), GW_OK);
    assert_int_equal(elect_read(p, &no_ballot, false, &c), GW_ABSENT);
    assert_null(c);
    elect_case_free(c);
    procedure_free(p);
    ev_set_free(set);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_rules_absent),
        cmocka_unit_test(test_first_poll),
        cmocka_unit_test(test_one_post),
        cmocka_unit_test(test_erased),
        cmocka_unit_test(test_kin_pairs),
        cmocka_unit_test(test_void_person),
        cmocka_unit_test(test_two_kinds_of_paper),
        cmocka_unit_test(test_no_votes_yet),
        cmocka_unit_test(test_no_seats_yet),
        cmocka_unit_test(test_contested_votes),
        cmocka_unit_test(test_contested_turnout),
        cmocka_unit_test(test_impossible_votes),
        cmocka_unit_test(test_rerun),
        cmocka_unit_test(test_rerun_names_its_seats),
        cmocka_unit_test(test_no_ballot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
