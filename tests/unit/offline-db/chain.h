/* What the two tests of the journal share: acting, checking the chain, results. */
#ifndef GW_TESTS_UNIT_OFFLINE_DB_CHAIN_H
#define GW_TESTS_UNIT_OFFLINE_DB_CHAIN_H

#include "tests/unit/offline-db/kit.h"

static inline enum gw_err act(struct kit *kit, enum cmd_kind kind, const char *id, const char *text,
                              struct journal_entry *out, struct gw_fail *fail)
{
    struct cmd_data data;
    cmd_data_init(&data);
    if (kind == CMD_ALARM_NOTE) {
        data.text = text;
    } else if (kind == CMD_ALARM_RETRACT) {
        data.uid = text;
    } else if (kind == CMD_DUTY_SET) {
        data.state = text;
    }
    return journal_append(&kit->home, kind, id, 0, &data, out, fail);
}

/* Numbers without holes, each linked to the one before, each signed by the key. */
static inline int64_t check_chain(struct kit *kit, const char *dev, const struct gw_sign_key *key)
{
    char prev[GW_HASH_HEX + 1] = "";
    int64_t n = 0;
    sqlite3_stmt *st = NULL;
    ok(sqlite3_prepare_v2(gw_db_handle(kit->home.db),
                          "SELECT n, body, sig, hash FROM journal WHERE dev = ? ORDER BY n", -1,
                          &st, NULL));
    ok(sqlite3_bind_text(st, 1, dev, -1, SQLITE_STATIC));
    while (sqlite3_step(st) == SQLITE_ROW) {
        struct cmd_body body;
        struct json *root = NULL;
        const char *code = NULL;
        uint8_t sig[GW_SIGN_BYTES];
        char hash[GW_HASH_HEX + 1];
        const char *text = (const char *)sqlite3_column_text(st, 1);
        assert_int_equal(sqlite3_column_int64(st, 0), ++n);
        ok(wire_body_decode(text, strlen(text), &body, &root, &code, NULL));
        assert_int_equal(body.n, n);
        assert_string_equal(body.dev, dev);
        assert_string_equal(body.prev, prev);
        assert_true(gw_b64url_decode((const char *)sqlite3_column_text(st, 2), sig, sizeof sig));
        assert_true(gw_sign_ok(key->public_key, CMD_SIGN_PREFIX, text, strlen(text), sig));
        wire_cmd_hash(text, strlen(text), hash);
        assert_string_equal((const char *)sqlite3_column_text(st, 3), hash);
        memcpy(prev, hash, sizeof prev);
        json_free(root);
    }
    (void)sqlite3_finalize(st); /* read only */
    return n;
}

static inline struct journal_result result_of(int64_t n, enum cmd_result result, int64_t seq)
{
    return (struct journal_result){.n = n,
                                   .result = result,
                                   .seq = seq,
                                   .at = T0_MS + 5000,
                                   .code = result == RESULT_APPLIED ? NULL : "held-by-other"};
}

#endif
