/* A command line and its body, and an event of a source: what a server takes from outside. A body
 * that decodes must encode to something that decodes to the same bytes. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void body(const char *text, size_t len)
{
    struct cmd_body one, two;
    struct json *root = NULL, *again = NULL;
    struct gw_buf first, second;
    const char *code = NULL;
    if (wire_body_decode(text, len, &one, &root, &code, NULL) == GW_OK) {
        gw_buf_init(&first, 1024 * 1024);
        gw_buf_init(&second, 1024 * 1024);
        if (wire_body_encode(&one, &first) == GW_OK) {
            assert(wire_body_decode(gw_buf_str(&first), first.len, &two, &again, &code, NULL) == GW_OK);
            assert(wire_body_encode(&two, &second) == GW_OK);
            assert(strcmp(gw_buf_str(&first), gw_buf_str(&second)) == 0);
        }
        gw_buf_free(&first);
        gw_buf_free(&second);
    }
    json_free(root);
    json_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *slug = NULL;
    struct wire_cmd_line line;
    struct wire_ingest event;
    struct json *root = NULL, *root2 = NULL;
    body(text, size);
    if (wire_cmd_line_decode(text, size, &line, &root, NULL) == GW_OK) {
        body(line.body, strlen(line.body));
    }
    (void)wire_ingest_decode(text, size, &event, &root2, &slug, NULL);
    json_free(root);
    json_free(root2);
    return 0;
}
