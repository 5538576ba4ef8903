/* What is due: response chains, holds, closings; then the server's own housekeeping. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "dispatchd/alarm_row_p.h"
#include "dispatchd/device_row_p.h"

enum {
    DUE_AT_ONCE = 100, /* alarms of one transaction */
    HOUSEKEEPING_MS = 60 * 1000,
    BLOBS_MS = 60 * 60 * 1000,
    IDLE_MS = 250, /* without a commit */
    SAVE_MORE_MS = 50,
};

struct due {
    struct {
        char id[GW_ID_MAX + 1];
        int64_t at;
    } alarm[DUE_AT_ONCE];
    size_t n;
};

static enum gw_err note_due(void *ctx, const struct store_alarm *alarm)
{
    struct due *due = ctx;
    memcpy(due->alarm[due->n].id, alarm->id, sizeof alarm->id);
    due->alarm[due->n++].at = alarm->next_at;
    return GW_OK;
}

static enum gw_err advance(struct core *core, const char *id, struct gw_fail *fail)
{
    struct work work;
    int64_t seq = 0;
    enum gw_err err = work_load(core, id, &work, fail);
    if (err) {
        return err;
    }
    struct chain_env env = work_env(&work);
    chain_advance(&work.alarm, &work.policy, &env, core_wall(core));
    err = work_save(&work, &seq, fail);
    work_free(&work);
    return err;
}

/* A timer whose alarm is gone or cannot be read is dropped: it must not hold up the others. */
static enum gw_err drop_timer(struct core *core, const char *id, enum gw_err why,
                              struct gw_fail *fail)
{
    struct store_alarm index = {.state = "closed"};
    (void)snprintf(index.id, sizeof index.id, "%s", id);
    gw_log(GW_LOG_ERROR, "chain of alarm %s: %s: %s", id, gw_err_name(why), fail->text);
    return core->store->ops->alarm_put(core->store, &index, fail);
}

static enum gw_err advance_alone(struct core *core, const char *id, struct gw_fail *fail)
{
    struct store *store = core->store;
    enum gw_err err = store->ops->save(store, fail);
    if (err) {
        return err;
    }
    err = advance(core, id, fail);
    if (!err) {
        store->ops->save_keep(store);
        return GW_OK;
    }
    store->ops->save_undo(store);
    return core_line_only(err) ? drop_timer(core, id, err, fail) : err;
}

enum gw_err escalation_due(struct core *core, int64_t *next, struct gw_fail *fail)
{
    struct due due = {.n = 0};
    int64_t now = core_wall(core);
    enum gw_err err =
        core->store->ops->alarm_due(core->store, now, DUE_AT_ONCE, note_due, &due, fail);
    for (size_t i = 0; i < due.n && !err; i++) {
        core->stats.chain_late_ms = due.alarm[i].at > 1 ? now - due.alarm[i].at : 0;
        err = advance_alone(core, due.alarm[i].id, fail);
    }
    return err ? err : core->store->ops->alarm_next(core->store, next, fail);
}

/* ---- the tick */

static enum gw_err housekeeping(struct core *core, struct gw_fail *fail)
{
    struct store *store = core->store;
    int64_t now = core_wall(core);
    enum gw_err err = store->ops->mark_time(store, now, fail);
    err = err ? err : store->ops->prune(store, now - core->limits.feed_keep_ms, fail);
    err = err ? err : store->ops->codes_expire(store, now, fail);
    return err ? err : store->ops->seen_expire(store, now - core->limits.ingest_keep_ms, fail);
}

struct chores {
    bool chain, save, house;
};

static enum gw_err do_chores(struct core *core, const struct chores *chores, int64_t *next,
                             struct gw_fail *fail)
{
    enum gw_err err = chores->chain ? escalation_due(core, next, fail) : GW_OK;
    if (!err && chores->save) {
        err = sessions_save(core, fail);
        err = err ? err : devices_save(core, fail);
    }
    return err || !chores->house ? err : housekeeping(core, fail);
}

/* In a turn of its own, so that the same commit and the same rules hold. */
static enum gw_err tick_turn(struct core *core, const struct chores *chores, int64_t *next)
{
    struct gw_fail fail = {.err = GW_OK};
    enum gw_err err = core_turn_begin(core, &fail);
    err = err ? err : core_write(core, NULL, &fail);
    err = err ? err : do_chores(core, chores, next, &fail);
    if (err && !core->broken) {
        core->broken = err;
        core->broken_fail = fail;
    }
    err = core_turn_end(core, &fail);
    if (err) {
        gw_log(GW_LOG_ERROR, "tick: %s: %s", gw_err_name(err), fail.text);
    }
    return err;
}

void core_settle(struct core *core)
{
    const struct chores chores = {.save = true};
    int64_t next = 0;
    enum gw_err err = tick_turn(core, &chores, &next);
    while (!err && devices_waiting(core)) {
        err = tick_turn(core, &chores, &next);
    }
}

static int64_t soonest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The log of the store is put away in a quiet moment, so that it is not done in the middle of a
 * storm; housekeeping does it when there is none for a minute. When to look again, 0 = no need. */
static int64_t rest(struct core *core, int64_t mono)
{
    if (core->pulse != core->rest_pulse) {
        core->rest_pulse = core->pulse;
        core->rest_mono = mono + IDLE_MS;
    } else if (core->rest_mono > 0 && mono >= core->rest_mono) {
        core->rest_mono = core->store->ops->idle(core->store) ? mono : 0;
    }
    return core->rest_mono;
}

int64_t core_tick(struct core *core)
{
    int64_t mono = core_mono(core);
    int64_t wall = core_wall(core);
    int64_t next = 0;
    enum gw_err err = core->store->ops->alarm_next(core->store, &next, NULL);
    struct chores chores = {
        .chain = !err && next > 0 && next <= wall,
        .save = mono - core->seen_saved_mono >= core->limits.seen_every_ms,
        .house = mono - core->housekeeping_mono >= HOUSEKEEPING_MS,
    };
    assert(!core->in_turn);
    if (chores.chain || chores.save || chores.house) {
        err = tick_turn(core, &chores, &next);
    }
    if (err) {
        return mono + 1000; /* again soon: a chain must not stay behind */
    }
    if (chores.save) { /* many devices: not all of them in one commit */
        core->seen_saved_mono =
            devices_waiting(core) ? mono + SAVE_MORE_MS - core->limits.seen_every_ms : mono;
    }
    if (chores.house) {
        core->housekeeping_mono = mono;
        sessions_expire(core);
        if (mono - core->blobs_mono >= BLOBS_MS) {
            core->blobs_mono = mono;
            blob_housekeeping(core);
        }
        rates_expire(core);
        (void)core->store->ops->idle(core->store); /* the rest of it in a quiet moment */
    }
    int64_t at = soonest(core->seen_saved_mono + core->limits.seen_every_ms,
                         core->housekeeping_mono + HOUSEKEEPING_MS);
    int64_t look = rest(core, mono);
    at = look > 0 ? soonest(at, look) : at;
    return next > 0 ? soonest(at, mono + (next > wall ? next - wall : 0)) : at;
}
