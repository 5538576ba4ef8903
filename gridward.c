/* gridward: main of the console. Starts and stops as a table of stages, and holds the one wait:
 * terminal, signals, network, notification helper. A verb on the command line is cli/'s. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/spawn.h"
#include "cli/cli.h"
#include "http/http.h"
#include "notify/client.h"
#include "sync/engine.h"
#include "tui/tui.h"

struct app {
    struct cli_global global;
    struct home home;      /* the screen's connection */
    struct home sync_home; /* the engine's own */
    bool sync_home_open;
    struct gw_config *config;
    int engine_lock; /* -1: another process syncs this home, we watch the store */
    int64_t lock_again_mono;
    struct http *http;
    struct sync_net net;
    struct engine *engine;
    struct tui *tui;
    struct notifier notifier;
    struct gw_child inhibitor;
    bool inhibiting;
    int64_t inhibit_check_mono;
    int signals, netlink;
    int64_t data_version, watched_mono;
    int64_t unfolded_mono; /* last commit that was not checkpointed yet; 0 = none */
    int64_t asleep_ms;     /* CLOCK_BOOTTIME - CLOCK_MONOTONIC, last look */
    struct tui_link link;
    bool more_comes;          /* the engine is loading: the screen looks now and then */
    int64_t looked_mono;      /* when it did */
    bool sync_tried;          /* the engine was started, or another process has it */
    struct sync_status shown; /* what the link was made from */
    int64_t shown_mono;
    bool leave;
};

static int64_t mono(const struct app *app)
{
    return app->home.clock->mono_ms(app->home.clock->ctx);
}

/* ---- hooks of the screen */
static void hook_nudge(void *ctx)
{
    struct app *app = ctx;
    if (app->engine != NULL) {
        engine_nudge(app->engine);
    }
}

static void hook_notify(void *ctx, const char *title, const char *body, bool urgent)
{
    struct app *app = ctx;
    notifier_send(&app->notifier, mono(app), urgent, title, body);
}

/* systemd-inhibit holds the lock as long as its child lives: `cat` lives until we close its input.
 */
static void hook_duty(void *ctx, bool on)
{
    struct app *app = ctx;
    if (app->inhibiting) {
        gw_child_end(&app->inhibitor, 200);
        app->inhibiting = false;
    }
    if (!on) {
        tui_inhibit(app->tui, TUI_INHIBIT_OFF);
        return;
    }
    char *const argv[] = {"systemd-inhibit",
                          "--what=idle:sleep",
                          "--who=gridward",
                          "--why=on duty: alarms ring here",
                          "--mode=block",
                          "cat",
                          NULL};
    app->inhibiting = gw_spawn(argv, true, true, &app->inhibitor, NULL) == GW_OK;
    app->inhibit_check_mono = mono(app) + 300;
    tui_inhibit(app->tui, app->inhibiting ? TUI_INHIBIT_HELD : TUI_INHIBIT_FAILED);
}

static const struct tui_hooks hooks = {hook_nudge, hook_nudge, hook_notify, hook_duty};

/* ---- the engine: one per home; the others watch */
static void engine_stop(struct app *app)
{
    engine_free(app->engine);
    app->engine = NULL;
    if (app->net.ctx != NULL) {
        net_http_free(&app->net);
    }
    http_free(app->http);
    app->http = NULL;
    if (app->sync_home_open) {
        home_close(&app->sync_home);
        app->sync_home_open = false;
    }
    if (app->engine_lock >= 0) {
        gw_lock_release(app->engine_lock);
        app->engine_lock = -1;
    }
}

static enum gw_err engine_start(struct app *app, struct gw_fail *fail)
{
    char path[1200];
    enum gw_err err = gw_path_join(path, sizeof(path), app->home.dir, "engine.lock");
    if (err == GW_OK) {
        err = gw_lock_take(path, &app->engine_lock, fail);
    }
    if (err != GW_OK) {
        app->engine_lock = -1;
        return err;
    }
    const struct home_opts opts = {.dir = app->home.dir, .must_be_enrolled = true};
    err = home_open(&opts, &app->sync_home, fail);
    app->sync_home_open = err == GW_OK;
    const struct identity *id = &app->home.id;
    const struct http_opts http_opts = {
        .ca_file = id->ca_file[0] != '\0' ? id->ca_file : NULL,
        .pin_sha256 = id->pin[0] != '\0' ? id->pin : NULL,
        .agent = "gridward/" GW_VERSION,
    };
    if (err == GW_OK) {
        err = http_new(&http_opts, &app->http, fail);
    }
    if (err == GW_OK) {
        err = net_http_new(app->http, id->url, &app->net);
    }
    if (err == GW_OK) {
        const struct engine_opts engine_opts = {
            .home = &app->sync_home,
            .net = &app->net,
            .clock = app->sync_home.clock,
            .random = app->sync_home.random,
            .config = app->config,
        };
        err = engine_new(&engine_opts, &app->engine, fail);
    }
    if (err != GW_OK) {
        engine_stop(app);
    }
    return err;
}

/* ---- stages */
static enum gw_err start_signals(struct app *app, struct gw_fail *fail)
{
    sigset_t set;
    gw_spawn_remember_mask();
    sigemptyset(&set);
    static const int caught[] = {SIGTERM, SIGHUP, SIGINT, SIGWINCH, SIGCHLD};
    for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
        sigaddset(&set, caught[i]);
    }
    (void)signal(SIGPIPE, SIG_IGN); /* a helper that went is seen by write() */
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 ||
        (app->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)) < 0) {
        return gw_fail_set(fail, GW_BUG, "%s", _("Signals cannot be set up on this machine."));
    }
    return GW_OK;
}

static void stop_signals(struct app *app)
{
    (void)close(app->signals);
}

static enum gw_err start_home(struct app *app, struct gw_fail *fail)
{
    const struct home_opts opts = {.dir = app->global.home, .must_be_enrolled = true};
    enum gw_err err = home_open(&opts, &app->home, fail);
    char path[1200];
    if (err == GW_OK) {
        err = gw_path_join(path, sizeof(path), app->home.dir, "gridward.log");
    }
    if (err == GW_OK && gw_log_open(path, GW_LOG_INFO, NULL) != GW_OK) {
        gw_log_close(); /* a console without a log is better than none */
    }
    if (err == GW_OK) {
        err = gw_path_join(path, sizeof(path), app->home.dir, "gridward.conf");
    }
    if (err == GW_OK) {
        err = gw_config_load(sync_settings, sync_settings_n, path, &app->config, fail);
    }
    return err;
}

static void stop_home(struct app *app)
{
    gw_config_free(app->config);
    home_close(&app->home);
    gw_log_close();
}

static enum gw_err start_netlink(struct app *app, struct gw_fail *fail)
{
    (void)fail;
    if (app->home.practice) {
        return GW_OK;
    }
    app->netlink = gw_netwatch_open();
    return GW_OK;
}

static void stop_netlink(struct app *app)
{
    if (app->netlink >= 0) {
        (void)close(app->netlink);
    }
}

static enum gw_err start_notifier(struct app *app, struct gw_fail *fail)
{
    (void)fail;
    notifier_init(&app->notifier);
    return GW_OK;
}

static void stop_notifier(struct app *app)
{
    notifier_end(&app->notifier);
    if (app->inhibiting) {
        gw_child_end(&app->inhibitor, 200);
    }
}

static enum gw_err start_tui(struct app *app, struct gw_fail *fail)
{
    const struct tui_opts opts = {
        .home = &app->home,
        .hooks = &hooks,
        .hooks_ctx = app,
        .demo = app->global.demo,
        .ascii = app->global.plain,
        .mono = app->global.plain,
        .keep_lang = app->global.lang != NULL,
        .times =
            {
                .stale_ms = gw_config_int(app->config, "screen.stale"),
                .undelivered_ms = gw_config_int(app->config, "screen.undelivered"),
                .guard_ms = gw_config_int(app->config, "screen.guard"),
                .settle_ms = gw_config_int(app->config, "screen.settle"),
                .ring_again_ms = gw_config_int(app->config, "screen.ring_again"),
                .hold_warn_ms = gw_config_int(app->config, "screen.hold_warn"),
                .lock_ms = gw_config_int(app->config, "screen.lock"),
            },
    };
    return tui_new(&opts, &app->tui, fail);
}

static void stop_tui(struct app *app)
{
    tui_free(app->tui);
    app->tui = NULL;
}

/* ---- the turn */
static void read_signals(struct app *app)
{
    struct signalfd_siginfo info;
    while (read(app->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        switch (info.ssi_signo) {
        case SIGWINCH:
            tui_resize(app->tui);
            break;
        case SIGTERM:
        case SIGHUP:
            app->leave = true;
            break;
        default: /* SIGINT belongs to the screen, SIGCHLD wakes us */
            break;
        }
    }
}

static enum tui_phase phase_of(enum sync_phase phase, const struct sync_status *status)
{
    static const enum tui_phase map[] = {
        [SYNC_OFF] = TUI_LINK_NONE,
        [SYNC_CONNECTING] = TUI_LINK_CONNECTING,
        [SYNC_CATCHING_UP] = TUI_LINK_CATCHUP,
        [SYNC_LIVE] = TUI_LINK_ONLINE,
        [SYNC_OFFLINE] = TUI_LINK_OFFLINE,
        [SYNC_REFUSED] = TUI_LINK_REFUSED,
        [SYNC_TOO_OLD] = TUI_LINK_REFUSED,
    };
    if (phase == SYNC_CATCHING_UP && status->rows_loaded > 0) {
        return TUI_LINK_LOADING;
    }
    return map[phase];
}

static void link_of_engine(struct app *app, struct tui_link *link, int64_t now, int64_t wall)
{
    struct sync_status status;
    engine_status(app->engine, &status);
    link->phase = phase_of(status.phase, &status);
    link->since_mono = now - (wall - status.since_at);
    link->last_byte_mono = status.last_byte_at > 0 ? now - (wall - status.last_byte_at) : 0;
    link->next_try_mono = status.phase == SYNC_OFFLINE ? status.next_try_mono : 0;
    link->rows_loaded = status.rows_loaded;
    link->rows_expected = status.rows_expected;
    link->polling = status.polling;
    memcpy(link->problem, status.problem, sizeof(status.problem));
    app->shown = status;
}

/* Before the engine was started we are about to connect. */
static void show_link(struct app *app)
{
    struct tui_link link = app->link;
    struct mirror_state state;
    int64_t now = mono(app);
    int64_t wall = app->home.clock->wall_ms(app->home.clock->ctx);
    if (app->engine != NULL) {
        link_of_engine(app, &link, now, wall);
    } else if (app->home.practice) {
        link.phase = TUI_LINK_NONE;
    } else if (app->sync_tried) {
        link.phase = TUI_LINK_WATCH;
        link.last_byte_mono = app->watched_mono;
    } else {
        link.phase = TUI_LINK_CONNECTING;
    }
    if (mirror_state(&app->home, &state) == GW_OK && state.caught_up_at > 0) {
        link.data_at = state.caught_up_at;
        int64_t end = now - (wall - state.caught_up_at);
        link.end_mono = end > 0 ? end : 0;
    }
    app->link = link;
    app->shown_mono = now;
    tui_status(app->tui, &link);
}

/* What a person would see at once; counters and times may be a second late, or every key would read
 * the store and paint the bars. */
static bool link_moved(const struct app *app)
{
    struct sync_status status;
    engine_status(app->engine, &status);
    return status.phase != app->shown.phase || status.polling != app->shown.polling ||
           status.rows_expected != app->shown.rows_expected ||
           (status.rows_loaded > 0) != (app->shown.rows_loaded > 0) ||
           strcmp(status.problem, app->shown.problem) != 0;
}

static void look_for_sleep(struct app *app)
{
    int64_t asleep = gw_asleep_ms();
    int64_t slept = asleep - app->asleep_ms;
    app->asleep_ms = asleep;
    if (slept > 5000) {
        int64_t wall = app->home.clock->wall_ms(app->home.clock->ctx);
        tui_slept(app->tui, wall - slept, wall);
        hook_nudge(app);
    }
}

/* The engine wrote, or another process (the command line, the engine of another console). */
static void look_at_store(struct app *app)
{
    if (app->more_comes) {
        return;
    }
    int64_t version = gw_db_data_version(app->home.db);
    if (version != app->data_version) {
        app->data_version = version;
        app->unfolded_mono = mono(app);
        (void)home_rejoin(&app->home, NULL); /* unreadable: the next look tries again */
        app->watched_mono = mono(app);
        tui_changed(app->tui, UINT32_MAX);
        if (app->engine == NULL) {
            show_link(app);
        }
    }
}

/* The log of the store is brought to the disk while nobody works: else the next key that must be on
 * the disk pays for all pages that the feed left there. */
static void fold_when_idle(struct app *app)
{
    enum { IDLE_MS = 2000 };
    if (app->unfolded_mono != 0 && app->link.phase != TUI_LINK_LOADING &&
        mono(app) - app->unfolded_mono >= IDLE_MS) {
        app->unfolded_mono = 0;
        home_idle(&app->home);
    }
}

static void retry_lock(struct app *app)
{
    if (app->engine == NULL && !app->home.practice && mono(app) >= app->lock_again_mono) {
        app->lock_again_mono = mono(app) + 5000;
        (void)engine_start(app, NULL); /* held by the other process: watch on */
    }
}

static void read_netlink(struct app *app)
{
    if (gw_netwatch_read(app->netlink)) {
        hook_nudge(app);
    }
}

static void watch_inhibitor(struct app *app)
{
    int status;
    if (app->inhibiting && mono(app) >= app->inhibit_check_mono &&
        gw_child_ended(&app->inhibitor, &status)) {
        app->inhibiting = false;
        tui_inhibit(app->tui, TUI_INHIBIT_FAILED);
    }
}

/* How long a key may wait for the engine's step, but for the slice that is under way then. */
enum { ENGINE_MS = 2 };

/* During a load the screen reads the store and paints now and then, not after every page or even
 * slice: that was a quarter of the work. Not seldom either, for what came in between is read in one
 * go, 500 alarms in 2 ms, and a key waits for that too. */
static void wait_with_looking(struct app *app, int64_t *wake)
{
    enum { LOOK_MS = 30 };
    struct sync_status status;
    int64_t now = mono(app);
    engine_status(app->engine, &status);
    app->more_comes =
        (status.mid_page || status.phase == SYNC_CATCHING_UP) && now - app->looked_mono < LOOK_MS;
    if (!app->more_comes) {
        app->looked_mono = now;
    } else if (*wake > app->looked_mono + LOOK_MS) {
        *wake = app->looked_mono + LOOK_MS;
    }
}

static int64_t engine_turn(struct app *app)
{
    if (app->engine == NULL) {
        return mono(app) + 1000;
    }
    http_step(app->http);
    int64_t wake = engine_step(app->engine, ENGINE_MS);
    wait_with_looking(app, &wake);
    change_mask changed = app->more_comes ? 0 : engine_changed(app->engine);
    if (changed != 0) {
        tui_changed(app->tui, changed);
    }
    if (changed != 0 || link_moved(app) || mono(app) - app->shown_mono >= 1000) {
        show_link(app);
    }
    return wake;
}

static void wait_for_all(struct app *app, int64_t wake)
{
    struct pollfd fds[4] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = app->signals, .events = POLLIN},
        {.fd = app->netlink, .events = POLLIN},
        {.fd = notifier_fd(&app->notifier), .events = POLLIN},
    };
    int64_t left = wake - mono(app);
    left = left < 0 ? 0 : left > 1000 ? 1000 : left;
    if (app->http != NULL) {
        http_wait(app->http, fds, 4, left);
    } else if (poll(fds, 4, (int)left) < 0 && errno != EINTR) {
        app->leave = true;
    }
    if (fds[1].revents != 0) {
        read_signals(app);
    }
    if (fds[0].revents != 0 && !tui_input(app->tui)) {
        app->leave = true;
    }
    if (fds[2].revents != 0) {
        read_netlink(app);
    }
    notifier_step(&app->notifier, mono(app));
}

static enum gw_err run(struct app *app, struct gw_fail *fail)
{
    app->asleep_ms = gw_asleep_ms();
    app->data_version = gw_db_data_version(app->home.db);
    while (!app->leave && !tui_wants_quit(app->tui)) {
        int64_t wake = engine_turn(app);
        look_for_sleep(app);
        look_at_store(app);
        fold_when_idle(app);
        retry_lock(app);
        watch_inhibitor(app);
        (void)tui_tick(app->tui);
        enum gw_err err = tui_draw(app->tui, fail);
        if (err == GW_STORE) {
            return err;
        }
        int64_t tick = tui_tick(app->tui); /* drawing read the queue: something may want to ring */
        wait_for_all(app, tick < wake ? tick : wake);
    }
    return GW_OK;
}

/* A crash says where the worker's records lie. */
static void arm_crash(const struct app *app)
{
    char text[1400];
    (void)snprintf(
        text, sizeof(text),
        _("gridward stopped because of an error of its own. Nothing you recorded is lost: "
          "it lies in %s. Start gridward again.\n"),
        home_db_path(&app->home));
    gw_crash_arm(text);
}

/* ---- the last stages: the screen shows what there is before the network is set up, which takes
 * longer than all the rest */
static enum gw_err start_picture(struct app *app, struct gw_fail *fail)
{
    arm_crash(app);
    show_link(app);
    (void)tui_tick(app->tui);
    enum gw_err err = tui_draw(app->tui, fail);
    return err == GW_STORE ? err : GW_OK;
}

static enum gw_err start_sync(struct app *app, struct gw_fail *fail)
{
    app->engine_lock = -1;
    app->sync_tried = true;
    if (app->home.practice) { /* no server, no socket */
        show_link(app);
        return GW_OK;
    }
    enum gw_err err = engine_start(app, fail);
    if (err != GW_OK && err != GW_HELD) {
        return err;
    }
    show_link(app);
    return GW_OK;
}

/* Who leaves has the terminal back before connections and stores are closed. */
static void stop_sync(struct app *app)
{
    stop_tui(app);
    engine_stop(app);
}

struct stage {
    const char *name;
    enum gw_err (*start)(struct app *app, struct gw_fail *fail);
    void (*stop)(struct app *app); /* NULL: nothing to undo */
};
static const struct stage stages[] = {
    {"signals", start_signals, stop_signals},
    {"home", start_home, stop_home},
    {"notifier", start_notifier, stop_notifier},
    {"screen", start_tui, stop_tui},
    {"picture", start_picture, NULL},
    {"sync", start_sync, stop_sync},
    {"netlink", start_netlink, stop_netlink},
};
enum { STAGES = sizeof(stages) / sizeof(stages[0]) };

static int console(const struct cli_global *global)
{
    struct app app = {.global = *global, .engine_lock = -1, .signals = -1, .netlink = -1};
    struct gw_fail fail = {0};
    enum gw_err err = GW_OK;
    size_t started = 0;
    while (err == GW_OK && started < STAGES) {
        err = stages[started].start(&app, &fail);
        started += err == GW_OK ? 1 : 0;
    }
    if (err == GW_OK) {
        err = run(&app, &fail);
    }
    while (started > 0) {
        if (stages[--started].stop != NULL) {
            stages[started].stop(&app);
        }
    }
    if (err != GW_OK) {
        fprintf(stderr, "gridward: %s\n", fail.text[0] != '\0' ? fail.text : gw_err_name(err));
    }
    return gw_exit_status(err);
}

int main(int argc, char **argv)
{
    struct cli_global global = {0};
    if (gw_crypto_init() != GW_OK) {
        fputs("gridward: libsodium cannot start on this machine.\n", stderr);
        return gw_exit_status(GW_BUG);
    }
    int status = cli_main(argc, argv, &global);
    return status == CLI_CONSOLE ? console(&global) : status;
}
