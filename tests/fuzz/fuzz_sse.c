/* A stream of server-sent events: the same events however the bytes are cut. The first byte says
 * where. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "http/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
    uint64_t hash;
    size_t events, comments;
};

static void mix(struct sum *sum, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum->hash = (sum->hash ^ (uint8_t)bytes[i]) * 1099511628211ULL;
    }
    sum->hash = (sum->hash ^ 0x100) * 1099511628211ULL;
}

static enum gw_err on_event(void *ctx, const struct sse_event *event)
{
    struct sum *sum = ctx;
    mix(sum, event->type, strlen(event->type));
    mix(sum, event->data, event->data_len);
    mix(sum, event->last_id, strlen(event->last_id));
    sum->events++;
    return GW_OK;
}

static void on_comment(void *ctx)
{
    ((struct sum *)ctx)->comments++;
}

static bool run(const char *bytes, size_t len, size_t step, struct sum *sum)
{
    struct sse *sse = NULL;
    bool ok = true;
    if (sse_new(4096, &sse) != GW_OK) {
        abort();
    }
    for (size_t at = 0; ok && at < len; at += step) {
        ok = sse_feed(sse, bytes + at, len - at < step ? len - at : step, on_event, on_comment, sum) == GW_OK;
    }
    sse_free(sse);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sum whole = {.hash = 1}, cut = {.hash = 1};
    if (size < 2) {
        return 0;
    }
    const char *bytes = (const char *)data + 1;
    bool ok = run(bytes, size - 1, size, &whole);
    bool same = run(bytes, size - 1, 1 + data[0] % 7, &cut);
    if (ok && same) {
        assert(whole.hash == cut.hash && whole.events == cut.events && whole.comments == cut.comments);
    }
    return 0;
}
