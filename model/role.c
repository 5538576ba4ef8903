#include "model/role.h"

#include <assert.h>
#include <string.h>

#include "base/i18n.h"

#define BIT(x)     (1U << (x))
#define ALL_TYPES  (BIT(TYPE_N) - 1)
#define FIELD_CMDS (BIT(CMD_RULES_CONFIRM) - 1)
#define PROCESS_CMDS                                                                               \
    (BIT(CMD_PROCESS_OPEN) | BIT(CMD_PROCESS_STEP) | BIT(CMD_PROCESS_CORRECT) |                    \
     BIT(CMD_PROCESS_COSIGN) | BIT(CMD_PROCESS_CHECKPOINT) | BIT(CMD_PROCESS_CLOSE))

#define COMMITTEE_TYPES                                                                            \
    (BIT(TYPE_GRID) | BIT(TYPE_WORKER) | BIT(TYPE_RESIDENT) | BIT(TYPE_RESIDENT_PRIVATE) |         \
     BIT(TYPE_DWELLING) | BIT(TYPE_HOUSEHOLD) | BIT(TYPE_SPELL) | BIT(TYPE_PROCESS) |              \
     BIT(TYPE_STEP) | BIT(TYPE_SIGNER) | BIT(TYPE_RULE))
#define AUDITOR_TYPES                                                                              \
    (BIT(TYPE_PROCESS) | BIT(TYPE_STEP) | BIT(TYPE_SIGNER) | BIT(TYPE_RULE) | BIT(TYPE_ALARM) |    \
     BIT(TYPE_ALARM_EVENT))

struct role_row {
    const char *name;
    const char *word;
    int level;       /* of the response chain */
    unsigned reads;  /* bit set of enum gw_type */
    unsigned writes; /* bit set of enum cmd_kind */
};

static const struct role_row rows[ROLE_N] = {
    [ROLE_WORKER] = {"worker", N_("Grid worker"), 3, ALL_TYPES, FIELD_CMDS},
    [ROLE_LEADER] = {"leader", N_("Grid leader"), 4, ALL_TYPES, FIELD_CMDS},
    [ROLE_DUTY] = {"duty", N_("Duty room"), 5, ALL_TYPES, FIELD_CMDS},
    /* reads resident_private, so it must be able to ask for it and be logged */
    [ROLE_COMMITTEE] = {"committee", N_("Residents' committee"), 0, COMMITTEE_TYPES,
                        BIT(CMD_ACCESS_REVEAL) | PROCESS_CMDS},
    [ROLE_AUDITOR] = {"auditor", N_("Auditor"), 0, AUDITOR_TYPES,
                      BIT(CMD_PROCESS_COSIGN) | BIT(CMD_RULES_CONFIRM)},
    [ROLE_ADMIN] = {"admin", N_("Administrator"), 0, BIT(TYPE_RULE), BIT(CMD_RULES_CONFIRM)},
};

const char *role_name(enum gw_role role)
{
    assert(role < ROLE_N);
    return rows[role].name;
}

bool role_parse(const char *name, enum gw_role *out)
{
    for (size_t i = 0; i < ROLE_N; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            *out = (enum gw_role)i;
            return true;
        }
    }
    return false;
}

const char *role_word(enum gw_role role)
{
    assert(role < ROLE_N);
    return _(rows[role].word);
}

int role_level(enum gw_role role)
{
    assert(role < ROLE_N);
    return rows[role].level;
}

bool role_reads(enum gw_role role, enum gw_type type)
{
    assert(role < ROLE_N && type < TYPE_N);
    return (rows[role].reads & BIT(type)) != 0;
}

bool role_writes(enum gw_role role, enum cmd_kind kind)
{
    assert(role < ROLE_N && kind < CMD_KIND_N);
    return (rows[role].writes & BIT(kind)) != 0;
}
