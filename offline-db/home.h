/* A worker's home folder: gridward.db (mirror, journal, overlay), device.key apart from it (0600),
 * engine.lock, gridward.conf, gridward.log. One struct is one open connection of one process. */
#ifndef GW_OFFLINE_DB_HOME_H
#define GW_OFFLINE_DB_HOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/rnd.h"
#include "base/sqlkit.h"
#include "model/alarm.h"
#include "model/role.h"

/* Who this home is: written at enrolment, read at every start. */
struct identity {
    gw_id device, user;
    char name[128];
    enum gw_role role;
    char url[512];     /* https://host:port, no slash at the end */
    char ca_file[512]; /* "" = system */
    char pin[128];     /* "" = none */
    char server_key[GW_KEY_B64 + 1], server_sign_key[GW_KEY_B64 + 1];
    int64_t enrolled_at;
    /* What the server says of this key (protocol 6.5), as it comes with enroll; "" = nothing. Not
     * read back: it is kept among the signers. */
    int64_t valid_from;
    char server_sig[GW_SIGN_B64 + 1];
};

struct home_priv;

struct home {
    struct gw_db *db;
    char dir[1024];
    bool enrolled;
    bool practice; /* never sent, bundled or exported; every screen and page says 练习 (practice.h)
                    */
    struct identity id;
    struct gw_sign_key key; /* wiped by home_close */
    const struct gw_clock *clock;
    const struct gw_random *random;
    struct gw_uuid_gen uuids;
    struct home_priv *p; /* owned; of offline-db/ only */
};

struct home_opts {
    /* NULL: $GRIDWARD_HOME, then $XDG_STATE_HOME/gridward, then ~/.local/state/gridward */
    const char *dir;
    bool must_be_enrolled; /* else GW_DENIED */
    const struct gw_clock *clock;
    const struct gw_random *random;
    int64_t max_pages;
    const char *vfs;
};
enum gw_err home_open(const struct home_opts *opts, struct home *out, struct gw_fail *fail);
void home_close(struct home *home);

/* Enrolment: key file first, then the database row; both or neither are seen by the next start. */
enum gw_err home_enrol(struct home *home, const struct identity *id, const struct gw_sign_key *key,
                       struct gw_fail *fail);
/* rekey: the new key and device replace the old one, unsent commands are signed anew with the same
 * uid and new numbers (state reissued for the old rows), in one transaction. */
enum gw_err home_rekey(struct home *home, const struct identity *id, const struct gw_sign_key *key,
                       struct gw_fail *fail);
/* Another connection (the engine) may have rekeyed, or learned the user's name and role: takes them
 * over. Cheap when nothing changed. Call it before something is signed. */
enum gw_err home_rejoin(struct home *home, struct gw_fail *fail);
/* What the server calls this user now (hello). Writes only when it differs. */
enum gw_err home_user(struct home *home, const char *name, enum gw_role role, struct gw_fail *fail);
/* What the server says of this home's key (hello): see signer_vouched(). Writes only once. */
enum gw_err home_vouched(struct home *home, int64_t valid_from, const char *server_sig,
                         struct gw_fail *fail);
/* Deletes mirror, journal and key. GW_REFUSED while something is unsent. */
enum gw_err home_leave(struct home *home, struct gw_fail *fail);

/* Moves whenever this connection or another one wrote. Cheap: for every turn of a loop. */
int64_t home_writes(struct home *home);
/* For moments without work: what the log of the store holds is on the disk afterwards; a long log
 * goes into the file and is used again instead of growing (gw_db_idle). Never waits. */
void home_idle(struct home *home);

/* Where the journal lies: for crash messages. */
const char *home_db_path(const struct home *home);

#endif
