/* A3: the key press of an acknowledgement until it is durable in the journal: journal_append on an
 * open alarm of a real home, in turn with the least that any store must do for that: overwrite
 * 4 KiB of a preallocated file on the same file system and fdatasync. Between two keys, and outside
 * the time taken, the console's other work: the alarm's row is read again for the screen, and the
 * store has its idle moment. Before the first key the log is filled to where it is folded, as in
 * every home that has been used.
 *
 *     bench_journal HOME N       acknowledges N alarms in that home: give it a copy */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "offline-db/home.h"
#include "offline-db/journal.h"
#include "offline-db/queue.h"
#include "tests/bench/bench.h"

enum { N_MAX = 5000, BLOCK = 4096, BLOCKS = 256, FILL = 200 };

struct ids {
    char id[N_MAX][GW_ID_MAX + 1];
    int64_t level[N_MAX];
    size_t n;
};

static void find_alarms(struct home *home, struct ids *ids, size_t n)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(gw_db_handle(home->db),
                           "SELECT id, level FROM alarm WHERE state <> 'closed' LIMIT ?1", -1, &st,
                           NULL) != SQLITE_OK) {
        bench_die("alarms", "cannot be read");
    }
    sqlite3_bind_int64(st, 1, (int64_t)n);
    while (sqlite3_step(st) == SQLITE_ROW && ids->n < N_MAX) {
        (void)snprintf(ids->id[ids->n], sizeof ids->id[0], "%s", gw_col_text(st, 0));
        ids->level[ids->n++] = gw_col_int(st, 1);
    }
    sqlite3_finalize(st);
}

static int make_file(const char *dir)
{
    char path[1200];
    static const char zeros[BLOCK];
    (void)snprintf(path, sizeof path, "%s/bench-overwrite", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (int i = 0; i < BLOCKS; i++) {
        if (fd < 0 || pwrite(fd, zeros, BLOCK, (off_t)i * BLOCK) != BLOCK) {
            bench_die(path, "cannot be written");
        }
    }
    if (fsync(fd) != 0) {
        bench_die(path, "cannot be synced");
    }
    return fd;
}

static double overwrite(int fd, size_t i)
{
    char block[BLOCK];
    memset(block, (int)(i % 251), sizeof block);
    int64_t start = bench_ns();
    if (pwrite(fd, block, BLOCK, (off_t)(i % BLOCKS) * BLOCK) != BLOCK || fdatasync(fd) != 0) {
        bench_die("overwrite", "failed");
    }
    return (double)(bench_ns() - start) / 1000.0;
}

static double append(struct home *home, const struct ids *ids, size_t i)
{
    struct cmd_data data;
    struct gw_fail fail = {0};
    cmd_data_init(&data);
    int64_t start = bench_ns();
    bench_must(journal_append(home, CMD_ALARM_ACK, ids->id[i], ids->level[i], &data, NULL, &fail),
               &fail, "journal_append");
    return (double)(bench_ns() - start) / 1000.0;
}

/* What follows a key: its row on the screen; then, while nobody presses anything, the idle moment.
 */
static double look_and_rest(struct home *home, const struct ids *ids, size_t i)
{
    static struct queue_row row;
    struct gw_fail fail = {0};
    int64_t start = bench_ns();
    bench_must(queue_one(home, ids->id[i], &row, &fail), &fail, "queue_one");
    double took = (double)(bench_ns() - start) / 1000.0;
    if (row.mark != CMD_PENDING) {
        bench_die(ids->id[i], "does not show what was pressed");
    }
    home_idle(home);
    return took;
}

int main(int argc, char **argv)
{
    static struct ids ids;
    static double ours[N_MAX], bare[N_MAX], shown[N_MAX];
    struct home home;
    struct gw_fail fail = {0};
    if (argc != 3) {
        bench_die("use", "bench_journal HOME N");
    }
    bench_must(gw_crypto_init(), NULL, "crypto");
    const struct home_opts opts = {.dir = argv[1], .must_be_enrolled = true};
    bench_must(home_open(&opts, &home, &fail), &fail, "home");
    find_alarms(&home, &ids, strtoul(argv[2], NULL, 10));
    int fd = make_file(argv[1]);
    double first = ids.n > 0 ? append(&home, &ids, 0) : 0;
    for (size_t i = 0; i < FILL; i++) {
        (void)append(&home, &ids, i % ids.n);
        (void)look_and_rest(&home, &ids, i % ids.n);
    }
    size_t n = 0;
    for (size_t i = 1; i < ids.n; i++, n++) {
        bare[n] = overwrite(fd, i);
        ours[n] = append(&home, &ids, i);
        shown[n] = ours[n] + look_and_rest(&home, &ids, i);
    }
    double bare50 = bench_at(bare, n, 0.5), ours50 = bench_at(ours, n, 0.5);
    (void)printf("{\"n\":%zu,\"first_us\":%.1f,\"append_p50_us\":%.1f,\"append_p99_us\":%.1f,"
                 "\"bare_p50_us\":%.1f,\"bare_p99_us\":%.1f,\"shown_p50_us\":%.1f}\n",
                 n, first, ours50, bench_at(ours, n, 0.99), bare50, bench_at(bare, n, 0.99),
                 bench_at(shown, n, 0.5));
    (void)close(fd);
    home_close(&home);
    return 0;
}
