/* One line of the feed: the decoder never crashes, and the scanner and the tree reader agree. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum gw_err visit(void *ctx, const struct scan_member *m)
{
    size_t *seen = ctx;
    assert(m->key_len == 0 || m->key != NULL);
    (*seen)++;
    return GW_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wire_decoder *decoder;
    const char *line = (const char *)data;
    struct wire_rec rec;
    struct json *root = NULL;
    struct gw_buf arena;
    size_t seen = 0, members = 0;
    if (decoder == NULL && wire_decoder_new(&decoder) != GW_OK) {
        abort();
    }
    if (wire_rec_decode(decoder, line, size, &rec, NULL) == GW_OK && rec.op == OP_PUT) {
        assert(rec.seq >= 0 && id_ok(rec.id) && path_ok(rec.path) && rec.row_len >= 2);
    }
    bool tree = json_parse(line, size, 0, &root, NULL) == GW_OK && json_is_object(root);
    assert(tree == (scan_check(line, size, NULL) == GW_OK));
    if (tree) {
        gw_buf_init(&arena, 1024 * 1024);
        assert(scan_object(line, size, true, &arena, visit, &seen, NULL) == GW_OK);
        for (const struct json *m = json_first(root); m != NULL; m = json_next(m)) {
            members++;
        }
        assert(members == seen);
        gw_buf_free(&arena);
    }
    json_free(root);
    return 0;
}
