/* The overview of a street: what is kept and what is judged anew, the one-time success rate as two
 * integers, places without an election, and the order. */
#include "tests/unit/offline-db/kit.h"

#include "offline-db/overview.h"
#include "tests/kit/elections.h"

#define VILLAGE "CQ.500112.013.005"
#define OTHER   "CQ.500112.013.007"

static struct elections *start(const char *name)
{
    char dir[512];
    (void)setenv("GRIDWARD_RULESDIR", "rules", 1);
    (void)snprintf(dir, sizeof dir, "%s/%s", scratch_dir(), name);
    struct elections *e = elections_new(dir, ROLE_LEADER);
    elections_begin(e);
    elections_place(e, VILLAGE, "白云村");
    elections_place(e, "CQ.500112.013.006", "青山村");
    elections_open(e, "p-1", VILLAGE, 0);
    return e;
}

static struct overview look(struct elections *e, const char *scope, enum overview_by by, int days)
{
    struct overview o;
    struct gw_fail fail = {0};
    if (overview_load(elections_home(e), scope, ELECTIONS_TODAY + days, by, &o, &fail) != GW_OK) {
        fail_msg("overview: %s", fail.text);
    }
    return o;
}

/* How many were judged anew. */
static size_t judged(struct elections *e, int days)
{
    struct overview o = look(e, "", OVERVIEW_DIVISION, days);
    size_t n = o.judged;
    assert_int_equal(o.totals.unknown, 0);
    overview_free(&o);
    return n;
}

static void only_what_moved_is_judged(void **state)
{
    struct elections *e = start("moved");
    (void)state;
    elections_open(e, "p-2", OTHER, 30);
    elections_end(e);
    assert_int_equal(judged(e, 0), 2);
    assert_int_equal(judged(e, 0), 0);
    elections_begin(e);
    elections_step(e, "S04", NULL, NULL, "{\"chair_seats\":1}");
    elections_end(e);
    assert_int_equal(judged(e, 0), 1);
    assert_int_equal(judged(e, 0), 0);
    assert_int_equal(judged(e, 1), 2); /* another day: something may be late now */
    assert_int_equal(judged(e, 1), 0);
    elections_free(e);
}

/* An own record that the server does not have yet moves it as well. */
static void own_records_count(void **state)
{
    struct elections *e = start("own");
    const struct process_entry entry = {.step = "S01"};
    struct gw_fail fail = {0};
    (void)state;
    elections_end(e);
    assert_int_equal(judged(e, 0), 1);
    if (process_record(elections_home(e), "p-1", PROC_STEP, &entry, NULL, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    assert_int_equal(judged(e, 0), 1);
    assert_int_equal(judged(e, 0), 0);
    elections_free(e);
}

/* What was kept says the same as what was judged. */
static void what_is_kept_is_what_was_judged(void **state)
{
    struct elections *e = start("kept");
    (void)state;
    elections_fill(e, 12);
    elections_end(e);
    struct overview first = look(e, "", OVERVIEW_DIVISION, 30);
    struct overview again = look(e, "", OVERVIEW_DIVISION, 30);
    assert_int_equal(first.n, 2);
    assert_int_equal(first.judged, 1);
    assert_int_equal(again.judged, 0);
    const struct overview_row *a = &first.rows[0];
    const struct overview_row *b = &again.rows[0];
    assert_true(a->late > 0 && a->breaches > 0 && a->step[0] != '\0');
    assert_int_equal(b->late, a->late);
    assert_int_equal(b->due, a->due);
    assert_int_equal(b->missing, a->missing);
    assert_int_equal(b->breaches, a->breaches);
    assert_int_equal(b->contested, a->contested);
    assert_int_equal(b->poll, a->poll);
    assert_string_equal(b->step, a->step);
    assert_string_equal(b->step_zh, a->step_zh);
    assert_string_equal(b->step_en, a->step_en);
    assert_string_equal(b->state, "open");
    assert_int_equal(first.totals.late, 1);
    overview_free(&first);
    overview_free(&again);
    elections_free(e);
}

static void both_integers_of_the_rate(void **state)
{
    struct elections *e = start("rate");
    (void)state;
    elections_poll(e, 80);
    elections_open(e, "p-2", OTHER, 0);
    elections_poll(e, 40); /* fewer than half: a seat stays open */
    elections_open(e, "p-3", "CQ.500112.013.008", 30);
    elections_end(e);
    struct overview o = look(e, "", OVERVIEW_DIVISION, 0);
    assert_int_equal(o.n, 4);
    assert_int_equal(o.totals.held, 2);
    assert_int_equal(o.totals.full, 1);
    assert_int_equal(o.totals.not_started, 1); /* 青山村 */
    assert_int_equal(o.totals.no_poll, 2);     /* that one, and p-3 */
    assert_int_equal(o.rows[0].poll, OVERVIEW_FULL);
    assert_string_equal(o.rows[1].process.title, "青山村");
    assert_false(o.rows[1].started);
    assert_int_equal(o.rows[2].poll, OVERVIEW_POLL);
    overview_free(&o);
    o = look(e, VILLAGE, OVERVIEW_DIVISION, 0); /* a part of it */
    assert_int_equal(o.n, 1);
    assert_int_equal(o.totals.held, 1);
    overview_free(&o);
    elections_free(e);
}

static void by_what_is_due(void **state)
{
    struct elections *e = start("due");
    (void)state;
    elections_open(e, "p-2", OTHER, -10); /* its days were earlier */
    elections_end(e);
    struct overview o = look(e, "", OVERVIEW_DUE, 0);
    assert_int_equal(o.n, 3);
    assert_string_equal(o.rows[0].process.id, "p-2");
    assert_string_equal(o.rows[1].process.id, "p-1");
    assert_true(o.rows[0].due <= o.rows[1].due);
    assert_false(o.rows[2].started); /* no day: last */
    overview_free(&o);
    elections_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_moved_is_judged),
        cmocka_unit_test(own_records_count),
        cmocka_unit_test(what_is_kept_is_what_was_judged),
        cmocka_unit_test(both_integers_of_the_rate),
        cmocka_unit_test(by_what_is_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
