#include "dispatchd/alarm_row_p.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum {
    NEWEST_EVENTS = 50,
    HUMAN_EVENTS = 200,
    LINE_ROOM = 1024, /* what a put line needs around the row */
};

/* ---- life */

static enum gw_err parse_row(struct work *work, const char *id, const char *path,
                             const struct gw_buf *body, struct gw_fail *fail)
{
    enum gw_err err = wire_alarm_decode(id, path, gw_buf_str(body), body->len, &work->alarm, fail);
    err = err ? err : json_parse(gw_buf_str(body), body->len, STORE_ROW_MAX, &work->row, fail);
    if (!err) {
        work->address = json_str(work->row, "address");
        work->text = json_str(work->row, "text");
    }
    return err; /* GW_INVALID: only this alarm is harmed */
}

/* A closed alarm is in no index. Should it open again, the device names it; one that has no row is
 * named by the event with which its source raised it. */
static void key_of_closed(struct work *work)
{
    const struct json *events = json_arr(work->row, "events");
    (void)snprintf(work->key, sizeof work->key, "%s", work->alarm.device_id);
    for (const struct json *e = events ? json_first(events) : NULL; e && work->key[0] == '\0';
         e = json_next(e)) {
        const struct json *data = json_obj(e, "data");
        const char *serial = data ? json_str(data, "device") : NULL;
        const char *actor = json_str(e, "actor");
        if (serial && actor && strncmp(actor, "source:", 7) == 0) {
            (void)snprintf(work->key, sizeof work->key, "%s/%s", actor + 7, serial);
        }
    }
}

enum gw_err work_load(struct core *core, const char *id, struct work *out, struct gw_fail *fail)
{
    char path[GW_PATH_MAX + 1];
    struct store_alarm index;
    struct store *store = core->store;
    *out = (struct work){.core = core};
    enum gw_err err = store->ops->row_get(store, TYPE_ALARM, id, &core->row, path, NULL, fail);
    err = err ? err : parse_row(out, id, path, &core->row, fail);
    err = err ? err : policy_of_alarm(core, &out->alarm, &out->policy, fail);
    if (!err) {
        err = store->ops->alarm_get(store, id, &index, fail);
        (void)snprintf(out->key, sizeof out->key, "%s", err ? "" : index.key);
        err = err == GW_ABSENT ? GW_OK : err;
    }
    if (!err && out->key[0] == '\0') {
        key_of_closed(out);
    }
    if (err) {
        work_free(out);
    }
    return err;
}

void work_new(struct core *core, const char *kind, struct work *out)
{
    *out = (struct work){.core = core};
    policy_for_kind(core, kind, &out->policy);
    (void)snprintf(out->alarm.kind, sizeof out->alarm.kind, "%s", kind);
    (void)snprintf(out->alarm.policy, sizeof out->alarm.policy, "%s", out->policy.id);
    out->alarm.policy_version = out->policy.version;
    out->alarm.state = ALARM_UNACK;
    out->alarm.count = 1;
}

void work_free(struct work *work)
{
    for (size_t i = 0; i < work->events_n; i++) {
        free(work->events[i].text);
        free(work->events[i].data);
    }
    free(work->events);
    free(work->readings);
    json_free(work->row);
    *work = (struct work){.core = work->core};
}

/* ---- events */

static bool make_room(struct work *work)
{
    if (work->events_n < work->events_cap) {
        return true;
    }
    size_t cap = work->events_cap ? 2 * work->events_cap : 8;
    struct work_event *events = realloc(work->events, cap * sizeof *events);
    if (!events) {
        return false;
    }
    work->events = events;
    work->events_cap = cap;
    return true;
}

void work_event(struct work *work, const struct event_args *event)
{
    if (!make_room(work)) {
        work->failed = true;
        return;
    }
    struct work_event *e = &work->events[work->events_n];
    *e = (struct work_event){.level = event->level, .at = event->at};
    (void)snprintf(e->kind, sizeof e->kind, "%s", event->kind);
    (void)snprintf(e->actor, sizeof e->actor, "%s", event->actor);
    e->text = strdup(event->text ? event->text : "");
    e->data = event->data ? strdup(event->data) : NULL;
    work->failed = work->failed || !e->text || (event->data && !e->data);
    work->events_n++;
}

/* Rings and repeats are counted, not listed. */
static bool listed(const char *kind)
{
    return strcmp(kind, "rang") != 0 && strcmp(kind, "repeat") != 0;
}

static bool human(const char *kind)
{
    static const char *const own[] = {"raised",  "repeat",       "restored", "level",
                                      "skipped", "hold_expired", "rang"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(kind, own[i]) == 0) {
            return false;
        }
    }
    return true;
}

/* ---- the chain */

static enum chain_reach reach(void *ctx, const struct alarm *alarm, int level)
{
    static const enum gw_role roles[] = {[3] = ROLE_WORKER, [4] = ROLE_LEADER, [5] = ROLE_DUTY};
    struct work *work = ctx;
    if (level < 3 || level > CHAIN_LEVELS) {
        return REACH_NO_CHANNEL; /* no telephone or SMS channel yet */
    }
    return somebody_live(work->core, roles[level], alarm->path) ? REACH_OK : REACH_NOBODY_LIVE;
}

static void emit(void *ctx, const struct alarm *alarm, const char *kind, int level, int64_t at,
                 const char *text)
{
    const struct event_args event = {
        .kind = kind, .actor = "system", .level = level, .at = at, .text = text};
    (void)alarm; /* it is the work's own */
    work_event(ctx, &event);
}

struct chain_env work_env(struct work *work)
{
    return (struct chain_env){.reach = reach, .emit = emit, .ctx = work};
}

/* ---- reading the row's events */

static const struct json *old_events(const struct work *work)
{
    const struct json *events = work->row ? json_arr(work->row, "events") : NULL;
    return events ? json_first(events) : NULL;
}

int work_level_at(const struct work *work, int64_t seq)
{
    int64_t level = 0;
    for (const struct json *e = old_events(work); e; e = json_next(e)) {
        int64_t at = 0;
        int64_t value = 0;
        if (json_int(e, "seq", &at) && at <= seq && json_int(e, "level", &value)) {
            level = value;
        }
    }
    return (int)level;
}

bool work_struck(const struct work *work, int64_t seq)
{
    bool struck = false;
    for (const struct json *e = old_events(work); e; e = json_next(e)) {
        int64_t at = 0;
        if (json_int(e, "seq", &at) && at == seq) {
            return json_bool(e, "struck", &struck) && struck;
        }
    }
    return false;
}

/* ---- writing */

static void put_event(struct jw *w, const struct work_event *e, bool in_row)
{
    jw_int(w, "at", e->at);
    if (in_row) {
        jw_int(w, "seq", e->seq);
    }
    jw_int(w, "level", e->level);
    jw_str(w, "kind", e->kind);
    jw_str(w, "actor", e->actor);
    jw_str(w, "text", e->text);
    if (e->data) {
        jw_raw(w, "data", e->data, strlen(e->data));
    }
}

static enum gw_err put_event_row(struct work *work, struct work_event *e, struct gw_buf *body,
                                 struct gw_fail *fail)
{
    struct store *store = work->core->store;
    char id[GW_ID_MAX + 1];
    struct jw w;
    enum gw_err err = store->ops->newest(store, &e->seq, fail);
    if (err) {
        return err;
    }
    e->seq++; /* the next row gets it */
    if (snprintf(id, sizeof id, "%s.%lld", work->alarm.id, (long long)e->seq) >= (int)sizeof id) {
        return gw_fail_set(fail, GW_INVALID, _("The id of an alarm is too long for its events."));
    }
    gw_buf_reset(body);
    jw_begin(&w, body);
    jw_obj(&w, NULL);
    jw_str(&w, "alarm", work->alarm.id);
    put_event(&w, e, false);
    jw_obj_end(&w);
    err = jw_end(&w);
    return err ? err
               : store->ops->row_put(store, TYPE_ALARM_EVENT, id, work->alarm.path,
                                     gw_buf_str(body), body->len, NULL, fail);
}

static bool is_strike(const struct work *work, int64_t seq)
{
    for (size_t i = 0; i < work->strikes_n; i++) {
        if (work->strikes[i] == seq) {
            return true;
        }
    }
    return false;
}

/* An object again, with struck added or turned on. */
static enum gw_err print_struck(const struct json *event, struct gw_buf *out)
{
    static const char *const but[] = {"struck", NULL};
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_others(&w, event, but);
    jw_bool(&w, "struck", true);
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err strike_row(struct work *work, int64_t seq, struct gw_buf *body,
                              struct gw_fail *fail)
{
    struct store *store = work->core->store;
    char id[GW_ID_MAX + 32];
    char path[GW_PATH_MAX + 1];
    struct json *event = NULL;
    (void)snprintf(id, sizeof id, "%s.%lld", work->alarm.id, (long long)seq);
    enum gw_err err = store->ops->row_get(store, TYPE_ALARM_EVENT, id, body, path, NULL, fail);
    if (err) {
        return err == GW_ABSENT ? GW_OK : err;
    }
    err = json_parse(gw_buf_str(body), body->len, STORE_ROW_MAX, &event, fail);
    gw_buf_reset(body);
    err = err ? err : print_struck(event, body);
    err = err ? err
              : store->ops->row_put(store, TYPE_ALARM_EVENT, id, path, gw_buf_str(body), body->len,
                                    NULL, fail);
    json_free(event);
    return err;
}

static enum gw_err put_event_rows(struct work *work, struct gw_fail *fail)
{
    struct gw_buf body;
    enum gw_err err = GW_OK;
    gw_buf_init(&body, STORE_ROW_MAX);
    for (size_t i = 0; i < work->events_n && !err; i++) {
        if (listed(work->events[i].kind)) {
            err = put_event_row(work, &work->events[i], &body, fail);
        }
    }
    for (size_t i = 0; i < work->strikes_n && !err; i++) {
        err = strike_row(work, work->strikes[i], &body, fail);
    }
    gw_buf_free(&body);
    return err;
}

/* ---- the row's list: the newest 50, and human actions up to 200 */

struct piece {
    const struct json *old; /* or */
    const struct work_event *fresh;
    bool human, keep;
};

static size_t gather(const struct work *work, struct piece *out)
{
    size_t n = 0;
    for (const struct json *e = old_events(work); e; e = json_next(e)) {
        const char *kind = json_str(e, "kind");
        out[n++] = (struct piece){.old = e, .human = human(kind ? kind : "")};
    }
    for (size_t i = 0; i < work->events_n; i++) {
        if (listed(work->events[i].kind)) {
            out[n++] =
                (struct piece){.fresh = &work->events[i], .human = human(work->events[i].kind)};
        }
    }
    return n;
}

static void choose(struct piece *pieces, size_t n)
{
    size_t humans = 0;
    for (size_t i = n; i-- > 0;) {
        bool counts = pieces[i].human && humans++ < HUMAN_EVENTS;
        pieces[i].keep = n - i <= NEWEST_EVENTS || counts;
    }
}

static enum gw_err put_piece(const struct work *work, const struct piece *piece, struct jw *w)
{
    struct gw_buf text;
    int64_t seq = 0;
    enum gw_err err = GW_OK;
    if (piece->fresh) {
        jw_obj(w, NULL);
        put_event(w, piece->fresh, true);
        jw_obj_end(w);
        return GW_OK;
    }
    gw_buf_init(&text, STORE_ROW_MAX);
    bool strike = json_int(piece->old, "seq", &seq) && is_strike(work, seq);
    err = strike ? print_struck(piece->old, &text) : json_print(piece->old, &text);
    jw_raw(w, NULL, gw_buf_str(&text), text.len);
    gw_buf_free(&text);
    return err;
}

static void put_readings(const struct work *work, struct jw *w)
{
    const struct json *old = work->row ? json_arr(work->row, "readings") : NULL;
    struct gw_buf text;
    if (work->readings) {
        jw_raw(w, "readings", work->readings, strlen(work->readings));
        return;
    }
    if (!old) {
        return;
    }
    gw_buf_init(&text, STORE_ROW_MAX);
    if (json_print(old, &text) == GW_OK) {
        jw_raw(w, "readings", gw_buf_str(&text), text.len);
    }
    gw_buf_free(&text);
}

/* Members that this version does not know stay as they are. */
static enum gw_err put_unknown(const struct work *work, struct jw *w)
{
    const struct gw_entity *entity = entity_of(TYPE_ALARM);
    struct gw_buf text;
    enum gw_err err = GW_OK;
    if (!work->row) {
        return GW_OK;
    }
    gw_buf_init(&text, STORE_ROW_MAX);
    for (const struct json *m = json_first(work->row); m && !err; m = json_next(m)) {
        const char *key = json_key(m);
        gw_buf_reset(&text);
        if (entity_field(entity, key, strlen(key)) < 0 && strcmp(key, "visited") != 0) {
            err = json_print(m, &text);
            jw_raw(w, key, gw_buf_str(&text), text.len);
        }
    }
    gw_buf_free(&text);
    return err;
}

static int64_t events_total(const struct work *work)
{
    int64_t total = 0;
    if (work->row) {
        (void)json_int(work->row, "events_total", &total); /* stays 0 when absent */
    }
    return total + (int64_t)work->events_n;
}

static enum gw_err print_row(const struct work *work, const struct piece *pieces, size_t n,
                             struct gw_buf *out)
{
    struct jw w;
    gw_buf_reset(out);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    wire_alarm_encode(&work->alarm, &w);
    if (work->address) {
        jw_str(&w, "address", work->address);
    }
    if (work->text) {
        jw_str(&w, "text", work->text);
    }
    put_readings(work, &w);
    enum gw_err err = put_unknown(work, &w);
    jw_arr(&w, "events");
    for (size_t i = 0; i < n && !err; i++) {
        err = pieces[i].keep ? put_piece(work, &pieces[i], &w) : GW_OK;
    }
    jw_arr_end(&w);
    jw_int(&w, "events_total", events_total(work));
    jw_obj_end(&w);
    enum gw_err end = jw_end(&w);
    return err ? err : end;
}

/* Too long: the older half of what is listed goes; all of it stays as alarm_event rows. */
static bool shorten(struct piece *pieces, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        kept += pieces[i].keep;
    }
    size_t drop = (kept + 1) / 2;
    for (size_t i = 0; i < n && drop > 0; i++) {
        drop -= pieces[i].keep;
        pieces[i].keep = false;
    }
    return kept > 0;
}

static enum gw_err put_row(struct work *work, int64_t *seq, struct gw_fail *fail)
{
    size_t room = work->events_n;
    for (const struct json *e = old_events(work); e; e = json_next(e)) {
        room++;
    }
    struct piece *pieces = calloc(room + 1, sizeof *pieces);
    if (!pieces) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory for an alarm."));
    }
    struct gw_buf body;
    gw_buf_init(&body, STORE_ROW_MAX - LINE_ROOM);
    size_t n = gather(work, pieces);
    choose(pieces, n);
    enum gw_err err = print_row(work, pieces, n, &body);
    while (err == GW_TOO_LARGE && shorten(pieces, n)) {
        err = print_row(work, pieces, n, &body);
    }
    err = err ? gw_fail_set(fail, err, _("The row of an alarm cannot be written."))
              : work->core->store->ops->row_put(work->core->store, TYPE_ALARM, work->alarm.id,
                                                work->alarm.path, gw_buf_str(&body), body.len, seq,
                                                fail);
    gw_buf_free(&body);
    free(pieces);
    return err;
}

enum gw_err work_save(struct work *work, int64_t *seq, struct gw_fail *fail)
{
    struct store_alarm index = {.next_at = chain_next(&work->alarm)};
    if (work->failed) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory for an alarm."));
    }
    (void)snprintf(index.id, sizeof index.id, "%s", work->alarm.id);
    (void)snprintf(index.key, sizeof index.key, "%s", work->key);
    (void)snprintf(index.kind, sizeof index.kind, "%s", work->alarm.kind);
    (void)snprintf(index.state, sizeof index.state, "%s", alarm_state_name(work->alarm.state));
    enum gw_err err = put_event_rows(work, fail);
    err = err ? err : put_row(work, seq, fail);
    return err ? err : work->core->store->ops->alarm_put(work->core->store, &index, fail);
}
