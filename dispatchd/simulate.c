#include "dispatchd/simulate.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "api/json.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/rnd.h"
#include "dispatchd/demo.h"
#include "http/http.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { STORY_AT_MS = 6000, FILE_BYTES = 256 * 1024 * 1024, RATE_MAX = 600000, BUSY_MAX = 64 };

struct sim_device {
    char serial[64], kind[32], path[GW_PATH_MAX + 1];
};

/* What ordinary devices say, by how often: most of it is no alarm at all or a technical one. */
struct noise {
    const char *device, *kind, *state;
    int weight;
    const char *reading, *unit;
    int base, spread, low, high; /* of the reading; low, high 0 = no limit */
};
static const struct noise noises[] = {
    {"smoke", "battery_low", "raise", 4, "battery", "%", 4, 6, 10, 0},
    {"smoke", "offline", "raise", 2, NULL, NULL, 0, 0, 0, 0},
    {"smoke", "offline", "restore", 3, NULL, NULL, 0, 0, 0, 0},
    {"door", "door", "raise", 4, NULL, NULL, 0, 0, 0, 0},
    {"door", "door", "restore", 4, NULL, NULL, 0, 0, 0, 0},
    {"watch", "vital", "raise", 5, "heart_rate", "bpm", 108, 30, 50, 110},
    {"blood_pressure", "vital", "raise", 5, "systolic", "mmHg", 138, 40, 90, 140},
    {"oximeter", "vital", "raise", 2, "spo2", "%", 88, 6, 93, 0},
    {"sos", "sos", "raise", 2, NULL, NULL, 0, 0, 0, 0},
    {"sos", "sos", "restore", 2, NULL, NULL, 0, 0, 0, 0},
    {"water", "water", "raise", 1, NULL, NULL, 0, 0, 0, 0},
    {"water", "water", "restore", 2, NULL, NULL, 0, 0, 0, 0},
    {"pir", "inactivity", "raise", 2, NULL, NULL, 0, 0, 0, 0},
    {"gateway", "offline", "raise", 1, NULL, NULL, 0, 0, 0, 0},
    {"gateway", "offline", "restore", 2, NULL, NULL, 0, 0, 0, 0},
};

struct sim {
    const struct gw_clock *clock;
    struct gw_random_seeded random;
    struct gw_uuid_gen uuids;
    struct sim_device *devices;
    size_t devices_n;
    struct http *http;
    char url[600], bearer[128];
    size_t busy;
    int64_t sent, failed, answered;
    int last_status;
};

/* ---- the devices */
static bool copy(char *out, size_t size, const char *text)
{
    if (text == NULL || strlen(text) >= size) {
        return false;
    }
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static enum gw_err take_devices(struct sim *sim, const struct json *root, struct gw_fail *fail)
{
    const struct json *list = root != NULL ? json_arr(root, "devices") : NULL;
    size_t cap = 0;
    for (const struct json *d = list != NULL ? json_first(list) : NULL; d != NULL;
         d = json_next(d)) {
        cap++;
    }
    sim->devices = calloc(cap > 0 ? cap : 1, sizeof(*sim->devices));
    if (sim->devices == NULL) {
        return GW_NOMEM;
    }
    for (const struct json *d = cap > 0 ? json_first(list) : NULL; d != NULL; d = json_next(d)) {
        struct sim_device *device = &sim->devices[sim->devices_n];
        sim->devices_n += copy(device->serial, sizeof(device->serial), json_str(d, "serial")) &&
                          copy(device->kind, sizeof(device->kind), json_str(d, "kind")) &&
                          copy(device->path, sizeof(device->path), json_str(d, "path"));
    }
    return sim->devices_n > 0
               ? GW_OK
               : gw_fail_set(fail, GW_INVALID, "%s",
                             _("The file names no devices. Make it with demo-data --json."));
}

static enum gw_err read_devices(struct sim *sim, const char *path, struct gw_fail *fail)
{
    struct gw_buf text;
    struct json *root = NULL;
    gw_buf_init(&text, FILE_BYTES);
    enum gw_err err = gw_file_read(path, &text, fail);
    err = err != GW_OK ? err : json_parse(gw_buf_str(&text), text.len, FILE_BYTES, &root, fail);
    err = err != GW_OK ? err : take_devices(sim, root, fail);
    json_free(root);
    gw_buf_free(&text);
    return err;
}

/* A random device of a kind, NULL when there is none. Two passes: no index is worth it here. */
static const struct sim_device *pick(struct sim *sim, const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; i < sim->devices_n; i++) {
        n += strcmp(sim->devices[i].kind, kind) == 0;
    }
    size_t want = n > 0 ? (size_t)gw_random_below(&sim->random.random, n) : 0;
    for (size_t i = 0; i < sim->devices_n; i++) {
        if (strcmp(sim->devices[i].kind, kind) == 0 && want-- == 0) {
            return &sim->devices[i];
        }
    }
    return NULL;
}

/* The article's flat comes first in its grid. */
static const struct sim_device *story_device(const struct sim *sim)
{
    for (size_t i = 0; i < sim->devices_n; i++) {
        if (strcmp(sim->devices[i].kind, "smoke") == 0 &&
            strcmp(sim->devices[i].path, DEMO_GRID) == 0) {
            return &sim->devices[i];
        }
    }
    return NULL;
}

/* ---- sending */
static void on_end(void *ctx, const struct http_answer *answer)
{
    struct sim *sim = ctx;
    sim->busy--;
    sim->last_status = answer->status;
    sim->answered += answer->status == 202;
    if (answer->status != 202) {
        sim->failed++;
        fprintf(stderr, "ingest: %d %s\n", answer->status, answer->error);
    }
}

static void send_event(struct sim *sim, const struct sim_device *device, const struct noise *noise,
                       const char *severity)
{
    struct gw_buf body;
    struct jw w;
    char id[GW_UUID_LEN + 1];
    int64_t now = sim->clock->wall_ms(sim->clock->ctx);
    gw_uuid7(&sim->uuids, sim->clock, &sim->random.random, id);
    gw_buf_init(&body, 4096);
    jw_begin(&w, &body);
    jw_obj(&w, NULL);
    jw_str(&w, "event_id", id);
    jw_str(&w, "device", device->serial);
    jw_str(&w, "kind", noise->kind);
    jw_str(&w, "state", noise->state);
    jw_int(&w, "raised_at", now);
    if (severity != NULL) {
        jw_str(&w, "severity", severity);
    }
    if (noise->reading != NULL) {
        jw_arr(&w, "readings");
        jw_obj(&w, NULL);
        jw_str(&w, "name", noise->reading);
        jw_int(&w, "value",
               noise->base +
                   (int64_t)gw_random_below(&sim->random.random, (uint64_t)noise->spread));
        jw_str(&w, "unit", noise->unit);
        if (noise->low > 0) {
            jw_int(&w, "low", noise->low);
        }
        if (noise->high > 0) {
            jw_int(&w, "high", noise->high);
        }
        jw_int(&w, "at", now);
        jw_obj_end(&w);
        jw_arr_end(&w);
    }
    jw_obj_end(&w);
    const struct http_header headers[] = {{"Authorization", sim->bearer},
                                          {"Content-Type", "application/json"}};
    const struct http_request request = {
        .method = "POST",
        .url = sim->url,
        .headers = headers,
        .headers_n = COUNT(headers),
        .body = gw_buf_str(&body),
        .body_len = body.len,
        .total_ms = 20000,
        .on_end = on_end,
        .ctx = sim,
    };
    struct http_call *call;
    if (jw_end(&w) == GW_OK && http_start(sim->http, &request, &call, NULL) == GW_OK) {
        sim->busy++;
        sim->sent++;
        printf("%s %s %s\n", device->serial, noise->kind, noise->state);
        fflush(stdout);
    }
    gw_buf_free(&body);
}

static void send_noise(struct sim *sim)
{
    int total = 0;
    for (size_t i = 0; i < COUNT(noises); i++) {
        total += noises[i].weight;
    }
    int at = (int)gw_random_below(&sim->random.random, (uint64_t)total);
    size_t i = 0;
    while (at >= noises[i].weight) {
        at -= noises[i++].weight;
    }
    const struct sim_device *device = pick(sim, noises[i].device);
    if (device != NULL && sim->busy < BUSY_MAX) {
        send_event(sim, device, &noises[i], NULL);
    }
}

static void send_story(struct sim *sim)
{
    static const struct noise smoke = {"smoke", "smoke", "raise", 0, NULL, NULL, 0, 0, 0, 0};
    const struct sim_device *device = story_device(sim);
    if (device != NULL) {
        send_event(sim, device, &smoke, "critical");
    }
}

/* ---- the loop */
static int stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC) : -1;
}

static void loop(struct sim *sim, int64_t rate, bool story)
{
    struct pollfd stop = {.fd = stop_signals(), .events = POLLIN};
    int64_t start = sim->clock->mono_ms(sim->clock->ctx);
    int64_t gap = rate > 0 ? 60000 / rate : 0;
    int64_t next = start + (story ? STORY_AT_MS + gap : gap);
    int64_t story_at = story ? start + STORY_AT_MS : 0;
    while (stop.revents == 0) {
        int64_t now = sim->clock->mono_ms(sim->clock->ctx);
        if (story_at > 0 && now >= story_at) {
            send_story(sim);
            story_at = 0;
        }
        for (int burst = 0; rate > 0 && now >= next && burst < BUSY_MAX; burst++) {
            send_noise(sim);
            next += gap > 0 ? gap : 1;
        }
        int64_t wake = rate > 0 ? next : now + 60000;
        wake = story_at > 0 && story_at < wake ? story_at : wake;
        http_step(sim->http);
        http_wait(sim->http, &stop, 1, wake > now ? wake - now : 0);
    }
    (void)close(stop.fd);
}

enum gw_err simulate_run(struct store *store, const struct admin_args *args, struct gw_fail *fail)
{
    struct sim sim = {.clock = gw_clock_system()};
    int64_t rate, seed;
    (void)store;
    if (args->url == NULL || args->token == NULL || args->devices == NULL) {
        return gw_fail_set(fail, GW_INVALID, "%s", _("Give --url, --token and --devices FILE."));
    }
    enum gw_err err = admin_number("rate", args->rate, 0, RATE_MAX, 12, &rate, fail);
    err = err != GW_OK ? err : admin_number("seed", args->seed, 0, INT64_MAX, 1, &seed, fail);
    if (err != GW_OK) {
        return err;
    }
    gw_random_seeded_init(&sim.random, (uint64_t)seed);
    size_t base = strlen(args->url);
    base -= base > 0 && args->url[base - 1] == '/';
    if (base >= sizeof(sim.url) - sizeof("/v1/ingest") || strlen(args->token) > 100) {
        return gw_fail_set(fail, GW_INVALID, "%s", _("Give --url, --token and --devices FILE."));
    }
    (void)snprintf(sim.url, sizeof(sim.url), "%.*s/v1/ingest", (int)base, args->url);
    (void)snprintf(sim.bearer, sizeof(sim.bearer), "Bearer %s", args->token);
    const struct http_opts opts = {.agent = "gridward-simulate/" GW_VERSION};
    err = http_check_url(args->url, fail);
    err = err != GW_OK ? err : read_devices(&sim, args->devices, fail);
    if (err == GW_OK && args->story && story_device(&sim) == NULL) {
        err = gw_fail_set(fail, GW_INVALID, "%s",
                          _("The file has no smoke detector in the grid of the story. Make it with "
                            "demo-data --json."));
    }
    err = err != GW_OK ? err : http_new(&opts, &sim.http, fail);
    if (err == GW_OK) {
        loop(&sim, rate, args->story);
        fprintf(stderr, _("%lld events sent, %lld not accepted.\n"), (long long)sim.sent,
                (long long)sim.failed);
        if (sim.sent > 0 && sim.answered == 0) {
            err = gw_fail_set(fail, sim.last_status == 401 ? GW_DENIED : GW_OFFLINE, "%s",
                              sim.last_status == 401 ? _("The server does not know this token.")
                                                     : _("The server was never reached."));
        }
    }
    http_free(sim.http);
    free(sim.devices);
    return err;
}
