/* Procedures as --json prints them. */
#include <string.h>

#include "cli/cli_process_p.h"

void process_day_json(struct jw *w, const char *key, gw_day day)
{
    char text[DAY_TEXT + 1];
    day_print(day, text);
    jw_str(w, key, text[0] ? text : NULL);
}

void process_row_json(const struct process_row *row, struct jw *w)
{
    jw_obj(w, NULL);
    jw_str(w, "id", row->id);
    jw_str(w, "template", row->template_id);
    jw_str(w, "kind", row->kind);
    jw_str(w, "mode", row->mode);
    jw_str(w, "title", row->title);
    jw_str(w, "division", row->division);
    jw_str(w, "term", row->term);
    process_day_json(w, "polling_day", row->polling_day);
    jw_str(w, "state", row->state);
    jw_int(w, "steps", row->steps);
    jw_bool(w, "unsent", row->unsent);
    jw_obj_end(w);
}

void process_finding_json(const struct procedure *p, const struct finding *f, struct jw *w)
{
    char text[1024];
    (void)finding_print(p, f, text, sizeof text);
    jw_obj(w, NULL);
    jw_str(w, "kind", finding_name(f->kind));
    jw_str(w, "step", f->slot ? f->slot->step : f->spec ? f->spec->id : NULL);
    jw_str(w, "subject", f->slot && f->slot->subject[0] ? f->slot->subject : NULL);
    jw_str(w, "rule", f->rule && f->rule[0] ? f->rule : NULL);
    jw_str(w, "law", f->cite.law);
    jw_str(w, "article", f->cite.article);
    process_day_json(w, "day", f->day);
    jw_bool(w, "rest_unknown", f->rest_unknown);
    jw_int(w, "have", f->have);
    jw_int(w, "want", f->want);
    jw_str(w, "remedy", f->remedy ? words_in(f->remedy) : NULL);
    jw_str(w, "text", text);
    jw_obj_end(w);
}

static void value_json(struct jw *w, const struct proc_value *value)
{
    if (value->erased) {
        jw_null(w, value->key);
    } else if (value->text) {
        jw_str(w, value->key, value->text);
    } else {
        jw_int(w, value->key, value->num);
    }
}

/* What is in force, corrections merged. */
static void values_json(const struct process_case *c, const struct slot *slot, struct jw *w)
{
    const struct step_spec *s = slot->spec;
    jw_obj(w, "values");
    for (size_t i = 0; s && i < s->fields_n + s->counts_n; i++) {
        const char *key = i < s->fields_n ? s->fields[i].key : s->counts[i - s->fields_n].key;
        const struct proc_value *value = procedure_value(c->state, slot->step, slot->subject, key);
        if (value) {
            value_json(w, value);
        }
    }
    for (size_t i = 0; !s && slot->record && i < slot->record->values_n; i++) {
        value_json(w, &slot->record->values[i]);
    }
    jw_obj_end(w);
}

static void hashes_json(struct jw *w, const char *key, const struct ev_step *const *steps, size_t n)
{
    jw_arr(w, key);
    for (size_t i = 0; i < n; i++) {
        jw_str(w, NULL, steps[i]->hash);
    }
    jw_arr_end(w);
}

static void ms_json(struct jw *w, const char *key, int64_t ms)
{
    if (ms > 0) {
        jw_int(w, key, ms);
    } else {
        jw_null(w, key);
    }
}

void process_slot_json(const struct process_case *c, const struct slot *slot, struct jw *w)
{
    static const char *const names[] = {
        [SLOT_OPEN] = "open",     [SLOT_DONE] = "done",   [SLOT_CONTESTED] = "contested",
        [SLOT_SECOND] = "second", [SLOT_PAPER] = "paper",
    };
    const struct ev_step *record = slot->record;
    jw_obj(w, NULL);
    jw_str(w, "step", slot->step);
    jw_str(w, "name", slot->spec ? words_in(&slot->spec->name) : NULL);
    jw_str(w, "subject", slot->subject[0] ? slot->subject : NULL);
    jw_str(w, "state", names[slot->state]);
    jw_str(w, "hash", record ? record->hash : NULL);
    jw_str(w, "user", record ? record->user : NULL);
    jw_str(w, "dev", record ? record->dev : NULL);
    ms_json(w, "happened_at", slot->happened_at);
    ms_json(w, "recorded_at", slot->recorded_at);
    values_json(c, slot, w);
    hashes_json(w, "rivals", slot->rivals, slot->rivals_n);
    hashes_json(w, "corrections", slot->corrections, slot->corrections_n);
    jw_int(w, "repeats", (int64_t)slot->repeats);
    jw_obj_end(w);
}

/* ---- checkpoints: records without a slot, which another person signs by their hash */

bool process_cosigned_by_another(const struct ev_step *record, const struct ev_step *cosign)
{
    return cosign->kind == PROC_COSIGN && cosign->status != STEP_QUARANTINED &&
           strcmp(cosign->target, record->hash) == 0 && cosign->user && record->user &&
           strcmp(cosign->user, record->user) != 0;
}

static void checkpoint_json(const struct process_case *c, const struct ev_step *step, struct jw *w)
{
    jw_obj(w, NULL);
    jw_str(w, "hash", step->hash);
    jw_str(w, "user", step->user);
    jw_str(w, "dev", step->dev);
    ms_json(w, "recorded_at", ev_recorded_at(step));
    jw_int(w, "count", step->count);
    jw_str(w, "digest", step->digest);
    jw_arr(w, "cosigned_by");
    for (size_t i = 0; i < ev_count(c->set); i++) {
        if (process_cosigned_by_another(step, ev_at(c->set, i))) {
            jw_str(w, NULL, ev_at(c->set, i)->user);
        }
    }
    jw_arr_end(w);
    jw_obj_end(w);
}

void process_checkpoints_json(const struct process_case *c, struct jw *w)
{
    jw_arr(w, "checkpoints");
    for (size_t i = 0; i < ev_count(c->set); i++) {
        if (ev_at(c->set, i)->kind == PROC_CHECKPOINT) {
            checkpoint_json(c, ev_at(c->set, i), w);
        }
    }
    jw_arr_end(w);
}
