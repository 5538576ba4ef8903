/* One procedure for other laptops: lines as they were signed, and all that is needed to judge them.
 */
#include <string.h>

#include "offline-db/bundle_p.h"
#include "offline-db/foreign_p.h"
#include "offline-db/practice.h"

/* ---- whom it can be sealed to */

static bool wanted(const struct home *home, const struct ev_signer *s)
{
    return strcmp(s->dev, home->id.device) != 0 && s->revoked_at == 0;
}

static void fill_peer(const struct ev_signer *s, struct bundle_peer *out)
{
    ODB_COPY(out->device, s->dev);
    ODB_COPY(out->user, s->user);
    ODB_COPY(out->name, s->name);
}

static gw_day today(const struct home *home)
{
    return day_of_ms(home->clock->wall_ms(home->clock->ctx));
}

enum gw_err process_bundle_peers(struct home *home, const char *id, struct bundle_peer *out,
                                 size_t cap, size_t *n, struct gw_fail *fail)
{
    struct process_case c;
    enum gw_err err = practice_refuse(home, fail);
    err = err ? err : process_load(home, id, today(home), &c, fail);
    *n = 0;
    if (err) {
        return err;
    }
    for (size_t i = 0; i < c.signers_n && *n < cap; i++) {
        if (wanted(home, &c.signers[i])) {
            fill_peer(&c.signers[i], &out[(*n)++]);
        }
    }
    process_unload(&c);
    return GW_OK;
}

/* ---- lines around the steps */

struct packing {
    struct home *home;
    struct bundle_out out;
    struct gw_buf line;
    struct gw_fail *fail;
};

static enum gw_err put(struct packing *p, enum gw_err err)
{
    return err ? err : bundle_add(&p->out, gw_buf_str(&p->line), p->line.len, p->fail);
}

static enum gw_err add_rules(struct packing *p, const struct process_case *c)
{
    struct jw w;
    gw_buf_reset(&p->line);
    jw_begin(&w, &p->line);
    jw_obj(&w, NULL);
    jw_str(&w, "rules", gw_buf_str(&c->rules_text));
    jw_obj_end(&w);
    return put(p, jw_end(&w));
}

static enum gw_err add_signer(struct packing *p, const struct ev_signer *s)
{
    struct jw w;
    gw_buf_reset(&p->line);
    jw_begin(&w, &p->line);
    jw_obj(&w, NULL);
    jw_obj(&w, "signer");
    jw_str(&w, "device", s->dev);
    jw_str(&w, "user", s->user);
    jw_str(&w, "name", s->name);
    jw_str(&w, "role", s->role);
    jw_str(&w, "sign_key", s->sign_key);
    jw_int(&w, "valid_from", s->valid_from);
    if (s->revoked_at != 0) {
        jw_int(&w, "revoked_at", s->revoked_at);
        jw_int(&w, "revoked_seq", s->revoked_seq);
    }
    jw_str(&w, "server_sig", s->server_sig);
    jw_obj_end(&w);
    jw_obj_end(&w);
    return put(p, jw_end(&w));
}

static enum gw_err add_rule(struct packing *p, const char *row)
{
    struct jw w;
    gw_buf_reset(&p->line);
    jw_begin(&w, &p->line);
    jw_obj(&w, NULL);
    jw_raw(&w, "rule", row, strlen(row));
    jw_obj_end(&w);
    return put(p, jw_end(&w));
}

static enum gw_err add_case(struct packing *p, struct process_case *c, struct bundle_report *report)
{
    struct ev_export_line *lines = NULL;
    const char **rows = NULL;
    size_t rows_n = 0;
    enum gw_err err = process_lines_in_order(c, &lines, p->fail);
    err = err ? err : process_rule_rows(p->home, c, &rows, &rows_n, p->fail);
    err = err ? err : add_rules(p, c);
    for (size_t i = 0; i < c->signers_n && !err; i++) {
        err = add_signer(p, &c->signers[i]);
    }
    for (size_t i = 0; i < rows_n && !err; i++) {
        err = add_rule(p, rows[i]);
    }
    for (size_t i = 0; i < ev_count(c->set) && !err; i++) {
        err = bundle_add(&p->out, lines[i].line, strlen(lines[i].line), p->fail);
    }
    report->lines = (int64_t)ev_count(c->set);
    report->signers = (int64_t)c->signers_n;
    report->rules = (int64_t)rows_n;
    return err;
}

/* ---- receivers */

static enum gw_err one_box(struct home *home, const char *dev, uint8_t box[GW_KEY_BYTES],
                           struct gw_fail *fail)
{
    uint8_t key[GW_KEY_BYTES];
    int64_t revoked_at = 0;
    enum gw_err err = id_ok(dev) ? foreign_key(home, dev, key, &revoked_at) : GW_ABSENT;
    if (err == GW_ABSENT || (!err && !gw_box_public_of(key, box))) {
        return gw_fail_set(fail, GW_DENIED,
                           _("No device %.64s is known here as a signer, so nothing can be sealed "
                             "for it. It is known once one of its records of a procedure has come "
                             "here from the server."),
                           dev);
    }
    if (!err && revoked_at != 0) {
        return gw_fail_set(fail, GW_DENIED,
                           _("The device %.64s is closed: nothing is sealed for it."), dev);
    }
    return err;
}

static enum gw_err fill_head(struct home *home, const char *id, const char *const *devices,
                             size_t n, struct bundle_head *head, struct gw_fail *fail)
{
    *head =
        (struct bundle_head){.kind = BUNDLE_TO_PEER, .at = home->clock->wall_ms(home->clock->ctx)};
    if (n == 0 || n > BUNDLE_TO_MAX) {
        return gw_fail_set(fail, GW_INVALID,
                           _("A bundle needs one to %d receivers, each named once."),
                           BUNDLE_TO_MAX);
    }
    ODB_COPY(head->from, home->id.device);
    ODB_COPY(head->process, id);
    for (head->to_n = 0; head->to_n < n; head->to_n++) {
        ODB_COPY(head->to[head->to_n], devices[head->to_n]);
    }
    return GW_OK;
}

enum gw_err process_bundle_out(struct home *home, const char *id, const char *const *devices,
                               size_t n, const char *attachments, struct gw_buf *file,
                               struct bundle_report *report, struct gw_fail *fail)
{
    struct process_case c;
    struct bundle_head head;
    struct packing p = {.home = home, .fail = fail};
    uint8_t boxes[BUNDLE_TO_MAX][GW_KEY_BYTES];
    *report = (struct bundle_report){.lines = 0};
    gw_buf_init(&p.out.text, BUNDLE_TEXT_MAX);
    gw_buf_init(&p.line, BUNDLE_LINE_MAX);
    enum gw_err err = practice_refuse(home, fail);
    err = err ? err : home_rejoin(home, fail);
    err = err ? err : fill_head(home, id, devices, n, &head, fail);
    for (size_t i = 0; i < n && !err; i++) {
        err = one_box(home, devices[i], boxes[i], fail);
    }
    err = err ? err : process_load(home, id, today(home), &c, fail);
    if (!err) {
        err = bundle_begin(&p.out, &head, fail);
        err = err ? err : add_case(&p, &c, report);
        err = err ? err : bundle_blobs_add(home, id, attachments, &p.out, report, fail);
        err = err ? err
                  : bundle_seal(&p.out, (const uint8_t(*)[GW_KEY_BYTES])boxes, home->id.device,
                                &home->key, file, fail);
        process_unload(&c);
    }
    ODB_COPY(report->process, id);
    ODB_COPY(report->from, home->id.device);
    bundle_out_free(&p.out);
    gw_buf_free(&p.line);
    return err;
}
