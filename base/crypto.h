/* Hashes, signatures, sealed boxes and encodings, all libsodium. Call gw_crypto_init() first. */
#ifndef GW_BASE_CRYPTO_H
#define GW_BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    GW_HASH_BYTES = 32,
    GW_HASH_HEX = 64,
    GW_SIGN_BYTES = 64,
    GW_SIGN_B64 = 86, /* base64url without padding */
    GW_KEY_BYTES = 32,
    GW_KEY_B64 = 43,
};

enum gw_err gw_crypto_init(void);
const char *gw_crypto_version(void); /* libsodium at run time */

/* SHA-256 over the concatenation of two ranges (either may be empty); lower-case hex. */
void gw_sha256_hex2(const void *a, size_t a_len, const void *b, size_t b_len,
                    char out[GW_HASH_HEX + 1]);
void gw_sha256(const void *bytes, size_t len_bytes, uint8_t out[GW_HASH_BYTES]);
/* First 8 bytes, big-endian, of SHA-256: the h64 of the feed digest. */
uint64_t gw_sha256_h64(const void *bytes, size_t len_bytes);

struct gw_sign_key {
    uint8_t public_key[GW_KEY_BYTES];
    uint8_t secret[64]; /* libsodium's form; wipe with gw_wipe() */
};
void gw_sign_key_new(struct gw_sign_key *key);
void gw_sign_key_from_seed(struct gw_sign_key *key, const uint8_t seed[32]);
/* Ed25519 over prefix || bytes. prefix is a C string that includes its newline.
 * Aborts when there is no memory for a copy of the message. */
void gw_sign(const struct gw_sign_key *key, const char *prefix, const void *bytes, size_t len_bytes,
             uint8_t sig[GW_SIGN_BYTES]);
bool gw_sign_ok(const uint8_t public_key[GW_KEY_BYTES], const char *prefix, const void *bytes,
                size_t len_bytes, const uint8_t sig[GW_SIGN_BYTES]);

/* X25519: the public half of 32 random bytes, for sealed boxes. */
void gw_box_public(const uint8_t secret[GW_KEY_BYTES], uint8_t public_key[GW_KEY_BYTES]);

/* base64url without padding (RFC 4648 section 5). encode: out must hold (n*4+2)/3+1 bytes.
 * decode: strict (alphabet, no padding, no stray bits); false unless exactly want bytes come out.
 */
void gw_b64url(const void *bytes, size_t len_bytes, char *out);
bool gw_b64url_decode(const char *text, void *out, size_t want_bytes);

void gw_hex(const void *bytes, size_t len_bytes, char *out);
bool gw_hex_decode(const char *text, void *out, size_t want_bytes);

/* Crockford base32 of random bits: `digits` characters of 0-9A-Z without I L O U. */
void gw_crockford(const uint8_t *bytes, size_t digits, char *out);
/* Upper case, I/L -> 1, O -> 0, blanks and '-' dropped; false for other characters. In place. */
bool gw_crockford_fold(char *text);

bool gw_equal_ct(const void *a, const void *b, size_t len_bytes); /* constant time */
void gw_wipe(void *bytes, size_t len_bytes);

#endif
