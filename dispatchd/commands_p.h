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
    const struct person *person;       /* the author, who need not be the one who calls */
    const struct store_device *device; /* the author's */
    const char *line;                  /* as it came, byte for byte */
    size_t line_len;
    const char *hash;
    struct cmd_body body;
    const struct json *root; /* of the body */
    int64_t now;             /* the server's */
    int64_t acted_at;        /* the author's, by his corrected clock; 0 = not known well enough */
    struct wire_cursor base; /* epoch "" when base cannot be read */
    bool bare;               /* its private part was not sent: it was erased before it came */
};

struct verdict;
/* What is signed for the author; result and seq are the verdict's. */
struct receipt {
    const char *sig; /* base64url */
    int64_t at;
};
typedef enum gw_err (*command_carry)(const struct command *c, const struct verdict *v,
                                     const struct receipt *receipt, struct gw_fail *fail);

/* What becomes of it. */
struct verdict {
    enum cmd_result result;
    const char *code;     /* NULL = none */
    struct gw_buf params; /* JSON object text, empty = none */
    struct gw_buf effect; /* what a later retract must know, empty = nothing */
    int64_t seq;          /* -1 = no row changed */
    /* A row that holds the receipt of this very command: it is put when the receipt is made, as the
     * last row of the command. Whoever sets it also sets seq to the seq that this row will get,
     * command_next_seq(), or to an older one. NULL = none. */
    command_carry carry;
    char path[GW_PATH_MAX + 1]; /* where carry puts it */
};

void verdict_set(struct verdict *v, enum cmd_result result, const char *code);

/* The seq that the next row of this transaction gets. */
enum gw_err command_next_seq(const struct command *c, int64_t *seq, struct gw_fail *fail);
/* {"key":"text"} as the verdict's params. */
enum gw_err verdict_param(struct verdict *v, const char *key, const char *text);

/* Decide and do. Errors are those of the store: the line gets `retry` and nothing is kept. */
enum gw_err command_apply(struct command *c, struct verdict *v, struct gw_fail *fail);
enum gw_err command_alarm(struct command *c, struct verdict *v, struct gw_fail *fail);
enum gw_err command_raise(struct command *c, struct verdict *v, struct gw_fail *fail);
enum gw_err command_process(struct command *c, struct verdict *v, struct gw_fail *fail);
/* A process.* whose uid was answered before: kept as a step that never counts, so that the chain of
 * its device stays whole. v holds the first answer. */
enum gw_err command_process_again(struct command *c, struct verdict *v, struct gw_fail *fail);
enum gw_err command_rules(struct command *c, struct verdict *v, struct gw_fail *fail);
/* Kinds that another device than the author's may bring (protocol section 9). */
bool command_travels(enum cmd_kind kind);

/* The right to write at path: now, or at base. Sets v to quarantined when there is none. */
enum gw_err command_right(struct command *c, const char *path, struct verdict *v, bool *may,
                          struct gw_fail *fail);

#endif
