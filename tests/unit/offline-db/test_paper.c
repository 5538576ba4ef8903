/* Papers: golden text and page of a final one and of a draft, what is escaped, the credit code of
 * the village, and that a signature is told from other lines. REGOLD=1 writes the golden files
 * anew. */
#include "tests/unit/rules/make_records.h"

#include "base/fsutil.h"
#include "offline-db/paper.h"
#include "rules/notice_load.h"

enum { OUT_MAX = 256 * 1024 };
static const char process[] = "01a1f2c3-0000-7000-8000-000000000001";

struct desk {
    struct story *story;
    struct ruleset *rules;
    struct notice_set *notices;
    struct ev_set *set;
    struct procedure *procedure;
    struct gw_buf out;
};

static void begin(struct desk *d)
{
    *d = (struct desk){.story = story_new(7), .rules = shipped_rules("village-direct")};
    gw_buf_init(&d->out, OUT_MAX);
    assert_int_equal(notice_read("rules", "election", "village", "voters", &d->notices, NULL),
                     GW_OK);
    struct made *open = story_add(d->story, 0, PROC_OPEN);
    open->s.template_id = "village-direct";
    put(open, "place=桥头村|term=第十二届|title=桥头村第十二届村民委员会换届选举|seats=3|"
              "polling_day=2026-06-18");
}

static void judge(struct desk *d)
{
    judge_story(d->story, d->rules, "2026-05-25", &d->set, &d->procedure);
}

static void end(struct desk *d)
{
    procedure_free(d->procedure);
    ev_set_free(d->set);
    notice_set_free(d->notices);
    ruleset_free(d->rules);
    gw_buf_free(&d->out);
    free(d->story);
}

static struct paper_state make(struct desk *d, const char *id, bool html)
{
    struct paper_state state;
    const struct paper_in in = {.process = process,
                                .rules = d->rules,
                                .procedure = d->procedure,
                                .steps = d->set,
                                .notices = d->notices,
                                .notice = notice_find(d->notices, id),
                                .lang = GW_LANG_ZH};
    assert_non_null(in.notice);
    gw_buf_reset(&d->out);
    assert_int_equal((html ? paper_html : paper_text)(&in, &d->out, &state), GW_OK);
    return state;
}

static void golden(struct desk *d, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "tests/unit/offline-db/golden/%s", name);
    same_as_file(path, &d->out);
}

static bool shows(const struct desk *d, const char *what)
{
    return strstr(gw_buf_str(&d->out), what) != NULL;
}

static void list_posted(struct desk *d)
{
    record_in(d->story, "S06", "", "2026-05-21",
              "published_on=2026-05-21|posted_at=公告栏|registered=612");
}

static void a_final_one(void **unused)
{
    struct desk d;
    (void)unused;
    begin(&d);
    list_posted(&d);
    judge(&d);
    struct paper_state state = make(&d, "N04", false);
    assert_false(state.draft);
    golden(&d, "paper-N04.txt");
    assert_false(make(&d, "N04", true).draft);
    golden(&d, "paper-N04.html");
    assert_true(shows(&d, "class=\"seal\""));
    assert_false(shows(&d, "class=\"draft\""));
    end(&d);
}

static void a_draft(void **unused)
{
    struct desk d;
    (void)unused;
    begin(&d);
    judge(&d);
    struct paper_state state = make(&d, "N04", false);
    assert_true(state.draft);
    assert_true(state.missing >= 2);
    assert_non_null(strstr(state.lacks, "、"));
    state = make(&d, "N16", true); /* not issued before the poll is judged */
    assert_true(state.draft && state.why[0] != '\0');
    golden(&d, "paper-N16.html");
    state = make(&d, "N12", false); /* lacks nothing by itself, but there is no box */
    assert_true(state.draft);
    end(&d);
}

/* Nothing that a person typed is markup, an address to load from, or a command to a terminal. */
static void hostile_names(void **unused)
{
    struct desk d;
    (void)unused;
    begin(&d);
    record_in(d.story, "S09-1", "一组\" onload=\"x", "2026-05-21",
              "leader=甲|names=</p><img src=http://a.example/x>&'\033[2J");
    record_in(d.story, "S09", "", "2026-05-21",
              "published_on=2026-05-21|households=30|representatives=1|women=1|leaders=1");
    judge(&d);
    assert_false(make(&d, "N06", true).draft);
    assert_false(shows(&d, "<img"));
    assert_false(shows(&d, "\" onload"));
    assert_false(shows(&d, "\033"));
    assert_true(shows(&d, "&#60;/p&#62;&#60;img src=http://a.example/x&#62;&#38;&#39;"));
    end(&d);
}

static void credit_code(void **unused)
{
    struct desk d;
    (void)unused;
    begin(&d);
    made_text(&d.story->items[0], "credit_code", "91350100M000100Y43"); /* a known good one */
    list_posted(&d);
    judge(&d);
    struct paper_state state = make(&d, "N04", false);
    assert_false(state.draft);
    assert_true(shows(&d, "91350100M000100Y43"));
    end(&d);

    begin(&d);
    made_text(&d.story->items[0], "credit_code", "91350100M000100Y44");
    list_posted(&d);
    judge(&d);
    state = make(&d, "N04", false);
    assert_true(state.draft);
    assert_false(shows(&d, "91350100M000100Y44"));
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_final_one),
        cmocka_unit_test(a_draft),
        cmocka_unit_test(hostile_names),
        cmocka_unit_test(credit_code),
    };
    (void)gw_i18n_init("zh_CN");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
