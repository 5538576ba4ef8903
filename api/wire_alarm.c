/* Alarms as rows: one table of members serves reading and writing, nested objects included. */
#include <stddef.h>
#include <string.h>

#include "api/strict_p.h"
#include "api/wire.h"
#include "api/wire_p.h"

enum kind { TEXT, COUNT_INT, COUNT_64, TRUTH, STATE, SEVERITY, STAGE, NESTED };

struct part {
    const char *key;
    enum kind kind;
    bool required;
    size_t offset;
    size_t size;              /* of a text */
    const struct part *parts; /* of a nested object */
    size_t parts_n;
};

#define AT(member) offsetof(struct alarm, member), sizeof(((struct alarm *)NULL)->member)
#define PART(key, kind, member) {key, kind, false, AT(member), NULL, 0}
#define MUST(key, kind, member) {key, kind, true, AT(member), NULL, 0}
#define N_OF(parts) (sizeof(parts) / sizeof((parts)[0]))

static const struct part offer_parts[] = {
    MUST("to", TEXT, offer.to),
    MUST("by", TEXT, offer.by),
    MUST("at", COUNT_64, offer.at),
    PART("due_at", COUNT_64, offer.due_at),
};
static const struct part closing_parts[] = {
    MUST("by", TEXT, closing.by),
    MUST("outcome", TEXT, closing.outcome),
    PART("no_visit_reason", TEXT, closing.no_visit_reason),
    PART("second_person", TEXT, closing.second_person),
    MUST("at", COUNT_64, closing.at),
    PART("due_at", COUNT_64, closing.due_at),
};
static const struct part before_parts[] = {
    MUST("state", STATE, before.state),
    PART("waits", COUNT_INT, before.waits),
    PART("acked_by", TEXT, before.acked_by),
    PART("acked_at", COUNT_64, before.acked_at),
    PART("ack_due_at", COUNT_64, before.ack_due_at),
    PART("due_at", COUNT_64, before.due_at),
    PART("stage", STAGE, before.stage),
};
static const struct part alarm_parts[] = {
    MUST("kind", TEXT, kind),
    MUST("severity", SEVERITY, severity),
    MUST("state", STATE, state),
    MUST("level", COUNT_INT, level),
    PART("waits", COUNT_INT, waits),
    PART("due_at", COUNT_64, due_at),
    MUST("raised_at", COUNT_64, raised_at),
    MUST("count", COUNT_64, count),
    PART("device_id", TEXT, device_id),
    PART("dwelling_id", TEXT, dwelling_id),
    PART("resident_id", TEXT, resident_id),
    PART("acked_by", TEXT, acked_by),
    PART("acked_at", COUNT_64, acked_at),
    PART("ack_due_at", COUNT_64, ack_due_at),
    PART("stage", STAGE, stage),
    PART("visited", TRUTH, visited),
    PART("restored_at", COUNT_64, restored_at),
    {"offer", NESTED, false, AT(offer), offer_parts, N_OF(offer_parts)},
    {"closing", NESTED, false, AT(closing), closing_parts, N_OF(closing_parts)},
    {"before", NESTED, false, AT(before), before_parts, N_OF(before_parts)},
    PART("outcome", TEXT, outcome),
    PART("closed_at", COUNT_64, closed_at),
    PART("closed_by", TEXT, closed_by),
    PART("policy", TEXT, policy),
    PART("policy_version", COUNT_INT, policy_version),
};
_Static_assert(N_OF(alarm_parts) <= 32, "the members seen are bits of one word");

/* ---- read */

static bool read_text(const struct scan_value *value, char *out, size_t size)
{
    return value->kind == SCAN_STRING && wire_copy(out, size, value->text, value->text_len) &&
           strlen(out) == value->text_len;
}

static bool read_number(const struct scan_value *value, int64_t max, int64_t *out)
{
    *out = value->integer;
    return value->kind == SCAN_INT && value->integer >= 0 && value->integer <= max;
}

static bool read_word(const struct scan_value *value, enum kind kind, void *at)
{
    char word[32];
    if (!read_text(value, word, sizeof word)) {
        return false;
    }
    if (kind == STATE) {
        return alarm_state_parse(word, at);
    }
    return kind == STAGE ? alarm_stage_parse(word, at) : alarm_severity_parse(word, at);
}

struct reader {
    struct alarm *alarm;
    const struct part *parts;
    size_t parts_n;
    uint32_t seen;   /* bit of each member that had a value */
    const char *bad; /* the member that stopped it */
    struct gw_buf *arena;
};

static enum gw_err read_parts(struct reader *reader, const char *text, size_t len, bool checked,
                              struct gw_fail *fail);

static bool read_nested(struct reader *reader, const struct part *part,
                        const struct scan_value *value)
{
    struct reader inner = {.alarm = reader->alarm,
                           .parts = part->parts,
                           .parts_n = part->parts_n,
                           .arena = reader->arena};
    return value->kind == SCAN_OBJECT &&
           read_parts(&inner, value->raw, value->raw_len, true, NULL) == GW_OK;
}

static bool read_part(struct reader *reader, const struct part *part,
                      const struct scan_value *value)
{
    void *at = (char *)reader->alarm + part->offset;
    int64_t number = 0;
    switch (part->kind) {
    case TEXT:
        return read_text(value, at, part->size);
    case COUNT_INT:
        if (!read_number(value, INT32_MAX, &number)) {
            return false;
        }
        *(int *)at = (int)number;
        return true;
    case COUNT_64:
        return read_number(value, STRICT_INT_MAX, at);
    case TRUTH:
        *(bool *)at = value->kind == SCAN_TRUE;
        return value->kind == SCAN_TRUE || value->kind == SCAN_FALSE;
    case NESTED:
        return read_nested(reader, part, value);
    default:
        return read_word(value, part->kind, at);
    }
}

static enum gw_err visit(void *ctx, const struct scan_member *member)
{
    struct reader *reader = ctx;
    for (size_t i = 0; i < reader->parts_n; i++) {
        const struct part *part = &reader->parts[i];
        if (strncmp(part->key, member->key, member->key_len) != 0 ||
            part->key[member->key_len] != '\0') {
            continue;
        }
        if (member->value.kind == SCAN_NULL) {
            return GW_OK; /* the same as absent */
        }
        if (!read_part(reader, part, &member->value)) {
            reader->bad = part->key;
            return GW_INVALID;
        }
        reader->seen |= UINT32_C(1) << i;
        return GW_OK;
    }
    return GW_OK; /* events, readings, address, text, and what is not known yet */
}

static enum gw_err read_parts(struct reader *reader, const char *text, size_t len, bool checked,
                              struct gw_fail *fail)
{
    enum gw_err err = scan_object(text, len, checked, reader->arena, visit, reader, fail);
    for (size_t i = 0; i < reader->parts_n && !err; i++) {
        if (reader->parts[i].required && !(reader->seen >> i & 1)) {
            reader->bad = reader->parts[i].key;
            err = GW_INVALID;
        }
    }
    return err == GW_INVALID && reader->bad ? wire_bad(fail, reader->bad) : err;
}

static bool seen_key(const struct reader *reader, const char *key)
{
    size_t i = 0;
    while (strcmp(alarm_parts[i].key, key) != 0) {
        i++;
    }
    return reader->seen >> i & 1;
}

static enum gw_err head_ok(const char *id, const char *path, struct alarm *out,
                           struct gw_fail *fail)
{
    if (!wire_copy_z(out->id, sizeof out->id, id)) {
        return wire_bad(fail, "id");
    }
    return wire_copy_z(out->path, sizeof out->path, path) ? GW_OK : wire_bad(fail, "path");
}

enum gw_err wire_alarm_decode(const char *id, const char *path, const char *row, size_t len,
                              struct alarm *out, struct gw_fail *fail)
{
    struct gw_buf arena;
    memset(out, 0, sizeof *out);
    enum gw_err err = head_ok(id, path, out, fail);
    if (err) {
        return err;
    }
    gw_buf_init(&arena, (size_t)2 * JSON_LINE_MAX);
    struct reader reader = {
        .alarm = out, .parts = alarm_parts, .parts_n = N_OF(alarm_parts), .arena = &arena};
    err = read_parts(&reader, row, len, false, fail);
    gw_buf_free(&arena);
    if (err) {
        return err;
    }
    if (out->level < 1 || out->level > CHAIN_LEVELS || out->waits > CHAIN_LEVELS) {
        return wire_bad(fail, out->waits > CHAIN_LEVELS ? "waits" : "level");
    }
    out->before.set = seen_key(&reader, "before");
    if (!seen_key(&reader, "visited")) { /* a row of another server: what the stage tells */
        out->visited = out->stage == STAGE_ARRIVED;
    }
    return GW_OK;
}

/* ---- write */

static bool is_there(const struct alarm *alarm, const struct part *part)
{
    if (part->parts == offer_parts) {
        return alarm->offer.to[0] != '\0';
    }
    return part->parts == closing_parts ? alarm->closing.by[0] != '\0' : alarm->before.set;
}

static void write_parts(const struct alarm *alarm, const struct part *parts, size_t n,
                        struct jw *w);

static void write_nested(const struct alarm *alarm, const struct part *part, struct jw *w)
{
    if (!is_there(alarm, part)) {
        jw_null(w, part->key);
        return;
    }
    jw_obj(w, part->key);
    write_parts(alarm, part->parts, part->parts_n, w);
    jw_obj_end(w);
}

static void write_number(const struct part *part, int64_t value, struct jw *w)
{
    if (value == 0 && !part->required) {
        jw_null(w, part->key);
    } else {
        jw_int(w, part->key, value);
    }
}

static void write_part(const struct alarm *alarm, const struct part *part, struct jw *w)
{
    const void *at = (const char *)alarm + part->offset;
    const char *text = at;
    switch (part->kind) {
    case TEXT:
        jw_str(w, part->key, text[0] != '\0' || part->required ? text : NULL);
        break;
    case COUNT_INT:
        write_number(part, *(const int *)at, w);
        break;
    case COUNT_64:
        write_number(part, *(const int64_t *)at, w);
        break;
    case TRUTH:
        jw_bool(w, part->key, *(const bool *)at);
        break;
    case STATE:
        jw_str(w, part->key, alarm_state_name(*(const enum alarm_state *)at));
        break;
    case SEVERITY:
        jw_str(w, part->key, alarm_severity_name(*(const enum alarm_severity *)at));
        break;
    case STAGE:
        jw_str(w, part->key,
               *(const enum alarm_stage *)at == STAGE_NONE
                   ? NULL
                   : alarm_stage_name(*(const enum alarm_stage *)at));
        break;
    case NESTED:
        write_nested(alarm, part, w);
        break;
    }
}

static void write_parts(const struct alarm *alarm, const struct part *parts, size_t n,
                        struct jw *w)
{
    for (size_t i = 0; i < n; i++) {
        write_part(alarm, &parts[i], w);
    }
}

void wire_alarm_encode(const struct alarm *alarm, struct jw *w)
{
    write_parts(alarm, alarm_parts, N_OF(alarm_parts), w);
}
