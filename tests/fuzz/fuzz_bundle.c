/* A bundle as anybody may hand it over: the bytes as a file, and the bytes as the text of a file
 * that is sealed well (a key that everybody knows seals for this receiver). */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/bundle.h"
#include "base/zst.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t box[GW_KEY_BYTES], secret[GW_KEY_BYTES];

/* Not beyond its total, nor beyond what one line may hold; a commit that may become a file's name.
 */
static void blob_line(const char *line, size_t len)
{
    struct bundle_slice slice;
    struct bundle_held held;
    struct gw_buf bytes;
    gw_buf_init(&bytes, BUNDLE_SLICE);
    if (bundle_slice_read(line, len, &slice, &bytes)) {
        assert(blob_commit_ok(slice.commit));
        assert(slice.len > 0 && slice.len <= BUNDLE_SLICE && slice.len == bytes.len);
        assert(slice.from >= 0 && slice.from + (int64_t)slice.len <= slice.total);
    }
    if (bundle_held_read(line, len, &held)) {
        assert(blob_commit_ok(held.commit));
    }
    gw_buf_free(&bytes);
}

static void open_it(const void *file, size_t len)
{
    const struct bundle_me me = {"me", box, secret};
    struct bundle in;
    const char *line;
    size_t line_len, at = 0;
    int64_t n = 0;
    if (bundle_open(file, len, &me, &in, NULL) == GW_OK) {
        while (bundle_next(&in, &at, &line, &line_len)) {
            assert(memchr(line, '\n', line_len) == NULL);
            if (bundle_line_kind(line, line_len) == BUNDLE_BLOB) {
                blob_line(line, line_len);
            }
            n++;
        }
        assert(n == in.count);
        assert(in.head.to_n > 0);
        (void)bundle_signed_by(&in, box);
        bundle_free(&in);
    }
}

/* One piece is enough: longer ones are the same loop. first byte: 1 = the data are packed already.
 */
static void sealed(const uint8_t *data, size_t size)
{
    static const char begin[] = "\x89GWB\r\n\x1a\n\x01\x01\x01\x02me";
    uint8_t key[GW_KEY_BYTES], header[GW_STREAM_HEADER], lock[GW_KEY_BYTES + GW_SEAL_EXTRA];
    uint8_t out[65536 + GW_STREAM_EXTRA];
    struct gw_stream stream;
    struct gw_buf packed, file;
    gw_buf_init(&packed, sizeof out - GW_STREAM_EXTRA);
    gw_buf_init(&file, 128 * 1024);
    enum gw_err err = size > 0 && data[0] == 1 ? gw_buf_add(&packed, data + 1, size - 1)
                                               : gw_zst_pack(data, size, 1, &packed);
    gw_stream_begin(&stream, key, header);
    if (!err && gw_seal(box, key, sizeof key, lock)) {
        size_t len = packed.len + GW_STREAM_EXTRA;
        const uint8_t length[] = {0, (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};
        (void)gw_buf_add(&file, begin, sizeof begin - 1);
        (void)gw_buf_add(&file, lock, sizeof lock);
        (void)gw_buf_add(&file, header, sizeof header);
        gw_stream_push(&stream, (struct gw_bytes){file.data, file.len},
                       (struct gw_bytes){gw_buf_str(&packed), packed.len}, true, out);
        (void)gw_buf_add(&file, length, sizeof length);
        (void)gw_buf_add(&file, out, len);
        open_it(gw_buf_str(&file), file.len);
    }
    gw_buf_free(&packed);
    gw_buf_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (secret[0] == 0) {
        assert(gw_crypto_init() == GW_OK);
        memset(secret, 7, sizeof secret);
        gw_box_public(secret, box);
    }
    open_it(data, size);
    sealed(data, size);
    return 0;
}
