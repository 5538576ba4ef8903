#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = _Alignof(max_align_t), BLOCK_BYTES = 16 * 1024 };

struct gw_arena_block {
    struct gw_arena_block *next;
    size_t used, size; /* of bytes */
    _Alignas(max_align_t) unsigned char bytes[];
};

void gw_arena_init(struct gw_arena *arena, size_t max_bytes)
{
    *arena = (struct gw_arena){.max = max_bytes};
}

void gw_arena_free(struct gw_arena *arena)
{
    struct gw_arena_block *block = arena->first;
    while (block != NULL) {
        struct gw_arena_block *next = block->next;
        free(block);
        block = next;
    }
    gw_arena_init(arena, arena->max);
}

/* A block with room for size more bytes. A large piece gets a block of its own behind the first, so
 * that what is left of the first is still used. */
static struct gw_arena_block *block_for(struct gw_arena *arena, size_t size)
{
    struct gw_arena_block *first = arena->first;
    if (first != NULL && first->size - first->used >= size) {
        return first;
    }
    bool large = size > BLOCK_BYTES / 4;
    size_t room = large ? size : BLOCK_BYTES;
    struct gw_arena_block *block = calloc(1, sizeof(*block) + room);
    if (block == NULL) {
        return NULL;
    }
    block->size = room;
    if (large && first != NULL) {
        block->next = first->next;
        first->next = block;
    } else {
        block->next = first;
        arena->first = block;
    }
    return block;
}

void *gw_arena_alloc(struct gw_arena *arena, size_t count, size_t size)
{
    size_t want;
    if (__builtin_mul_overflow(count, size, &want) || want > arena->max) {
        return NULL;
    }
    /* also a piece of no bytes has an address of its own */
    want = want == 0 ? ALIGN : (want + ALIGN - 1) / ALIGN * ALIGN;
    if (want > arena->max - arena->used) {
        return NULL;
    }
    struct gw_arena_block *block = block_for(arena, want);
    if (block == NULL) {
        return NULL;
    }
    void *piece = block->bytes + block->used; /* calloc: zeroed, and no byte is handed out twice */
    block->used += want;
    arena->used += want;
    return piece;
}

char *gw_arena_textn(struct gw_arena *arena, const char *text, size_t len)
{
    char *copy = text != NULL && len < SIZE_MAX ? gw_arena_alloc(arena, len + 1, 1) : NULL;
    if (copy != NULL) {
        memcpy(copy, text, len);
    }
    return copy;
}

char *gw_arena_text(struct gw_arena *arena, const char *text)
{
    return text != NULL ? gw_arena_textn(arena, text, strlen(text)) : NULL;
}
