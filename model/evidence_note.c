/* Digest, page code and checkpoints (C2SP signed notes) of a set. */
#include "model/evidence_p.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "model/path.h"

#define DASH "\xe2\x80\x94 " /* U+2014 and a blank open a signature line */

enum { KEY_ID_BYTES = 4, NOTE_SIG_BYTES = KEY_ID_BYTES + GW_SIGN_BYTES, ALG_ED25519 = 1 };

/* ---- digest */

static size_t digest_head(const char *process, int64_t count, char *out, size_t size)
{
    int len = snprintf(out, size, "gridward-set-v1\n%s\n%lld\n", process, (long long)count);
    assert(len > 0 && (size_t)len < size); /* ids have at most GW_ID_MAX bytes */
    return (size_t)len;
}

static size_t pack_marked(const struct ev_set *set, const uint8_t *marks, uint8_t *out)
{
    size_t n = 0;
    for (size_t r = 0; r < set->n; r++) {
        if (marks[r]) {
            memcpy(out + n++ * GW_HASH_BYTES, set->raw + r * GW_HASH_BYTES, GW_HASH_BYTES);
        }
    }
    return n;
}

static void digest_raw(const char *process, const uint8_t *raw, size_t n, char out[GW_HASH_HEX + 1])
{
    char head[64 + GW_ID_MAX];
    size_t len = digest_head(process, (int64_t)n, head, sizeof head);
    gw_sha256_hex2(head, len, raw, n * GW_HASH_BYTES, out);
}

void ev_digest(const struct ev_set *set, const char *process, char out[GW_HASH_HEX + 1])
{
    digest_raw(process, set->raw, set->n, out);
}

void ev_code(const char digest[GW_HASH_HEX + 1], char out[EV_CODE_LEN + 1])
{
    uint8_t raw[GW_HASH_BYTES];
    char flat[16 + 1];
    bool ok = gw_hex_decode(digest, raw, sizeof raw);
    assert(ok); /* a digest is ours */
    (void)ok;
    gw_crockford(raw, 16, flat);
    (void)snprintf(out, EV_CODE_LEN + 1, "%.4s-%.4s-%.4s-%.4s", flat, flat + 4, flat + 8,
                   flat + 12); /* always fits */
}

/* ---- base64 of RFC 4648 section 4, with padding: what signed notes use */

/* out holds (n + 2) / 3 * 4 + 1 bytes. */
static void b64(const void *bytes, size_t n, char *out)
{
    gw_b64url(bytes, n, out);
    size_t len = strlen(out);
    for (size_t i = 0; i < len; i++) {
        out[i] = out[i] == '-' ? '+' : out[i] == '_' ? '/' : out[i];
    }
    while (len % 4 != 0) {
        out[len++] = '=';
    }
    out[len] = '\0';
}

static bool b64_decode_sig(const char *text, size_t len, uint8_t out[NOTE_SIG_BYTES])
{
    enum { PADDED = (NOTE_SIG_BYTES + 2) / 3 * 4, BARE = (NOTE_SIG_BYTES * 4 + 2) / 3 };
    char url[PADDED + 1];
    if (len != PADDED) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        bool pad = i >= BARE;
        if (pad != (text[i] == '=') || text[i] == '-' || text[i] == '_') {
            return false;
        }
        url[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
    }
    url[BARE] = '\0';
    return gw_b64url_decode(url, out, NOTE_SIG_BYTES);
}

/* ---- the text of a checkpoint */

static int by_device(const void *a, const void *b)
{
    const struct ev_step *x = *(const struct ev_step *const *)a;
    const struct ev_step *y = *(const struct ev_step *const *)b;
    int order = strcmp(x->dev, y->dev);
    order = order != 0 ? order : (x->pn > y->pn) - (x->pn < y->pn);
    return order != 0 ? order : strcmp(x->hash, y->hash);
}

/* The newest step of each device; of one that forked, the newest of each branch. */
static size_t find_heads(const struct ev_set *set, const struct ev_step **heads)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++) {
        if (set->flags[i] & EV_TIP) {
            heads[n++] = ev_placed(set, i);
        }
    }
    qsort(heads, n, sizeof *heads, by_device);
    return n;
}

static bool has_gap(const struct ev_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->prev[i] == EV_NOWHERE && ev_placed(set, i)->pprev[0] != '\0') {
            return true;
        }
    }
    return false;
}

static enum gw_err put_text(const struct ev_set *set, const char *process,
                            const struct ev_step **heads, size_t n, struct gw_buf *out)
{
    char digest[GW_HASH_HEX + 1];
    uint8_t raw[GW_HASH_BYTES];
    char text[(GW_HASH_BYTES + 2) / 3 * 4 + 1];
    ev_digest(set, process, digest);
    (void)gw_hex_decode(digest, raw, sizeof raw); /* our own hex */
    b64(raw, sizeof raw, text);
    enum gw_err err = gw_buf_addf(out, "gridward/%s\n%zu\n%s\n", process, set->n, text);
    for (size_t i = 0; i < n && err == GW_OK; i++) {
        err = gw_buf_addf(out, "%s %lld %s\n", heads[i]->dev, (long long)heads[i]->pn,
                          heads[i]->hash);
    }
    return err;
}

enum gw_err ev_note_text(const struct ev_set *set, const char *process, struct gw_buf *out)
{
    if (has_gap(set)) {
        return GW_ABSENT;
    }
    const struct ev_step **heads = calloc(set->n + 1, sizeof(void *));
    if (!heads) {
        return GW_NOMEM;
    }
    size_t before = out->len;
    enum gw_err err = put_text(set, process, heads, find_heads(set, heads), out);
    if (err != GW_OK && out->data) {
        out->len = before; /* all of it or nothing */
        out->data[before] = '\0';
    }
    free(heads);
    return err;
}

/* ---- signatures */

static void key_id(const char *name, const uint8_t public_key[GW_KEY_BYTES],
                   uint8_t out[KEY_ID_BYTES])
{
    char head[GW_ID_MAX + 3];
    char hex[GW_HASH_HEX + 1];
    uint8_t hash[GW_HASH_BYTES];
    int len = snprintf(head, sizeof head, "%s\n%c", name, ALG_ED25519);
    assert(len > 0 && (size_t)len < sizeof head);
    gw_sha256_hex2(head, (size_t)len, public_key, GW_KEY_BYTES, hex);
    (void)gw_hex_decode(hex, hash, sizeof hash); /* our own hex */
    memcpy(out, hash, KEY_ID_BYTES);
}

enum gw_err ev_note_sign(const struct gw_sign_key *key, const char *name, const struct gw_buf *text,
                         struct gw_buf *out)
{
    uint8_t sig[NOTE_SIG_BYTES];
    char coded[(NOTE_SIG_BYTES + 2) / 3 * 4 + 1];
    if (!id_ok(name)) {
        return GW_INVALID;
    }
    key_id(name, key->public_key, sig);
    gw_sign(key, "", text->data, text->len, sig + KEY_ID_BYTES);
    b64(sig, sizeof sig, coded);
    return gw_buf_addf(out, DASH "%s %s\n", name, coded);
}

/* Length of the signed text: up to the last empty line, its newline included; 0 = no note. */
static size_t text_len(const char *note, size_t len)
{
    for (size_t i = len; i >= 2; i--) {
        if (note[i - 1] == '\n' && note[i - 2] == '\n') {
            return i - 1;
        }
    }
    return 0;
}

static bool note_chars(const char *note, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)note[i] < 0x20 && note[i] != '\n') {
            return false;
        }
    }
    return len > 0 && note[len - 1] == '\n' && gw_utf8_valid(note, len);
}

/* One line without its newline: "— name base64". False when it is no signature line. */
static bool sig_line(const char *line, size_t len, const char **name, size_t *name_len,
                     uint8_t sig[NOTE_SIG_BYTES])
{
    size_t dash = sizeof DASH - 1;
    if (len <= dash || memcmp(line, DASH, dash) != 0) {
        return false;
    }
    *name = line + dash;
    const char *blank = memchr(*name, ' ', len - dash);
    if (!blank || blank == *name) {
        return false;
    }
    *name_len = (size_t)(blank - *name);
    return b64_decode_sig(blank + 1, (size_t)(line + len - blank - 1), sig);
}

bool ev_note_check(const char *note, size_t len, const char *name, const uint8_t public_key[32])
{
    size_t signed_len = note_chars(note, len) ? text_len(note, len) : 0;
    if (signed_len == 0 || !id_ok(name)) {
        return false;
    }
    uint8_t want[KEY_ID_BYTES];
    key_id(name, public_key, want);
    const char *end = note + len;
    for (const char *at = note + signed_len + 1; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *who;
        size_t who_len;
        uint8_t sig[NOTE_SIG_BYTES];
        bool ours = sig_line(at, (size_t)(stop - at), &who, &who_len, sig) &&
                    who_len == strlen(name) && memcmp(who, name, who_len) == 0 &&
                    memcmp(sig, want, KEY_ID_BYTES) == 0;
        if (ours) { /* a known key whose signature is wrong spoils the note */
            return gw_sign_ok(public_key, "", note, signed_len, sig + KEY_ID_BYTES);
        }
        at = stop + 1;
    }
    return false;
}

/* ---- the older set that a checkpoint names */

/* "dev pn hash" into the step; NULL when it is not so written or the step says otherwise. */
static enum gw_err read_head(const struct ev_set *set, const char *line, size_t len, uint32_t *rank)
{
    char text[GW_ID_MAX + 32 + GW_HASH_HEX];
    char want[sizeof text];
    if (len >= sizeof text || len < GW_HASH_HEX + 4 || line[len - GW_HASH_HEX - 1] != ' ') {
        return GW_INVALID;
    }
    memcpy(text, line, len);
    text[len] = '\0';
    *rank = ev_rank(set, text + len - GW_HASH_HEX);
    if (*rank == EV_NOWHERE) {
        return GW_ABSENT;
    }
    const struct ev_step *s = set->steps[*rank];
    (void)snprintf(want, sizeof want, "%s %lld %s", s->dev, (long long)s->pn, s->hash);
    return strcmp(text, want) == 0 ? GW_OK : GW_INVALID;
}

static enum gw_err walk_back(const struct ev_set *set, uint32_t rank, uint8_t *marks)
{
    uint32_t place = set->place[rank];
    while (!marks[set->rank[place]]) { /* what is marked was walked before: forged circles end */
        marks[set->rank[place]] = 1;
        if (ev_placed(set, place)->pprev[0] == '\0') {
            return GW_OK;
        }
        if (set->prev[place] == EV_NOWHERE) {
            return GW_ABSENT;
        }
        place = set->prev[place];
    }
    return GW_OK;
}

static enum gw_err walk_heads(const struct ev_set *set, const char *heads, uint8_t *marks)
{
    while (*heads != '\0') {
        size_t len = strcspn(heads, "\n");
        uint32_t rank;
        enum gw_err err = read_head(set, heads, len, &rank);
        err = err == GW_OK ? walk_back(set, rank, marks) : err;
        if (err != GW_OK) {
            return err;
        }
        heads += len + (heads[len] == '\n');
    }
    return GW_OK;
}

enum gw_err ev_rebuild(const struct ev_set *set, const char *process, const char *heads,
                       int64_t *count, char digest[GW_HASH_HEX + 1])
{
    uint8_t *marks = calloc(set->n + 1, 1);
    uint8_t *raw = calloc(set->n + 1, GW_HASH_BYTES);
    enum gw_err err = marks && raw ? walk_heads(set, heads, marks) : GW_NOMEM;
    if (err == GW_OK) {
        size_t n = pack_marked(set, marks, raw);
        *count = (int64_t)n;
        digest_raw(process, raw, n, digest);
    }
    free(marks);
    free(raw);
    return err;
}
