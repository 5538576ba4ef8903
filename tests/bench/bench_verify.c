/* E6: an export for `gridward verify`: a procedure of STEPS records by four devices that see each
 * other's; objections and their decisions, a tenth of them corrected and cosigned. Everything in it
 * is signed as in a real one: each record by its device, each receipt and each signer by the
 * server.
 *
 *     bench_verify RULES_DIR STEPS FILE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/evidence.h"
#include "base/fsutil.h"
#include "rules/ruleset_load.h"
#include "tests/bench/bench.h"

#define PROCESS       "019c2000-0000-7777-8777-000000000001"
#define SIGNER_PREFIX "gridward-signer-v1\n"

enum { DEVS = 4, LINE = 4096, MEMORY = 1024 * 1024 * 1024 };

static const char *const devs[DEVS] = {
    "019c0b29-9340-7111-9111-111111111111", "019c0b29-9340-7111-9111-222222222222",
    "019c0b29-9340-7111-9111-333333333333", "019c0b29-9340-7111-9111-444444444444"};
static const char *const users[DEVS] = {"u1", "u1", "u2", "u3"};

struct device {
    struct gw_sign_key key;
    char sign_key[GW_KEY_B64 + 1], server_sig[GW_SIGN_B64 + 1], last[GW_HASH_HEX + 1];
    int64_t pn;
};

struct making {
    struct device devices[DEVS];
    struct gw_sign_key server;
    char server_key[GW_KEY_B64 + 1], rules_hash[GW_HASH_HEX + 1], newest[GW_HASH_HEX + 1];
    struct gw_buf rules;
    struct json *fields[4]; /* of the opening, the list, an objection, a decision */
    struct json *counts;    /* none */
    struct ev_signer signers[DEVS];
    struct ev_export_line *lines;
    struct ev_step **steps;
    size_t n;
    struct gw_arena arena;
};

static void seed_key(struct gw_sign_key *key, uint8_t first)
{
    uint8_t seed[32] = {first};
    gw_sign_key_from_seed(key, seed);
}

static struct json *tree(const char *text)
{
    struct json *root = NULL;
    bench_must(json_parse(text, strlen(text), 0, &root, NULL), NULL, text);
    return root;
}

/* base64url of a signature; the text is kept as long as the export. */
static const char *signature(struct making *m, const struct gw_sign_key *key, const char *prefix,
                             const struct gw_buf *text)
{
    uint8_t sig[GW_SIGN_BYTES];
    char b64[GW_SIGN_B64 + 1];
    gw_sign(key, prefix, text->data, text->len, sig);
    gw_b64url(sig, sizeof sig, b64);
    const char *kept = gw_arena_text(&m->arena, b64);
    bench_must(kept ? GW_OK : GW_NOMEM, NULL, "signature");
    return kept;
}

static void make_signer(struct making *m, size_t d)
{
    struct gw_buf text;
    struct device *dev = &m->devices[d];
    struct ev_signer *s = &m->signers[d];
    seed_key(&dev->key, (uint8_t)(d + 1));
    gw_b64url(dev->key.public_key, GW_KEY_BYTES, dev->sign_key);
    *s = (struct ev_signer){.dev = devs[d],
                            .user = users[d],
                            .name = "陈静",
                            .role = "committee",
                            .sign_key = dev->sign_key,
                            .valid_from = day_start_ms(20600)};
    gw_buf_init(&text, LINE);
    bench_must(evidence_signer_text(s, &text), NULL, "signer");
    s->server_sig = signature(m, &m->server, SIGNER_PREFIX, &text);
    gw_buf_free(&text);
}

static void start(struct making *m, const char *rules, size_t n)
{
    struct gw_fail fail = {0};
    gw_day day;
    (void)day_parse("2026-08-30", &day); /* a real day */
    m->n = n;
    m->lines = calloc(n, sizeof *m->lines);
    m->steps = calloc(n, sizeof *m->steps);
    bench_must(m->lines && m->steps ? GW_OK : GW_NOMEM, NULL, "start");
    gw_arena_init(&m->arena, MEMORY);
    gw_buf_init(&m->rules, RULESET_TEXT_MAX);
    bench_must(ruleset_compose(rules, "village-direct", "CQ", day, &m->rules, &fail), &fail,
               "rules");
    gw_sha256_hex2(m->rules.data, m->rules.len, NULL, 0, m->rules_hash);
    m->fields[0] = tree("{\"kind\":\"election\",\"mode\":\"voters\",\"title\":\"村委会换届选举\","
                        "\"division\":\"CQ.500112.013.005\",\"polling_day\":\"2026-08-30\"}");
    m->fields[1] = tree("{\"published_on\":\"2026-08-01\"}");
    m->fields[2] = tree("{\"received_on\":\"2026-08-03\"}");
    m->fields[3] = tree("{\"decided_on\":\"2026-08-04\"}");
    m->counts = tree("{}");
    seed_key(&m->server, 99);
    gw_b64url(m->server.public_key, GW_KEY_BYTES, m->server_key);
    for (size_t d = 0; d < DEVS; d++) {
        make_signer(m, d);
    }
}

/* Ten in a row: four objections with their decisions, a correction of the last, its cosign. */
static void fill_kind(const struct making *m, size_t i, char subject[24], struct cmd_body *body)
{
    size_t turn = i % 10;
    struct cmd_data *data = &body->data;
    body->kind = i == 0      ? CMD_PROCESS_OPEN
                 : turn < 8  ? CMD_PROCESS_STEP
                 : turn == 8 ? CMD_PROCESS_CORRECT
                             : CMD_PROCESS_COSIGN;
    (void)snprintf(subject, 24, "%zu", turn % 2 == 0 ? i : i - 1); /* fits */
    if (i == 0) {
        data->template_id = "village-direct";
        data->template_version = 1;
        data->rules = m->rules_hash;
    } else if (turn < 8) {
        data->step = i == 1 ? "S06" : turn % 2 == 0 ? "S07" : "S08";
        data->subject = subject;
    } else {
        data->target = m->newest;
        data->reason = turn == 8 ? "抄错一天" : NULL;
    }
    if (turn < 9 || i == 0) {
        data->fields = m->fields[i == 0 ? 0 : i == 1 ? 1 : turn % 2 == 0 && turn < 8 ? 2 : 3];
        data->counts = i == 0 ? NULL : m->counts;
    }
}

/* The newest record of every other device. */
static struct json *seen_by(const struct making *m, size_t d)
{
    char text[DEVS * (GW_HASH_HEX + 3) + 3] = "[";
    size_t used = 1;
    for (size_t k = 0; k < DEVS; k++) {
        if (k != d && m->devices[k].pn > 0) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s\"%s\"",
                                     used > 1 ? "," : "", m->devices[k].last); /* fits */
        }
    }
    (void)snprintf(text + used, sizeof text - used, "]");
    return tree(text);
}

static void sign_line(struct making *m, size_t i, size_t d, const struct cmd_body *body)
{
    struct gw_buf text, line;
    struct device *dev = &m->devices[d];
    gw_buf_init(&text, LINE);
    gw_buf_init(&line, 2 * LINE);
    bench_must(wire_body_encode(body, &text), NULL, "body");
    wire_cmd_hash(gw_buf_str(&text), text.len, m->newest);
    const struct wire_cmd_line parts = {gw_buf_str(&text), devs[d],
                                        signature(m, &dev->key, CMD_SIGN_PREFIX, &text), NULL};
    bench_must(wire_cmd_line_encode(&parts, &line), NULL, "line");
    m->lines[i].line = gw_arena_text(&m->arena, gw_buf_str(&line));
    bench_must(m->lines[i].line ? GW_OK : GW_NOMEM, NULL, "line");
    memcpy(dev->last, m->newest, sizeof dev->last);
    dev->pn = body->n;
    gw_buf_free(&text);
    gw_buf_free(&line);
}

static void receipt(struct making *m, size_t i, size_t d, int64_t wall)
{
    struct gw_buf text;
    struct ev_export_line *line = &m->lines[i];
    line->status = line->result = "applied";
    line->recv_at = wall + 300;
    line->seq = (int64_t)i + 100;
    gw_buf_init(&text, LINE);
    bench_must(wire_receipt_text(devs[d], m->devices[d].pn, m->newest, RESULT_APPLIED, line->seq,
                                 line->recv_at, &text),
               NULL, "receipt");
    line->receipt = signature(m, &m->server, RECEIPT_PREFIX, &text);
    gw_buf_free(&text);
}

static void make_record(struct making *m, size_t i)
{
    size_t d = i * 7 / 3 % DEVS;
    char uid[40], subject[24];
    struct gw_fail fail = {0};
    (void)snprintf(uid, sizeof uid, "019c2000-0000-7777-8777-%012zu", i + 1); /* fits */
    struct json *seen = seen_by(m, d);
    struct cmd_body body = {.v = 1,
                            .uid = uid,
                            .dev = devs[d],
                            .n = m->devices[d].pn + 1,
                            .prev = m->devices[d].last,
                            .id = PROCESS,
                            .base = "",
                            .wall = day_start_ms(20668) + (int64_t)i * 1000, /* 2026-08-03 */
                            .unc = 40,
                            .boot = "b",
                            .mono = 5,
                            .seen = seen};
    cmd_data_init(&body.data);
    body.data.pn = body.n;
    body.data.pprev = body.prev;
    fill_kind(m, i, subject, &body);
    sign_line(m, i, d, &body);
    receipt(m, i, d, body.wall);
    bench_must(
        evidence_step(&m->arena, m->lines[i].line, strlen(m->lines[i].line), &m->steps[i], &fail),
        &fail, "record");
    json_free(seen);
}

/* Each record has seen the one before: they are in the order of the set. */
static void write_file(struct making *m, const char *path)
{
    struct ev_set *set = NULL;
    struct gw_buf out;
    struct gw_fail fail = {0};
    char digest[GW_HASH_HEX + 1];
    bench_must(ev_set_new((const struct ev_step *const *)m->steps, m->n, &set), NULL, "order");
    ev_digest(set, PROCESS, digest);
    const struct ev_export in = {.process = PROCESS,
                                 .digest = digest,
                                 .rules = gw_buf_str(&m->rules),
                                 .server_sign_key = m->server_key,
                                 .count = (int64_t)m->n,
                                 .signers = m->signers,
                                 .signers_n = DEVS,
                                 .lines = m->lines,
                                 .steps_n = m->n};
    gw_buf_init(&out, MEMORY);
    bench_must(evidence_write(&in, &out, &fail), &fail, "export");
    bench_must(gw_file_write(path, gw_buf_str(&out), out.len, &fail), &fail, path);
    printf("{\"steps\":%zu,\"bytes\":%zu}\n", m->n, out.len);
    gw_buf_free(&out);
    ev_set_free(set);
}

int main(int argc, char **argv)
{
    static struct making m; /* zeroed; everything in it goes with the process */
    if (argc != 4 || atoi(argv[2]) < 10) {
        bench_die("usage", "bench_verify RULES_DIR STEPS FILE");
    }
    bench_must(gw_crypto_init(), NULL, "libsodium");
    start(&m, argv[1], (size_t)atoi(argv[2]));
    for (size_t i = 0; i < m.n; i++) {
        make_record(&m, i);
    }
    write_file(&m, argv[3]);
    return 0;
}
