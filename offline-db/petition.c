/* The petition pack: who may, what goes in, the files and their index. */
#include "offline-db/petition.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "offline-db/petition_p.h"
#include "offline-db/practice.h"

enum { NAME_BYTES = 300, INDEX_MAX = 256 * 1024 };

/* ---- who may */

static enum gw_err may(struct home *home, const struct petition_in *in, struct gw_fail *fail)
{
    if (!in->internal) {
        return GW_OK;
    }
    if (home->id.role != ROLE_AUDITOR) {
        return gw_fail_set(
            fail, GW_DENIED,
            _("The internal file is made by the auditor only. Without --internal you "
              "get the answer that may leave."));
    }
    if (!in->reason || strspn(in->reason, " \t") == strlen(in->reason)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The internal file needs a reason; it is recorded."));
    }
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "petition", fail);
    return err ? err
               : odb_end(home,
                         access_add(home, "petition", in->process, "internal", in->reason, fail),
                         fail);
}

static enum gw_err make_folder(const char *path, struct gw_fail *fail)
{
    bool empty = true;
    enum gw_err err = gw_dir_make(path, fail);
    DIR *dir = err ? NULL : opendir(path);
    for (struct dirent *e; dir && empty && (e = readdir(dir)) != NULL;) {
        empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    }
    if (dir) {
        (void)closedir(dir); /* only read from */
    }
    return err || empty ? err
                        : gw_fail_set(fail, GW_REFUSED,
                                      _("The folder holds something already. Give a new one."));
}

/* ---- files */

enum gw_err pack_file(struct pack *p, const char *name, const char *text, size_t len)
{
    char path[4096], hash[GW_HASH_HEX + 1];
    enum gw_err err = gw_path_join(path, sizeof path, p->in->dir, name);
    err = err ? err : gw_file_write(path, text, len, p->fail);
    gw_sha256_hex2(text, len, NULL, 0, hash);
    p->out->files += err == GW_OK;
    return err ? err : gw_buf_addf(&p->index, "%s  %s\n", hash, name);
}

static enum gw_err page_file(struct pack *p, const char *name,
                             enum gw_err (*page)(struct pack *, struct gw_buf *))
{
    struct gw_buf text;
    gw_buf_init(&text, PETITION_BYTES_MAX);
    enum gw_err err = page(p, &text);
    err = err ? err : pack_file(p, name, gw_buf_str(&text), text.len);
    gw_buf_free(&text);
    return err;
}

static enum gw_err notice_files(struct pack *p, const struct notice *notice)
{
    char name[NAME_BYTES];
    struct gw_buf page;
    const struct paper_in in = paper_of(p->in->process, &p->c, p->notices, notice, NULL);
    gw_buf_init(&page, PAPER_BYTES_MAX);
    enum gw_err err = paper_text(&in, &page, NULL);
    (void)snprintf(name, sizeof name, "01-%s.txt", notice->id);
    err = err ? err : pack_file(p, name, gw_buf_str(&page), page.len);
    gw_buf_reset(&page);
    err = err ? err : paper_html(&in, &page, NULL);
    (void)snprintf(name, sizeof name, "01-%s.html", notice->id);
    err = err ? err : pack_file(p, name, gw_buf_str(&page), page.len);
    gw_buf_free(&page);
    return err;
}

static enum gw_err notices(struct pack *p)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; p->notices && i < p->notices->n && !err; i++) {
        if (posted_fits(p, &p->notices->items[i])) {
            p->out->notices += p->notices->items[i].published;
            err = notice_files(p, &p->notices->items[i]);
        }
    }
    return err;
}

/* ---- the evidence and its verification */

static bool holds_id_number(const struct pack *p)
{
    for (size_t i = 0; i < ev_count(p->c.set); i++) {
        const struct ev_step *step = ev_at(p->c.set, i);
        if (posted_id_number(step, posted_keep((void *)p, step))) {
            return true;
        }
    }
    return false;
}

static enum gw_err evidence(struct pack *p)
{
    struct gw_buf file;
    const struct process_pick pick = {p, posted_keep, p->in->internal};
    gw_buf_init(&file, PETITION_FILE_MAX);
    enum gw_err err = process_export_picked(p->home, p->in->process, &pick, &file, p->fail);
    const struct ev_verify_in in = {
        .text = gw_buf_str(&file),
        .len = file.len,
        .server_sign_key = p->home->id.server_sign_key[0] ? p->home->id.server_sign_key : NULL,
        .today = day_of_ms(p->home->clock->wall_ms(p->home->clock->ctx))};
    err = err ? err : evidence_verify(&in, &p->report, p->fail);
    p->out->genuine = p->report.genuine;
    for (size_t i = 0; i < ev_count(p->c.set); i++) {
        p->out->withheld += posted_withheld(p, ev_at(p->c.set, i));
    }
    p->out->evidence = !holds_id_number(p);
    if (!err && p->out->evidence) {
        err = pack_file(p, "05-记录.gwe", gw_buf_str(&file), file.len);
    }
    gw_buf_free(&file);
    return err;
}

/* Written last, for it tells of all others. */
static enum gw_err front(struct pack *p)
{
    struct gw_buf text, page;
    gw_buf_init(&text, PETITION_BYTES_MAX);
    gw_buf_init(&page, PETITION_BYTES_MAX);
    enum gw_err err = front_page(p, &text);
    const struct paper_frame frame = {.process = p->in->process,
                                      .digest = p->digest,
                                      .head = "",
                                      .size = "A4",
                                      .small = true,
                                      .lang = gw_i18n_lang()};
    err = err ? err : paper_page(&frame, gw_buf_str(&text), &page);
    err = err ? err : pack_file(p, "00-首页.html", gw_buf_str(&page), page.len);
    err = err ? err : gw_buf_addf(&text, _("\n────────────────\nDigest code: %s\n"), p->out->code);
    err = err ? err : pack_file(p, "00-首页.txt", gw_buf_str(&text), text.len);
    gw_buf_free(&page);
    gw_buf_free(&text);
    return err;
}

static enum gw_err write_all(struct pack *p)
{
    enum gw_err err = posted_collect(p);
    err = err ? err : notices(p);
    err = err ? err : page_file(p, "02-数字.txt", counts_page);
    err = err ? err : page_file(p, "03-日期.txt", rules_page);
    err = err ? err : evidence(p);
    err = err ? err : page_file(p, "04-核验.txt", verify_page);
    err = err || !p->in->internal ? err : page_file(p, "06-全部记录.txt", records_page);
    err = err ? err : front(p);
    char path[4096];
    err = err ? err : gw_path_join(path, sizeof path, p->in->dir, "99-目录.txt");
    return err ? err : gw_file_write(path, gw_buf_str(&p->index), p->index.len, p->fail);
}

enum gw_err petition_write(struct home *home, const struct petition_in *in,
                           struct petition_out *out, struct gw_fail *fail)
{
    struct pack p = {.home = home, .in = in, .out = out, .fail = fail};
    *out = (struct petition_out){.files = 0};
    gw_day today = day_of_ms(home->clock->wall_ms(home->clock->ctx));
    enum gw_err err = practice_refuse(home, fail);
    err = err ? err : process_load(home, in->process, today, &p.c, fail);
    if (err) {
        return err;
    }
    gw_buf_init(&p.index, INDEX_MAX);
    ev_digest(p.c.set, in->process, p.digest);
    ev_code(p.digest, out->code);
    err = may(home, in, fail);
    err = err ? err : make_folder(in->dir, fail);
    err = err ? err : paper_notices(p.c.rules, &p.notices, fail);
    err = err == GW_ABSENT ? GW_OK : err;
    err = err ? err : write_all(&p);
    notice_set_free(p.notices);
    gw_buf_free(&p.index);
    free(p.printed);
    process_unload(&p.c);
    return err;
}
