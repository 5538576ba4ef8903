/* sync, and the one run of the engine that writing verbs use. One engine at a time: when another
 * process has the lock, it delivers, and this one watches the store. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/text_safe.h"
#include "cli/cli_sync_p.h"
#include "notify/client.h"
#include "offline-db/practice.h"

void runner_stop(struct runner *runner)
{
    engine_free(runner->engine);
    runner->engine = NULL;
    if (runner->net.ctx != NULL) {
        net_http_free(&runner->net);
    }
    http_free(runner->http);
    runner->http = NULL;
    gw_config_free(runner->config);
    runner->config = NULL;
    if (runner->lock >= 0) {
        gw_lock_release(runner->lock);
        runner->lock = -1;
    }
}

enum gw_err runner_start(struct runner *runner, struct home *home, bool once, struct gw_fail *fail)
{
    char path[1200];
    memset(runner, 0, sizeof(*runner));
    runner->lock = -1;
    enum gw_err err = practice_refuse(home, fail);
    err = err != GW_OK ? err : gw_path_join(path, sizeof(path), home->dir, "engine.lock");
    if (err == GW_OK) {
        err = gw_lock_take(path, &runner->lock, fail);
    }
    if (err == GW_OK) {
        err = gw_path_join(path, sizeof(path), home->dir, "gridward.conf");
    }
    if (err == GW_OK) {
        err = gw_config_load(sync_settings, sync_settings_n, path, &runner->config, fail);
    }
    const struct http_opts opts = {
        .ca_file = home->id.ca_file[0] != '\0' ? home->id.ca_file : NULL,
        .pin_sha256 = home->id.pin[0] != '\0' ? home->id.pin : NULL,
        .agent = "gridward/" GW_VERSION,
    };
    if (err == GW_OK) {
        err = http_new(&opts, &runner->http, fail);
    }
    if (err == GW_OK) {
        err = net_http_new(runner->http, home->id.url, &runner->net);
    }
    if (err == GW_OK) {
        const struct engine_opts engine_opts = {
            .home = home,
            .net = &runner->net,
            .clock = home->clock,
            .random = home->random,
            .config = runner->config,
            .once = once,
        };
        err = engine_new(&engine_opts, &runner->engine, fail);
    }
    if (err != GW_OK) {
        runner_stop(runner);
    }
    return err;
}

static int64_t mono(const struct cli *cli)
{
    return cli->home.clock->mono_ms(cli->home.clock->ctx);
}

static void pump_until(struct cli *cli, struct runner *runner, int64_t until,
                       struct cli_sync_result *out)
{
    struct sync_status status;
    out->end = SYNC_END_OFFLINE;
    do {
        http_step(runner->http);
        int64_t wake = engine_step(runner->engine, 50);
        engine_status(runner->engine, &status);
        if (status.phase == SYNC_LIVE) {
            out->end = SYNC_END_DONE;
            break;
        }
        if (status.phase == SYNC_REFUSED || status.phase == SYNC_TOO_OLD) {
            out->end = SYNC_END_REFUSED;
            break;
        }
        if (status.trouble != GW_OK) { /* our own store: no use in trying on */
            out->end = SYNC_END_STORE;
            break;
        }
        if (status.phase == SYNC_OFFLINE) {
            break;
        }
        int64_t now = mono(cli);
        int64_t left = (wake < until ? wake : until) - now;
        http_wait(runner->http, NULL, 0, left < 0 ? 0 : left);
    } while (mono(cli) < until);
    engine_status(runner->engine, &status);
    out->bad_results = status.bad_results;
    out->rows = status.rows_loaded;
    memcpy(out->problem, status.problem, sizeof(out->problem));
}

/* Is everything delivered, and did the other process hear from the server lately? An open stream
 * says so every 60 s. */
static bool in_step(struct cli *cli)
{
    struct journal_counts counts;
    struct mirror_state state;
    int64_t now = cli->home.clock->wall_ms(cli->home.clock->ctx);
    return journal_counts(&cli->home, &counts) == GW_OK && counts.unsent == 0 &&
           mirror_state(&cli->home, &state) == GW_OK && now - state.caught_up_at < 75000;
}

/* Another process delivers: look until it has, for a while. */
static void watch_other(struct cli *cli, int64_t limit_ms, struct cli_sync_result *out)
{
    int64_t until = mono(cli) + (limit_ms / 5 < 5000 ? limit_ms / 5 : 5000);
    while (!in_step(cli) && mono(cli) < until) {
        (void)poll(NULL, 0, 50);
    }
    out->end = in_step(cli) ? SYNC_END_DONE : SYNC_END_HELD;
}

void cli_sync_once(struct cli *cli, int64_t limit_ms, struct cli_sync_result *out)
{
    struct runner runner;
    struct gw_fail fail = {0};
    memset(out, 0, sizeof(*out));
    enum gw_err err = runner_start(&runner, &cli->home, true, &fail);
    if (err == GW_HELD) {
        watch_other(cli, limit_ms, out);
        return;
    }
    if (err != GW_OK) {
        out->end = SYNC_END_STORE;
        (void)gw_text_safe_z(out->problem, sizeof(out->problem), fail.text);
        return;
    }
    pump_until(cli, &runner, mono(cli) + limit_ms, out);
    runner_stop(&runner);
}

static int end_status(const struct cli_sync_result *result)
{
    static const int status[] = {[SYNC_END_DONE] = 0,
                                 [SYNC_END_OFFLINE] = 4,
                                 [SYNC_END_REFUSED] = 3,
                                 [SYNC_END_HELD] = 5,
                                 [SYNC_END_STORE] = 5};
    if (result->end == SYNC_END_DONE && result->bad_results > 0) {
        return CLI_NO;
    }
    return status[result->end];
}

static int sync_once(struct cli *cli)
{
    struct cli_sync_result result;
    struct journal_counts counts;
    struct mirror_state state;
    cli_sync_once(cli, 3600000, &result);
    if (journal_counts(&cli->home, &counts) != GW_OK || mirror_state(&cli->home, &state) != GW_OK) {
        return cli_fail(cli, GW_STORE, NULL);
    }
    if (cli->json) {
        struct out_doc doc;
        struct jw *w = out_doc_begin(&doc);
        jw_obj(w, NULL);
        jw_bool(w, "done", result.end == SYNC_END_DONE);
        jw_str(w, "cursor", state.cursor);
        jw_int(w, "caught_up_at", state.caught_up_at);
        jw_int(w, "rows", result.rows);
        jw_int(w, "unsent", counts.unsent);
        jw_int(w, "bad_results", result.bad_results);
        jw_str(w, "problem", result.problem[0] != '\0' ? result.problem : NULL);
        jw_obj_end(w);
        (void)out_doc_end(&doc, GW_OK, true);
    } else if (result.end == SYNC_END_DONE) {
        printf(_("In step with the server. Unsent: %lld.\n"), (long long)counts.unsent);
    }
    if (result.end == SYNC_END_HELD) {
        fprintf(stderr, "%s\n",
                _("gridward sync: another gridward of this home is syncing already; "
                  "what is unsent is in its hands."));
    } else if (result.problem[0] != '\0' && result.end != SYNC_END_DONE) {
        fprintf(stderr, "gridward sync: %s\n", result.problem);
    }
    return end_status(&result);
}

static const char *phase_name(enum sync_phase phase)
{
    static const char *const names[] = {
        [SYNC_OFF] = "off",
        [SYNC_CONNECTING] = "connecting",
        [SYNC_CATCHING_UP] = "catching_up",
        [SYNC_LIVE] = "live",
        [SYNC_OFFLINE] = "offline",
        [SYNC_REFUSED] = "refused",
        [SYNC_TOO_OLD] = "too_old",
    };
    return names[phase];
}

/* Rings for what newly waits for this worker: bell, notification, one line. */
struct follow {
    struct cli *cli;
    struct queue *queue;
    struct notifier notifier;
    enum sync_phase phase;
};

static void follow_line(struct follow *follow, const struct queue_row *row)
{
    struct gw_buf buf;
    gw_buf_init(&buf, 512 * 1024);
    if (follow->cli->json) {
        if (cli_alarm_json(follow->cli, row, false, &buf) == GW_OK) {
            out_json_line(&buf);
        }
    } else {
        char at[9];
        gw_time_hhmmss(row->alarm.raised_at, at);
        char line[512];
        (void)snprintf(line, sizeof(line), "%s %s %s %s %s", at, alarm_state_word(row->alarm.state),
                       _(alarm_kind_of(row->alarm.kind)->word), row->piece, row->alarm.id);
        out_text(line);
        putchar('\n');
    }
    gw_buf_free(&buf);
}

/* false: nobody reads our output any more. */
static bool follow_rings(struct follow *follow)
{
    size_t changed = 0;
    if (queue_refresh(follow->queue, &changed, NULL) != GW_OK || changed == 0) {
        return true;
    }
    for (size_t i = 0; i < queue_len(follow->queue); i++) {
        if (!queue_brief(follow->queue, i)->fresh) {
            continue;
        }
        const struct queue_row *row = queue_at(follow->queue, i);
        follow_line(follow, row);
        if (row->mine && row->alarm.acked_by[0] == '\0') {
            char title[160];
            (void)snprintf(title, sizeof(title), "%s %s", _(alarm_kind_of(row->alarm.kind)->word),
                           row->piece);
            if (isatty(STDERR_FILENO)) {
                fputs("\a", stderr);
            }
            notifier_send(&follow->notifier, mono(follow->cli), true, title,
                          _("An alarm waits for you."));
        }
    }
    queue_seen(follow->queue);
    return fflush(stdout) == 0 && !ferror(stdout);
}

static void follow_phase(struct follow *follow, const struct sync_status *status)
{
    if (status->phase == follow->phase) {
        return;
    }
    follow->phase = status->phase;
    fprintf(stderr, "gridward sync: %s %s\n", phase_name(status->phase), status->problem);
}

static int stop_signals(void)
{
    sigset_t set;
    gw_spawn_remember_mask();
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    (void)signal(SIGPIPE, SIG_IGN); /* write errors are seen where they happen */
    return sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC) : -1;
}

static int sync_follow(struct cli *cli)
{
    struct runner runner;
    struct gw_fail fail = {0};
    struct follow follow = {.cli = cli, .phase = SYNC_OFF};
    enum gw_err err = runner_start(&runner, &cli->home, false, &fail);
    if (err == GW_OK) {
        err = queue_new(&cli->home, true, &follow.queue, &fail);
    }
    if (err != GW_OK) {
        runner_stop(&runner);
        return cli_fail(cli, err, &fail);
    }
    queue_seen(follow.queue); /* what is there at the start is not news */
    notifier_init(&follow.notifier);
    int signals = stop_signals();
    struct pollfd fds[2] = {{.fd = signals, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
    bool heard = true;
    while (fds[0].revents == 0 && heard) {
        struct sync_status status;
        http_step(runner.http);
        int64_t wake = engine_step(runner.engine, 50);
        engine_status(runner.engine, &status);
        follow_phase(&follow, &status);
        (void)engine_changed(runner.engine); /* the queue's own revisions tell what moved */
        heard = follow_rings(&follow);
        int64_t left = wake - mono(cli);
        fds[1].fd = notifier_fd(&follow.notifier);
        http_wait(runner.http, fds, 2, left < 0 ? 0 : left > 1000 ? 1000 : left);
        notifier_step(&follow.notifier, mono(cli));
    }
    (void)close(signals);
    notifier_end(&follow.notifier);
    queue_free(follow.queue);
    runner_stop(&runner);
    return CLI_DONE;
}

int cli_run_sync(struct cli *cli, int argc, char **argv)
{
    bool once = false, follow = false;
    const struct cli_opt opts[] = {{"once", NULL, &once}, {"follow", NULL, &follow}};
    char **rest;
    int n;
    const struct cli_verb *verb = cli_find("sync");
    int status = cli_options(cli, verb, argc, argv, opts, 2, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n > 0 || (once && follow)) {
        return cli_usage(cli, verb, "%s", _("Give --once or --follow, nothing else."));
    }
    struct gw_fail fail = {0};
    if (practice_refuse(&cli->home, &fail) != GW_OK) {
        return cli_fail(cli, GW_REFUSED, &fail);
    }
    return follow ? sync_follow(cli) : sync_once(cli);
}
