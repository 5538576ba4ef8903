/* Steps from command lines, and the evidence file: what is written is read back byte for byte, and
 * every byte of it that is bent is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/evidence.h"

#define PROCESS "019c2000-0000-7777-8777-000000000001"
#define RULES   "{\"format\":\"gridward-rules-v1\",\"layers\":[]}"
#define PRIV                                                                                       \
    "{\"salt\":\"d3d3d3d3d3d3d3d3d3d3dw\",\"fields\":{\"chair\":\"陈秀英\",\"id_number\":"      \
    "\"500101\"}}"

static const char *const devices[2] = {"019c0b29-9340-7111-9111-111111111111",
                                       "019c0b29-9340-7111-9111-222222222222"};
static const char *const users[2] = {"c-chen", "c-liu"};

struct bed {
    struct gw_sign_key key[2], server;
    char hash[3][GW_HASH_HEX + 1];
    char line[3][8192];
    char receipt[3][GW_SIGN_B64 + 1];
    char rules_hash[GW_HASH_HEX + 1];
    struct ev_signer signers[2];
    char sign_key[2][GW_KEY_B64 + 1], server_key[GW_KEY_B64 + 1], server_sig[2][GW_SIGN_B64 + 1];
    struct ev_export_line lines[3];
    char digest[GW_HASH_HEX + 1];
    struct gw_buf note;
    struct gw_arena arena;
    struct ev_step *steps[3];
    struct ev_export out;
};

static void seed_key(struct gw_sign_key *key, uint8_t first)
{
    uint8_t seed[32];
    for (size_t i = 0; i < sizeof seed; i++) {
        seed[i] = (uint8_t)(first + i);
    }
    gw_sign_key_from_seed(key, seed);
}

static void ok(enum gw_err err)
{
    assert_int_equal(err, GW_OK);
}

static struct json *tree(const char *text)
{
    struct json *root = NULL;
    ok(json_parse(text, strlen(text), 0, &root, NULL));
    return root;
}

/* Line i of the set: signs it as device d. */
static void sign_line(struct bed *bed, size_t i, size_t d, struct cmd_body *body, const char *priv)
{
    struct gw_buf text, line;
    uint8_t sig[GW_SIGN_BYTES];
    char sig_text[GW_SIGN_B64 + 1], priv_hash[GW_HASH_HEX + 1];
    gw_buf_init(&text, 8192);
    gw_buf_init(&line, 8192);
    if (priv) {
        gw_sha256_hex2(priv, strlen(priv), NULL, 0, priv_hash);
        body->priv = priv_hash;
    }
    body->dev = devices[d];
    ok(wire_body_encode(body, &text));
    wire_cmd_hash(gw_buf_str(&text), text.len, bed->hash[i]);
    gw_sign(&bed->key[d], CMD_SIGN_PREFIX, text.data, text.len, sig);
    gw_b64url(sig, sizeof sig, sig_text);
    ok(wire_cmd_line_encode(&(struct wire_cmd_line){gw_buf_str(&text), devices[d], sig_text, priv},
                            &line));
    (void)snprintf(bed->line[i], sizeof bed->line[i], "%s", gw_buf_str(&line));
    gw_buf_free(&text);
    gw_buf_free(&line);
}

static struct cmd_body body_of(enum cmd_kind kind, int64_t n, const char *prev)
{
    struct cmd_body body = {.v = 1,
                            .uid = "019c2000-0000-7777-8777-00000000000a",
                            .n = n,
                            .prev = prev,
                            .kind = kind,
                            .id = PROCESS,
                            .base = "",
                            .wall = 1769800221400,
                            .off = -180,
                            .unc = 40,
                            .boot = "b",
                            .mono = 5};
    cmd_data_init(&body.data);
    body.data.pn = n;
    body.data.pprev = prev;
    return body;
}

static void receipt_of(struct bed *bed, size_t i, size_t d, int64_t n)
{
    struct gw_buf text;
    uint8_t sig[GW_SIGN_BYTES];
    struct ev_export_line *line = &bed->lines[i];
    *line = (struct ev_export_line){.line = bed->line[i],
                                    .status = "applied",
                                    .result = "applied",
                                    .recv_at = 1769800221733 + (int64_t)i,
                                    .seq = 184471 + (int64_t)i};
    gw_buf_init(&text, 1024);
    ok(wire_receipt_text(devices[d], n, bed->hash[i], RESULT_APPLIED, line->seq, line->recv_at,
                         &text));
    gw_sign(&bed->server, RECEIPT_PREFIX, text.data, text.len, sig);
    gw_b64url(sig, sizeof sig, bed->receipt[i]);
    line->receipt = bed->receipt[i];
    gw_buf_free(&text);
}

static void make_signer(struct bed *bed, size_t d)
{
    struct gw_buf text;
    uint8_t sig[GW_SIGN_BYTES];
    struct ev_signer *s = &bed->signers[d];
    gw_b64url(bed->key[d].public_key, GW_KEY_BYTES, bed->sign_key[d]);
    *s = (struct ev_signer){.dev = devices[d],
                            .user = users[d],
                            .name = d == 0 ? "陈静" : "刘伟",
                            .role = "committee",
                            .sign_key = bed->sign_key[d],
                            .valid_from = 1769713800000};
    gw_buf_init(&text, 1024);
    ok(evidence_signer_text(s, &text));
    gw_sign(&bed->server, "gridward-signer-v1\n", text.data, text.len, sig);
    gw_b64url(sig, sizeof sig, bed->server_sig[d]);
    s->server_sig = bed->server_sig[d];
    gw_buf_free(&text);
}

static void make_lines(struct bed *bed)
{
    struct json *fields = tree("{\"kind\":\"election\",\"division\":\"CQ.500112.013.005\","
                               "\"polling_day\":\"2026-06-13\",\"happened_at\":1769800000000}");
    struct json *counts = tree("{\"voters\":1203,\"posted\":true}");
    struct json *empty = tree("{}");
    struct json *materials = tree("{\"photo\":\"paper\"}");
    char seen_text[80];
    struct cmd_body open = body_of(CMD_PROCESS_OPEN, 1, "");
    open.data.template_id = "village-direct";
    open.data.template_version = 1;
    open.data.rules = bed->rules_hash;
    open.data.fields = fields;
    sign_line(bed, 0, 0, &open, NULL);
    struct cmd_body step = body_of(CMD_PROCESS_STEP, 2, bed->hash[0]);
    step.data.step = "S06";
    step.data.subject = "主任";
    step.data.fields = fields;
    step.data.counts = counts;
    step.data.materials = materials;
    step.data.reason = "次日补记";
    sign_line(bed, 1, 0, &step, PRIV);
    (void)snprintf(seen_text, sizeof seen_text, "[\"%s\"]", bed->hash[1]);
    struct json *seen = tree(seen_text);
    struct cmd_body cosign = body_of(CMD_PROCESS_COSIGN, 1, "");
    cosign.data.target = bed->hash[1];
    cosign.seen = seen;
    cosign.off = cosign.unc = INT64_MIN;
    sign_line(bed, 2, 1, &cosign, NULL);
    json_free(fields);
    json_free(counts);
    json_free(empty);
    json_free(materials);
    json_free(seen);
}

static void digest_and_note(struct bed *bed)
{
    struct ev_set *set = NULL;
    gw_buf_init(&bed->note, 4096);
    for (size_t i = 0; i < 3; i++) {
        ok(evidence_step(&bed->arena, bed->line[i], strlen(bed->line[i]), &bed->steps[i], NULL));
    }
    ok(ev_set_new((const struct ev_step *const *)bed->steps, 3, &set));
    ev_digest(set, PROCESS, bed->digest);
    struct gw_buf text;
    gw_buf_init(&text, 4096);
    ok(ev_note_text(set, PROCESS, &text));
    ok(gw_buf_adds(&bed->note, gw_buf_str(&text)));
    ok(gw_buf_adds(&bed->note, "\n"));
    ok(ev_note_sign(&bed->key[0], devices[0], &text, &bed->note));
    gw_buf_free(&text);
    ev_set_free(set);
}

static int setup(void **state)
{
    struct bed *bed = calloc(1, sizeof *bed);
    ok(gw_crypto_init());
    gw_arena_init(&bed->arena, 1 << 20);
    seed_key(&bed->key[0], 1);
    seed_key(&bed->key[1], 101);
    seed_key(&bed->server, 33);
    gw_b64url(bed->server.public_key, GW_KEY_BYTES, bed->server_key);
    gw_sha256_hex2(RULES, strlen(RULES), NULL, 0, bed->rules_hash);
    make_lines(bed);
    receipt_of(bed, 0, 0, 1);
    receipt_of(bed, 1, 0, 2);
    receipt_of(bed, 2, 1, 1);
    make_signer(bed, 0);
    make_signer(bed, 1);
    digest_and_note(bed);
    bed->out = (struct ev_export){.process = PROCESS,
                                  .digest = bed->digest,
                                  .rules = RULES,
                                  .server_sign_key = bed->server_key,
                                  .checkpoint = gw_buf_str(&bed->note),
                                  .count = 3,
                                  .signers = bed->signers,
                                  .signers_n = 2,
                                  .lines = bed->lines,
                                  .steps_n = 3};
    *state = bed;
    return 0;
}

static int teardown(void **state)
{
    struct bed *bed = *state;
    gw_buf_free(&bed->note);
    gw_arena_free(&bed->arena);
    free(bed);
    return 0;
}

/* ---- steps */

static const struct proc_value *value_of(const struct ev_step *step, const char *key)
{
    for (size_t i = 0; i < step->values_n; i++) {
        if (strcmp(step->values[i].key, key) == 0) {
            return &step->values[i];
        }
    }
    return NULL;
}

static void an_open_as_a_step(void **state)
{
    struct bed *bed = *state;
    const struct ev_step *s = bed->steps[0];
    assert_int_equal(s->kind, PROC_OPEN);
    assert_string_equal(s->hash, bed->hash[0]);
    assert_string_equal(s->dev, devices[0]);
    assert_string_equal(s->process, PROCESS);
    assert_string_equal(s->pprev, "");
    assert_string_equal(s->template_id, "village-direct");
    assert_string_equal(s->rules, bed->rules_hash);
    assert_true(s->pn == 1 && s->n == 1 && s->template_version == 1 && s->seen_n == 0);
    assert_true(s->happened_at == 1769800000000 && s->off == -180 && s->unc == 40);
    assert_string_equal(value_of(s, "division")->text, "CQ.500112.013.005");
    assert_string_equal(s->user, "");
    assert_true(s->status == STEP_OWN && s->recv_at == 0 && s->seq == -1 && !s->priv_erased);
}

static void a_step_with_its_private_part(void **state)
{
    struct bed *bed = *state;
    const struct ev_step *s = bed->steps[1];
    assert_int_equal(s->kind, PROC_STEP);
    assert_string_equal(s->step, "S06");
    assert_string_equal(s->subject, "主任");
    assert_string_equal(s->reason, "次日补记");
    assert_true(value_of(s, "voters")->num == 1203 && !value_of(s, "voters")->text);
    assert_int_equal(value_of(s, "posted")->num, 1);
    assert_false(value_of(s, "voters")->private_part);
    assert_string_equal(value_of(s, "chair")->text, "陈秀英");
    assert_true(value_of(s, "chair")->private_part);
    assert_null(value_of(s, "salt"));
    assert_int_equal(s->materials_n, 1);
    assert_string_equal(s->materials[0].text, "paper");
    const struct ev_step *c = bed->steps[2];
    assert_true(c->kind == PROC_COSIGN && c->seen_n == 1 && c->off == INT64_MIN);
    assert_string_equal(c->seen[0], bed->hash[1]);
    assert_string_equal(c->target, bed->hash[1]);
}

static void an_erased_private_part_keeps_the_hash(void **state)
{
    struct bed *bed = *state;
    char line[8192];
    struct ev_step *s = NULL;
    struct gw_fail fail = {.err = GW_OK};
    (void)snprintf(line, sizeof line, "%s", bed->line[1]);
    char *priv = strstr(line, ",\"private\":");
    assert_non_null(priv);
    memcpy(priv, "}", 2);
    ok(evidence_step(&bed->arena, line, strlen(line), &s, NULL));
    assert_string_equal(s->hash, bed->hash[1]);
    assert_true(s->priv_erased);
    assert_null(value_of(s, "chair"));
    assert_int_equal(value_of(s, "voters")->num, 1203);
    /* but another one in its place is refused */
    (void)snprintf(line, sizeof line, "%s", bed->line[1]);
    char *name = strstr(line, "500101");
    assert_non_null(name);
    name[0] = '6';
    assert_int_equal(evidence_step(&bed->arena, line, strlen(line), &s, &fail), GW_INVALID);
    assert_null(s);
    assert_non_null(strstr(fail.text, "private"));
}

static void what_is_no_step(void **state)
{
    struct bed *bed = *state;
    static const struct {
        const char *from, *to;
    } changes[] = {
        {"process.cosign", "alarm.confirm"},
        {"\"key\":\"019c0b29-9340-7111-9111-222", "\"key\":\"019c0b29-9340-7111-9111-111"},
        {"\\\"pn\\\":1", "\\\"pn\\\":0"}};
    for (size_t i = 0; i < 3; i++) {
        char line[8192];
        struct ev_step *s = NULL;
        (void)snprintf(line, sizeof line, "%s", bed->line[2]);
        char *at = strstr(line, changes[i].from);
        assert_non_null(at);
        char rest[8192];
        (void)snprintf(rest, sizeof rest, "%s", at + strlen(changes[i].from));
        (void)snprintf(at, sizeof line - (size_t)(at - line), "%s%s", changes[i].to, rest);
        assert_int_equal(evidence_step(&bed->arena, line, strlen(line), &s, NULL), GW_INVALID);
    }
}

static void a_full_arena_is_an_error(void **state)
{
    struct bed *bed = *state;
    for (size_t max = 0; max < 4096; max += 64) {
        struct gw_arena small;
        struct ev_step *s = NULL;
        gw_arena_init(&small, max);
        enum gw_err err = evidence_step(&small, bed->line[1], strlen(bed->line[1]), &s, NULL);
        assert_true(err == GW_OK ? s != NULL : err == GW_NOMEM && !s);
        gw_arena_free(&small);
    }
}

/* ---- the worked example of docs/protocol.md, made by another program */

static size_t example_lines(const char *file, char *text, size_t size, char *lines[], size_t max)
{
    FILE *f = fopen(file, "r");
    size_t n = 0;
    assert_non_null(f); /* tests run in the root of the source tree */
    size_t len = fread(text, 1, size - 1, f);
    (void)fclose(f); /* was only read */
    text[len] = '\0';
    for (char *at = strtok(text, "\n"); at && n < max; at = strtok(NULL, "\n")) {
        lines[n++] = at;
    }
    return n;
}

static void the_procedure_of_the_manual(void **state)
{
    struct bed *bed = *state;
    static char text[65536];
    char *lines[8];
    struct ev_step *steps[4];
    struct ev_set *set = NULL;
    char digest[GW_HASH_HEX + 1];
    struct gw_buf note;
    size_t n =
        example_lines("api/examples/CommandLine.process.ndjson", text, sizeof text, lines, 8);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        ok(evidence_step(&bed->arena, lines[i], strlen(lines[i]), &steps[i], NULL));
    }
    assert_string_equal(steps[0]->hash,
                        "0fc33eb689dfa7a576504b6e53bc7a035bb8043ee3a5ef28ef845ee5141b3659");
    assert_string_equal(value_of(steps[1], "posted_by")->text, "陈秀英");
    assert_string_equal(steps[2]->target, steps[1]->hash);
    ok(ev_set_new((const struct ev_step *const *)steps, 3, &set));
    ev_digest(set, steps[0]->process, digest);
    assert_string_equal(digest, steps[3]->digest);
    /* the note of the checkpoint is the one that we would make */
    struct json *line = tree(lines[3]);
    struct json *body = tree(json_str(line, "body"));
    const char *made = json_str(json_obj(body, "data"), "note");
    gw_buf_init(&note, 8192);
    ok(ev_note_text(set, steps[0]->process, &note));
    assert_int_equal(strncmp(made, gw_buf_str(&note), note.len), 0);
    struct gw_sign_key chen;
    seed_key(&chen, 65);
    assert_true(ev_note_check(made, strlen(made), steps[0]->dev, chen.public_key));
    gw_buf_free(&note);
    ev_set_free(set);
    json_free(body);
    json_free(line);
}

/* ---- the file */

/* Everything a verifier computes from the bytes: 0 = all is true. */
static int check_lines(const struct ev_export *e, const uint8_t *server)
{
    for (size_t i = 0; i < e->steps_n; i++) {
        const struct ev_step *s = e->steps[i];
        const struct ev_export_line *l = &e->lines[i];
        struct wire_cmd_line line;
        struct json *root = NULL;
        struct gw_buf text;
        uint8_t sig[GW_SIGN_BYTES], key[GW_KEY_BYTES];
        enum cmd_result result;
        bool good = wire_cmd_line_decode(l->line, strlen(l->line), &line, &root, NULL) == GW_OK;
        const struct ev_signer *signer = NULL;
        for (size_t k = 0; k < e->signers_n; k++) {
            signer = strcmp(e->signers[k].dev, s->dev) == 0 ? &e->signers[k] : signer;
        }
        good = good && signer && gw_b64url_decode(signer->sign_key, key, sizeof key) &&
               gw_b64url_decode(line.sig, sig, sizeof sig) &&
               gw_sign_ok(key, CMD_SIGN_PREFIX, line.body, strlen(line.body), sig);
        gw_buf_init(&text, 1024);
        good =
            good && !s->priv_erased && cmd_result_parse(l->result, &result) &&
            wire_receipt_text(s->dev, s->n, s->hash, result, l->seq, l->recv_at, &text) == GW_OK &&
            gw_b64url_decode(l->receipt, sig, sizeof sig) &&
            gw_sign_ok(server, RECEIPT_PREFIX, text.data, text.len, sig);
        gw_buf_free(&text);
        json_free(root);
        if (!good) {
            return 1;
        }
    }
    return 0;
}

static int check_all(const struct ev_export *e, const uint8_t *server_key)
{
    uint8_t server[GW_KEY_BYTES], sig[GW_SIGN_BYTES];
    char hash[GW_HASH_HEX + 1];
    struct ev_set *set = NULL;
    if (!e->server_sign_key || !gw_b64url_decode(e->server_sign_key, server, sizeof server) ||
        memcmp(server, server_key, sizeof server) != 0 || !e->rules || !e->checkpoint ||
        e->signers_n != 2 || check_lines(e, server)) {
        return 1;
    }
    gw_sha256_hex2(e->rules, strlen(e->rules), NULL, 0, hash);
    if (!e->steps[0]->rules || strcmp(hash, e->steps[0]->rules) != 0) {
        return 1;
    }
    for (size_t i = 0; i < e->signers_n; i++) {
        struct gw_buf text;
        gw_buf_init(&text, 1024);
        bool good = evidence_signer_text(&e->signers[i], &text) == GW_OK &&
                    gw_b64url_decode(e->signers[i].server_sig, sig, sizeof sig) &&
                    gw_sign_ok(server, "gridward-signer-v1\n", text.data, text.len, sig);
        gw_buf_free(&text);
        if (!good) {
            return 1;
        }
    }
    ok(ev_set_new((const struct ev_step *const *)e->steps, e->steps_n, &set));
    ev_digest(set, e->process, hash);
    ev_set_free(set);
    uint8_t key[GW_KEY_BYTES];
    return strcmp(hash, e->digest) != 0 ||
           !gw_b64url_decode(e->signers[0].sign_key, key, sizeof key) ||
           !ev_note_check(e->checkpoint, strlen(e->checkpoint), devices[0], key);
}

static void written(struct bed *bed, struct gw_buf *out)
{
    gw_buf_init(out, 1 << 20);
    ok(evidence_write(&bed->out, out, NULL));
}

static void an_export_comes_back(void **state)
{
    struct bed *bed = *state;
    static const char *const rule[] = {"{\"set\":\"cq-village\",\"key\":\"candidates_lead\"}"};
    struct gw_buf first, second;
    struct ev_export back;
    struct gw_fail fail = {.err = GW_OK};
    bed->out.rule_rows = rule;
    bed->out.rule_rows_n = 1;
    written(bed, &first);
    enum gw_err err = evidence_read(&bed->arena, gw_buf_str(&first), first.len, &back, &fail);
    if (err) {
        print_error("%s\n", fail.text);
    }
    ok(err);
    assert_int_equal(check_all(&back, bed->server.public_key), 0);
    assert_string_equal(back.rule_rows[0], rule[0]);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(back.lines[i].line, bed->line[i]);
        assert_int_equal(back.steps[i]->status, STEP_APPLIED);
        assert_int_equal(back.steps[i]->seq, 184471 + (int)i);
        assert_string_equal(back.steps[i]->user, users[i / 2]);
    }
    gw_buf_init(&second, 1 << 20);
    ok(evidence_write(&back, &second, NULL));
    assert_string_equal(gw_buf_str(&first), gw_buf_str(&second));
    gw_buf_free(&first);
    gw_buf_free(&second);
}

/* Bytes that no signature or hash covers, on purpose (api/evidence.h). */
static bool uncovered(const char *text, size_t at)
{
    static const char *const free_members[] = {
        "\"name\":\"", "\"role\":\"", "\"revoked_at\":", "\"revoked_seq\":", "\"status\":\""};
    for (size_t i = 0; i < sizeof free_members / sizeof free_members[0]; i++) {
        for (const char *m = strstr(text, free_members[i]); m; m = strstr(m + 1, free_members[i])) {
            const char *end = strpbrk(m + strlen(free_members[i]), ",\"}");
            if (text + at >= m && text + at <= end) {
                return true;
            }
        }
    }
    return false;
}

static void every_bent_byte_is_noticed(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file;
    written(bed, &file);
    char *text = malloc(file.len + 1);
    assert_non_null(text);
    size_t refused = 0, differs = 0;
    for (size_t at = 0; at < file.len; at++) {
        for (int bit = 0; bit < 8; bit += 3) {
            struct gw_arena arena;
            struct ev_export back;
            memcpy(text, gw_buf_str(&file), file.len + 1);
            text[at] = (char)(text[at] ^ (1 << bit));
            gw_arena_init(&arena, 1 << 20);
            enum gw_err err = evidence_read(&arena, text, file.len, &back, NULL);
            bool bad = err == GW_OK && check_all(&back, bed->server.public_key) != 0;
            refused += err != GW_OK;
            differs += bad;
            if (!err && !bad && !uncovered(gw_buf_str(&file), at)) {
                print_error("byte %zu bit %d: %.40s\n", at, bit, gw_buf_str(&file) + at);
                fail();
            }
            gw_arena_free(&arena);
        }
    }
    assert_true(refused > 100 && differs > 1000);
    free(text);
    gw_buf_free(&file);
}

static void a_cut_or_mixed_file_is_refused(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file;
    written(bed, &file);
    for (size_t len = 0; len < file.len - 1; len++) {
        struct gw_arena arena;
        struct ev_export back;
        struct gw_fail fail = {.err = GW_OK};
        gw_arena_init(&arena, 1 << 20);
        enum gw_err err = evidence_read(&arena, gw_buf_str(&file), len, &back, &fail);
        if (!err) { /* only whole lines may be missing, and then only the checkpoint's */
            assert_null(back.checkpoint);
            assert_int_equal(back.steps_n, 3);
        } else {
            assert_int_equal(err, GW_INVALID);
            assert_non_null(strstr(fail.text, "Line "));
        }
        gw_arena_free(&arena);
    }
    gw_buf_free(&file);
}

/* Each line of the file twice: signers, rules and steps may repeat, the others may not; and no line
 * stands before the one that it follows. */
static void lines_have_their_places(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file, other;
    written(bed, &file);
    gw_buf_init(&other, 1 << 20);
    const char *at = gw_buf_str(&file);
    for (int line = 0; *at != '\0'; line++) {
        struct ev_export back;
        size_t n = strcspn(at, "\n") + 1;
        bool many = strncmp(at, "{\"signer\"", 9) == 0;
        gw_buf_reset(&other);
        ok(gw_buf_add(&other, gw_buf_str(&file), (size_t)(at - gw_buf_str(&file)) + n));
        ok(gw_buf_adds(&other, at));
        assert_int_equal(
            evidence_read(&bed->arena, gw_buf_str(&other), other.len, &back, NULL) == GW_OK, many);
        if (at[n] != '\0') { /* this line moved to the end */
            gw_buf_reset(&other);
            ok(gw_buf_add(&other, gw_buf_str(&file), (size_t)(at - gw_buf_str(&file))));
            ok(gw_buf_adds(&other, at + n));
            ok(gw_buf_add(&other, at, n));
            assert_int_equal(evidence_read(&bed->arena, gw_buf_str(&other), other.len, &back, NULL),
                             GW_INVALID);
        }
        at += n;
    }
    gw_buf_free(&file);
    gw_buf_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_open_as_a_step, setup, teardown),
        cmocka_unit_test_setup_teardown(a_step_with_its_private_part, setup, teardown),
        cmocka_unit_test_setup_teardown(an_erased_private_part_keeps_the_hash, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_step, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_arena_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(the_procedure_of_the_manual, setup, teardown),
        cmocka_unit_test_setup_teardown(an_export_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(every_bent_byte_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_have_their_places, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cut_or_mixed_file_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
