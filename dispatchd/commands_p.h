/* One command line on its way: read, checked, decided, stored. Shared by commands.c (the line, the
 * chain of numbers, the result) and the files that know what a kind does. */
#ifndef GW_DISPATCHD_COMMANDS_P_H
#define GW_DISPATCHD_COMMANDS_P_H

#include "dispatchd/core_p.h"

enum { PARAMS_MAX = 1024, EFFECT_MAX = 2048 };

/* A command whose line, key, signature and number are good. */
struct command {
    struct call *call;
    struct core *core;
    const struct person *person;
    struct cmd_body body;
    const struct json *root; /* of the body */
    int64_t now;             /* the server's */
    int64_t acted_at;        /* the author's, by his corrected clock; 0 = not known well enough */
    struct wire_cursor base; /* epoch "" when base cannot be read */
};

/* What becomes of it. */
struct verdict {
    enum cmd_result result;
    const char *code;     /* NULL = none */
    struct gw_buf params; /* JSON object text, empty = none */
    struct gw_buf effect; /* what a later retract must know, empty = nothing */
    int64_t seq;          /* -1 = no row changed */
};

void verdict_set(struct verdict *v, enum cmd_result result, const char *code);

/* Decide and do. Errors are those of the store: the line gets `retry` and nothing is kept. */
enum gw_err command_apply(struct command *c, struct verdict *v, struct gw_fail *fail);
enum gw_err command_alarm(struct command *c, struct verdict *v, struct gw_fail *fail);
enum gw_err command_raise(struct command *c, struct verdict *v, struct gw_fail *fail);

/* The right to write at path: now, or at base. Sets v to quarantined when there is none. */
enum gw_err command_right(struct command *c, const char *path, struct verdict *v, bool *may,
                          struct gw_fail *fail);

#endif
