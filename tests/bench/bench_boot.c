/* B1: the rows of /v1/snapshot into the mirror, 500 a page, against a C loop of prepared inserts of
 * the same rows from CSV into the same table, without anything of ours around it.
 *
 *     bench_boot mirror FOLDER ROWS.ndjson       put lines of one type
 *     bench_boot loop FOLDER ROWS.csv PAGE       PAGE rows a transaction; 0 = one for all
 *
 * One process a run, so that memory and CPU of one are not the other's. The folder is emptied by
 * the caller. The clock starts with the text in memory on both sides and stops after the last
 * commit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "api/wire.h"
#include "base/crypto.h"
#include "offline-db/home.h"
#include "offline-db/mirror.h"
#include "tests/bench/bench.h"

enum { PAGE = 500, COLUMNS_MAX = 64 };
#define EPOCH "bench001"

struct clocks {
    int64_t wall, cpu;
};

static struct clocks start_clocks(void)
{
    return (struct clocks){bench_ns(), bench_cpu_ns()};
}

static void print(const struct clocks *start, long long rows)
{
    struct rusage usage = {0};
    double wall = (double)(bench_ns() - start->wall) / 1e9;
    double cpu = (double)(bench_cpu_ns() - start->cpu) / 1e9;
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("{\"rows\":%lld,\"wall_s\":%.4f,\"cpu_s\":%.4f,\"rss_kb\":%ld}\n", rows, wall, cpu,
                 usage.ru_maxrss);
}

/* ---- ours */
static void enrol(struct home *home)
{
    struct identity id = {
        .device = "d1", .user = "u1", .role = ROLE_DUTY, .url = "http://127.0.0.1:1"};
    struct gw_sign_key key;
    const uint8_t seed[32] = {7};
    gw_sign_key_from_seed(&key, seed);
    gw_b64url(key.public_key, GW_KEY_BYTES, id.server_sign_key);
    bench_must(home_enrol(home, &id, &key, NULL), NULL, "enrol");
}

static void open_scope(struct home *home, struct mirror_job *job)
{
    struct wire_hello *hello = calloc(1, sizeof *hello);
    bool epoch_changed = false;
    change_mask changed = 0;
    if (hello == NULL) {
        bench_die("hello", "no memory");
    }
    (void)snprintf(hello->epoch, sizeof hello->epoch, EPOCH);
    (void)snprintf(hello->cursor, sizeof hello->cursor, EPOCH ".1");
    (void)snprintf(hello->tag, sizeof hello->tag, "t1");
    hello->types = ((uint32_t)1 << TYPE_N) - 1;
    (void)snprintf(hello->scopes[0].path, sizeof hello->scopes[0].path, "CQ.500112");
    hello->scopes[0].granted = 1;
    hello->scopes_n = 1;
    bench_must(mirror_hello(home, hello, &epoch_changed, &changed, NULL), NULL, "hello");
    free(hello);
    bench_must(mirror_next_job(home, job), NULL, "job");
}

static const char *put_page(struct home *home, struct wire_decoder *decoder, const char *at,
                            long long *rows)
{
    struct wire_rec rec;
    struct gw_fail fail = {0};
    bench_must(mirror_page_begin(home, &fail), &fail, "page");
    for (int i = 0; i < PAGE && *at != '\0'; i++) {
        size_t len = strcspn(at, "\n");
        bench_must(wire_rec_decode(decoder, at, len, &rec, &fail), &fail, "line");
        bench_must(mirror_page_rec(home, &rec, &fail), &fail, "row");
        at += len + (at[len] == '\n');
        ++*rows;
    }
    return at;
}

static int mirror(const char *dir, const char *text)
{
    struct home home;
    struct gw_fail fail = {0};
    struct mirror_job job;
    struct wire_decoder *decoder = NULL;
    change_mask changed = 0;
    long long rows = 0;
    const struct home_opts opts = {.dir = dir};
    bench_must(home_open(&opts, &home, &fail), &fail, "home");
    enrol(&home);
    open_scope(&home, &job);
    bench_must(wire_decoder_new(&decoder), NULL, "decoder");
    struct clocks start = start_clocks();
    while (*text != '\0') {
        text = put_page(&home, decoder, text, &rows);
        bench_must(
            mirror_job_page_end(&home, &job, EPOCH ".1", "x", *text == '\0', &changed, &fail),
            &fail, "page end");
    }
    print(&start, rows);
    wire_decoder_free(decoder);
    home_close(&home);
    return 0;
}

/* ---- the loop */
static void sql(sqlite3 *db, const char *text)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK) {
        bench_die(text, sqlite3_errmsg(db));
    }
}

/* One CSV line: quoted by a bench.py that writes "" for a quote; ends behind the newline. */
static char *bind_line(sqlite3_stmt *st, char *at, int columns)
{
    for (int i = 1; i <= columns; i++) {
        char *out = at, *from = at;
        bool quoted = *at == '"';
        char *begin = at;
        from += quoted;
        while (*from != '\0' &&
               (quoted ? *from != '"' || from[1] == '"' : *from != ',' && *from != '\n')) {
            from += quoted && *from == '"';
            *out++ = *from++;
        }
        if (quoted || out > begin) { /* an empty field without quotes is NULL */
            sqlite3_bind_text(st, i, begin, (int)(out - begin), SQLITE_STATIC);
        } else {
            sqlite3_bind_null(st, i);
        }
        from += quoted && *from == '"';
        at = from + (*from == ',' || *from == '\n');
    }
    return at;
}

/* First line: CREATE TABLE; second: INSERT; then rows. */
static int loop(const char *dir, char *text, long page)
{
    char path[1200];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    (void)snprintf(path, sizeof path, "%s/loop.db", dir);
    if (sqlite3_open(path, &db) != SQLITE_OK) {
        bench_die(path, "cannot be opened");
    }
    sql(db, "PRAGMA journal_mode=WAL");
    sql(db, "PRAGMA synchronous=NORMAL");
    char *create = strsep(&text, "\n"), *insert = strsep(&text, "\n");
    sql(db, create);
    if (sqlite3_prepare_v2(db, insert, -1, &st, NULL) != SQLITE_OK) {
        bench_die(insert, sqlite3_errmsg(db));
    }
    int columns = sqlite3_bind_parameter_count(st);
    long long rows = 0;
    struct clocks start = start_clocks();
    sql(db, "BEGIN");
    while (*text != '\0') {
        text = bind_line(st, text, columns);
        if (sqlite3_step(st) != SQLITE_DONE) {
            bench_die("insert", sqlite3_errmsg(db));
        }
        sqlite3_reset(st);
        if (++rows % (page > 0 ? page : INT64_MAX) == 0) {
            sql(db, "COMMIT; BEGIN");
        }
    }
    sql(db, "COMMIT");
    print(&start, rows);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return 0;
}

int main(int argc, char **argv)
{
    size_t len = 0;
    bench_must(gw_crypto_init(), NULL, "crypto");
    if (argc == 4 && strcmp(argv[1], "mirror") == 0) {
        char *text = bench_read(argv[3], &len);
        int status = mirror(argv[2], text);
        free(text);
        return status;
    }
    if (argc == 5 && strcmp(argv[1], "loop") == 0) {
        char *text = bench_read(argv[3], &len);
        int status = loop(argv[2], text, strtol(argv[4], NULL, 10));
        free(text);
        return status;
    }
    bench_die("use", "bench_boot mirror FOLDER FILE | loop FOLDER FILE PAGE");
}
