/* Hashes, signatures, sealed boxes and streams, encodings, all libsodium. Call gw_crypto_init()
 * first. */
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
/* The X25519 pair that belongs to an Ed25519 key (the same point and scalar on the other curve), so
 * that a device needs no second key to be sealed to. false: no usable point (of low order, or none
 * at all); out is zeroed then. The secret half is wiped by the caller. */
bool gw_box_public_of(const uint8_t sign_key[GW_KEY_BYTES], uint8_t public_key[GW_KEY_BYTES]);
bool gw_box_secret_of(const struct gw_sign_key *key, uint8_t secret[GW_KEY_BYTES]);

/* Sealed box (crypto_box_seal): anybody seals to a public key, only its secret opens; it does not
 * say who sealed. out of seal: len_bytes + GW_SEAL_EXTRA; of open: len_bytes - GW_SEAL_EXTRA.
 * false: the public key is no usable point; not for this key, or changed on its way (out is then
 * undefined). */
enum { GW_SEAL_EXTRA = 48 };
bool gw_seal(const uint8_t public_key[GW_KEY_BYTES], const void *bytes, size_t len_bytes,
             uint8_t *out);
bool gw_seal_open(const uint8_t public_key[GW_KEY_BYTES], const uint8_t secret[GW_KEY_BYTES],
                  const uint8_t *sealed, size_t len_bytes, uint8_t *out);

/* A stream of sealed pieces (secretstream, XChaCha20-Poly1305): order, number and end are part of
 * what is authenticated. Order of calls: begin (makes a random key) -> push … push with last, and
 * on the other side open -> pull until *last. Each piece grows by GW_STREAM_EXTRA. `beside` is
 * authenticated with the piece and not stored in it; both sides name the same bytes (NULL, 0 =
 * none). pull is false when the piece is not the next one of this stream; then nothing that follows
 * can be read. Wipe the state and the key with gw_wipe(). */
enum { GW_STREAM_HEADER = 24, GW_STREAM_EXTRA = 17, GW_STREAM_STATE = 64 };
struct gw_stream {
    _Alignas(16) uint8_t state[GW_STREAM_STATE]; /* libsodium's form */
};
struct gw_bytes {
    const void *at;
    size_t len;
};
void gw_stream_begin(struct gw_stream *stream, uint8_t key[GW_KEY_BYTES],
                     uint8_t header[GW_STREAM_HEADER]);
void gw_stream_push(struct gw_stream *stream, struct gw_bytes beside, struct gw_bytes piece,
                    bool last, uint8_t *out);
bool gw_stream_open(struct gw_stream *stream, const uint8_t key[GW_KEY_BYTES],
                    const uint8_t header[GW_STREAM_HEADER]);
bool gw_stream_pull(struct gw_stream *stream, struct gw_bytes beside, struct gw_bytes sealed,
                    bool *last, uint8_t *out);

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
