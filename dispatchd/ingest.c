/* POST /v1/ingest: what alarm sources send (protocol section 8). An alarm always reaches a human:
 * nothing here refuses one for load, for an unknown device or for a wrong clock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/log.h"
#include "dispatchd/alarm_row_p.h"
#include "dispatchd/device_row_p.h"

enum { READINGS_MAX = 64 * 1024 };

/* One event on its way. */
struct event {
    struct call *call;
    struct core *core;
    const struct store_source *source;
    int64_t i, now;
    struct json *root; /* owned */
    struct wire_ingest in;
    /* the device, when it is known */
    struct json *device; /* owned row */
    char device_id[GW_ID_MAX + 1], device_path[GW_PATH_MAX + 1];
    bool bound; /* serves a dwelling or a resident */
    char key[2 * GW_ID_MAX + 2];
    struct gw_buf readings; /* JSON array text, empty = none */
    struct store_seen out;
};

static void event_free(struct event *e)
{
    json_free(e->root);
    json_free(e->device);
    gw_buf_free(&e->readings);
}

/* ---- answers */

static enum gw_err put_accepted(struct event *e, bool duplicate)
{
    struct jw w;
    jw_begin(&w, &e->call->out->body);
    jw_obj(&w, NULL);
    jw_int(&w, "i", e->i);
    jw_str(&w, "alarm", e->out.alarm[0] != '\0' ? e->out.alarm : NULL);
    if (e->out.seq >= 0) {
        jw_int(&w, "seq", e->out.seq);
    } else {
        jw_null(&w, "seq");
    }
    jw_bool(&w, "duplicate", duplicate);
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err put_refused(struct call *call, int64_t i, const char *slug, const char *detail)
{
    struct jw w;
    call->core->stats.ingest_refused++;
    jw_begin(&w, &call->out->body);
    jw_obj(&w, NULL);
    jw_int(&w, "i", i);
    jw_str(&w, "error", slug);
    jw_str(&w, "detail", detail);
    jw_obj_end(&w);
    return jw_end(&w);
}

/* ---- the device */

static void copy_member(char *out, size_t size, const struct json *row, const char *key)
{
    const char *text = row ? json_str(row, key) : NULL;
    (void)snprintf(out, size, "%s", text ? text : "");
}

static enum gw_err find_device(struct event *e, struct gw_fail *fail)
{
    struct core *core = e->core;
    struct store *store = core->store;
    enum gw_err err = store->ops->device_by_serial(store, e->in.device, e->device_id, fail);
    if (err == GW_ABSENT) {
        (void)snprintf(e->key, sizeof e->key, "%s/%s", e->source->name, e->in.device);
        return GW_OK;
    }
    err = err ? err
              : store->ops->row_get(store, TYPE_DEVICE, e->device_id, &core->row, e->device_path,
                                    NULL, fail);
    err = err ? err
              : json_parse(gw_buf_str(&core->row), core->row.len, STORE_ROW_MAX, &e->device, fail);
    if (!err) {
        const char *dwelling = json_str(e->device, "dwelling_id");
        const char *resident = json_str(e->device, "resident_id");
        e->bound = (dwelling && dwelling[0] != '\0') || (resident && resident[0] != '\0');
        (void)snprintf(e->key, sizeof e->key, "%s", e->device_id);
    }
    return err;
}

/* Value of a reading that is a whole number in range; -1 = none. */
static int64_t reading_int(const struct event *e, const char *name, int64_t min, int64_t max)
{
    const struct json *r = e->in.readings ? json_first(e->in.readings) : NULL;
    for (; r; r = json_next(r)) {
        double value = 0;
        const char *is = json_str(r, "name");
        if (is && strcmp(is, name) == 0 && json_num(r, "value", &value) && value >= (double)min &&
            value <= (double)max) {
            return (int64_t)value;
        }
    }
    return -1;
}

/* A sign of life alone is gathered: device_saw(). */
static enum gw_err touch_device(struct event *e, struct gw_fail *fail)
{
    const struct device_said said = {
        .at = e->now,
        .battery = reading_int(e, "battery", 0, 100),
        .readings = e->readings.len > 0 ? gw_buf_str(&e->readings) : NULL,
    };
    if (!e->device) {
        return GW_OK;
    }
    if (said.battery < 0 && !said.readings) {
        return device_saw(e->core, e->device_id, e->now, fail);
    }
    return device_write(e->core, e->device_id, e->device_path, e->device, &said, &e->out.seq, fail);
}

/* ---- the alarm */

static enum alarm_severity severity_of(const struct event *e)
{
    enum alarm_severity severity = alarm_kind_of(e->in.kind)->severity;
    if (e->in.severity) {
        (void)alarm_severity_parse(e->in.severity, &severity); /* was checked */
    }
    return severity;
}

/* The device's own time when it can be believed: the chain counts from it. */
static int64_t raised_at(const struct event *e)
{
    bool near = e->in.raised_at >= 0 && e->in.raised_at <= e->now &&
                e->now - e->in.raised_at <= e->core->limits.ingest_age_ms;
    return near ? e->in.raised_at : e->now;
}

static void say_with(struct event *e, struct work *work, const struct event_args *what)
{
    char actor[GW_ID_MAX + 16];
    struct event_args event = *what;
    (void)snprintf(actor, sizeof actor, "source:%s", e->source->name);
    event.actor = actor;
    event.level = work->alarm.level;
    work_event(work, &event);
}

static void say(struct event *e, struct work *work, const char *kind, const char *text)
{
    say_with(e, work, &(struct event_args){.kind = kind, .at = e->now, .text = text});
}

/* An unknown device has no row that tells its serial number: the event does. */
static enum gw_err say_raised(struct event *e, struct work *work)
{
    struct gw_buf data;
    struct jw w;
    gw_buf_init(&data, 2048);
    jw_begin(&w, &data);
    jw_obj(&w, NULL);
    jw_str(&w, "device", e->in.device);
    jw_obj_end(&w);
    enum gw_err err = jw_end(&w);
    if (!err) {
        say_with(e, work,
                 &(struct event_args){.kind = "raised",
                                      .at = work->alarm.raised_at,
                                      .text = e->in.text,
                                      .data = e->device ? NULL : gw_buf_str(&data)});
    }
    gw_buf_free(&data);
    return err;
}

static enum gw_err save(struct event *e, struct work *work, struct gw_fail *fail)
{
    if (e->readings.len > 0) {
        work->readings = strdup(gw_buf_str(&e->readings));
        work->failed = work->failed || !work->readings;
    }
    (void)snprintf(e->out.alarm, sizeof e->out.alarm, "%s", work->alarm.id);
    return work_save(work, &e->out.seq, fail);
}

/* Address of the device's dwelling into the work; the row stays owned by the caller. */
static enum gw_err find_dwelling(struct event *e, struct work *work, struct json **dwelling,
                                 struct gw_fail *fail)
{
    struct core *core = e->core;
    *dwelling = NULL;
    if (work->alarm.dwelling_id[0] == '\0') {
        return GW_OK;
    }
    enum gw_err err = core->store->ops->row_get(core->store, TYPE_DWELLING, work->alarm.dwelling_id,
                                                &core->row, NULL, NULL, fail);
    if (err) {
        return err == GW_ABSENT ? GW_OK : err;
    }
    err = json_parse(gw_buf_str(&core->row), core->row.len, STORE_ROW_MAX, dwelling, fail);
    work->address = err ? NULL : json_str(*dwelling, "address");
    return err;
}

static void fill_new(struct event *e, struct work *work)
{
    struct alarm *a = &work->alarm;
    core_new_id(e->core, a->id);
    (void)snprintf(a->path, sizeof a->path, "%s", e->bound ? e->device_path : e->source->area);
    (void)snprintf(a->device_id, sizeof a->device_id, "%s", e->device_id);
    copy_member(a->dwelling_id, sizeof a->dwelling_id, e->device, "dwelling_id");
    copy_member(a->resident_id, sizeof a->resident_id, e->device, "resident_id");
    a->severity = severity_of(e);
    a->raised_at = raised_at(e);
    work->text = e->in.text ? e->in.text : e->device ? NULL : e->in.device;
    (void)snprintf(work->key, sizeof work->key, "%s", e->key);
}

static enum gw_err raise_new(struct event *e, struct gw_fail *fail)
{
    struct work work;
    struct json *dwelling = NULL;
    work_new(e->core, e->in.kind, &work);
    fill_new(e, &work);
    enum gw_err err = find_dwelling(e, &work, &dwelling, fail);
    err = err ? err : say_raised(e, &work);
    if (!err) {
        struct chain_env env = work_env(&work);
        chain_start(&work.alarm, &work.policy, &env, e->now, !e->bound);
        err = save(e, &work, fail);
    }
    json_free(dwelling);
    work_free(&work);
    return err;
}

static enum gw_err repeat(struct event *e, struct work *work, struct gw_fail *fail)
{
    struct chain_env env = work_env(work);
    if (alarm_repeat(&work->alarm, severity_of(e), e->now) != GW_OK) {
        return raise_new(e, fail);
    }
    say(e, work, "repeat", NULL);
    chain_advance(&work->alarm, &work->policy, &env, e->now);
    return save(e, work, fail);
}

static enum gw_err restore(struct event *e, struct work *work, struct gw_fail *fail)
{
    struct chain_env env = work_env(work);
    alarm_restore(&work->alarm, e->now);
    say(e, work, "restored", e->in.text);
    chain_advance(&work->alarm, &work->policy, &env, e->now);
    return save(e, work, fail);
}

/* Values inside their limits are a report, no alarm. */
static bool within_limits(const struct event *e)
{
    bool limits = false;
    const struct json *r = e->in.readings ? json_first(e->in.readings) : NULL;
    for (; r; r = json_next(r)) {
        double value = 0;
        double low = 0;
        double high = 0;
        bool has_low = json_num(r, "low", &low);
        bool has_high = json_num(r, "high", &high);
        if (!json_num(r, "value", &value) || !(has_low || has_high)) {
            continue;
        }
        limits = true;
        if ((has_low && value < low) || (has_high && value > high)) {
            return false;
        }
    }
    return limits;
}

static bool only_report(const struct event *e)
{
    return strcmp(e->in.kind, "vital") == 0 && !e->in.severity && within_limits(e);
}

enum saying { SAY_RAISE, SAY_RESTORE, SAY_PRESENT };

static enum saying saying_of(const struct event *e)
{
    if (e->in.state && strcmp(e->in.state, "restore") == 0) {
        return SAY_RESTORE;
    }
    return e->in.state && strcmp(e->in.state, "present") == 0 ? SAY_PRESENT : SAY_RAISE;
}

static enum gw_err on_open(struct event *e, const char *alarm, enum saying saying,
                           struct gw_fail *fail)
{
    struct work work;
    if (saying == SAY_PRESENT) { /* known already: the device's last time is enough */
        (void)snprintf(e->out.alarm, sizeof e->out.alarm, "%s", alarm);
        return GW_OK;
    }
    enum gw_err err = work_load(e->core, alarm, &work, fail);
    if (err) { /* an alarm that cannot be read must not hide this one */
        return err == GW_ABSENT || err == GW_INVALID ? raise_new(e, fail) : err;
    }
    err = saying == SAY_RESTORE ? restore(e, &work, fail) : repeat(e, &work, fail);
    work_free(&work);
    return err;
}

static enum gw_err act(struct event *e, struct gw_fail *fail)
{
    struct store *store = e->core->store;
    struct store_alarm open;
    enum saying saying = saying_of(e);
    enum gw_err err = find_device(e, fail);
    err = err ? err : touch_device(e, fail);
    if (err || (saying != SAY_RESTORE && only_report(e))) {
        return err;
    }
    err = store->ops->alarm_find(store, e->key, e->in.kind, &open, fail);
    if (!err) {
        return on_open(e, open.id, saying, fail);
    }
    if (err != GW_ABSENT) {
        return err;
    }
    return saying == SAY_RESTORE ? GW_OK : raise_new(e, fail);
}

/* ---- one event */

static enum gw_err take_in(struct event *e, struct gw_fail *fail)
{
    struct store *store = e->core->store;
    enum gw_err err = GW_OK;
    if (e->in.readings) {
        err = json_print(e->in.readings, &e->readings);
    }
    err = err ? err : act(e, fail);
    err = err ? err
              : store->ops->seen_put(store, e->source->name, e->in.event_id, &e->out, e->now, fail);
    if (!err) {
        e->core->stats.ingest_accepted++;
    }
    return err ? err : put_accepted(e, false);
}

static enum gw_err known_or_new(struct event *e, struct gw_fail *fail)
{
    struct store *store = e->core->store;
    enum gw_err err = store->ops->seen_get(store, e->source->name, e->in.event_id, &e->out, fail);
    if (!err) {
        e->core->stats.ingest_duplicate++;
        return put_accepted(e, true);
    }
    e->out = (struct store_seen){.seq = -1};
    return err == GW_ABSENT ? take_in(e, fail) : err;
}

/* Our fault, and of this event only: the others go on, and the source is told. */
static enum gw_err refuse_failed(struct event *e, enum gw_err err, size_t written,
                                 const struct gw_fail *fail)
{
    gw_log(GW_LOG_ERROR, "ingest of %s: %s: %s", e->source->name, gw_err_name(err), fail->text);
    e->call->out->body.len = written;
    return put_refused(e->call, e->i, "bad-event", "The event could not be taken in.");
}

/* *accepted counts. The savepoint is the line's: a line that fails half leaves nothing. */
static enum gw_err one_event(struct event *e, const char *text, size_t len, int64_t *accepted,
                             struct gw_fail *fail)
{
    const char *slug = NULL;
    struct gw_fail bad = {.err = GW_OK};
    enum gw_err err = wire_ingest_decode(text, len, &e->in, &e->root, &slug, &bad);
    if (err) {
        return put_refused(e->call, e->i, slug ? slug : "bad-line", bad.text);
    }
    err = e->core->store->ops->save(e->core->store, fail);
    if (err) {
        return err;
    }
    size_t written = e->call->out->body.len;
    err = known_or_new(e, fail);
    if (err) {
        e->core->store->ops->save_undo(e->core->store);
        return core_line_only(err) ? refuse_failed(e, err, written, fail) : err;
    }
    e->core->store->ops->save_keep(e->core->store);
    (*accepted)++;
    return GW_OK;
}

static enum gw_err run_event(struct call *call, const struct store_source *source, int64_t i,
                             const char *text, size_t len, int64_t *accepted, struct gw_fail *fail)
{
    struct event e = {
        .call = call,
        .core = call->core,
        .source = source,
        .i = i,
        .now = core_wall(call->core),
    };
    gw_buf_init(&e.readings, READINGS_MAX);
    enum gw_err err = one_event(&e, text, len, accepted, fail);
    event_free(&e);
    return err;
}

/* ---- the request */

static enum gw_err all_lines(struct call *call, const struct store_source *source,
                             int64_t *accepted, struct gw_fail *fail)
{
    const char *at = call->request->body;
    const char *end = at + call->request->body_len;
    enum gw_err err = GW_OK;
    for (int64_t i = 0; at < end && !err; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((newline ? newline : end) - at);
        err = run_event(call, source, i, at, len, accepted, fail);
        err = err ? err : gw_buf_adds(&call->out->body, "\n");
        at += len + 1;
    }
    return err;
}

static bool find_source(struct call *call, struct store_source *out)
{
    char hash[GW_HASH_HEX + 1];
    const char *token = call->request->bearer;
    struct gw_fail fail = {.err = GW_OK};
    enum gw_err err = GW_ABSENT;
    if (token && strlen(token) == GW_KEY_B64) {
        store_token_hash(token, hash);
        err = call->core->store->ops->source_by_token(call->core->store, hash, out, &fail);
    }
    if (err == GW_ABSENT) {
        answer_problem(call->out, 401, "unauthenticated", "The source's token is not known.");
    } else if (err) {
        core_break(call, err, &fail);
    }
    return !err;
}

static bool fits(struct call *call)
{
    int64_t lines = 0;
    for (size_t i = 0; i < call->request->body_len; i++) {
        lines += call->request->body[i] == '\n' || i + 1 == call->request->body_len;
    }
    if ((int64_t)call->request->body_len > call->core->limits.batch_bytes ||
        (strncasecmp(call->request->content_type, "application/json", 16) != 0 &&
         lines > call->core->limits.batch_lines)) {
        answer_problem(call->out, 413, "too-large", "More lines or bytes than limits allow.");
        return false;
    }
    return true;
}

void handle_ingest(struct call *call)
{
    struct store_source source;
    struct gw_fail fail = {.err = GW_OK};
    int64_t accepted = 0;
    bool single = strncasecmp(call->request->content_type, "application/json", 16) == 0;
    if (!find_source(call, &source) || !fits(call)) {
        return;
    }
    enum gw_err err = core_write(call->core, call->out, &fail);
    if (!err && single) {
        err = run_event(call, &source, 0, call->request->body, call->request->body_len, &accepted,
                        &fail);
    } else if (!err) {
        err = all_lines(call, &source, &accepted, &fail);
    }
    if (err) {
        core_break(call, err, &fail);
        return;
    }
    call->out->status = accepted > 0 ? 202 : 422;
    call->out->close = accepted == 0;
    call->out->content_type = single ? "application/json" : "application/x-ndjson";
}
