#include "dispatchd/map_p.h"

#include <stdlib.h>
#include <string.h>

struct map_entry {
    struct map_entry *next;
    uint64_t hash;
    size_t key_len;
    char *key; /* behind the value, in the same block */
    char value[] __attribute__((aligned(16)));
};

void map_init(struct map *map, size_t value_bytes, uint64_t seed)
{
    *map = (struct map){.value_bytes = value_bytes, .seed = seed};
}

static void free_chain(struct map_entry *entry)
{
    while (entry) {
        struct map_entry *next = entry->next;
        free(entry);
        entry = next;
    }
}

void map_free(struct map *map)
{
    for (size_t i = 0; i < map->slots_n; i++) {
        free_chain(map->slots[i]);
    }
    free(map->slots);
    map->slots = NULL;
    map->slots_n = map->n = 0;
}

/* FNV-1a, seeded and mixed: nobody can aim at one slot without knowing the seed. */
static uint64_t hash_of(const struct map *map, const char *key, size_t len)
{
    uint64_t h = 0xcbf29ce484222325U ^ map->seed;
    for (size_t i = 0; i < len; i++) {
        h = (h ^ (uint8_t)key[i]) * 0x100000001b3U;
        h ^= map->seed >> (i & 31);
    }
    return h ^ h >> 29;
}

static struct map_entry *find(const struct map *map, const char *key, size_t len, uint64_t hash)
{
    if (map->slots_n == 0) {
        return NULL;
    }
    struct map_entry *entry = map->slots[hash & (map->slots_n - 1)];
    while (entry &&
           !(entry->hash == hash && entry->key_len == len && memcmp(entry->key, key, len) == 0)) {
        entry = entry->next;
    }
    return entry;
}

void *map_get(const struct map *map, const char *key)
{
    size_t len = strlen(key);
    struct map_entry *entry = find(map, key, len, hash_of(map, key, len));
    return entry ? entry->value : NULL;
}

static bool grow(struct map *map)
{
    size_t n = map->slots_n ? 2 * map->slots_n : 64;
    struct map_entry **slots = calloc(n, sizeof(struct map_entry *));
    if (!slots) {
        return false;
    }
    for (size_t i = 0; i < map->slots_n; i++) {
        struct map_entry *entry = map->slots[i];
        while (entry) {
            struct map_entry *next = entry->next;
            entry->next = slots[entry->hash & (n - 1)];
            slots[entry->hash & (n - 1)] = entry;
            entry = next;
        }
    }
    free(map->slots);
    map->slots = slots;
    map->slots_n = n;
    return true;
}

void *map_make(struct map *map, const char *key)
{
    size_t len = strlen(key);
    uint64_t hash = hash_of(map, key, len);
    struct map_entry *entry = find(map, key, len, hash);
    if (entry) {
        return entry->value;
    }
    if (map->n >= map->slots_n && !grow(map)) {
        return NULL;
    }
    entry = calloc(1, sizeof *entry + map->value_bytes + len + 1);
    if (!entry) {
        return NULL;
    }
    entry->hash = hash;
    entry->key_len = len;
    entry->key = entry->value + map->value_bytes;
    memcpy(entry->key, key, len);
    entry->next = map->slots[hash & (map->slots_n - 1)];
    map->slots[hash & (map->slots_n - 1)] = entry;
    map->n++;
    return entry->value;
}

void map_drop(struct map *map, const char *key)
{
    size_t len = strlen(key);
    uint64_t hash = hash_of(map, key, len);
    struct map_entry *entry = find(map, key, len, hash);
    if (!entry) {
        return;
    }
    struct map_entry **at = &map->slots[hash & (map->slots_n - 1)];
    while (*at != entry) {
        at = &(*at)->next;
    }
    *at = entry->next;
    free(entry);
    map->n--;
}

void map_sweep(struct map *map, bool (*gone)(void *ctx, void *value), void *ctx)
{
    for (size_t i = 0; i < map->slots_n; i++) {
        struct map_entry **at = &map->slots[i];
        while (*at) {
            struct map_entry *entry = *at;
            if (gone(ctx, entry->value)) {
                *at = entry->next;
                free(entry);
                map->n--;
            } else {
                at = &entry->next;
            }
        }
    }
}

void map_each(const struct map *map, bool (*visit)(void *ctx, void *value), void *ctx)
{
    for (size_t i = 0; i < map->slots_n; i++) {
        for (struct map_entry *entry = map->slots[i]; entry; entry = entry->next) {
            if (!visit(ctx, entry->value)) {
                return;
            }
        }
    }
}
