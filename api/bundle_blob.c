/* Attachments in bundles: slices of the bytes, and the answer of the server how far it has them. */
#include <stdlib.h>
#include <string.h>

#include "api/bundle.h"

/* ---- slices */

static enum gw_err slice_text(const struct bundle_slice *slice, char *bytes, struct gw_buf *out)
{
    char salt[BLOB_SALT_B64 + 1];
    struct jw w;
    gw_b64url(slice->salt, BLOB_SALT, salt);
    gw_b64url(slice->bytes, slice->len, bytes);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_obj(&w, "blob");
    jw_str(&w, "commit", slice->commit);
    jw_str(&w, "media", slice->media);
    jw_str(&w, "salt", salt);
    jw_int(&w, "total", slice->total);
    jw_int(&w, "from", slice->from);
    jw_str(&w, "bytes", bytes);
    jw_obj_end(&w);
    jw_obj_end(&w);
    return jw_end(&w);
}

enum gw_err bundle_slice_add(struct bundle_out *out, const struct bundle_slice *slice,
                             struct gw_fail *fail)
{
    struct gw_buf line;
    char *bytes = slice->len <= BUNDLE_SLICE ? malloc(slice->len * 4 / 3 + 4) : NULL;
    gw_buf_init(&line, BUNDLE_LINE_MAX);
    enum gw_err err = bytes ? slice_text(slice, bytes, &line) : GW_NOMEM;
    err = err ? err : bundle_add(out, gw_buf_str(&line), line.len, fail);
    gw_buf_free(&line);
    free(bytes);
    return err;
}

/* Characters of base64url without padding to bytes. */
static size_t bytes_of(size_t characters)
{
    return characters / 4 * 3 + (characters % 4) * 3 / 4;
}

static bool read_bytes(const struct json *blob, struct bundle_slice *out, struct gw_buf *bytes)
{
    const char *text = json_str(blob, "bytes");
    size_t len = text ? bytes_of(strlen(text)) : 0;
    if (len == 0 || len > BUNDLE_SLICE) {
        return false;
    }
    gw_buf_reset(bytes);
    static const char zeros[4096];
    while (bytes->len < len) {
        size_t left = len - bytes->len;
        if (gw_buf_add(bytes, zeros, left < sizeof zeros ? left : sizeof zeros) != GW_OK) {
            return false;
        }
    }
    out->bytes = bytes->data;
    out->len = len;
    return gw_b64url_decode(text, bytes->data, len);
}

bool bundle_slice_read(const char *line, size_t len, struct bundle_slice *out, struct gw_buf *bytes)
{
    struct json *root = NULL;
    memset(out, 0, sizeof *out);
    if (json_parse(line, len, BUNDLE_LINE_MAX, &root, NULL) != GW_OK) {
        return false;
    }
    const struct json *blob = json_obj(root, "blob");
    const char *commit = blob ? json_str(blob, "commit") : NULL;
    const char *salt = blob ? json_str(blob, "salt") : NULL;
    out->media = blob_media_known(blob ? json_str(blob, "media") : NULL);
    bool good = commit && blob_commit_ok(commit) && salt && out->media &&
                gw_b64url_decode(salt, out->salt, BLOB_SALT) &&
                json_int(blob, "total", &out->total) && json_int(blob, "from", &out->from) &&
                out->total >= 1 && out->total <= BLOB_MAX && out->from >= 0 &&
                read_bytes(blob, out, bytes) && out->from + (int64_t)out->len <= out->total;
    if (good) {
        memcpy(out->commit, commit, GW_HASH_HEX + 1);
    }
    json_free(root);
    return good;
}

/* ---- what the server holds */

enum gw_err bundle_held_add(struct bundle_out *out, const struct bundle_held *held,
                            struct gw_fail *fail)
{
    struct gw_buf line;
    struct jw w;
    gw_buf_init(&line, 4096);
    jw_begin(&w, &line);
    jw_obj(&w, NULL);
    jw_obj(&w, "blob");
    jw_str(&w, "commit", held->commit);
    jw_int(&w, "total", held->total);
    if (held->erased) {
        jw_bool(&w, "erased", true);
    } else {
        jw_int(&w, "offset", held->offset);
    }
    jw_obj_end(&w);
    jw_obj_end(&w);
    enum gw_err err = jw_end(&w);
    err = err ? err : bundle_add(out, gw_buf_str(&line), line.len, fail);
    gw_buf_free(&line);
    return err;
}

bool bundle_held_read(const char *line, size_t len, struct bundle_held *out)
{
    struct json *root = NULL;
    memset(out, 0, sizeof *out);
    if (json_parse(line, len, BUNDLE_LINE_MAX, &root, NULL) != GW_OK) {
        return false;
    }
    const struct json *blob = json_obj(root, "blob");
    const char *commit = blob ? json_str(blob, "commit") : NULL;
    (void)json_bool(blob, "erased", &out->erased); /* absent: no */
    bool good = commit && blob_commit_ok(commit) && json_int(blob, "total", &out->total) &&
                (out->erased || json_int(blob, "offset", &out->offset));
    if (good) {
        memcpy(out->commit, commit, GW_HASH_HEX + 1);
    }
    json_free(root);
    return good;
}
