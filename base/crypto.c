#include "base/crypto.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert(GW_HASH_BYTES == crypto_hash_sha256_BYTES, "SHA-256");
static_assert(GW_SIGN_BYTES == crypto_sign_BYTES, "Ed25519 signature");
static_assert(GW_KEY_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519 key");
static_assert(sizeof((struct gw_sign_key *)0)->secret == crypto_sign_SECRETKEYBYTES, "secret");
static_assert(GW_SEAL_EXTRA == crypto_box_SEALBYTES, "sealed box");
static_assert(GW_STREAM_HEADER == crypto_secretstream_xchacha20poly1305_HEADERBYTES, "header");
static_assert(GW_STREAM_EXTRA == crypto_secretstream_xchacha20poly1305_ABYTES, "piece");
static_assert(GW_STREAM_STATE >= sizeof(crypto_secretstream_xchacha20poly1305_state), "state");

enum gw_err gw_crypto_init(void)
{
    return sodium_init() < 0 ? GW_BUG : GW_OK;
}

/* ---- hashes */

static crypto_hash_sha256_state *sha_state(struct gw_sha256_run *run)
{
    static_assert(sizeof(crypto_hash_sha256_state) <= sizeof run->state, "room for the state");
    return (crypto_hash_sha256_state *)(void *)run->state;
}

void gw_sha256_begin(struct gw_sha256_run *run)
{
    (void)crypto_hash_sha256_init(sha_state(run)); /* always 0, as are the two below */
}

void gw_sha256_add(struct gw_sha256_run *run, const void *bytes, size_t len_bytes)
{
    (void)crypto_hash_sha256_update(sha_state(run), bytes, len_bytes);
}

void gw_sha256_end(struct gw_sha256_run *run, char out[GW_HASH_HEX + 1])
{
    uint8_t hash[GW_HASH_BYTES];
    (void)crypto_hash_sha256_final(sha_state(run), hash);
    gw_hex(hash, sizeof hash, out);
}

void gw_sha256(const void *bytes, size_t len_bytes, uint8_t out[GW_HASH_BYTES])
{
    (void)crypto_hash_sha256(out, bytes, len_bytes); /* always 0 */
}

void gw_sha256_hex2(const void *a, size_t a_len, const void *b, size_t b_len,
                    char out[GW_HASH_HEX + 1])
{
    crypto_hash_sha256_state state;
    uint8_t hash[GW_HASH_BYTES];
    (void)crypto_hash_sha256_init(&state); /* these three always return 0 */
    if (a_len > 0) {
        (void)crypto_hash_sha256_update(&state, a, a_len);
    }
    if (b_len > 0) {
        (void)crypto_hash_sha256_update(&state, b, b_len);
    }
    (void)crypto_hash_sha256_final(&state, hash);
    gw_hex(hash, sizeof hash, out);
}

uint64_t gw_sha256_h64(const void *bytes, size_t len_bytes)
{
    uint8_t hash[GW_HASH_BYTES];
    gw_sha256(bytes, len_bytes, hash);
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | hash[i];
    }
    return value;
}

/* ---- signatures */

void gw_sign_key_new(struct gw_sign_key *key)
{
    (void)crypto_sign_keypair(key->public_key, key->secret); /* always 0 */
}

void gw_sign_key_from_seed(struct gw_sign_key *key, const uint8_t seed[32])
{
    (void)crypto_sign_seed_keypair(key->public_key, key->secret, seed); /* always 0 */
}

/* prefix || bytes in one piece: Ed25519 reads its message twice, and libsodium's multi-part form is
 * another scheme (Ed25519ph). Returns the piece, which is small or malloc()ed. */
static uint8_t *join(const char *prefix, const void *bytes, size_t len_bytes, uint8_t *small,
                     size_t small_size, size_t *len_out)
{
    size_t prefix_len = strlen(prefix);
    size_t len = prefix_len + len_bytes;
    uint8_t *message = len <= small_size ? small : malloc(len);
    if (message) {
        memcpy(message, prefix, prefix_len);
        if (len_bytes > 0) {
            memcpy(message + prefix_len, bytes, len_bytes);
        }
    }
    *len_out = len;
    return message;
}

void gw_sign(const struct gw_sign_key *key, const char *prefix, const void *bytes, size_t len_bytes,
             uint8_t sig[GW_SIGN_BYTES])
{
    uint8_t small[4096];
    size_t len = 0;
    uint8_t *message = join(prefix, bytes, len_bytes, small, sizeof small, &len);
    if (!message) {
        abort(); /* no memory for a body that was just built: nothing right can be returned */
    }
    (void)crypto_sign_detached(sig, NULL, message, len, key->secret); /* always 0 */
    if (message != small) {
        free(message);
    }
}

bool gw_sign_ok(const uint8_t public_key[GW_KEY_BYTES], const char *prefix, const void *bytes,
                size_t len_bytes, const uint8_t sig[GW_SIGN_BYTES])
{
    uint8_t small[4096];
    size_t len = 0;
    uint8_t *message = join(prefix, bytes, len_bytes, small, sizeof small, &len);
    if (!message) {
        return false;
    }
    bool ok = crypto_sign_verify_detached(sig, message, len, public_key) == 0;
    if (message != small) {
        free(message);
    }
    return ok;
}

void gw_box_public(const uint8_t secret[GW_KEY_BYTES], uint8_t public_key[GW_KEY_BYTES])
{
    (void)crypto_scalarmult_base(public_key, secret); /* always 0 */
}

/* ---- sealed boxes */

static bool zeroed(uint8_t *bytes, size_t len_bytes)
{
    memset(bytes, 0, len_bytes);
    return false;
}

bool gw_box_public_of(const uint8_t sign_key[GW_KEY_BYTES], uint8_t public_key[GW_KEY_BYTES])
{
    return crypto_sign_ed25519_pk_to_curve25519(public_key, sign_key) == 0 ||
           zeroed(public_key, GW_KEY_BYTES);
}

bool gw_box_secret_of(const struct gw_sign_key *key, uint8_t secret[GW_KEY_BYTES])
{
    return crypto_sign_ed25519_sk_to_curve25519(secret, key->secret) == 0 ||
           zeroed(secret, GW_KEY_BYTES);
}

bool gw_seal(const uint8_t public_key[GW_KEY_BYTES], const void *bytes, size_t len_bytes,
             uint8_t *out)
{
    return crypto_box_seal(out, bytes, len_bytes, public_key) == 0;
}

bool gw_seal_open(const uint8_t public_key[GW_KEY_BYTES], const uint8_t secret[GW_KEY_BYTES],
                  const uint8_t *sealed, size_t len_bytes, uint8_t *out)
{
    return len_bytes >= GW_SEAL_EXTRA &&
           crypto_box_seal_open(out, sealed, len_bytes, public_key, secret) == 0;
}

/* ---- streams */

static crypto_secretstream_xchacha20poly1305_state *state_of(struct gw_stream *stream)
{
    return (crypto_secretstream_xchacha20poly1305_state *)(void *)stream->state;
}

void gw_stream_begin(struct gw_stream *stream, uint8_t key[GW_KEY_BYTES],
                     uint8_t header[GW_STREAM_HEADER])
{
    crypto_secretstream_xchacha20poly1305_keygen(key);
    (void)crypto_secretstream_xchacha20poly1305_init_push(state_of(stream), header, key); /* 0 */
}

void gw_stream_push(struct gw_stream *stream, struct gw_bytes beside, struct gw_bytes piece,
                    bool last, uint8_t *out)
{
    uint8_t tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                       : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    (void)crypto_secretstream_xchacha20poly1305_push(state_of(stream), out, NULL, piece.at,
                                                     piece.len, beside.at, beside.len,
                                                     tag); /* always 0 */
}

bool gw_stream_open(struct gw_stream *stream, const uint8_t key[GW_KEY_BYTES],
                    const uint8_t header[GW_STREAM_HEADER])
{
    return crypto_secretstream_xchacha20poly1305_init_pull(state_of(stream), header, key) == 0;
}

/* A tag that push never writes is as wrong as a bent piece. */
bool gw_stream_pull(struct gw_stream *stream, struct gw_bytes beside, struct gw_bytes sealed,
                    bool *last, uint8_t *out)
{
    uint8_t tag = 0;
    if (sealed.len < GW_STREAM_EXTRA ||
        crypto_secretstream_xchacha20poly1305_pull(state_of(stream), out, NULL, &tag, sealed.at,
                                                   sealed.len, beside.at, beside.len) != 0) {
        return false;
    }
    *last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return *last || tag == crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
}

/* ---- encodings: exactly these bytes, exactly one spelling */

static const char B64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char HEX[] = "0123456789abcdef";
static const char CROCKFORD[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static int digit_of(const char *alphabet, char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* Big-endian bits in groups: the next `width` bits at bit position `bit`, zeros past the end. */
static unsigned bits_at(const uint8_t *bytes, size_t len_bytes, size_t bit, unsigned width)
{
    size_t i = bit / 8;
    unsigned pair = (unsigned)bytes[i] << 8 | (i + 1 < len_bytes ? bytes[i + 1] : 0u);
    return (pair >> (16 - width - bit % 8)) & ((1u << width) - 1);
}

void gw_b64url(const void *bytes, size_t len_bytes, char *out)
{
    for (size_t bit = 0; bit < len_bytes * 8; bit += 6) {
        *out++ = B64[bits_at(bytes, len_bytes, bit, 6)];
    }
    *out = '\0';
}

bool gw_b64url_decode(const char *text, void *out, size_t want_bytes)
{
    uint8_t *at = out;
    size_t done = 0;
    size_t chars = (want_bytes * 4 + 2) / 3;
    unsigned hold = 0;
    unsigned held = 0;
    if (strnlen(text, chars + 1) != chars) {
        return false;
    }
    for (size_t i = 0; i < chars; i++) {
        int digit = digit_of(B64, text[i]);
        if (digit < 0) {
            return false;
        }
        hold = hold << 6 | (unsigned)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            at[done++] = (uint8_t)(hold >> held);
            hold &= (1u << held) - 1;
        }
    }
    return done == want_bytes && hold == 0;
}

void gw_hex(const void *bytes, size_t len_bytes, char *out)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len_bytes; i++) {
        out[2 * i] = HEX[at[i] >> 4];
        out[2 * i + 1] = HEX[at[i] & 15];
    }
    out[2 * len_bytes] = '\0';
}

/* Lower case only: one spelling. */
static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool gw_hex_decode(const char *text, void *out, size_t want_bytes)
{
    uint8_t *at = out;
    if (strnlen(text, want_bytes * 2 + 1) != want_bytes * 2) {
        return false;
    }
    for (size_t i = 0; i < want_bytes; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        at[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void gw_crockford(const uint8_t *bytes, size_t digits, char *out)
{
    for (size_t i = 0; i < digits; i++) {
        out[i] = CROCKFORD[bits_at(bytes, (digits * 5 + 7) / 8, i * 5, 5)];
    }
    out[digits] = '\0';
}

bool gw_crockford_fold(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        char c = *from;
        if (c == ' ' || c == '-') {
            continue;
        }
        if (c >= 'a' && c <= 'z') {
            c = (char)(c - 'a' + 'A');
        }
        c = c == 'I' || c == 'L' ? '1' : c == 'O' ? '0' : c;
        if (digit_of(CROCKFORD, c) < 0) {
            return false;
        }
        *to++ = c;
    }
    *to = '\0';
    return true;
}

bool gw_equal_ct(const void *a, const void *b, size_t len_bytes)
{
    return len_bytes == 0 || sodium_memcmp(a, b, len_bytes) == 0;
}

void gw_wipe(void *bytes, size_t len_bytes)
{
    sodium_memzero(bytes, len_bytes);
}

const char *gw_crypto_version(void)
{
    return sodium_version_string();
}
