#include "model/entity.h"

#include <assert.h>
#include <string.h>

#include "base/i18n.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct gw_field alarm_fields[] = {
    {"kind", FIELD_TEXT, MASK_NONE, N_("Kind")},
    {"severity", FIELD_TEXT, MASK_NONE, N_("Severity")},
    {"state", FIELD_TEXT, MASK_NONE, N_("State")},
    {"level", FIELD_INT, MASK_NONE, N_("Level")},
    {"waits", FIELD_INT, MASK_NONE, NULL},       /* a level that an escalation by hand calls */
    {"due_at", FIELD_INT, MASK_NONE, NULL},      /* when the next level starts */
    {"raised_at", FIELD_INT, MASK_NONE, N_("Raised")},
    {"count", FIELD_INT, MASK_NONE, N_("Count")},
    {"device_id", FIELD_TEXT, MASK_NONE, NULL},
    {"dwelling_id", FIELD_TEXT, MASK_NONE, NULL},
    {"resident_id", FIELD_TEXT, MASK_NONE, NULL},
    {"address", FIELD_TEXT, MASK_ADDRESS, N_("Address")},
    {"text", FIELD_TEXT, MASK_NONE, N_("Text")}, /* of the device or of the person who raised it */
    {"acked_by", FIELD_TEXT, MASK_NONE, N_("Held by")},
    {"acked_at", FIELD_INT, MASK_NONE, NULL},
    {"ack_due_at", FIELD_INT, MASK_NONE, NULL},
    {"stage", FIELD_TEXT, MASK_NONE, NULL},      /* of the hold: acked, phoned, enroute, arrived */
    {"visited", FIELD_BOOL, MASK_NONE, NULL},    /* somebody arrived since it was raised */
    {"restored_at", FIELD_INT, MASK_NONE, NULL},
    {"offer", FIELD_JSON, MASK_NONE, NULL},      /* {to, by, at, due_at} */
    {"closing", FIELD_JSON, MASK_NONE, NULL},    /* {by, outcome, no_visit_reason, second_person, at, due_at} */
    {"before", FIELD_JSON, MASK_NONE, NULL},     /* what a retracted close goes back to */
    {"outcome", FIELD_TEXT, MASK_NONE, N_("Outcome")},
    {"closed_at", FIELD_INT, MASK_NONE, N_("Closed")},
    {"closed_by", FIELD_TEXT, MASK_NONE, NULL},
    {"policy", FIELD_TEXT, MASK_NONE, NULL},
    {"policy_version", FIELD_INT, MASK_NONE, NULL},
    {"readings", FIELD_JSON, MASK_NONE, N_("Readings")},
    {"events", FIELD_JSON, MASK_NONE, NULL},
    {"events_total", FIELD_INT, MASK_NONE, NULL},
};

static const struct gw_field alarm_event_fields[] = {
    {"alarm", FIELD_TEXT, MASK_NONE, NULL},
    {"at", FIELD_INT, MASK_NONE, N_("Time")},
    {"level", FIELD_INT, MASK_NONE, N_("Level")},
    {"kind", FIELD_TEXT, MASK_NONE, N_("Kind")},
    {"actor", FIELD_TEXT, MASK_NONE, N_("Who")},
    {"text", FIELD_TEXT, MASK_NONE, N_("Text")},
    {"data", FIELD_JSON, MASK_NONE, NULL},
    {"struck", FIELD_BOOL, MASK_NONE, NULL},
};

/* id = path; one row per node of the tree that a console shows. */
static const struct gw_field grid_fields[] = {
    {"level", FIELD_TEXT, MASK_NONE, NULL}, /* municipality, county, street, community, village, grid */
    {"name", FIELD_TEXT, MASK_NONE, N_("Name")},
    {"leader", FIELD_TEXT, MASK_NONE, N_("Grid leader")},
    {"leader_phone", FIELD_TEXT, MASK_NONE, N_("Grid leader's number")},
    {"duty_name", FIELD_TEXT, MASK_NONE, N_("Duty room")},
    {"duty_phone", FIELD_TEXT, MASK_NONE, N_("Duty room's number")},
    {"people", FIELD_JSON, MASK_NONE, NULL}, /* leaders and duty rooms above: [{id, name, role}] */
};

/* id = user. */
static const struct gw_field worker_fields[] = {
    {"name", FIELD_TEXT, MASK_NONE, N_("Name")},
    {"role", FIELD_TEXT, MASK_NONE, N_("Role")},
    {"phone", FIELD_TEXT, MASK_NONE, N_("Phone")},
    {"duty", FIELD_TEXT, MASK_NONE, N_("Duty")}, /* on, off, reachable */
    {"duty_at", FIELD_INT, MASK_NONE, NULL},
    {"paths", FIELD_JSON, MASK_NONE, NULL},
};

static const struct gw_field resident_fields[] = {
    {"name", FIELD_TEXT, MASK_NAME, N_("Name")},
    {"sex", FIELD_TEXT, MASK_NONE, N_("Sex")}, /* GB/T 2261.1: 0 1 2 9 */
    {"birth_date", FIELD_TEXT, MASK_NONE, N_("Birth date")},
    {"ethnicity", FIELD_TEXT, MASK_NONE, N_("Ethnicity")}, /* GB/T 3304 */
    {"phone", FIELD_TEXT, MASK_PHONE, N_("Phone")},
    {"population", FIELD_TEXT, MASK_NONE, N_("Population kind")}, /* 01 02 hukou_away floating foreign */
    {"dwelling_id", FIELD_TEXT, MASK_NONE, NULL},
    {"household_id", FIELD_TEXT, MASK_NONE, NULL},
    {"relation", FIELD_TEXT, MASK_NONE, N_("Relation to head")}, /* GB/T 4761 */
    {"alone", FIELD_BOOL, MASK_NONE, N_("Lives alone")},
    {"tags", FIELD_JSON, MASK_NONE, N_("Groups")}, /* living_alone empty_nest left_behind disabled … */
    {"ability", FIELD_INT, MASK_NONE, N_("Ability grade")}, /* GB/T 42195: 0-4 */
    {"hearing", FIELD_TEXT, MASK_NONE, N_("Hearing")},
    {"dialect", FIELD_TEXT, MASK_NONE, N_("Dialect")},
    {"verified", FIELD_JSON, MASK_NONE, NULL}, /* {field: {by, at}} */
};

/* id = the resident's id. */
static const struct gw_field resident_private_fields[] = {
    {"id_number", FIELD_TEXT, MASK_ID, N_("ID number")},
    {"former_name", FIELD_TEXT, MASK_NAME, N_("Former name")},
    {"native_place", FIELD_TEXT, MASK_HIDE, N_("Native place")},
    {"hukou_address", FIELD_TEXT, MASK_ADDRESS, N_("Registered address")},
    {"marriage", FIELD_TEXT, MASK_HIDE, N_("Marriage")},
    {"education", FIELD_TEXT, MASK_HIDE, N_("Education")},
    {"politics", FIELD_TEXT, MASK_HIDE, N_("Politics")},
    {"religion", FIELD_TEXT, MASK_HIDE, N_("Religion")},
    {"occupation", FIELD_TEXT, MASK_HIDE, N_("Occupation")},
    {"employer", FIELD_TEXT, MASK_HIDE, N_("Employer")},
    {"illnesses", FIELD_JSON, MASK_HIDE, N_("Illnesses")},
};

static const struct gw_field dwelling_fields[] = {
    {"address", FIELD_TEXT, MASK_ADDRESS, N_("Address")}, /* the free text, whole */
    {"estate", FIELD_TEXT, MASK_NONE, N_("Estate")},
    {"building", FIELD_TEXT, MASK_NONE, N_("Building")},
    {"unit", FIELD_TEXT, MASK_NONE, N_("Unit")},
    {"floor", FIELD_TEXT, MASK_HIDE, N_("Floor")},
    {"room", FIELD_TEXT, MASK_HIDE, N_("Room")},
    {"match_key", FIELD_TEXT, MASK_HIDE, NULL},
    {"key_place", FIELD_TEXT, MASK_HIDE, N_("Key place")},
    {"lon", FIELD_REAL, MASK_HIDE, NULL},
    {"lat", FIELD_REAL, MASK_HIDE, NULL},
    {"crs", FIELD_TEXT, MASK_HIDE, NULL}, /* CGCS2000, GCJ-02 */
};

static const struct gw_field household_fields[] = {
    {"number", FIELD_TEXT, MASK_ID, N_("Household number")},
    {"head_id", FIELD_TEXT, MASK_NONE, NULL},
    {"dwelling_id", FIELD_TEXT, MASK_NONE, NULL},
    {"members", FIELD_JSON, MASK_NONE, NULL}, /* [{resident_id, relation}] */
};

static const struct gw_field spell_fields[] = {
    {"resident_id", FIELD_TEXT, MASK_NONE, NULL},
    {"dwelling_id", FIELD_TEXT, MASK_NONE, NULL},
    {"kind", FIELD_TEXT, MASK_NONE, N_("Kind of residence")}, /* own rented lodging temporary */
    {"from", FIELD_TEXT, MASK_NONE, N_("From")},
    {"to", FIELD_TEXT, MASK_NONE, N_("To")},
};

static const struct gw_field contact_fields[] = {
    {"resident_id", FIELD_TEXT, MASK_NONE, NULL},
    {"ord", FIELD_INT, MASK_NONE, N_("Order")}, /* 1… */
    {"name", FIELD_TEXT, MASK_NAME, N_("Name")},
    {"relation", FIELD_TEXT, MASK_NONE, N_("Relation")}, /* as people say it: 女儿 */
    {"phone", FIELD_TEXT, MASK_PHONE, N_("Phone")},
    {"note", FIELD_TEXT, MASK_NONE, N_("Note")},
};

static const struct gw_field care_note_fields[] = {
    {"resident_id", FIELD_TEXT, MASK_NONE, NULL},
    {"at", FIELD_INT, MASK_NONE, N_("Time")},
    {"author", FIELD_TEXT, MASK_NONE, N_("Author")},
    {"kind", FIELD_TEXT, MASK_NONE, N_("Kind")}, /* care, health, visit */
    {"text", FIELD_TEXT, MASK_HIDE, N_("Text")},
};

static const struct gw_field device_fields[] = {
    {"serial", FIELD_TEXT, MASK_NONE, N_("Serial number")},
    {"kind", FIELD_TEXT, MASK_NONE, N_("Kind")},
    {"resident_id", FIELD_TEXT, MASK_NONE, NULL},
    {"dwelling_id", FIELD_TEXT, MASK_NONE, NULL},
    {"gateway_id", FIELD_TEXT, MASK_NONE, NULL},
    {"place", FIELD_TEXT, MASK_NONE, N_("Place")}, /* 厨房 */
    {"battery", FIELD_INT, MASK_NONE, N_("Battery")}, /* percent */
    {"signal", FIELD_INT, MASK_NONE, N_("Signal")},
    {"last_seen_at", FIELD_INT, MASK_NONE, N_("Last seen")},
    {"installed_on", FIELD_TEXT, MASK_NONE, N_("Installed")},
    {"model", FIELD_TEXT, MASK_NONE, N_("Model")},
    {"readings", FIELD_JSON, MASK_NONE, N_("Readings")},
};

static const struct gw_field process_fields[] = {
    {"template", FIELD_TEXT, MASK_NONE, NULL},      {"template_version", FIELD_INT, MASK_NONE, NULL},
    {"rules", FIELD_TEXT, MASK_NONE, NULL},         {"kind", FIELD_TEXT, MASK_NONE, NULL},
    {"mode", FIELD_TEXT, MASK_NONE, NULL},          {"title", FIELD_TEXT, MASK_NONE, NULL},
    {"division", FIELD_TEXT, MASK_NONE, NULL},      {"term", FIELD_TEXT, MASK_NONE, NULL},
    {"polling_day", FIELD_TEXT, MASK_NONE, NULL},   {"state", FIELD_TEXT, MASK_NONE, NULL},
    {"dev", FIELD_TEXT, MASK_NONE, NULL},           {"user", FIELD_TEXT, MASK_NONE, NULL},
    {"opened_at", FIELD_INT, MASK_NONE, NULL},
};

static const struct gw_field step_fields[] = {
    {"process", FIELD_TEXT, MASK_NONE, NULL}, {"pn", FIELD_INT, MASK_NONE, NULL},
    {"dev", FIELD_TEXT, MASK_NONE, NULL},     {"n", FIELD_INT, MASK_NONE, NULL},
    {"user", FIELD_TEXT, MASK_NONE, NULL},    {"hash", FIELD_TEXT, MASK_NONE, NULL},
    {"line", FIELD_TEXT, MASK_NONE, NULL},    {"status", FIELD_TEXT, MASK_NONE, NULL},
    {"recv_at", FIELD_INT, MASK_NONE, NULL},  {"receipt", FIELD_TEXT, MASK_NONE, NULL},
    {"code", FIELD_TEXT, MASK_NONE, NULL},    {"result", FIELD_TEXT, MASK_NONE, NULL},
    {"receipt_seq", FIELD_INT, MASK_NONE, NULL},
    {"erased_at", FIELD_INT, MASK_NONE, NULL}, {"erased_why", FIELD_TEXT, MASK_NONE, NULL},
};

static const struct gw_field signer_fields[] = {
    {"user", FIELD_TEXT, MASK_NONE, NULL},       {"name", FIELD_TEXT, MASK_NONE, NULL},
    {"role", FIELD_TEXT, MASK_NONE, NULL},       {"sign_key", FIELD_TEXT, MASK_NONE, NULL},
    {"valid_from", FIELD_INT, MASK_NONE, NULL},  {"revoked_at", FIELD_INT, MASK_NONE, NULL},
    {"revoked_seq", FIELD_INT, MASK_NONE, NULL}, {"server_sig", FIELD_TEXT, MASK_NONE, NULL},
    {"device", FIELD_TEXT, MASK_NONE, NULL},
};

static const struct gw_field rule_fields[] = {
    {"set", FIELD_TEXT, MASK_NONE, NULL},   {"key", FIELD_TEXT, MASK_NONE, NULL},
    {"value", FIELD_TEXT, MASK_NONE, NULL}, {"document", FIELD_TEXT, MASK_NONE, NULL},
    {"article", FIELD_TEXT, MASK_NONE, NULL}, {"confirmed_by", FIELD_TEXT, MASK_NONE, NULL},
    {"at", FIELD_INT, MASK_NONE, NULL},       {"dev", FIELD_TEXT, MASK_NONE, NULL},
    {"n", FIELD_INT, MASK_NONE, NULL},        {"hash", FIELD_TEXT, MASK_NONE, NULL},
};

#define ENTITY(type, name, fields) [type] = {type, name, fields, COUNT(fields)}
static const struct gw_entity entities[TYPE_N] = {
    ENTITY(TYPE_ALARM, "alarm", alarm_fields),
    ENTITY(TYPE_ALARM_EVENT, "alarm_event", alarm_event_fields),
    ENTITY(TYPE_GRID, "grid", grid_fields),
    ENTITY(TYPE_WORKER, "worker", worker_fields),
    ENTITY(TYPE_RESIDENT, "resident", resident_fields),
    ENTITY(TYPE_RESIDENT_PRIVATE, "resident_private", resident_private_fields),
    ENTITY(TYPE_DWELLING, "dwelling", dwelling_fields),
    ENTITY(TYPE_HOUSEHOLD, "household", household_fields),
    ENTITY(TYPE_SPELL, "spell", spell_fields),
    ENTITY(TYPE_CONTACT, "contact", contact_fields),
    ENTITY(TYPE_CARE_NOTE, "care_note", care_note_fields),
    ENTITY(TYPE_DEVICE, "device", device_fields),
    ENTITY(TYPE_PROCESS, "process", process_fields),
    ENTITY(TYPE_STEP, "step", step_fields),
    ENTITY(TYPE_SIGNER, "signer", signer_fields),
    ENTITY(TYPE_RULE, "rule", rule_fields),
};

const struct gw_entity *entity_of(enum gw_type type)
{
    assert(type < TYPE_N);
    return &entities[type];
}

bool entity_flows_down(enum gw_type type)
{
    return type == TYPE_RULE;
}

bool entity_parse(const char *name, enum gw_type *out)
{
    for (size_t i = 0; i < TYPE_N; i++) {
        if (strcmp(entities[i].name, name) == 0) {
            *out = (enum gw_type)i;
            return true;
        }
    }
    return false;
}

int entity_field(const struct gw_entity *entity, const char *key, size_t len)
{
    for (size_t i = 0; i < entity->n; i++) {
        if (strncmp(entity->fields[i].key, key, len) == 0 && entity->fields[i].key[len] == '\0') {
            return (int)i;
        }
    }
    return -1;
}
