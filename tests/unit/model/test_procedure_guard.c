/* Refused is only the impossible; blocked is only what the console issues. And the words. */
#include "make_rules.h"

#include "base/i18n.h"

enum { A, B, C, D };

/* ---- refuse */

static enum gw_err refuse(const char *step, struct proc_value v, struct gw_fail *fail)
{
    struct refuse_in in = {.rules = rules_small(), .step = step, .values = &v, .values_n = 1};
    return procedure_refuse(&in, fail);
}

static void test_refuse(void **state)
{
    (void)state;
    static const struct {
        const char *step;
        struct proc_value v;
        enum gw_err want;
    } cases[] = {
        {"S03", {.key = "size", .num = 7}, GW_OK},
        {"S03", {.key = "size", .num = 0}, GW_OK},
        {"S03", {.key = "size", .num = -1}, GW_INVALID},
        {"S03", {.key = "size", .text = "7"}, GW_INVALID},
        {"S03", {.key = "nothing", .num = 7}, GW_INVALID},
        {"S77", {.key = "size", .num = 7}, GW_INVALID},
        {"S06", {.key = "published_on", .text = "2026-08-10"}, GW_OK},
        {"S06", {.key = "published_on", .text = "2026-08-29"}, GW_OK}, /* breaks D-20: recorded */
        {"S06", {.key = "published_on", .text = "2026-02-29"}, GW_INVALID},
        {"S06", {.key = "published_on", .text = ""}, GW_OK}, /* missing is no refusal */
        {"S06", {.key = "published_on", .num = 20000}, GW_INVALID},
        {"S06", {.key = "posted_at", .text = "村口"}, GW_OK},
        {"S06", {.key = "posted_at", .num = 1}, GW_INVALID},
        {"S06", {.key = "chair", .erased = true}, GW_OK},
        {"S06", {.key = "happened_at", .num = 1}, GW_OK},
        {"open", {.key = "seats", .num = 1}, GW_OK}, /* below the law, possible */
        {"open", {.key = "seats", .num = 0}, GW_INVALID},
        {"open", {.key = "seats", .num = 100}, GW_INVALID},
        {"open", {.key = "division", .text = "CQ.500112"}, GW_OK},
        {"open", {.key = "size", .num = 1}, GW_INVALID},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct gw_fail fail = {0};
        if (refuse(cases[i].step, cases[i].v, &fail) != cases[i].want) {
            fail_msg("%s %s", cases[i].step, cases[i].v.key);
        }
        assert_int_equal(fail.text[0] != '\0', cases[i].want != GW_OK);
    }
}

/* Types that the small template does not have. */
static void test_refuse_types(void **state)
{
    (void)state;
    static const struct choice values[] = {{"yes", W("通过", "Passed")}};
    static const struct proc_field fields[] = {
        {.key = "choice",
         .name = W("结论", "Verdict"),
         .type = PROC_CHOICE,
         .values = values,
         .values_n = 1},
        {.key = "flag", .name = W("是否", "Flag"), .type = PROC_BOOL},
        {.key = "at", .name = W("时间", "At"), .type = PROC_TIME},
        {.key = "doc", .name = W("文件", "Document"), .type = PROC_DOCUMENT},
    };
    static const struct step_spec step = {.id = "T", .fields = fields, .fields_n = LEN(fields)};
    static const struct proc_template t = {.steps = &step, .steps_n = 1};
    static const struct {
        struct proc_value v;
        enum gw_err want;
    } cases[] = {
        {{.key = "choice", .text = "yes"}, GW_OK},
        {{.key = "choice", .text = ""}, GW_OK},
        {{.key = "choice", .text = "no"}, GW_INVALID},
        {{.key = "choice", .num = 1}, GW_INVALID},
        {{.key = "flag", .num = 1}, GW_OK},
        {{.key = "flag", .num = 2}, GW_INVALID},
        {{.key = "flag", .text = "1"}, GW_INVALID},
        {{.key = "at", .num = 1}, GW_OK},
        {{.key = "at", .num = -1}, GW_INVALID},
        {{.key = "at", .text = "x"}, GW_INVALID},
        {{.key = "doc", .text = "文"}, GW_OK},
        {{.key = "doc", .num = 1}, GW_INVALID},
    };
    struct ruleset rules = *rules_small();
    rules.template_ = &t;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct refuse_in in = {.rules = &rules, .step = "T", .values = &cases[i].v, .values_n = 1};
        assert_int_equal(procedure_refuse(&in, NULL), cases[i].want);
    }
}

/* A moment after the newest known one is impossible; without any known clock nothing is. */
static void test_refuse_moment(void **state)
{
    (void)state;
    struct refuse_in in = {.rules = rules_small(), .step = "S05", .latest_ms = 1000000};
    struct gw_fail fail = {0};
    in.happened_at = 1000000 + 60 * 1000;
    assert_int_equal(procedure_refuse(&in, &fail), GW_OK);
    in.happened_at++;
    assert_int_equal(procedure_refuse(&in, &fail), GW_INVALID);
    assert_non_null(strstr(fail.text, "1970-01-01"));
    in.latest_ms = 0;
    assert_int_equal(procedure_refuse(&in, &fail), GW_OK);
    in.latest_ms = 1000000;
    in.happened_at = 5; /* long ago: 补记, not refused */
    assert_int_equal(procedure_refuse(&in, &fail), GW_OK);
}

/* ---- block */

/* A poll whose result can be issued: counted, signed by two. */
struct poll {
    struct story *t;
    struct made *list, *station, *count, *sign;
};

static struct poll ready(void)
{
    struct poll p = {.t = story_new(1)};
    put_open_on(p.t, A, POLLING);
    story_sync(p.t, A, C);
    p.list = put_step(p.t, A, "S06", "", "2026-08-01");
    made_num(p.list, "registered", 1000);
    p.station = put_step(p.t, A, "S19", "一站", POLLING);
    made_num(p.station, "issued", 600);
    p.count = put_step(p.t, A, "S20", "", POLLING);
    made_num(p.count, "recovered", 590);
    made_num(p.count, "not_returned", 10);
    made_text(p.list, "published_on", "2026-08-01");
    made_text(p.list, "chair", "甲");
    made_material(p.list, "photo", "paper");
    story_sync(p.t, A, C);
    p.sign = put_cosign(p.t, C, p.count);
    return p;
}

static enum gw_err block(const struct poll *p, const char *step, const char *today,
                         struct gw_fail *fail)
{
    struct look l = look(p->t, today);
    enum gw_err err = procedure_block(l.p, step, fail);
    look_free(&l);
    return err;
}

static void expect_block(const struct poll *p, const char *says)
{
    struct gw_fail fail = {0};
    assert_int_equal(block(p, "S21", POLLING, &fail), GW_REFUSED);
    if (!strstr(fail.text, says)) {
        fail_msg("%s: %s", says, fail.text);
    }
}

static void test_block(void **state)
{
    (void)state;
    (void)gw_i18n_init("en");
    struct poll p = ready();
    struct gw_fail fail = {0};
    assert_int_equal(block(&p, "S21", POLLING, &fail), GW_OK);
    assert_int_equal(block(&p, "S21", "2026-08-29", &fail), GW_REFUSED); /* not before its day */
    assert_int_equal(block(&p, "S21", "2026-09-05", &fail), GW_OK);      /* late is not blocked */
    assert_int_equal(block(&p, "S26", "2026-08-29", &fail), GW_OK); /* it does not issue that */
    assert_int_equal(block(&p, "S77", POLLING, &fail), GW_OK);

    p.sign->s.status = STEP_QUARANTINED;
    expect_block(&p, "second person");
    p.sign->s.status = STEP_APPLIED;

    p.count->values[1].num = 11; /* the ledger of what it stands on does not add up */
    expect_block(&p, "S20.ledger");
    p.count->values[1].num = 10;

    p.count->s.status = STEP_QUARANTINED;
    expect_block(&p, "is not there");
    p.count->s.status = STEP_APPLIED;

    p.list->s.materials_n = 0; /* its check names S06 */
    expect_block(&p, "Photo");
    p.list->s.materials_n = 1;

    p.list->values[1].text = "2026-08-20";
    expect_block(&p, "S06.lead");
    p.list->values[1].text = "2026-08-01";

    made_when(p.station,
              "2026-08-29"); /* a missed day further back is marked, and does not block */
    assert_int_equal(block(&p, "S21", POLLING, &fail), GW_OK);

    p.t->items[0].values[1].num = 2; /* of the whole */
    expect_block(&p, "open.seats");
    p.t->items[0].values[1].num = 5;

    assert_int_equal(block(&p, "S21", POLLING, &fail), GW_OK);

    p.sign->s.status = STEP_QUARANTINED; /* the second person has no key, and signed on paper */
    struct made *paper = put_correct(p.t, A, p.count);
    made_material(paper, SECOND_PAPER, "paper");
    expect_block(&p, SECOND_NAME);
    made_text(paper, SECOND_NAME, "王二");
    assert_int_equal(block(&p, "S21", POLLING, &fail), GW_OK);
    free(p.t);
}

static void test_block_contested(void **state)
{
    (void)state;
    struct poll p = ready();
    struct made *rival = put_step(p.t, D, "S20", "", POLLING);
    (void)rival;
    struct gw_fail fail = {0};
    assert_int_equal(block(&p, "S21", POLLING, &fail), GW_REFUSED);
    free(p.t);
    p = ready();
    put_step(p.t, D, "S19", "一站", POLLING); /* behind S20: its sum is not known */
    expect_block(&p, "did not know of each other");
    free(p.t);
    p = ready();
    put_step(p.t, D, "S13", "", POLLING); /* nothing that it stands on */
    put_step(p.t, A, "S13", "", POLLING);
    assert_int_equal(block(&p, "S21", POLLING, &fail), GW_OK);
    free(p.t);
}

/* ---- words */

static void print_only(const struct story *t, enum finding_kind kind, const char *rule,
                       const char *today, char *out, size_t size)
{
    struct look l = look(t, today);
    const struct finding *f = found(&l, kind, rule);
    assert_non_null(f);
    int len = finding_print(l.p, f, out, size);
    assert_int_equal(len, strlen(out));
    char small[8];
    assert_int_equal(finding_print(l.p, f, small, sizeof small), len); /* as snprintf */
    assert_int_equal(strlen(small), 7);
    assert_int_equal(finding_print(l.p, f, NULL, 0), len);
    look_free(&l);
}

static void test_words(void **state)
{
    (void)state;
    char text[1024];
    struct story *t = story_new(1);
    put_open_on(t, A, POLLING);
    struct made *m = put_step(t, A, "S06", "", "2026-08-11");
    made_text(m, "published_on", "2026-08-11");
    struct made *ops = put_step(t, A, "OPS", "", "2026-08-11");
    made_num(ops, "a", 5);
    made_num(ops, "b", 10);
    (void)gw_i18n_init("zh_CN");
    print_only(t, FIND_BREACH, "S06.lead", NULL, text, sizeof text);
    assert_string_equal(text, "不合规：公布名单。规则S06.lead。依据《村民委员会组织法》第17条。"
                              "实际提前 19 天，应至少提前 20 天。合规的日子是 2026-08-10。"
                              "补救：补救S06.lead。");
    print_only(t, FIND_BREACH, "gt", NULL, text, sizeof text);
    assert_string_equal(text, "不合规：运算。规则gt。依据《村民委员会组织法》第99条。"
                              "实际 5，应超过 10 的 1/2。补救：补救gt。");
    print_only(t, FIND_MISSING, "photo", NULL, text, sizeof text);
    assert_string_equal(text, "缺材料：公布名单。还没有材料“照片”。");
    print_only(t, FIND_WAITS, "S13.lead", "2026-08-11", text, sizeof text);
    assert_string_equal(text, "待区县确认：候选人。惯例S13.lead。"
                              "“候选人提前天数”待区县确认；与它无关的照常办。");
    (void)gw_i18n_init("en");
    print_only(t, FIND_BREACH, "S06.lead", NULL, text, sizeof text);
    assert_string_equal(text,
                        "Against the rules: List. Rule S06.lead. See Organic Law, article 17. "
                        "It was 19 days before and must be at least 20. "
                        "The lawful day was 2026-08-10. What can be done: Remedy S06.lead.");
    free(t);
}

/* Every kind has its word in Chinese and its name; subjects from outside are made safe. */
static void test_kinds(void **state)
{
    (void)state;
    (void)gw_i18n_init("zh_CN");
    static const struct {
        enum finding_kind kind;
        const char *word, *name;
    } rows[] = {
        {FIND_BREACH, "不合规", "breach"},
        {FIND_LATE, "逾期", "late"},
        {FIND_DUE, "今天要做", "due"},
        {FIND_MISSING, "缺材料", "missing"},
        {FIND_HINT, "提示", "hint"},
        {FIND_WAITS, "待区县确认", "waits"},
        {FIND_BELATED, "补记", "belated"},
        {FIND_UNCLOCKED, "时钟未核", "unclocked"},
        {FIND_CONTESTED, "有争议", "contested"},
        {FIND_REPEAT, "重复记录", "repeat"},
        {FIND_ROLE, "角色不符", "role"},
        {FIND_QUARANTINED, "待值班室核", "quarantined"},
        {FIND_UNKNOWN, "未知步骤", "unknown"},
        {FIND_PAPER, "纸上签名（未经密钥核验）", "paper"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_string_equal(finding_word(rows[i].kind), rows[i].word);
        assert_string_equal(finding_name(rows[i].kind), rows[i].name);
    }
    char text[1024];
    struct story *t = story_new(1);
    put_open_on(t, A, POLLING);
    put_step(t, A, "S99", "a\033[31mb", POLLING);
    print_only(t, FIND_UNKNOWN, NULL, NULL, text, sizeof text);
    assert_null(strchr(text, '\033'));
    struct made *m = put_step(t, A, "S05", "", "2026-07-28");
    m->s.wall = m->s.happened_at + 25 * HOUR;
    print_only(t, FIND_BELATED, NULL, NULL, text, sizeof text);
    assert_string_equal(text, "补记：登记。发生于 2026-07-28 09:00，记录于 2026-07-29 10:00。");
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuse),          cmocka_unit_test(test_refuse_types),
        cmocka_unit_test(test_refuse_moment),   cmocka_unit_test(test_block),
        cmocka_unit_test(test_block_contested), cmocka_unit_test(test_words),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
