/* What waits for a person's decision (review.h) is listed here until it can be decided at a duty
 * room's console. */
#include <stdio.h>
#include <string.h>

#include "api/json.h"
#include "base/i18n.h"
#include "dispatchd/admin.h"
#include "dispatchd/blobs.h"
#include "dispatchd/review.h"
#include "dispatchd/step_row.h"

struct listing {
    struct jw *json; /* NULL = text */
    int64_t shown;
};

static enum gw_err print_json(struct jw *w, const struct store_command *c)
{
    jw_obj(w, NULL);
    jw_str(w, "dev", c->dev);
    jw_int(w, "n", c->n);
    jw_str(w, "uid", c->uid);
    jw_str(w, "user", c->user);
    jw_str(w, "kind", c->kind);
    jw_str(w, "id", c->entity);
    jw_str(w, "result", c->result);
    jw_int(w, "at", c->at);
    jw_obj_end(w);
    return w->err;
}

/* Ids are checked when a command is stored; kind is a word of the sender's, so it is printed only
 * when it is one of ours. */
static enum gw_err take_command(void *ctx, const struct store_command *c)
{
    struct listing *listing = ctx;
    enum cmd_kind kind;
    char at[17];
    listing->shown++;
    if (listing->json != NULL) {
        return print_json(listing->json, c);
    }
    gw_time_local(c->at, at);
    printf("%s %s %lld %s %s %s %s\n", at, c->dev, (long long)c->n, c->user,
           cmd_kind_parse(c->kind, &kind) ? c->kind : "?", c->entity, c->result);
    return GW_OK;
}

static enum gw_err review_list(struct store *store, const struct admin_args *args,
                               struct gw_fail *fail)
{
    struct admin_json out;
    struct listing listing = {.shown = 0};
    if (args->json) {
        admin_json_begin(&out, true);
        listing.json = &out.w;
    }
    enum gw_err err = review_each(store, take_command, &listing, fail);
    if (args->json && err == GW_OK) {
        return admin_json_end(&out, true, fail);
    }
    if (args->json) {
        gw_buf_free(&out.text);
    } else if (err == GW_OK && listing.shown == 0) {
        puts(_("Nothing waits for a decision."));
    }
    return err;
}

/* ---- erasing a private part: the row itself tells when and why */

enum { REASON_MAX = 500 };

struct erase_job {
    char dev[GW_ID_MAX + 1];
    int64_t n;
    const char *reason;
};

static enum gw_err do_erase(struct store *store, void *ctx, struct gw_fail *fail)
{
    struct erase_job *job = ctx;
    return store_erase_private(store, job->dev, job->n, job->reason, admin_now(), fail);
}

/* ---- the files of its attachments: when the marks are on the disk, so that none comes again. A
 * second run removes what a crash left. */
struct erase_files {
    struct blobs *blobs;
    int64_t n;
    struct gw_fail *fail;
};

static enum gw_err erase_file(void *ctx, const struct store_blob *blob)
{
    struct erase_files *job = ctx;
    if (blob->erased_at == 0) {
        return GW_OK;
    }
    job->n++;
    return blobs_erase(job->blobs, blob->commit, job->fail);
}

static enum gw_err erase_blobs(struct store *store, const struct admin_args *args, int64_t *n,
                               struct gw_fail *fail)
{
    struct erase_files job = {.fail = fail};
    enum gw_err err = blobs_open(args->store, BLOB_MAX, &job.blobs, fail);
    err = err ? err : store->ops->blob_of_step(store, args->step, erase_file, &job, fail);
    blobs_close(job.blobs);
    *n = job.n;
    return err;
}

/* "<dev>.<n>", the id of the step's row. */
static enum gw_err read_step(const char *text, struct erase_job *job, struct gw_fail *fail)
{
    const char *dot = text ? strrchr(text, '.') : NULL;
    size_t len = dot ? (size_t)(dot - text) : 0;
    if (len == 0 || len > GW_ID_MAX || !id_ok(text)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("Give --step DEVICE.N, the id of the record as lists show it, and "
                             "--reason."));
    }
    memcpy(job->dev, text, len);
    job->dev[len] = '\0';
    return admin_number("--step", dot + 1, 1, (INT64_C(1) << 53) - 1, 0, &job->n, fail);
}

static enum gw_err erase(struct store *store, const struct admin_args *args, struct gw_fail *fail)
{
    struct erase_job job = {.reason = args->reason};
    enum gw_err err = read_step(args->step, &job, fail);
    if (!err && (!job.reason || *job.reason == '\0' || strlen(job.reason) > REASON_MAX)) {
        err = gw_fail_set(fail, GW_INVALID,
                          _("Say why with --reason, in at most %d bytes: it stays in the record."),
                          REASON_MAX);
    }
    err = err ? err : admin_txn(store, "erase", do_erase, &job, fail);
    int64_t blobs = 0;
    if (!err || err == GW_REFUSED) {
        struct gw_fail why = {0};
        enum gw_err files = erase_blobs(store, args, &blobs, &why);
        if (files) {
            return gw_fail_set(fail, files, "%s", why.text);
        }
    }
    if (!err && args->json) {
        return admin_json_pairs(fail, "step", args->step, "reason", job.reason, NULL);
    }
    if (!err && blobs > 0) {
        printf(_("Attachments erased with their salts: %lld.\n"), (long long)blobs);
    }
    if (!err) {
        printf(_("The private part of %s is erased. Signature and hash stay. Backups made before "
                 "still hold it.\n"),
               args->step);
    }
    return err;
}

const struct admin_verb admin_verbs_review[] = {
    {"erase", "--step DEVICE.N --reason TEXT [--json] --store STORE", "store step reason json", 0,
     true, N_("Erase the private part of a record of a procedure, when the law asks for it."),
     erase},
    {"review list", "[--json] --store STORE", "store json", 0, true,
     N_("List what waits for a person's decision: commands in review, and those without a right."),
     review_list},
};
const size_t admin_verbs_review_n = sizeof(admin_verbs_review) / sizeof(admin_verbs_review[0]);
