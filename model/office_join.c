/* What all procedures of one place say together: ends, renewals, terms, and who sits twice. */
#include <string.h>

#include "model/office.h"

#define WIDE_BLANK "\xE3\x80\x80" /* U+3000 */

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static const char *skip_blanks(const char *text)
{
    while (*text == ' ' || strncmp(text, WIDE_BLANK, sizeof WIDE_BLANK - 1) == 0) {
        text += *text == ' ' ? 1 : sizeof WIDE_BLANK - 1;
    }
    return text;
}

bool office_same_name(const char *a, const char *b)
{
    for (a = skip_blanks(a), b = skip_blanks(b); *a != '\0' && *a == *b;
         a = skip_blanks(a + 1), b = skip_blanks(b + 1)) {
    }
    return *a == *b;
}

/* An id on both sides decides; else the name does, and nobody is the same as somebody unknown. */
static bool same_person(const char *name, const char *id, const char *other, const char *other_id)
{
    return *id != '\0' && *other_id != '\0'
               ? same_text(id, other_id)
               : *skip_blanks(name) != '\0' && office_same_name(name, other);
}

static void end_at(struct office *o, gw_day on, const char *cause)
{
    on = on > o->since ? on : o->since; /* nobody leaves before he came */
    if (o->ended == DAY_NONE || on < o->ended || (on == o->ended && strcmp(cause, o->cause) < 0)) {
        o->ended = on;
        o->cause = cause;
    }
}

static bool active(const struct office *o, gw_day on)
{
    return o->since <= on && (o->ended == DAY_NONE || o->ended > on);
}

/* ---- ends of what the same procedure filed */

static void apply_own(struct office *offices, size_t n, struct office_end *e)
{
    for (size_t i = 0; i < n; i++) {
        struct office *o = &offices[i];
        bool meant = o->organ == e->organ && same_text(o->process, e->process) &&
                     (e->all || same_text(o->subject, e->subject));
        if (meant && e->waits) {
            o->waits = true;
        } else if (meant) {
            end_at(o, e->on, e->cause);
            o->voided = o->voided || e->all;
        }
        e->lost = e->lost && !meant;
    }
}

/* ---- renewals, and who takes another post */

/* A poll that was found void has renewed nothing, whenever that was found: those before serve on.
 */
static bool renews(const struct office *o)
{
    return o->renews && !o->voided;
}

/* The day on which the procedure of `of` filed the organ anew; DAY_NONE when another of its rows
 * says so already. */
static gw_day renewed_on(const struct office *offices, size_t n, size_t of)
{
    gw_day first = offices[of].since;
    for (size_t i = 0; i < n; i++) {
        const struct office *o = &offices[i];
        if (!renews(o) || o->organ != offices[of].organ ||
            !same_text(o->process, offices[of].process)) {
            continue;
        }
        if (i < of) {
            return DAY_NONE;
        }
        first = o->since < first ? o->since : first;
    }
    return first;
}

/* The next election ends what was filed for the organ before it. Of two on one day neither is
 * before the other. What it ends is collected first: a renewal that was ended is still one. */
static void renew(struct office *offices, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct office *next = &offices[i];
        gw_day on = renews(next) ? renewed_on(offices, n, i) : DAY_NONE;
        for (size_t k = 0; on != DAY_NONE && k < n; k++) {
            struct office *o = &offices[k];
            if (o->organ == next->organ && o->since < on && !same_text(o->process, next->process)) {
                end_at(o, on, "term");
            }
        }
    }
}

/* A member who is chosen as chair is no member any more: one person, one seat of a body. */
static void move(struct office *offices, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct office *later = &offices[i];
        for (size_t k = 0; k < n; k++) {
            struct office *o = &offices[k];
            bool seat = o->organ == ORGAN_COMMITTEE || o->organ == ORGAN_SUPERVISION ||
                        o->organ == ORGAN_PARTY;
            if (seat && !later->renews && o->organ == later->organ && o->since < later->since &&
                same_person(o->name, o->resident, later->name, later->resident)) {
                end_at(o, later->since, "moved");
            }
        }
    }
}

/* ---- ends that name a person */

static bool names(const struct office *o, const struct office_end *e, bool group)
{
    bool in_group =
        !group || *e->group == '\0' || *o->group == '\0' || office_same_name(o->group, e->group);
    bool post = *e->post == '\0' || *o->post == '\0' || same_text(o->post, e->post);
    bool unnamed = *e->name == '\0' && *e->resident == '\0'; /* erased: the post is what is left */
    return o->organ == e->organ && in_group &&
           (unnamed ? post : same_person(o->name, o->resident, e->name, e->resident));
}

struct meant {
    struct office *last;
    size_t n;
    bool one; /* all of them are one person by id */
};

/* post: only those whose post is that of the end. */
static struct meant find(struct office *offices, size_t n, const struct office_end *e, bool group,
                         bool post)
{
    struct meant m = {.one = true};
    for (size_t i = 0; i < n; i++) {
        struct office *o = &offices[i];
        if (!active(o, e->on) || !names(o, e, group) || (post && !same_text(o->post, e->post))) {
            continue;
        }
        m.one =
            m.one && *o->resident != '\0' && (!m.last || same_text(m.last->resident, o->resident));
        m.last = o;
        m.n++;
    }
    return m;
}

/* Already out of office by then: a vacancy that is recorded after the resignation that made it. */
static bool gone_already(const struct office *offices, size_t n, const struct office_end *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct office *o = &offices[i];
        if (o->ended != DAY_NONE && o->ended <= e->on && names(o, e, false)) {
            return true;
        }
    }
    return false;
}

/* Whom an end means, by the state before its day: several ends of one day do not see each other.
 * Two who bear one name and cannot be told apart by id or post are both marked, and nobody is
 * ended. */
static void judge(struct office *offices, size_t n, struct office_end *e)
{
    bool group = true;
    struct meant m = find(offices, n, e, group, false);
    if (m.n == 0) { /* 一组 and 第一组 */
        group = false;
        m = find(offices, n, e, group, false);
    }
    if (m.n > 1 && *e->post != '\0') {
        struct meant narrow = find(offices, n, e, group, true);
        m = narrow.n > 0 ? narrow : m;
    }
    e->lost = m.n == 0 && !gone_already(offices, n, e);
    e->hit = m.n == 1 || m.one ? m.last : NULL;
    for (size_t i = 0; m.n > 1 && !m.one && i < n; i++) {
        struct office *o = &offices[i];
        o->doubt = o->doubt || (active(o, e->on) && names(o, e, group));
    }
}

static bool is_hit(const struct office *o, const struct office_end *e)
{
    bool same_id = *o->resident != '\0' && same_text(o->resident, e->hit->resident);
    /* ended today by another end of today is still meant */
    bool there = o->since <= e->on && (o->ended == DAY_NONE || o->ended >= e->on);
    return o == e->hit || (same_id && o->organ == e->organ && there);
}

static void apply(struct office *offices, size_t n, const struct office_end *e)
{
    for (size_t i = 0; e->hit && i < n; i++) {
        struct office *o = &offices[i];
        if (!is_hit(o, e)) {
            continue;
        }
        if (e->waits) {
            o->waits = true;
        } else {
            end_at(o, e->on, e->cause);
        }
    }
}

static bool of_day(const struct office_end *e, gw_day day)
{
    return !e->same && !e->all && e->on == day;
}

/* The first day after `done` on which somebody leaves. */
static gw_day day_after(const struct office_end *ends, size_t n, gw_day done)
{
    gw_day next = DAY_NONE;
    for (size_t i = 0; i < n; i++) {
        bool later = done == DAY_NONE || ends[i].on > done;
        next = later && (next == DAY_NONE || ends[i].on < next) ? ends[i].on : next;
    }
    return next;
}

/* Day by day: who is out of office already is not meant by a later end. */
static void apply_ends(struct office *offices, size_t n, struct office_end *ends, size_t ends_n)
{
    for (gw_day day = day_after(ends, ends_n, DAY_NONE); day != DAY_NONE;
         day = day_after(ends, ends_n, day)) {
        for (size_t i = 0; i < ends_n; i++) {
            if (of_day(&ends[i], day)) {
                judge(offices, n, &ends[i]);
            }
        }
        for (size_t i = 0; i < ends_n; i++) {
            if (of_day(&ends[i], day)) {
                apply(offices, n, &ends[i]);
            }
        }
    }
}

/* ---- terms */

/* Those whom one procedure filed for an organ leave together (另行选举 fills up a term that has
 * begun); who was chosen for the rest of a term serves as long as those he joined. */
static void take_term(const struct office *offices, size_t n, struct office *o)
{
    gw_day begun = DAY_NONE;
    o->until = o->said;
    for (size_t i = 0; (o->renews || o->said == DAY_NONE) && i < n; i++) {
        const struct office *with = &offices[i];
        bool joined = with->organ == o->organ && with->renews && with->said != DAY_NONE &&
                      (o->renews ? same_text(with->process, o->process) : with->since <= o->since);
        bool better = begun == DAY_NONE ||
                      (o->renews ? with->since < begun : with->since > begun) ||
                      (with->since == begun && with->said < o->until);
        if (joined && better) {
            begun = with->since;
            o->until = with->said;
        }
    }
}

/* ---- today */

static enum office_state state_of(const struct office *o, gw_day today)
{
    return o->ended != DAY_NONE && o->ended <= today  ? OFFICE_ENDED
           : o->since > today                         ? OFFICE_COMING
           : o->until != DAY_NONE && o->until < today ? OFFICE_OVER
                                                      : OFFICE_HELD;
}

static bool sits(const struct office *o)
{
    return o->state == OFFICE_HELD || o->state == OFFICE_OVER;
}

static bool leads(const struct office *a, const struct office *b)
{
    return a->organ == ORGAN_PARTY && same_text(a->post, "secretary") &&
           b->organ == ORGAN_COMMITTEE && same_text(b->post, "chair");
}

static void mark_pair(struct office *a, const struct office *b)
{
    bool ids = *a->resident != '\0' && *b->resident != '\0';
    if (a->organ == b->organ || !sits(a) || !sits(b) ||
        !same_person(a->name, a->resident, b->name, b->resident)) {
        return;
    }
    a->also |= 1U << b->organ;
    a->by_name |= ids ? 0 : 1U << b->organ;
    a->barred |= a->bar == b->organ || b->bar == a->organ ? 1U << b->organ : 0;
    a->leads_both = a->leads_both || leads(a, b) || leads(b, a);
}

/* The template of the Party organisation is one for villages and communities: the place says which
 * it is. */
static void name_bodies(struct office *offices, size_t n)
{
    const char *committee = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct office *o = &offices[i];
        bool says = o->organ != ORGAN_PARTY && (!committee || same_text(o->committee, "community"));
        committee = says ? o->committee : committee;
    }
    for (size_t i = 0; committee && i < n; i++) {
        offices[i].committee = committee;
    }
}

void office_join(struct office *offices, size_t n, struct office_end *ends, size_t ends_n,
                 gw_day today)
{
    for (size_t i = 0; i < n; i++) {
        struct office *o = &offices[i];
        o->ended = DAY_NONE;
        o->cause = o->bar_says = "";
        o->also = o->by_name = o->barred = 0;
        o->leads_both = o->doubt = o->voided = false;
    }
    for (size_t i = 0; i < ends_n; i++) {
        ends[i].lost = true;
        if (ends[i].same || ends[i].all) {
            apply_own(offices, n, &ends[i]);
        }
    }
    renew(offices, n);
    move(offices, n);
    apply_ends(offices, n, ends, ends_n);
    name_bodies(offices, n);
    for (size_t i = 0; i < n; i++) {
        take_term(offices, n, &offices[i]);
    }
    for (size_t i = 0; i < n; i++) {
        offices[i].state = state_of(&offices[i], today);
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            mark_pair(&offices[i], &offices[k]);
        }
    }
}

/* ---- order */

static int rank(const char *post)
{
    static const char *const posts[] = {"secretary", "deputy_secretary", "chair",
                                        "deputy",    "leader",           "member"};
    for (int i = 0; i < (int)(sizeof posts / sizeof posts[0]); i++) {
        if (same_text(post, posts[i])) {
            return i;
        }
    }
    return (int)(sizeof posts / sizeof posts[0]);
}

int office_order(const void *a, const void *b)
{
    const struct office *x = a;
    const struct office *y = b;
    int order = strcmp(x->division, y->division);
    order = order ? order : (x->organ > y->organ) - (x->organ < y->organ);
    order = order ? order : strcmp(x->group, y->group);
    order = order ? order : rank(x->post) - rank(y->post);
    order = order ? order : (x->since > y->since) - (x->since < y->since);
    order = order ? order : strcmp(x->name, y->name);
    return order ? order : strcmp(x->hash, y->hash);
}
