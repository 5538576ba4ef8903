/* When the console rings, and the line about what is new. What waits for this person is compared
 * with what waited before (struct queue_bell, kept with the row); what came anew rings, several at
 * once ring once. */
#ifndef GW_TUI_RING_H
#define GW_TUI_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/path.h"

struct tui;

enum { RING_NEW_MAX = 64 };

struct ring {
    bool started;
    char news[RING_NEW_MAX][GW_ID_MAX + 1]; /* not looked at yet */
    size_t news_n;                          /* in the array */
    size_t news_all;                        /* in all */
    bool pending;                           /* something wants to ring */
    int64_t pending_mono, last_mono;
    char summary[200];                        /* of the start or a sleep, until a key is pressed */
    char warn[GW_ID_MAX + 1];                 /* whose hold ends soon, "" = none */
    int64_t slept_from, slept_to, slept_mono; /* 0 = not */
    int64_t slept_count;
};

/* After the queue was read or a second passed: who waits now? */
void ring_look(struct tui *tui);
/* Rings what is due; returns the mono time of the next look, INT64_MAX = none. */
int64_t ring_tick(struct tui *tui);
/* This alarm was looked at. */
void ring_seen(struct tui *tui, const char *alarm);
/* The alarm that Tab goes to, NULL = none. Borrowed. */
const char *ring_news(const struct tui *tui);
/* The notice line's text, "" = nothing. */
void ring_line(struct tui *tui, char *out, size_t size);

#endif
