/* Who may write where, and the kinds that are not about an alarm. */
#include <stdio.h>
#include <string.h>

#include "dispatchd/commands_p.h"

void verdict_set(struct verdict *v, enum cmd_result result, const char *code)
{
    v->result = result;
    v->code = code;
}

enum gw_err verdict_param(struct verdict *v, const char *key, const char *text)
{
    struct jw w;
    gw_buf_reset(&v->params);
    jw_begin(&w, &v->params);
    jw_obj(&w, NULL);
    jw_str(&w, key, text);
    jw_obj_end(&w);
    return jw_end(&w);
}

/* ---- rights */

/* The seq of base in our counting: of this epoch, or of a predecessor as far as we have it. */
static bool base_seq(const struct command *c, int64_t *seq)
{
    struct store *store = c->core->store;
    int64_t until = 0;
    *seq = c->base.seq;
    if (c->base.epoch[0] == '\0') {
        return false;
    }
    if (strcmp(c->base.epoch, c->core->meta.epoch) == 0) {
        return true;
    }
    if (!store->ops->predecessor(store, c->base.epoch, &until)) {
        return false;
    }
    *seq = c->base.seq < until ? c->base.seq : until;
    return true;
}

static enum gw_err right_at_base(struct command *c, const char *path, bool *may, bool *moved,
                                 struct gw_fail *fail)
{
    struct store *store = c->core->store;
    const char *user = c->person->user.id;
    int64_t seq = 0;
    int64_t earlier = -1;
    *may = *moved = false;
    if (!base_seq(c, &seq)) {
        *moved = c->base.epoch[0] != '\0';
        return GW_OK;
    }
    enum gw_err err =
        store->ops->command_base(store, c->body.dev, c->body.n, c->base.epoch, &earlier, fail);
    if (err || c->base.seq < earlier) {
        return err;
    }
    err = store->ops->grant_covered(store, user, path, seq, c->now - c->core->limits.grant_grace_ms,
                                    may, fail);
    return err || *may ? err : store->ops->grant_covered(store, user, path, seq, 0, moved, fail);
}

enum gw_err command_right(struct command *c, const char *path, struct verdict *v, bool *may,
                          struct gw_fail *fail)
{
    bool moved = false;
    enum gw_err err = GW_OK;
    *may = role_writes(c->person->user.role, c->body.kind);
    if (*may && !person_covers(c->person, path)) {
        err = right_at_base(c, path, may, &moved, fail);
    }
    if (!err && !*may) {
        verdict_set(v, RESULT_QUARANTINED, moved ? "grid-moved" : "no-right");
        err = moved ? verdict_param(v, "path", path) : GW_OK;
    }
    return err;
}

/* ---- duty.set */

static enum gw_err print_worker(const struct json *old, const struct command *c, struct gw_buf *out)
{
    static const char *const but[] = {"duty", "duty_at", NULL};
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_others(&w, old, but);
    jw_str(&w, "duty", c->body.data.state);
    jw_int(&w, "duty_at", c->acted_at > 0 ? c->acted_at : c->now);
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err write_duty(struct command *c, const struct json *old, const char *path,
                              struct verdict *v, struct gw_fail *fail)
{
    struct gw_buf body;
    gw_buf_init(&body, STORE_ROW_MAX);
    enum gw_err err = print_worker(old, c, &body);
    err = err ? err
              : c->core->store->ops->row_put(c->core->store, TYPE_WORKER, c->body.id, path,
                                             gw_buf_str(&body), body.len, &v->seq, fail);
    gw_buf_free(&body);
    return err;
}

static enum gw_err set_duty(struct command *c, struct verdict *v, struct gw_fail *fail)
{
    struct core *core = c->core;
    char path[GW_PATH_MAX + 1];
    struct json *old = NULL;
    if (strcmp(c->body.id, c->person->user.id) != 0) {
        verdict_set(v, RESULT_REJECTED, "wrong-user");
        return GW_OK;
    }
    if (!role_writes(c->person->user.role, CMD_DUTY_SET)) {
        verdict_set(v, RESULT_QUARANTINED, "no-right");
        return GW_OK;
    }
    enum gw_err err = core->store->ops->row_get(core->store, TYPE_WORKER, c->body.id, &core->row,
                                                path, NULL, fail);
    if (err == GW_ABSENT) {
        verdict_set(v, RESULT_REJECTED, "unknown-row");
        return GW_OK;
    }
    err = err ? err : json_parse(gw_buf_str(&core->row), core->row.len, STORE_ROW_MAX, &old, fail);
    err = err ? err : write_duty(c, old, path, v, fail);
    json_free(old);
    verdict_set(v, RESULT_APPLIED, NULL);
    struct person *person = map_get(&core->persons, c->body.id);
    if (person) {
        person->gen = 0; /* who can be reached has changed */
    }
    return err;
}

/* ---- access.reveal: the command itself is the log entry */

static enum gw_err note_reveal(struct command *c, struct verdict *v, struct gw_fail *fail)
{
    struct store *store = c->core->store;
    char path[GW_PATH_MAX + 1];
    enum gw_type type;
    bool may = false;
    if (!entity_parse(c->body.data.type, &type)) {
        verdict_set(v, RESULT_REJECTED, "unknown-row");
        return GW_OK;
    }
    enum gw_err err = store->ops->row_get(store, type, c->body.id, NULL, path, NULL, fail);
    if (err) {
        verdict_set(v, RESULT_REJECTED, "unknown-row");
        return err == GW_ABSENT ? GW_OK : err;
    }
    err = command_right(c, path, v, &may, fail);
    if (!err && may && !role_reads(c->person->user.role, type)) {
        verdict_set(v, RESULT_QUARANTINED, "no-right");
    } else if (!err && may) {
        verdict_set(v, RESULT_APPLIED, NULL);
    }
    return err;
}

enum gw_err command_next_seq(const struct command *c, int64_t *seq, struct gw_fail *fail)
{
    enum gw_err err = c->core->store->ops->newest(c->core->store, seq, fail);
    *seq += err ? 0 : 1;
    return err;
}

bool command_travels(enum cmd_kind kind)
{
    return cmd_is_process(kind) || kind == CMD_RULES_CONFIRM;
}

/* ---- families of kinds; the others are about an alarm */

static enum gw_err (*const families[CMD_KIND_N])(struct command *c, struct verdict *v,
                                                 struct gw_fail *fail) = {
    [CMD_ALARM_RAISE] = command_raise,      [CMD_DUTY_SET] = set_duty,
    [CMD_ACCESS_REVEAL] = note_reveal,      [CMD_PROCESS_OPEN] = command_process,
    [CMD_PROCESS_STEP] = command_process,   [CMD_PROCESS_CORRECT] = command_process,
    [CMD_PROCESS_COSIGN] = command_process, [CMD_PROCESS_CHECKPOINT] = command_process,
    [CMD_PROCESS_CLOSE] = command_process,  [CMD_RULES_CONFIRM] = command_rules,
};

enum gw_err command_apply(struct command *c, struct verdict *v, struct gw_fail *fail)
{
    return (families[c->body.kind] ? families[c->body.kind] : command_alarm)(c, v, fail);
}
