/* Memory that lives and dies together: many small pieces, one free. For trees that are loaded whole
 * (a rule set, the steps of a procedure). Born with a ceiling, like every growing thing here. */
#ifndef GW_BASE_ARENA_H
#define GW_BASE_ARENA_H

#include <stddef.h>

struct gw_arena {
    struct gw_arena_block *first; /* owned */
    size_t used, max;             /* bytes handed out, ceiling */
};

void gw_arena_init(struct gw_arena *arena, size_t max_bytes);
void gw_arena_free(struct gw_arena *arena); /* everything that was handed out is gone */

/* Zeroed memory, aligned for any type; NULL when over the ceiling or out of memory. count * size
 * must not overflow (checked). */
void *gw_arena_alloc(struct gw_arena *arena, size_t count, size_t size);
/* A NUL-terminated copy; NULL as above. text NULL gives NULL. */
char *gw_arena_text(struct gw_arena *arena, const char *text);
char *gw_arena_textn(struct gw_arena *arena, const char *text, size_t len);

#endif
