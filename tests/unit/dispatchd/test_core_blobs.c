/* Attachments at the server: slices, resuming, wrong bytes, rights, erasing, room (protocol section
 * 2 and C9). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dispatchd/admin.h"
#include "dispatchd/blobs.h"
#include "tests/kit/core_kit.h"
#include "tests/kit/scratch.h"

#define COMMUNITY "CQ.500112.013.005"
#define PROCESS   "019c2000-0000-7777-8777-000000000001"
#define HASH      "df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2"
#define OPEN                                                                                       \
    "{\"pn\":1,\"pprev\":\"\",\"template\":\"village-direct\",\"template_version\":1,"             \
    "\"rules\":\"" HASH "\",\"fields\":{\"kind\":\"election\",\"mode\":\"voters\",\"title\":"      \
    "\"x\",\"division\":\"" COMMUNITY "\",\"happened_at\":1781982720000}}"
enum { SIZE = 1000 };

static struct core_console clerk, duty, worker;
static uint8_t photo[SIZE];
static char commit[GW_HASH_HEX + 1], path[128], salt_text[BLOB_SALT_B64 + 1];
static const uint8_t salt[BLOB_SALT] = "0123456789abcde";

static int setup(void **state)
{
    static struct core_kit kit;
    static int round;
    char name[32];
    (void)snprintf(name, sizeof name, "blobs%d.db", ++round); /* each with a folder of its own */
    core_kit_open(&kit, name);
    core_kit_enroll(&kit, &clerk, "clerk");
    core_kit_enroll(&kit, &duty, "duty");
    core_kit_enroll(&kit, &worker, "w2");
    for (size_t i = 0; i < SIZE; i++) {
        photo[i] = (uint8_t)(i * 7);
    }
    memcpy(photo, "\xff\xd8\xff\xe0", 4);
    blob_commit(salt, photo, SIZE, commit);
    gw_b64url(salt, sizeof salt, salt_text);
    (void)snprintf(path, sizeof path, "/v1/blobs/%s", commit);
    *state = &kit;
    return 0;
}

static int teardown(void **state)
{
    core_kit_close(*state);
    return 0;
}

static int put_as(struct core_kit *kit, const struct core_console *who, const char *media,
                  const char *range, size_t from, size_t len)
{
    const struct core_request request = {.method = CORE_PUT,
                                         .path = path,
                                         .query = "",
                                         .bearer = who->token,
                                         .content_type = media,
                                         .content_range = range,
                                         .blob_salt = salt_text,
                                         .body = (const char *)photo + from,
                                         .body_len = len,
                                         .peer = "127.0.0.1"};
    return core_kit_send(kit, &request);
}

/* Bytes from..to of the photo; the offset that the server says afterwards. */
static int64_t put(struct core_kit *kit, const struct core_console *who, size_t from, size_t to)
{
    char range[64];
    (void)snprintf(range, sizeof range, "bytes %zu-%zu/%d", from, to - 1, SIZE);
    assert_int_equal(put_as(kit, who, "image/jpeg", range, from, to - from), 200);
    return kit->answer.blob_offset;
}

static int head(struct core_kit *kit, const struct core_console *who)
{
    const struct core_request request = {.method = CORE_HEAD,
                                         .path = path,
                                         .query = "",
                                         .bearer = who->token,
                                         .body = "",
                                         .peer = "127.0.0.1"};
    return core_kit_send(kit, &request);
}

static void name_it(struct core_kit *kit)
{
    char blobs[256];
    (void)snprintf(blobs, sizeof blobs,
                   "[{\"commit\":\"%s\",\"size\":%d,\"media\":\"image/jpeg\"}]", commit, SIZE);
    core_kit_expect(kit, &clerk, "process.open", PROCESS, OPEN, "applied", NULL);
    char data[512];
    (void)snprintf(data, sizeof data,
                   "{\"pn\":2,\"pprev\":\"%s\",\"step\":\"S06\",\"fields\":{},\"counts\":{},"
                   "\"materials\":{\"photo\":\"%s\"}}",
                   clerk.head, commit);
    const struct core_cmd cmd = {
        .kind = "process.step", .id = PROCESS, .data = data, .blobs = blobs};
    struct json *line = core_kit_do(kit, &clerk, &cmd);
    assert_string_equal(json_str(line, "result"), "applied");
    json_free(line);
}

static bool file_there(struct core_kit *kit)
{
    char file[1024];
    struct stat st;
    (void)snprintf(file, sizeof file, "%s/%s", blobs_dir(kit->blobs), commit);
    if (stat(file, &st) != 0) {
        return false;
    }
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, SIZE + BLOB_SALT);
    return true;
}

static void slices_become_whole(void **state)
{
    struct core_kit *kit = *state;
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", clerk.token), 200);
    assert_non_null(strstr(core_kit_body(kit), "\"blobs\""));
    assert_int_equal(head(kit, &clerk), 404);
    assert_int_equal(put(kit, &clerk, 0, 400), 400);
    assert_int_equal(head(kit, &clerk), 200);
    assert_int_equal(kit->answer.blob_offset, 400);
    assert_int_equal(put(kit, &clerk, 0, 400), 400);   /* its answer was lost: no harm */
    assert_int_equal(put(kit, &clerk, 700, 900), 400); /* a hole: told where to go on */
    assert_int_equal(put(kit, &clerk, 300, 800), 800); /* what overlaps is taken once */
    assert_false(file_there(kit));
    assert_int_equal(put(kit, &clerk, 800, SIZE), SIZE);
    assert_true(file_there(kit));
    assert_int_equal(head(kit, &clerk), 200);
    assert_int_equal(kit->answer.blob_offset, SIZE);
    assert_int_equal(put(kit, &duty, 0, 10), SIZE); /* whole for everybody */
}

static void it_is_resumed_after_a_restart(void **state)
{
    struct core_kit *kit = *state;
    assert_int_equal(put(kit, &clerk, 0, 600), 600);
    core_kit_restart(kit);
    core_kit_token(kit, &clerk);
    assert_int_equal(head(kit, &clerk), 200);
    assert_int_equal(kit->answer.blob_offset, 600);
    assert_int_equal(put(kit, &clerk, 600, SIZE), SIZE);
    assert_true(file_there(kit));
}

static void wrong_bytes_are_thrown_away(void **state)
{
    struct core_kit *kit = *state;
    assert_int_equal(put(kit, &clerk, 0, 400), 400);
    photo[500] ^= 1;
    assert_int_equal(put_as(kit, &clerk, "image/jpeg", "bytes 400-999/1000", 400, 600), 422);
    assert_string_equal(core_kit_slug(kit), "invalid");
    photo[500] ^= 1;
    assert_int_equal(head(kit, &clerk), 404);
    /* the right bytes under a wrong media are no better */
    assert_int_equal(put_as(kit, &clerk, "image/png", "bytes 0-999/1000", 0, SIZE), 422);
    assert_int_equal(head(kit, &clerk), 404);
    assert_int_equal(put(kit, &clerk, 0, SIZE), SIZE);
}

static void one_console_cannot_spoil_another(void **state)
{
    struct core_kit *kit = *state;
    assert_int_equal(put(kit, &clerk, 0, 400), 400);
    photo[0] ^= 1;
    assert_int_equal(put_as(kit, &duty, "image/jpeg", "bytes 0-999/1000", 0, SIZE), 422);
    photo[0] ^= 1;
    assert_int_equal(put(kit, &clerk, 400, SIZE), SIZE);
}

static void what_is_no_upload_is_refused(void **state)
{
    struct core_kit *kit = *state;
    static const struct {
        const char *media, *range;
        int status;
    } wrong[] = {
        {"image/gif", "bytes 0-999/1000", 415},
        {NULL, "bytes 0-999/1000", 415},
        {"image/jpeg", NULL, 400},
        {"image/jpeg", "bytes 0-998/1000", 400},
        {"image/jpeg", "bytes 1-1000/1000", 400},
        {"image/jpeg", "bytes 0-999/*", 400},
        {"image/jpeg", "bytes 0-999/1000 ", 400},
        {"image/jpeg", "bytes -999/1000", 400},
        {"image/jpeg", "bytes 0-999/99999999", 413},
        {"image/jpeg", "bytes 99999999999999999999-999/1000", 400},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int status = put_as(kit, &clerk, wrong[i].media, wrong[i].range, 0, SIZE);
        if (status != wrong[i].status) {
            fail_msg("%zu: %d", i, status);
        }
    }
    assert_int_equal(head(kit, &clerk), 404);
    (void)snprintf(path, sizeof path, "/v1/blobs/../%s", "x");
    assert_int_equal(put_as(kit, &clerk, "image/jpeg", "bytes 0-999/1000", 0, SIZE), 404);
    (void)snprintf(path, sizeof path, "/v1/blobs/%.63sX", commit);
    assert_int_equal(put_as(kit, &clerk, "image/jpeg", "bytes 0-999/1000", 0, SIZE), 404);
    assert_int_equal(core_kit_get(kit, "/v1/blobs/", "", clerk.token), 404);
    assert_int_equal(core_kit_post(kit, path, clerk.token, "image/jpeg", "x"), 405);
    struct core_console nobody = {.token = "x"};
    assert_int_equal(head(kit, &nobody), 401);
}

static void who_may_read_the_record_may_read_it(void **state)
{
    struct core_kit *kit = *state;
    char got[SIZE + 8];
    assert_int_equal(put(kit, &clerk, 0, SIZE), SIZE);
    assert_int_equal(core_kit_get(kit, path, "", clerk.token), 404); /* nobody names it */
    name_it(kit);
    assert_int_equal(core_kit_get(kit, path, "", worker.token), 404); /* of a grid */
    assert_int_equal(core_kit_get(kit, path, "", duty.token), 200);
    assert_string_equal(kit->answer.blob_salt, salt_text);
    assert_string_equal(kit->answer.content_type, "image/jpeg");
    assert_int_equal(kit->answer.blob_size, SIZE);
    assert_int_equal(read(kit->answer.blob_fd, got, sizeof got), SIZE);
    assert_memory_equal(got, photo, SIZE);
}

static void a_record_does_not_wait_for_it(void **state)
{
    struct core_kit *kit = *state;
    name_it(kit);
    assert_int_equal(core_kit_get(kit, path, "", duty.token), 404);
    assert_int_equal(put(kit, &clerk, 0, SIZE), SIZE);
    assert_int_equal(core_kit_get(kit, path, "", duty.token), 200);
}

static void erased_is_for_ever(void **state)
{
    struct core_kit *kit = *state;
    struct gw_fail fail = {.err = GW_OK};
    char step[GW_ID_MAX + 1];
    name_it(kit);
    assert_int_equal(put(kit, &clerk, 0, SIZE), SIZE);
    (void)snprintf(step, sizeof step, "%.100s.2", clerk.device);
    const struct admin_args args = {.store = kit->url, .step = step, .reason = "个人信息"};
    int out = dup(STDOUT_FILENO);
    assert_non_null(freopen("/dev/null", "w", stdout));
    enum gw_err err = GW_BUG;
    for (size_t i = 0; i < admin_verbs_review_n; i++) {
        if (strcmp(admin_verbs_review[i].name, "erase") == 0) {
            err = admin_verbs_review[i].run(kit->admin, &args, &fail);
        }
    }
    (void)fflush(stdout);
    (void)dup2(out, STDOUT_FILENO);
    (void)close(out);
    assert_int_equal(err, GW_OK);
    assert_false(file_there(kit));
    core_kit_restart(kit);
    core_kit_token(kit, &clerk);
    core_kit_token(kit, &duty);
    assert_int_equal(core_kit_get(kit, path, "", duty.token), 410);
    assert_string_equal(core_kit_slug(kit), "erased");
    assert_int_equal(head(kit, &clerk), 410);
    assert_int_equal(put_as(kit, &clerk, "image/jpeg", "bytes 0-999/1000", 0, SIZE), 410);
    assert_false(file_there(kit));
    struct json *row = core_kit_row(kit, TYPE_STEP, step); /* the commit stays in what was signed */
    assert_non_null(strstr(json_str(row, "line"), commit));
    assert_string_equal(json_str(row, "erased_why"), "个人信息");
    json_free(row);
}

static void what_nobody_names_goes_after_a_week(void **state)
{
    struct core_kit *kit = *state;
    int64_t now = (int64_t)time(NULL) * 1000; /* the files have the machine's time */
    assert_int_equal(put(kit, &clerk, 0, SIZE), SIZE);
    kit->clock.wall = now + INT64_C(6) * 86400000;
    core_kit_advance(kit, 3700000);
    assert_true(file_there(kit));
    kit->clock.wall = now + INT64_C(8) * 86400000;
    core_kit_advance(kit, 3700000);
    assert_false(file_there(kit));
    core_kit_token(kit, &clerk);
    assert_int_equal(put(kit, &clerk, 0, SIZE), SIZE);
    name_it(kit);
    kit->clock.wall = now + INT64_C(30) * 86400000;
    core_kit_advance(kit, 3700000);
    assert_true(file_there(kit));
}

/* C9: the folder cannot be used. Only attachments feel it. */
static void a_dead_folder_harms_no_record(void **state)
{
    struct core_kit *kit = *state;
    int fd = open(blobs_dir(kit->blobs), O_WRONLY | O_CREAT, 0600); /* a file in its place */
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(put_as(kit, &clerk, "image/jpeg", "bytes 0-999/1000", 0, SIZE), 503);
    assert_true(kit->answer.retry_after_s > 0);
    name_it(kit);
    assert_int_equal(core_kit_get(kit, "/v1/changes", "", clerk.token) / 100, 4); /* no cursor */
    assert_true(core_healthy(kit->core));
    (void)unlink(blobs_dir(kit->blobs));
    assert_int_equal(put(kit, &clerk, 0, SIZE), SIZE);
}

static void a_flood_of_slices_leaves_room_for_commands(void **state)
{
    struct core_kit *kit = *state;
    int status = 200;
    for (int i = 0; i < 300 && status == 200; i++) {
        status = put_as(kit, &clerk, "image/jpeg", "bytes 0-9/1000", 0, 10);
    }
    assert_int_equal(status, 429);
    name_it(kit);
}

static void an_address_has_one_figure(void **state)
{
    struct core_kit *kit = *state;
    struct gw_buf text;
    gw_buf_init(&text, 1024 * 1024);
    assert_int_equal(put(kit, &clerk, 0, 10), 10);
    assert_int_equal(head(kit, &clerk), 200);
    assert_int_equal(core_metrics(kit->core, &text), GW_OK);
    const char *first = strstr(gw_buf_str(&text), "route=\"/v1/blobs/\",status=\"200\"} 2\n");
    assert_non_null(first);
    assert_null(strstr(first + 1, "route=\"/v1/blobs/\",status=\"200\""));
    gw_buf_free(&text);
}

static void a_backup_takes_them_along(void **state)
{
    struct core_kit *kit = *state;
    struct gw_fail fail = {.err = GW_OK};
    struct blobs *other = NULL;
    struct blob_file file;
    int64_t n = 0;
    char target[600];
    (void)snprintf(target, sizeof target, "%s.backup", kit->url);
    assert_int_equal(blobs_open(target, BLOB_MAX, &other, &fail), GW_OK);
    assert_int_equal(blobs_copy(kit->blobs, other, &n, &fail), GW_OK);
    assert_int_equal(n, 0);
    assert_int_equal(access(blobs_dir(other), F_OK), -1);
    assert_int_equal(put(kit, &clerk, 0, SIZE), SIZE);
    for (int i = 0; i < 2; i++) { /* again: nothing new, the same count */
        assert_int_equal(blobs_copy(kit->blobs, other, &n, &fail), GW_OK);
        assert_int_equal(n, 1);
    }
    assert_int_equal(blobs_read(other, commit, &file, &fail), GW_OK);
    assert_int_equal(file.size, SIZE);
    (void)close(file.fd);
    blobs_close(other);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(slices_become_whole),
        T(it_is_resumed_after_a_restart),
        T(wrong_bytes_are_thrown_away),
        T(one_console_cannot_spoil_another),
        T(what_is_no_upload_is_refused),
        T(who_may_read_the_record_may_read_it),
        T(a_record_does_not_wait_for_it),
        T(erased_is_for_ever),
        T(what_nobody_names_goes_after_a_week),
        T(a_dead_folder_harms_no_record),
        T(a_flood_of_slices_leaves_room_for_commands),
        T(an_address_has_one_figure),
        T(a_backup_takes_them_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
