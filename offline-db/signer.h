/* Further persons who sign on this laptop: the second clerk of an election, with his own device at
 * the server and his own key. The key lies in second-USER.key (0600), sealed with a key that is
 * made from his PIN: nobody signs with it without him, the first user neither. What he signs goes
 * into the same journal under his device and is brought to the server in the first user's session.
 */
#ifndef GW_OFFLINE_DB_SIGNER_H
#define GW_OFFLINE_DB_SIGNER_H

#include "model/command.h"
#include "offline-db/home.h"

enum { SIGNERS_MAX = 8 };

/* Who signs: plain data; wipe it with signer_wipe as soon as it has signed. */
struct home_signer {
    gw_id device, user;
    char name[128];
    enum gw_role role;
    struct gw_sign_key key;
};

/* What everybody may know about him. */
struct signer_row {
    gw_id device, user;
    char name[128];
    enum gw_role role;
    int64_t enrolled_at;
};
/* At most cap rows, by user. */
enum gw_err signer_list(struct home *home, struct signer_row *out, size_t cap, size_t *n);
/* GW_ABSENT with a sentence that tells what helps. */
enum gw_err signer_find(struct home *home, const char *user, struct signer_row *out,
                        struct gw_fail *fail);

/* Keeps what the server says of a key of this home (id->valid_from and server_sig, as enroll and
 * hello bring them) among the signers, so that its records can be judged on another laptop before
 * the first of them has been at the server. Nothing when the server did not say it, when it is not
 * the server's word on this key, or when the row is here already. Inside a transaction or not. */
enum gw_err signer_vouched(struct home *home, const struct identity *id,
                           const uint8_t public_key[GW_KEY_BYTES], struct gw_fail *fail);

/* After enrolment: key file first, then the row. A person who is here already gets the new device;
 * what the server has not taken of the old one is signed anew with it. GW_REFUSED: the home's own
 * user, a server that is not the home's, or too many persons. */
enum gw_err signer_add(struct home *home, const struct identity *id, const struct gw_sign_key *key,
                       const char *pin, struct gw_fail *fail);
/* GW_DENIED: wrong PIN or too early (as pin_check); GW_ABSENT: not enrolled here; GW_STORE: the key
 * file is missing or bent. */
enum gw_err signer_open(struct home *home, const char *user, const char *pin,
                        struct home_signer *out, struct gw_fail *fail);
void signer_wipe(struct home_signer *signer);
/* Seals the key anew: one rename, so after a stop at any moment exactly one of the two PINs opens
 * it. */
enum gw_err signer_pin_set(struct home *home, const char *user, const char *old, const char *pin,
                           struct gw_fail *fail);

/* Is his key file there, whole, and closed to others? Asks no PIN. */
bool signer_file_ok(const struct home *home, const char *user);
/* Only records of procedures and confirmed numbers: what another device may bring to the server. */
bool signer_may(enum cmd_kind kind);

#endif
