/* Names and words of states, severities, stages, kinds and outcomes. */
#include <assert.h>
#include <string.h>

#include "base/i18n.h"
#include "model/alarm.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct word {
    const char *name, *word;
};

static const struct word states[ALARM_STATE_N] = {
    [ALARM_UNACK] = {"unack", N_("Not taken")},
    [ALARM_ACKED] = {"acked", N_("Taken")},
    [ALARM_RTN_UNACK] = {"rtn_unack", N_("Cleared, not seen")},
    [ALARM_CLOSED] = {"closed", N_("Closed")},
    [ALARM_SHELVED] = {"shelved", N_("Shelved")},
    [ALARM_SUPPRESSED] = {"suppressed", N_("Muted")},
    [ALARM_OUT_OF_SERVICE] = {"out_of_service", N_("Out of service")},
};

static const struct word severities[SEV_N] = {
    [SEV_INFO] = {"info", N_("Info")},
    [SEV_MINOR] = {"minor", N_("Minor")},
    [SEV_MAJOR] = {"major", N_("Major")},
    [SEV_CRITICAL] = {"critical", N_("Critical")},
};

static const struct word stages[STAGE_N] = {
    [STAGE_NONE] = {"none", ""},       [STAGE_ACKED] = {"acked", ""},
    [STAGE_PHONED] = {"phoned", ""},   [STAGE_ENROUTE] = {"enroute", ""},
    [STAGE_ARRIVED] = {"arrived", ""},
};

static bool parse(const struct word *words, size_t n, const char *name, size_t *out)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i].name, name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

const char *alarm_state_name(enum alarm_state state)
{
    assert(state < ALARM_STATE_N);
    return states[state].name;
}

bool alarm_state_parse(const char *name, enum alarm_state *out)
{
    size_t i;
    bool found = parse(states, ALARM_STATE_N, name, &i);
    if (found) {
        *out = (enum alarm_state)i;
    }
    return found;
}

const char *alarm_state_word(enum alarm_state state)
{
    assert(state < ALARM_STATE_N);
    return _(states[state].word);
}

const char *alarm_severity_name(enum alarm_severity severity)
{
    assert(severity < SEV_N);
    return severities[severity].name;
}

bool alarm_severity_parse(const char *name, enum alarm_severity *out)
{
    size_t i;
    bool found = parse(severities, SEV_N, name, &i);
    if (found) {
        *out = (enum alarm_severity)i;
    }
    return found;
}

const char *alarm_severity_word(enum alarm_severity severity)
{
    assert(severity < SEV_N);
    return _(severities[severity].word);
}

const char *alarm_stage_name(enum alarm_stage stage)
{
    assert(stage < STAGE_N);
    return stages[stage].name;
}

bool alarm_stage_parse(const char *name, enum alarm_stage *out)
{
    size_t i;
    bool found = parse(stages, STAGE_N, name, &i);
    if (found) {
        *out = (enum alarm_stage)i;
    }
    return found;
}

/* ---- kinds; every list holds all 17 outcomes that can fit, usual first */
static const char *const smoke_outcomes[] = {
    "false_cooking",  "real_fire",     "false_device",
    "false_touch",    "real_gas",      "away",
    "test",           "duplicate",     "no_answer_found_safe",
    "help_nonurgent", "real_medical",  "fall",
    "hospitalised",   "refused_entry", "deceased",
    "low_battery",    "offline",       NULL};
static const char *const gas_outcomes[] = {
    "false_cooking",  "real_gas",      "false_device",
    "false_touch",    "real_fire",     "away",
    "test",           "duplicate",     "no_answer_found_safe",
    "help_nonurgent", "real_medical",  "fall",
    "hospitalised",   "refused_entry", "deceased",
    "low_battery",    "offline",       NULL};
static const char *const water_outcomes[] = {
    "help_nonurgent", "false_device",  "false_touch",
    "away",           "test",          "duplicate",
    "refused_entry",  "real_medical",  "no_answer_found_safe",
    "fall",           "real_fire",     "real_gas",
    "hospitalised",   "deceased",      "low_battery",
    "offline",        "false_cooking", NULL};
static const char *const person_outcomes[] = {
    "false_touch",    "real_medical",  "fall",
    "help_nonurgent", "false_device",  "no_answer_found_safe",
    "test",           "duplicate",     "hospitalised",
    "away",           "refused_entry", "real_fire",
    "real_gas",       "deceased",      "low_battery",
    "offline",        "false_cooking", NULL};
static const char *const fall_outcomes[] = {
    "fall",         "false_device",   "false_touch",
    "real_medical", "help_nonurgent", "no_answer_found_safe",
    "test",         "duplicate",      "hospitalised",
    "away",         "refused_entry",  "real_fire",
    "real_gas",     "deceased",       "low_battery",
    "offline",      "false_cooking",  NULL};
static const char *const quiet_outcomes[] = {"no_answer_found_safe",
                                             "away",
                                             "hospitalised",
                                             "real_medical",
                                             "fall",
                                             "false_device",
                                             "help_nonurgent",
                                             "refused_entry",
                                             "deceased",
                                             "false_touch",
                                             "test",
                                             "duplicate",
                                             "real_fire",
                                             "real_gas",
                                             "low_battery",
                                             "offline",
                                             "false_cooking",
                                             NULL};
static const char *const vital_outcomes[] = {"help_nonurgent",
                                             "real_medical",
                                             "false_device",
                                             "hospitalised",
                                             "no_answer_found_safe",
                                             "away",
                                             "test",
                                             "duplicate",
                                             "fall",
                                             "false_touch",
                                             "refused_entry",
                                             "deceased",
                                             "real_fire",
                                             "real_gas",
                                             "low_battery",
                                             "offline",
                                             "false_cooking",
                                             NULL};
static const char *const battery_outcomes[] = {
    "low_battery",  "false_device",   "test",
    "duplicate",    "away",           "refused_entry",
    "hospitalised", "offline",        "false_touch",
    "deceased",     "help_nonurgent", "no_answer_found_safe",
    "real_medical", "fall",           "real_fire",
    "real_gas",     "false_cooking",  NULL};
static const char *const offline_outcomes[] = {
    "offline",       "low_battery", "false_device",   "test",
    "duplicate",     "away",        "refused_entry",  "hospitalised",
    "false_touch",   "deceased",    "help_nonurgent", "no_answer_found_safe",
    "real_medical",  "fall",        "real_fire",      "real_gas",
    "false_cooking", NULL};
static const char *const other_outcomes[] = {"help_nonurgent",
                                             "real_medical",
                                             "false_device",
                                             "false_touch",
                                             "no_answer_found_safe",
                                             "away",
                                             "test",
                                             "duplicate",
                                             "fall",
                                             "real_fire",
                                             "real_gas",
                                             "hospitalised",
                                             "refused_entry",
                                             "deceased",
                                             "low_battery",
                                             "offline",
                                             "false_cooking",
                                             NULL};

/* The last row serves every kind that has none. */
static const struct alarm_kind kinds[] = {
    {"smoke", N_("Smoke"), SEV_CRITICAL, false, true, smoke_outcomes},
    {"gas", N_("Gas"), SEV_CRITICAL, false, true, gas_outcomes},
    {"water", N_("Water leak"), SEV_MAJOR, false, false, water_outcomes},
    {"sos", N_("Call for help"), SEV_CRITICAL, false, true, person_outcomes},
    {"fall", N_("Fall"), SEV_CRITICAL, false, true, fall_outcomes},
    {"inactivity", N_("No activity"), SEV_MAJOR, false, false, quiet_outcomes},
    {"door", N_("Door"), SEV_MINOR, false, false, quiet_outcomes},
    {"vital", N_("Vital signs"), SEV_MAJOR, false, false, vital_outcomes},
    {"battery_low", N_("Low battery"), SEV_MINOR, true, false, battery_outcomes},
    {"offline", N_("Offline"), SEV_MINOR, true, false, offline_outcomes},
    {"tamper", N_("Device opened"), SEV_MAJOR, false, false, other_outcomes},
    {"mains_lost", N_("Mains lost"), SEV_MINOR, false, false, other_outcomes},
    {"other", N_("Other"), SEV_MAJOR, false, false, other_outcomes},
};

const struct alarm_kind *alarm_kinds(size_t *n)
{
    *n = COUNT(kinds);
    return kinds;
}

const struct alarm_kind *alarm_kind_of(const char *name)
{
    for (size_t i = 0; i + 1 < COUNT(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return &kinds[COUNT(kinds) - 1];
}

/* ---- outcomes */
static const char *const outcomes[] = {"real_medical",  "real_fire",      "real_gas",
                                       "fall",          "help_nonurgent", "false_cooking",
                                       "false_touch",   "false_device",   "test",
                                       "low_battery",   "offline",        "no_answer_found_safe",
                                       "away",          "hospitalised",   "deceased",
                                       "refused_entry", "duplicate",      NULL};

static const char *const outcome_words[] = {
    N_("Medical emergency"),
    N_("Real fire"),
    N_("Gas leak"),
    N_("Fall"),
    N_("Help, not urgent"),
    N_("False: cooking"),
    N_("Touched by mistake"),
    N_("Device fault"),
    N_("Test"),
    N_("Low battery"),
    N_("Device offline"),
    N_("No answer, found safe"),
    N_("Nobody at home"),
    N_("In hospital"),
    N_("Deceased"),
    N_("Refused entry"),
    N_("Duplicate"),
};
_Static_assert(COUNT(outcomes) == COUNT(outcome_words) + 1, "one word per outcome");

const char *const *alarm_outcomes(size_t *n)
{
    *n = COUNT(outcome_words);
    return outcomes;
}

bool alarm_outcome_ok(const char *code)
{
    for (size_t i = 0; code && outcomes[i]; i++) {
        if (strcmp(outcomes[i], code) == 0) {
            return true;
        }
    }
    return false;
}

const char *alarm_outcome_word(const char *code)
{
    for (size_t i = 0; outcomes[i]; i++) {
        if (strcmp(outcomes[i], code) == 0) {
            return _(outcome_words[i]);
        }
    }
    return _("Unknown outcome");
}

bool alarm_outcome_technical(const char *code)
{
    return strcmp(code, "test") == 0 || strcmp(code, "low_battery") == 0 ||
           strcmp(code, "offline") == 0;
}
