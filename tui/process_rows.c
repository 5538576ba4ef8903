/* Words, colours and rows that the screens of procedures share. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "tui/view_process.h"

gw_day tui_today(const struct tui *tui)
{
    return day_of_ms(tui_now(tui));
}

enum paint paint_finding(enum finding_kind kind)
{
    switch (kind) {
    case FIND_BREACH:
    case FIND_CONTESTED:
        return P_CRITICAL;
    case FIND_LATE:
        return P_MAJOR;
    case FIND_DUE:
    case FIND_MISSING:
        return P_WARN;
    default:
        return P_TEXT;
    }
}

const char *finding_rest(const struct procedure *p, const struct finding *f, char *buf, size_t size)
{
    const char *word = finding_word(f->kind);
    size_t len = strlen(word);
    (void)finding_print(p, f, buf, size);
    if (strncmp(buf, word, len) != 0) {
        return buf;
    }
    const char *rest = buf + len;
    rest += strncmp(rest, "：", strlen("：")) == 0 ? strlen("：") : strspn(rest, ": ");
    return rest;
}

const char *cite_for(const char *cite, int cells)
{
    if (gw_text_cells(cite, strlen(cite)) <= cells) {
        return cite;
    }
    const char *article = strstr(cite, "》");
    if (article != NULL) {
        return article + strlen("》");
    }
    article = strstr(cite, ", ");
    return article != NULL ? article + 2 : cite;
}

/* ---- rows */

static bool is_broken(const struct process_case *c, const struct slot *slot)
{
    for (size_t i = 0; slot->record != NULL && i < procedure_findings(c->state); i++) {
        const struct finding *f = procedure_finding(c->state, i);
        if (f->kind == FIND_BREACH && f->slot == slot) {
            return true;
        }
    }
    return false;
}

/* The name gives way to what stands behind it: whose step it is, what is wrong with it. */
static void put_step_name(struct tui *t, const struct process_case *c, const struct slot *slot)
{
    char subject[300] = "", broken[80] = "", corrected[80] = "";
    const char *name = slot->spec != NULL ? words_in(&slot->spec->name) : slot->step;
    if (slot->subject[0] != '\0') {
        (void)snprintf(subject, sizeof(subject), " · %s", slot->subject);
    }
    if (is_broken(c, slot)) {
        (void)snprintf(broken, sizeof(broken), " · %s", finding_word(FIND_BREACH));
    }
    if (slot->corrections_n > 0) {
        (void)snprintf(corrected, sizeof(corrected), _(" · corrected %zu times"),
                       slot->corrections_n);
    }
    int room = screen_cols(t->scr) - screen_at(t->scr) - gw_text_cells(subject, strlen(subject)) -
               gw_text_cells(broken, strlen(broken)) - gw_text_cells(corrected, strlen(corrected));
    if (room >= 12 && gw_text_cells(name, strlen(name)) > room) {
        screen_field(t->scr, P_TEXT, name, room);
    } else {
        screen_put(t->scr, P_TEXT, name);
    }
    screen_put(t->scr, P_BOLD, subject);
    screen_put(t->scr, P_CRITICAL, broken);
    screen_rest(t->scr, P_WARN, corrected);
}

void process_put_step(struct tui *tui, const struct process_case *c, size_t i)
{
    static const char *const words[] = {
        [SLOT_OPEN] = N_("not yet"),          [SLOT_DONE] = N_("done"),
        [SLOT_CONTESTED] = N_("contested"),   [SLOT_SECOND] = N_("second person missing"),
        [SLOT_PAPER] = N_("signed on paper"),
    };
    static const enum paint paints[] = {[SLOT_OPEN] = P_DIM,
                                        [SLOT_DONE] = P_GOOD,
                                        [SLOT_CONTESTED] = P_CRITICAL,
                                        [SLOT_SECOND] = P_WARN,
                                        [SLOT_PAPER] = P_WARN};
    const struct slot *slot = procedure_slot(c->state, i);
    char day[DAY_TEXT + 1];
    day_print(slot->happened, day);
    screen_field(tui->scr, P_TEXT, slot->step, 7);
    screen_field(tui->scr, paints[slot->state], _(words[slot->state]), 15);
    screen_field(tui->scr, P_TEXT, day, 11);
    put_step_name(tui, c, slot);
}

void process_put_calendar(struct tui *tui, const struct process_case *c, size_t i)
{
    const struct cal_line *line = procedure_cal(c->state, i);
    char latest[DAY_TEXT + 1], day[DAY_TEXT + 1], cite[96] = "";
    day_print(line->latest, latest);
    day_print(line->done ? line->happened : line->plan, day);
    if (line->latest_rule != NULL) {
        struct citation law = time_rule_cite(c->rules, line->latest_rule);
        (void)citation_print(c->rules, &law, cite, sizeof(cite));
    }
    screen_field(tui->scr, line->done ? P_GOOD : P_TEXT, day, 11);
    screen_field(tui->scr, P_GOOD, line->done ? _("done") : "", 7);
    enum paint paint = line->applies ? P_TEXT : P_DIM;
    if (latest[0] == '\0' && cite[0] == '\0') { /* nothing stands behind it */
        screen_rest(tui->scr, paint, words_in(&line->spec->name));
    } else {
        screen_field(tui->scr, paint, words_in(&line->spec->name),
                     screen_cols(tui->scr) >= 120 ? 54 : 32);
    }
    if (latest[0] != '\0') {
        screen_putf(tui->scr, P_BOLD, _(" latest %s"), latest);
    }
    screen_put(tui->scr, P_DIM, " ");
    screen_rest(tui->scr, P_DIM, cite_for(cite, screen_cols(tui->scr) - screen_at(tui->scr)));
    screen_put(tui->scr, P_DIM, line->rest_unknown ? _(" (rest days not published yet)") : "");
}

void process_put_record(struct tui *tui, const struct process_case *c, size_t i)
{
    const struct ev_step *step = ev_at(c->set, i);
    struct contest what;
    char at[17], name[120];
    gw_time_local(ev_recorded_at(step), at);
    screen_putf(tui->scr, P_DIM, "%.8s ", step->hash);
    screen_field(tui->scr, P_TEXT, at, 17);
    screen_field(tui->scr, P_BOLD, _(cmd_spec_of(process_command_of(step->kind))->word), 15);
    screen_field(tui->scr, P_TEXT, step->kind == PROC_STEP ? step->step : "", 7);
    contest_name(c, step, name, sizeof(name));
    screen_field(tui->scr, P_TEXT, name, 14);
    if (contest_of(c, step, &what)) {
        screen_put(tui->scr, P_CRITICAL, _("contested"));
        return;
    }
    screen_put(tui->scr, step->seq >= 0 ? P_GOOD : P_WARN,
               step->status == STEP_QUARANTINED ? _("quarantined, does not count")
               : step->seq >= 0                 ? _("with receipt")
                                                : _("not delivered yet"));
}
