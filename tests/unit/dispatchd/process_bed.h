/* What the tests of procedures at the server share: a clerk, a duty officer, one process, lines as
 * a console signs them and as another one brings them. */
#ifndef GW_TESTS_UNIT_DISPATCHD_PROCESS_BED_H
#define GW_TESTS_UNIT_DISPATCHD_PROCESS_BED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/evidence.h"
#include "dispatchd/admin.h"
#include "tests/kit/core_kit.h"
#include "tests/kit/scratch.h"

#define COMMUNITY "CQ.500112.013.005"
#define PROCESS   "019c2000-0000-7777-8777-000000000001"
#define HASH      "df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2"
#define OPEN_AT(path)                                                                              \
    "{\"pn\":1,\"pprev\":\"\",\"template\":\"village-direct\",\"template_version\":1,"             \
    "\"rules\":\"" HASH "\",\"fields\":{\"kind\":\"election\",\"mode\":\"voters\",\"title\":"      \
    "\"第十三届\",\"division\":\"" path "\",\"term\":\"13\",\"polling_day\":\"2026-11-14\","       \
    "\"happened_at\":1781982720000}}"
#define OPEN OPEN_AT(COMMUNITY)
#define PRIV "{\"salt\":\"d3d3d3d3d3d3d3d3d3d3dw\",\"fields\":{\"chair\":\"陈秀英\"}}"

static struct core_console clerk, duty;

static inline int setup(void **state)
{
    static struct core_kit kit;
    core_kit_open(&kit, "process.db");
    core_kit_enroll(&kit, &clerk, "clerk");
    core_kit_enroll(&kit, &duty, "duty");
    *state = &kit;
    return 0;
}

static inline int teardown(void **state)
{
    core_kit_close(*state);
    return 0;
}

/* {"pn","pprev"} and more members. */
static inline const char *data_of(int64_t pn, const char *pprev, const char *more)
{
    static char text[2048];
    (void)snprintf(text, sizeof text, "{\"pn\":%lld,\"pprev\":\"%s\",%s}", (long long)pn, pprev,
                   more);
    return text;
}

#define STEP  "\"step\":\"S06\",\"fields\":{},\"counts\":{\"voters\":812}"
#define CLOSE "\"outcome\":\"done\""

static inline void first(struct core_kit *kit, struct core_console *c, const char *kind,
                         const char *more, const char *result, const char *code)
{
    core_kit_expect(kit, c, kind, PROCESS, data_of(1, "", more), result, code);
}

static inline void open_it(struct core_kit *kit)
{
    core_kit_expect(kit, &clerk, "process.open", PROCESS, OPEN, "applied", NULL);
}

static inline void step_id(const struct core_console *c, int64_t n, char out[GW_ID_MAX + 1])
{
    (void)snprintf(out, GW_ID_MAX + 1, "%.100s.%lld", c->device, (long long)n);
}

static inline struct json *step_of(struct core_kit *kit, const struct core_console *c, int64_t n)
{
    char id[GW_ID_MAX + 1];
    step_id(c, n, id);
    return core_kit_row(kit, TYPE_STEP, id);
}

static inline void step_is(struct core_kit *kit, const struct core_console *c, int64_t n,
                           const char *status, const char *code)
{
    struct json *row = step_of(kit, c, n);
    assert_non_null(row);
    assert_string_equal(json_str(row, "status"), status);
    if (code) {
        assert_string_equal(json_str(row, "code"), code);
    } else {
        assert_null(json_str(row, "code"));
    }
    json_free(row);
}

static inline void path_of(struct core_kit *kit, enum gw_type type, const char *id,
                           const char *path)
{
    char got[GW_PATH_MAX + 1];
    assert_int_equal(kit->admin->ops->row_get(kit->admin, type, id, NULL, got, NULL, NULL), GW_OK);
    assert_string_equal(got, path);
}

static inline void revoked_seq_is(struct core_kit *kit, const char *id, bool there)
{
    int64_t at = 0, seq = 0;
    struct json *row = core_kit_row(kit, TYPE_SIGNER, id);
    assert_int_equal(json_int(row, "revoked_at", &at), there);
    assert_int_equal(json_int(row, "revoked_seq", &seq), there);
    assert_true(!there || (at >= CORE_T0 && seq > 0));
    assert_non_null(json_str(row, "server_sig"));
    json_free(row);
}

/* ---- lines that another device brings */

static inline int bring(struct core_kit *kit, const struct core_console *carrier,
                        const struct gw_buf *line)
{
    return core_kit_post(kit, "/v1/commands", carrier->token, "application/x-ndjson",
                         gw_buf_str(line));
}

static inline void brought(struct core_kit *kit, const struct core_console *carrier,
                           const struct gw_buf *line, const char *result, const char *code)
{
    assert_int_equal(bring(kit, carrier, line), 200);
    struct json *answer = core_kit_line(kit, 0);
    if (strcmp(json_str(answer, "result"), result) != 0 ||
        (code && strcmp(json_str(answer, "code"), code) != 0)) {
        print_error("%s\n", core_kit_body(kit));
        fail();
    }
    json_free(answer);
}

static inline void made(struct core_kit *kit, struct core_console *c, const char *kind,
                        const char *data, const char *priv, struct gw_buf *out)
{
    struct core_cmd cmd = {.kind = kind, .id = PROCESS, .data = data, .priv = priv};
    gw_buf_reset(out);
    core_kit_make(kit, c, &cmd, out);
}

#endif
