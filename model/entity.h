/* The data dictionary: one row per field gives the JSON key, the mirror's column, the mask, the
 * label of screens and exports, and the schema of the contract (a test compares them).
 * Fields of a row that are not listed here are kept in the mirror's `extra` column (rule R7). */
#ifndef GW_MODEL_ENTITY_H
#define GW_MODEL_ENTITY_H

#include <stdbool.h>
#include <stddef.h>

/* In the order of the wire (protocol section 7). */
enum gw_type {
    TYPE_ALARM,
    TYPE_ALARM_EVENT,
    TYPE_GRID,
    TYPE_WORKER,
    TYPE_RESIDENT,
    TYPE_RESIDENT_PRIVATE,
    TYPE_DWELLING,
    TYPE_HOUSEHOLD,
    TYPE_SPELL,
    TYPE_CONTACT,
    TYPE_CARE_NOTE,
    TYPE_DEVICE,
    TYPE_PROCESS,
    TYPE_STEP,
    TYPE_SIGNER,
    TYPE_RULE,
    TYPE_N
};

enum gw_field_kind {
    FIELD_TEXT,
    FIELD_INT,  /* also milliseconds; |x| < 2^53 */
    FIELD_REAL,
    FIELD_BOOL, /* 0/1 in the mirror */
    FIELD_JSON, /* array or object, stored as its JSON text */
};

/* How the value is shown until it is revealed (domain/privacy: name first character and *, ID 6+4,
 * phone 3+4, address to the building; HIDE shows nothing). */
enum gw_mask { MASK_NONE, MASK_NAME, MASK_ID, MASK_PHONE, MASK_ADDRESS, MASK_HIDE };

struct gw_field {
    const char *key; /* JSON key and column name */
    enum gw_field_kind kind;
    enum gw_mask mask;
    const char *label; /* N_() English; NULL = never shown by itself */
};

struct gw_entity {
    enum gw_type type;
    const char *name; /* "alarm_event": on the wire and as table name of the mirror */
    const struct gw_field *fields;
    size_t n;
};

/* The entity of a type; never NULL for type < TYPE_N. */
const struct gw_entity *entity_of(enum gw_type type);
/* Rows of this type are seen at and below their path as well as above it (protocol section 6): a
 * number that a district confirmed is for everybody in the district. Only TYPE_RULE. */
bool entity_flows_down(enum gw_type type);
/* By wire name; false for an unknown one (skip it: R7). */
bool entity_parse(const char *name, enum gw_type *out);
/* Index of a key in the entity's fields, -1 when it is not listed. len in bytes. */
int entity_field(const struct gw_entity *entity, const char *key, size_t len);

#endif
