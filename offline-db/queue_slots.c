/* Which alarms are in the queue: slots in display order, an index by id beside them, and the rows
 * that were asked for lately. */
#include <stdlib.h>
#include <string.h>

#include "offline-db/queue_p.h"

/* ---- index by id */

static size_t hash_id(const char *id)
{
    uint64_t h = 1469598103934665603u;
    for (; *id; id++) {
        h = (h ^ (unsigned char)*id) * 1099511628211u;
    }
    return (size_t)(h ^ (h >> 29));
}

static struct slot **place_in_index(const struct queue *q, const char *id)
{
    size_t at = hash_id(id) & (q->index_cap - 1);
    while (q->index[at] && strcmp(q->index[at]->id, id) != 0) {
        at = (at + 1) & (q->index_cap - 1);
    }
    return &q->index[at];
}

static void index_rebuild(struct queue *q)
{
    memset(q->index, 0, q->index_cap * sizeof(struct slot *));
    for (size_t i = 0; i < q->n; i++) {
        *place_in_index(q, q->slots[i]->id) = q->slots[i];
    }
}

static enum gw_err grow(struct queue *q)
{
    if (q->n < q->cap) {
        return GW_OK;
    }
    size_t cap = q->cap ? q->cap * 2 : 64;
    struct slot **slots = realloc(q->slots, cap * sizeof(struct slot *));
    if (!slots) {
        return GW_NOMEM;
    }
    q->slots = slots;
    struct slot **index = calloc(cap * 2, sizeof(struct slot *));
    if (!index) {
        return GW_NOMEM;
    }
    free(q->index);
    q->index = index;
    q->index_cap = cap * 2;
    q->cap = cap;
    index_rebuild(q);
    return GW_OK;
}

struct slot *slot_find(const struct queue *queue, const char *id)
{
    return queue->index_cap ? *place_in_index(queue, id) : NULL;
}

/* The hint is right unless something came in or went above since. */
size_t slot_place(const struct queue *queue, struct slot *slot)
{
    size_t at = slot->at;
    if (at >= queue->n || queue->slots[at] != slot) {
        at = 0;
        while (at < queue->n && queue->slots[at] != slot) {
            at++;
        }
        slot->at = (uint32_t)at;
    }
    return at;
}

/* ---- in and out */

enum gw_err slot_add(struct queue *queue, const struct queue_brief *brief, struct slot **out)
{
    size_t size = strlen(brief->id) + 1;
    enum gw_err err = grow(queue);
    struct slot *slot = err ? NULL : malloc(sizeof *slot + size);
    if (!slot) {
        return GW_NOMEM;
    }
    *slot = (struct slot){.brief = *brief, .kept = -1};
    memcpy(slot->id, brief->id, size);
    slot->brief.id = slot->id;
    size_t at = brief->mine ? queue->mine : queue->n;
    memmove(&queue->slots[at + 1], &queue->slots[at], (queue->n - at) * sizeof(struct slot *));
    queue->slots[at] = slot;
    slot->at = (uint32_t)at;
    queue->n++;
    queue->mine += brief->mine;
    *place_in_index(queue, slot->id) = slot;
    *out = slot;
    return GW_OK;
}

static void forget_row(struct queue *q, struct slot *slot)
{
    if (slot->kept >= 0) {
        q->kept[slot->kept].slot = NULL;
        slot->kept = -1;
    }
}

size_t slots_sweep(struct queue *queue)
{
    size_t left = 0, mine = queue->mine;
    for (size_t i = 0; i < queue->n; i++) {
        struct slot *slot = queue->slots[i];
        if (!slot->gone) {
            queue->slots[left++] = slot;
            continue;
        }
        queue->mine -= i < mine;
        forget_row(queue, slot);
        free(slot);
    }
    size_t swept = queue->n - left;
    queue->n = left;
    if (swept > 0) {
        index_rebuild(queue);
    }
    return swept;
}

void slots_free(struct queue *queue)
{
    for (size_t i = 0; i < queue->n; i++) {
        free(queue->slots[i]);
    }
    free(queue->slots);
    free(queue->index);
    free(queue->kept);
}

/* ---- rows that were asked for */

struct queue_row *kept_row(const struct queue *queue, const struct slot *slot)
{
    return slot->kept >= 0 ? &queue->kept[slot->kept].row : NULL;
}

struct queue_row *keep_row(struct queue *queue, struct slot *slot)
{
    size_t at = queue->kept_next;
    queue->kept_next = (at + 1) % QUEUE_ROWS;
    if (queue->kept[at].slot) {
        queue->kept[at].slot->kept = -1;
    }
    queue->kept[at].slot = slot;
    slot->kept = (int16_t)at;
    memset(&queue->kept[at].row, 0, sizeof queue->kept[at].row);
    return &queue->kept[at].row;
}
