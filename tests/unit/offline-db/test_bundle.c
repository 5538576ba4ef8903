/* Bundles of a home: to the server and back by stick, and from laptop to laptop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatchd/blobs.h"
#include "dispatchd/bundle.h"
#include "offline-db/blob.h"
#include "tests/kit/laptops.h"
#include "tests/kit/scratch.h"

#define ok(call) assert_int_equal((call), GW_OK)

struct bed {
    struct core_kit server;
    struct laptop a, b, c;
    struct gw_buf rules;
};

/* a and b have signed once and know each other; c never synchronised. */
static int setup(void **state)
{
    struct bed *bed = calloc(1, sizeof *bed);
    static int number;
    char name[64];
    gw_id mine;
    assert_non_null(bed);
    (void)snprintf(name, sizeof name, "bundle%d.db", ++number);
    core_kit_open(&bed->server, name);
    core_kit_user(&bed->server, "clerk2", ROLE_COMMITTEE, COMMUNITY);
    core_kit_user(&bed->server, "clerk3", ROLE_COMMITTEE, COMMUNITY);
    struct laptop *laptops[] = {&bed->a, &bed->b, &bed->c};
    static const char *const users[] = {"clerk", "clerk2", "clerk3"};
    laptop_rules("consultation", &bed->rules);
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof name, "bundle%d-%zu", number, i);
        laptop_open(laptops[i], &bed->server, users[i], name);
        if (i < 2) {
            assert_true(laptop_sync(laptops[i]));
            laptop_start(laptops[i], &bed->rules, &mine);
            assert_true(laptop_sync(laptops[i]));
        }
    }
    assert_true(laptop_sync(&bed->a));
    *state = bed;
    return 0;
}

static int teardown(void **state)
{
    struct bed *bed = *state;
    laptop_close(&bed->a);
    laptop_close(&bed->b);
    laptop_close(&bed->c);
    core_kit_close(&bed->server);
    gw_buf_free(&bed->rules);
    free(bed);
    return 0;
}

static void hand(struct laptop *from, const struct laptop *to, const char *process,
                 struct gw_buf *file)
{
    struct bundle_report r;
    struct gw_fail fail = {0};
    const char *devices[] = {to->home.id.device};
    gw_buf_init(file, BUNDLE_FILE_MAX);
    if (process_bundle_out(&from->home, process, devices, 1, NULL, file, &r, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
}

static void merge(struct laptop *to, const struct gw_buf *file, int64_t taken, int64_t known,
                  int64_t refused)
{
    struct bundle_report r;
    struct gw_fail fail = {0};
    if (process_bundle_in(&to->home, gw_buf_str(file), file->len, &r, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    assert_int_equal(r.taken, taken);
    assert_int_equal(r.known, known);
    assert_int_equal(r.refused, refused);
    assert_int_equal(r.why[0] != '\0', refused > 0);
}

static bool keep_entry(void *ctx, const struct journal_entry *entry)
{
    *(struct journal_entry *)ctx = *entry;
    return false;
}

static enum gw_err journal_last(struct laptop *l, struct journal_entry *out)
{
    return journal_each(&l->home, CMD_STATE_N, 1, keep_entry, out);
}

static void same_digest(struct laptop *x, struct laptop *y, const char *process)
{
    char a[GW_HASH_HEX + 1], b[GW_HASH_HEX + 1];
    laptop_digest(x, process, a);
    laptop_digest(y, process, b);
    assert_string_equal(a, b);
}

/* Out of the laptop, through the server, and the reply. */
static void by_stick(struct bed *bed, struct laptop *l, struct gw_buf *reply)
{
    struct bundle_report r;
    struct core_bundle_report at_server;
    struct gw_buf file;
    struct gw_fail fail = {0};
    gw_buf_init(&file, BUNDLE_FILE_MAX);
    gw_buf_init(reply, BUNDLE_FILE_MAX);
    ok(home_bundle_out(&l->home, NULL, &file, &r, &fail));
    core_refresh(bed->server.core);
    if (core_bundle(bed->server.core, gw_buf_str(&file), file.len, reply, &at_server, &fail) !=
        GW_OK) {
        fail_msg("%s", fail.text);
    }
    assert_int_equal(at_server.lines, r.lines);
    gw_buf_free(&file);
}

static void take_reply(struct laptop *l, const struct gw_buf *reply, int64_t taken)
{
    struct bundle_report r;
    struct gw_fail fail = {0};
    if (home_bundle_in(&l->home, gw_buf_str(reply), reply->len, &r, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    assert_int_equal(r.taken, taken);
    assert_false(r.stale);
}

#define UNSENT  "SELECT count(*) FROM journal WHERE state IN ('pending', 'sent')"
#define FOREIGN "SELECT count(*) FROM foreign_line"
#define WAITING "SELECT count(*) FROM foreign_line WHERE state IN ('pending', 'sent')"
#define STEPS   "SELECT count(*) FROM step"

static void peers__server_down__shown_and_forwarded(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file, back;
    gw_id p;
    laptop_start(&bed->a, &bed->rules, &p);
    laptop_step(&bed->a, p, "C01", "matter", "停车");
    hand(&bed->a, &bed->b, p, &file);
    merge(&bed->b, &file, 2, 0, 0);
    same_digest(&bed->a, &bed->b, p);
    merge(&bed->b, &file, 0, 2, 0);
    laptop_step(&bed->b, p, "C02", "parties", "全体");
    hand(&bed->b, &bed->a, p, &back);
    merge(&bed->a, &back, 1, 2, 0);
    same_digest(&bed->a, &bed->b, p);
    assert_int_equal(laptop_int(&bed->b, FOREIGN), 2);
    /* b alone comes to the network: all three arrive, the open first */
    int64_t steps = laptop_int(&bed->b, STEPS);
    assert_true(laptop_sync(&bed->b));
    assert_int_equal(laptop_int(&bed->b, STEPS), steps + 3);
    assert_int_equal(laptop_int(&bed->b, WAITING), 0);
    assert_int_equal(laptop_int(&bed->b, "SELECT count(*) FROM step WHERE status <> 'applied'"), 0);
    assert_int_equal(laptop_int(&bed->b, "SELECT count(*) FROM step WHERE result <> 'applied'"), 0);
    gw_buf_free(&file);
    hand(&bed->a, &bed->b, p, &file);
    merge(&bed->b, &file, 0, 3, 0);
    assert_int_equal(laptop_int(&bed->b, FOREIGN), 2);
    assert_true(laptop_sync(&bed->a)); /* the same lines again: nothing doubled */
    same_digest(&bed->a, &bed->b, p);
    assert_int_equal(laptop_int(&bed->a, STEPS), steps + 3);
    assert_int_equal(laptop_int(&bed->a, UNSENT), 0);
    merge(&bed->a, &back, 0, 3, 0); /* late: the mirror has them */
    assert_int_equal(laptop_int(&bed->a, FOREIGN), 1);
    gw_buf_free(&file);
    gw_buf_free(&back);
}

/* What came back from b hangs on an own record that the server has not: that one goes first. */
static void peers__came_back_before_the_own_was_sent__in_order(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file, back;
    gw_id p;
    laptop_start(&bed->a, &bed->rules, &p);
    hand(&bed->a, &bed->b, p, &file);
    merge(&bed->b, &file, 1, 0, 0);
    laptop_step(&bed->b, p, "C01", "matter", "停车");
    hand(&bed->b, &bed->a, p, &back);
    merge(&bed->a, &back, 1, 1, 0);
    laptop_step(&bed->a, p, "C02", "parties", "全体");
    assert_true(laptop_sync(&bed->a));
    assert_int_equal(laptop_int(&bed->a, WAITING), 0);
    assert_int_equal(laptop_int(&bed->a, "SELECT count(*) FROM step WHERE result <> 'applied'"), 0);
    assert_int_equal(laptop_int(&bed->a, "SELECT count(*) FROM foreign_line WHERE state = "
                                         "'applied'"),
                     1);
    gw_buf_free(&file);
    gw_buf_free(&back);
}

/* A bundle with one line, packed and sealed by somebody with bad will: anybody can. */
static void forge(struct bed *bed, const char *process, const char *line, struct gw_buf *file)
{
    struct bundle_out out;
    struct gw_sign_key stranger;
    uint8_t box[1][GW_KEY_BYTES];
    struct bundle_head head = {.kind = BUNDLE_TO_PEER, .to_n = 1};
    (void)snprintf(head.from, sizeof head.from, "%s", bed->b.home.id.device);
    (void)snprintf(head.to[0], sizeof head.to[0], "%s", bed->a.home.id.device);
    (void)snprintf(head.process, sizeof head.process, "%s", process);
    gw_sign_key_new(&stranger);
    assert_true(gw_box_public_of(bed->a.home.key.public_key, box[0]));
    gw_buf_init(file, BUNDLE_FILE_MAX);
    ok(bundle_begin(&out, &head, NULL));
    ok(bundle_add(&out, line, strlen(line), NULL));
    ok(bundle_seal(&out, (const uint8_t(*)[GW_KEY_BYTES])box, head.from, &stranger, file, NULL));
    bundle_out_free(&out);
}

static void peers__forged_in_anothers_name__refused(void **state)
{
    struct bed *bed = *state;
    struct gw_buf line, file;
    struct gw_sign_key stranger;
    uint8_t sig[GW_SIGN_BYTES];
    char sig_text[GW_SIGN_B64 + 1], body[1024];
    const char *process = "019c2000-0000-7777-8777-000000000001";
    int n =
        snprintf(body, sizeof body,
                 "{\"v\":1,\"uid\":\"019c2000-0000-7777-8777-000000000002\",\"dev\":\"%s\",\"n\":9,"
                 "\"prev\":\"%064d\",\"kind\":\"process.close\",\"id\":\"%s\",\"base\":\"\","
                 "\"expect\":{},\"t\":{\"wall\":1,\"off\":0,\"unc\":1,\"boot\":\"b\",\"mono\":1},"
                 "\"data\":{\"pn\":1,\"pprev\":\"\",\"outcome\":\"done\"}}",
                 bed->b.home.id.device, 0, process);
    const struct gw_sign_key *const keys[] = {&stranger, &bed->b.home.key};
    gw_sign_key_new(&stranger);
    gw_buf_init(&line, 8192);
    for (size_t i = 0; i < 2; i++) {
        gw_sign(keys[i], CMD_SIGN_PREFIX, body, (size_t)n, sig);
        gw_b64url(sig, sizeof sig, sig_text);
        const struct wire_cmd_line wire = {
            .body = body, .key = bed->b.home.id.device, .sig = sig_text};
        gw_buf_reset(&line);
        ok(wire_cmd_line_encode(&wire, &line));
        forge(bed, process, gw_buf_str(&line), &file);
        merge(&bed->a, &file, i == 1, 0, i == 0); /* the true one is good, whoever packed it */
        gw_buf_free(&file);
    }
    gw_buf_free(&line);
}

/* Confirmed numbers carry no signature of their own: a known signer's word counts, nobody else's.
 */
static void peers__confirmed_numbers__of_a_known_signer_only(void **state)
{
    struct bed *bed = *state;
    struct process_case c;
    struct bundle_report r;
    struct gw_buf file;
    char body[512];
    gw_id p;
    laptop_start(&bed->a, &bed->rules, &p);
    ok(process_load(&bed->a.home, p, day_of_ms(CORE_T0), &c, NULL));
    (void)snprintf(body, sizeof body,
                   "{\"set\":\"%s\",\"key\":\"k\",\"value\":\"5\",\"document\":\"川〔2026〕1号\","
                   "\"article\":\"1\"}",
                   c.rules->set);
    process_unload(&c);
    core_kit_put(&bed->server, TYPE_RULE, "r1", "CQ.500112", body);
    assert_true(laptop_sync(&bed->a));
    hand(&bed->a, &bed->b, p, &file);
    ok(process_bundle_in(&bed->b.home, gw_buf_str(&file), file.len, &r, NULL));
    assert_int_equal(r.rules, 1);
    assert_int_equal(laptop_int(&bed->b, "SELECT count(*) FROM foreign_rule WHERE value = '5'"), 1);
    gw_buf_free(&file);
    hand(&bed->b, &bed->a, p, &file); /* and on, as it came */
    ok(process_bundle_in(&bed->a.home, gw_buf_str(&file), file.len, &r, NULL));
    assert_int_equal(r.rules, 1);
    gw_buf_free(&file);
    forge(bed, p,
          "{\"rule\":{\"id\":\"r2\",\"path\":\"CQ\",\"seq\":99,\"set\":\"x\",\"key\":\"k\","
          "\"value\":\"9\",\"document\":\"d\"}}",
          &file);
    ok(process_bundle_in(&bed->a.home, gw_buf_str(&file), file.len, &r, NULL));
    assert_int_equal(r.rules, 0);
    assert_int_equal(laptop_int(&bed->a, "SELECT count(*) FROM foreign_rule WHERE id = 'r2'"), 0);
    gw_buf_free(&file);
}

static void forget_own_row(struct laptop *l)
{
    ok(gw_db_begin(l->home.db, GW_DURABLE_FULL, "forget", NULL));
    ok(gw_db_exec(l->home.db, "DELETE FROM foreign_signer", NULL));
    ok(gw_db_commit(l->home.db, NULL));
}

static void peers__unknown_signer__refused_with_a_sentence(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file;
    struct bundle_report r;
    struct gw_fail fail = {0};
    gw_id p;
    const char *devices[] = {bed->c.home.id.device};
    laptop_start(&bed->a, &bed->rules, &p);
    gw_buf_init(&file, BUNDLE_FILE_MAX);
    assert_int_equal(process_bundle_out(&bed->a.home, p, devices, 1, NULL, &file, &r, &fail),
                     GW_DENIED);
    assert_non_null(strstr(fail.text, bed->c.home.id.device));
    /* c has no word of the server on its key; b is sealed to, but cannot know c */
    assert_true(laptop_sync(&bed->c));
    forget_own_row(&bed->c);
    laptop_keep_rules(&bed->c, &bed->rules);
    laptop_start(&bed->c, &bed->rules, &p);
    hand(&bed->c, &bed->b, p, &file);
    merge(&bed->b, &file, 0, 0, 1);
    assert_int_equal(laptop_int(&bed->b, FOREIGN), 0);
    gw_buf_free(&file);
}

/* Enrolled, never a record at the server: what enroll said of its key travels with its lines, and
 * the receiver can seal to it from then on. */
static void peers__first_record_is_by_stick__signer_at_once(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file, back;
    struct bundle_report r;
    gw_id p;
    assert_int_equal(laptop_int(&bed->c, "SELECT count(*) FROM foreign_signer"), 1);
    assert_true(laptop_sync(&bed->c));
    laptop_start(&bed->c, &bed->rules, &p);
    laptop_step(&bed->c, p, "C01", "matter", "停车");
    hand(&bed->c, &bed->b, p, &file);
    ok(process_bundle_in(&bed->b.home, gw_buf_str(&file), file.len, &r, NULL));
    assert_int_equal(r.taken, 2);
    assert_int_equal(r.refused, 0);
    assert_int_equal(r.signers, 1);
    same_digest(&bed->c, &bed->b, p);
    laptop_step(&bed->b, p, "C02", "parties", "全体");
    hand(&bed->b, &bed->c, p, &back);
    merge(&bed->c, &back, 1, 2, 0);
    gw_buf_free(&file);
    gw_buf_free(&back);
    hand(&bed->b, &bed->a, p, &file); /* and on to a third, who never met c */
    ok(process_bundle_in(&bed->a.home, gw_buf_str(&file), file.len, &r, NULL));
    assert_int_equal(r.taken, 3);
    assert_true(laptop_sync(&bed->a)); /* the server has it all, c was never there */
    assert_int_equal(laptop_int(&bed->a, "SELECT count(*) FROM step WHERE result <> 'applied'"), 0);
    assert_int_equal(laptop_int(&bed->a, "SELECT count(*) FROM signer s JOIN foreign_signer f ON "
                                         "f.device = s.id AND f.server_sig = s.server_sig AND "
                                         "f.valid_from = s.valid_from"),
                     2); /* c and a itself: byte for byte what the feed says */
    gw_buf_free(&file);
}

/* A home of before hello said it learns it by hello; it is written once. */
static void hello__says_the_own_row__kept_once(void **state)
{
    struct bed *bed = *state;
    forget_own_row(&bed->c);
    assert_true(laptop_sync(&bed->c));
    assert_int_equal(laptop_int(&bed->c, "SELECT count(*) FROM foreign_signer"), 1);
    assert_true(laptop_sync(&bed->a)); /* the mirror has its row: nothing beside it */
    forget_own_row(&bed->a);
    assert_true(laptop_sync(&bed->a));
    assert_int_equal(laptop_int(&bed->a, "SELECT count(*) FROM foreign_signer"), 0);
    ok(home_vouched(&bed->a.home, 1, "AAAA", NULL)); /* not the server's word: nothing */
    ok(home_vouched(&bed->c.home, 1, "AAAA", NULL));
    assert_int_equal(laptop_int(&bed->c, "SELECT count(*) FROM foreign_signer"), 1);
}

/* The server's signature on a signer row is enough, whoever brings it. */
static void peers__signer_vouched_by_the_server__taken(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file;
    struct bundle_report r;
    gw_id p;
    assert_true(laptop_sync(&bed->c));
    laptop_start(&bed->c, &bed->rules, &p);
    assert_true(laptop_sync(&bed->c)); /* c has a signer row now; b has not looked since */
    laptop_step(&bed->c, p, "C01", "matter", "停车");
    hand(&bed->c, &bed->b, p, &file);
    ok(process_bundle_in(&bed->b.home, gw_buf_str(&file), file.len, &r, NULL));
    assert_int_equal(r.taken, 2);
    assert_int_equal(r.signers, 1);
    same_digest(&bed->c, &bed->b, p);
    gw_buf_free(&file);
}

static void peers__for_others_bent_or_of_another_kind__nothing_taken(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file;
    struct bundle_report r;
    struct gw_fail fail = {0};
    gw_id p;
    laptop_start(&bed->a, &bed->rules, &p);
    hand(&bed->a, &bed->b, p, &file);
    assert_int_equal(process_bundle_in(&bed->a.home, gw_buf_str(&file), file.len, &r, &fail),
                     GW_DENIED);
    assert_int_equal(home_bundle_in(&bed->b.home, gw_buf_str(&file), file.len, &r, &fail),
                     GW_INVALID);
    for (size_t at = 0; at < file.len; at += 97) {
        file.data[at] ^= 1;
        assert_int_not_equal(process_bundle_in(&bed->b.home, gw_buf_str(&file), file.len, &r, NULL),
                             GW_OK);
        file.data[at] ^= 1;
    }
    assert_int_equal(laptop_int(&bed->b, FOREIGN), 0);
    merge(&bed->b, &file, 1, 0, 0);
    gw_buf_free(&file);
}

static void stick__never_online__all_arrives_and_results_return(void **state)
{
    struct bed *bed = *state;
    struct gw_buf reply, again;
    gw_id p;
    by_stick(bed, &bed->c, &reply); /* nothing to send: everything comes */
    take_reply(&bed->c, &reply, 0);
    assert_true(laptop_int(&bed->c, STEPS) == 2);
    assert_int_equal(laptop_int(&bed->c, "SELECT count(*) FROM job"), 0);
    laptop_start(&bed->c, &bed->rules, &p);
    laptop_step(&bed->c, p, "C01", "matter", "停车");
    by_stick(bed, &bed->c, &again);
    take_reply(&bed->c, &reply, 0); /* the old one once more: no effect */
    assert_int_equal(laptop_int(&bed->c, UNSENT), 2);
    take_reply(&bed->c, &again, 2);
    assert_int_equal(laptop_int(&bed->c, UNSENT), 0);
    assert_int_equal(laptop_int(&bed->c, STEPS), 4);
    assert_int_equal(laptop_int(&bed->c, "SELECT count(*) FROM receipt WHERE good = 1"), 2);
    take_reply(&bed->c, &again, 0);
    assert_int_equal(laptop_int(&bed->c, STEPS), 4);
    assert_true(laptop_sync(&bed->a));
    laptop_keep_rules(&bed->a, &bed->rules);
    same_digest(&bed->a, &bed->c, p);
    gw_buf_free(&reply);
    gw_buf_free(&again);
}

/* The carrier holds the receipts of the lines that he brought as soon as the reply is in, also when
 * the rows of the mirror are not: his export proves when they were at the server. */
static void stick__lines_of_a_peer__receipts_come_with_the_reply(void **state)
{
    struct bed *bed = *state;
    struct process_case c;
    struct gw_buf file, reply;
    gw_id p;
    laptop_start(&bed->a, &bed->rules, &p);
    laptop_step(&bed->a, p, "C01", "matter", "停车");
    hand(&bed->a, &bed->b, p, &file);
    merge(&bed->b, &file, 2, 0, 0);
    by_stick(bed, &bed->b, &reply);
    ok(gw_db_begin(bed->b.home.db, GW_DURABLE_FULL, "back", NULL));
    ok(gw_db_exec(bed->b.home.db,
                  "UPDATE sync_state SET cursor = substr(cursor, 1, instr(cursor, '.')) || '1'",
                  NULL));
    ok(gw_db_commit(bed->b.home.db, NULL));
    struct bundle_report r;
    ok(home_bundle_in(&bed->b.home, gw_buf_str(&reply), reply.len, &r, NULL));
    assert_true(r.stale); /* nothing of the mirror was taken: only the answers */
    assert_int_equal(laptop_int(&bed->b, WAITING), 0);
    assert_int_equal(laptop_int(&bed->b, "SELECT count(*) FROM receipt WHERE good = 1 AND dev <> "
                                         "(SELECT device FROM identity)"),
                     2);
    ok(process_load(&bed->b.home, p, day_of_ms(CORE_T0), &c, NULL));
    for (size_t i = 0; i < c.steps_n; i++) {
        assert_string_equal(c.lines[i].status, "applied");
        assert_string_equal(c.lines[i].result, "applied");
        assert_int_equal(strlen(c.lines[i].receipt), GW_SIGN_B64);
        assert_true(c.lines[i].recv_at > 0 && c.lines[i].seq > 0);
    }
    process_unload(&c);
    gw_buf_free(&file);
    gw_buf_free(&reply);
}

static void stick__delivered_by_network_in_between__one_effect(void **state)
{
    struct bed *bed = *state;
    struct bundle_report r;
    struct core_bundle_report at_server;
    struct gw_buf file, reply;
    gw_id p;
    laptop_start(&bed->a, &bed->rules, &p);
    gw_buf_init(&file, BUNDLE_FILE_MAX);
    gw_buf_init(&reply, BUNDLE_FILE_MAX);
    ok(home_bundle_out(&bed->a.home, NULL, &file, &r, NULL));
    assert_true(laptop_sync(&bed->a));
    int64_t steps = laptop_int(&bed->a, STEPS);
    ok(core_bundle(bed->server.core, gw_buf_str(&file), file.len, &reply, &at_server, NULL));
    assert_int_equal(at_server.results[RESULT_APPLIED], 1); /* the first answer again */
    take_reply(&bed->a, &reply, 0);
    assert_true(laptop_sync(&bed->a));
    assert_int_equal(laptop_int(&bed->a, STEPS), steps);
    gw_buf_free(&file);
    gw_buf_free(&reply);
}

/* An image of the disk was put back: what changed since a later moment does not go on from here. */
static void stick__mirror_gone_back__results_taken_changes_not(void **state)
{
    struct bed *bed = *state;
    struct bundle_report r;
    struct gw_buf reply;
    gw_id p;
    laptop_start(&bed->a, &bed->rules, &p);
    by_stick(bed, &bed->a, &reply);
    ok(gw_db_begin(bed->a.home.db, GW_DURABLE_FULL, "back", NULL));
    ok(gw_db_exec(bed->a.home.db,
                  "UPDATE sync_state SET cursor = substr(cursor, 1, instr(cursor, '.')) || '1'",
                  NULL));
    ok(gw_db_commit(bed->a.home.db, NULL));
    ok(home_bundle_in(&bed->a.home, gw_buf_str(&reply), reply.len, &r, NULL));
    assert_int_equal(r.taken, 1);
    assert_true(r.stale && r.why[0]);
    assert_int_equal(r.rows, 0);
    assert_int_equal(laptop_int(&bed->a, UNSENT), 0);
    gw_buf_free(&reply);
}

/* A result for another record with the same number: of another life of this laptop. */
static void stick__result_of_another_hash__no_effect(void **state)
{
    struct bed *bed = *state;
    struct bundle_report r;
    struct bundle_out out;
    struct store_meta meta;
    struct gw_buf file;
    struct journal_entry entry;
    char line[600], hash[GW_HASH_HEX + 1];
    uint8_t box[1][GW_KEY_BYTES];
    gw_id p;
    struct bundle_head head = {.kind = BUNDLE_REPLY, .from = BUNDLE_SERVER, .to_n = 1};
    (void)snprintf(head.to[0], sizeof head.to[0], "%s", bed->a.home.id.device);
    laptop_start(&bed->a, &bed->rules, &p);
    ok(journal_last(&bed->a, &entry));
    ok(journal_hash(&bed->a.home, entry.n, hash));
    ok(bed->server.admin->ops->meta(bed->server.admin, &meta, NULL));
    assert_true(gw_box_public_of(bed->a.home.key.public_key, box[0]));
    for (int i = 0; i < 2; i++) {
        (void)snprintf(line, sizeof line,
                       "{\"dev\":\"%s\",\"n\":%lld,\"hash\":\"%s\",\"result\":{\"i\":0,\"n\":%lld,"
                       "\"result\":\"applied\",\"seq\":9,\"at\":1}}",
                       bed->a.home.id.device, (long long)entry.n,
                       i == 0 ? "df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2"
                              : hash,
                       (long long)entry.n);
        gw_buf_init(&file, BUNDLE_FILE_MAX);
        ok(bundle_begin(&out, &head, NULL));
        ok(bundle_add(&out, line, strlen(line), NULL));
        ok(bundle_seal(&out, (const uint8_t(*)[GW_KEY_BYTES])box, BUNDLE_SERVER, &meta.sign_key,
                       &file, NULL));
        ok(home_bundle_in(&bed->a.home, gw_buf_str(&file), file.len, &r, NULL));
        assert_int_equal(r.taken, i);
        assert_int_equal(laptop_int(&bed->a, UNSENT), 1 - i);
        bundle_out_free(&out);
        gw_buf_free(&file);
    }
}

static void stick__reply_of_a_stranger__refused(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file;
    struct bundle_out out;
    struct bundle_report r;
    struct gw_sign_key stranger;
    struct gw_fail fail = {0};
    uint8_t box[1][GW_KEY_BYTES];
    struct bundle_head head = {.kind = BUNDLE_REPLY, .from = BUNDLE_SERVER, .to_n = 1};
    (void)snprintf(head.to[0], sizeof head.to[0], "%s", bed->a.home.id.device);
    gw_sign_key_new(&stranger);
    assert_true(gw_box_public_of(bed->a.home.key.public_key, box[0]));
    gw_buf_init(&file, BUNDLE_FILE_MAX);
    ok(bundle_begin(&out, &head, NULL));
    ok(bundle_seal(&out, (const uint8_t(*)[GW_KEY_BYTES])box, BUNDLE_SERVER, &stranger, &file,
                   NULL));
    assert_int_equal(home_bundle_in(&bed->a.home, gw_buf_str(&file), file.len, &r, &fail),
                     GW_DENIED);
    bundle_out_free(&out);
    gw_buf_free(&file);
}

static void server__restored__lines_of_others_go_again(void **state)
{
    struct bed *bed = *state;
    struct gw_buf file;
    char backup[512];
    gw_id p;
    core_kit_backup(&bed->server, scratch_path(backup, sizeof backup, "backup.db"));
    laptop_start(&bed->a, &bed->rules, &p);
    laptop_step(&bed->a, p, "C01", "matter", "停车");
    hand(&bed->a, &bed->b, p, &file);
    merge(&bed->b, &file, 2, 0, 0);
    assert_true(laptop_sync(&bed->b));
    assert_int_equal(laptop_int(&bed->b, WAITING), 0);
    core_kit_restore(&bed->server, backup); /* what b had brought is gone there */
    assert_true(laptop_sync(&bed->b));
    if (laptop_int(&bed->b, WAITING) > 0) {
        assert_true(laptop_sync(&bed->b));
    }
    assert_int_equal(laptop_int(&bed->b, WAITING), 0);
    struct json *row = core_kit_row(&bed->server, TYPE_PROCESS, p);
    assert_non_null(row);
    json_free(row);
    gw_buf_free(&file);
}

/* What a receipt signs stays with it when its line waits again: an export in between verifies. */
static void server__restored__own_receipts_still_say_what_they_sign(void **state)
{
    struct bed *bed = *state;
    struct process_case c;
    gw_id p;
    laptop_start(&bed->a, &bed->rules, &p);
    assert_true(laptop_sync(&bed->a));
    ok(gw_db_begin(bed->a.home.db, GW_DURABLE_FULL, "lost", NULL));
    ok(gw_db_exec(bed->a.home.db, "DELETE FROM step; DELETE FROM process", NULL));
    ok(gw_db_commit(bed->a.home.db, NULL));
    ok(journal_resend(&bed->a.home, 0, NULL, 0, NULL));
    ok(process_load(&bed->a.home, p, day_of_ms(CORE_T0), &c, NULL));
    assert_int_equal(c.steps_n, 1);
    assert_string_equal(c.lines[0].status, "");
    assert_string_equal(c.lines[0].result, "applied");
    assert_true(c.lines[0].receipt[0] && c.lines[0].recv_at > 0 && c.lines[0].seq > 0);
    process_unload(&c);
}

/* ---- attachments */

enum { PHOTO = 500 * 1024 }; /* four lines */

/* A photo of the notice board with a record that names it. */
static void photograph(struct laptop *l, const char *process, size_t size, struct blob_row *row)
{
    static uint8_t bytes[BUNDLE_BLOBS_SMALL + 1];
    uint64_t noise = size;
    char path[512];
    struct gw_fail fail = {0};
    FILE *file = fopen(scratch_path(path, sizeof path, "photo.jpg"), "wb");
    assert_non_null(file);
    for (size_t i = 0; i < size; i++) {
        noise = noise * 6364136223846793005U + 1442695040888963407U;
        bytes[i] = (uint8_t)(noise >> 56);
    }
    memcpy(bytes, "\xff\xd8\xff\xe0", 4);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    if (blob_attach(&l->home, process, path, row, NULL, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    const struct proc_value values[] = {{.key = "published_on", .text = "2026-01-02"},
                                        {.key = "posted_at", .text = "公告栏"}};
    const struct proc_value material = {.key = "photo", .text = row->commit};
    const struct process_entry entry = {
        .step = "C03", .values = values, .values_n = 2, .materials = &material, .materials_n = 1};
    if (process_record(&l->home, process, PROC_STEP, &entry, NULL, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
}

static void same_bytes(struct laptop *x, struct laptop *y, const char *commit)
{
    struct gw_buf a, b;
    gw_buf_init(&a, BLOB_MAX);
    gw_buf_init(&b, BLOB_MAX);
    ok(blob_bytes(&x->home, commit, &a, NULL));
    ok(blob_bytes(&y->home, commit, &b, NULL));
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    gw_buf_free(&a);
    gw_buf_free(&b);
}

static void hand_with(struct laptop *from, const struct laptop *to, const char *process,
                      const char *attachments, int64_t along, int64_t left, struct gw_buf *file)
{
    struct bundle_report r;
    struct gw_fail fail = {0};
    const char *devices[] = {to->home.id.device};
    gw_buf_init(file, BUNDLE_FILE_MAX);
    if (process_bundle_out(&from->home, process, devices, 1, attachments, file, &r, &fail) !=
        GW_OK) {
        fail_msg("%s", fail.text);
    }
    assert_int_equal(r.attachments, along);
    assert_int_equal(r.attachments_left, left);
}

static void attachments__from_laptop_to_laptop__on_to_the_server_by_stick(void **state)
{
    struct bed *bed = *state;
    struct bundle_report r;
    struct blob_row row, there;
    struct gw_buf file, reply;
    bool whole = false;
    gw_id p;
    laptop_start(&bed->a, &bed->rules, &p);
    photograph(&bed->a, p, PHOTO, &row);
    hand_with(&bed->a, &bed->b, p, NULL, 1, 0, &file);
    ok(process_bundle_in(&bed->b.home, gw_buf_str(&file), file.len, &r, NULL));
    assert_int_equal(r.attachments, 1);
    assert_int_equal(r.refused, 0);
    same_bytes(&bed->a, &bed->b, row.commit);
    ok(blob_find(&bed->b.home, row.commit, &there));
    assert_true(there.state == BLOB_PENDING && there.size == PHOTO); /* b brings it on */
    assert_string_equal(there.media, "image/jpeg");
    assert_string_equal(there.process, p);
    ok(process_bundle_in(&bed->b.home, gw_buf_str(&file), file.len, &r, NULL));
    assert_int_equal(r.attachments, 0); /* again: known */
    gw_buf_free(&file);
    /* b is never online: records and photo by stick, and the answer says that both are there */
    by_stick(bed, &bed->b, &reply);
    assert_int_equal(blobs_held(bed->server.blobs, row.commit, "x", &whole), PHOTO);
    assert_true(whole);
    ok(home_bundle_in(&bed->b.home, gw_buf_str(&reply), reply.len, &r, NULL));
    assert_int_equal(r.attachments, 1);
    ok(blob_find(&bed->b.home, row.commit, &there));
    assert_int_equal(there.state, BLOB_DONE);
    ok(home_bundle_in(&bed->b.home, gw_buf_str(&reply), reply.len, &r, NULL));
    assert_int_equal(r.attachments, 0);
    ok(blob_find(&bed->a.home, row.commit, &there));
    assert_int_equal(there.state, BLOB_PENDING); /* a has no answer yet */
    gw_buf_free(&reply);
    by_stick(bed, &bed->a, &reply); /* the same once more, from a: nothing doubled */
    ok(home_bundle_in(&bed->a.home, gw_buf_str(&reply), reply.len, &r, NULL));
    ok(blob_find(&bed->a.home, row.commit, &there));
    assert_int_equal(there.state, BLOB_DONE);
    gw_buf_free(&reply);
}

static void attachments__large_or_chosen__told_how_many_stayed(void **state)
{
    struct bed *bed = *state;
    struct bundle_report r;
    struct blob_row large, small;
    struct gw_buf file;
    struct gw_fail fail = {0};
    const char *devices[] = {bed->b.home.id.device};
    char two[2 * GW_HASH_HEX + 2];
    gw_id p;
    laptop_start(&bed->a, &bed->rules, &p);
    photograph(&bed->a, p, BUNDLE_BLOBS_SMALL, &large);
    hand_with(&bed->a, &bed->b, p, NULL, 1, 0, &file);
    gw_buf_free(&file);
    photograph(&bed->a, p, 1000, &small);
    hand_with(&bed->a, &bed->b, p, NULL, 0, 2, &file);
    gw_buf_free(&file);
    hand_with(&bed->a, &bed->b, p, "none", 0, 2, &file);
    gw_buf_free(&file);
    hand_with(&bed->a, &bed->b, p, small.commit, 1, 1, &file);
    gw_buf_free(&file);
    (void)snprintf(two, sizeof two, "%s,%s", small.commit, large.commit);
    hand_with(&bed->a, &bed->b, p, two, 2, 0, &file);
    gw_buf_free(&file);
    hand_with(&bed->a, &bed->b, p, "all", 2, 0, &file);
    assert_true(file.len > BUNDLE_BLOBS_SMALL);           /* noise does not shrink … */
    assert_true(file.len < BUNDLE_BLOBS_SMALL / 16 * 17); /* … and base64 costs nothing in it */
    ok(process_bundle_in(&bed->b.home, gw_buf_str(&file), file.len, &r, NULL));
    assert_int_equal(r.attachments, 2);
    same_bytes(&bed->a, &bed->b, large.commit);
    same_bytes(&bed->a, &bed->b, small.commit);
    gw_buf_free(&file);
    two[70] = 'x';
    const char *const bad[] = {"", "some", "df45", two,
                               "df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gw_buf_init(&file, BUNDLE_FILE_MAX);
        assert_int_equal(process_bundle_out(&bed->a.home, p, devices, 1, bad[i], &file, &r, &fail),
                         GW_INVALID);
        assert_true(strlen(fail.text) > 20);
        gw_buf_free(&file);
    }
}

/* Slices by somebody with bad will, or with a bad program: `from` and `len` of each of three. */
static void forge_slices(struct bed *bed, const char *process, const struct bundle_slice *slices,
                         size_t n, struct gw_buf *file)
{
    struct bundle_out out;
    uint8_t box[1][GW_KEY_BYTES];
    struct bundle_head head = {.kind = BUNDLE_TO_PEER, .to_n = 1};
    (void)snprintf(head.from, sizeof head.from, "%s", bed->b.home.id.device);
    (void)snprintf(head.to[0], sizeof head.to[0], "%s", bed->a.home.id.device);
    (void)snprintf(head.process, sizeof head.process, "%s", process);
    assert_true(gw_box_public_of(bed->a.home.key.public_key, box[0]));
    gw_buf_init(file, BUNDLE_FILE_MAX);
    ok(bundle_begin(&out, &head, NULL));
    for (size_t i = 0; i < n; i++) {
        ok(bundle_slice_add(&out, &slices[i], NULL));
    }
    ok(bundle_seal(&out, (const uint8_t(*)[GW_KEY_BYTES])box, head.from, &bed->b.home.key, file,
                   NULL));
    bundle_out_free(&out);
}

static void take_forged(struct bed *bed, const char *process, const struct bundle_slice *slices,
                        size_t n, int64_t taken, int64_t refused)
{
    struct bundle_report r;
    struct gw_buf file;
    forge_slices(bed, process, slices, n, &file);
    ok(process_bundle_in(&bed->a.home, gw_buf_str(&file), file.len, &r, NULL));
    assert_int_equal(r.attachments, taken);
    assert_int_equal(r.refused, refused);
    assert_int_equal(r.why[0] != '\0', refused > 0);
    gw_buf_free(&file);
}

static void attachments__not_named_not_whole_or_other_bytes__not_kept(void **state)
{
    struct bed *bed = *state;
    struct blob_row row;
    struct gw_buf bytes, file;
    gw_id p;
    laptop_start(&bed->b, &bed->rules, &p);
    photograph(&bed->b, p, 1000, &row);
    hand_with(&bed->b, &bed->a, p, "none", 0, 1, &file);
    merge(&bed->a, &file, 2, 0, 0);
    gw_buf_free(&file);
    struct bundle_slice good = {.media = "image/jpeg", .total = 1000, .len = 1000};
    gw_buf_init(&bytes, BLOB_MAX);
    ok(blob_slice(&bed->b.home, row.commit, 0, 1000, good.salt, &bytes, NULL));
    memcpy(good.commit, row.commit, sizeof good.commit);
    good.bytes = bytes.data;
    struct bundle_slice other = good, half = good, rest = good, unsalted = good;
    other.commit[0] = other.commit[0] == '0' ? '1' : '0'; /* that nobody names */
    half.len = 400;
    rest.from = 400;
    rest.len = 600;
    rest.bytes = bytes.data + 400;
    unsalted.salt[0] ^= 1;
    take_forged(bed, p, &other, 1, 0, 1);
    take_forged(bed, p, &half, 1, 0, 1);
    take_forged(bed, p, &rest, 1, 0, 1);
    take_forged(bed, p, &unsalted, 1, 0, 1);
    const struct bundle_slice twice[] = {half, half, rest}; /* begun anew: the second one counts */
    take_forged(bed, p, (const struct bundle_slice[]){half, other, rest}, 3, 0, 3);
    take_forged(bed, "019c2000-0000-7777-8777-000000000001", &good, 1, 0, 1); /* another process */
    assert_int_equal(blob_find(&bed->a.home, row.commit, &row), GW_ABSENT);
    bytes.data[500] ^= 1;
    take_forged(bed, p, &good, 1, 0, 1);
    assert_int_equal(blob_find(&bed->a.home, row.commit, &row), GW_ABSENT);
    bytes.data[500] ^= 1;
    take_forged(bed, p, twice, 3, 1, 1);
    same_bytes(&bed->a, &bed->b, good.commit);
    /* erased for ever: a stick does not bring it back */
    ok(blob_find(&bed->a.home, good.commit, &row));
    row.state = BLOB_ERASED;
    ok(blob_note(&bed->a.home, &row, NULL));
    take_forged(bed, p, &good, 1, 0, 0);
    ok(blob_find(&bed->a.home, good.commit, &row));
    assert_int_equal(row.state, BLOB_ERASED);
    gw_buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(peers__server_down__shown_and_forwarded, setup, teardown),
        cmocka_unit_test_setup_teardown(peers__came_back_before_the_own_was_sent__in_order, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(peers__forged_in_anothers_name__refused, setup, teardown),
        cmocka_unit_test_setup_teardown(stick__mirror_gone_back__results_taken_changes_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(stick__result_of_another_hash__no_effect, setup, teardown),
        cmocka_unit_test_setup_teardown(peers__confirmed_numbers__of_a_known_signer_only, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(peers__unknown_signer__refused_with_a_sentence, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(peers__first_record_is_by_stick__signer_at_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(hello__says_the_own_row__kept_once, setup, teardown),
        cmocka_unit_test_setup_teardown(peers__signer_vouched_by_the_server__taken, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(peers__for_others_bent_or_of_another_kind__nothing_taken,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(stick__never_online__all_arrives_and_results_return, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(stick__delivered_by_network_in_between__one_effect, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(stick__lines_of_a_peer__receipts_come_with_the_reply, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            attachments__from_laptop_to_laptop__on_to_the_server_by_stick, setup, teardown),
        cmocka_unit_test_setup_teardown(attachments__large_or_chosen__told_how_many_stayed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(attachments__not_named_not_whole_or_other_bytes__not_kept,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(stick__reply_of_a_stranger__refused, setup, teardown),
        cmocka_unit_test_setup_teardown(server__restored__own_receipts_still_say_what_they_sign,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(server__restored__lines_of_others_go_again, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
