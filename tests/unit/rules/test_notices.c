/* Notices: a golden text for each family, what is missing is shown and counted, no ID number ever
 * comes out, and a broken text is refused. REGOLD=1 writes the golden texts anew. */
#include "tests/unit/rules/make_records.h"

#include "base/fsutil.h"
#include "rules/notice_load.h"

enum { OUT_MAX = 64 * 1024 };

/* A procedure made of records, with the notices of its kind. */
struct paper {
    struct story *story;
    struct ruleset *rules;
    struct notice_set *notices;
    struct ev_set *set;
    struct procedure *procedure;
    struct gw_buf out;
    size_t missing;
};

static void begin(struct paper *p, const char *template_id)
{
    *p = (struct paper){.story = story_new(7), .rules = shipped_rules(template_id)};
    gw_buf_init(&p->out, OUT_MAX);
    assert_int_equal(notice_read("rules", p->rules->template_->kind, p->rules->committee,
                                 p->rules->template_->mode, &p->notices, NULL),
                     GW_OK);
    struct made *open = story_add(p->story, 0, PROC_OPEN);
    open->s.template_id = template_id;
    made_text(open, "place", "桥头村");
    made_text(open, "term", "第十二届");
}

static void end(struct paper *p)
{
    procedure_free(p->procedure);
    ev_set_free(p->set);
    notice_set_free(p->notices);
    ruleset_free(p->rules);
    gw_buf_free(&p->out);
    free(p->story);
}

static struct made *record(struct paper *p, const char *step, const char *subject, const char *day,
                           const char *values)
{
    return record_in(p->story, step, subject, day, values);
}

static enum gw_err render(struct paper *p, const char *id, const char *subject, enum gw_lang lang)
{
    procedure_free(p->procedure);
    ev_set_free(p->set);
    judge_story(p->story, p->rules, "2026-08-01", &p->set, &p->procedure);
    const struct notice_in notice = {.set = p->notices,
                                     .notice = notice_find(p->notices, id),
                                     .rules = p->rules,
                                     .procedure = p->procedure,
                                     .subject = subject,
                                     .lang = lang};
    assert_non_null(notice.notice);
    gw_buf_reset(&p->out);
    return notice_render(&notice, &p->out, &p->missing);
}

/* Renders, compares with tests/unit/rules/golden/NAME.txt. */
static void golden(struct paper *p, const char *id, const char *subject, enum gw_lang lang,
                   const char *name)
{
    char path[256];
    assert_int_equal(render(p, id, subject, lang), GW_OK);
    (void)snprintf(path, sizeof path, "tests/unit/rules/golden/%s.txt", name);
    same_as_file(path, &p->out);
}

static void election(struct paper *p)
{
    begin(p, "village-direct");
    put(&p->story->items[0],
        "title=桥头村第十二届村民委员会换届选举|seats=3|polling_day=2026-06-18");
    record(p, "S04", "", "2026-05-12",
           "method=candidates|chair_seats=1|deputy_seats=0|member_seats=2");
    record(p, "S06", "", "2026-05-21", "published_on=2026-05-21|posted_at=公告栏|registered=612");
    record(p, "S10", "1", "2026-06-03",
           "name=张三|post=chair|woman=0|verdict=pass|nominated_by=party");
    record(p, "S10", "2", "2026-06-03",
           "name=李四|post=chair|woman=0|verdict=pass|nominated_by=voters");
    record(p, "S10", "3", "2026-06-03",
           "name=王五|post=member|woman=1|verdict=pass|nominated_by=voters");
    record(p, "S10", "4", "2026-06-03",
           "name=赵六|post=member|woman=0|verdict=fail|nominated_by=voters");
    record(p, "S13", "", "2026-06-11",
           "published_on=2026-06-11|candidates=3|chair_candidates=2|deputy_candidates=0|"
           "member_candidates=1|women=1");
    record(p, "S15", "1", "2026-06-13",
           "receiver=孙七|principals=周八、吴九|filed_on=2026-06-13|listed_on=2026-06-15|relation="
           "kin|is_"
           "candidate=0|proxies=2");
    record(p, "S15", "2", "2026-06-13",
           "receiver=李四|principals=郑十|filed_on=2026-06-13|listed_on=2026-06-15|is_candidate=1|"
           "lapsed=1|"
           "proxies=1");
    record(p, "S21", "", "2026-06-18", "registered=612|voted=598|issued=598|recovered=590");
    record(p, "S22", "1", "2026-06-18", "name=张三|chair_votes=401|member_votes=12");
    record(p, "S22", "3", "2026-06-18", "name=王五|chair_votes=0|member_votes=377");
    record(p, "S23-1", "1", "2026-06-18", "name=张三|post=chair|woman=0|votes=401");
    record(p, "S23-1", "3", "2026-06-18", "name=王五|post=member|woman=1|votes=377");
    record(p, "S23", "", "2026-06-18", "published_on=2026-06-18|elected=2|women=1|open=1");
    record(p, "S25", "", "2026-06-20", "filed_on=2026-06-20|certificates_on=2026-06-22|members=2");
}

static void notices_of_an_election(void **state)
{
    struct paper p;
    (void)state;
    election(&p);
    golden(&p, "N04", NULL, GW_LANG_ZH, "n04");
    assert_int_equal(p.missing, 0);
    golden(&p, "N04", NULL, GW_LANG_EN, "n04-en");
    golden(&p, "N09", NULL, GW_LANG_ZH, "n09");
    assert_null(strstr(gw_buf_str(&p.out), "赵六")); /* did not pass */
    golden(&p, "N13", NULL, GW_LANG_ZH, "n13");
    golden(&p, "N16", NULL, GW_LANG_ZH, "n16");
    golden(&p, "P25", "3", GW_LANG_ZH, "p25");
    assert_int_equal(p.missing, 0);
    end(&p);
}

/* What votes is called as the mode has it (U26 14), and its list is published with the roll. */
static void notices_of_the_modes_of_a_community(void **state)
{
    static const struct {
        const char *template_id, *who, *list;
    } modes[] = {
        {"community-voters", "登记参加选举的居民48人", NULL},
        {"community-households", "户的代表48人", "户的代表共48人"},
        {"community-representatives", "居民代表48人", "居民代表共48人"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct paper p;
        begin(&p, modes[i].template_id);
        record(&p, "S06", "", "2026-05-21",
               modes[i].list ? "published_on=2026-05-21|posted_at=公告栏|registered=612|listed=48"
                             : "published_on=2026-05-21|posted_at=公告栏|registered=612");
        record(&p, "S21", "", "2026-06-18", "registered=48|voted=33|issued=33|recovered=33");
        assert_int_equal(render(&p, "N16", NULL, GW_LANG_ZH), GW_OK);
        assert_non_null(strstr(gw_buf_str(&p.out), modes[i].who));
        assert_int_equal(render(&p, "N04", NULL, GW_LANG_ZH), GW_OK);
        assert_non_null(strstr(gw_buf_str(&p.out), "登记参加第十二届居民委员会选举的居民共612人"));
        const char *list = strstr(gw_buf_str(&p.out), "一并公布");
        assert_true(modes[i].list ? list && strstr(gw_buf_str(&p.out), modes[i].list) : !list);
        end(&p);
    }
}

static void notices_of_meetings(void **state)
{
    struct paper p;
    (void)state;
    begin(&p, "representatives-meeting");
    put(&p.story->items[0], "title=桥头村村民代表会议|meeting_day=2026-06-18");
    record(&p, "M03", "", "2026-06-18", "entitled=30|present=24");
    record(&p, "M04", "修缮水渠", "2026-06-18",
           "decision=由村集体出资修缮|present=24|passed=1|agreed=20|against=3|abstained=1");
    golden(&p, "MN2", NULL, GW_LANG_ZH, "mn2");
    golden(&p, "MN3", NULL, GW_LANG_ZH, "mn3");
    end(&p);
    begin(&p, "four-two");
    put(&p.story->items[0], "title=修缮水渠|meeting_day=2026-06-18|villagers_meeting=0");
    record(&p, "F01", "", "2026-06-04", "matter=修缮水渠");
    record(&p, "F02", "", "2026-06-08", "plan_text=出资八万元修缮东渠|present=7|agreed=7");
    record(&p, "F03", "", "2026-06-12", "entitled=20|present=16|agreed=15");
    record(&p, "F04", "", "2026-06-18",
           "entitled=30|present=24|passed=1|agreed=20|against=3|abstained=1");
    record(&p, "F05", "", "2026-06-19", "published_on=2026-06-19|posted_at=公告栏");
    golden(&p, "FT1", NULL, GW_LANG_ZH, "ft1");
    assert_int_equal(p.missing, 0);
    golden(&p, "FT2", NULL, GW_LANG_ZH, "ft2-missing");
    assert_true(p.missing > 0);
    end(&p);
}

static void notices_of_a_by_election_and_a_recall(void **state)
{
    struct paper p;
    (void)state;
    begin(&p, "by-election");
    put(&p.story->items[0],
        "title=桥头村村民委员会补选|meeting_day=2026-06-18|seats=1|villagers_meeting=0");
    record(&p, "B07", "", "2026-06-18",
           "present=24|issued=24|recovered=24|valid=23|invalid=0|blank=1");
    record(&p, "B08", "1", "2026-06-18", "name=王五|post=member|votes=19");
    record(&p, "B08-1", "1", "2026-06-18", "name=王五|post=member|woman=1|votes=19");
    record(&p, "B09", "", "2026-06-18", "published_on=2026-06-18|elected=1|open=0");
    golden(&p, "BN3", NULL, GW_LANG_ZH, "bn3");
    assert_int_equal(p.missing, 0);
    end(&p);
    begin(&p, "recall");
    put(&p.story->items[0], "title=罢免投票|meeting_day=2026-06-18|member=张三");
    record(&p, "R05", "", "2026-06-18",
           "registered=612|voted=500|issued=500|recovered=498|passed=0|agreed=240|against=250|"
           "invalid=8");
    record(&p, "R06", "", "2026-06-18", "published_on=2026-06-18|outcome=stays");
    golden(&p, "RN2", NULL, GW_LANG_ZH, "rn2");
    assert_int_equal(p.missing, 0);
    end(&p);
}

static void notices_of_consultation_and_publication(void **state)
{
    struct paper p;
    (void)state;
    begin(&p, "community-consultation");
    put(&p.story->items[0], "title=加装电梯协商|meeting_day=2026-06-18");
    record(&p, "C01", "", "2026-06-08", "matter=加装电梯");
    record(&p, "C04", "", "2026-06-18", "form=hearing|consensus=三单元先行|present=31");
    record(&p, "C06", "", "2026-06-20", "published_on=2026-06-20|posted_at=公告栏");
    golden(&p, "CN2", NULL, GW_LANG_ZH, "cn2");
    assert_int_equal(p.missing, 0);
    end(&p);
    begin(&p, "publication");
    put(&p.story->items[0], "title=第二季度村务公开|publish_day=2026-06-18");
    record(&p, "P01", "", "2026-06-08", "planned_on=2026-06-08|content=财务收支|period=quarter");
    record(&p, "P05", "", "2026-06-18", "published_on=2026-06-18|posted_at=公告栏");
    golden(&p, "PN1", NULL, GW_LANG_ZH, "pn1");
    assert_int_equal(p.missing, 0);
    end(&p);
}

static void notices_of_the_smaller_procedures(void **state)
{
    struct paper p;
    (void)state;
    begin(&p, "resignation");
    put(&p.story->items[0],
        "title=桥头村村民委员会成员辞职|meeting_day=2026-06-18|villagers_meeting=0");
    record(&p, "D01", "", "2026-06-01", "name=张三|post=member|received_on=2026-06-01");
    record(&p, "D03", "", "2026-06-18", "present=24|agreed=20|against=3|abstained=1|passed=1");
    record(&p, "D04", "", "2026-06-18",
           "published_on=2026-06-18|posted_at=公告栏|effective_on=2026-06-18");
    golden(&p, "DN1", NULL, GW_LANG_ZH, "dn1");
    assert_int_equal(p.missing, 0);
    end(&p);
    begin(&p, "yearly-review");
    put(&p.story->items[0], "title=年度评议|meeting_day=2026-06-18|villagers_meeting=0");
    record(&p, "Y03", "1", "2026-06-18",
           "name=张三|post=chair|result=competent|ended=0|present=24|competent=20|basic=4|"
           "not_competent=0|run=0");
    record(&p, "Y03", "2", "2026-06-18",
           "name=李四|post=member|result=not|ended=1|present=24|competent=3|basic=5|"
           "not_competent=16|run=2");
    record(&p, "Y04", "", "2026-06-19", "published_on=2026-06-19|posted_at=公告栏");
    golden(&p, "YN2", NULL, GW_LANG_ZH, "yn2");
    assert_int_equal(p.missing, 0);
    end(&p);
    begin(&p, "community-charter");
    put(&p.story->items[0], "title=居民公约|meeting_day=2026-06-18");
    record(&p, "K01", "", "2026-05-20", "what=compact|heard_until=2026-05-31");
    record(&p, "K04", "", "2026-06-18", "present=351|agreed=200|against=150|abstained=1|passed=1");
    record(&p, "K05", "", "2026-06-21", "published_on=2026-06-21|posted_at=公告栏");
    golden(&p, "KN1", NULL, GW_LANG_ZH, "kn1");
    assert_int_equal(p.missing, 0);
    end(&p);
    begin(&p, "representative-recall");
    put(&p.story->items[0],
        "title=撤换村民小组长|group=三组|post=leader|member=张三|meeting_day=2026-06-18");
    record(&p, "Q03", "", "2026-06-18",
           "entitled=180|present=120|agreed=61|against=50|abstained=9|passed=1");
    record(&p, "Q04", "", "2026-06-19",
           "published_on=2026-06-19|posted_at=公告栏|outcome=recalled");
    golden(&p, "QN1", NULL, GW_LANG_ZH, "qn1");
    assert_int_equal(p.missing, 0);
    end(&p);
    begin(&p, "supervisors-report");
    put(&p.story->items[0], "title=上半年监督报告|half_ends=2026-06-30");
    record(&p, "W01", "", "2026-06-25",
           "reported_on=2026-06-25|meeting=representatives|matters=财务收支和水渠工程|present=24");
    record(&p, "W03", "", "2026-06-26", "published_on=2026-06-26|posted_at=公告栏");
    golden(&p, "WN1", NULL, GW_LANG_ZH, "wn1");
    assert_int_equal(p.missing, 0);
    end(&p);
    begin(&p, "supervision-by-election");
    put(&p.story->items[0], "title=监督委员会补选|meeting_day=2026-06-18|villagers_meeting=0");
    record(&p, "J04", "1", "2026-06-18",
           "name=王五|present=24|agreed=20|against=3|abstained=1|passed=1");
    record(&p, "J05", "", "2026-06-19",
           "published_on=2026-06-19|posted_at=公告栏|serves_until=2031-06-30|members=3|finance=1");
    golden(&p, "JN1", NULL, GW_LANG_ZH, "jn1");
    assert_int_equal(p.missing, 0);
    end(&p);
}

/* What nobody recorded is to be seen and counted; so is what the district has not confirmed. */
static void what_is_not_there_is_shown_and_counted(void **state)
{
    struct paper p;
    (void)state;
    begin(&p, "village-direct");
    assert_int_equal(render(&p, "N04", NULL, GW_LANG_ZH), GW_OK);
    assert_non_null(strstr(gw_buf_str(&p.out), "【待填：登记参加选举的村民数】"));
    assert_non_null(strstr(gw_buf_str(&p.out), "【待填：公布日期】"));
    assert_int_equal(p.missing, 4); /* title, registered, the last day to object, published on */
    assert_int_equal(render(&p, "N09", NULL, GW_LANG_EN), GW_OK);
    assert_non_null(strstr(gw_buf_str(&p.out), "[to fill: Formal candidates]"));
    assert_int_equal(render(&p, "P25", NULL, GW_LANG_ZH), GW_OK);
    assert_true(p.missing >= 3);
    end(&p);
}

static enum gw_err render_text(struct paper *p, const char *zh)
{
    struct notice notice = {.id = "X", .text = {zh, zh}};
    const struct notice_set set = {.signs = p->notices->signs, .items = &notice, .n = 1};
    const struct notice_in in = {.set = &set,
                                 .notice = &notice,
                                 .rules = p->rules,
                                 .procedure = p->procedure,
                                 .lang = GW_LANG_ZH};
    gw_buf_reset(&p->out);
    return notice_render(&in, &p->out, &p->missing);
}

static void assert_text(struct paper *p, const char *text, const char *want, size_t missing)
{
    assert_int_equal(render_text(p, text), GW_OK);
    assert_string_equal(gw_buf_str(&p->out), want);
    assert_int_equal(p->missing, missing);
}

static void every_kind_of_tag(void **state)
{
    struct paper p;
    (void)state;
    election(&p);
    assert_int_equal(render(&p, "N04", NULL, GW_LANG_ZH), GW_OK);
    assert_text(&p, "{#roll_lead}", "20", 0);
    assert_text(&p, "{#rerun_within}", "【待区县确认：另行选举期限】", 1);
    assert_text(&p, "{n:S10}，{sum:S22.member_votes}", "4，389", 0);
    assert_text(&p, "{S06.happened|day}", "2026年5月21日", 0);
    assert_text(&p, "{S06.published_on|day+#objection_days}", "2026年5月26日", 0);
    /* 14 June 2026 is a Sunday: a citizen's right rolls */
    assert_text(&p, "{S13.published_on|work+#decision_days}", "2026年6月15日", 0);
    assert_text(&p, "{S13.published_on|day+#decision_days}", "2026年6月14日", 0);
    assert_text(&p, "{S10.happened|day}", "【待填：提名和资格联审】", 1);
    assert_text(&p, "{each:S10 verdict=fail}{S10.name}{S10.woman}{end}", "赵六否", 0);
    assert_text(&p, "{each:S22}{S10.nominated_by}\n{end}\n。",
                "党组织提名\n登记参加选举的村民提名\n。", 0);
    assert_text(&p, "{if:S23.open}有{end}{if:S04.deputy_seats}无{end}{if:n:S24}无{end}", "有", 0);
    assert_text(&p, "{list:S10.name post=deputy}", "【待填：被提名人姓名】", 1);
    assert_text(&p, "{each:S22}{if:S22.member_votes}{each:S15}*{end}{end}{end}", "****", 0);
    end(&p);
}

static void an_id_number_never_comes_out(void **state)
{
    struct paper p;
    (void)state;
    begin(&p, "village-direct");
    put(&p.story->items[0], "title=选举");
    record(&p, "S16", "", "2026-06-10", "names=张三 11010519491231002X、李四");
    struct made *m = record(&p, "S06", "", "2026-05-21", "posted_at=公告栏\x1b[2J\n第二行");
    assert_int_equal(render(&p, "N11", NULL, GW_LANG_ZH), GW_OK);
    assert_null(strstr(gw_buf_str(&p.out), "1101051949"));
    assert_non_null(strstr(gw_buf_str(&p.out), "【身份证号不公布】"));
    assert_true(p.missing >= 1);
    assert_int_equal(render_text(&p, "{S06.posted_at}"), GW_OK);
    assert_null(strchr(gw_buf_str(&p.out), '\x1b'));
    assert_null(strchr(gw_buf_str(&p.out), '\n'));
    m->values[0].erased = true;
    assert_int_equal(render(&p, "N04", NULL, GW_LANG_ZH), GW_OK);
    assert_text(&p, "{S06.posted_at}", "【已依法删除】", 1);
    end(&p);
}

static void a_broken_text_is_refused(void **state)
{
    static const char *const broken[] = {
        "{",
        "}",
        "{}",
        "{end}",
        "{each:S10}",
        "{if:S10}x{end}",
        "{S06}",
        "{S06.x|hour}",
        "{S06.x|day+5}",
        "{each:S10 post}{end}",
        "{unknown:S06.x}",
        "{#}",
        "{list:S10}",
        "{S06.published_on|day",
        "{if:a.b}{if:a.b}{if:a.b}{if:a.b}{if:a.b}{end}{end}{end}{end}{end}",
    };
    static const char *const sound[] = {
        "", "x", "{S06.x}", "{each:S10 a=b c=d}{if:S10.a}{end}{end}",
        "{n:S06}{sum:S06.x}{#x}{subject}{open.title}{S06.x|work+#y}"};
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        if (notice_check(broken[i]) == NULL) {
            print_error("taken: %s\n", broken[i]);
            fail();
        }
    }
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
        assert_null(notice_check(sound[i]));
    }
}

#define HEAD                                                                                       \
    "{\"set\":\"notices-x\",\"version\":1,\"signs\":{\"missing\":{\"zh\":\"%\",\"en\":\"%\"},"     \
    "\"waits\":{\"zh\":\"%\",\"en\":\"%\"},\"erased\":{\"zh\":\"x\",\"en\":\"x\"},"                \
    "\"hidden\":{\"zh\":\"x\",\"en\":\"x\"},\"yes\":{\"zh\":\"x\",\"en\":\"x\"},"                  \
    "\"no\":{\"zh\":\"x\",\"en\":\"x\"},\"separator\":{\"zh\":\"x\",\"en\":\"x\"},"                \
    "\"day\":{\"zh\":\"%Y\",\"en\":\"%Y\"}},\"words\":{\"p\":{\"village\":{\"zh\":\"村民\","     \
    "\"en\":\"v\"},\"community\":{\"zh\":\"居民\",\"en\":\"r\"}}},\"notices\":["
#define NOTICE(text)                                                                               \
    "{\"id\":\"N1\",\"title\":{\"zh\":\"x\",\"en\":\"x\"},\"for\":\"S1\",\"paper\":\"A4\","        \
    "\"text\":{\"zh\":[\"" text "\"],\"en\":[\"x\"]}}"

static void files_are_read_strictly(void **state)
{
    static const char *const broken[] = {
        HEAD "]}",
        HEAD NOTICE("{w:q}") "]}",
        HEAD NOTICE("{S1.x") "]}",
        HEAD NOTICE("x\\n") "]}",
        HEAD NOTICE("x") "," NOTICE("x") "]}",
        HEAD NOTICE("x") "],\"more\":1}",
        "{\"set\":\"notices-x\",\"version\":1}",
        "[]",
    };
    struct notice_set *set;
    struct gw_fail why = {0};
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        why = (struct gw_fail){0};
        if (notice_load(broken[i], strlen(broken[i]), "village", "", &set, &why) != GW_INVALID ||
            set != NULL || why.text[0] == '\0') {
            print_error("taken, or without a sentence: %zu\n", i);
            fail();
        }
    }
    const char *sound = HEAD NOTICE("{w:p}") "]}";
    assert_int_equal(notice_load(sound, strlen(sound), "community", "", &set, &why), GW_OK);
    assert_string_equal(set->items[0].text.zh, "居民\n");
    assert_null(notice_find(set, "N2"));
    notice_set_free(set);
    assert_int_equal(notice_read("rules", "../policies", "village", "", &set, &why), GW_ABSENT);
    assert_int_equal(notice_read("rules", "nothing", "village", "", &set, &why), GW_ABSENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notices_of_an_election),
        cmocka_unit_test(notices_of_the_modes_of_a_community),
        cmocka_unit_test(notices_of_meetings),
        cmocka_unit_test(notices_of_a_by_election_and_a_recall),
        cmocka_unit_test(notices_of_consultation_and_publication),
        cmocka_unit_test(notices_of_the_smaller_procedures),
        cmocka_unit_test(what_is_not_there_is_shown_and_counted),
        cmocka_unit_test(every_kind_of_tag),
        cmocka_unit_test(an_id_number_never_comes_out),
        cmocka_unit_test(a_broken_text_is_refused),
        cmocka_unit_test(files_are_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
