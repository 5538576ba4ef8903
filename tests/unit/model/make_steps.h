/* A procedure that several devices work at: who holds which steps is kept as plain sets, so that
 * the past of a step is known without the code under test. Hashes are SHA-256 of what makes a step
 * unique; values may be put in afterwards. */
#ifndef TESTS_MAKE_STEPS_H
#define TESTS_MAKE_STEPS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rnd.h"
#include "model/evidence.h"

enum { STORY_STEPS = 160, STORY_DEVS = 4, STORY_VALUES = 24, STORY_SEEN = 12 };

struct made {
    struct ev_step s;
    struct proc_value values[STORY_VALUES], materials[4];
    const char *seen[STORY_SEEN];
    bool held[STORY_STEPS]; /* by its author when he wrote: the true past */
    int dev;
    size_t at;
    bool lost; /* left out of the set */
};
struct story {
    struct made items[STORY_STEPS];
    size_t n;
    bool held[STORY_DEVS][STORY_STEPS];
    const struct made *last[STORY_DEVS];
    uint64_t salt;
};

static const char *const story_devs[STORY_DEVS] = {"dev-a", "dev-b", "dev-c", "dev-d"};
/* dev-a and dev-b are one person's. */
static const char *const story_users[STORY_DEVS] = {"u1", "u1", "u2", "u3"};

static inline struct story *story_new(uint64_t salt)
{
    struct story *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->salt = salt;
    return t;
}

/* No step of its own device that this device holds follows it. */
static inline bool story_is_tip(const struct story *t, int holder, size_t at)
{
    for (size_t i = at + 1; i < t->n; i++) {
        if (t->held[holder][i] && t->items[i].dev == t->items[at].dev &&
            strcmp(t->items[i].s.pprev, t->items[at].s.hash) == 0) {
            return false;
        }
    }
    return true;
}

static inline void story_see(struct story *t, struct made *m)
{
    for (size_t i = 0; i + 1 < t->n; i++) {
        m->held[i] = t->held[m->dev][i];
        if (m->held[i] && &t->items[i] != t->last[m->dev] && story_is_tip(t, m->dev, i)) {
            assert_true(m->s.seen_n < STORY_SEEN);
            m->seen[m->s.seen_n++] = t->items[i].s.hash;
        }
    }
}

static inline void story_hash(struct story *t, struct made *m)
{
    char text[1024];
    int len = snprintf(text, sizeof text, "%llu %zu %s %lld %s", (unsigned long long)t->salt, m->at,
                       m->s.dev, (long long)m->s.pn, m->s.pprev);
    gw_sha256_hex2(text, (size_t)len, NULL, 0, m->s.hash);
}

static inline struct made *story_add(struct story *t, int dev, enum proc_kind kind)
{
    assert_true(t->n < STORY_STEPS);
    struct made *m = &t->items[t->n];
    *m = (struct made){.dev = dev, .at = t->n++};
    const struct made *last = t->last[dev];
    m->s = (struct ev_step){.dev = story_devs[dev],
                            .user = story_users[dev],
                            .process = "p-1",
                            .pn = last ? last->s.pn + 1 : 1,
                            .n = (int64_t)m->at + 1,
                            .pprev = last ? last->s.hash : "",
                            .seen = m->seen,
                            .kind = kind,
                            .step = "",
                            .subject = "",
                            .target = "",
                            .values = m->values,
                            .materials = m->materials,
                            .off = 0,
                            .unc = 0,
                            .status = STEP_APPLIED,
                            .seq = -1,
                            .outcome = "",
                            .reason = "",
                            .digest = "",
                            .template_id = "",
                            .rules = ""};
    story_see(t, m);
    story_hash(t, m);
    t->held[dev][m->at] = true;
    t->last[dev] = m;
    return m;
}

/* to takes in everything that from holds. */
static inline void story_sync(struct story *t, int from, int to)
{
    for (size_t i = 0; i < t->n; i++) {
        t->held[to][i] = t->held[to][i] || t->held[from][i];
    }
}

/* The laptop was restored from an image: it holds only what it held when it wrote that step. */
static inline void story_restore(struct story *t, struct made *m)
{
    memcpy(t->held[m->dev], m->held, sizeof m->held);
    t->held[m->dev][m->at] = true;
    t->last[m->dev] = m;
}

static inline void made_num(struct made *m, const char *key, int64_t num)
{
    assert_true(m->s.values_n < STORY_VALUES);
    m->values[m->s.values_n++] = (struct proc_value){.key = key, .num = num};
}

static inline void made_text(struct made *m, const char *key, const char *text)
{
    assert_true(m->s.values_n < STORY_VALUES);
    m->values[m->s.values_n++] = (struct proc_value){.key = key, .text = text};
}

static inline void made_material(struct made *m, const char *key, const char *text)
{
    assert_true(m->s.materials_n < 4);
    m->materials[m->s.materials_n++] = (struct proc_value){.key = key, .text = text};
}

/* The set, after a shuffle with this seed (0 = as written). */
static inline struct ev_set *story_set(const struct story *t, uint64_t seed)
{
    const struct ev_step *steps[STORY_STEPS];
    struct gw_random_seeded random;
    struct ev_set *set = NULL;
    gw_random_seeded_init(&random, seed);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (!t->items[i].lost) {
            size_t j = seed ? (size_t)gw_random_below(&random.random, n + 1) : n;
            steps[n++] = steps[j];
            steps[j] = &t->items[i].s;
        }
    }
    assert_int_equal(ev_set_new(steps, n, &set), GW_OK);
    assert_non_null(set);
    return set;
}

#endif
