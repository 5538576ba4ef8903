/* The list behind the notice: names of the roll and nothing else of a person, whoever votes where
 * households or representatives do, who was put on and taken off; a list that the record
 * contradicts makes a draft; five thousand names all stand there. */
#include "roll_bed.h"

#include "base/utf8.h"
#include "offline-db/paper.h"
#include "rules/notice_load.h"

enum { MANY = 5000 };

struct desk {
    struct bed bed;
    struct notice_set *notices;
    struct annex *annex;
    struct gw_buf out;
    struct paper_state paper;
};

static void open_desk(struct desk *d, const char *name, const char *template_id)
{
    *d = (struct desk){.annex = NULL};
    gw_buf_init(&d->out, PAPER_BYTES_MAX);
    open_bed(&d->bed, name, template_id);
}

static void close_desk(struct desk *d)
{
    annex_free(d->annex);
    notice_set_free(d->notices);
    gw_buf_free(&d->out);
    close_bed(&d->bed);
}

/* The paper as it is now, with its list or without. */
static const char *print(struct desk *d, const char *id, bool html, bool list)
{
    struct gw_fail why = {0};
    annex_free(d->annex);
    notice_set_free(d->notices);
    load(&d->bed);
    const struct ruleset *rules = d->bed.c.rules;
    ok(notice_read("rules", rules->template_->kind, rules->committee, rules->template_->mode,
                   &d->notices, &why));
    const struct notice *notice = notice_find(d->notices, id);
    assert_non_null(notice);
    ok(annex_load(&d->bed.kit.home, &d->bed.c, d->notices, notice, &d->annex));
    struct paper_in in = paper_of(d->bed.election, &d->bed.c, d->notices, notice, NULL);
    in.annex = list ? d->annex : NULL;
    gw_buf_reset(&d->out);
    ok((html ? paper_html : paper_text)(&in, &d->out, &d->paper));
    return gw_buf_str(&d->out);
}

static bool shows(const struct desk *d, const char *what)
{
    return strstr(gw_buf_str(&d->out), what) != NULL;
}

/* listed -1: the template has no such count. */
static void posted(struct desk *d, int64_t registered, int64_t listed)
{
    const struct proc_value values[] = {TEXT("published_on", "2026-05-01"),
                                        TEXT("posted_at", "公告栏"), NUM("registered", registered),
                                        NUM("listed", listed)};
    record(&d->bed, "S06", NULL, values, listed < 0 ? 3 : 4);
}

static void names_and_nothing_else(void **state)
{
    struct desk d;
    (void)state;
    open_desk(&d, "annex-names", "village-direct");
    posted(&d, 4, -1);
    for (int html = 0; html < 2; html++) {
        print(&d, "N04", html, true);
        assert_false(d.paper.draft);
        assert_true(shows(&d, "登记参加选举的村民名单（共4人）"));
        assert_true(shows(&d, "李建国") && shows(&d, "王秀兰") && shows(&d, "李小明"));
        assert_true(shows(&d, "钱重"));
        assert_false(shows(&d, "李小红")); /* under age */
        assert_false(shows(&d, "张远"));   /* has not said that he takes part */
        static const char *const secret[] = {"r-01",  "11010519491231002", "1972", "1970",
                                             VILLAGE, "2008-06-20"};
        for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++) {
            assert_false(shows(&d, secret[i]));
        }
    }
    assert_true(shows(&d, "<table class=\"list\">") && shows(&d, "<td>4</td><td>"));
    const struct annex_row *rows = d.annex->lists[0].rows;
    assert_string_equal(rows[1].name,
                        "李建国"); /* who has no household stands before; the head first */
    assert_string_equal(rows[2].name, "王秀兰");
    print(&d, "N04", false, false);
    assert_false(d.paper.draft || shows(&d, "李建国")); /* as a petition's answer has it */
    print(&d, "N06", false, true);
    assert_null(d.annex);
    close_desk(&d);
}

static void a_list_that_the_record_contradicts_is_a_draft(void **state)
{
    struct desk d;
    (void)state;
    open_desk(&d, "annex-differs", "village-direct");
    posted(&d, 5, -1);
    print(&d, "N04", false, true);
    assert_true(d.paper.draft);
    assert_true(shows(&d, "名单现有4人，记录为5人"));
    print(&d, "N04", true, true);
    assert_true(shows(&d, "<div class=\"draft\">") && shows(&d, "名单现有4人，记录为5人"));
    RECORD(&d.bed, "S05-2", "1", TEXT("resident_id", "r-05"), TEXT("said_on", "2026-05-01"),
           TEXT("form", "phone"));
    print(&d, "N04", false, true);
    assert_false(d.paper.draft);
    assert_true(shows(&d, "张远"));
    close_desk(&d);
}

static void grids_have_heads(void **state)
{
    struct desk d;
    (void)state;
    open_desk(&d, "annex-grids", "village-direct");
    put(&d.bed.kit, "grid", "g-1", VILLAGE ".001", "\"name\":\"桥头片\",\"level\":\"grid\"");
    put(&d.bed.kit, "resident", "r-20", VILLAGE ".002",
        "\"name\":\"111111111111111\",\"birth_date\":\"1970-01-01\",\"population\":\"01\"");
    posted(&d, 5, -1);
    print(&d, "N04", false, true);
    assert_true(shows(&d, "\n桥头片\n") && shows(&d, "\n002\n"));
    assert_false(shows(&d, "111111111111111"));
    assert_true(d.paper.draft); /* a name that is none */
    assert_int_equal(d.annex->lists[0].names, 5);
    assert_int_equal(d.annex->lists[0].n, 7);
    close_desk(&d);
}

static void households_and_representatives(void **state)
{
    struct desk d;
    (void)state;
    open_desk(&d, "annex-households", "community-households");
    RECORD(&d.bed, "S05-2", "1", TEXT("resident_id", "r-01、r-02"), TEXT("said_on", "2026-05-01"),
           TEXT("form", "phone"));
    load(&d.bed);
    posted(&d, (int64_t)d.bed.roll.counts.state[ROLL_IN], (int64_t)d.bed.roll.houses_n);
    RECORD(&d.bed, "S05-4", "1", TEXT("household_id", "h-1"), TEXT("resident_id", "r-02"),
           TEXT("chosen_on", "2026-05-01"));
    print(&d, "N04", true, true);
    assert_non_null(d.annex->lists[1].title);
    assert_true(shows(&d, "户的代表名单"));
    bool found = false;
    for (size_t i = 0; i < d.annex->lists[1].n; i++) {
        const char *name = d.annex->lists[1].rows[i].name;
        found = found || (name && strcmp(name, "王秀兰") == 0);
    }
    assert_true(found); /* chosen, not the head */
    close_desk(&d);

    open_desk(&d, "annex-reps", "community-representatives");
    RECORD(&d.bed, "S09-1", "一组", TEXT("leader", "甲"), TEXT("names", "乙代表、丙代表"));
    load(&d.bed);
    posted(&d, (int64_t)d.bed.roll.counts.state[ROLL_IN], 3);
    print(&d, "N04", false, true);
    assert_true(shows(&d, "居民代表名单（共2人）") && shows(&d, "一组"));
    assert_true(shows(&d, "    1 乙代表") && shows(&d, "    2 丙代表"));
    assert_true(d.paper.draft && shows(&d, "名单现有2人，记录为3人"));
    close_desk(&d);
}

static void who_was_put_on_and_taken_off(void **state)
{
    struct desk d;
    (void)state;
    open_desk(&d, "annex-changes", "village-direct");
    RECORD(&d.bed, "S08-2", "1", TEXT("resident_id", "r-05"), TEXT("change", "added"),
           TEXT("notice", "1"));
    RECORD(&d.bed, "S08-2", "2", TEXT("name", "外来甲"), TEXT("change", "added"),
           TEXT("notice", "1"));
    RECORD(&d.bed, "S08-2", "3", TEXT("resident_id", "r-02"), TEXT("change", "removed"),
           TEXT("notice", "1"));
    RECORD(&d.bed, "S08-1", "1", TEXT("published_on", "2026-05-01"), NUM("added", 2),
           NUM("removed", 1), NUM("registered", 5));
    print(&d, "N04-2", false, true);
    assert_false(d.paper.draft);
    assert_true(shows(&d, "补登名单（共2人）") && shows(&d, "除名名单（共1人）"));
    assert_true(shows(&d, "第1次补正") && shows(&d, "张远") && shows(&d, "外来甲"));
    assert_true(shows(&d, "王秀兰"));
    RECORD(&d.bed, "S08-2", "4", TEXT("resident_id", "r-01"), TEXT("change", "removed"));
    print(&d, "N04-2", false, true); /* nobody has posted that yet */
    assert_true(d.paper.draft && shows(&d, "未写明补正公告编号"));
    assert_true(shows(&d, "名单现有2人，记录为1人"));
    close_desk(&d);
}

static void five_thousand(void **state)
{
    struct desk d;
    (void)state;
    open_desk(&d, "annex-many", "village-direct");
    ok(mirror_page_begin(&d.bed.kit.home, NULL));
    for (int i = 0; i < MANY; i++) {
        char line[400];
        (void)snprintf(line, sizeof line,
                       "{\"seq\":%d,\"op\":\"put\",\"type\":\"resident\",\"id\":\"m-%05d\","
                       "\"path\":\"" VILLAGE ".003\",\"row\":{\"name\":\"村民%d\",\"population\":"
                       "\"01\",\"birth_date\":\"1970-01-01\",\"household_id\":\"k-%05d\"}}",
                       100000 + i, i, i, i / 3);
        kit_line(&d.bed.kit, line);
    }
    ok(mirror_page_end(&d.bed.kit.home, NULL, &d.bed.kit.changed, NULL));
    posted(&d, MANY + 4, -1);
    print(&d, "N04", true, true);
    assert_false(d.paper.draft);
    assert_true(shows(&d, "<td>5004</td><td>"));
    print(&d, "N04", false, true);
    assert_true(shows(&d, " 5004 ") && shows(&d, "（共5004人）"));
    for (const char *at = gw_buf_str(&d.out); *at; at += strcspn(at, "\n") + 1) {
        bool row = strspn(at, " 0123456789") >= 6;
        assert_false(row && gw_text_cells(at, strcspn(at, "\n")) > 76);
    }
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_nothing_else),
        cmocka_unit_test(a_list_that_the_record_contradicts_is_a_draft),
        cmocka_unit_test(grids_have_heads),
        cmocka_unit_test(households_and_representatives),
        cmocka_unit_test(who_was_put_on_and_taken_off),
        cmocka_unit_test(five_thousand),
    };
    (void)gw_i18n_init("zh_CN");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
