#include "model/command.h"

#include <assert.h>
#include <string.h>

#include "base/i18n.h"
#include "model/alarm.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { NOTE_BYTES = 2000, WORD_BYTES = 32, HASH_HEX = 64, SUBJECT_BYTES = 200 };
enum { NOTED_BYTES = 16000 }; /* the heads of about 140 devices; a checkpoint has them twice */
#define INT_MAX_WIRE ((INT64_C(1) << 53) - 1)

static const char *const whom[] = {"elder", "contact", "neighbour", "worker", "leader", "duty",
                                   "119",   "120",     "110",       "other",  NULL};
static const char *const answers[] = {"answered", "no_answer", "busy", "refused", NULL};
static const char *const severities[] = {"critical", "major", "minor", "info", NULL};
static const char *const duties[] = {"on", "off", "reachable", NULL};

#define AT(member) offsetof(struct cmd_data, member)
#define TEXT(key, member, required, max)                                                           \
    {                                                                                              \
        key, CMD_FIELD_TEXT, required, AT(member), NULL, max                                       \
    }
#define ENUM(key, member, required, values)                                                        \
    {                                                                                              \
        key, CMD_FIELD_ENUM, required, AT(member), values, WORD_BYTES                              \
    }
#define ID(key, member, required)                                                                  \
    {                                                                                              \
        key, CMD_FIELD_ID, required, AT(member), NULL, GW_ID_MAX                                   \
    }

static const struct cmd_field attempt_fields[] = {
    ENUM("to", to, true, whom),
    {"contact", CMD_FIELD_INT, false, AT(contact), NULL, 0},
    TEXT("number", number, false, 64),
    ENUM("result", result, true, answers),
};
static const struct cmd_field note_fields[] = {TEXT("text", text, true, NOTE_BYTES)};
static const struct cmd_field escalate_fields[] = {
    {"to", CMD_FIELD_LEVEL, false, AT(to_level), NULL, 0},
    TEXT("reason", reason, true, NOTE_BYTES),
};
static const struct cmd_field handover_fields[] = {
    ID("to", to, true),
    TEXT("note", note, false, NOTE_BYTES),
};
static const struct cmd_field close_fields[] = {
    TEXT("outcome", outcome, true, WORD_BYTES - 1),
    TEXT("note", note, false, NOTE_BYTES),
    TEXT("no_visit_reason", no_visit_reason, false, 255),
    ID("second_person", second_person, false),
};
static const struct cmd_field retract_fields[] = {
    ID("uid", uid, true),
    TEXT("reason", reason, false, NOTE_BYTES),
};
static const struct cmd_field raise_fields[] = {
    TEXT("kind", kind, true, WORD_BYTES - 1), ENUM("severity", severity, true, severities),
    TEXT("text", text, true, NOTE_BYTES),     ID("dwelling_id", dwelling_id, false),
    TEXT("path", path, false, GW_PATH_MAX),
};
static const struct cmd_field duty_fields[] = {ENUM("state", state, true, duties)};
static const struct cmd_field reveal_fields[] = {
    TEXT("type", type, true, WORD_BYTES - 1),
    TEXT("field", field, true, 64),
    TEXT("reason", reason, true, NOTE_BYTES),
};

#define NUMBER(key, member, required)                                                              \
    {                                                                                              \
        key, CMD_FIELD_NUMBER, required, AT(member), NULL, 0                                       \
    }
#define HASH(key, member, required)                                                                \
    {                                                                                              \
        key, CMD_FIELD_HASH, required, AT(member), NULL, HASH_HEX                                  \
    }
#define OBJECT(key, member, required)                                                              \
    {                                                                                              \
        key, CMD_FIELD_JSON, required, AT(member), NULL, 0                                         \
    }
#define CHAIN                                                                                      \
    NUMBER("pn", pn, true),                                                                        \
    {                                                                                              \
        "pprev", CMD_FIELD_PREV, true, AT(pprev), NULL, HASH_HEX                                   \
    }

static const struct cmd_field open_fields[] = {
    CHAIN,
    ID("template", template_id, true),
    NUMBER("template_version", template_version, true),
    HASH("rules", rules, true),
    OBJECT("fields", fields, true),
};
static const struct cmd_field step_fields[] = {
    CHAIN,
    ID("step", step, true),
    TEXT("subject", subject, false, SUBJECT_BYTES),
    OBJECT("fields", fields, true),
    OBJECT("counts", counts, true),
    OBJECT("materials", materials, false),
    TEXT("reason", reason, false, NOTE_BYTES),
};
static const struct cmd_field correct_fields[] = {
    CHAIN,
    HASH("target", target, true),
    OBJECT("fields", fields, true),
    OBJECT("counts", counts, true),
    OBJECT("materials", materials, false),
    TEXT("reason", reason, true, NOTE_BYTES),
};
static const struct cmd_field cosign_fields[] = {CHAIN, HASH("target", target, true)};
static const struct cmd_field checkpoint_fields[] = {
    CHAIN,
    TEXT("heads", heads, true, NOTED_BYTES),
    NUMBER("count", count, true),
    HASH("digest", digest, true),
    TEXT("note", note, true, NOTED_BYTES),
};
static const struct cmd_field end_fields[] = {CHAIN, ID("outcome", outcome, true)};
static const struct cmd_field confirm_fields[] = {
    ID("set", set, true),
    ID("key", key, true),
    TEXT("value", value, true, 128),
    TEXT("document", document, true, 500),
    TEXT("article", article, true, 128),
};

#define BARE(k, name, event, word, expect) [k] = {k, name, event, word, NULL, 0, expect}
#define WITH(k, name, event, word, fields, expect)                                                 \
    [k] = {k, name, event, word, fields, COUNT(fields), expect}

static const struct cmd_spec specs[CMD_KIND_N] = {
    BARE(CMD_ALARM_ACK, "alarm.ack", "ack", N_("Acknowledge"), true),
    BARE(CMD_ALARM_UNACK, "alarm.unack", "unack", N_("Give back"), false),
    BARE(CMD_ALARM_HOLD, "alarm.hold", "hold", N_("Still on it"), false),
    WITH(CMD_ALARM_ATTEMPT, "alarm.attempt", "attempt", N_("Phone call"), attempt_fields, true),
    BARE(CMD_ALARM_ENROUTE, "alarm.enroute", "enroute", N_("On my way"), true),
    BARE(CMD_ALARM_ARRIVED, "alarm.arrived", "arrived", N_("On site"), true),
    WITH(CMD_ALARM_NOTE, "alarm.note", "note", N_("Note"), note_fields, false),
    WITH(CMD_ALARM_ESCALATE, "alarm.escalate", "escalate", N_("Escalate"), escalate_fields, true),
    WITH(CMD_ALARM_HANDOVER, "alarm.handover", "handover", N_("Hand over"), handover_fields, false),
    WITH(CMD_ALARM_CLOSE, "alarm.close", "close", N_("Close alarm"), close_fields, false),
    BARE(CMD_ALARM_CONFIRM, "alarm.confirm", "confirm", N_("Confirm"), false),
    WITH(CMD_ALARM_RETRACT, "alarm.retract", "retract", N_("Take back"), retract_fields, false),
    WITH(CMD_ALARM_RAISE, "alarm.raise", "raised", N_("Raise alarm"), raise_fields, false),
    WITH(CMD_DUTY_SET, "duty.set", NULL, N_("Duty"), duty_fields, false),
    WITH(CMD_ACCESS_REVEAL, "access.reveal", NULL, N_("Show in full"), reveal_fields, false),
    WITH(CMD_PROCESS_OPEN, "process.open", NULL, N_("Open procedure"), open_fields, false),
    WITH(CMD_PROCESS_STEP, "process.step", NULL, N_("Record step"), step_fields, false),
    WITH(CMD_PROCESS_CORRECT, "process.correct", NULL, N_("Correct step"), correct_fields, false),
    WITH(CMD_PROCESS_COSIGN, "process.cosign", NULL, N_("Cosign"), cosign_fields, false),
    WITH(CMD_PROCESS_CHECKPOINT, "process.checkpoint", NULL, N_("Checkpoint"), checkpoint_fields,
         false),
    WITH(CMD_PROCESS_CLOSE, "process.close", NULL, N_("Close procedure"), end_fields, false),
    WITH(CMD_RULES_CONFIRM, "rules.confirm", NULL, N_("Confirm number"), confirm_fields, false),
};

bool cmd_field_is_number(enum cmd_field_kind kind)
{
    return kind == CMD_FIELD_INT || kind == CMD_FIELD_LEVEL || kind == CMD_FIELD_NUMBER;
}

bool cmd_is_process(enum cmd_kind kind)
{
    return kind >= CMD_PROCESS_OPEN && kind <= CMD_PROCESS_CLOSE;
}

void cmd_data_init(struct cmd_data *data)
{
    *data = (struct cmd_data){
        .to_level = -1, .contact = -1, .pn = -1, .template_version = -1, .count = -1};
}

const struct cmd_spec *cmd_spec_of(enum cmd_kind kind)
{
    assert(kind < CMD_KIND_N);
    return &specs[kind];
}

bool cmd_kind_parse(const char *name, enum cmd_kind *out)
{
    for (size_t i = 0; i < CMD_KIND_N; i++) {
        if (strcmp(specs[i].name, name) == 0) {
            *out = (enum cmd_kind)i;
            return true;
        }
    }
    return false;
}

static const char *text_at(const struct cmd_data *data, const struct cmd_field *field)
{
    const char *text;
    memcpy(&text, (const char *)data + field->offset, sizeof text);
    return text;
}

static int64_t int_at(const struct cmd_data *data, const struct cmd_field *field)
{
    int64_t value;
    memcpy(&value, (const char *)data + field->offset, sizeof value);
    return value;
}

static bool in_list(const char *const *values, const char *text)
{
    for (; *values; values++) {
        if (strcmp(*values, text) == 0) {
            return true;
        }
    }
    return false;
}

static enum gw_err missing(const struct cmd_field *field, struct gw_fail *fail)
{
    return field->required
               ? gw_fail_set(fail, GW_INVALID, _("The field \"%s\" is missing."), field->key)
               : GW_OK;
}

static enum gw_err check_number(const struct cmd_field *field, int64_t value, struct gw_fail *fail)
{
    if (value == -1) {
        return missing(field, fail);
    }
    if (field->kind == CMD_FIELD_LEVEL && value != 4 && value != 5) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The field \"%s\" must be 4, 5 or null (the next level)."),
                           field->key);
    }
    if (field->kind == CMD_FIELD_NUMBER && (value < 1 || value > INT_MAX_WIRE)) {
        return gw_fail_set(fail, GW_INVALID, _("The field \"%s\" must be a number from 1 on."),
                           field->key);
    }
    if (field->kind != CMD_FIELD_NUMBER && (value < 1 || value > 1000)) {
        return gw_fail_set(fail, GW_INVALID, _("The field \"%s\" must be a number from 1 to 1000."),
                           field->key);
    }
    return GW_OK;
}

static bool hash_ok(const char *text)
{
    return strspn(text, "0123456789abcdef") == HASH_HEX && text[HASH_HEX] == '\0';
}

static enum gw_err check_hash(const struct cmd_field *field, const char *text, struct gw_fail *fail)
{
    if (!text || (*text == '\0' && field->kind == CMD_FIELD_HASH)) {
        return missing(field, fail);
    }
    return *text == '\0' || hash_ok(text)
               ? GW_OK
               : gw_fail_set(fail, GW_INVALID,
                             _("The field \"%s\" is not a hash: 64 digits 0-9 a-f."), field->key);
}

static enum gw_err check_text(const struct cmd_field *field, const char *text, struct gw_fail *fail)
{
    if (field->kind == CMD_FIELD_HASH || field->kind == CMD_FIELD_PREV) {
        return check_hash(field, text, fail);
    }
    if (!text || (*text == '\0' && field->required)) {
        return missing(field, fail);
    }
    if (field->kind == CMD_FIELD_ENUM && !in_list(field->values, text)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The field \"%s\" has a value that is not in its list."), field->key);
    }
    if (field->kind == CMD_FIELD_ID && !id_ok(text)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The field \"%s\" is not an id: letters, digits, \"_\", \".\" and "
                             "\"-\", at most 128 of them."),
                           field->key);
    }
    if (field->max_bytes > 0 && strlen(text) > field->max_bytes) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The field \"%s\" is too long: at most %zu bytes. Please shorten it."),
                           field->key, field->max_bytes);
    }
    return GW_OK;
}

static enum gw_err check_field(const struct cmd_data *data, const struct cmd_field *field,
                               struct gw_fail *fail)
{
    if (field->kind == CMD_FIELD_JSON) {
        const struct json *object;
        memcpy(&object, (const char *)data + field->offset, sizeof object);
        return object ? GW_OK : missing(field, fail);
    }
    return cmd_field_is_number(field->kind) ? check_number(field, int_at(data, field), fail)
                                            : check_text(field, text_at(data, field), fail);
}

static enum gw_err check_raise(const struct cmd_data *data, struct gw_fail *fail)
{
    if ((data->dwelling_id == NULL) == (data->path == NULL)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("An alarm by hand names its place by exactly one of the fields "
                             "\"dwelling_id\" and \"path\"."));
    }
    if (data->path && !path_ok(data->path)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The field \"path\" is not a path: labels of letters, digits and "
                             "\"-\" joined by dots."));
    }
    return GW_OK;
}

/* Rules between fields, and lists that another table owns. */
static enum gw_err check_rules(enum cmd_kind kind, const struct cmd_data *data,
                               struct gw_fail *fail)
{
    enum gw_type type;
    if (kind == CMD_ALARM_ATTEMPT && strcmp(data->to, "contact") == 0 && data->contact < 1) {
        return gw_fail_set(fail, GW_INVALID,
                           _("A call to a contact must say which one in the field \"contact\"."));
    }
    if (kind == CMD_ALARM_CLOSE && !alarm_outcome_ok(data->outcome)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The field \"outcome\" is not one of the outcome codes."));
    }
    if (kind == CMD_ACCESS_REVEAL && !entity_parse(data->type, &type)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The field \"type\" does not name a type of record."));
    }
    if (cmd_is_process(kind) && (data->pn == 1) != (data->pprev[0] == '\0')) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The field \"%s\" is empty for the first record of a device and a "
                             "hash for all others."),
                           "pprev");
    }
    return kind == CMD_ALARM_RAISE ? check_raise(data, fail) : GW_OK;
}

enum gw_err cmd_data_check(enum cmd_kind kind, const struct cmd_data *data, struct gw_fail *fail)
{
    const struct cmd_spec *spec = cmd_spec_of(kind);
    for (size_t i = 0; i < spec->fields_n; i++) {
        const struct cmd_field *field = &spec->fields[i];
        enum gw_err err = check_field(data, field, fail);
        if (err) {
            return err;
        }
    }
    return check_rules(kind, data, fail);
}

const char *cmd_data_code(enum cmd_kind kind, const struct cmd_data *data)
{
    if (cmd_data_check(kind, data, NULL) == GW_OK) {
        return NULL;
    }
    bool outcome = kind == CMD_ALARM_CLOSE && data->outcome && *data->outcome != '\0' &&
                   !alarm_outcome_ok(data->outcome);
    return outcome ? "unknown-outcome" : "bad-data";
}
