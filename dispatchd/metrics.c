/* Figures in the text format of Prometheus. Counts only, no personal data. */
#include <stdio.h>
#include <string.h>

#include "dispatchd/core_p.h"
#include "dispatchd/review.h"

static enum gw_err head(struct gw_buf *out, const char *name, const char *type, const char *help)
{
    return gw_buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static enum gw_err one(struct gw_buf *out, const char *name, const char *type, const char *help,
                       int64_t value)
{
    enum gw_err err = head(out, name, type, help);
    return err ? err : gw_buf_addf(out, "%s %lld\n", name, (long long)value);
}

static enum gw_err seconds(struct gw_buf *out, const char *name, const char *type, const char *help,
                           int64_t ms)
{
    enum gw_err err = head(out, name, type, help);
    return err ? err : gw_buf_addf(out, "%s %.3f\n", name, (double)ms / 1000.0);
}

static enum gw_err requests(struct core *core, struct gw_buf *out)
{
    enum gw_err err = head(out, "gridward_requests_total", "counter", "Requests answered.");
    for (size_t r = 0; r < ROUTES_MAX && !err; r++) {
        for (size_t s = 0; core_status_code(s) != 0 && !err; s++) {
            int64_t n = core->stats.requests[r][s];
            const char *path = core_route_path(r);
            if (n > 0) {
                err = gw_buf_addf(out, "gridward_requests_total{route=\"%s\",status=\"%d\"} %lld\n",
                                  path ? path : "other", core_status_code(s), (long long)n);
            }
        }
    }
    return err;
}

static enum gw_err work_done(struct core *core, struct gw_buf *out)
{
    const struct core_stats *s = &core->stats;
    enum gw_err err = head(out, "gridward_commands_total", "counter", "Command lines answered.");
    for (int r = 0; r < RESULT_N && !err; r++) {
        err = gw_buf_addf(out, "gridward_commands_total{result=\"%s\"} %lld\n",
                          cmd_result_name((enum cmd_result)r), (long long)s->results[r]);
    }
    err = err ? err : head(out, "gridward_ingest_total", "counter", "Events of sources.");
    return err ? err
               : gw_buf_addf(out,
                             "gridward_ingest_total{answer=\"accepted\"} %lld\n"
                             "gridward_ingest_total{answer=\"duplicate\"} %lld\n"
                             "gridward_ingest_total{answer=\"refused\"} %lld\n",
                             (long long)s->ingest_accepted, (long long)s->ingest_duplicate,
                             (long long)s->ingest_refused);
}

static enum gw_err count_state(void *ctx, const struct store_alarm *alarm)
{
    int64_t *by_state = ctx;
    enum alarm_state state;
    if (alarm_state_parse(alarm->state, &state)) {
        by_state[state]++;
    }
    return GW_OK;
}

static enum gw_err alarms(struct core *core, struct gw_buf *out)
{
    int64_t by_state[ALARM_STATE_N] = {0};
    enum gw_err err = core->store->ops->alarm_each(core->store, count_state, by_state, NULL);
    err = err ? err : head(out, "gridward_alarms", "gauge", "Alarms that are not closed.");
    for (int state = 0; state < ALARM_STATE_N && !err; state++) {
        if (state != ALARM_CLOSED) {
            err =
                gw_buf_addf(out, "gridward_alarms{state=\"%s\"} %lld\n",
                            alarm_state_name((enum alarm_state)state), (long long)by_state[state]);
        }
    }
    return err;
}

static enum gw_err consoles(struct core *core, struct gw_buf *out)
{
    int64_t by_role[ROLE_N];
    live_counts(core, by_role);
    enum gw_err err = head(out, "gridward_consoles_live", "gauge", "Live consoles.");
    for (int role = 0; role < ROLE_N && !err; role++) {
        err = gw_buf_addf(out, "gridward_consoles_live{role=\"%s\"} %lld\n",
                          role_name((enum gw_role)role), (long long)by_role[role]);
    }
    return err;
}

static enum gw_err chain_and_commits(struct core *core, struct gw_buf *out)
{
    const struct core_stats *s = &core->stats;
    enum gw_err err =
        head(out, "gridward_client_incidents_total", "counter", "Incidents that clients reported.");
    err = err ? err
              : gw_buf_addf(out, "gridward_client_incidents_total{kind=\"digest-mismatch\"} %lld\n",
                            (long long)s->incidents);
    err = err ? err
              : seconds(out, "gridward_chain_late_seconds", "gauge",
                        "How late the last step of the response chain ran.", s->chain_late_ms);
    err = err ? err
              : seconds(out, "gridward_commit_seconds_sum", "counter", "Seconds spent in commits.",
                        s->commit_ms);
    return err ? err : one(out, "gridward_commit_seconds_count", "counter", "Commits.", s->commits);
}

static enum gw_err count_one(void *ctx, const struct store_command *command)
{
    int64_t *n = ctx;
    (void)command;
    (*n)++;
    return GW_OK;
}

/* The items of `review list`. */
static enum gw_err review_open(struct core *core, struct gw_buf *out)
{
    int64_t n = 0;
    enum gw_err err = review_each(core->store, count_one, &n, NULL);
    return err ? err
               : one(out, "gridward_review_open", "gauge", "Items that wait for a decision.", n);
}

static enum gw_err store_state(struct core *core, struct gw_buf *out)
{
    struct store_meta meta;
    struct store_counts counts;
    enum gw_err err = core->store->ops->meta(core->store, &meta, NULL);
    err = err ? err : core->store->ops->counts(core->store, &counts, NULL);
    if (err) {
        return err;
    }
    gw_wipe(&meta.sign_key, sizeof meta.sign_key);
    gw_wipe(meta.box_secret, sizeof meta.box_secret);
    err = one(out, "gridward_seq", "gauge", "Newest seq.", meta.seq);
    err =
        err ? err : one(out, "gridward_horizon_seq", "gauge", "Highest pruned seq.", meta.horizon);
    err = err ? err : review_open(core, out);
    return err ? err
               : one(out, "gridward_quarantined_total", "counter", "Commands stored without right.",
                     counts.quarantined);
}

enum gw_err core_metrics(struct core *core, struct gw_buf *out)
{
    enum gw_err err = head(out, "gridward_build_info", "gauge", "Always 1.");
    err = err ? err : gw_buf_addf(out, "gridward_build_info{version=\"%s\"} 1\n", GW_VERSION);
    err = err ? err : store_state(core, out);
    err = err ? err : requests(core, out);
    err = err ? err : work_done(core, out);
    err = err ? err : alarms(core, out);
    err = err ? err
              : one(out, "gridward_streams", "gauge", "Open streams and long-polls.",
                    core->stats.streams);
    err = err ? err
              : one(out, "gridward_stream_overruns_total", "counter",
                    "Streams closed because the client read too slowly.", core->stats.overruns);
    err = err ? err : consoles(core, out);
    return err ? err : chain_and_commits(core, out);
}

bool core_healthy(struct core *core)
{
    int64_t seq = 0;
    return !core->unwell && core->store->ops->newest(core->store, &seq, NULL) == GW_OK;
}
