/* What can be opened: of the installed templates those in force, the newest version of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "offline-db/process.h"

enum { TEXT_MAX = 128 * 1024, FOUND_MAX = 8 };

static char dir[] = "/tmp/gridward-templates.XXXXXX";
static const char *const names[] = {"law-cn-village.json", "holidays.json", "proc-1.json",
                                    "proc-2.json",         "proc-3.json",   "proc-4.json"};

static void read_file(const char *name, struct gw_buf *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "rules/%s", name);
    gw_buf_init(text, TEXT_MAX);
    assert_int_equal(gw_file_read(path, text, NULL), GW_OK);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(gw_file_write(path, text, strlen(text), NULL), GW_OK);
}

/* text with the first `from` replaced; owned. */
static char *swap(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    size_t size = strlen(text) + strlen(to) + 1;
    char *out = malloc(size);
    assert_non_null(out);
    (void)snprintf(out, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

/* Another version of the publication's template, in force in other days. */
static void write_version(const char *name, const char *text, const char *version, const char *days)
{
    char *one = swap(text, "\"version\": 1", version);
    char *two = swap(one, "\"valid_from\": \"2026-01-01\", \"valid_to\": null", days);
    write_file(name, two);
    free(one);
    free(two);
}

static int set_up(void **state)
{
    struct gw_buf text;
    (void)state;
    (void)gw_i18n_init("en");
    if (!mkdtemp(dir) || setenv("GRIDWARD_RULESDIR", dir, 1) != 0) {
        return -1;
    }
    for (size_t i = 0; i < 2; i++) {
        read_file(names[i], &text);
        write_file(names[i], gw_buf_str(&text));
        gw_buf_free(&text);
    }
    read_file("proc-publication.json", &text);
    const char *publication = gw_buf_str(&text);
    write_version("proc-1.json", publication, "\"version\": 1",
                  "\"valid_from\": \"2026-01-01\", \"valid_to\": \"2026-08-31\"");
    write_version("proc-2.json", publication, "\"version\": 2",
                  "\"valid_from\": \"2026-07-01\", \"valid_to\": null");
    write_version("proc-3.json", publication, "\"version\": 3",
                  "\"valid_from\": \"2027-01-01\", \"valid_to\": null");
    gw_buf_free(&text);
    read_file("proc-village-direct.json", &text);
    write_file("proc-4.json", gw_buf_str(&text));
    gw_buf_free(&text);
    return 0;
}

static int take_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[256];
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    return rmdir(dir);
}

static void only_what_is_in_force_is_offered(void **state)
{
    static const struct {
        const char *day;
        size_t n;
    } cases[] = {{"2025-12-31", 0}, {"2026-06-30", 2}, {"2026-07-01", 2}, {"2027-01-01", 2}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct process_template found[FOUND_MAX];
        size_t n = 0;
        gw_day day;
        assert_true(day_parse(cases[i].day, &day));
        assert_int_equal(process_templates(day, found, FOUND_MAX, &n, NULL), GW_OK);
        assert_int_equal(n, cases[i].n);
        if (n == 2) {
            assert_string_equal(found[0].id, "village-direct"); /* elections first */
            assert_string_equal(found[1].id, "publication");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_what_is_in_force_is_offered)};
    return cmocka_run_group_tests(tests, set_up, take_down);
}
