/* A hash map from short texts to owned blocks, for what the server keeps in memory. */
#ifndef GW_DISPATCHD_MAP_P_H
#define GW_DISPATCHD_MAP_P_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_entry;
struct map {
    struct map_entry **slots; /* owned */
    size_t slots_n, n;
    size_t value_bytes;
    uint64_t seed; /* of the hash: keys come from outside */
};

void map_init(struct map *map, size_t value_bytes, uint64_t seed);
void map_free(struct map *map);
/* The block of a key, NULL when absent. Stays where it is until dropped. */
void *map_get(const struct map *map, const char *key);
/* The same, made of zero bytes when absent. NULL: no memory. */
void *map_make(struct map *map, const char *key);
void map_drop(struct map *map, const char *key);
/* Drops every entry for which gone says true. */
void map_sweep(struct map *map, bool (*gone)(void *ctx, void *value), void *ctx);
/* Visits all, in no order; visit returns false to stop. */
void map_each(const struct map *map, bool (*visit)(void *ctx, void *value), void *ctx);

#endif
