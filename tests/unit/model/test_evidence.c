/* Order, reachability and flaws of a set of steps, against plain sets that know the truth. */
#include "make_steps.h"

enum { SEEDS = 200 };

/* Devices write, hear of each other, are restored from images. */
static struct story *random_story(uint64_t seed)
{
    struct gw_random_seeded random;
    gw_random_seeded_init(&random, seed);
    struct story *t = story_new(seed);
    int devs = 2 + (int)(seed % 3);
    story_add(t, 0, PROC_OPEN);
    for (int i = 0; i < 70; i++) {
        int dev = (int)gw_random_below(&random.random, (uint64_t)devs);
        int other = (int)gw_random_below(&random.random, (uint64_t)devs);
        uint64_t what = gw_random_below(&random.random, 20);
        if (what < 11) {
            story_add(t, dev, PROC_STEP);
        } else if (what < 19) {
            story_sync(t, other, dev);
        } else if (t->last[dev]) {
            struct made *m = &t->items[gw_random_below(&random.random, t->n)];
            story_restore(t, m);
        }
    }
    return t;
}

static bool free_now(const struct story *t, const bool *placed, size_t at)
{
    const struct made *m = &t->items[at];
    for (size_t i = 0; i < t->n; i++) {
        if (m->held[i] && !placed[i]) {
            return false;
        }
    }
    return !placed[at];
}

/* The order by its definition: of all whose past is there, the smallest hash. */
static void assert_order(const struct story *t, const struct ev_set *set)
{
    bool placed[STORY_STEPS] = {false};
    assert_int_equal(ev_count(set), t->n);
    for (size_t k = 0; k < t->n; k++) {
        const struct made *next = NULL;
        for (size_t i = 0; i < t->n; i++) {
            const struct made *m = &t->items[i];
            if (free_now(t, placed, i) && (!next || strcmp(m->s.hash, next->s.hash) < 0)) {
                next = m;
            }
        }
        placed[next->at] = true;
        assert_ptr_equal(ev_at(set, k), &next->s);
        assert_int_equal(ev_index(set, &next->s), k);
        assert_ptr_equal(ev_find(set, next->s.hash), &next->s);
    }
}

static void assert_past(const struct story *t, const struct ev_set *set)
{
    for (size_t a = 0; a < t->n; a++) {
        for (size_t b = 0; b < t->n; b++) {
            assert_int_equal(
                ev_before(set, ev_index(set, &t->items[a].s), ev_index(set, &t->items[b].s)),
                t->items[b].held[a]);
        }
    }
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct story *t = random_story(seed);
        char first[GW_HASH_HEX + 1];
        char digest[GW_HASH_HEX + 1];
        struct ev_set *set = story_set(t, 0);
        assert_order(t, set);
        assert_past(t, set);
        ev_digest(set, "p-1", first);
        ev_set_free(set);
        for (uint64_t shuffle = 1; shuffle <= 3; shuffle++) {
            set = story_set(t, seed * 100 + shuffle);
            assert_order(t, set);
            ev_digest(set, "p-1", digest);
            assert_string_equal(digest, first);
            ev_set_free(set);
        }
        free(t);
    }
}

/* ---- flaws */

struct seen_flaws {
    int n[EV_TWO_OPEN + 1];
    const struct ev_step *of[EV_TWO_OPEN + 1];
};

static bool count_flaw(void *ctx, enum ev_flaw flaw, const struct ev_step *step)
{
    struct seen_flaws *seen = ctx;
    seen->n[flaw]++;
    seen->of[flaw] = step;
    return true;
}

static struct seen_flaws flaws_of(const struct story *t)
{
    struct seen_flaws seen = {0};
    struct ev_set *set = story_set(t, 7);
    ev_flaws(set, count_flaw, &seen);
    ev_set_free(set);
    return seen;
}

static void test_clean(void **state)
{
    (void)state;
    struct story *t = story_new(1);
    story_add(t, 0, PROC_OPEN);
    story_sync(t, 0, 2);
    story_add(t, 2, PROC_STEP);
    struct seen_flaws seen = flaws_of(t);
    for (int i = 0; i <= EV_TWO_OPEN; i++) {
        assert_int_equal(seen.n[i], 0);
    }
    free(t);
}

static void test_fork(void **state)
{
    (void)state;
    struct story *t = story_new(2);
    struct made *open = story_add(t, 0, PROC_OPEN);
    struct made *left = story_add(t, 0, PROC_STEP);
    story_restore(t, open);
    struct made *right = story_add(t, 0, PROC_STEP);
    story_sync(t, 0, 2); /* dev-c sees the right branch only */
    struct made *c = story_add(t, 2, PROC_STEP);
    struct made *right2 = story_add(t, 0, PROC_STEP);
    struct seen_flaws seen = flaws_of(t);
    assert_int_equal(seen.n[EV_FORK], 1);
    left->s.pn = 9; /* one pprev is enough */
    assert_int_equal(flaws_of(t).n[EV_FORK], 1);
    left->s.pn = 2;
    right2->s.pn = 2; /* and so is one pn */
    assert_int_equal(flaws_of(t).n[EV_FORK], 2);
    right2->s.pn = 3;
    struct ev_set *set = story_set(t, 0);
    assert_true(ev_before(set, ev_index(set, &right->s), ev_index(set, &c->s)));
    assert_false(ev_before(set, ev_index(set, &left->s), ev_index(set, &c->s)));
    assert_false(ev_before(set, ev_index(set, &left->s), ev_index(set, &right->s)));
    assert_false(ev_before(set, ev_index(set, &right->s), ev_index(set, &left->s)));
    assert_false(ev_before(set, ev_index(set, &left->s), ev_index(set, &right2->s)));
    ev_set_free(set);
    free(t);
}

static void test_gap(void **state)
{
    (void)state;
    struct story *t = story_new(3);
    story_add(t, 0, PROC_OPEN);
    story_add(t, 0, PROC_STEP);
    story_sync(t, 0, 2);
    story_add(t, 2, PROC_STEP);
    story_add(t, 0, PROC_STEP);
    t->items[1].lost = true;
    struct seen_flaws seen = flaws_of(t);
    assert_int_equal(seen.n[EV_GAP], 1);
    assert_int_equal(seen.of[EV_GAP]->pn, 3);
    assert_int_equal(seen.n[EV_ORPHAN], 1);
    assert_string_equal(seen.of[EV_ORPHAN]->dev, "dev-c");
    struct ev_set *set = story_set(t, 0);
    struct gw_buf text;
    gw_buf_init(&text, 10000);
    assert_int_equal(ev_note_text(set, "p-1", &text), GW_ABSENT);
    assert_int_equal(text.len, 0);
    gw_buf_free(&text);
    ev_set_free(set);
    free(t);
}

static void test_pn_jumps(void **state)
{
    (void)state;
    struct story *t = story_new(4);
    story_add(t, 0, PROC_OPEN);
    story_add(t, 0, PROC_STEP)->s.pn = 3;
    assert_int_equal(flaws_of(t).n[EV_GAP], 1);
    t->items[1].s.pn = 2;
    assert_int_equal(flaws_of(t).n[EV_GAP], 0);
    t->items[1].s.dev = "dev-x"; /* claims another device's step as its own past */
    assert_int_equal(flaws_of(t).n[EV_GAP], 1);
    free(t);
}

static void test_opens(void **state)
{
    (void)state;
    struct story *t = story_new(5);
    struct made *m = story_add(t, 0, PROC_STEP);
    struct seen_flaws seen = flaws_of(t);
    assert_int_equal(seen.n[EV_NO_OPEN], 1);
    assert_null(seen.of[EV_NO_OPEN]);
    m->s.kind = PROC_OPEN;
    assert_int_equal(flaws_of(t).n[EV_NO_OPEN], 0);
    m = story_add(t, 2, PROC_OPEN);
    assert_int_equal(flaws_of(t).n[EV_TWO_OPEN], 1);
    m->s.status = STEP_QUARANTINED;
    assert_int_equal(flaws_of(t).n[EV_TWO_OPEN], 0);
    m->s.kind = PROC_COSIGN;
    m->s.target = "no such hash";
    assert_int_equal(flaws_of(t).n[EV_ORPHAN], 1);
    free(t);
}

/* No hash makes a circle; what is forged to look like one ends all the same, always alike. */
static void test_circle(void **state)
{
    (void)state;
    struct story *t = story_new(6);
    story_add(t, 0, PROC_OPEN);
    struct made *a = story_add(t, 0, PROC_STEP);
    struct made *b = story_add(t, 0, PROC_STEP);
    a->s.pprev = b->s.hash;
    t->items[0].s.pprev = t->items[0].s.hash;
    struct ev_set *set = story_set(t, 0);
    struct ev_set *other = story_set(t, 9);
    assert_int_equal(ev_count(set), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_equal(ev_at(set, i), ev_at(other, i));
    }
    char heads[200];
    char digest[GW_HASH_HEX + 1];
    int64_t count = 0;
    (void)snprintf(heads, sizeof heads, "dev-a %lld %s\n", (long long)b->s.pn, b->s.hash);
    assert_int_equal(ev_rebuild(set, "p-1", heads, &count, digest), GW_OK);
    assert_int_equal(count, 2);
    ev_set_free(set);
    ev_set_free(other);
    free(t);
}

static void test_twice(void **state)
{
    (void)state;
    struct story *t = story_new(8);
    struct made *open = story_add(t, 0, PROC_OPEN);
    struct ev_step copy = open->s;
    copy.status = STEP_LATE;
    open->s.seq = 12;
    const struct ev_step *both[] = {&copy, &open->s, &copy};
    struct ev_set *set = NULL;
    assert_int_equal(ev_set_new(both, 3, &set), GW_OK);
    assert_int_equal(ev_count(set), 1);
    assert_ptr_equal(ev_at(set, 0), &open->s); /* with its receipt */
    ev_set_free(set);
    assert_int_equal(ev_set_new(both + 1, 2, &set), GW_OK);
    assert_ptr_equal(ev_at(set, 0), &open->s);
    ev_set_free(set);
    assert_int_equal(ev_set_new(NULL, 0, &set), GW_OK);
    assert_int_equal(ev_count(set), 0);
    ev_set_free(set);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random), cmocka_unit_test(test_clean),
        cmocka_unit_test(test_fork),   cmocka_unit_test(test_gap),
        cmocka_unit_test(test_opens),  cmocka_unit_test(test_pn_jumps),
        cmocka_unit_test(test_circle), cmocka_unit_test(test_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
