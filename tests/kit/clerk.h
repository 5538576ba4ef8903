/* What a clerk's screens are tested on: an election opened in a console's home, records in it, and
 * a second person of this laptop (PIN 4321). Every call fails the test when it fails. */
#ifndef GW_TESTS_KIT_CLERK_H
#define GW_TESTS_KIT_CLERK_H

#include "offline-db/process.h"
#include "tests/kit/console.h"

/* 观音村, a village's direct election on 2026-11-14, three seats. */
void clerk_open_election(struct console *c, gw_id *id);
void clerk_add_second(struct console *c, const char *user, const char *name, uint8_t seed);
void clerk_record(struct console *c, const char *id, const struct process_entry *entry);
/* One seat of each post, and three nominees who passed. */
void clerk_nominate(struct console *c, const char *id);
gw_day clerk_today(struct console *c);

#endif
