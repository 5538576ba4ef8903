/* The readable pages: front, figures, verification, and (internal) all records. */
#include <string.h>

#include "base/text_safe.h"
#include "offline-db/petition_p.h"

enum gw_err petition_safe(struct gw_buf *out, const char *text)
{
    return notice_holds_id_number(text) ? gw_buf_adds(out, _("[ID number not shown]"))
                                        : gw_text_safe(out, text, strlen(text));
}

static const struct proc_field *field_of(const struct pack *p, const struct ev_step *about,
                                         const char *key)
{
    if (about->kind == PROC_OPEN) {
        return template_open_field(p->c.rules->template_, key);
    }
    const struct step_spec *spec =
        about->step ? template_step(p->c.rules->template_, about->step) : NULL;
    return spec ? step_field(spec, key) : NULL;
}

static const char *choice_name(const struct proc_field *field, const char *value)
{
    for (size_t i = 0; field && i < field->values_n; i++) {
        if (strcmp(field->values[i].value, value) == 0) {
            return words_in(&field->values[i].name);
        }
    }
    return value;
}

/* ---- names of people who objected */

static const struct ev_step *about_of(const struct pack *p, const struct ev_step *step)
{
    const struct ev_step *target = step->target ? ev_find(p->c.set, step->target) : NULL;
    return step->kind == PROC_CORRECT && target ? target : step;
}

/* The next name in text that is to be sealed: of an objection with this subject, or, in free text,
 * of any. NULL: none. */
static const char *sealed_in(const struct pack *p, const struct ev_step *about, bool free_text,
                             const char *text, size_t *len)
{
    const char *first = NULL;
    for (size_t i = 0; i < ev_count(p->c.set); i++) {
        const struct ev_step *step = ev_at(p->c.set, i);
        const struct ev_step *of = about_of(p, step);
        bool same = of->subject && about->subject && strcmp(of->subject, about->subject) == 0;
        for (size_t k = 0; k < step->values_n && (free_text || same); k++) {
            const struct proc_value *v = &step->values[k];
            bool name = v->text && v->text[0] && strcmp(v->key, PETITION_OBJECTOR) == 0;
            const char *at = name ? strstr(text, v->text) : NULL;
            if (at && (!first || at < first || (at == first && strlen(v->text) > *len))) {
                first = at;
                *len = strlen(v->text);
            }
        }
    }
    return first;
}

static enum gw_err add_sealed(const struct pack *p, const struct ev_step *about, bool free_text,
                              const char *text, struct gw_buf *out)
{
    struct gw_buf clean;
    size_t len = 0;
    enum gw_err err = GW_OK;
    gw_buf_init(&clean, PETITION_BYTES_MAX);
    for (const char *at; !err && (at = sealed_in(p, about, free_text, text, &len)) != NULL;
         text = at + len) {
        err = gw_buf_add(&clean, text, (size_t)(at - text));
        err = err ? err : gw_buf_adds(&clean, _("[sealed]"));
    }
    err = err ? err : gw_buf_adds(&clean, text);
    err = err ? err : petition_safe(out, gw_buf_str(&clean));
    gw_buf_free(&clean);
    return err;
}

/* ---- values */

static enum gw_err add_value(const struct pack *p, const struct ev_step *about,
                             const struct proc_value *v, struct gw_buf *out)
{
    const struct proc_field *field = field_of(p, about, v->key);
    enum gw_err err = gw_buf_addf(out, "　　%s：", field ? words_in(&field->name) : v->key);
    if (err) {
        return err;
    }
    if (v->erased) {
        err = gw_buf_adds(out, _("erased as the law asks"));
    } else if (strcmp(v->key, PETITION_OBJECTOR) == 0) {
        err = gw_buf_adds(out, _("[sealed]"));
    } else if (v->text) {
        bool free_text = !field || field->type == PROC_TEXT || field->type == PROC_DOCUMENT;
        err = add_sealed(p, about, free_text, choice_name(field, v->text), out);
    } else if (field && field->type == PROC_BOOL) {
        err = gw_buf_adds(out, v->num ? _("yes") : _("no"));
    } else {
        err = gw_buf_addf(out, "%lld", (long long)v->num);
    }
    return err ? err : gw_buf_adds(out, "\n");
}

static enum gw_err values_of(const struct pack *p, const struct step_spec *spec,
                             const struct slot *slot, const struct proc_field *fields, size_t n,
                             struct gw_buf *out)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < n && !err; i++) {
        const struct proc_value *v =
            procedure_value(p->c.state, spec->id, slot->subject, fields[i].key);
        if (v && !v->private_part && !fields[i].private_part) {
            err = add_value(p, slot->record, v, out);
        }
    }
    return err;
}

/* Who else stands for the figures, when it is not a second key. */
static enum gw_err second_line(const struct slot *slot, struct gw_buf *out)
{
    if (slot->state == SLOT_SECOND) {
        return gw_buf_addf(out, "　　%s\n", _("No second person has confirmed this."));
    }
    return slot->state == SLOT_PAPER ? gw_buf_addf(out, "　　%s\n", finding_word(FIND_PAPER))
                                     : GW_OK;
}

enum gw_err counts_page(struct pack *p, struct gw_buf *out)
{
    enum gw_err err = gw_buf_addf(out, "%s\n\n", _("Figures in force"));
    for (size_t i = 0; i < procedure_slots(p->c.state) && !err; i++) {
        const struct slot *slot = procedure_slot(p->c.state, i);
        const struct step_spec *spec = slot->spec;
        if (!slot->record || !spec) {
            continue;
        }
        err = gw_buf_addf(out, "%s %s%s", spec->id, words_in(&spec->name),
                          slot->subject[0] ? " · " : "");
        err = err ? err : petition_safe(out, slot->subject);
        err = err ? err : gw_buf_adds(out, slot->corrections_n ? _(" (corrected)\n") : "\n");
        err = err ? err : second_line(slot, out);
        err = err ? err : values_of(p, spec, slot, spec->fields, spec->fields_n, out);
        err = err ? err : values_of(p, spec, slot, spec->counts, spec->counts_n, out);
    }
    return err;
}

enum gw_err verify_page(struct pack *p, struct gw_buf *out)
{
    static const char *const words[] = {[EV_OK] = N_("in order"),
                                        [EV_NOTED] = N_("noted"),
                                        [EV_FAILED] = N_("FAILED"),
                                        [EV_SKIPPED] = N_("not judged")};
    enum gw_err err = gw_buf_addf(out, "%s\n\n", _("Verification of the evidence file"));
    for (int c = 0; c < CHECK_N && !err; c++) {
        const struct ev_outcome *o = &p->report.checks[c];
        err = gw_buf_addf(out, _("%2d %s: %s (%lld looked at) "), c + 1,
                          ev_check_name((enum ev_check)c), _(words[o->verdict]),
                          (long long)o->looked_at);
        err = err ? err : petition_safe(out, o->text);
        err = err ? err : gw_buf_adds(out, "\n");
    }
    if (!err && !p->in->internal) {
        err = gw_buf_adds(out,
                          _("\nPrivate parts that no posted notice has printed were taken out of "
                            "this copy; check 10 counts them with the erased ones.\n"));
    }
    return err ? err
               : gw_buf_addf(out, "\n%s\n",
                             p->report.genuine
                                 ? _("The record is genuine: unchanged since it was signed.")
                                 : _("The file does NOT verify."));
}

/* ---- all records, for the auditor */

static const char *kind_word(enum proc_kind kind)
{
    static const char *const words[PROC_KIND_N] = {
        [PROC_OPEN] = N_("Opening"),          [PROC_STEP] = N_("Step"),
        [PROC_CORRECT] = N_("Correction"),    [PROC_COSIGN] = N_("Second signature"),
        [PROC_CHECKPOINT] = N_("Checkpoint"), [PROC_CLOSE] = N_("Closing"),
    };
    return _(words[kind]);
}

static enum gw_err record_one(struct pack *p, const struct ev_step *step, struct gw_buf *out)
{
    char happened[17] = "-", recorded[17] = "-";
    const struct ev_step *about = about_of(p, step);
    if (step->happened_at > 0) {
        gw_time_local(step->happened_at, happened);
    }
    gw_time_local(step->wall + (step->off == INT64_MIN ? 0 : step->off), recorded);
    enum gw_err err = gw_buf_addf(out, "\n%.8s %s %s ", step->hash, kind_word(step->kind),
                                  about->step ? about->step : "");
    err = err || !about->subject ? err : petition_safe(out, about->subject);
    err = err ? err
              : gw_buf_addf(out, _("\n　　by %s, happened %s, recorded %s\n"),
                            step->user ? step->user : "", happened, recorded);
    for (size_t i = 0; i < step->values_n && !err; i++) {
        err = add_value(p, about, &step->values[i], out);
    }
    if (!err && step->reason && step->reason[0]) {
        err = gw_buf_addf(out, "　　%s：", _("Reason"));
        err = err ? err : add_sealed(p, about, true, step->reason, out);
        err = err ? err : gw_buf_adds(out, "\n");
    }
    return err;
}

enum gw_err records_page(struct pack *p, struct gw_buf *out)
{
    enum gw_err err = gw_buf_addf(out, "%s\n", _("All records"));
    for (size_t i = 0; i < ev_count(p->c.set) && !err; i++) {
        err = record_one(p, ev_at(p->c.set, i), out);
    }
    return err;
}

/* ---- the front */

enum { TOLD_MAX = 8, SENTENCE_BYTES = 1400 };

static enum gw_err broken_ones(struct pack *p, struct gw_buf *out)
{
    size_t told = 0;
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < procedure_findings(p->c.state) && !err && told < TOLD_MAX; i++) {
        const struct finding *f = procedure_finding(p->c.state, i);
        char sentence[SENTENCE_BYTES];
        if (f->kind != FIND_BREACH && f->kind != FIND_LATE && f->kind != FIND_CONTESTED) {
            continue;
        }
        told++;
        (void)finding_print(p->c.state, f, sentence, sizeof sentence);
        err = gw_buf_adds(out, "　　");
        err = err ? err : petition_safe(out, sentence);
        err = err ? err : gw_buf_adds(out, "\n");
    }
    return err;
}

static enum gw_err shown(struct pack *p, struct gw_buf *out)
{
    const struct petition_out *o = p->out;
    char day[DAY_TEXT + 1];
    day_print(p->c.row.polling_day, day);
    enum gw_err err = gw_buf_addf(out, _("What the record shows\n　　“"));
    err = err ? err : petition_safe(out, p->c.row.title);
    err = err ? err
              : gw_buf_addf(out,
                            _("”, day %s: %zu signed records and %zu posted notices.\n"
                              "　　Rules: %zu kept, %zu broken, %zu not judged yet. One by one: "
                              "03-日期.txt.\n"),
                            day, ev_count(p->c.set), o->notices, o->kept, o->broken, o->open);
    err = err ? err : broken_ones(p, out);
    return err ? err
               : gw_buf_addf(out, "　　%s\n",
                             o->genuine ? _("The evidence file verifies: unchanged since it was "
                                            "signed (04-核验.txt).")
                                        : _("The evidence file does NOT verify (04-核验.txt)."));
}

static const char *not_proved(void)
{
    return _("What it does not prove\n"
             "　　That what was written is true, or that nothing else happened. When something was "
             "written, where neither a receipt of the server nor a cosigned checkpoint says it.\n");
}

enum gw_err front_page(struct pack *p, struct gw_buf *out)
{
    const struct petition_in *in = p->in;
    enum gw_err err =
        gw_buf_addf(out, "%s\n\n%s\n　　",
                    in->internal ? _("Internal file on a petition (not to be passed on)")
                                 : _("Answer to a petition"),
                    _("What was asked"));
    err = err ? err
              : petition_safe(out, in->asked && in->asked[0] ? in->asked
                                                             : _("It was not written down here."));
    err = err ? err : gw_buf_adds(out, "\n\n");
    err = err ? err : shown(p, out);
    err = err ? err : gw_buf_addf(out, "\n%s", not_proved());
    err = err || in->internal
              ? err
              : gw_buf_adds(out, _("　　What is private and was not printed by a posted notice is "
                                   "left out.\n"));
    err = err || p->out->withheld == 0
              ? err
              : gw_buf_addf(out,
                            _("　　In 05-记录.gwe the published names of %zu records are missing: "
                              "the posted notices (01-*) print them, but the same sealed part of "
                              "the record also holds something that was never published, such as "
                              "an internal number. A sealed part goes whole or not at all: cut, it "
                              "would no longer fit its signature.\n"),
                            p->out->withheld);
    err = err || p->out->evidence
              ? err
              : gw_buf_adds(out, _("　　The evidence file is left out: a record of it holds an ID "
                                   "number.\n"));
    return err ? err
               : gw_buf_adds(out,
                             _("\nHow to check it yourself\n"
                               "　　gridward verify 05-记录.gwe; sha256sum -c 99-目录.txt. The "
                               "digest code below is that of the evidence.\n"));
}
