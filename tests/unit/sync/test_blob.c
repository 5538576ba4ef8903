/* Attachments from a home to a server and back, over a network that is cut wherever the test says;
 * and what a dead store of attachments does to the rest: nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "offline-db/blob.h"
#include "tests/kit/engine_bed.h"
#include "tests/kit/scratch.h"

enum { SIZE = 5 * BLOB_SLICE + 1000, SLICES = 6 };
#define BLOBS "/v1/blobs/"

static uint8_t photo[SIZE];
static char file[1024];

/* What a server of attachments holds. */
static uint8_t held[SIZE];
static int64_t held_n;
static int puts_n;

static int setup(void **state)
{
    assert_int_equal(bed_setup(state), 0);
    struct bed *b = *state;
    b->features = "\"sse\",\"wait\",\"digest\",\"blobs\"";
    for (size_t i = 0; i < SIZE; i++) {
        photo[i] = (uint8_t)(i % 251);
    }
    memcpy(photo, "\xff\xd8\xff\xe0", 4);
    (void)scratch_path(file, sizeof(file), "photo.jpg");
    assert_int_equal(gw_file_write(file, photo, SIZE, NULL), GW_OK);
    held_n = puts_n = 0;
    return 0;
}

static void attach(struct bed *b, struct blob_row *out)
{
    struct gw_fail fail = {0};
    if (blob_attach(&b->home, "p1", file, out, NULL, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    engine_nudge(b->engine);
    bed_step(b);
}

/* Takes a PUT as the server would. */
static void store(const struct fakenet_call *call)
{
    long long from = 0, last = 0, total = 0;
    assert_int_equal(sscanf(call->content_range, "bytes %lld-%lld/%lld", &from, &last, &total), 3);
    assert_int_equal(total, SIZE);
    assert_int_equal(last - from + 1, call->body.len);
    assert_true(call->body.len <= BLOB_SLICE);
    assert_int_equal(strlen(call->blob_salt), BLOB_SALT_B64);
    puts_n++;
    if (from <= held_n) {
        memcpy(held + from, call->body.data, call->body.len);
        held_n = last + 1 > held_n ? last + 1 : held_n;
    }
}

static void answer_one(struct bed *b)
{
    struct fakenet_call *call = fakenet_asked(&b->fake, BLOBS);
    bool head = strcmp(call->method, "HEAD") == 0;
    if (!head) {
        assert_string_equal(call->method, "PUT");
        store(call);
    }
    b->fake.blob_offset = held_n;
    fakenet_answer(&b->fake, call, head && held_n == 0 ? 404 : 200, "");
    b->fake.blob_offset = 0;
    bed_step(b);
}

static void upload_rest(struct bed *b)
{
    for (int i = 0; i < 40 && fakenet_find(&b->fake, BLOBS) != NULL; i++) {
        answer_one(b);
    }
    assert_null(fakenet_find(&b->fake, BLOBS));
    assert_int_equal(held_n, SIZE);
    assert_memory_equal(held, photo, SIZE);
}

static enum blob_state state_of(struct bed *b, const char *commit)
{
    struct blob_row row;
    assert_int_equal(blob_find(&b->home, commit, &row), GW_OK);
    return row.state;
}

static void copy_path(const struct bed *b, const char *commit, char *out, size_t size)
{
    (void)snprintf(out, size, "%s/blobs/%s", b->home.dir, commit);
}

/* ---- */

static void a_photo_goes_up_in_slices(void **state)
{
    struct bed *b = *state;
    struct blob_row row;
    struct stat st;
    char path[1200];
    bed_to_caught_up(b);
    attach(b, &row);
    copy_path(b, row.commit, path, sizeof(path));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_string_equal(row.media, "image/jpeg");
    (void)unlink(file); /* the card is out of the reader */
    upload_rest(b);
    assert_int_equal(puts_n, SLICES);
    assert_int_equal(state_of(b, row.commit), BLOB_DONE);
}

static void it_goes_on_after_a_cut_at_every_slice(void **state)
{
    struct bed *b = *state;
    struct blob_row row;
    bed_to_caught_up(b);
    attach(b, &row);
    /* every other cut comes after the server has stored the slice: its answer is lost */
    for (int cut = 0; cut < SLICES; cut++) {
        struct fakenet_call *call = fakenet_asked(&b->fake, BLOBS);
        assert_string_equal(call->method, "HEAD");
        answer_one(b);
        call = fakenet_asked(&b->fake, BLOBS);
        assert_string_equal(call->method, "PUT");
        if (cut % 2 == 1) {
            store(call);
        }
        fakenet_end(&b->fake, call, NET_CUT, 0, "", -1);
        bed_step(b);
        assert_null(fakenet_find(&b->fake, BLOBS)); /* it waits first */
        bed_advance(b, 31000);
        if (fakenet_find(&b->fake, "/v1/alive") != NULL) {
            bed_answer(b, "/v1/alive", 200, "{}");
        }
    }
    assert_int_equal(held_n, SLICES / 2 * BLOB_SLICE);
    upload_rest(b);
    assert_int_equal(puts_n, SLICES); /* none was sent again that had arrived */
    assert_int_equal(state_of(b, row.commit), BLOB_DONE);
}

static void a_new_engine_asks_where_it_stands(void **state)
{
    struct bed *b = *state;
    struct blob_row row;
    bed_to_caught_up(b);
    attach(b, &row);
    for (int i = 0; i < 3; i++) {
        answer_one(b);
    }
    engine_free(b->engine);
    b->engine = NULL;
    bed_to_greeted(b);
    assert_string_equal(fakenet_asked(&b->fake, BLOBS)->method, "HEAD");
    upload_rest(b);
    assert_int_equal(puts_n, SLICES);
}

/* C9. */
static void a_dead_store_of_attachments_delays_nothing_else(void **state)
{
    struct bed *b = *state;
    struct blob_row row;
    struct sync_status status;
    char text[200];
    bed_to_caught_up(b);
    attach(b, &row);
    for (int i = 1; i <= 4; i++) { /* it never answers, then it answers with faults */
        struct fakenet_call *blob = fakenet_find(&b->fake, BLOBS);
        if (i > 2 && blob != NULL) {
            fakenet_answer(&b->fake, blob, i == 3 ? 503 : 507, "");
            bed_step(b);
        }
        bed_note(b, "record");
        (void)snprintf(text, sizeof(text),
                       "{\"i\":0,\"n\":%d,\"result\":\"applied\",\"seq\":%d,\"at\":%lld}\n", i,
                       10 + i, (long long)T0);
        bed_answer(b, "/v1/commands", 200, text);
        struct journal_entry entry;
        assert_int_equal(journal_get(&b->home, i, &entry), GW_OK);
        assert_int_equal(entry.state, CMD_APPLIED);
        fakenet_bytes(&b->fake, fakenet_asked(&b->fake, "/v1/changes"),
                      i == 1 ? "id: e1.11\ndata: " PUT(11, "r1") "\n" : ": beat\n\n");
        bed_step(b);
    }
    assert_true(bed_has_row(b, "r1"));
    engine_status(b->engine, &status);
    assert_int_not_equal(status.phase, SYNC_OFFLINE);
    assert_string_equal(status.problem, "");
    assert_int_equal(held_n, 0);
    assert_int_equal(state_of(b, row.commit), BLOB_PENDING);
    bed_advance(b, 31000);
    if (fakenet_find(&b->fake, BLOBS) == NULL) {
        bed_advance(b, 31000);
    }
    upload_rest(b);
}

static void once_does_not_wait_for_a_dead_one(void **state)
{
    struct bed *b = *state;
    struct blob_row row;
    b->once = true;
    assert_int_equal(blob_attach(&b->home, "p1", file, &row, NULL, NULL), GW_OK);
    bed_to_caught_up(b);
    assert_int_not_equal(bed_phase(b), SYNC_LIVE); /* while it moves, once waits */
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, BLOBS), 503, "");
    bed_step(b);
    assert_int_equal(bed_phase(b), SYNC_LIVE);
}

static void a_server_without_them_is_not_asked(void **state)
{
    struct bed *b = *state;
    struct blob_row row;
    b->features = "\"sse\",\"wait\",\"digest\"";
    bed_to_caught_up(b);
    attach(b, &row);
    assert_null(fakenet_find(&b->fake, BLOBS));
    assert_int_equal(state_of(b, row.commit), BLOB_PENDING);
}

static void what_is_refused_does_not_hold_up_the_next(void **state)
{
    struct bed *b = *state;
    struct blob_row bad, good;
    bed_to_caught_up(b);
    attach(b, &bad);
    for (int i = 0; i < 3; i++) {
        answer_one(b); /* HEAD */
        struct fakenet_call *call = fakenet_asked(&b->fake, BLOBS);
        fakenet_answer(&b->fake, call, 422, "{\"type\":\"urn:gridward:problem:invalid\"}");
        bed_step(b);
        bed_advance(b, 31000);
        if (fakenet_find(&b->fake, "/v1/alive") != NULL) {
            bed_answer(b, "/v1/alive", 200, "{}");
        }
    }
    assert_int_equal(state_of(b, bad.commit), BLOB_REFUSED);
    attach(b, &good);
    assert_string_not_equal(good.commit, bad.commit); /* the same photo, another salt */
    upload_rest(b);
    assert_int_equal(state_of(b, good.commit), BLOB_DONE);
}

static void erased_at_the_server_is_erased_here(void **state)
{
    struct bed *b = *state;
    struct blob_row row;
    char path[1200];
    bed_to_caught_up(b);
    attach(b, &row);
    copy_path(b, row.commit, path, sizeof(path));
    bed_answer(b, BLOBS, 410, "");
    assert_int_equal(state_of(b, row.commit), BLOB_ERASED);
    assert_int_equal(access(path, F_OK), -1);
    assert_null(fakenet_find(&b->fake, BLOBS));
}

static void what_another_attached_is_fetched(void **state)
{
    struct bed *b = *state;
    struct blob_row row = {.size = SIZE, .process = "p1", .media = "image/jpeg"};
    uint8_t salt[BLOB_SALT] = "salt of another";
    char salt_text[BLOB_SALT_B64 + 1];
    struct gw_buf got;
    blob_commit(salt, photo, SIZE, row.commit);
    gw_b64url(salt, sizeof(salt), salt_text);
    bed_to_caught_up(b);
    assert_int_equal(blob_want(&b->home, &row, NULL), GW_OK);
    bed_step(b);
    struct fakenet_call *call = fakenet_asked(&b->fake, BLOBS);
    assert_string_equal(call->method, "GET");
    fakenet_raw(call, photo, SIZE / 2); /* cut in the middle: nothing is kept */
    fakenet_end(&b->fake, call, NET_CUT, 200, "", -1);
    bed_step(b);
    assert_int_equal(state_of(b, row.commit), BLOB_WANTED);
    bed_advance(b, 31000);
    call = fakenet_asked(&b->fake, BLOBS);
    b->fake.blob_salt = salt_text;
    fakenet_raw(call, photo, SIZE);
    fakenet_answer(&b->fake, call, 200, "");
    bed_step(b);
    assert_int_equal(state_of(b, row.commit), BLOB_DONE);
    gw_buf_init(&got, BLOB_MAX);
    assert_int_equal(blob_bytes(&b->home, row.commit, &got, NULL), GW_OK);
    assert_int_equal(got.len, SIZE);
    assert_memory_equal(got.data, photo, SIZE);
    gw_buf_free(&got);
}

static void what_cannot_be_attached_is_said(void **state)
{
    struct bed *b = *state;
    struct blob_row row;
    struct gw_fail fail = {0};
    bed_to_caught_up(b);
    assert_int_equal(gw_file_write(file, "GIF89a\1\2", 8, NULL), GW_OK);
    assert_int_equal(blob_attach(&b->home, "p1", file, &row, NULL, &fail), GW_INVALID);
    assert_int_equal(gw_file_write(file, "", 0, NULL), GW_OK);
    assert_int_equal(blob_attach(&b->home, "p1", file, &row, NULL, &fail), GW_INVALID);
    assert_int_equal(blob_attach(&b->home, "p1", "/no/such", &row, NULL, &fail), GW_ABSENT);
    assert_int_equal(blob_attach(&b->home, "p1", b->home.dir, &row, NULL, &fail), GW_INVALID);
    assert_int_equal(blob_next(&b->home, &row), GW_ABSENT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_photo_goes_up_in_slices),
        T(it_goes_on_after_a_cut_at_every_slice),
        T(a_new_engine_asks_where_it_stands),
        T(a_dead_store_of_attachments_delays_nothing_else),
        T(once_does_not_wait_for_a_dead_one),
        T(a_server_without_them_is_not_asked),
        T(what_is_refused_does_not_hold_up_the_next),
        T(erased_at_the_server_is_erased_here),
        T(what_another_attached_is_fetched),
        T(what_cannot_be_attached_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
