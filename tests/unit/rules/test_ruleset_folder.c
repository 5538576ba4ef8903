/* Folders of rule files and single files: what is wrong is said with the name of the file. */
#include "tests/unit/rules/ruleset_kit.h"

#include <dirent.h>

#include "base/fsutil.h"
#include "tests/kit/scratch.h"

static int setup(void **state)
{
    (void)state;
    (void)gw_i18n_init("en");
    return 0;
}

static char folder[256];

/* A folder with the good files, one of them with one thing changed (from NULL: not there). */
static const char *folder_with(const char *name, const char *from, const char *to)
{
    static const char *const names[] = {"law-cn-village.json",   "law-cn-village-1.json",
                                        "law-cn-community.json", "law-cq-village.json",
                                        "holidays.json",         "proc-poll.json",
                                        "proc-poll-1.json",      "proc-talk.json"};
    (void)snprintf(folder, sizeof(folder), "%s/rules", scratch_dir());
    assert_int_equal(gw_dir_make(folder, NULL), GW_OK);
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[512];
        struct gw_buf in, out;
        gw_buf_init(&in, RULESET_TEXT_MAX);
        gw_buf_init(&out, 2 * RULESET_TEXT_MAX);
        (void)snprintf(path, sizeof(path), GOOD "/%s", names[i]);
        assert_int_equal(gw_file_read(path, &in, NULL), GW_OK);
        const char *where =
            strcmp(names[i], name) == 0 && from != NULL ? strstr(in.data, from) : NULL;
        size_t head = where != NULL ? (size_t)(where - in.data) : in.len;
        assert_int_equal(gw_buf_add(&out, in.data, head), GW_OK);
        if (where != NULL) {
            assert_int_equal(gw_buf_adds(&out, to), GW_OK);
            assert_int_equal(gw_buf_adds(&out, where + strlen(from)), GW_OK);
        }
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        if (strcmp(names[i], name) == 0 && from == NULL) {
            (void)remove(path);
        } else {
            assert_int_equal(gw_file_write(path, out.data, out.len, NULL), GW_OK);
        }
        gw_buf_free(&in);
        gw_buf_free(&out);
    }
    return folder;
}

static void a_broken_folder_names_the_file(void **state)
{
    static const struct {
        const char *file, *from, *to;
        enum gw_err err;
        const char *said;
    } cases[] = {
        {"law-cn-community.json", "{", "", GW_INVALID,
         "law-cn-community.json: "}, /* not even used */
        {"proc-talk.json", "\"mode\": \"\"", "\"mode\": 1", GW_INVALID,
         "proc-talk.json › talk: “mode”"},
        {"law-cn-village.json", "\"value\": 20", "\"value\": -20", GW_INVALID,
         "law-cn-village.json › cn-village › roll_lead: “value”"},
        {"law-cq-village.json", "\"law\": \"CQ13\"", "\"law\": \"CQ14\"", GW_INVALID,
         "law-cq-village.json › cq-village › candidates_lead: The source “CQ14”"},
        {"holidays.json", "2026-01-04", "2026-01-05", GW_INVALID,
         "holidays.json › years 1: “work”"},
        {"proc-poll.json", "n:S06", "n:S60", GW_INVALID,
         "proc-poll.json › poll › S21 › S21.when: “n:S60” in “left” names nothing"},
        {"proc-poll-1.json", "2025-12-31", "2027-12-31", GW_OK, ""}, /* the higher version counts */
        {"proc-poll-1.json",
         "\"version\": 1, \"kind\": \"election\", \"committee\": \"village\", \"mode\": "
         "\"voters\",\n"
         " \"title\": {\"zh\": \"村委会选举（旧）\", \"en\": \"Village election (old)\"}, "
         "\"valid_from\": "
         "\"2019-01-01\", \"valid_to\": \"2025-12-31\"",
         "\"version\": 2, \"kind\": \"election\", \"committee\": \"village\", \"mode\": "
         "\"voters\", \"title\": {\"zh\": "
         "\"a\", \"en\": \"a\"}, \"valid_from\": \"2019-01-01\", \"valid_to\": null",
         GW_INVALID, "proc-poll-1.json and proc-poll.json say the same thing"},
        {"law-cn-village-1.json", "\"set\": \"cn-village\", \"version\": 1",
         "\"set\": \"other\", \"version\": 1", GW_OK, ""}, /* of other days */
        {"holidays.json", NULL, NULL, GW_ABSENT, "holidays.json is missing"},
        {"law-cq-village.json", NULL, NULL, GW_ABSENT, "“CQ”"},
        {"law-cn-village.json", NULL, NULL, GW_ABSENT,
         "No law file for “village” is in force on 2026-10-20"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct gw_fail why = {0};
        struct gw_buf buf;
        gw_buf_init(&buf, RULESET_TEXT_MAX);
        const char *dir = folder_with(cases[i].file, cases[i].from, cases[i].to);
        enum gw_err err = ruleset_compose(dir, "poll", "CQ", at("2026-10-20"), &buf, &why);
        if (err != cases[i].err || strncmp(why.text, cases[i].said, strlen(cases[i].said)) != 0) {
            if (strstr(why.text, cases[i].said) == NULL || err != cases[i].err) {
                print_error("case %zu: %d, %s\n", i, err, why.text);
                fail();
            }
        }
        assert_true((err == GW_OK) == (buf.len > 0));
        gw_buf_free(&buf);
    }
}

/* ---- one file */

static void assert_check(const char *file, enum gw_err want, const char *said)
{
    struct gw_fail why = {0};
    enum gw_err err = ruleset_check_file(file, &why);
    if (err != want || strstr(why.text, said) == NULL) {
        print_error("%s: %d, %s\n", file, err, why.text);
        fail();
    }
}

static void a_file_is_checked_by_itself(void **state)
{
    char path[512];
    (void)state;
    assert_check(GOOD "/law-cn-village.json", GW_OK,
                 "Law file “cn-village”, version 2: 4 numbers, 2 sources.");
    assert_check(GOOD "/law-cq-village.json", GW_OK, "Law file “cq-village”");
    assert_check(GOOD "/holidays.json", GW_OK, "Rest days: the notices of 1 years.");
    assert_check(GOOD "/proc-poll.json", GW_OK, "Template “poll”, version 2");
    assert_check(GOOD "/proc-poll-1.json", GW_OK, "Template “poll”, version 1");
    assert_check(GOOD "/proc-talk.json", GW_OK, "Template “talk”");
    assert_check("rules/policies.json", GW_OK, "Escalation policies: 3.");
    assert_check("rules/schema/law.schema.json", GW_INVALID,
                 "law.schema.json: this is no law file");
    assert_check("rules/none.json", GW_ABSENT, "rules/none.json");
    (void)snprintf(path, sizeof(path), "%s/proc-talk.json",
                   folder_with("law-cn-community.json", "roll_lead", "list_lead"));
    assert_check(path, GW_INVALID, "proc-talk.json › talk › T1 › T1.lead: “#roll_lead” in “days”");
    (void)snprintf(
        path, sizeof(path), "%s/law-cq-village.json",
        folder_with("law-cq-village.json", "\"base\": \"cn-village\"", "\"base\": \"cn-town\""));
    assert_check(path, GW_INVALID, "There is no law file “cn-town” beside it");
    (void)snprintf(path, sizeof(path), "%s/law-cq-village.json",
                   folder_with("law-cq-village.json", "\"law\": \"CQ13\"", "\"law\": \"V26\""));
    assert_check(path, GW_OK, ""); /* the base lists it */
    (void)snprintf(path, sizeof(path), "%s/law-cq-village.json",
                   folder_with("law-cq-village.json", "\"law\": \"CQ13\"", "\"law\": \"V18\""));
    assert_check(path, GW_INVALID,
                 "law-cq-village.json › cq-village › candidates_lead: The source “V18”");
}

/* Every file that is shipped loads; each template also composes with its overlay. */
static void the_shipped_files_are_good(void **state)
{
    static struct ruleset_entry list[128];
    size_t n = 0;
    (void)state;
    DIR *dir = opendir("rules");
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        size_t len = strlen(e->d_name);
        if (len > 5 && strcmp(e->d_name + len - 5, ".json") == 0) {
            char path[512];
            (void)snprintf(path, sizeof(path), "rules/%s", e->d_name);
            assert_check(path, GW_OK, "");
        }
    }
    (void)closedir(dir);
    assert_int_equal(ruleset_list("rules", list, COUNT(list), &n, NULL), GW_OK);
    for (size_t i = 0; i < n; i++) {
        struct gw_buf buf;
        struct gw_fail why = {0};
        gw_buf_init(&buf, RULESET_TEXT_MAX);
        if (ruleset_compose("rules", list[i].template_id, "CQ", list[i].valid_from, &buf, &why) !=
            GW_OK) {
            print_error("%s: %s\n", list[i].template_id, why.text);
            fail();
        }
        gw_buf_free(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_folder_names_the_file),
        cmocka_unit_test(a_file_is_checked_by_itself),
        cmocka_unit_test(the_shipped_files_are_good),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
