#include "tui/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_safe.h"
#include "model/alarm.h"
#include "tui/tui_p.h"

enum { FLOOD_GAP_MS = 2000 }; /* many rings within this time are one */

static uint64_t hash_of(const char *id)
{
    uint64_t h = 14695981039346656037ULL;
    for (; *id != '\0'; id++) {
        h = (h ^ (uint8_t)*id) * 1099511628211ULL;
    }
    return h == 0 ? 1 : h;
}

static struct ring_seen *place(struct ring_seen *seen, size_t cap, uint64_t hash)
{
    size_t i = (size_t)hash & (cap - 1);
    while (seen[i].hash != 0 && seen[i].hash != hash) {
        i = (i + 1) & (cap - 1);
    }
    return &seen[i];
}

void ring_free(struct ring *ring)
{
    free(ring->seen);
    ring->seen = NULL;
    ring->cap = 0;
}

static void news_drop(struct ring *ring, const char *alarm)
{
    for (size_t i = 0; i < ring->news_n; i++) {
        if (strcmp(ring->news[i], alarm) == 0) {
            memmove(ring->news[i], ring->news[i + 1],
                    (ring->news_n - i - 1) * sizeof(ring->news[0]));
            ring->news_n--;
            ring->news_all -= ring->news_all > 0 ? 1 : 0;
            return;
        }
    }
}

static void news_add(struct ring *ring, const char *alarm)
{
    news_drop(ring, alarm);
    ring->news_all++;
    if (ring->news_n < RING_NEW_MAX) {
        (void)snprintf(ring->news[ring->news_n++], sizeof(ring->news[0]), "%s", alarm);
    }
}

static void want_ring(struct tui *t)
{
    if (!t->ring.pending) {
        t->ring.pending = true;
        t->ring.pending_mono = tui_mono(t);
    }
}

/* Level 5 and the gravest go on ringing until somebody has them. */
static bool rings_on(const struct tui *t, const struct queue_row *row)
{
    return (row->alarm.level >= CHAIN_LEVELS && t->my_level >= CHAIN_LEVELS) ||
           row->alarm.severity == SEV_CRITICAL;
}

static bool hold_ends(const struct tui *t, const struct queue_row *row)
{
    int64_t due = row->alarm.ack_due_at;
    return row_is_held_by(row, tui_me(t)) && due > 0 &&
           due - tui_now(t) <= t->opts.times.hold_warn_ms;
}

static void look_waiting(struct tui *t, const struct queue_row *row, const struct ring_seen *old,
                         struct ring_seen *now)
{
    struct ring *ring = &t->ring;
    int64_t mono = tui_mono(t);
    bool known = old != NULL && old->hash != 0 && !old->warned;
    if (!known || old->severity < (uint8_t)row->alarm.severity) {
        now->rang_mono = mono;
        if (ring->started) {
            news_add(ring, row->alarm.id);
            ring->slept_count += ring->slept_mono != 0 ? 1 : 0;
        }
        want_ring(t);
    } else if (rings_on(t, row) && mono - old->rang_mono >= t->opts.times.ring_again_ms) {
        now->rang_mono = mono;
        want_ring(t);
    } else {
        now->rang_mono = old->rang_mono;
    }
}

/* A row that I hold is kept in the table with `warned` once its warning was given. */
static void look_held(struct tui *t, const struct queue_row *row, const struct ring_seen *old,
                      struct ring_seen *now)
{
    now->warned = true;
    now->rang_mono = old != NULL && old->hash != 0 && old->warned ? old->rang_mono : 0;
    if (!hold_ends(t, row)) {
        now->rang_mono = 0;
        return;
    }
    (void)snprintf(t->ring.warn, sizeof(t->ring.warn), "%s", row->alarm.id);
    if (now->rang_mono == 0) {
        now->rang_mono = tui_mono(t);
        want_ring(t);
    }
}

static size_t wanted_cap(size_t rows)
{
    size_t cap = 64;
    while (cap < rows * 2 + 2) {
        cap *= 2;
    }
    return cap;
}

void ring_look(struct tui *tui)
{
    struct ring *ring = &tui->ring;
    size_t n = queue_len(tui->queue);
    size_t cap = wanted_cap(n);
    struct ring_seen *seen = calloc(cap, sizeof(*seen));
    if (seen == NULL) {
        return; /* the old table stays; the next look tries again */
    }
    ring->warn[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const struct queue_row *row = queue_at(tui->queue, i);
        bool waits = row_rings(row, tui_me(tui), tui->my_level);
        if (!waits && !row_is_held_by(row, tui_me(tui))) {
            continue;
        }
        uint64_t hash = hash_of(row->alarm.id);
        const struct ring_seen *old =
            ring->seen == NULL ? NULL : place(ring->seen, ring->cap, hash);
        struct ring_seen *now = place(seen, cap, hash);
        now->hash = hash;
        now->severity = (uint8_t)row->alarm.severity;
        if (waits) {
            look_waiting(tui, row, old, now);
        } else {
            look_held(tui, row, old, now);
        }
    }
    free(ring->seen);
    ring->seen = seen;
    ring->cap = cap;
    for (size_t i = ring->news_n; i-- > 0;) { /* who was new and waits no more is no news */
        if (place(seen, cap, hash_of(ring->news[i]))->hash == 0 ||
            place(seen, cap, hash_of(ring->news[i]))->warned) {
            news_drop(ring, ring->news[i]);
        }
    }
    ring->news_all = ring->news_n < RING_NEW_MAX ? ring->news_n : ring->news_all;
}

void ring_seen(struct tui *tui, const char *alarm)
{
    size_t before = tui->ring.news_n;
    news_drop(&tui->ring, alarm);
    if (tui->ring.news_n != before) {
        tui_touch(tui, DIRTY_BARS);
    }
}

/* The gravest of the news; among equals the oldest. */
const char *ring_news(const struct tui *tui)
{
    const char *best = NULL;
    enum alarm_severity worst = SEV_INFO;
    for (size_t i = 0; i < tui->ring.news_n; i++) {
        int64_t at = queue_find(tui->queue, tui->ring.news[i]);
        if (at < 0) {
            continue;
        }
        enum alarm_severity severity = queue_at(tui->queue, (size_t)at)->alarm.severity;
        if (best == NULL || severity > worst) {
            best = tui->ring.news[i];
            worst = severity;
        }
    }
    return best;
}

static size_t waiting(const struct tui *t, const struct queue_row **first)
{
    size_t n = 0;
    *first = NULL;
    for (size_t i = 0; i < queue_len(t->queue); i++) {
        const struct queue_row *row = queue_at(t->queue, i);
        if (row_rings(row, tui_me(t), t->my_level)) {
            n++;
            if (*first == NULL || row->alarm.raised_at < (*first)->alarm.raised_at) {
                *first = row;
            }
        }
    }
    return n;
}

/* `3 条等您，最早 02:41` */
static void say_start(struct tui *t, size_t n, const struct queue_row *first)
{
    char hhmm[6];
    gw_time_hhmm(first->alarm.raised_at, hhmm);
    (void)snprintf(t->ring.summary, sizeof(t->ring.summary),
                   _("Waiting for you: %zu, the first since %s"), n, hhmm);
}

static void say_slept(struct tui *t)
{
    char from[6], to[6];
    gw_time_hhmm(t->ring.slept_from, from);
    gw_time_hhmm(t->ring.slept_to, to);
    (void)snprintf(t->ring.summary, sizeof(t->ring.summary), _("Asleep %s-%s, %lld came meanwhile"),
                   from, to, (long long)t->ring.slept_count);
    t->ring.slept_mono = 0;
    tui_touch(t, DIRTY_BARS);
}

static void notify(struct tui *t, size_t n, const struct queue_row *first)
{
    char title[96], body[256];
    const char *news = ring_news(t);
    int64_t at = news == NULL ? -1 : queue_find(t->queue, news);
    const struct queue_row *row = at >= 0 ? queue_at(t->queue, (size_t)at) : first;
    if (t->opts.hooks == NULL || t->opts.hooks->notify == NULL || row == NULL) {
        return;
    }
    (void)snprintf(title, sizeof(title), _("Alarms waiting for you: %zu"), n);
    word_alarm_here(t, row, body, sizeof(body));
    t->opts.hooks->notify(t->opts.hooks_ctx, title, body, true);
}

static void ring_now(struct tui *t)
{
    const struct queue_row *first;
    size_t n = waiting(t, &first);
    bool warn = t->ring.warn[0] != '\0';
    t->ring.pending = false;
    t->ring.last_mono = tui_mono(t);
    bool start = !t->ring.started;
    t->ring.started = true;
    if (n == 0 && !warn) {
        return; /* it was taken before it rang */
    }
    if (n > 0 && start) {
        say_start(t, n, first);
    }
    if (t->ring.slept_mono != 0) {
        say_slept(t);
    }
    t->figures.rings++;
    screen_bell(t->scr);
    notify(t, n, first);
    tui_touch(t, DIRTY_BARS);
}

static int64_t due_mono(const struct tui *t)
{
    const struct ring *ring = &t->ring;
    int64_t due = ring->pending_mono + t->opts.times.quiet_ms;
    if (ring->last_mono != 0 && ring->last_mono + FLOOD_GAP_MS > due) {
        due = ring->last_mono + FLOOD_GAP_MS;
    }
    if (ring->slept_mono != 0 && t->link.end_mono <= ring->slept_mono) {
        int64_t patience = ring->slept_mono + 10000; /* a dead network must not silence us */
        due = due < patience ? patience : due;
    }
    return due;
}

int64_t ring_tick(struct tui *tui)
{
    struct ring *ring = &tui->ring;
    int64_t mono = tui_mono(tui);
    if (ring->slept_mono != 0 && !ring->pending &&
        (tui->link.end_mono > ring->slept_mono || mono >= ring->slept_mono + 10000)) {
        say_slept(tui); /* nothing came: said, not rung */
    }
    if (!ring->pending) {
        return INT64_MAX;
    }
    if (due_mono(tui) <= mono) {
        ring_now(tui);
        return INT64_MAX;
    }
    return due_mono(tui);
}

static void line_of_warning(struct tui *t, char *out, size_t size)
{
    char name[160], span[16];
    int64_t at = queue_find(t->queue, t->ring.warn);
    if (at < 0) {
        return;
    }
    const struct queue_row *row = queue_at(t->queue, (size_t)at);
    word_alarm_here(t, row, name, sizeof(name));
    gw_time_span(row->alarm.ack_due_at - tui_now(t), span);
    (void)snprintf(out, size, _("?? Still on it? %s rings again in %s - F2: still on it"), name,
                   span);
}

void ring_line(struct tui *tui, char *out, size_t size)
{
    const char *news = ring_news(tui);
    out[0] = '\0';
    if (tui->ring.summary[0] != '\0') {
        (void)snprintf(out, size, "!! %s", tui->ring.summary);
        return;
    }
    if (news == NULL || tui->lock.on) { /* locked: all that waits stands in the list */
        if (tui->ring.warn[0] != '\0') {
            line_of_warning(tui, out, size);
        }
        return;
    }
    int64_t at = queue_find(tui->queue, news);
    const struct queue_row *row = queue_at(tui->queue, (size_t)at);
    char name[160], span[16] = "";
    word_alarm_here(tui, row, name, sizeof(name));
    if (row->alarm.due_at > tui_now(tui)) {
        gw_time_span(row->alarm.due_at - tui_now(tui), span);
    }
    if (tui->ring.news_all > 1) {
        (void)snprintf(out, size, _("!! %zu new: %s waits for you %s - Tab: go there"),
                       tui->ring.news_all, name, span);
    } else {
        (void)snprintf(out, size, _("!! %s waits for you %s - Tab: go there"), name, span);
    }
}
