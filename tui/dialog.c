#include "tui/dialog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/alarm.h"
#include "offline-db/draft.h"

bool dialog_row(struct tui *tui, const struct view *view, struct queue_row *out)
{
    struct gw_fail fail = {0};
    int64_t at = queue_find(tui->queue, view->alarm);
    if (at >= 0) {
        *out = *queue_at(tui->queue, (size_t)at);
        return true;
    }
    if (queue_one(tui->home, view->alarm, out, &fail) == GW_OK) {
        return true;
    }
    tui_say(tui,
            fail.text[0] != '\0' ? fail.text : _("This alarm is not on this computer any more."),
            true);
    return false;
}

int dialog_line(struct tui *tui, int row, enum paint paint, const char *text)
{
    if (row < tui->body_end) {
        screen_line(tui->scr, row, paint, text);
    }
    return row + 1;
}

/* The card below has the full name and address while the alarm is open. */
int dialog_head(struct tui *tui, const struct view *view, const char *what)
{
    struct queue_row row;
    char text[700], name[512] = "";
    if (!view_card_name(tui, view->alarm, name, sizeof(name)) && dialog_row(tui, view, &row)) {
        word_alarm(&row, name, sizeof(name));
    }
    (void)snprintf(text, sizeof(text), _("%s: %s"), what, name);
    screen_row(tui->scr, tui->body_top);
    screen_put(tui->scr, P_BOLD, text);
    (void)screen_row_end(tui->scr, P_TEXT);
    (void)dialog_line(tui, tui->body_top + 1, P_TEXT, "");
    screen_cursor(tui->scr, tui->body_top, 0, false);
    return tui->body_top + 2;
}

int dialog_list(struct tui *tui, const struct pick *pick, int row, int chosen,
                const char *(*label)(void *ctx, size_t i), void *ctx)
{
    for (size_t i = 0; i < pick_rows(pick) && row < tui->body_end; i++) {
        pick_draw(tui->scr, pick, row++, i, label(ctx, pick->page + i),
                  chosen == (int)(pick->page + i));
    }
    if (pick_more(pick) && row < tui->body_end) {
        screen_row(tui->scr, row++);
        screen_put(tui->scr, P_TEXT, "  ");
        screen_put(tui->scr, P_KEY, " 9 ");
        screen_put(tui->scr, P_TEXT, " ");
        screen_put(tui->scr, P_TEXT, _("more..."));
        (void)screen_row_end(tui->scr, P_TEXT);
    }
    return row;
}

void dialog_end(struct tui *tui, int row)
{
    while (row < tui->body_end) {
        screen_line(tui->scr, row++, P_TEXT, "");
    }
}

void dialog_draft_load(struct tui *tui, const char *kind, const char *alarm,
                       struct text_field *field, size_t max_bytes)
{
    struct gw_buf text;
    gw_buf_init(&text, 64 * 1024);
    bool found = draft_load(tui->home, kind, alarm, &text) == GW_OK;
    text_field_init(field, max_bytes, found ? gw_buf_str(&text) : "");
    if (found && field->len > 0) {
        tui_say(tui, _("Your draft is back."), false);
    }
    gw_buf_free(&text);
}

void dialog_draft_keep(struct tui *tui, const char *kind, const char *alarm, const char *text)
{
    struct gw_fail fail = {0};
    if (draft_save(tui->home, kind, alarm, text, &fail) != GW_OK) {
        tui_say(tui, fail.text, true);
    }
}

enum gw_err dialog_open(struct tui *tui, struct view *view, size_t state_size,
                        struct queue_row *row, struct gw_fail *fail)
{
    if (!dialog_row(tui, view, row)) {
        return gw_fail_set(fail, GW_ABSENT, _("This alarm is not on this computer any more."));
    }
    view->state = calloc(1, state_size);
    return view->state != NULL ? GW_OK
                               : gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
}

size_t dialog_people(struct tui *tui, const char *path, int above_level, struct card_person *out,
                     size_t cap)
{
    size_t n = 0;
    size_t kept = 0;
    (void)card_people(tui->home, path, above_level, out, cap, &n); /* none: the form says so */
    for (size_t i = 0; i < n; i++) {
        if (strcmp(out[i].id, tui_me(tui)) != 0) {
            out[kept++] = out[i];
        }
    }
    return kept;
}
