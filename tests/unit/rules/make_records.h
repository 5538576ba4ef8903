/* Records of a procedure written in one line each. */
#ifndef TESTS_MAKE_RECORDS_H
#define TESTS_MAKE_RECORDS_H

#include "tests/unit/model/make_steps.h"

#include "base/fsutil.h"
#include "model/procedure.h"
#include "rules/ruleset_load.h"

/* key=value parted by |; digits alone are a number. Texts live as long as the test. */
static inline void put(struct made *m, const char *values)
{
    static char kept[16 * 1024 * 1024];
    static size_t used;
    size_t len = strlen(values) + 1;
    assert_true(used + len < sizeof kept);
    char *text = memcpy(kept + used, values, len);
    used += len;
    for (char *save = NULL, *at = strtok_r(text, "|", &save); at != NULL;
         at = strtok_r(NULL, "|", &save)) {
        char *value = strchr(at, '=');
        assert_non_null(value);
        *value++ = '\0';
        if (value[strspn(value, "0123456789")] == '\0' && strlen(value) < 15) {
            made_num(m, at, strtoll(value, NULL, 10));
        } else {
            made_text(m, at, value);
        }
    }
}

static inline struct made *record_in(struct story *story, const char *step, const char *subject,
                                     const char *day, const char *values)
{
    struct made *m = story_add(story, 0, PROC_STEP);
    gw_day happened;
    assert_true(day_parse(day, &happened));
    m->s.step = step;
    m->s.subject = subject;
    m->s.happened_at = day_start_ms(happened) + 10 * 3600 * 1000;
    m->s.wall = m->s.happened_at; /* written down at once */
    put(m, values);
    return m;
}

/* The shipped rules of Chongqing as they are in force in June 2026. */
static inline struct ruleset *shipped_rules(const char *template_id)
{
    struct gw_buf text;
    struct gw_fail why = {0};
    struct ruleset *set = NULL;
    gw_day day;
    assert_true(day_parse("2026-06-01", &day));
    gw_buf_init(&text, RULESET_TEXT_MAX);
    if (ruleset_compose("rules", template_id, "CQ", day, &text, &why) != GW_OK ||
        ruleset_load(gw_buf_str(&text), text.len, &set, &why) != GW_OK) {
        print_error("%s: %s\n", template_id, why.text);
        fail();
    }
    gw_buf_free(&text);
    return set;
}

/* Judged on that day. */
static inline void judge_story(const struct story *story, const struct ruleset *rules,
                               const char *day, struct ev_set **set, struct procedure **out)
{
    gw_day today;
    assert_true(day_parse(day, &today));
    *set = story_set(story, 0);
    const struct procedure_in in = {.rules = rules, .steps = *set, .today = today};
    assert_int_equal(procedure_new(&in, out), GW_OK);
}

/* The text is that of the file. REGOLD=1 writes it anew. */
static inline void same_as_file(const char *path, const struct gw_buf *text)
{
    struct gw_buf want;
    if (getenv("REGOLD") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(text->data, 1, text->len, file), text->len);
        assert_int_equal(fclose(file), 0);
    }
    gw_buf_init(&want, 1024 * 1024);
    assert_int_equal(gw_file_read(path, &want, NULL), GW_OK);
    if (strcmp(gw_buf_str(&want), gw_buf_str(text)) != 0) {
        print_error("%s is now:\n%s\n", path, gw_buf_str(text));
        fail();
    }
    gw_buf_free(&want);
}

#endif
