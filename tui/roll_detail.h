/* One person of the voters' roll on its screen: what is known, and the records that would settle
 * it. */
#ifndef GW_TUI_ROLL_DETAIL_H
#define GW_TUI_ROLL_DETAIL_H

#include "offline-db/roll.h"
#include "tui/tui_p.h"

enum { ROLL_ACTIONS = 5 };

struct roll_action {
    const struct step_spec *spec; /* the form of a step; NULL: household or person */
    bool household;
};

struct roll_detail {
    const struct process_case *c; /* borrowed */
    const struct roll *roll;      /* borrowed */
    gw_id process, person;        /* person: whose details are open, "" = nobody's */
    struct roll_action actions[ROLL_ACTIONS];
    size_t actions_n;
};

/* What can be done about the person; who is no longer there is closed. */
void roll_detail_find(struct roll_detail *d);
void roll_detail_draw(struct tui *t, const struct roll_detail *d);
bool roll_detail_key(struct tui *t, struct roll_detail *d, const struct key *key);

enum paint roll_paint(const struct roll_person *p);

#endif
