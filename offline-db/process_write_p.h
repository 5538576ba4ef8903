/* The writing half of procedures: what was recorded, as members of a command. */
#ifndef GW_OFFLINE_DB_PROCESS_WRITE_P_H
#define GW_OFFLINE_DB_PROCESS_WRITE_P_H

#include "offline-db/process_p.h"

/* Which fields are counts and which are private: of open, or of a step. */
struct process_shape {
    const struct proc_field *fields, *counts;
    size_t fields_n, counts_n;
};

struct process_members {
    /* owned roots; materials and blobs NULL when there are none */
    struct json *fields, *counts, *materials, *blobs;
    struct gw_buf priv; /* private part, empty = none */
    char priv_hash[GW_HASH_HEX + 1];
};
void process_members_init(struct process_members *m);
enum gw_err process_members_make(struct home *home, const struct process_shape *shape,
                                 const struct process_entry *entry, struct process_members *m,
                                 struct gw_fail *fail);
void process_members_free(struct process_members *m);

#endif
