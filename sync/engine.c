#include "sync/engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text_safe.h"
#include "offline-db/practice.h"
#include "sync/engine_p.h"

int64_t engine_mono(const struct engine *engine)
{
    return engine->clock->mono_ms(engine->clock->ctx);
}

int64_t engine_wall(const struct engine *engine)
{
    return engine->clock->wall_ms(engine->clock->ctx);
}

bool engine_may_read(const struct engine *engine)
{
    return engine->token[0] != '\0' && engine->greeted && !engine->too_old;
}

bool engine_polls(const struct engine *engine)
{
    return !engine->can_sse || engine_mono(engine) < engine->poll_until_mono;
}

void engine_problem(struct engine *engine, const char *sentence)
{
    (void)gw_text_safe_z(engine->status.problem, sizeof(engine->status.problem), sentence);
    engine->status.trouble = GW_OK;
}

void engine_fail(struct engine *engine, const struct gw_fail *fail)
{
    engine_problem(engine, fail->text);
    if (gw_exit_status(fail->err) == gw_exit_status(GW_STORE)) {
        engine->status.trouble = fail->err;
    }
}

void engine_phase(struct engine *engine, enum sync_phase phase)
{
    if (engine->status.phase == phase) {
        return;
    }
    engine->status.phase = phase;
    engine->status.since_at = engine_wall(engine);
    if (phase == SYNC_LIVE) {
        engine->status.problem[0] = '\0';
        engine->status.trouble = GW_OK;
    }
}

static void read_settings(struct engine *engine, const struct gw_config *config)
{
    engine->times = (struct engine_times){
        .backoff_floor = gw_config_int(config, "sync.backoff_floor"),
        .backoff_ceiling = gw_config_int(config, "sync.backoff_ceiling"),
        .silence = gw_config_int(config, "sync.silence"),
        .alive_every = gw_config_int(config, "sync.alive"),
        .digest_every = gw_config_int(config, "sync.digest"),
        .poll_for = gw_config_int(config, "sync.poll_for"),
        .poll_wait = gw_config_int(config, "sync.poll_wait"),
        .request_total = gw_config_int(config, "sync.request"),
        .refused_every = gw_config_int(config, "sync.refused"),
        .page = gw_config_int(config, "sync.page"),
        .slice = gw_config_int(config, "sync.slice"),
    };
}

enum gw_err engine_new(const struct engine_opts *opts, struct engine **out, struct gw_fail *fail)
{
    *out = NULL;
    enum gw_err err = practice_refuse(opts->home, fail);
    if (err != GW_OK) {
        return err;
    }
    struct engine *engine = calloc(1, sizeof(*engine));
    if (engine == NULL || wire_decoder_new(&engine->decoder) != GW_OK) {
        free(engine);
        return gw_fail_set(fail, GW_NOMEM, "%s", _("There is no memory left for syncing."));
    }
    engine->home = opts->home;
    engine->net = opts->net;
    engine->clock = opts->clock;
    engine->random = opts->random;
    engine->once = opts->once;
    read_settings(engine, opts->config);
    engine->page_limit = engine->times.page;
    for (size_t i = 0; i < LANE_N; i++) {
        engine->lanes[i].engine = engine;
        engine->lanes[i].retry_after_ms = -1;
        gw_buf_init(&engine->lanes[i].body, LANE_BODY_MAX);
    }
    gw_buf_init(&engine->stream_lines, 8 * 1024 * 1024);
    engine->clock_unc = 0;
    engine->writes = -1; /* what an earlier run left in the log counts as written now */
    engine->unwritten_mono = -1;
    engine->digest_at_mono = engine_mono(engine) + engine->times.digest_every;
    engine->status.phase = SYNC_CONNECTING;
    engine->status.since_at = engine_wall(engine);
    rekey_resume(engine);
    *out = engine;
    return GW_OK;
}

void engine_free(struct engine *engine)
{
    if (engine == NULL) {
        return;
    }
    stream_close(engine);
    for (size_t i = 0; i < LANE_N; i++) {
        lane_cancel(engine, (enum lane_name)i);
        gw_buf_free(&engine->lanes[i].body);
    }
    gw_buf_free(&engine->stream_lines);
    wire_decoder_free(engine->decoder);
    gw_wipe(engine->token, sizeof(engine->token));
    free(engine);
}

/* The log of the store is put away when nothing was written for some seconds, here or by another
 * process, and at the latest after a minute: otherwise a console that runs for weeks fills the disk
 * with it, for SQLite's own way is switched off (sqlkit.h). */
enum { IDLE_MS = 5000, BUSY_MS = 60000 };

/* What the server has and nobody needs here any more, mostly text about people, goes after 90 days
 * of the server's clock: this laptop's may be years off. */
static void thin_journal(struct engine *engine)
{
    enum { DAY_MS = 86400000, KEEP_DAYS = 90 };
    int64_t now = engine_mono(engine);
    if (!engine->caught_up || engine->clock_set_mono == 0 || now < engine->thin_at_mono) {
        return;
    }
    engine->thin_at_mono = now + DAY_MS;
    int64_t keep = (int64_t)KEEP_DAYS * DAY_MS - engine->clock_off;
    (void)journal_prune(engine->home, keep, NULL); /* a busy or full store: tomorrow again */
}

static void idle_step(struct engine *engine)
{
    int64_t now = engine_mono(engine);
    int64_t writes = home_writes(engine->home);
    if (writes != engine->writes) {
        engine->writes = writes;
        engine->written_mono = now;
        engine->unwritten_mono = engine->unwritten_mono < 0 ? now : engine->unwritten_mono;
    }
    if (engine->unwritten_mono >= 0 &&
        (now - engine->written_mono >= IDLE_MS || now - engine->unwritten_mono >= BUSY_MS)) {
        engine->unwritten_mono = -1;
        thin_journal(engine);
        home_idle(engine->home);
    }
}

/* What is due already was done in this step, or waits for an answer that will wake the loop. */
static void earlier(int64_t *next, int64_t now, int64_t at)
{
    if (at > now && at < *next) {
        *next = at;
    }
}

/* When something becomes due by itself; answers from the network wake the loop anyway. */
static int64_t next_wake(const struct engine *engine)
{
    int64_t now = engine_mono(engine);
    int64_t next = now + 60000;
    for (size_t i = 0; i < LANE_N; i++) {
        const struct lane *lane = &engine->lanes[i];
        if (lane->ended) {
            return now;
        }
        if (lane->call == 0 && lane->backoff.at_mono > now) {
            earlier(&next, now, lane->backoff.at_mono);
        }
    }
    if (engine->lanes[LANE_STREAM].call != 0) {
        earlier(&next, now, engine->stream_byte_mono + engine->times.silence);
        earlier(&next, now, engine->alive_at_mono);
    }
    if (engine->token[0] != '\0') {
        earlier(&next, now, engine->token_until_mono);
    }
    if (engine->caught_up) {
        earlier(&next, now, engine->digest_at_mono);
        earlier(&next, now, engine->poll_next_mono);
    }
    if (engine->unwritten_mono >= 0) {
        earlier(&next, now, engine->written_mono + IDLE_MS);
    }
    return next > now ? next : now;
}

/* Nothing under way, nothing waiting for a back-off, and a part could start: step again at once. */
static bool could_start(const struct engine *engine)
{
    if (engine->token[0] == '\0') {
        return lane_idle(engine, LANE_AUTH);
    }
    if ((engine->rekey || !engine->outbox_empty) && lane_idle(engine, LANE_PUSH)) {
        return engine->greeted || engine->too_old;
    }
    if (!engine_may_read(engine)) {
        return lane_idle(engine, LANE_READ);
    }
    return !engine->caught_up && lane_idle(engine, LANE_READ);
}

int64_t engine_step(struct engine *engine, int64_t budget_ms)
{
    int64_t until = engine_mono(engine) + (budget_ms > 0 ? budget_ms : 1);
    bool more = true;
    if (engine->fold_next) {
        (void)mirror_fold(engine->home, false);
    }
    for (int round = 0; round < 8 && more; round++) {
        token_step(engine);
        hello_step(engine);
        rekey_step(engine);
        push_step(engine);
        pull_step(engine);
        stream_step(engine);
        alive_step(engine);
        blob_step(engine);
        more = could_start(engine) || blob_could_start(engine);
        for (size_t i = 0; i < LANE_N; i++) {
            more = more || engine->lanes[i].ended;
        }
        if (engine_mono(engine) >= until) {
            break;
        }
    }
    if (engine->once && engine->caught_up && engine->outbox_empty && blob_settled(engine)) {
        engine_phase(engine, SYNC_LIVE);
    }
    if (!more) {
        idle_step(engine);
    }
    /* the request for the next page leaves before the next step: then the server works meanwhile */
    engine->fold_next = engine->lanes[LANE_READ].call != 0 && mirror_fold_due(engine->home);
    engine->status.polling = engine->greeted && engine_polls(engine);
    engine->status.mid_page = engine->page.open && !engine->page.stored;
    int64_t next = 0;
    for (size_t i = 0; i < LANE_N; i++) {
        if (i != LANE_BLOB && engine->lanes[i].backoff.at_mono > next) {
            next = engine->lanes[i].backoff.at_mono;
        }
    }
    engine->status.next_try_mono = next;
    return more || engine->fold_next ? engine_mono(engine) : next_wake(engine);
}

change_mask engine_changed(struct engine *engine)
{
    change_mask changed = engine->changed;
    engine->changed = 0;
    return changed;
}

void engine_status(const struct engine *engine, struct sync_status *out)
{
    *out = engine->status;
}

void engine_nudge(struct engine *engine)
{
    for (size_t i = 0; i < LANE_N; i++) {
        backoff_reset(&engine->lanes[i].backoff);
    }
    engine->outbox_empty = false;
}
