/* Lines, signers and numbers that came by a peer's bundle. All inside the caller's transaction. */
#ifndef GW_OFFLINE_DB_FOREIGN_P_H
#define GW_OFFLINE_DB_FOREIGN_P_H

#include "api/bundle.h"
#include "api/evidence.h"
#include "offline-db/process_p.h"

/* The key of a device that is known to sign: of this home itself, of the mirror, or of a bundle
 * with the server's signature. GW_ABSENT. revoked_at may be NULL. */
enum gw_err foreign_key(struct home *home, const char *dev, uint8_t key[GW_KEY_BYTES],
                        int64_t *revoked_at);
/* True when that server (server_sign_key of an enrolment) signed this row. */
bool foreign_vouched(const char *server_sign_key, const struct ev_signer *signer);
enum gw_err foreign_signer_put(struct home *home, const struct ev_signer *signer,
                               struct gw_fail *fail);
enum gw_err foreign_rule_put(struct home *home, const struct json *row, const char *text,
                             struct gw_fail *fail);

struct foreign_line {
    const char *dev, *process, *hash, *line; /* NUL-terminated */
    int64_t n;
};
/* GW_OK: kept. GW_ABSENT: it was here already. GW_REFUSED: another one with its number is here. */
enum gw_err foreign_line_put(struct home *home, const struct foreign_line *line,
                             struct gw_fail *fail);
/* The X25519 pair of this home's own key; wiped by the caller. */
enum gw_err foreign_own_box(const struct home *home, uint8_t public_key[GW_KEY_BYTES],
                            uint8_t secret[GW_KEY_BYTES], struct gw_fail *fail);

#endif
