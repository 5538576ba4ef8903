/* What a paper is: its text, what it lacks, whether it may be final. */
#include "offline-db/paper.h"

#include <stdio.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/text_safe.h"
#include "model/idnum.h"
#include "offline-db/paper_p.h"
#include "rules/notice_load.h"

enum { HEAD_BYTES = 400 };

static bool belongs(const struct proc_template *t, const struct notice *notice)
{
    const struct step_spec *spec = template_step(t, notice->step);
    for (size_t i = 0; spec && i < spec->notices_n; i++) {
        if (strcmp(spec->notices[i], notice->id) == 0) {
            return true;
        }
    }
    return false;
}

/* The list of proxies is no paper of an election in which nobody may give one, though its step is
 * there to record those that were given. */
static enum gw_err keep_own(const struct proc_template *t, struct notice_set *set)
{
    struct notice *own = gw_arena_alloc(&set->arena, set->n + 1, sizeof *own);
    size_t n = 0;
    for (size_t i = 0; own && i < set->n; i++) {
        if (belongs(t, &set->items[i])) {
            own[n++] = set->items[i];
        }
    }
    set->items = own ? own : set->items;
    set->n = own ? n : set->n;
    return own ? GW_OK : GW_NOMEM;
}

enum gw_err paper_notices(const struct ruleset *rules, struct notice_set **out,
                          struct gw_fail *fail)
{
    const struct proc_template *t = rules->template_;
    char dir[1200];
    *out = NULL;
    enum gw_err err = process_rules_dir(dir, sizeof dir);
    if (err) {
        return gw_fail_set(fail, err, _("The path of the installed rules is too long."));
    }
    err = notice_read(dir, t->kind, rules->committee, t->mode, out, fail);
    err = err ? err : keep_own(t, *out);
    if (err && *out) {
        notice_set_free(*out);
        *out = NULL;
    }
    return err;
}

struct paper_in paper_of(const char *process, const struct process_case *c,
                         const struct notice_set *notices, const struct notice *notice,
                         const char *subject)
{
    return (struct paper_in){.process = process,
                             .rules = c->rules,
                             .procedure = c->state,
                             .steps = c->set,
                             .notices = notices,
                             .notice = notice,
                             .subject = subject,
                             .practice = c->practice,
                             .lang = gw_i18n_lang()};
}

/* ---- what is missing */

struct watching {
    const struct paper_in *in;
    struct paper_state *state;
};

/* "a、b": each name once, whole or not at all. */
static void add_lack(struct paper_state *state, const char *name)
{
    const char *at = strstr(state->lacks, name);
    size_t len = strlen(name);
    size_t have = strlen(state->lacks);
    bool there = at &&
                 (at == state->lacks || strncmp(at - strlen("、"), "、", strlen("、")) == 0) &&
                 (at[len] == '\0' || strncmp(at + len, "、", strlen("、")) == 0);
    if (len > 0 && !there && have + strlen("、") + len < sizeof state->lacks) {
        (void)snprintf(state->lacks + have, sizeof state->lacks - have, "%s%s", have ? "、" : "",
                       name);
    }
}

static void on_lack(void *ctx, const char *name)
{
    struct watching *w = ctx;
    add_lack(w->state, name);
}

static void on_printed(void *ctx, const char *step, const char *subject, const char *key)
{
    const struct watching *w = ctx;
    if (w->in->watch && w->in->watch->printed) {
        w->in->watch->printed(w->in->watch->ctx, step, subject, key);
    }
}

/* A code of the village that fails its check digit is not printed. */
static const char *legal_code(const struct procedure *p, bool *bad)
{
    const struct proc_value *value = procedure_value(p, "open", "", "credit_code");
    const char *code = value && value->text ? value->text : "";
    *bad = code[0] != '\0' && !credit_code_ok(code);
    return *bad ? "" : code;
}

/* What the paper stands on is not recorded. */
static void add_step(const struct paper_in *in, struct paper_state *state)
{
    const struct proc_template *t = in->rules->template_;
    const char *step = notice_lacks(in->notice, t, in->procedure);
    if (step != NULL && state->missing == 0) {
        state->missing++;
        add_lack(state, words_in(&template_step(t, step)->name));
    }
}

/* Of a step that the console issues: why it would not. */
static enum gw_err add_block(const struct paper_in *in, struct paper_state *state)
{
    struct gw_fail why = {0};
    const char *step = notice_step(in->notice, in->rules->template_, in->procedure);
    enum gw_err err = step != NULL ? procedure_block(in->procedure, step, &why) : GW_OK;
    if (err == GW_REFUSED) {
        (void)snprintf(state->why, sizeof state->why, "%s", why.text);
    }
    return err == GW_REFUSED ? GW_OK : err;
}

static void add_annex(const struct annex *annex, struct paper_state *state)
{
    size_t len = strlen(state->why);
    state->missing += annex->missing;
    if (annex->missing > 0) {
        add_lack(state, _("names on the list"));
    }
    if (annex->why[0] != '\0') {
        (void)snprintf(state->why + len, sizeof state->why - len, "%s%s", len > 0 ? " " : "",
                       annex->why);
    }
}

static enum gw_err render(const struct paper_in *in, struct gw_buf *text, struct paper_state *state)
{
    bool bad;
    *state = (struct paper_state){.missing = 0};
    struct watching watching = {in, state};
    const struct notice_watch watch = {&watching, on_printed, on_lack};
    const struct notice_in notice = {.set = in->notices,
                                     .notice = in->notice,
                                     .rules = in->rules,
                                     .procedure = in->procedure,
                                     .subject = in->subject,
                                     .lang = in->lang,
                                     .watch = &watch};
    enum gw_err err = notice_render(&notice, text, &state->missing);
    (void)legal_code(in->procedure, &bad);
    if (!err) {
        add_step(in, state);
    }
    if (!err && bad) {
        state->missing++;
        add_lack(state, _("credit code of the village (its check digit is wrong)"));
    }
    err = err ? err : add_block(in, state);
    if (!err && in->annex) {
        add_annex(in->annex, state);
    }
    state->draft = state->missing > 0 || state->why[0] != '\0';
    return err;
}

enum gw_err paper_check(const struct paper_in *in, struct paper_state *state)
{
    struct gw_buf text;
    gw_buf_init(&text, NOTICE_TEXT_MAX);
    enum gw_err err = render(in, &text, state);
    gw_buf_free(&text);
    return err;
}

/* "桥头村　特别法人统一社会信用代码：…"; "" when the open names no code: the text names the place.
 */
static void head_line(const struct paper_in *in, char *out, size_t size)
{
    bool bad;
    const struct proc_value *place = procedure_value(in->procedure, "open", "", "place");
    const char *code = legal_code(in->procedure, &bad);
    out[0] = '\0';
    if (code[0] != '\0') {
        (void)snprintf(out, size, _("%s · unified social credit code (special legal person): %s"),
                       place && place->text ? place->text : "", code);
    }
}

/* What a draft says about itself. */
static void draft_line(const struct paper_state *state, char *out, size_t size)
{
    int len = 0;
    out[0] = '\0';
    if (state->missing > 0) {
        len = snprintf(out, size, _("%zu values are missing: %s."), state->missing, state->lacks);
    }
    if (state->why[0] != '\0' && len >= 0 && (size_t)len < size) {
        (void)snprintf(out + len, size - (size_t)len, "%s%s", len > 0 ? " " : "", state->why);
    }
}

enum { DRAFT_BYTES = PAPER_LACKS_BYTES + GW_FAIL_TEXT + ANNEX_WHY + 200 };

static enum gw_err text_foot(const struct paper_in *in, const char *digest, struct gw_buf *out)
{
    char code[EV_CODE_LEN + 1];
    ev_code(digest, code);
    enum gw_err err = gw_buf_addf(out, _("\n────────────────\nDigest code: %s\n"), code);
    return err || !in->qr ? err : paper_qr_text(in->process, digest, out);
}

/* Everything that both forms print. */
struct made {
    char digest[GW_HASH_HEX + 1], draft[DRAFT_BYTES], head[HEAD_BYTES];
    struct gw_buf text;
};

static enum gw_err make(const struct paper_in *in, struct made *m, struct paper_state *state)
{
    gw_buf_init(&m->text, NOTICE_TEXT_MAX);
    ev_digest(in->steps, in->process, m->digest);
    enum gw_err err = render(in, &m->text, state);
    head_line(in, m->head, sizeof m->head);
    draft_line(state, m->draft, sizeof m->draft);
    return err;
}

enum gw_err paper_text(const struct paper_in *in, struct gw_buf *out, struct paper_state *state)
{
    struct made m;
    struct paper_state own;
    struct paper_state *s = state ? state : &own;
    enum gw_err err = make(in, &m, s);
    if (!err && in->practice) {
        err = gw_buf_addf(out, "[%s]\n\n", _("PRACTICE, not a real paper"));
    }
    if (!err && s->draft) {
        err = gw_buf_addf(out, _("[DRAFT, not to be posted] %s\n\n"), m.draft);
    }
    if (!err && m.head[0] != '\0') {
        err = gw_text_safe(out, m.head, strlen(m.head));
        err = err ? err : gw_buf_adds(out, "\n\n");
    }
    err = err ? err : gw_buf_add(out, gw_buf_str(&m.text), m.text.len);
    err = err || !in->annex ? err : annex_text(in->annex, out);
    err = err ? err : text_foot(in, m.digest, out);
    gw_buf_free(&m.text);
    return err;
}

enum gw_err paper_html(const struct paper_in *in, struct gw_buf *out, struct paper_state *state)
{
    struct made m;
    struct paper_state own;
    struct paper_state *s = state ? state : &own;
    enum gw_err err = make(in, &m, s);
    const struct paper_frame frame = {.process = in->process,
                                      .digest = m.digest,
                                      .head = m.head,
                                      .size = in->notice->paper,
                                      .draft = s->draft ? m.draft : NULL,
                                      .practice = in->practice,
                                      .seal = true,
                                      .annex = in->annex,
                                      .lang = in->lang};
    err = err ? err : paper_page(&frame, gw_buf_str(&m.text), out);
    gw_buf_free(&m.text);
    return err;
}
