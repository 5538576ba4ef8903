/* The second person signs on this laptop: who (when there are several), his PIN, Enter. The key is
 * open only for the moment of signing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/count.h"
#include "offline-db/signer.h"
#include "tui/dialog.h"
#include "tui/pin_field.h"
#include "tui/view_process.h"

struct state {
    gw_id process;
    char hash[GW_HASH_HEX + 1]; /* "": all records of the count */
    struct signer_row who[SIGNERS_MAX + 1];
    size_t n;
    struct pick pick;
    int chosen; /* -1: not yet */
    struct pin_field pin;
};

/* ---- who may */

static bool may(const struct process_case *c, const char *hash, const char *user)
{
    if (hash[0] != '\0') {
        const struct ev_step *step = ev_find(c->set, hash);
        return step != NULL && process_may_cosign(c, step, user);
    }
    for (size_t i = 0; i < ev_count(c->set); i++) {
        const struct ev_step *step = ev_at(c->set, i);
        if (count_made(step) && process_may_cosign(c, step, user)) {
            return true;
        }
    }
    return false;
}

/* Second persons of this laptop who may sign it; then, for somebody else's record, the home's user.
 */
static size_t gather(struct tui *t, const struct process_case *c, const char *hash,
                     struct signer_row who[SIGNERS_MAX + 1])
{
    struct signer_row all[SIGNERS_MAX];
    size_t n = 0, all_n = 0;
    (void)signer_list(t->home, all, SIGNERS_MAX, &all_n); /* unreadable: as if there were none */
    for (size_t i = 0; i < all_n; i++) {
        if (may(c, hash, all[i].user)) {
            who[n++] = all[i];
        }
    }
    if (n > 0 && hash[0] != '\0' && may(c, hash, tui_me(t))) {
        who[n] = (struct signer_row){.role = t->home->id.role};
        (void)snprintf(who[n].user, sizeof(who[n].user), "%s", tui_me(t));
        (void)snprintf(who[n].name, sizeof(who[n].name), "%s", t->home->id.name);
        n++;
    }
    return n;
}

bool view_cosign_offers(struct tui *tui, const struct process_case *c, const char *hash)
{
    struct signer_row who[SIGNERS_MAX + 1];
    return gather(tui, c, hash, who) > 0;
}

void view_cosign_begin(struct tui *tui, const struct process_case *c, const char *hash)
{
    const struct record_arg arg = {c->row.id, hash};
    const struct process_entry entry = {.target = hash};
    struct gw_fail fail = {0};
    if (view_cosign_offers(tui, c, hash)) {
        (void)tui_open(tui, &view_cosign, "", &arg);
        return;
    }
    if (process_record(tui->home, c->row.id, PROC_COSIGN, &entry, NULL, &fail) != GW_OK) {
        tui_say(tui, fail.text, true);
        return;
    }
    tui_changed(tui, UINT32_MAX);
    tui_say(tui, _("Signed as second person."), false);
}

/* ---- the view */

static enum gw_err cosign_open(struct tui *t, struct view *view, const void *arg,
                               struct gw_fail *fail)
{
    const struct record_arg *in = arg;
    struct process_case c;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    (void)snprintf(s->process, sizeof(s->process), "%s", in->process);
    (void)snprintf(s->hash, sizeof(s->hash), "%s", in->hash != NULL ? in->hash : "");
    enum gw_err err = process_load(t->home, s->process, tui_today(t), &c, fail);
    if (err == GW_OK) {
        s->n = gather(t, &c, s->hash, s->who);
        process_unload(&c);
        err = s->n > 0 ? GW_OK
                       : gw_fail_set(fail, GW_ABSENT,
                                     _("Nobody else on this laptop can sign it: it waits for the "
                                       "second person."));
    }
    if (err != GW_OK) {
        free(s);
        return err;
    }
    pick_init(&s->pick, s->n);
    s->chosen = s->n == 1 ? 0 : -1;
    return GW_OK;
}

static void cosign_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)t;
    pin_field_wipe(&s->pin);
    free(s);
}

static const char *label_of(void *ctx, size_t i)
{
    const struct state *s = ctx;
    return s->who[i].name;
}

static void cosign_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    char label[200];
    (void)dirty;
    int row =
        dialog_line(t, t->body_top, P_BOLD,
                    s->hash[0] != '\0' ? _("The second person signs this record")
                                       : _("The second person signs the records of the count"));
    row = dialog_line(t, row, P_TEXT,
                      _("With an own PIN and key. Without that person it waits: Esc."));
    row = dialog_line(t, row, P_TEXT, "");
    if (s->chosen < 0) {
        row = dialog_list(t, &s->pick, row, -1, label_of, s);
        screen_cursor(t->scr, t->body_top, 0, false);
    }
    dialog_end(t, row);
    if (s->chosen >= 0) {
        (void)snprintf(label, sizeof(label), _(" PIN of %s: "), s->who[s->chosen].name);
        pin_field_draw(t->scr, &s->pin, row, label);
    }
}

/* ---- signing */

static enum gw_err sign(struct tui *t, const struct state *s, const struct home_signer *signer,
                        size_t *n, struct gw_fail *fail)
{
    struct process_case c;
    *n = 1;
    if (s->hash[0] != '\0') {
        const struct process_entry entry = {.target = s->hash};
        return process_record_as(t->home, signer, s->process, PROC_COSIGN, &entry, NULL, fail);
    }
    enum gw_err err = process_load(t->home, s->process, tui_today(t), &c, fail);
    if (err == GW_OK) {
        err = process_cosign_all(t->home, signer, &c, count_made, n, fail);
        process_unload(&c);
    }
    return err;
}

static enum gw_err sign_as_chosen(struct tui *t, struct state *s, size_t *n, struct gw_fail *fail)
{
    const char *user = s->who[s->chosen].user;
    struct home_signer signer;
    if (strcmp(user, tui_me(t)) == 0) {
        return sign(t, s, NULL, n, fail);
    }
    enum gw_err err = signer_open(t->home, user, s->pin.digits, &signer, fail);
    pin_field_wipe(&s->pin);
    if (err == GW_OK) {
        err = sign(t, s, &signer, n, fail);
        signer_wipe(&signer);
    }
    return err;
}

static void finish(struct tui *t, struct state *s)
{
    struct gw_fail fail = {0};
    char text[200];
    size_t n = 0;
    enum gw_err err = sign_as_chosen(t, s, &n, &fail);
    tui_changed(t, UINT32_MAX);
    if (err != GW_OK) {
        tui_say(t, fail.text, true);
        return;
    }
    if (n == 1) {
        (void)snprintf(text, sizeof(text), "%s", _("Signed as second person."));
    } else {
        (void)snprintf(text, sizeof(text), _("Signed as second person: %zu records."), n);
    }
    tui_back(t);
    tui_say(t, text, false);
    if (t->opts.hooks != NULL && t->opts.hooks->nudge != NULL) {
        t->opts.hooks->nudge(t->opts.hooks_ctx);
    }
}

static bool cosign_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    tui_touch(t, DIRTY_BODY | DIRTY_BARS);
    if (s->chosen < 0) {
        int i = pick_key(&s->pick, key);
        if (i >= 0) {
            s->chosen = i;
            if (strcmp(s->who[i].user, tui_me(t)) == 0) {
                finish(t, s); /* the home's own key asks no PIN */
            }
        }
        return i != PICK_NONE || key->code == GK_TEXT;
    }
    if (key->code == GK_ENTER && s->pin.len > 0) {
        finish(t, s);
        return true;
    }
    return pin_field_key(&s->pin, key) || key->code == GK_ENTER || key->code == GK_TEXT;
}

static const char *cosign_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    return s->chosen < 0 ? _("A digit says who signs · Esc: later")
                         : _("Digits and Enter: signs · Esc: later");
}

const struct view_ops view_cosign = {
    .name = N_("Second signature"),
    .scope = SC_DIALOG,
    .text = true,
    .open = cosign_open,
    .close = cosign_close,
    .key = cosign_key,
    .draw = cosign_draw,
    .hint = cosign_hint,
};
