/* A whole election that keeps every rule is judged clean by the shipped files, and each rule that
 * is then broken is told by its own name and article: the data and the engine meet here. */
#include "tests/unit/rules/make_records.h"

#include "model/procedure.h"

struct told {
    struct ruleset *rules;
    struct story *story;
    struct ev_set *set;
    struct procedure *procedure;
};

static struct made *find(struct told *t, const char *step, const char *subject)
{
    for (size_t i = 0; i < t->story->n; i++) {
        struct made *m = &t->story->items[i];
        if (strcmp(m->s.step, step) == 0 && strcmp(m->s.subject, subject) == 0) {
            return m;
        }
    }
    fail();
    return NULL;
}

/* Another value for one that is there. */
static void change(struct told *t, const char *step, const char *subject, const char *value)
{
    struct made *m = find(t, step, subject);
    size_t n = m->s.values_n;
    put(m, value); /* one value, put behind */
    assert_int_equal(m->s.values_n, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(m->values[i].key, m->values[n].key) == 0) {
            m->values[i] = m->values[n];
            m->s.values_n = n;
            return;
        }
    }
}

static void material(struct told *t, const char *step, const char *subject, const char *keys)
{
    char copy[256];
    (void)snprintf(copy, sizeof copy, "%s", keys);
    for (char *save = NULL, *at = strtok_r(copy, " ", &save); at != NULL;
         at = strtok_r(NULL, " ", &save)) {
        const struct step_spec *spec = template_step(t->rules->template_, step);
        for (size_t i = 0; i < spec->materials_n; i++) {
            if (strcmp(spec->materials[i].key, at) == 0) {
                made_material(find(t, step, subject), spec->materials[i].key, "paper");
            }
        }
    }
}

static void rec(struct told *t, const char *step, const char *subject, const char *day,
                const char *values)
{
    (void)record_in(t->story, step, subject, day, values);
    material(t, step, subject,
             "minutes signin tally photo form list decision report signatures plan text reply");
}

static void begin(struct told *t, const char *template_id, const char *open)
{
    *t = (struct told){.rules = shipped_rules(template_id), .story = story_new(11)};
    put(story_add(t->story, 0, PROC_OPEN), open);
}

/* The second person signs what needs two. */
static void cosign_all(struct told *t)
{
    size_t n = t->story->n;
    story_sync(t->story, 0, 2);
    for (size_t i = 0; i < n; i++) {
        const struct ev_step *s = &t->story->items[i].s;
        if (s->kind == PROC_STEP && template_step(t->rules->template_, s->step)->second) {
            story_add(t->story, 2, PROC_COSIGN)->s.target = s->hash;
        }
    }
}

/* Polling day Thursday 2026-06-18; the day after is a holiday. */
static void lawful(struct told *t)
{
    begin(t, "village-direct",
          "kind=election|mode=voters|title=换届选举|division=500117|place=桥头村|term=第十二届|"
          "seats=3|polling_day=2026-06-18");
    rec(t, "S01", "", "2026-05-10",
        "guidance_document=镇发1号|term_ends_on=2026-06-30|postponed=0");
    rec(t, "S02", "", "2026-05-08", "published_on=2026-05-08|posted_at=公告栏|auditor=镇审计");
    rec(t, "S03", "", "2026-05-12",
        "method=meeting|chair=甲|members=乙、丙、丁、戊|reserves=己|size=5|entitled=700|present="
        "400");
    rec(t, "S04", "", "2026-05-14",
        "method=candidates|chair_seats=1|deputy_seats=1|member_seats=1|entitled=700|present=400|"
        "agreed=390");
    rec(t, "S05", "", "2026-05-19",
        "started_on=2026-05-15|ended_on=2026-05-19|hukou_resident=500|hukou_absent=100|outsiders="
        "12|registered=612");
    rec(t, "S06", "", "2026-05-21", "published_on=2026-05-21|posted_at=公告栏|registered=612");
    rec(t, "S07", "1", "2026-05-25",
        "received_on=2026-05-25|objector=庚|about=omitted|matter=漏登");
    rec(t, "S08", "1", "2026-05-27",
        "decided_on=2026-05-27|decision=rejected|published_on=2026-05-27|reason=已登记");
    rec(t, "S09", "", "2026-05-29",
        "published_on=2026-05-29|households=300|representatives=30|women=10|meeting_members=36|"
        "leaders=6");
    const char *names[] = {"张三", "李四", "王五", "赵六"};
    const char *numbers[] = {"1", "2", "3", "4"};
    const char *posts[] = {"chair", "chair", "deputy", "member"};
    for (size_t i = 0; i < 4; i++) {
        char values[160];
        (void)snprintf(values, sizeof values,
                       "name=%s|post=%s|nominated_by=party|woman=%d|verdict=pass", names[i],
                       posts[i], i == 2);
        rec(t, "S10", numbers[i], "2026-06-03", values);
    }
    rec(t, "S13", "", "2026-06-10",
        "published_on=2026-06-10|candidates=4|chair_candidates=2|deputy_candidates=1|member_"
        "candidates=1|women=1");
    rec(t, "S14", "", "2026-06-15", "ended_on=2026-06-15|posted_at=村委会|candidates=4");
    rec(t, "S15", "1", "2026-06-12",
        "receiver=孙七|principals=周八、吴九|filed_on=2026-06-12|listed_on=2026-06-15|relation=kin|"
        "is_candidate="
        "0|proxies=2");
    rec(t, "S16", "", "2026-06-15",
        "published_on=2026-06-15|names=子、丑、寅|readers=1|counters=1|scrutineers=1|barred=0");
    rec(t, "S16-1", "", "2026-06-12",
        "published_on=2026-06-12|opens=8:00|closes=14:00|stations=村委会");
    rec(t, "S18", "选票", "2026-06-17", "handed_to=甲|printed=620");
    rec(t, "S19", "村委会/选票", "2026-06-18",
        "received=620|issued=598|own=590|by_proxy=8|mobile=0|scribe=3|unissued=20|spoiled=2");
    rec(t, "S20", "村委会/选票", "2026-06-18", "recovered=590|not_returned=8");
    rec(t, "S21", "", "2026-06-18", "registered=612|voted=598|issued=598|recovered=590");
    rec(t, "S22", "1", "2026-06-18",
        "name=张三|woman=0|chair_votes=401|deputy_votes=0|member_votes=0");
    rec(t, "S22", "2", "2026-06-18",
        "name=李四|woman=0|chair_votes=150|deputy_votes=0|member_votes=0");
    rec(t, "S22", "3", "2026-06-18",
        "name=王五|woman=1|chair_votes=0|deputy_votes=377|member_votes=0");
    rec(t, "S22", "4", "2026-06-18",
        "name=赵六|woman=0|chair_votes=0|deputy_votes=0|member_votes=300");
    rec(t, "S22-1", "选票", "2026-06-18",
        "printed=620|issued=598|unissued=20|spoiled=2|recovered=590|not_returned=8|valid=575|"
        "invalid=9|blank=6");
    rec(t, "S23-1", "1", "2026-06-18", "name=张三|post=chair|woman=0|votes=401");
    rec(t, "S23-1", "3", "2026-06-18", "name=王五|post=deputy|woman=1|votes=377");
    rec(t, "S23-1", "4", "2026-06-18", "name=赵六|post=member|woman=0|votes=300");
    rec(t, "S23", "", "2026-06-18", "published_on=2026-06-18|elected=3|women=1|open=0");
    rec(t, "S25", "", "2026-06-22",
        "filed_on=2026-06-22|certificates_on=2026-06-22|members=3|women=1|kin=0");
    rec(t, "S26", "", "2026-06-26", "seal=1|accounts=1|assets=1|debts=1|files=1|supervisor=卯");
    rec(t, "S27", "", "2026-06-26",
        "published_on=2026-06-26|names=辰、巳、午|members=3|finance=1|barred=0|present=30|agreed="
        "28");
    rec(t, "S28", "", "2026-06-28", "sealed_on=2026-06-28|kept_at=村档案室|keeper=未|boxes=4");
    cosign_all(t);
}

static void judge(struct told *t)
{
    gw_day today;
    assert_true(day_parse("2026-07-10", &today));
    procedure_free(t->procedure);
    ev_set_free(t->set);
    t->set = story_set(t->story, 0);
    const struct procedure_in in = {.rules = t->rules, .steps = t->set, .today = today};
    assert_int_equal(procedure_new(&in, &t->procedure), GW_OK);
}

static void told_free(struct told *t)
{
    procedure_free(t->procedure);
    ev_set_free(t->set);
    ruleset_free(t->rules);
    free(t->story);
}

static const struct finding *finding_of(const struct told *t, enum finding_kind kind,
                                        const char *rule)
{
    for (size_t i = 0; i < procedure_findings(t->procedure); i++) {
        const struct finding *f = procedure_finding(t->procedure, i);
        if (f->kind == kind && strcmp(f->rule, rule) == 0) {
            return f;
        }
    }
    return NULL;
}

/* Only what waits for the district may be left. */
static void assert_clean(struct told *t)
{
    bool clean = true;
    judge(t);
    for (size_t i = 0; i < procedure_findings(t->procedure); i++) {
        char text[1024];
        const struct finding *f = procedure_finding(t->procedure, i);
        if (f->kind != FIND_WAITS) {
            (void)finding_print(t->procedure, f, text, sizeof text);
            print_error("%s %s %s: %s\n", finding_name(f->kind), f->spec ? f->spec->id : "open",
                        f->rule, text);
            clean = false;
        }
    }
    assert_true(clean);
    told_free(t);
}

static void a_lawful_election_is_judged_clean(void **state)
{
    struct told t;
    (void)state;
    lawful(&t);
    assert_clean(&t);
}

static void a_lawful_representatives_meeting(void **state)
{
    struct told t;
    (void)state;
    begin(&t, "representatives-meeting",
          "kind=meeting|title=村民代表会议|division=500117|place=桥头村|meeting_day=2026-06-18");
    rec(&t, "M01", "", "2026-06-08",
        "called_by=fifth|requested_on=2026-06-08|agenda=水渠|movers=6|representatives=30");
    rec(&t, "M02", "", "2026-06-15", "published_on=2026-06-15|posted_at=公告栏");
    rec(&t, "M03", "", "2026-06-18", "chair=甲|entitled=30|present=20");
    rec(&t, "M04", "水渠", "2026-06-18",
        "decision=修缮|present=20|passed=1|agreed=11|against=9|abstained=0");
    rec(&t, "M05", "", "2026-06-19", "published_on=2026-06-19|posted_at=公告栏");
    assert_clean(&t);
}

static void a_lawful_four_two(void **state)
{
    struct told t;
    (void)state;
    begin(&t, "four-two",
          "kind=four-two|title=水渠|division=500117|place=桥头村|villagers_meeting=0|"
          "meeting_day=2026-06-18");
    rec(&t, "F01", "", "2026-06-04", "matter=水渠|opinions_heard=1");
    rec(&t, "F02", "", "2026-06-08", "plan_text=修缮东渠|present=7|agreed=7");
    rec(&t, "F03", "", "2026-06-12", "entitled=21|present=14|agreed=8");
    rec(&t, "F04", "", "2026-06-18",
        "entitled=30|present=20|passed=1|agreed=11|against=9|abstained=0");
    rec(&t, "F05", "", "2026-06-19", "published_on=2026-06-19|posted_at=公告栏");
    rec(&t, "F06", "", "2026-07-08",
        "published_on=2026-07-08|posted_at=公告栏|result=已完工|accepted_by=乙");
    assert_clean(&t);
}

static void a_lawful_by_election(void **state)
{
    struct told t;
    (void)state;
    begin(&t, "by-election",
          "kind=by-election|title=补选|division=500117|place=桥头村|term=第十二届|seats=1|"
          "villagers_meeting=0|meeting_day=2026-06-18");
    rec(&t, "B01", "1", "2026-05-10",
        "name=赵六|post=member|cause=resigned|vacant_on=2026-05-10|document=村文1号");
    rec(&t, "B02", "", "2026-05-28", "decided_on=2026-05-28|method=村民代表会议补选");
    rec(&t, "B03", "", "2026-06-02", "published_on=2026-06-02|posted_at=公告栏");
    rec(&t, "B04", "1", "2026-06-08",
        "name=王五|post=member|nominated_by=voters|woman=1|verdict=pass");
    rec(&t, "B05", "", "2026-06-12", "published_on=2026-06-12|candidates=1");
    rec(&t, "B06", "", "2026-06-18", "entitled=30|present=20");
    rec(&t, "B07", "", "2026-06-18",
        "present=20|issued=20|recovered=20|valid=19|invalid=0|blank=1");
    rec(&t, "B08", "1", "2026-06-18", "name=王五|post=member|votes=11");
    rec(&t, "B08-1", "1", "2026-06-18", "name=王五|post=member|woman=1|votes=11");
    rec(&t, "B09", "", "2026-06-18", "published_on=2026-06-18|elected=1|open=0");
    rec(&t, "B10", "", "2026-06-22", "filed_on=2026-06-22|serves_until=2028-12-31|women=1|kin=0");
    rec(&t, "B11", "", "2026-06-28", "sealed_on=2026-06-28|kept_at=村档案室");
    cosign_all(&t);
    assert_clean(&t);
}

static void a_lawful_villagers_meeting(void **state)
{
    struct told t;
    (void)state;
    begin(&t, "villagers-meeting",
          "kind=meeting|title=村民会议|division=500117|place=桥头村|by_households=1|urgent=0|"
          "meeting_day=2026-06-18");
    rec(&t, "G01", "", "2026-06-01", "called_by=yearly|agenda=村规民约");
    rec(&t, "G02", "", "2026-06-08", "published_on=2026-06-08|posted_at=公告栏");
    rec(&t, "G03-1", "", "2026-06-18", "entitled=300|present=200");
    rec(&t, "G04", "村规民约", "2026-06-18",
        "decision=通过|present=200|passed=1|agreed=101|against=90|abstained=9");
    rec(&t, "G05", "", "2026-06-19", "published_on=2026-06-19|posted_at=公告栏");
    assert_clean(&t);
}

static void a_lawful_recall(void **state)
{
    struct told t;
    (void)state;
    begin(&t, "recall",
          "kind=recall|title=罢免|division=500117|place=桥头村|member=张三|meeting_day=2026-06-18");
    rec(&t, "R01", "", "2026-05-25",
        "received_on=2026-05-25|reasons=不履职|petitioners=140|entitled=700");
    rec(&t, "R02", "", "2026-05-29", "checked_on=2026-05-29|verdict=valid|confirmed=140");
    rec(&t, "R03", "", "2026-06-08", "told_on=2026-06-08|defence=oral");
    rec(&t, "R04", "", "2026-06-11", "published_on=2026-06-11|posted_at=公告栏");
    rec(&t, "R05", "", "2026-06-18",
        "registered=612|voted=307|issued=307|recovered=300|passed=1|agreed=154|against=140|invalid="
        "6");
    rec(&t, "R06", "", "2026-06-18", "published_on=2026-06-18|outcome=recalled");
    rec(&t, "R07", "", "2026-06-22", "filed_on=2026-06-22");
    cosign_all(&t);
    assert_clean(&t);
}

static void a_lawful_consultation_and_publication(void **state)
{
    struct told t;
    (void)state;
    begin(&t, "community-consultation",
          "kind=consultation|title=电梯|division=500117|place=桥头社区|meeting_day=2026-06-18");
    rec(&t, "C01", "", "2026-06-08", "matter=电梯|raised_by=三单元");
    rec(&t, "C02", "", "2026-06-10", "parties=三单元各户|invited=40");
    rec(&t, "C03", "", "2026-06-12", "published_on=2026-06-12|posted_at=公告栏");
    rec(&t, "C04", "", "2026-06-18", "form=hearing|consensus=先行|present=31");
    rec(&t, "C05", "", "2026-07-01", "way=done|result=已安装");
    rec(&t, "C06", "", "2026-07-02", "published_on=2026-07-02|posted_at=公告栏");
    assert_clean(&t);
    begin(&t, "publication",
          "kind=publication|title=公开|division=500117|place=桥头村|publish_day=2026-06-18");
    rec(&t, "P01", "", "2026-06-08", "planned_on=2026-06-08|content=财务|period=quarter");
    rec(&t, "P02", "", "2026-06-12", "reviewed_on=2026-06-12|objection=无");
    rec(&t, "P04", "", "2026-06-16", "decided_on=2026-06-16");
    rec(&t, "P05", "", "2026-06-18", "published_on=2026-06-18|posted_at=公告栏");
    rec(&t, "P06", "", "2026-07-03", "taken_down_on=2026-07-03|filed_at=村档案室");
    assert_clean(&t);
}

/* One rule broken at a time: told as a breach with its article, or as a hint. */
static void each_broken_rule_is_told(void **state)
{
    static const struct {
        const char *step, *subject, *value, *rule, *article;
        enum finding_kind kind;
    } cases[] = {
        {"S02", "", "published_on=2026-05-10", "S02.lead", "37", FIND_BREACH},
        {"S06", "", "published_on=2026-05-30", "S06.lead", "17", FIND_BREACH},
        {"S07", "1", "received_on=2026-05-27", "S07.within", "17", FIND_BREACH},
        {"S08", "1", "decided_on=2026-05-29", "S08.within", "17", FIND_BREACH},
        {"S05", "", "registered=613", "S05.sum", NULL, FIND_BREACH},
        {"S09", "", "women=9", "S09.women", "29", FIND_BREACH},
        {"S09", "", "meeting_members=38", "S09.share", "29", FIND_BREACH},
        {"S13", "", "candidates=3", "S13.surplus", "18", FIND_BREACH},
        {"S14", "", "ended_on=2026-06-19", "S14.before", "18", FIND_BREACH},
        {"S15", "1", "proxies=4", "S15.max", "18", FIND_BREACH},
        {"S15", "1", "is_candidate=1", "S15.candidate", "18", FIND_BREACH},
        {"S19", "村委会/选票", "unissued=19", "S19.ledger", NULL, FIND_BREACH},
        {"S20", "村委会/选票", "not_returned=7", "S20.ledger", NULL, FIND_BREACH},
        {"S20", "村委会/选票", "recovered=599", "S20.over", NULL, FIND_BREACH},
        {"S21", "", "voted=306", "S21.turnout", "18", FIND_BREACH},
        {"S21", "", "recovered=599", "S21.over_voted", NULL, FIND_BREACH},
        {"S21", "", "issued=589", "S21.over_issued", NULL, FIND_BREACH},
        {"S22-1", "选票", "blank=7", "S22-1.recovered", NULL, FIND_BREACH},
        {"S22-1", "选票", "printed=621", "S22-1.printed", NULL, FIND_BREACH},
        {"S22", "4", "member_votes=591", "S22.member", NULL, FIND_BREACH},
        {"S23-1", "4", "votes=299", "S23-1.half", "18", FIND_BREACH},
        {"S23-1", "4", "votes=301", "S23-1.same", NULL, FIND_BREACH},
        {"S23", "", "elected=2", "S23.seats", NULL, FIND_BREACH},
        {"S25", "", "women=0", "S25.women", "8", FIND_BREACH},
        {"S25", "", "kin=2", "S25.kin", "8", FIND_BREACH},
        {"S26", "", "debts=0", "S26.all", "24", FIND_BREACH},
        {"S27", "", "barred=1", "S27.barred", "37", FIND_BREACH},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct told t;
        lawful(&t);
        judge(&t);
        assert_null(finding_of(&t, cases[i].kind, cases[i].rule));
        change(&t, cases[i].step, cases[i].subject, cases[i].value);
        judge(&t);
        const struct finding *f = finding_of(&t, cases[i].kind, cases[i].rule);
        if (f == NULL ||
            (cases[i].article != NULL && strcmp(f->cite.article, cases[i].article) != 0)) {
            print_error("%s with %s is not told\n", cases[i].rule, cases[i].value);
            fail();
        }
        told_free(&t);
    }
}

/* V26 18: in a rerun most votes win, and not fewer than one third of the votes cast. */
static void a_rerun_asks_one_third(void **state)
{
    static const struct {
        const char *values;
        bool breach;
    } cases[] = {{"name=戌|post=member|woman=0|votes=100", false},
                 {"name=戌|post=member|woman=0|votes=99", true}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct told t;
        lawful(&t);
        change(&t, "S23", "", "open=1");
        judge(&t);
        const struct step_spec *rerun = template_step(t.rules->template_, "S24");
        assert_true(procedure_can(t.procedure, rerun));
        rec(&t, "S24-1", "w1", "2026-06-28",
            "name=戌|chair_votes=0|deputy_votes=0|member_votes=100");
        rec(&t, "S24-2", "w1", "2026-06-28", cases[i].values);
        rec(&t, "S24", "", "2026-06-28",
            "published_on=2026-06-28|seats=1|chair_seats=0|deputy_seats=0|member_seats=1|"
            "candidates=2|voted=310|cast=300|elected=1");
        judge(&t);
        assert_int_equal(finding_of(&t, FIND_BREACH, "S24-2.third") != NULL, cases[i].breach);
        assert_null(finding_of(&t, FIND_BREACH, "S24.sum"));
        assert_null(finding_of(&t, FIND_BREACH, "S24.persons"));
        assert_null(finding_of(&t, FIND_BREACH, "S24.surplus"));
        assert_non_null(finding_of(&t, FIND_WAITS, "S24.within"));
        told_free(&t);
    }
}

/* U26 19: more than half of the voters or households, more than two thirds of representatives. */
static void turnout_of_each_mode_of_the_community(void **state)
{
    static const struct {
        const char *template_id, *values;
        bool breach;
    } cases[] = {
        {"community-voters", "registered=900|voted=450|issued=450|recovered=450", true},
        {"community-voters", "registered=900|voted=451|issued=451|recovered=451", false},
        {"community-households", "registered=301|voted=150|issued=150|recovered=150", true},
        {"community-households", "registered=301|voted=151|issued=151|recovered=151", false},
        {"community-representatives", "registered=60|voted=40|issued=40|recovered=40", true},
        {"community-representatives", "registered=60|voted=41|issued=41|recovered=41", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct told t;
        begin(&t, cases[i].template_id, "seats=5|polling_day=2026-06-18");
        rec(&t, "S21", "", "2026-06-18", cases[i].values);
        judge(&t);
        const struct finding *f = finding_of(&t, FIND_BREACH, "S21.turnout");
        assert_int_equal(f != NULL, cases[i].breach);
        assert_true(f == NULL || strcmp(f->cite.law, "U26") == 0);
        told_free(&t);
    }
}

/* A motion that fails is lawful; only who enters it as passed has broken the majority. */
static void a_vote_that_fails_is_no_breach(void **state)
{
    static const struct {
        const char *values;
        bool breach;
    } cases[] = {{"passed=0|agreed=10", false}, {"passed=1|agreed=10", true}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct told t;
        char values[160];
        begin(
            &t, "representatives-meeting",
            "kind=meeting|title=村民代表会议|division=500117|place=桥头村|meeting_day=2026-06-18");
        rec(&t, "M03", "", "2026-06-18", "chair=甲|entitled=30|present=20");
        (void)snprintf(values, sizeof values, "decision=修缮|present=20|against=10|abstained=0|%s",
                       cases[i].values);
        rec(&t, "M04", "水渠", "2026-06-18", values);
        judge(&t);
        assert_int_equal(finding_of(&t, FIND_BREACH, "M04.passed") != NULL, cases[i].breach);
        told_free(&t);
    }
}

/* The result is held back while a rule that it stands on is broken, and goes out when none is. */
static void a_result_is_held_back(void **state)
{
    struct told t;
    struct gw_fail why = {0};
    (void)state;
    lawful(&t);
    judge(&t);
    if (procedure_block(t.procedure, "S23", &why) != GW_OK) {
        print_error("held back: %s\n", why.text);
        fail();
    }
    change(&t, "S21", "", "voted=306");
    judge(&t);
    assert_int_equal(procedure_block(t.procedure, "S23", &why), GW_REFUSED);
    told_free(&t);
}

/* What just holds: the day itself, the half of one voter more, the last paper. */
static void the_edges_hold(void **state)
{
    static const struct {
        const char *step, *subject, *value, *rule;
    } cases[] = {
        {"S06", "", "published_on=2026-05-29", "S06.lead"},
        {"S07", "1", "received_on=2026-05-26", "S07.within"},
        {"S08", "1", "decided_on=2026-05-28", "S08.within"},
        {"S15", "1", "proxies=3", "S15.max"},
        {"S21", "", "voted=307", "S21.turnout"},
        {"S09", "", "meeting_members=37", "S09.share"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct told t;
        lawful(&t);
        change(&t, cases[i].step, cases[i].subject, cases[i].value);
        judge(&t);
        if (finding_of(&t, FIND_BREACH, cases[i].rule) != NULL) {
            print_error("%s with %s is told\n", cases[i].rule, cases[i].value);
            fail();
        }
        told_free(&t);
    }
}

/* An objection that nobody decided, found when the papers are printed. */
static void an_undecided_objection_is_told(void **state)
{
    struct told t;
    (void)state;
    lawful(&t);
    rec(&t, "S07", "2", "2026-05-26", "received_on=2026-05-26|objector=辛|about=omitted");
    judge(&t);
    const struct finding *f = finding_of(&t, FIND_BREACH, "S18.decided");
    assert_non_null(f);
    assert_string_equal(f->cite.article, "17");
    told_free(&t);
}

/* The handover's tenth day, Sunday 2026-06-28, is due then and overdue only after Monday. */
static void a_duty_rolls_over_rest_days(void **state)
{
    static const struct {
        const char *day;
        bool breach;
    } cases[] = {{"2026-06-28", false}, {"2026-06-29", false}, {"2026-06-30", true}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct told t;
        gw_day day;
        lawful(&t);
        assert_true(day_parse(cases[i].day, &day));
        find(&t, "S26", "")->s.happened_at = day_start_ms(day);
        judge(&t);
        assert_int_equal(finding_of(&t, FIND_BREACH, "S26.within") != NULL, cases[i].breach);
        told_free(&t);
    }
}

/* A confirmed number is judged from then on; before, it waits. */
static void a_confirmed_number_is_judged(void **state)
{
    struct told t;
    (void)state;
    lawful(&t);
    change(&t, "S13", "", "published_on=2026-06-14");
    judge(&t);
    assert_non_null(finding_of(&t, FIND_WAITS, "S13.lead"));
    assert_true(ruleset_confirm(t.rules, "candidates_lead", 5, "区民政〔2026〕3号"));
    judge(&t);
    assert_null(finding_of(&t, FIND_WAITS, "S13.lead"));
    const struct finding *f = finding_of(&t, FIND_BREACH, "S13.lead");
    assert_non_null(f); /* by the document that confirmed it */
    assert_string_equal(f->cite.law, "区民政〔2026〕3号");
    char text[1024];
    assert_true(finding_print(t.procedure, f, text, sizeof text) > 0);
    assert_non_null(strstr(text, "区民政〔2026〕3号"));
    change(&t, "S13", "", "published_on=2026-06-13");
    judge(&t);
    assert_null(finding_of(&t, FIND_BREACH, "S13.lead"));
    assert_non_null(finding_of(&t, FIND_WAITS, "S03.min"));
    assert_true(ruleset_confirm(t.rules, "election_committee_min", 7, "区民政〔2026〕3号"));
    judge(&t);
    assert_non_null(finding_of(&t, FIND_BREACH, "S03.min")); /* five */
    assert_false(ruleset_confirm(t.rules, "candidates_lead", 8, "x"));
    assert_false(ruleset_confirm(t.rules, "roll_lead", 15, "x"));
    told_free(&t);
}

/* Setting up: 20 days before, and the first polling day that can still keep them. */
static void a_plan_says_the_first_day(void **state)
{
    struct ruleset *rules = shipped_rules("village-direct");
    struct cal_line lines[64];
    struct cal_plan plan = {.lines = lines};
    gw_day anchor, today, first;
    (void)state;
    assert_true(day_parse("2026-06-18", &anchor));
    assert_true(day_parse("2026-06-01", &today));
    assert_true(day_parse("2026-06-21", &first));
    assert_true(rules->template_->steps_n <= 64);
    assert_int_equal(procedure_plan(rules, anchor, today, &plan), GW_OK);
    assert_non_null(plan.broken);
    assert_string_equal(plan.broken->id, "S06.lead");
    assert_int_equal(plan.first, first);
    assert_true(day_parse("2026-07-20", &anchor));
    assert_int_equal(procedure_plan(rules, anchor, today, &plan), GW_OK);
    assert_null(plan.broken);
    ruleset_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lawful_election_is_judged_clean),
        cmocka_unit_test(a_lawful_representatives_meeting),
        cmocka_unit_test(a_lawful_four_two),
        cmocka_unit_test(a_lawful_by_election),
        cmocka_unit_test(a_lawful_villagers_meeting),
        cmocka_unit_test(a_lawful_recall),
        cmocka_unit_test(a_lawful_consultation_and_publication),
        cmocka_unit_test(an_undecided_objection_is_told),
        cmocka_unit_test(each_broken_rule_is_told),
        cmocka_unit_test(a_rerun_asks_one_third),
        cmocka_unit_test(turnout_of_each_mode_of_the_community),
        cmocka_unit_test(a_vote_that_fails_is_no_breach),
        cmocka_unit_test(a_result_is_held_back),
        cmocka_unit_test(the_edges_hold),
        cmocka_unit_test(a_duty_rolls_over_rest_days),
        cmocka_unit_test(a_confirmed_number_is_judged),
        cmocka_unit_test(a_plan_says_the_first_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
