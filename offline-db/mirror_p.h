/* What the mirror's files share. */
#ifndef GW_OFFLINE_DB_MIRROR_P_H
#define GW_OFFLINE_DB_MIRROR_P_H

#include "offline-db/odb_p.h"

/* mirror_put.c: binds and writes one put; *changed = a row was written (not older than the local).
 */
enum gw_err mirror_put(struct home *home, const struct wire_rec *rec, bool *changed,
                       struct gw_fail *fail);
/* out/del: deletes iff seq > local seq, remembers the tombstone. */
enum gw_err mirror_remove(struct home *home, const struct wire_rec *rec, bool *changed,
                          struct gw_fail *fail);

/* mirror_scope.c, inside a transaction */
struct scope_news {
    const struct wire_scope *list;
    size_t n;
    const char *tag;
    uint32_t types; /* 0 = not told */
};
enum gw_err scopes_apply(struct home *home, const struct scope_news *news, change_mask *changed,
                         struct gw_fail *fail);
enum gw_err scopes_load(struct home *home);
enum gw_err job_add(struct home *home, const char *scope, const char *type, struct gw_fail *fail);
enum gw_err state_text(struct home *home, enum odb_sql which, const char *name, const char *text,
                       struct gw_fail *fail);

/* Something the queue shows about an alarm changed: a name, an address. */
enum gw_err bump_alarms(struct home *home, enum odb_sql which, const char *id,
                        struct gw_fail *fail);

#endif
