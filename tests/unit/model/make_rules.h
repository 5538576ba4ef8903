/* A small rule set for the tests of the engine: one step for every kind of rule. */
#ifndef TESTS_MAKE_RULES_H
#define TESTS_MAKE_RULES_H

#include "make_steps.h"
#include "model/procedure.h"
#include "model/role.h"

#define W(zh_, en_)                                                                                \
    {                                                                                              \
        .zh = (zh_), .en = (en_)                                                                   \
    }
#define LAW(art_)                                                                                  \
    {                                                                                              \
        .law = "V26", .article = (art_)                                                            \
    }
#define OWN(k_)                                                                                    \
    {                                                                                              \
        .text = (k_), .kind = TERM_OWN, .key = (k_)                                                \
    }
#define OPEN(k_)                                                                                   \
    {                                                                                              \
        .text = "open." k_, .kind = TERM_OPEN, .key = (k_)                                         \
    }
#define STEP(s_, k_)                                                                               \
    {                                                                                              \
        .text = s_ "." k_, .kind = TERM_STEP, .step = (s_), .key = (k_)                            \
    }
#define SUM(s_, k_)                                                                                \
    {                                                                                              \
        .text = "sum:" s_ "." k_, .kind = TERM_SUM, .step = (s_), .key = (k_)                      \
    }
#define COUNT(s_)                                                                                  \
    {                                                                                              \
        .text = "n:" s_, .kind = TERM_COUNT, .step = (s_)                                          \
    }
#define NUMBER(k_)                                                                                 \
    {                                                                                              \
        .text = "#" k_, .kind = TERM_NUMBER, .key = (k_)                                           \
    }
#define CONST(n_)                                                                                  \
    {                                                                                              \
        .text = #n_, .kind = TERM_CONST, .constant = (n_)                                          \
    }
#define ARRAY(name_) .name_ = name_, .name_##_n = sizeof name_ / sizeof *name_
#define LEN(a_)      (sizeof(a_) / sizeof *(a_))
#define RULE(id_, art_)                                                                            \
    .id = (id_), .cite = LAW(art_), .says = W("规则" id_ "。", "Rule " id_ "."),                   \
    .remedy = W("补救" id_ "。", "Remedy " id_ ".")
#define CUSTOM(id_) .id = (id_), .says = W("惯例" id_ "。", "Custom " id_ ".")
#define INT_FIELD(k_)                                                                              \
    {                                                                                              \
        .key = (k_), .name = W("数" k_, "Count " k_), .type = PROC_INT, .min = 0, .max = INT64_MAX \
    }
#define DAY_FIELD(k_, req_)                                                                        \
    {                                                                                              \
        .key = (k_), .name = W("日" k_, "Day " k_), .type = PROC_DAY, .required = (req_)           \
    }

enum { HOUR = 3600 * 1000 };

static inline gw_day day_of(const char *text)
{
    gw_day day;
    assert_true(day_parse(text, &day));
    return day;
}

/* ---- numbers and rest days (2026, as in domain knowledge: 国务院办公厅 2025-11-04) */

static struct rule_number rule_numbers[] = {
    {.key = "roll_lead",
     .name = W("名单提前天数", "List lead"),
     .unit = "day",
     .known = true,
     .value = 20,
     .status = NUMBER_LAW},
    {.key = "objection_days",
     .name = W("申诉天数", "Objection"),
     .unit = "day",
     .known = true,
     .value = 5,
     .status = NUMBER_LAW},
    {.key = "decision_days",
     .name = W("处理天数", "Decision"),
     .unit = "day",
     .known = true,
     .value = 3,
     .status = NUMBER_LAW},
    {.key = "handover_days",
     .name = W("移交天数", "Handover"),
     .unit = "day",
     .known = true,
     .value = 10,
     .status = NUMBER_LAW},
    {.key = "seats_min",
     .name = W("最少职数", "Least seats"),
     .unit = "person",
     .known = true,
     .value = 3,
     .status = NUMBER_LAW},
    {.key = "candidates_lead",
     .name = W("候选人提前天数", "Candidates lead"),
     .unit = "day",
     .min = 3,
     .max = 7,
     .status = NUMBER_CONFIRM,
     .source = "left to the province"},
    {.key = "staff_min",
     .name = W("工作人员最少人数", "Least staff"),
     .unit = "person",
     .min = 1,
     .max = 9,
     .status = NUMBER_CONFIRM,
     .source = "left to the province"},
};
static const struct rule_source rule_sources[] = {
    {.id = "V26",
     .title = W("村民委员会组织法", "Organic Law"),
     .valid_from = DAY_NONE,
     .valid_to = DAY_NONE},
};
static const int holiday_years[] = {2026};
static struct holiday holiday_rows[13];

static inline void make_holidays(void)
{
    static const struct {
        const char *from, *to;
        bool work;
    } rows[] = {{"2026-01-01", "2026-01-03", false}, {"2026-01-04", "2026-01-04", true},
                {"2026-02-14", "2026-02-14", true},  {"2026-02-15", "2026-02-23", false},
                {"2026-02-28", "2026-02-28", true},  {"2026-04-04", "2026-04-06", false},
                {"2026-05-01", "2026-05-05", false}, {"2026-05-09", "2026-05-09", true},
                {"2026-06-19", "2026-06-21", false}, {"2026-09-20", "2026-09-20", true},
                {"2026-09-25", "2026-09-27", false}, {"2026-10-01", "2026-10-07", false},
                {"2026-10-10", "2026-10-10", true}};
    for (size_t i = 0; i < LEN(rows); i++) {
        holiday_rows[i] = (struct holiday){day_of(rows[i].from), day_of(rows[i].to), rows[i].work};
    }
}

/* ---- the template */

static const struct proc_field open_fields_[] = {
    DAY_FIELD("polling_day", true),
    {.key = "seats", .name = W("职数", "Seats"), .type = PROC_INT, .min = 1, .max = 99},
};
static const struct check open_checks_[] = {
    {RULE("open.seats", "8"), .left = {OWN("seats")}, .left_n = 1, .op = CHECK_GE,
     .right = {NUMBER("seats_min")}, .right_n = 1, .num = 1, .den = 1},
};

static const struct proc_field s03_counts[] = {INT_FIELD("size"), INT_FIELD("entitled"),
                                               INT_FIELD("present")};
static const struct check s03_checks[] = {
    {RULE("S03.quorum", "15"), .left = {OWN("present")}, .left_n = 1, .op = CHECK_GT,
     .right = {OWN("entitled")}, .right_n = 1, .num = 1, .den = 2},
    {CUSTOM("S03.present"), .left = {OWN("present")}, .left_n = 1, .op = CHECK_LE,
     .right = {OWN("entitled")}, .right_n = 1, .num = 1, .den = 1},
    {CUSTOM("S03.odd"), .left = {OWN("size")}, .left_n = 1, .op = CHECK_ODD, .num = 1, .den = 1},
    {CUSTOM("S03.share"), .left = {OWN("size")}, .left_n = 1, .op = CHECK_LE,
     .right = {OWN("entitled")}, .right_n = 1, .num = 1, .den = 5},
    {CUSTOM("S03.staff"), .left = {OWN("size")}, .left_n = 1, .op = CHECK_GE,
     .right = {NUMBER("staff_min")}, .right_n = 1, .num = 1, .den = 1},
};
static const struct proc_field s03_fields[] = {DAY_FIELD("term_ends_on", false)};
static const struct time_rule s03_times[] = {
    {CUSTOM("S03.term"), .kind = TIME_AFTER, .of = "term_ends_on", .ref = OPEN("polling_day"),
     .days = CONST(0)},
};
static const struct need s05_needs[] = {
    {.step = "S03", .cite = LAW("15"), .says = W("先推选。", "The committee first.")}};
static const struct need s06_needs[] = {{.step = "S05", .says = W("先登记。", "Register first.")}};
static const struct time_rule s06_times[] = {
    {CUSTOM("S06.custom"), .kind = TIME_LEAD, .of = "published_on", .ref = OPEN("polling_day"),
     .days = CONST(22)},
    {RULE("S06.lead", "17"), .kind = TIME_LEAD, .of = "published_on", .ref = OPEN("polling_day"),
     .days = NUMBER("roll_lead")},
};
static const struct proc_field s06_fields[] = {
    DAY_FIELD("published_on", true),
    {.key = "posted_at", .name = W("地点", "Place"), .type = PROC_TEXT},
    {.key = "chair",
     .name = W("主任", "Chair"),
     .type = PROC_PERSON,
     .required = true,
     .private_part = true},
};
static const struct proc_field s06_counts[] = {INT_FIELD("registered")};
static const struct material s06_materials[] = {
    {.key = "photo", .name = W("照片", "Photo"), .required = true},
    {.key = "list", .name = W("名单", "List"), .required = false},
};
static const struct time_rule s07_times[] = {
    {RULE("S07.within", "17"), .kind = TIME_WITHIN, .roll = ROLL_RIGHT, .of = "received_on",
     .ref = STEP("S06", "published_on"), .days = NUMBER("objection_days")},
};
static const struct proc_field s07_fields[] = {DAY_FIELD("received_on", true)};
static const struct check s08_when[] = {{.id = "S08.when",
                                         .left = {COUNT("S07")},
                                         .left_n = 1,
                                         .op = CHECK_GE,
                                         .right = {CONST(1)},
                                         .right_n = 1,
                                         .num = 1,
                                         .den = 1}};
static const struct time_rule s08_times[] = {
    {RULE("S08.within", "17"), .kind = TIME_WITHIN, .roll = ROLL_DUTY, .of = "decided_on",
     .ref = STEP("S07", "received_on"), .days = NUMBER("decision_days")},
};
static const struct proc_field s08_fields[] = {DAY_FIELD("decided_on", true)};
static const struct need s08_needs[] = {{.step = "S07", .says = W("先有申诉。", "Objection.")}};
static const struct time_rule s13_times[] = {
    {CUSTOM("S13.lead"), .kind = TIME_LEAD, .ref = OPEN("polling_day"),
     .days = NUMBER("candidates_lead")},
};
static const struct time_rule s18_times[] = {
    {RULE("S18.lead", "17"), .kind = TIME_LEAD, .ref = OPEN("polling_day"), .days = CONST(40)},
};
static const struct check s18_checks[] = {
    {RULE("S18.decided", "17"), .left = {COUNT("S08")}, .left_n = 1, .op = CHECK_GE,
     .right = {COUNT("S07")}, .right_n = 1, .num = 1, .den = 1},
};
static const struct time_rule s19_times[] = {
    {RULE("S19.day", "18"), .kind = TIME_ON, .ref = OPEN("polling_day"), .days = CONST(0)},
};
static const struct proc_field s19_counts[] = {INT_FIELD("issued")};
static const struct check s20_checks[] = {
    {CUSTOM("S20.ledger"), .left = {SUM("S19", "issued")}, .left_n = 1, .op = CHECK_EQ,
     .right = {OWN("recovered"), OWN("not_returned")}, .right_n = 2, .num = 1, .den = 1},
};
static const struct proc_field s20_counts[] = {INT_FIELD("recovered"), INT_FIELD("not_returned")};
static const struct need s21_needs[] = {
    {.step = "S20", .cite = LAW("18"), .says = W("先清点。", "Count first.")}};
static const struct proc_field s21_counts[] = {INT_FIELD("voted"), INT_FIELD("open")};
static const struct check s21_checks[] = {
    {RULE("S21.turnout", "18"), .left = {OWN("voted")}, .left_n = 1, .op = CHECK_GT,
     .right = {STEP("S06", "registered")}, .right_n = 1, .num = 1, .den = 2},
};
static const struct time_rule s21_times[] = {
    {RULE("S21.day", "18"), .kind = TIME_ON, .ref = OPEN("polling_day"), .days = CONST(0)},
};
static const struct check s24_when[] = {{.id = "S24.when",
                                         .left = {STEP("S21", "open")},
                                         .left_n = 1,
                                         .op = CHECK_GT,
                                         .right = {CONST(0)},
                                         .right_n = 1,
                                         .num = 1,
                                         .den = 1}};
static const struct time_rule s26_times[] = {
    {RULE("S26.within", "24"), .kind = TIME_WITHIN, .roll = ROLL_DUTY,
     .ref = STEP("S21", "happened"), .days = NUMBER("handover_days")},
};
static const struct time_rule s27_times[] = {
    {RULE("S27.after", "37"), .kind = TIME_AFTER, .ref = STEP("S21", "happened"), .days = CONST(2)},
    {CUSTOM("S27.within"), .kind = TIME_WITHIN, .roll = ROLL_NONE, .ref = STEP("S21", "happened"),
     .days = CONST(6)},
};
#define OP(id_, op_, num_, den_)                                                                   \
    {                                                                                              \
        RULE(id_, "99"), .left = {OWN("a")}, .left_n = 1, .op = op_, .right = {OWN("b")},          \
                         .right_n = 1, .num = num_, .den = den_                                    \
    }
static const struct check ops_checks[] = {
    OP("gt", CHECK_GT, 1, 2),
    OP("ge", CHECK_GE, 2, 3),
    OP("eq", CHECK_EQ, 1, 1),
    OP("le", CHECK_LE, 1, 1),
    OP("lt", CHECK_LT, 1, 1),
    {RULE("odd", "99"), .left = {OWN("a")}, .left_n = 1, .op = CHECK_ODD, .num = 1, .den = 1},
};
static const struct proc_field ops_counts[] = {INT_FIELD("a"), INT_FIELD("b")};

#define FIELD_ROLES (1U << ROLE_WORKER | 1U << ROLE_LEADER)
#define PLAN(days_) .planned = true, .plan_ref = OPEN("polling_day"), .plan_days = (days_)
static const struct step_spec steps_[] = {
    {.id = "S03",
     .name = W("推选", "Committee"),
     .roles = FIELD_ROLES,
     PLAN(-34),
     .times = s03_times,
     .times_n = 1,
     .fields = s03_fields,
     .fields_n = 1,
     .counts = s03_counts,
     .counts_n = LEN(s03_counts),
     .checks = s03_checks,
     .checks_n = LEN(s03_checks)},
    {.id = "S05", .name = W("登记", "Registration"), PLAN(-33), .needs = s05_needs, .needs_n = 1},
    {.id = "S06",
     .name = W("公布名单", "List"),
     PLAN(-28),
     .needs = s06_needs,
     .needs_n = 1,
     .times = s06_times,
     .times_n = LEN(s06_times),
     .fields = s06_fields,
     .fields_n = LEN(s06_fields),
     .counts = s06_counts,
     .counts_n = 1,
     .materials = s06_materials,
     .materials_n = LEN(s06_materials)},
    {.id = "S07",
     .name = W("申诉", "Objection"),
     .subjects = true,
     .subject = W("申诉人", "By"),
     .optional = true,
     .times = s07_times,
     .times_n = 1,
     .fields = s07_fields,
     .fields_n = 1},
    {.id = "S08",
     .name = W("处理", "Decision"),
     .subjects = true,
     .subject = W("申诉人", "By"),
     .when = s08_when,
     .when_n = 1,
     .needs = s08_needs,
     .needs_n = 1,
     .times = s08_times,
     .times_n = 1,
     .fields = s08_fields,
     .fields_n = 1},
    {.id = "S13", .name = W("候选人", "Candidates"), .times = s13_times, .times_n = 1},
    {.id = "S18",
     .name = W("选票", "Papers"),
     .times = s18_times,
     .times_n = 1,
     .checks = s18_checks,
     .checks_n = 1,
     .optional = true},
    {.id = "S19",
     .name = W("投票", "Poll"),
     .subjects = true,
     .subject = W("投票站", "Station"),
     .times = s19_times,
     .times_n = 1,
     .counts = s19_counts,
     .counts_n = 1},
    {.id = "S20",
     .name = W("清点", "Count"),
     .second = true,
     .counts = s20_counts,
     .counts_n = LEN(s20_counts),
     .checks = s20_checks,
     .checks_n = 1},
    {.id = "S21",
     .name = W("有效", "Valid"),
     .issues = true,
     .needs = s21_needs,
     .needs_n = 1,
     .times = s21_times,
     .times_n = 1,
     .counts = s21_counts,
     .counts_n = LEN(s21_counts),
     .checks = s21_checks,
     .checks_n = 1},
    {.id = "S24", .name = W("另行选举", "Rerun"), PLAN(7), .when = s24_when, .when_n = 1},
    {.id = "S26", .name = W("移交", "Handover"), PLAN(40), .times = s26_times, .times_n = 1},
    {.id = "S27", .name = W("监督", "Supervision"), .times = s27_times, .times_n = 2},
    {.id = "OPS",
     .name = W("运算", "Operators"),
     .optional = true,
     .counts = ops_counts,
     .counts_n = LEN(ops_counts),
     .checks = ops_checks,
     .checks_n = LEN(ops_checks)},
};
static const struct proc_template template_small = {
    .id = "small",
    .version = 1,
    .kind = "election",
    .committee = "village",
    .mode = "voters",
    .title = W("小程序", "Small"),
    .valid_from = DAY_NONE,
    .valid_to = DAY_NONE,
    .anchor = "polling_day",
    .steps = steps_,
    .steps_n = LEN(steps_),
    .open_fields = open_fields_,
    .open_n = LEN(open_fields_),
    .open_checks = open_checks_,
    .open_checks_n = LEN(open_checks_),
};

static inline const struct ruleset *rules_small(void)
{
    static struct ruleset set;
    make_holidays();
    set = (struct ruleset){.set = "cn-village",
                           .jurisdiction = "CN",
                           .committee = "village",
                           .valid_from = DAY_NONE,
                           .valid_to = DAY_NONE,
                           .numbers = rule_numbers,
                           .numbers_n = LEN(rule_numbers),
                           .sources = rule_sources,
                           .sources_n = LEN(rule_sources),
                           .holidays = {holiday_rows, LEN(holiday_rows), holiday_years, 1},
                           .template_ = &template_small};
    return &set;
}

/* ---- writing steps */

#define POLLING "2026-08-30" /* a Sunday without rest days around it */

static inline void made_when(struct made *m, const char *day)
{
    m->s.happened_at = day_start_ms(day_of(day)) + 9 * HOUR;
    m->s.wall = m->s.happened_at + HOUR;
}

static inline struct made *put_open_on(struct story *t, int dev, const char *polling_day)
{
    struct made *m = story_add(t, dev, PROC_OPEN);
    made_when(m, "2026-07-20");
    made_text(m, "polling_day", polling_day);
    made_num(m, "seats", 5);
    return m;
}

static inline struct made *put_step(struct story *t, int dev, const char *step, const char *subject,
                                    const char *day)
{
    struct made *m = story_add(t, dev, PROC_STEP);
    m->s.step = step;
    m->s.subject = subject;
    made_when(m, day);
    return m;
}

static inline struct made *put_correct(struct story *t, int dev, const struct made *target)
{
    struct made *m = story_add(t, dev, PROC_CORRECT);
    m->s.target = target->s.hash;
    m->s.reason = "更正";
    return m;
}

static inline struct made *put_cosign(struct story *t, int dev, const struct made *target)
{
    struct made *m = story_add(t, dev, PROC_COSIGN);
    m->s.target = target->s.hash;
    return m;
}

/* ---- looking */

/* A procedure and its set. */
struct look {
    struct ev_set *set;
    struct procedure *p;
};

static inline struct look look_shuffled(const struct story *t, const char *today, uint64_t seed)
{
    struct look l = {story_set(t, seed), NULL};
    struct procedure_in in = {rules_small(), l.set, today ? day_of(today) : DAY_NONE};
    assert_int_equal(procedure_new(&in, &l.p), GW_OK);
    return l;
}

/* Without today: nothing is due or late. */
static inline struct look look(const struct story *t, const char *today)
{
    return look_shuffled(t, today, 0);
}

static inline void look_free(struct look *l)
{
    procedure_free(l->p);
    ev_set_free(l->set);
}

/* The only finding of a kind and rule (NULL: any); NULL when there is none or there are several. */
static inline const struct finding *found(const struct look *l, enum finding_kind kind,
                                          const char *rule)
{
    const struct finding *only = NULL;
    for (size_t i = 0; i < procedure_findings(l->p); i++) {
        const struct finding *f = procedure_finding(l->p, i);
        if (f->kind == kind && (!rule || strcmp(f->rule, rule) == 0)) {
            if (only) {
                return NULL;
            }
            only = f;
        }
    }
    return only;
}

static inline size_t count_found(const struct look *l, enum finding_kind kind, const char *rule)
{
    size_t n = 0;
    for (size_t i = 0; i < procedure_findings(l->p); i++) {
        const struct finding *f = procedure_finding(l->p, i);
        n += f->kind == kind && (!rule || strcmp(f->rule, rule) == 0);
    }
    return n;
}

static inline enum slot_state state_of(const struct look *l, const char *step, const char *subject)
{
    const struct slot *slot = procedure_slot_of(l->p, step, subject);
    assert_non_null(slot);
    return slot->state;
}

static inline int64_t num_of(const struct look *l, const char *step, const char *key)
{
    const struct proc_value *v = procedure_value(l->p, step, "", key);
    return v ? v->num : -1;
}

#endif
