/* Random procedures of two to four devices: records, rivals, corrections, cosigns, quarantined
 * steps, forks, several opens. However they arrive, everything is the same; and it is what the
 * rules of docs/procedures.md say, worked out here the slow way from what each author really held.
 */
#include "make_rules.h"

enum { SEEDS = 200, SHUFFLES = 3, MOVES = 80 };

static const char *const slots_of[][2] = {{"S05", ""},     {"S20", ""},      {"S19", "一站"},
                                          {"S19", "二站"}, {"S99", "other"}, {"S03", ""}};
static const char *const keys[] = {"size", "recovered"};

struct draw {
    struct gw_random_seeded random;
};

static uint64_t below(struct draw *d, uint64_t n)
{
    return gw_random_below(&d->random.random, n);
}

/* A step that this device holds, of one of two kinds; NULL after some tries. */
static struct made *held_one(struct story *t, struct draw *d, int dev, enum proc_kind a,
                             enum proc_kind b)
{
    for (int i = 0; i < 12; i++) {
        struct made *m = &t->items[below(d, t->n)];
        if (t->held[dev][m->at] && (m->s.kind == a || m->s.kind == b)) {
            return m;
        }
    }
    return NULL;
}

static void random_record(struct story *t, struct draw *d, int dev)
{
    const char *const *slot = slots_of[below(d, LEN(slots_of))];
    struct made *m = put_step(t, dev, slot[0], slot[1], "2026-08-28");
    made_num(m, "size", (int64_t)below(d, 9));
    made_num(m, "recovered", (int64_t)below(d, 900));
}

static void random_correct(struct story *t, struct draw *d, int dev)
{
    struct made *target = held_one(t, d, dev, PROC_STEP, PROC_OPEN);
    if (!target) {
        return;
    }
    struct made *m = put_correct(t, dev, target);
    if (below(d, 4) != 0) {
        made_num(m, keys[below(d, 2)], (int64_t)below(d, 1000) + 1000);
    }
}

static void random_cosign(struct story *t, struct draw *d, int dev)
{
    struct made *target = held_one(t, d, dev, PROC_CORRECT, PROC_STEP);
    if (target) {
        put_cosign(t, dev, target);
    }
}

/* Somebody hears of everything and corrects; often another one hears of that and cosigns. */
static void random_settle(struct story *t, struct draw *d, int dev, int devs)
{
    for (int from = 0; from < devs; from++) {
        story_sync(t, from, dev);
    }
    size_t before = t->n;
    random_correct(t, d, dev);
    int other = (int)below(d, (uint64_t)devs);
    if (t->n > before) {
        story_sync(t, dev, other);
        put_cosign(t, other, &t->items[before]);
    }
}

static struct story *random_story(uint64_t seed)
{
    struct draw d;
    gw_random_seeded_init(&d.random, seed);
    struct story *t = story_new(seed);
    int devs = 2 + (int)(seed % 3);
    put_open_on(t, 0, POLLING);
    for (int i = 0; i < MOVES; i++) {
        int dev = (int)below(&d, (uint64_t)devs);
        size_t before = t->n;
        uint64_t what = below(&d, 43);
        if (what < 10) {
            random_record(t, &d, dev);
        } else if (what < 19) {
            random_correct(t, &d, dev);
        } else if (what < 26) {
            random_cosign(t, &d, dev);
        } else if (what < 38) {
            story_sync(t, (int)below(&d, (uint64_t)devs), dev);
        } else if (what == 38) {
            put_open_on(t, dev, POLLING);
        } else if (what == 39) {
            story_restore(t, &t->items[below(&d, t->n)]);
        } else {
            random_settle(t, &d, dev, devs);
        }
        if (t->n > before && below(&d, 10) == 0) {
            t->items[before].s.status = STEP_QUARANTINED;
        }
    }
    return t;
}

/* ---- all that a procedure says, as one text */

static void dump_slot(const struct slot *s, struct gw_buf *out)
{
    assert_int_equal(gw_buf_addf(out, "%s/%s %d %s %zu %d %lld\n", s->step, s->subject, s->state,
                                 s->record ? s->record->hash : "-", s->repeats, s->happened,
                                 (long long)s->recorded_at),
                     GW_OK);
    for (size_t i = 0; i < s->rivals_n; i++) {
        assert_int_equal(gw_buf_addf(out, " rival %s\n", s->rivals[i]->hash), GW_OK);
    }
    for (size_t i = 0; i < s->corrections_n; i++) {
        assert_int_equal(gw_buf_addf(out, " correction %s\n", s->corrections[i]->hash), GW_OK);
    }
}

static void dump(const struct look *l, struct gw_buf *out)
{
    char digest[GW_HASH_HEX + 1];
    char text[1024];
    gw_buf_reset(out);
    ev_digest(l->set, "p-1", digest);
    assert_int_equal(gw_buf_addf(out, "%s %s %s\n", digest, procedure_open(l->p)->hash,
                                 procedure_state_name(l->p)),
                     GW_OK);
    for (size_t i = 0; i < procedure_slots(l->p); i++) {
        const struct slot *s = procedure_slot(l->p, i);
        dump_slot(s, out);
        for (size_t k = 0; k < LEN(keys); k++) {
            const struct proc_value *v = procedure_value(l->p, s->step, s->subject, keys[k]);
            assert_int_equal(gw_buf_addf(out, " %s %lld\n", keys[k], v ? (long long)v->num : -1),
                             GW_OK);
        }
    }
    for (size_t i = 0; i < procedure_findings(l->p); i++) {
        (void)finding_print(l->p, procedure_finding(l->p, i), text, sizeof text);
        assert_int_equal(gw_buf_addf(out, "%s\n", text), GW_OK);
    }
    for (size_t i = 0; i < procedure_calendar(l->p); i++) {
        const struct cal_line *c = procedure_cal(l->p, i);
        assert_int_equal(
            gw_buf_addf(out, "%d %d %d %d\n", c->latest, c->done, c->applies, c->happened), GW_OK);
    }
}

static void test_arrival(void **state)
{
    (void)state;
    struct gw_buf first;
    struct gw_buf again;
    gw_buf_init(&first, 1 << 20);
    gw_buf_init(&again, 1 << 20);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct story *t = random_story(seed);
        struct look l = look(t, "2026-08-30");
        dump(&l, &first);
        look_free(&l);
        for (uint64_t i = 1; i <= SHUFFLES; i++) {
            l = look_shuffled(t, "2026-08-30", seed * 1000 + i);
            dump(&l, &again);
            look_free(&l);
            if (strcmp(gw_buf_str(&first), gw_buf_str(&again)) != 0) {
                fail_msg("seed %llu", (unsigned long long)seed);
            }
        }
        free(t);
    }
    gw_buf_free(&first);
    gw_buf_free(&again);
}

/* ---- the rules, the slow way */

static bool counts(const struct made *m)
{
    return m->s.status != STEP_QUARANTINED;
}

static bool cosigned(const struct story *t, const struct made *target)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct made *m = &t->items[i];
        if (m->s.kind == PROC_COSIGN && counts(m) && strcmp(m->s.target, target->s.hash) == 0 &&
            strcmp(m->s.user, target->s.user) != 0) {
            return true;
        }
    }
    return false;
}

static bool corrects(const struct made *m, const struct made *target)
{
    return m->s.kind == PROC_CORRECT && counts(m) && strcmp(m->s.target, target->s.hash) == 0;
}

/* Those of a list that nobody else in it had in his past (newest) or had none in theirs (oldest).
 */
static size_t ends(struct made *const *list, size_t n, bool newest, struct made **out)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        bool end = true;
        for (size_t k = 0; k < n; k++) {
            end = end && !(newest ? list[k]->held[list[i]->at] : list[i]->held[list[k]->at]);
        }
        if (end) {
            out[found++] = list[i];
        }
    }
    return found;
}

static struct made *settle(struct story *t, struct made *const *rivals, size_t n)
{
    struct made *choices[STORY_STEPS];
    struct made *last[STORY_STEPS];
    size_t found = 0;
    for (size_t i = 0; i < t->n; i++) {
        struct made *m = &t->items[i];
        bool one = false;
        bool all = true;
        for (size_t k = 0; k < n; k++) {
            one = one || corrects(m, rivals[k]);
            all = all && m->held[rivals[k]->at];
        }
        if (one && all && cosigned(t, m)) {
            choices[found++] = m;
        }
    }
    size_t left = ends(choices, found, true, last);
    struct made *chosen = NULL;
    for (size_t i = 0; i < left; i++) {
        for (size_t k = 0; k < n; k++) {
            if (corrects(last[i], rivals[k])) {
                if (chosen && chosen != rivals[k]) {
                    return NULL;
                }
                chosen = rivals[k];
            }
        }
    }
    return chosen;
}

static bool names(const struct made *m, const char *key, int64_t *num)
{
    for (size_t i = 0; i < m->s.values_n; i++) {
        if (strcmp(m->values[i].key, key) == 0) {
            *num = m->values[i].num;
            return true;
        }
    }
    return false;
}

/* Corrections before their authors' pasts: by how much each author held. */
static size_t corrections_of(struct story *t, const struct made *record, const char *key,
                             struct made **out)
{
    size_t n = 0;
    int64_t num;
    for (size_t i = 0; i < t->n; i++) { /* written order is an order of the pasts */
        if (corrects(&t->items[i], record) && (!key || names(&t->items[i], key, &num))) {
            out[n++] = &t->items[i];
        }
    }
    return n;
}

/* -1: no value or contested. */
static int64_t value_of(struct story *t, const struct made *record, const char *key)
{
    struct made *all[STORY_STEPS];
    struct made *valid[STORY_STEPS];
    struct made *past[STORY_STEPS];
    struct made *last[STORY_STEPS];
    int64_t num = -1;
    size_t n = corrections_of(t, record, key, all);
    size_t valid_n = 0;
    for (size_t i = 0; i < n; i++) {
        size_t past_n = 0;
        for (size_t k = 0; k < valid_n; k++) {
            if (all[i]->held[valid[k]->at]) {
                past[past_n++] = valid[k];
            }
        }
        if (ends(past, past_n, true, last) < 2 || cosigned(t, all[i])) {
            valid[valid_n++] = all[i];
        }
    }
    if (n == 0) {
        return names(record, key, &num) ? num : -1;
    }
    if (ends(valid, valid_n, true, last) != 1) {
        return -1;
    }
    (void)names(last[0], key, &num); /* it was chosen because it does */
    return num;
}

static bool seconded(struct story *t, const struct made *record)
{
    struct made *all[STORY_STEPS];
    size_t n = corrections_of(t, record, NULL, all);
    bool any = cosigned(t, record);
    for (size_t i = 0; i < n; i++) {
        if (!cosigned(t, all[i])) {
            return false;
        }
        any = true;
    }
    return any;
}

static void check_record(const struct look *l, struct story *t, const struct slot *s,
                         const struct made *record)
{
    if (!record) {
        assert_int_equal(s->state, SLOT_CONTESTED);
        assert_null(s->record);
        return;
    }
    assert_ptr_equal(s->record, &record->s);
    bool waits = s->spec && s->spec->second && !seconded(t, record);
    assert_int_equal(s->state, waits ? SLOT_SECOND : SLOT_DONE);
    for (size_t k = 0; k < LEN(keys); k++) {
        const struct proc_value *v = procedure_value(l->p, s->step, s->subject, keys[k]);
        assert_int_equal(v ? v->num : -1, value_of(t, record, keys[k]));
    }
}

static void check_slot(const struct look *l, struct story *t, const char *step, const char *subject)
{
    struct made *all[STORY_STEPS];
    struct made *firsts[STORY_STEPS];
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        struct made *m = &t->items[i];
        if (m->s.kind == PROC_STEP && counts(m) && strcmp(m->s.step, step) == 0 &&
            strcmp(m->s.subject, subject) == 0) {
            all[n++] = m;
        }
    }
    const struct slot *s = procedure_slot_of(l->p, step, subject);
    if (n == 0) {
        assert_true(!s || s->state == SLOT_OPEN);
        return;
    }
    size_t found = ends(all, n, false, firsts);
    assert_int_equal(s->repeats, n - found);
    assert_int_equal(s->rivals_n, found > 1 ? found : 0);
    check_record(l, t, s, found == 1 ? firsts[0] : settle(t, firsts, found));
}

static void check_open(const struct look *l, struct story *t)
{
    struct made *opens[STORY_STEPS];
    size_t n = 0;
    for (size_t i = 0; i < ev_count(l->set); i++) {
        const struct ev_step *s = ev_at(l->set, i);
        if (s->kind == PROC_OPEN && s->status != STEP_QUARANTINED) {
            for (size_t k = 0; k < t->n; k++) {
                if (&t->items[k].s == s) {
                    opens[n++] = &t->items[k];
                }
            }
        }
    }
    if (n > 0) {
        struct made *chosen = n > 1 ? settle(t, opens, n) : NULL;
        assert_ptr_equal(procedure_open(l->p), chosen ? &chosen->s : &opens[0]->s);
    }
}

static void test_rules(void **state)
{
    (void)state;
    size_t contested = 0;
    size_t settled = 0;
    size_t members = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct story *t = random_story(seed);
        struct look l = look(t, NULL);
        for (size_t i = 0; i < LEN(slots_of); i++) {
            check_slot(&l, t, slots_of[i][0], slots_of[i][1]);
        }
        check_open(&l, t);
        for (size_t i = 0; i < procedure_slots(l.p); i++) {
            const struct slot *s = procedure_slot(l.p, i);
            contested += s->state == SLOT_CONTESTED;
            settled += s->rivals_n > 0 && s->record;
        }
        members += count_found(&l, FIND_CONTESTED, "size");
        look_free(&l);
        free(t);
    }
    /* the stories are worth something */
    if (contested < 50 || settled < 20 || members < 25) {
        fail_msg("%zu contested, %zu settled, %zu members", contested, settled, members);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrival),
        cmocka_unit_test(test_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
