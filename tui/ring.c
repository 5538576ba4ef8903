#include "tui/ring.h"

#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"
#include "model/alarm.h"
#include "tui/tui_p.h"

enum { FLOOD_GAP_MS = 2000 }; /* many rings within this time are one */

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
static bool rings_on(const struct tui *t, const struct queue_brief *brief)
{
    return (brief->level >= CHAIN_LEVELS && t->my_level >= CHAIN_LEVELS) ||
           brief->severity == SEV_CRITICAL;
}

static void look_waiting(struct tui *t, const struct queue_brief *brief, struct queue_bell *bell,
                         int64_t mono)
{
    struct ring *ring = &t->ring;
    bool known = bell->known && !bell->warned;
    if (!known || bell->severity < (uint8_t)brief->severity) {
        if (ring->started) {
            news_add(ring, brief->id);
            ring->slept_count += ring->slept_mono != 0 ? 1 : 0;
        }
    } else if (!rings_on(t, brief) || mono - bell->rang_mono < t->opts.times.ring_again_ms) {
        bell->severity = (uint8_t)brief->severity;
        bell->severity = (uint8_t)brief->severity;
        return;
    }
    *bell =
        (struct queue_bell){.known = true, .severity = (uint8_t)brief->severity, .rang_mono = mono};
    want_ring(t);
}

/* What I hold is kept with `warned`, and with the time once its warning was given. */
static void look_held(struct tui *t, const struct queue_brief *brief, struct queue_bell *bell,
                      int64_t mono)
{
    int64_t rang = bell->known && bell->warned ? bell->rang_mono : 0;
    int64_t due = brief->ack_due_at;
    bool ends = due > 0 && due - tui_now(t) <= t->opts.times.hold_warn_ms;
    if (ends) {
        (void)snprintf(t->ring.warn, sizeof(t->ring.warn), "%s", brief->id);
        if (rang == 0) {
            want_ring(t);
            rang = mono;
        }
    }
    *bell = (struct queue_bell){.known = true,
                                .warned = true,
                                .severity = (uint8_t)brief->severity,
                                .rang_mono = ends ? rang : 0};
}

/* Who was new and waits no more is no news. */
static void drop_old_news(struct tui *t)
{
    struct ring *ring = &t->ring;
    for (size_t i = ring->news_n; i-- > 0;) {
        int64_t at = queue_find(t->queue, ring->news[i]);
        const struct queue_brief *brief = at < 0 ? NULL : queue_brief(t->queue, (size_t)at);
        if (brief == NULL || !brief->bell.known || brief->bell.warned) {
            news_drop(ring, ring->news[i]);
        }
    }
    ring->news_all = ring->news_n < RING_NEW_MAX ? ring->news_n : ring->news_all;
}

void ring_look(struct tui *tui)
{
    size_t n = queue_len(tui->queue);
    int64_t mono = tui_mono(tui);
    tui->ring.warn[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const struct queue_brief *brief = queue_brief(tui->queue, i);
        struct queue_bell *bell = queue_bell(tui->queue, i);
        if (brief_rings(brief, tui->my_level)) {
            look_waiting(tui, brief, bell, mono);
        } else if (brief->held) {
            look_held(tui, brief, bell, mono);
        } else {
            bell->known = false;
        }
    }
    drop_old_news(tui);
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
        enum alarm_severity severity = queue_brief(tui->queue, (size_t)at)->severity;
        if (best == NULL || severity > worst) {
            best = tui->ring.news[i];
            worst = severity;
        }
    }
    return best;
}

/* How many ring for this person; *first = place of the oldest. */
static size_t waiting(const struct tui *t, size_t *first)
{
    size_t n = 0;
    int64_t oldest = INT64_MAX;
    *first = 0;
    for (size_t i = 0; i < queue_len(t->queue); i++) {
        const struct queue_brief *brief = queue_brief(t->queue, i);
        if (brief_rings(brief, t->my_level)) {
            n++;
            if (n == 1 || brief->raised_at < oldest) {
                oldest = brief->raised_at;
                *first = i;
            }
        }
    }
    return n;
}

/* `3 条等您，最早 02:41` */
static void say_start(struct tui *t, size_t n, size_t first)
{
    char hhmm[6];
    gw_time_hhmm(queue_brief(t->queue, first)->raised_at, hhmm);
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

static void notify(struct tui *t, size_t n, size_t first)
{
    char title[96], body[256];
    const char *news = ring_news(t);
    int64_t at = news == NULL ? -1 : queue_find(t->queue, news);
    if (t->opts.hooks == NULL || t->opts.hooks->notify == NULL || (at < 0 && n == 0)) {
        return;
    }
    const struct queue_row *row = queue_at(t->queue, at >= 0 ? (size_t)at : first);
    (void)snprintf(title, sizeof(title), _("Alarms waiting for you: %zu"), n);
    word_alarm_here(t, row, body, sizeof(body));
    t->opts.hooks->notify(t->opts.hooks_ctx, title, body, true);
}

static void ring_now(struct tui *t)
{
    size_t first;
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
