/* 练习: the line above every screen that says what comes next, and the day that goes on. */
#include "offline-db/practice.h"

#include <stdio.h>

#include "tui/view_process.h"

struct guide {
    const struct view_ops *ops;
    const char *text;
};
static const struct guide guides[] = {
    {&view_queue, N_("Press x: the list of elections.")},
    {&view_processes, N_("1 sets an election up (choose the village's); later Enter opens it.")},
    {&view_setup, N_("Choose by its digit; answers are examples: type the day, F7 opens it.")},
    {&view_process, N_("Enter opens a line; 9 goes to the next planned day; 5 count, 6 result.")},
    {&view_step, N_("The answers are examples: change what you like, F7 records.")},
    {&view_record, N_("2: the second person signs. 1: how an entry is corrected.")},
    {&view_count, N_("Type each figure and Enter; then the second person, who sees none.")},
    {&view_result, N_("The result and why. Esc goes back; when it is decided, S23 announces it.")},
    {&view_overview, N_("A street sees all its elections like this. Esc goes back.")},
};

void practice_guide(struct tui *tui, int row)
{
    const struct view_ops *ops = tui_view(tui)->ops;
    const char *text = N_("Esc goes back to the election.");
    for (size_t i = 0; i < sizeof(guides) / sizeof(guides[0]); i++) {
        text = guides[i].ops == ops ? guides[i].text : text;
    }
    screen_row(tui->scr, row);
    screen_putf(tui->scr, P_GOOD, _(" Next: %s"), _(text));
    (void)screen_row_end(tui->scr, P_TEXT);
}

void practice_tomorrow(struct tui *tui, const struct process_case *c)
{
    char day[DAY_TEXT + 1], text[160];
    struct gw_fail fail = {0};
    gw_day next = practice_next_day(c, tui_today(tui));
    if (next == DAY_NONE) {
        tui_say(tui, _("Nothing is planned for a later day."), false);
        return;
    }
    if (practice_day(tui->home, next, &fail) != GW_OK) {
        tui_say(tui, fail.text, true);
        return;
    }
    day_print(next, day);
    (void)snprintf(text, sizeof(text), _("It is %s now, 9 o'clock."), day);
    tui_say(tui, text, false);
    tui_changed(tui, UINT32_MAX);
}
