#include "base/pwbox.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"

static_assert(GW_PW_TEXT >= crypto_pwhash_STRBYTES, "hash text");

enum {
    SALT = crypto_pwhash_SALTBYTES,
    NONCE = crypto_secretbox_NONCEBYTES,
    MAC = crypto_secretbox_MACBYTES,
    SEALED_MAX = 512,
};

/* The cost is part of the name: another cost is another format. */
static const char head[] = "gridward-pwbox-v1 argon2id13 2 67108864";

enum gw_err gw_pw_hash(const char *pw, char out[GW_PW_TEXT])
{
    return crypto_pwhash_str(out, pw, strlen(pw), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0
               ? GW_OK
               : GW_NOMEM;
}

bool gw_pw_ok(const char *hash, const char *pw)
{
    return crypto_pwhash_str_verify(hash, pw, strlen(pw)) == 0;
}

static enum gw_err box_key(const char *pw, const uint8_t salt[SALT],
                           uint8_t key[crypto_secretbox_KEYBYTES])
{
    static_assert(crypto_pwhash_OPSLIMIT_INTERACTIVE == 2, "named in head[]");
    static_assert(crypto_pwhash_MEMLIMIT_INTERACTIVE == 67108864, "named in head[]");
    return crypto_pwhash(key, crypto_secretbox_KEYBYTES, pw, strlen(pw), salt,
                         crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                         crypto_pwhash_ALG_ARGON2ID13) == 0
               ? GW_OK
               : GW_NOMEM;
}

static enum gw_err add_hex(struct gw_buf *out, const uint8_t *bytes, size_t len)
{
    char hex[2 * SEALED_MAX + 1];
    gw_hex(bytes, len, hex);
    enum gw_err err = gw_buf_adds(out, hex);
    return err ? err : gw_buf_adds(out, "\n");
}

enum gw_err gw_pwbox_seal(const struct gw_random *random, const char *pw, const void *bytes,
                          size_t len, struct gw_buf *out)
{
    uint8_t salt[SALT];
    uint8_t nonce[NONCE];
    uint8_t key[crypto_secretbox_KEYBYTES];
    uint8_t sealed[SEALED_MAX];
    char sum[GW_HASH_HEX + 1];
    size_t before = out->len;
    if (len > SEALED_MAX - MAC) {
        return GW_TOO_LARGE;
    }
    random->fill(random->ctx, salt, sizeof salt);
    random->fill(random->ctx, nonce, sizeof nonce);
    enum gw_err err = box_key(pw, salt, key);
    if (!err) {
        (void)crypto_secretbox_easy(sealed, bytes, len, nonce, key); /* fails only when huge */
    }
    gw_wipe(key, sizeof key);
    err = err ? err : gw_buf_addf(out, "%s\n", head);
    err = err ? err : add_hex(out, salt, sizeof salt);
    err = err ? err : add_hex(out, nonce, sizeof nonce);
    err = err ? err : add_hex(out, sealed, len + MAC);
    if (!err) {
        gw_sha256_hex2(out->data + before, out->len - before, NULL, 0, sum);
        err = gw_buf_addf(out, "%s\n", sum);
    }
    return err;
}

/* ---- opening */

struct parts {
    uint8_t salt[SALT], nonce[NONCE], sealed[SEALED_MAX];
    size_t sealed_len;
};

/* The line at *at, decoded; false when it is not exactly want bytes of hex. */
static bool take_hex(const char **at, const char *end, uint8_t *out, size_t want)
{
    char hex[2 * SEALED_MAX + 1];
    const char *nl = memchr(*at, '\n', (size_t)(end - *at));
    size_t len = nl ? (size_t)(nl - *at) : 0;
    if (!nl || len != 2 * want || len >= sizeof hex) {
        return false;
    }
    memcpy(hex, *at, len);
    hex[len] = '\0';
    *at = nl + 1;
    return gw_hex_decode(hex, out, want);
}

static size_t line_len(const char *at, const char *end)
{
    const char *nl = memchr(at, '\n', (size_t)(end - at));
    return nl ? (size_t)(nl - at) : 0;
}

static enum gw_err split(const char *text, size_t len, struct parts *p)
{
    char sum[GW_HASH_HEX + 1];
    const char *end = text + len;
    const char *at = text + sizeof head;
    size_t tail = GW_HASH_HEX + 1;
    if (len <= sizeof head + tail || len > GW_PWBOX_MAX ||
        memcmp(text, head, sizeof head - 1) != 0 || text[sizeof head - 1] != '\n') {
        return GW_INVALID;
    }
    gw_sha256_hex2(text, len - tail, NULL, 0, sum);
    if (memcmp(sum, end - tail, GW_HASH_HEX) != 0 || end[-1] != '\n') {
        return GW_INVALID;
    }
    bool ok = take_hex(&at, end, p->salt, SALT) && take_hex(&at, end, p->nonce, NONCE);
    p->sealed_len = ok ? line_len(at, end) / 2 : 0;
    ok = ok && p->sealed_len >= MAC && p->sealed_len <= SEALED_MAX &&
         take_hex(&at, end, p->sealed, p->sealed_len) && at == end - tail;
    return ok ? GW_OK : GW_INVALID;
}

enum gw_err gw_pwbox_check(const char *text, size_t text_len)
{
    struct parts p;
    return split(text, text_len, &p);
}

enum gw_err gw_pwbox_open(const char *text, size_t text_len, const char *pw, void *out, size_t len)
{
    struct parts p;
    uint8_t key[crypto_secretbox_KEYBYTES];
    gw_wipe(out, len);
    enum gw_err err = split(text, text_len, &p);
    if (!err && p.sealed_len != len + MAC) {
        err = GW_INVALID;
    }
    err = err ? err : box_key(pw, p.salt, key);
    if (err) {
        return err;
    }
    if (crypto_secretbox_open_easy(out, p.sealed, p.sealed_len, p.nonce, key) != 0) {
        gw_wipe(out, len);
        err = GW_DENIED;
    }
    gw_wipe(key, sizeof key);
    return err;
}
