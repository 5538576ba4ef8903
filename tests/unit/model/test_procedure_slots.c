/* What is in force: slots, rivals, repeats, corrections, cosigns, quarantined steps, two opens.
 * dev-a and dev-b are u1's, dev-c is u2's, dev-d is u3's. */
#include "make_rules.h"

enum { A, B, C, D };

/* Everybody holds the open and nothing else. */
static struct story *started(void)
{
    struct story *t = story_new(1);
    put_open_on(t, A, POLLING);
    for (int dev = B; dev <= D; dev++) {
        story_sync(t, A, dev);
    }
    return t;
}

static void test_one(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = put_step(t, A, "S03", "", "2026-07-27");
    made_num(m, "size", 7);
    struct look l = look(t, NULL);
    const struct slot *slot = procedure_slot_of(l.p, "S03", "");
    assert_int_equal(slot->state, SLOT_DONE);
    assert_ptr_equal(slot->record, &m->s);
    assert_int_equal(slot->happened, day_of("2026-07-27"));
    assert_int_equal(slot->recorded_at, slot->happened_at + HOUR);
    assert_int_equal(num_of(&l, "S03", "size"), 7);
    assert_null(procedure_value(l.p, "S03", "", "present"));
    assert_null(procedure_value(l.p, "S03", "x", "size"));
    assert_int_equal(num_of(&l, "open", "seats"), 5);
    assert_string_equal(procedure_value(l.p, "open", "", "polling_day")->text, POLLING);
    assert_int_equal(state_of(&l, "S05", ""), SLOT_OPEN);
    assert_ptr_equal(procedure_open(l.p), &t->items[0].s);
    /* template order: S03 first */
    assert_string_equal(procedure_slot(l.p, 0)->step, "S03");
    look_free(&l);
    free(t);
}

static void test_repeat(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = put_step(t, A, "S05", "", "2026-07-28");
    story_sync(t, A, C);
    put_step(t, C, "S05", "", "2026-07-28"); /* had seen it */
    put_step(t, A, "S05", "", "2026-07-28"); /* the same device again */
    struct look l = look(t, NULL);
    assert_int_equal(state_of(&l, "S05", ""), SLOT_DONE);
    assert_ptr_equal(procedure_slot_of(l.p, "S05", "")->record, &m->s);
    assert_int_equal(procedure_slot_of(l.p, "S05", "")->repeats, 2);
    assert_int_equal(found(&l, FIND_REPEAT, NULL)->have, 2);
    look_free(&l);
    free(t);
}

/* Two laptops of one person that did not know of each other are contested as well. */
static void test_contested(void **state)
{
    (void)state;
    struct story *t = started();
    put_step(t, A, "S05", "", "2026-07-28");
    put_step(t, B, "S05", "", "2026-07-29");
    story_sync(t, A, C);
    story_sync(t, B, C);
    put_step(t, C, "S05", "", "2026-07-29"); /* a repeat of both */
    struct look l = look(t, NULL);
    const struct slot *slot = procedure_slot_of(l.p, "S05", "");
    assert_int_equal(slot->state, SLOT_CONTESTED);
    assert_null(slot->record);
    assert_int_equal(slot->rivals_n, 2);
    assert_int_equal(slot->repeats, 1);
    assert_true(ev_index(l.set, slot->rivals[0]) < ev_index(l.set, slot->rivals[1]));
    assert_int_equal(found(&l, FIND_CONTESTED, "")->have, 2);
    struct contest what;
    assert_true(procedure_contest(l.p, found(&l, FIND_CONTESTED, ""), &what));
    assert_ptr_equal(what.slot, slot);
    assert_ptr_equal(what.rivals, slot->rivals);
    assert_null(what.record);
    assert_false(procedure_contest(l.p, found(&l, FIND_REPEAT, ""), &what));
    assert_string_equal(procedure_state_name(l.p), "open");
    look_free(&l);
    free(t);
}

struct settle_case {
    const char *name;
    bool saw_both, cosign, quarantined_cosign, quarantined_correct;
    int cosigner;
    bool settled;
};

/* u2 (dev-c) corrects one of two rivals. */
static void test_settle(void **state)
{
    (void)state;
    static const struct settle_case cases[] = {
        {"cosigned by another", true, true, false, false, D, true},
        {"cosigned by an author of a rival", true, true, false, false, A, true},
        {"no cosign", true, false, false, false, D, false},
        {"had seen only one", false, true, false, false, D, false},
        {"cosigned by himself", true, true, false, false, C, false},
        {"cosign quarantined", true, true, true, false, D, false},
        {"correction quarantined", true, true, false, true, D, false},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        const struct settle_case *c = &cases[i];
        struct story *t = started();
        struct made *left = put_step(t, A, "S05", "", "2026-07-28");
        struct made *right = put_step(t, D, "S05", "", "2026-07-29");
        made_num(left, "x", 1);
        made_num(right, "x", 2);
        story_sync(t, A, C);
        if (c->saw_both) {
            story_sync(t, D, C);
        }
        struct made *fix = put_correct(t, C, left);
        fix->s.status = c->quarantined_correct ? STEP_QUARANTINED : STEP_APPLIED;
        if (c->cosign) {
            story_sync(t, C, c->cosigner);
            put_cosign(t, c->cosigner, fix)->s.status =
                c->quarantined_cosign ? STEP_QUARANTINED : STEP_APPLIED;
        }
        struct look l = look(t, NULL);
        const struct slot *slot = procedure_slot_of(l.p, "S05", "");
        if ((slot->state == SLOT_DONE) != c->settled) {
            fail_msg("%s", c->name);
        }
        assert_int_equal(slot->rivals_n, 2);
        assert_int_equal(num_of(&l, "S05", "x"), c->settled ? 1 : -1);
        look_free(&l);
        free(t);
    }
}

/* One user's two laptops are one person. */
static void test_settle_two_devices(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *left = put_step(t, C, "S05", "", "2026-07-28");
    put_step(t, D, "S05", "", "2026-07-29");
    story_sync(t, C, A);
    story_sync(t, D, A);
    struct made *fix = put_correct(t, A, left);
    story_sync(t, A, B);
    put_cosign(t, B, fix);
    struct look l = look(t, NULL);
    assert_int_equal(state_of(&l, "S05", ""), SLOT_CONTESTED);
    look_free(&l);
    free(t);
}

/* Two pairs of people who chose differently without knowing: still contested; a third choice by
 * people who had seen both ends it. */
static void test_settled_twice(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *left = put_step(t, A, "S05", "", "2026-07-28");
    struct made *right = put_step(t, D, "S05", "", "2026-07-29");
    story_sync(t, A, C);
    story_sync(t, D, C);
    story_sync(t, A, D);
    struct made *one = put_correct(t, C, left);
    struct made *two = put_correct(t, D, right);
    story_sync(t, C, D);
    story_sync(t, D, C);
    put_cosign(t, D, one);
    put_cosign(t, C, two);
    struct look l = look(t, NULL);
    assert_int_equal(state_of(&l, "S05", ""), SLOT_CONTESTED);
    look_free(&l);
    story_sync(t, C, D);
    struct made *last = put_correct(t, D, right);
    story_sync(t, D, C);
    put_cosign(t, C, last);
    l = look(t, NULL);
    assert_int_equal(state_of(&l, "S05", ""), SLOT_DONE);
    assert_ptr_equal(procedure_slot_of(l.p, "S05", "")->record, &right->s);
    look_free(&l);
    free(t);
}

static void test_correction(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = put_step(t, A, "S03", "", "2026-07-27");
    made_num(m, "size", 7);
    made_num(m, "present", 30);
    made_material(m, "photo", "paper");
    story_sync(t, A, C);
    struct made *fix = put_correct(t, C, m); /* one person is enough where nothing is contested */
    made_num(fix, "present", 31);
    fix->s.happened_at = day_start_ms(day_of("2026-07-26"));
    story_sync(t, C, A);
    struct made *again = put_correct(t, A, m);
    made_num(again, "present", 32);
    struct made *noise = put_correct(t, A, m);
    noise->s.status = STEP_QUARANTINED;
    made_num(noise, "size", 99);
    struct look l = look(t, NULL);
    const struct slot *slot = procedure_slot_of(l.p, "S03", "");
    assert_int_equal(num_of(&l, "S03", "present"), 32);
    assert_int_equal(num_of(&l, "S03", "size"), 7); /* not named: as it was */
    assert_int_equal(slot->happened, day_of("2026-07-26"));
    assert_int_equal(slot->recorded_at, m->s.wall);
    assert_int_equal(slot->corrections_n, 2);
    assert_ptr_equal(slot->corrections[0], &fix->s);
    assert_ptr_equal(slot->corrections[1], &again->s);
    assert_int_equal(count_found(&l, FIND_QUARANTINED, noise->s.hash), 1);
    look_free(&l);
    free(t);
}

/* Two corrections of one member that had not seen each other; one person does not settle it. */
static void test_contested_member(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = put_step(t, A, "S03", "", "2026-07-27");
    made_num(m, "size", 7);
    made_num(m, "present", 30);
    story_sync(t, A, C);
    story_sync(t, A, D);
    made_num(put_correct(t, C, m), "size", 8);
    made_num(put_correct(t, D, m), "size", 9);
    struct made *aside = put_correct(t, D, m);
    made_num(aside, "present", 31); /* another member: not contested */
    struct look l = look(t, NULL);
    assert_int_equal(state_of(&l, "S03", ""), SLOT_DONE);
    assert_null(procedure_value(l.p, "S03", "", "size"));
    assert_int_equal(num_of(&l, "S03", "present"), 31);
    struct contest what;
    assert_true(procedure_contest(l.p, found(&l, FIND_CONTESTED, "size"), &what));
    assert_int_equal(what.rivals_n, 2);
    assert_ptr_equal(what.record, &m->s);
    assert_string_equal(what.key, "size");
    assert_true(ev_index(l.set, what.rivals[0]) < ev_index(l.set, what.rivals[1]));
    assert_true(what.rivals[0] != &aside->s && what.rivals[1] != &aside->s);
    look_free(&l);
    story_sync(t, C, A);
    story_sync(t, D, A);
    struct made *alone = put_correct(t, A, m);
    made_num(alone, "size", 10);
    l = look(t, NULL);
    assert_null(procedure_value(l.p, "S03", "", "size"));
    look_free(&l);
    story_sync(t, A, B);
    put_cosign(t, B, alone); /* the same person */
    l = look(t, NULL);
    assert_null(procedure_value(l.p, "S03", "", "size"));
    look_free(&l);
    story_sync(t, A, D);
    put_cosign(t, D, alone);
    l = look(t, NULL);
    assert_int_equal(num_of(&l, "S03", "size"), 10);
    assert_null(found(&l, FIND_CONTESTED, "size"));
    look_free(&l);
    free(t);
}

static void test_contested_time(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = put_step(t, A, "S03", "", "2026-07-27");
    story_sync(t, A, C);
    put_correct(t, C, m)->s.happened_at = m->s.happened_at + HOUR;
    put_correct(t, A, m)->s.happened_at = m->s.happened_at - HOUR;
    struct look l = look(t, NULL);
    assert_int_equal(procedure_slot_of(l.p, "S03", "")->happened, DAY_NONE);
    struct contest what;
    assert_true(procedure_contest(l.p, found(&l, FIND_CONTESTED, "happened_at"), &what));
    assert_int_equal(what.rivals_n, 2);
    assert_string_equal(what.key, "happened_at");
    look_free(&l);
    free(t);
}

static void test_second(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = put_step(t, A, "S20", "", POLLING);
    made_num(m, "recovered", 9);
    story_sync(t, A, B);
    put_cosign(t, B, m); /* the second laptop of the same person */
    struct look l = look(t, NULL);
    assert_int_equal(state_of(&l, "S20", ""), SLOT_SECOND);
    assert_non_null(found(&l, FIND_MISSING, "second"));
    assert_int_equal(num_of(&l, "S20", "recovered"), 9);
    look_free(&l);
    story_sync(t, B, C);
    struct made *sign = put_cosign(t, C, m);
    sign->s.status = STEP_QUARANTINED;
    l = look(t, NULL);
    assert_int_equal(state_of(&l, "S20", ""), SLOT_SECOND);
    look_free(&l);
    sign->s.status = STEP_LATE; /* late is evidence as good as another */
    l = look(t, NULL);
    assert_int_equal(state_of(&l, "S20", ""), SLOT_DONE);
    assert_null(found(&l, FIND_MISSING, "second"));
    look_free(&l);
    story_sync(t, C, A);
    struct made *fix = put_correct(t, A, m); /* one person cannot change alone what two signed */
    made_num(fix, "recovered", 10);
    l = look(t, NULL);
    assert_int_equal(state_of(&l, "S20", ""), SLOT_SECOND);
    look_free(&l);
    story_sync(t, A, C);
    put_cosign(t, C, fix);
    l = look(t, NULL);
    assert_int_equal(state_of(&l, "S20", ""), SLOT_DONE);
    assert_int_equal(num_of(&l, "S20", "recovered"), 10);
    look_free(&l);
    free(t);
}

static struct made *put_paper(struct story *t, int dev, const struct made *target,
                              const char *paper)
{
    struct made *m = put_correct(t, dev, target);
    made_material(m, SECOND_PAPER, paper);
    made_text(m, SECOND_NAME, "王二");
    return m;
}

static enum slot_state state_now(struct story *t)
{
    struct look l = look(t, NULL);
    enum slot_state state = state_of(&l, "S20", "");
    bool paper = found(&l, FIND_PAPER, SECOND_PAPER) != NULL;
    assert_true(paper == (state == SLOT_PAPER));
    assert_true((found(&l, FIND_MISSING, "second") != NULL) == (state == SLOT_SECOND));
    look_free(&l);
    return state;
}

/* Somebody without a key signed on paper: told as that for ever, until a key takes its place. It
 * covers what its author had seen, and nothing that was changed apart from it or afterwards. */
static void test_second_on_paper(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = put_step(t, A, "S20", "", POLLING);
    made_num(m, "recovered", 9);
    struct made *empty = put_correct(t, A, m);
    made_material(empty, SECOND_PAPER, "");
    assert_int_equal(state_now(t), SLOT_SECOND);
    struct made *nameless = put_correct(t, A, m);
    made_material(nameless, SECOND_PAPER, "paper");
    struct look l = look(t, NULL);
    assert_int_equal(state_of(&l, "S20", ""), SLOT_PAPER);
    assert_non_null(found(&l, FIND_MISSING, SECOND_NAME));
    look_free(&l);
    put_paper(t, A, m, "paper");
    l = look(t, NULL);
    assert_null(found(&l, FIND_MISSING, SECOND_NAME));
    look_free(&l);
    assert_int_equal(state_now(t), SLOT_PAPER);
    struct made *fix = put_correct(t, A, m); /* changed after he signed */
    made_num(fix, "recovered", 10);
    assert_int_equal(state_now(t), SLOT_SECOND);
    struct made *again = put_paper(t, A, m, "paper");
    assert_int_equal(state_now(t), SLOT_PAPER);
    struct made *apart = put_correct(t, C, m); /* who had seen nothing of the paper */
    made_num(apart, "recovered", 11);
    assert_int_equal(state_now(t), SLOT_SECOND);
    story_sync(t, C, A);
    put_paper(t, A, m, "df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2");
    assert_int_equal(state_now(t), SLOT_PAPER);
    made_material(put_correct(t, A, m), SECOND_PAPER, ""); /* it was not his signature */
    assert_int_equal(state_now(t), SLOT_SECOND);
    (void)again;
    free(t);
}

/* Where a key has signed, paper takes the place of no further cosign. */
static void test_paper_is_no_key(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = put_step(t, A, "S20", "", POLLING);
    struct made *paper = put_paper(t, A, m, "paper");
    story_sync(t, A, C);
    assert_int_equal(state_now(t), SLOT_PAPER);
    put_cosign(t, C, m); /* all that was recorded is to be signed, the correction too */
    assert_int_equal(state_now(t), SLOT_SECOND);
    put_cosign(t, C, paper);
    assert_int_equal(state_now(t), SLOT_DONE);
    story_sync(t, C, A);
    struct made *alone = put_paper(t, A, m, "paper");
    made_num(alone, "recovered", 12);
    assert_int_equal(state_now(t), SLOT_SECOND);
    free(t);
}

/* Two who chose differently are not brought together by paper. */
static void test_paper_settles_nothing(void **state)
{
    (void)state;
    struct story *t = started();
    story_sync(t, A, C);
    struct made *m = put_step(t, A, "S20", "", POLLING);
    put_step(t, C, "S20", "", POLLING);
    story_sync(t, C, A);
    put_paper(t, A, m, "paper");
    assert_int_equal(state_now(t), SLOT_CONTESTED);
    free(t);
}

/* A signer that nobody knows is no second person. */
static void test_second_unknown(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = put_step(t, A, "S20", "", POLLING);
    story_sync(t, A, C);
    struct made *sign = put_cosign(t, C, m);
    sign->s.user = NULL;
    struct look l = look(t, NULL);
    assert_int_equal(state_of(&l, "S20", ""), SLOT_SECOND);
    look_free(&l);
    sign->s.user = "u2";
    m->s.user = NULL;
    l = look(t, NULL);
    assert_int_equal(state_of(&l, "S20", ""), SLOT_SECOND);
    look_free(&l);
    free(t);
}

static void test_quarantined(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = put_step(t, A, "S05", "", "2026-07-28");
    m->s.status = STEP_QUARANTINED;
    struct look l = look(t, NULL);
    assert_int_equal(state_of(&l, "S05", ""), SLOT_OPEN);
    const struct finding *f = found(&l, FIND_QUARANTINED, NULL);
    assert_ptr_equal(f->slot, procedure_slot_of(l.p, "S05", ""));
    look_free(&l);
    story_sync(t, A, C);
    put_step(t, C, "S05", "", "2026-07-28"); /* no repeat of what does not count */
    l = look(t, NULL);
    assert_int_equal(state_of(&l, "S05", ""), SLOT_DONE);
    assert_int_equal(count_found(&l, FIND_REPEAT, NULL), 0);
    look_free(&l);
    free(t);
}

static void test_two_opens(void **state)
{
    (void)state;
    struct story *t = story_new(1);
    struct made *one = put_open_on(t, A, "2026-08-30");
    struct made *two = put_open_on(t, C, "2026-09-13");
    struct look l = look(t, NULL);
    const struct ev_step *first = strcmp(one->s.hash, two->s.hash) < 0 ? &one->s : &two->s;
    struct made *other = first == &one->s ? two : one;
    assert_ptr_equal(procedure_open(l.p), first);
    assert_int_equal(found(&l, FIND_CONTESTED, "open")->have, 2);
    look_free(&l);
    story_sync(t, A, D);
    story_sync(t, C, D);
    struct made *fix = put_correct(t, D, other);
    l = look(t, NULL);
    assert_ptr_equal(procedure_open(l.p), first); /* one person does not choose */
    look_free(&l);
    story_sync(t, D, C);
    put_cosign(t, C, fix);
    l = look(t, NULL);
    assert_ptr_equal(procedure_open(l.p), &other->s);
    assert_int_equal(count_found(&l, FIND_CONTESTED, NULL), 0);
    assert_int_equal(found(&l, FIND_REPEAT, "open")->have, 1);
    look_free(&l);
    two->s.status = STEP_QUARANTINED;
    l = look(t, NULL);
    assert_ptr_equal(procedure_open(l.p), &one->s);
    assert_int_equal(count_found(&l, FIND_REPEAT, NULL), 0);
    look_free(&l);
    one->s.status = STEP_QUARANTINED; /* nobody had the right: shown all the same */
    l = look(t, NULL);
    assert_non_null(procedure_open(l.p));
    assert_int_equal(count_found(&l, FIND_QUARANTINED, NULL), 2);
    look_free(&l);
    free(t);
}

static void test_open_corrected(void **state)
{
    (void)state;
    struct story *t = started();
    made_text(put_correct(t, A, &t->items[0]), "polling_day", "2026-09-06");
    struct look l = look(t, NULL);
    assert_string_equal(procedure_value(l.p, "open", "", "polling_day")->text, "2026-09-06");
    look_free(&l);
    free(t);
}

static void test_no_open(void **state)
{
    (void)state;
    struct story *t = story_new(1);
    put_step(t, A, "S05", "", "2026-07-28");
    struct ev_set *set = story_set(t, 0);
    struct procedure_in in = {rules_small(), set, DAY_NONE};
    struct procedure *p = NULL;
    assert_int_equal(procedure_new(&in, &p), GW_ABSENT);
    assert_null(p);
    procedure_free(NULL);
    ev_set_free(set);
    free(t);
}

/* Steps and subjects that nobody expected are kept. */
static void test_unknown(void **state)
{
    (void)state;
    struct story *t = started();
    made_num(put_step(t, A, "S99", "b", "2026-07-28"), "x", 4);
    put_step(t, A, "S98", "", "2026-07-28");
    put_step(t, A, "S05", "a subject", "2026-07-28"); /* the template has it once */
    struct look l = look(t, NULL);
    size_t n = procedure_slots(l.p);
    assert_string_equal(procedure_slot(l.p, n - 2)->step, "S99"); /* behind the template's */
    assert_string_equal(procedure_slot(l.p, n - 1)->step, "S98");
    assert_null(procedure_slot(l.p, n - 1)->spec);
    assert_int_equal(count_found(&l, FIND_UNKNOWN, NULL), 2);
    assert_int_equal(procedure_value(l.p, "S99", "b", "x")->num, 4);
    assert_int_equal(state_of(&l, "S05", ""), SLOT_DONE);
    look_free(&l);
    free(t);
}

/* The subjects that a deadline hangs on have their slots before anything is recorded there. */
static void test_subjects(void **state)
{
    (void)state;
    struct story *t = started();
    made_text(put_step(t, A, "S07", "王", "2026-08-03"), "received_on", "2026-08-03");
    made_text(put_step(t, A, "S07", "李", "2026-08-04"), "received_on", "2026-08-04");
    made_text(put_step(t, A, "S08", "李", "2026-08-05"), "decided_on", "2026-08-05");
    struct look l = look(t, NULL);
    assert_int_equal(state_of(&l, "S08", "李"), SLOT_DONE);
    assert_int_equal(state_of(&l, "S08", "王"), SLOT_OPEN);
    assert_null(procedure_slot_of(l.p, "S08", ""));
    assert_int_equal(state_of(&l, "S19", ""), SLOT_OPEN);
    assert_false(procedure_cal(l.p, 4)->done);
    look_free(&l);
    put_step(t, A, "S08", "王", "2026-08-05");
    l = look(t, NULL);
    assert_true(procedure_cal(l.p, 4)->done);
    look_free(&l);
    free(t);
}

static void test_closed(void **state)
{
    (void)state;
    struct story *t = started();
    struct made *m = story_add(t, A, PROC_CLOSE);
    struct look l = look(t, NULL);
    assert_string_equal(procedure_state_name(l.p), "closed");
    look_free(&l);
    m->s.status = STEP_QUARANTINED;
    l = look(t, NULL);
    assert_string_equal(procedure_state_name(l.p), "open");
    look_free(&l);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_repeat),
        cmocka_unit_test(test_contested),
        cmocka_unit_test(test_settle),
        cmocka_unit_test(test_settle_two_devices),
        cmocka_unit_test(test_settled_twice),
        cmocka_unit_test(test_correction),
        cmocka_unit_test(test_contested_member),
        cmocka_unit_test(test_contested_time),
        cmocka_unit_test(test_second),
        cmocka_unit_test(test_second_on_paper),
        cmocka_unit_test(test_paper_is_no_key),
        cmocka_unit_test(test_paper_settles_nothing),
        cmocka_unit_test(test_second_unknown),
        cmocka_unit_test(test_quarantined),
        cmocka_unit_test(test_two_opens),
        cmocka_unit_test(test_open_corrected),
        cmocka_unit_test(test_no_open),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
