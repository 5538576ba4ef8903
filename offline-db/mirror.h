/* The mirror: what the server says, one table per type. Rules R1-R7 of protocol section 3 live
 * here; sync/ feeds it records. No user action writes it. */
#ifndef GW_OFFLINE_DB_MIRROR_H
#define GW_OFFLINE_DB_MIRROR_H

#include "api/wire.h"
#include "offline-db/home.h"

/* A bit per type that changed, so that a screen knows whether to look again. */
typedef uint32_t change_mask;

/* ---- feed pages: begin, records in order, end. One NORMAL transaction a page; a long page may
 * come as several, each ending with a whole seq group and its cursor. */
/* Applies put/out/del/scopes lines of one page. Not inside a transaction. R1: put iff seq >= local,
 * out/del iff seq > local. R3: scopes deletes uncovered rows and records snapshot jobs. */
enum gw_err mirror_page_begin(struct home *home, struct gw_fail *fail);
enum gw_err mirror_page_rec(struct home *home, const struct wire_rec *rec, struct gw_fail *fail);
/* cursor: of the `end` line, or of the last whole seq group of a truncated page (R2); NULL leaves
 * the cursor. Commits. *changed ors in what changed. */
enum gw_err mirror_page_end(struct home *home, const char *cursor, change_mask *changed,
                            struct gw_fail *fail);
void mirror_page_drop(struct home *home); /* rolls back */

/* ---- sync state */
struct mirror_state {
    char cursor[96]; /* "" = none yet */
    char epoch[64];
    char tag[GW_ID_MAX + 1];
    int64_t hello_at, caught_up_at; /* wall ms of the last hello, of the last complete `end` */
    bool complete;                  /* every scope was snapshotted once */
    int64_t incidents;              /* digest mismatches so far */
};
enum gw_err mirror_state(struct home *home, struct mirror_state *out);
enum gw_err mirror_scopes(struct home *home, struct wire_scope out[WIRE_SCOPES_MAX], size_t *n);
/* A hello: new epoch -> all scopes become jobs, local seq := 0, cursor := hello.cursor (R5); scopes
 * that went or came (R3). *epoch_changed tells the engine to re-send. */
enum gw_err mirror_hello(struct home *home, const struct wire_hello *hello, bool *epoch_changed,
                         change_mask *changed, struct gw_fail *fail);
/* 410 cursor-expired: every scope becomes a job; the journal is untouched (R5). */
enum gw_err mirror_relist(struct home *home, const char *cursor, struct gw_fail *fail);
enum gw_err mirror_caught_up(struct home *home, int64_t now, struct gw_fail *fail);

/* ---- snapshot jobs (R4), one at a time */
struct mirror_job {
    int64_t job;
    char scope[GW_PATH_MAX + 1];
    int type;                      /* -1 = all types */
    char after[2 * GW_ID_MAX + 2]; /* "" = from the start */
    char first_cursor[96];         /* "" before the first page */
};
enum gw_err mirror_next_job(struct home *home, struct mirror_job *out); /* GW_ABSENT = none */
/* One page in one transaction: page_begin, page_rec for puts (marks them seen), then this. On the
 * last page sweeps what was not seen and has seq <= first cursor; cursor := min. A page of another
 * epoch restarts the job (GW_AGAIN). */
enum gw_err mirror_job_page_end(struct home *home, const struct mirror_job *job,
                                const char *page_cursor, const char *after, bool last,
                                change_mask *changed, struct gw_fail *fail);
/* Instead of it, for a page that goes in by parts: commits the puts since page_begin, a page of its
 * own whose `after` is not known. Whoever reads sees fewer rows, as between two pages. The next
 * page_begin goes on; if it never comes the page is asked again as a whole. Its cursor is kept from
 * the first part on: what was seen then must not be swept by a later one. GW_AGAIN as above. */
enum gw_err mirror_job_part_end(struct home *home, const struct mirror_job *job,
                                const char *page_cursor, change_mask *changed,
                                struct gw_fail *fail);
/* After the part that ends the last page, instead of mirror_job_page_end: the sweep and the end of
 * the job by parts of some thousand rows, each its own transaction. Begins and ends them itself;
 * zeroed sweep before the first call, until *done. If it never comes to that the last page is asked
 * again. GW_AGAIN as above. */
struct mirror_sweep {
    size_t type;
    char id[GW_ID_MAX + 1]; /* up to this one it is done */
};
enum gw_err mirror_job_sweep(struct home *home, const struct mirror_job *job,
                             const char *page_cursor, struct mirror_sweep *sweep, bool *done,
                             change_mask *changed, struct gw_fail *fail);
enum gw_err mirror_job_cancel(struct home *home, int64_t job, struct gw_fail *fail);

/* For whoever puts in pages by the thousand: a checkpoint when the log has grown by a megabyte
 * since the last one; late: by two. True when there was one (some milliseconds: enough for one
 * step). Best while the next page is on its way. */
bool mirror_fold_due(struct home *home);
bool mirror_fold(struct home *home, bool late);

/* ---- digest (R6): GW_OK equal; GW_REFUSED: a job for that scope was recorded, incident counted.
 */
enum gw_err mirror_digest(struct home *home, const struct wire_digest *digest, size_t n,
                          struct gw_fail *fail);
/* The same by parts of some thousand rows, a millisecond or two each; half a million rows in one go
 * hold everything up for as many microseconds. Zeroed before the first call; the same digest each
 * time. *done: what is returned is what mirror_digest() would say. Meanwhile the mirror may be
 * written to: what differs then is summed once more in one go. */
enum { MIRROR_DIGESTS_MAX = 2048 }; /* scopes times types; those behind are not compared */
struct mirror_check {
    size_t at;              /* digest under way */
    char id[GW_ID_MAX + 1]; /* row of it that was looked at last */
    int64_t count, writes;
    uint64_t sum;
    bool begun, differs;
    uint64_t bad[MIRROR_DIGESTS_MAX / 64]; /* which differ; acted on when all were compared */
};
enum gw_err mirror_digest_part(struct home *home, const struct wire_digest *digest, size_t n,
                               struct mirror_check *check, bool *done, struct gw_fail *fail);

/* Rows per type. */
enum gw_err mirror_counts(struct home *home, int64_t counts[TYPE_N]);

/* The whole row as the JSON document of --json: id, path, seq merged with the row's members.
 * GW_ABSENT when it is not in the mirror. */
enum gw_err mirror_row_json(struct home *home, enum gw_type type, const char *id,
                            struct gw_buf *out);

/* Clock offset measured against Gridward-Time; INT64_MIN when unknown. */
enum gw_err mirror_clock_set(struct home *home, int64_t off_ms, int64_t unc_ms);
void mirror_clock(struct home *home, int64_t *off_ms, int64_t *unc_ms);

#endif
