/* What a PIN guards: a hash to check it against, and a box that only it opens. Argon2id and
 * XSalsa20-Poly1305 of libsodium, at its "interactive" cost: about 0.1 s and 64 MiB a try. A PIN of
 * few digits is a small secret: it keeps a colleague out, not somebody who has the disk and a week;
 * against him the disk itself is encrypted. */
#ifndef GW_BASE_PWBOX_H
#define GW_BASE_PWBOX_H

#include "base/buf.h"
#include "base/err.h"
#include "base/rnd.h"

enum { GW_PW_TEXT = 128, GW_PWBOX_MAX = 4096 };

/* Salt and cost stand in the text itself. GW_NOMEM: no 64 MiB. */
enum gw_err gw_pw_hash(const char *pw, char out[GW_PW_TEXT]);
bool gw_pw_ok(const char *hash, const char *pw);

/* The box as text: a line that names format and cost, salt, nonce, sealed bytes, and the SHA-256 of
 * all that, each a line of its own. Salt and nonce are fresh at every call. */
enum gw_err gw_pwbox_seal(const struct gw_random *random, const char *pw, const void *bytes,
                          size_t len, struct gw_buf *out);
/* GW_OK: exactly len bytes came out. GW_DENIED: the text is whole, but this is not its password.
 * GW_INVALID: the text is not whole, or is no such box; GW_NOMEM. Costs above what seal uses are
 * refused (GW_INVALID): a bent file cannot make us work for hours. out is wiped on failure. */
enum gw_err gw_pwbox_open(const char *text, size_t text_len, const char *pw, void *out, size_t len);
/* GW_OK when the text is whole; asks no password. */
enum gw_err gw_pwbox_check(const char *text, size_t text_len);

#endif
