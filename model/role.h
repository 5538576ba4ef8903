/* Roles and rights: one table (protocol section 7), enforced by the server per row and used by the
 * console to say beforehand what will not be accepted. */
#ifndef GW_MODEL_ROLE_H
#define GW_MODEL_ROLE_H

#include <stdbool.h>

#include "model/command.h"
#include "model/entity.h"

enum gw_role {
    ROLE_WORKER,
    ROLE_LEADER,
    ROLE_DUTY,
    ROLE_COMMITTEE,
    ROLE_AUDITOR,
    ROLE_ADMIN,
    ROLE_N
};

const char *role_name(enum gw_role role); /* "worker" */
bool role_parse(const char *name, enum gw_role *out);
const char *role_word(enum gw_role role); /* translated: 网格员 网格长 值班室 居委会 审计 管理员 */
/* Level of the response chain that this role answers: worker 3, leader 4, duty 5, others 0. */
int role_level(enum gw_role role);
bool role_reads(enum gw_role role, enum gw_type type);
bool role_writes(enum gw_role role, enum cmd_kind kind);

#endif
