/* Commands on alarms: the facts that the table of model/alarm.h needs, and what follows from it. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/alarm_row_p.h"
#include "dispatchd/commands_p.h"
#include "model/mask.h"

enum { DATA_MAX = 2048, TEXT_MAX = 4096 };

/* ---- the event of a command */

static const char *text_field(const struct cmd_data *data, const struct cmd_field *field)
{
    const char *text;
    memcpy(&text, (const char *)data + field->offset, sizeof text);
    return text;
}

static bool prose(const char *key)
{
    return strcmp(key, "text") == 0 || strcmp(key, "note") == 0 || strcmp(key, "reason") == 0 ||
           strcmp(key, "no_visit_reason") == 0;
}

static void put_number(struct jw *w, const char *number)
{
    struct gw_buf masked;
    gw_buf_init(&masked, 256);
    if (mask_text(MASK_PHONE, number, &masked) == GW_OK) {
        jw_str(w, "number", gw_buf_str(&masked));
    }
    gw_buf_free(&masked);
}

static void put_field(struct jw *w, const struct cmd_data *data, const struct cmd_field *field)
{
    int64_t number = 0;
    const char *text = NULL;
    if (field->kind == CMD_FIELD_INT || field->kind == CMD_FIELD_LEVEL) {
        memcpy(&number, (const char *)data + field->offset, sizeof number);
        if (number >= 0) {
            jw_int(w, field->key, number);
        }
        return;
    }
    text = text_field(data, field);
    if (text && text[0] != '\0' && strcmp(field->key, "number") == 0) {
        put_number(w, text);
    } else if (text && text[0] != '\0' && !prose(field->key)) {
        jw_str(w, field->key, text);
    }
}

/* The countable part: "{}" when there is none. */
static enum gw_err print_data(const struct cmd_body *body, struct gw_buf *out)
{
    const struct cmd_spec *spec = cmd_spec_of(body->kind);
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    for (size_t i = 0; i < spec->fields_n; i++) {
        put_field(&w, &body->data, &spec->fields[i]);
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err print_prose(const struct cmd_data *data, struct gw_buf *out)
{
    const char *parts[] = {data->text, data->reason, data->note, data->no_visit_reason};
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < 4 && !err; i++) {
        if (parts[i] && parts[i][0] != '\0') {
            err = out->len > 0 ? gw_buf_adds(out, " / ") : GW_OK;
            err = err ? err : gw_buf_adds(out, parts[i]);
        }
    }
    return err;
}

static enum gw_err add_event(struct command *c, struct work *work, const char *kind)
{
    struct gw_buf data, text;
    gw_buf_init(&data, DATA_MAX);
    gw_buf_init(&text, TEXT_MAX);
    enum gw_err err = print_data(&c->body, &data);
    err = err ? err : print_prose(&c->body.data, &text);
    struct event_args event = {
        .kind = kind,
        .actor = c->person->user.id,
        .level = work->alarm.level,
        .at = c->acted_at > 0 ? c->acted_at : c->now,
        .text = gw_buf_str(&text),
        .data = data.len > 2 ? gw_buf_str(&data) : NULL,
    };
    if (!err) {
        work_event(work, &event);
    }
    gw_buf_free(&data);
    gw_buf_free(&text);
    return err;
}

static void add_plain(struct command *c, struct work *work, const char *kind)
{
    struct event_args event = {
        .kind = kind,
        .actor = c->person->user.id,
        .level = work->alarm.level,
        .at = c->acted_at > 0 ? c->acted_at : c->now,
    };
    work_event(work, &event);
}

/* ---- the people named in data */

static enum gw_err person_may_take(struct command *c, const char *user, const char *path, bool *may,
                                   struct gw_fail *fail)
{
    const struct person *person = NULL;
    enum gw_err err = person_of(c->core, user, &person, fail);
    *may = !err && role_level(person->user.role) > 0 && person_covers(person, path);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err set_person_param(struct verdict *v, const char *user)
{
    struct jw w;
    jw_begin(&w, &v->params);
    jw_obj(&w, NULL);
    jw_str(&w, "user", user);
    jw_obj_end(&w);
    return jw_end(&w);
}

/* *good = false: v says why. */
static enum gw_err check_named(struct command *c, const struct alarm *alarm, struct verdict *v,
                               bool *good, struct gw_fail *fail)
{
    const char *named = c->body.kind == CMD_ALARM_HANDOVER ? c->body.data.to
                        : c->body.kind == CMD_ALARM_CLOSE  ? c->body.data.second_person
                                                           : NULL;
    bool may = true;
    *good = true;
    if (!named || named[0] == '\0') {
        return GW_OK;
    }
    if (strcmp(named, c->person->user.id) == 0) {
        verdict_set(v, RESULT_REJECTED, "same-person");
        *good = false;
        return GW_OK;
    }
    enum gw_err err = person_may_take(c, named, alarm->path, &may, fail);
    if (!err && !may) {
        verdict_set(v, RESULT_REJECTED, "no-such-person");
        *good = false;
        err = set_person_param(v, named);
    }
    return err;
}

/* ---- the target of a retract */

struct target {
    struct alarm_target facts;
    char to[GW_ID_MAX + 1];
    int64_t events[WORK_STRIKES];
    size_t events_n;
    const char *alarm; /* the retract's own alarm */
};

static void read_effect(const struct store_command *stored, struct target *t)
{
    struct json *root = NULL;
    int64_t number = 0;
    if (!stored->effect ||
        json_parse(stored->effect, strlen(stored->effect), EFFECT_MAX, &root, NULL) != GW_OK) {
        return;
    }
    t->facts.to_level = json_int(root, "to_level", &number) ? (int)number : 0;
    t->facts.level_before = json_int(root, "level_before", &number) ? (int)number : 0;
    const char *to = json_str(root, "to");
    (void)snprintf(t->to, sizeof t->to, "%s", to ? to : "");
    t->facts.to = t->to;
    const struct json *events = json_arr(root, "events");
    for (const struct json *e = events ? json_first(events) : NULL; e && t->events_n < WORK_STRIKES;
         e = json_next(e)) {
        if (json_as_int(e, &number)) {
            t->events[t->events_n++] = number;
        }
    }
    json_free(root);
}

static enum gw_err read_target(void *ctx, const struct store_command *stored)
{
    struct target *t = ctx;
    enum cmd_kind kind;
    t->facts.found = cmd_kind_parse(stored->kind, &kind) && strcmp(stored->entity, t->alarm) == 0;
    if (t->facts.found) {
        t->facts.kind = kind;
        t->facts.at = stored->at;
        t->facts.applied = strcmp(stored->result, "applied") == 0;
        read_effect(stored, t);
    }
    return GW_OK;
}

static enum gw_err find_target(struct command *c, const struct work *work, struct target *out,
                               struct gw_fail *fail)
{
    *out = (struct target){.alarm = c->body.id};
    if (c->body.kind != CMD_ALARM_RETRACT) {
        return GW_OK;
    }
    struct store *store = c->core->store;
    enum gw_err err = store->ops->command_by_uid(store, c->body.data.uid, c->person->user.id,
                                                 read_target, out, fail);
    if (!err && out->events_n > 0 && work_struck(work, out->events[0])) {
        out->facts.applied = false; /* taken back before */
    }
    return err == GW_ABSENT ? GW_OK : err;
}

/* ---- what happened: facts for the sentence of a code */

static void put_params(struct jw *w, const char *code, const struct alarm *a)
{
    if (strcmp(code, "closed-already") == 0) {
        jw_str(w, "by", a->closed_by);
        jw_int(w, "at", a->closed_at);
        jw_str(w, "outcome", a->outcome);
    } else if (strcmp(code, "held-by-other") == 0) {
        jw_str(w, "by", a->acked_by);
        jw_int(w, "at", a->acked_at);
    } else if (strcmp(code, "level-passed") == 0 || strcmp(code, "not-escalated") == 0) {
        jw_int(w, "level", a->level);
    } else if (strcmp(code, "clock-unsure") == 0) {
        jw_int(w, "at", a->closed_at);
    } else if (strcmp(code, "not-second-person") == 0) {
        jw_str(w, "second_person", a->closing.second_person);
    }
}

static enum gw_err set_params(struct verdict *v, const struct alarm *alarm)
{
    struct jw w;
    if (!v->code) {
        return GW_OK;
    }
    gw_buf_reset(&v->params);
    jw_begin(&w, &v->params);
    jw_obj(&w, NULL);
    put_params(&w, v->code, alarm);
    jw_obj_end(&w);
    enum gw_err err = jw_end(&w);
    if (v->params.len <= 2) {
        gw_buf_reset(&v->params); /* none */
    }
    return err;
}

/* What a later retract must know. */
static enum gw_err set_effect(const struct command *c, const struct work *work, int level_before,
                              struct verdict *v)
{
    struct jw w;
    const char *own = cmd_spec_of(c->body.kind)->event;
    jw_begin(&w, &v->effect);
    jw_obj(&w, NULL);
    jw_arr(&w, "events");
    for (size_t i = 0; i < work->events_n; i++) { /* an implied ack stands by itself */
        const struct work_event *e = &work->events[i];
        if (e->seq > 0 && own && strcmp(e->kind, own) == 0 &&
            strcmp(e->actor, c->person->user.id) == 0) {
            jw_int(&w, NULL, e->seq);
        }
    }
    jw_arr_end(&w);
    if (c->body.kind == CMD_ALARM_ESCALATE) {
        jw_int(&w, "to_level", work->alarm.waits > 0 ? work->alarm.waits : work->alarm.level);
        jw_int(&w, "level_before", level_before);
    } else if (c->body.kind == CMD_ALARM_HANDOVER) {
        jw_str(&w, "to", c->body.data.to);
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

/* ---- a step on an alarm */

static int level_seen(const struct command *c, const struct work *work)
{
    if (c->body.expect_level > 0) {
        return (int)c->body.expect_level;
    }
    bool ours = strcmp(c->base.epoch, c->core->meta.epoch) == 0;
    return ours ? work_level_at(work, c->base.seq) : 0;
}

static enum gw_err write_step(struct command *c, struct work *work,
                              const struct alarm_verdict *verdict, const struct target *target,
                              struct gw_fail *fail)
{
    const struct cmd_spec *spec = cmd_spec_of(c->body.kind);
    struct chain_env env = work_env(work);
    if (verdict->implied_ack) {
        add_plain(c, work, "ack"); /* who sets out or arrives has taken it before */
    }
    enum gw_err err = spec->event ? add_event(c, work, spec->event) : GW_OK;
    if (err) {
        return gw_fail_set(fail, err, _("The event of a command cannot be written."));
    }
    for (size_t i = 0; verdict->strike && i < target->events_n; i++) {
        work->strikes[work->strikes_n++] = target->events[i];
    }
    if (c->body.kind == CMD_ALARM_ESCALATE) {
        chain_called(&work->alarm, &work->policy, &env, c->now);
    }
    if (verdict->chain) {
        chain_advance(&work->alarm, &work->policy, &env, c->now);
    }
    return GW_OK;
}

static enum gw_err step(struct command *c, struct work *work, struct verdict *v,
                        struct gw_fail *fail)
{
    struct alarm before = work->alarm;
    struct alarm_verdict verdict;
    struct target target;
    struct alarm_who who = {
        .user = c->person->user.id,
        .role = c->person->user.role,
        .now = c->now,
        .acted_at = c->acted_at,
    };
    enum gw_err err = find_target(c, work, &target, fail);
    if (err) {
        return err;
    }
    alarm_step(&before, c->body.kind, &c->body.data, &who, level_seen(c, work), &work->policy,
               c->body.kind == CMD_ALARM_RETRACT ? &target.facts : NULL, &work->alarm, &verdict);
    verdict_set(v, verdict.result, verdict.code);
    err = set_params(v, &before);
    if (err || !verdict.event) {
        return err;
    }
    err = write_step(c, work, &verdict, &target, fail);
    err = err ? err : work_save(work, &v->seq, fail);
    return err ? err : set_effect(c, work, before.level, v);
}

static enum gw_err on_alarm(struct command *c, struct work *work, struct verdict *v,
                            struct gw_fail *fail)
{
    bool good = false;
    enum gw_err err = command_right(c, work->alarm.path, v, &good, fail);
    if (!err && good) {
        err = check_named(c, &work->alarm, v, &good, fail);
    }
    return err || !good ? err : step(c, work, v, fail);
}

enum gw_err command_alarm(struct command *c, struct verdict *v, struct gw_fail *fail)
{
    struct work work;
    enum gw_err err = work_load(c->core, c->body.id, &work, fail);
    if (err == GW_ABSENT) {
        verdict_set(v, RESULT_REJECTED, "unknown-alarm");
        return GW_OK;
    }
    if (err) {
        return err;
    }
    err = on_alarm(c, &work, v, fail);
    work_free(&work);
    return err;
}

/* ---- raised by hand */

struct place {
    char path[GW_PATH_MAX + 1];
    struct json *dwelling; /* owned; NULL without one */
};

/* *known = false: the dwelling is not there. */
static enum gw_err find_place(struct command *c, struct place *out, bool *known,
                              struct gw_fail *fail)
{
    struct core *core = c->core;
    const char *id = c->body.data.dwelling_id;
    *out = (struct place){.dwelling = NULL};
    *known = true;
    if (!id) {
        *known = path_ok(c->body.data.path);
        (void)snprintf(out->path, sizeof out->path, "%s", c->body.data.path);
        return GW_OK;
    }
    enum gw_err err = core->store->ops->row_get(core->store, TYPE_DWELLING, id, &core->row,
                                                out->path, NULL, fail);
    *known = err != GW_ABSENT;
    if (err) {
        return err == GW_ABSENT ? GW_OK : err;
    }
    return json_parse(gw_buf_str(&core->row), core->row.len, STORE_ROW_MAX, &out->dwelling, fail);
}

static enum gw_err raise_at(struct command *c, const struct place *place, struct verdict *v,
                            struct gw_fail *fail)
{
    struct work work;
    const struct cmd_data *data = &c->body.data;
    work_new(c->core, data->kind, &work);
    struct alarm *a = &work.alarm;
    (void)snprintf(a->id, sizeof a->id, "%s", c->body.id);
    (void)snprintf(a->path, sizeof a->path, "%s", place->path);
    (void)snprintf(a->dwelling_id, sizeof a->dwelling_id, "%s",
                   data->dwelling_id ? data->dwelling_id : "");
    (void)alarm_severity_parse(data->severity, &a->severity); /* was checked */
    a->raised_at = c->now;
    work.text = data->text;
    work.address = place->dwelling ? json_str(place->dwelling, "address") : NULL;
    struct chain_env env = work_env(&work);
    enum gw_err err = add_event(c, &work, "raised");
    if (!err) {
        chain_start(a, &work.policy, &env, c->now, false);
        err = work_save(&work, &v->seq, fail);
    }
    err = err ? err : set_effect(c, &work, 0, v);
    verdict_set(v, RESULT_APPLIED, NULL);
    work_free(&work);
    return err;
}

enum gw_err command_raise(struct command *c, struct verdict *v, struct gw_fail *fail)
{
    struct store *store = c->core->store;
    struct place place;
    bool known = false;
    bool may = false;
    enum gw_err err = store->ops->row_get(store, TYPE_ALARM, c->body.id, NULL, NULL, NULL, fail);
    if (!err) {
        verdict_set(v, RESULT_REJECTED, "id-taken");
        return GW_OK;
    }
    err = err == GW_ABSENT ? find_place(c, &place, &known, fail) : err;
    if (err) {
        return err;
    }
    if (!known) {
        verdict_set(v, RESULT_REJECTED, c->body.data.dwelling_id ? "unknown-row" : "bad-data");
        return GW_OK;
    }
    err = command_right(c, place.path, v, &may, fail);
    if (!err && may) {
        err = raise_at(c, &place, v, fail);
    }
    json_free(place.dwelling);
    return err;
}
