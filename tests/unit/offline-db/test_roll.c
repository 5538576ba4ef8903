/* The voters' roll from a mirrored village and the records of an election by the shipped rules. */
#include "kit.h"
#include "offline-db/roll.h"
#include "rules/ruleset_load.h"

#define VILLAGE "CQ.500110.101.201"
enum { MAY_1 = 1777564800 }; /* 2026-05-01 in China, seconds */

static const char *const mirrored[][3] = {
    {"resident", "r-01",
     "\"name\":\"李建国\",\"sex\":\"1\",\"birth_date\":\"1970-01-01\",\"population\":\"01\","
     "\"household_id\":\"h-1\",\"relation\":\"02\",\"ethnicity\":\"15\""},
    {"resident", "r-02",
     "\"name\":\"王秀兰\",\"sex\":\"2\",\"birth_date\":\"1972-03-04\",\"population\":\"01\","
     "\"household_id\":\"h-1\",\"relation\":\"12\",\"ethnicity\":\"01\""},
    {"resident", "r-03",
     "\"name\":\"李小明\",\"sex\":\"1\",\"birth_date\":\"2008-06-20\",\"population\":\"01\","
     "\"household_id\":\"h-1\",\"relation\":\"22\""},
    {"resident", "r-04",
     "\"name\":\"李小红\",\"sex\":\"2\",\"birth_date\":\"2008-06-21\",\"population\":\"01\","
     "\"household_id\":\"h-1\",\"relation\":\"32\""},
    {"resident", "r-05",
     "\"name\":\"张远\",\"sex\":\"1\",\"birth_date\":\"1985-05-05\",\"population\":\"hukou_away\","
     "\"household_id\":\"h-2\",\"relation\":\"02\""},
    {"resident", "r-06",
     "\"name\":\"周外\",\"sex\":\"2\",\"birth_date\":\"1990-05-05\",\"population\":\"floating\","
     "\"household_id\":\"h-3\",\"relation\":\"02\""},
    {"resident", "r-07",
     "\"name\":\"吴短\",\"sex\":\"2\",\"birth_date\":\"1990-05-05\",\"population\":\"floating\""},
    {"resident", "r-08", "\"name\":\"郑无\",\"population\":\"01\""},
    {"resident", "r-09", "\"name\":\"钱重\",\"population\":\"01\",\"birth_date\":\"1949-12-30\""},
    {"resident", "r-10", "\"name\":\"钱重\",\"population\":\"01\""},
    {"resident_private", "r-01", "\"politics\":\"01\",\"id_number\":\"440524188001010014\""},
    {"resident_private", "r-09", "\"id_number\":\"11010519491231002X\""},
    {"resident_private", "r-10", "\"id_number\":\"11010519491231002x\""},
    {"spell", "s-06a",
     "\"resident_id\":\"r-06\",\"from\":\"2024-01-01\",\"to\":\"2025-12-31\",\"kind\":\"rented\""},
    {"spell", "s-06b", "\"resident_id\":\"r-06\",\"from\":\"2026-01-01\",\"kind\":\"rented\""},
    {"spell", "s-07", "\"resident_id\":\"r-07\",\"from\":\"2026-02-01\",\"kind\":\"rented\""},
};

struct bed {
    struct kit kit;
    gw_id election;
    struct process_case c;
    struct roll roll;
};

static void put(struct kit *kit, const char *type, const char *id, const char *path,
                const char *members)
{
    static int64_t seq = 100;
    char line[2048];
    (void)snprintf(line, sizeof line,
                   "{\"seq\":%lld,\"op\":\"put\",\"type\":\"%s\",\"id\":\"%s\",\"path\":\"%s\","
                   "\"row\":{%s}}",
                   (long long)++seq, type, id, path, members);
    PAGE(kit, NULL, line);
}

static void mirror(struct kit *kit)
{
    const char *const paths[] = {"CQ.500110.101", NULL};
    const int64_t granted[] = {1};
    kit_hello(kit, "e1", 10, "t1", paths, granted);
    kit_skip_jobs(kit, "e1.10");
    for (size_t i = 0; i < sizeof mirrored / sizeof mirrored[0]; i++) {
        put(kit, mirrored[i][0], mirrored[i][1], VILLAGE ".001", mirrored[i][2]);
    }
    /* the next village, and one whose code begins the same way */
    put(kit, "resident", "x-1", "CQ.500110.101.202.001", mirrored[0][2]);
    put(kit, "resident", "x-2", VILLAGE "-5", mirrored[0][2]);
    put(kit, "resident", "x-3", VILLAGE "5.001", mirrored[0][2]);
}

#define TEXT(k, v)                                                                                 \
    {                                                                                              \
        .key = (k), .text = (v)                                                                    \
    }
#define NUM(k, v)                                                                                  \
    {                                                                                              \
        .key = (k), .num = (v)                                                                     \
    }

static void start(struct bed *b, const char *template_id)
{
    struct gw_buf text;
    gw_day day;
    struct journal_entry out;
    struct gw_fail fail = {0};
    const struct proc_value open[] = {TEXT("kind", "election"),
                                      TEXT("mode", strstr(template_id, "households") ? "households"
                                                   : strstr(template_id, "representatives")
                                                       ? "representatives"
                                                       : "voters"),
                                      TEXT("title", "第十二届村民委员会换届选举"),
                                      TEXT("division", VILLAGE),
                                      TEXT("place", "兴隆村"),
                                      TEXT("term", "12"),
                                      NUM("seats", 5),
                                      TEXT("polling_day", "2026-06-20")};
    const struct process_entry entry = {
        .step = "open", .values = open, .values_n = sizeof open / sizeof open[0]};
    gw_buf_init(&text, RULESET_TEXT_MAX);
    assert_true(day_parse("2026-06-20", &day));
    ok(ruleset_compose("rules", template_id, "CQ", day, &text, &fail));
    if (process_start(&b->kit.home, gw_buf_str(&text), text.len, &entry, &b->election, &out,
                      &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    gw_buf_free(&text);
}

static void record(struct bed *b, const char *step, const char *subject,
                   const struct proc_value *values, size_t n)
{
    struct journal_entry out;
    struct gw_fail fail = {0};
    const struct process_entry entry = {
        .step = step, .subject = subject, .values = values, .values_n = n};
    if (process_record(&b->kit.home, b->election, PROC_STEP, &entry, &out, &fail) != GW_OK) {
        fail_msg("%s: %s", step, fail.text);
    }
}
#define RECORD(b, step, subject, ...)                                                              \
    do {                                                                                           \
        const struct proc_value values_[] = {__VA_ARGS__};                                         \
        record(b, step, subject, values_, sizeof values_ / sizeof values_[0]);                     \
    } while (0)

static void unload(struct bed *b)
{
    if (b->c.rules) {
        roll_unload(&b->roll);
        process_unload(&b->c);
    }
    b->c.rules = NULL;
}

static void load(struct bed *b)
{
    struct gw_fail fail = {0};
    unload(b);
    ok(process_load(&b->kit.home, b->election, day_of_ms((int64_t)MAY_1 * 1000), &b->c, &fail));
    if (roll_load(&b->kit.home, &b->c, &b->roll, &fail) != GW_OK) {
        fail_msg("roll: %s", fail.text);
    }
}

static void open_bed(struct bed *b, const char *name, const char *template_id)
{
    memset(b, 0, sizeof *b);
    kit_open(&b->kit, name, ROLE_COMMITTEE);
    b->kit.clock.wall = (int64_t)MAY_1 * 1000;
    mirror(&b->kit);
    start(b, template_id);
    load(b);
}

static void close_bed(struct bed *b)
{
    unload(b);
    kit_close(&b->kit);
}

static void expect(const struct bed *b, const char *id, enum roll_state state, const char *why)
{
    const struct roll_person *p = roll_person_of(&b->roll, id);
    if (!p) {
        fail_msg("%s is not there", id);
        return;
    }
    if (strcmp(roll_why_name(p->verdict.why), why) != 0 || p->verdict.state != state) {
        fail_msg("%s: %s %s", id, roll_state_name(p->verdict.state), roll_why_name(p->verdict.why));
    }
}

static void the_mirror_alone(void **state)
{
    struct bed b;
    (void)state;
    open_bed(&b, "roll-mirror", "village-direct");
    assert_int_equal(b.roll.n, 10); /* nobody of another village */
    assert_int_equal(kit_int(&b.kit, "SELECT count(*) FROM sqlite_master WHERE name IN "
                                     "('resident_path', 'spell_path')"),
                     2);
    expect(&b, "r-01", ROLL_IN, "lives_here");
    expect(&b, "r-03", ROLL_IN, "lives_here"); /* 18 on polling day */
    expect(&b, "r-04", ROLL_OUT, "under_age"); /* on the next */
    expect(&b, "r-05", ROLL_OPEN, "no_statement");
    expect(&b, "r-06", ROLL_OPEN, "no_application"); /* two spells that touch are one stay */
    expect(&b, "r-07", ROLL_OUT, "too_short");
    expect(&b, "r-08", ROLL_OPEN, "no_birth_date");
    expect(&b, "r-09", ROLL_IN, "lives_here");
    expect(&b, "r-10", ROLL_OUT, "twice");
    const struct roll_person *p = roll_person_of(&b.roll, "r-09");
    assert_true(p->by_id && p->birth_differs);              /* 1949-12-31 by the card */
    assert_true(roll_person_of(&b.roll, "r-01")->id_wrong); /* 146 years */
    const struct roll_counts *n = &b.roll.counts;
    assert_int_equal(n->state[ROLL_IN], 4);
    assert_int_equal(n->classes[ROLL_HUKOU], 4);
    assert_int_equal(n->women, 2); /* r-09 by her card */
    assert_int_equal(n->party, 1);
    assert_int_equal(n->minority, 1);
    assert_int_equal(n->entitled, 5); /* and the one who is away */
    assert_int_equal(n->twice, 1);
    assert_int_equal(n->published, -1);
    int64_t figure = -1;
    assert_true(roll_figure(&b.roll, "S05", "hukou_resident", &figure) && figure == 4);
    assert_true(roll_figure(&b.roll, "S05", "outsiders", &figure) && figure == 0);
    assert_true(roll_figure(&b.roll, "S08-1", "registered", &figure) && figure == 4);
    assert_false(roll_figure(&b.roll, "S21", "registered", &figure));
    assert_false(roll_figure(&b.roll, "S08-1", "added", &figure));
    close_bed(&b);
}

static void records_settle_what_is_open(void **state)
{
    struct bed b;
    (void)state;
    open_bed(&b, "roll-records", "village-direct");
    RECORD(&b, "S05-2", "1", TEXT("resident_id", "r-05、r-08"), TEXT("said_on", "2026-05-01"),
           TEXT("form", "phone"));
    RECORD(&b, "S05-3", "1", TEXT("resident_id", "r-06"), TEXT("applied_on", "2026-05-01"),
           TEXT("basis", "lives"), TEXT("decision", "agreed"));
    RECORD(&b, "S05-3", "2", TEXT("name", "孙务"), TEXT("born_on", "1991-01-01"),
           TEXT("applied_on", "2026-05-01"), TEXT("basis", "works"), TEXT("since", "2025-06-20"),
           TEXT("decision", "agreed"));
    RECORD(&b, "S05-1", "1", TEXT("resident_id", "h-1"), TEXT("ground", "declined"),
           TEXT("told_on", "2026-05-01"));
    RECORD(&b, "S05-1", "2", TEXT("resident_id", "r-09"), TEXT("ground", "deprived"));
    load(&b);
    expect(&b, "r-05", ROLL_IN, "said");
    expect(&b, "r-08", ROLL_OPEN, "no_birth_date");
    expect(&b, "r-06", ROLL_IN, "agreed");
    expect(&b, "S05-3/2", ROLL_IN, "agreed");
    assert_string_equal(roll_person_of(&b.roll, "S05-3/2")->name, "孙务");
    expect(&b, "r-01", ROLL_OUT, "declined"); /* the whole household */
    expect(&b, "r-04", ROLL_OUT, "under_age");
    expect(&b, "r-09", ROLL_OUT, "deprived");
    expect(&b, "r-10", ROLL_IN, "lives_here"); /* the first with that number is off */
    assert_int_equal(b.roll.counts.classes[ROLL_OUTSIDER], 2);
    close_bed(&b);
}

static void decisions_are_records(void **state)
{
    struct bed b;
    (void)state;
    open_bed(&b, "roll-objections", "village-direct");
    RECORD(&b, "S06", "", TEXT("published_on", "2026-05-01"), NUM("registered", 4));
    RECORD(&b, "S07", "1", TEXT("received_on", "2026-05-01"), TEXT("objector", "某"),
           TEXT("about", "omitted"), TEXT("resident_id", "r-05"));
    RECORD(&b, "S07", "2", TEXT("received_on", "2026-05-01"), TEXT("objector", "某"),
           TEXT("about", "should_not"), TEXT("resident_id", "r-02"));
    load(&b);
    expect(&b, "r-05", ROLL_OPEN, "no_statement");
    assert_int_equal(roll_person_of(&b.roll, "r-05")->objection, OBJECTION_PENDING);
    assert_int_equal(b.roll.counts.objections_pending, 2);
    assert_int_equal(b.roll.counts.published, 4);
    RECORD(&b, "S08", "1", TEXT("decided_on", "2026-05-01"), TEXT("decision", "accepted"),
           TEXT("published_on", "2026-05-01"));
    RECORD(&b, "S08", "2", TEXT("decided_on", "2026-05-01"), TEXT("decision", "rejected"),
           TEXT("published_on", "2026-05-01"));
    RECORD(&b, "S08-2", "1", TEXT("resident_id", "r-01"), TEXT("change", "removed"),
           TEXT("ground", "died"));
    RECORD(&b, "S08-1", "1", TEXT("published_on", "2026-05-01"), NUM("added", 1), NUM("removed", 1),
           NUM("registered", 5));
    load(&b);
    expect(&b, "r-05", ROLL_IN, "added");
    expect(&b, "r-02", ROLL_IN, "lives_here");
    expect(&b, "r-01", ROLL_OUT, "removed");
    assert_int_equal(roll_person_of(&b.roll, "r-02")->objection, OBJECTION_REJECTED);
    assert_int_equal(b.roll.counts.published, 5);
    int64_t figure; /* of those who vote: what was published last, S08-1 before S06 */
    assert_true(roll_figure(&b.roll, "S21", "registered", &figure) && figure == 5);
    close_bed(&b);
}

static void a_community_lists_households(void **state)
{
    struct bed b;
    (void)state;
    open_bed(&b, "roll-households", "community-households");
    expect(&b, "r-01", ROLL_OPEN, "no_statement"); /* U26 16: who says that he takes part */
    expect(&b, "r-06", ROLL_IN, "usual_resident");
    RECORD(&b, "S05-2", "1", TEXT("resident_id", "h-1"), TEXT("said_on", "2026-05-01"),
           TEXT("form", "written"));
    RECORD(&b, "S05-4", "1", TEXT("household_id", "h-1"), TEXT("resident_id", "r-02"),
           TEXT("chosen_on", "2026-05-01"));
    load(&b);
    expect(&b, "r-01", ROLL_IN, "said");
    assert_int_equal(b.roll.houses_n, 2);
    assert_string_equal(b.roll.houses[0].id, "h-1");
    assert_int_equal(b.roll.houses[0].voters, 3);
    assert_true(b.roll.houses[0].chosen);
    assert_string_equal(b.roll.houses[0].person->id, "r-02");
    assert_string_equal(b.roll.houses[1].person->id, "r-06");
    close_bed(&b);
}

static void near_kin_are_hints(void **state)
{
    struct bed b;
    struct roll_kin kin[16];
    size_t n = 0;
    char text[800];
    (void)state;
    open_bed(&b, "roll-kin", "village-direct");
    RECORD(&b, "S03", "", TEXT("method", "meeting"), TEXT("chair", "王秀兰"),
           TEXT("members", "张远、钱重"), NUM("size", 3), NUM("entitled", 9), NUM("present", 9));
    RECORD(&b, "S10", "1", TEXT("resident_id", "r-01"), TEXT("post", "chair"),
           TEXT("nominated_by", "party"), NUM("woman", 0), TEXT("verdict", "pass"));
    RECORD(&b, "S10", "2", TEXT("resident_id", "r-03"), TEXT("post", "member"),
           TEXT("nominated_by", "party"), NUM("woman", 0), TEXT("verdict", "pass"));
    RECORD(&b, "S10", "3", TEXT("resident_id", "r-05"), TEXT("post", "member"),
           TEXT("nominated_by", "party"), NUM("woman", 0), TEXT("verdict", "pass"));
    load(&b);
    roll_kin_find(&b.roll, &b.c, kin, 16, &n);
    assert_int_equal(n, 4);
    assert_int_equal(kin[0].tie, TIE_COMMITTEE); /* his wife chairs it */
    assert_int_equal(kin[1].tie, TIE_NOMINEES);  /* father and son */
    assert_string_equal(kin[1].cite.article, "8");
    assert_int_equal(kin[2].tie, TIE_COMMITTEE); /* her son */
    assert_string_equal(kin[2].cite.article, "15");
    assert_true(kin[3].same); /* on the committee himself; 钱重 are two and count for nothing */
    for (size_t i = 0; i < n; i++) {
        assert_true(roll_kin_print(&b.c, &kin[i], text, sizeof text) > 20);
    }
    close_bed(&b);
}

/* Whom a household names must be on the roll; who is not votes for nobody. */
static void a_household_names_somebody_off_the_roll(void **state)
{
    struct bed b;
    (void)state;
    open_bed(&b, "roll-households-off", "community-households");
    RECORD(&b, "S05-2", "1", TEXT("resident_id", "h-1"), TEXT("said_on", "2026-05-01"),
           TEXT("form", "in_person"));
    RECORD(&b, "S05-4", "1", TEXT("household_id", "h-1"), TEXT("resident_id", "r-04"),
           TEXT("chosen_on", "2026-05-01")); /* under age on polling day */
    RECORD(&b, "S06", "", TEXT("published_on", "2026-05-01"), TEXT("posted_at", "门口"),
           NUM("registered", 4), NUM("listed", 2));
    load(&b);
    assert_string_equal(b.roll.houses[0].head->id, "r-01");
    assert_true(b.roll.houses[0].off_roll && b.roll.houses[0].chosen);
    assert_null(b.roll.houses[0].person);
    assert_int_equal(b.roll.house_counts.open, 1);
    assert_int_equal(b.roll.house_counts.heads, 1);
    assert_int_equal(b.roll.house_counts.women, 1);
    assert_int_equal(b.roll.house_counts.listed, 2);
    int64_t figure;
    assert_true(roll_figure(&b.roll, "S06", "listed", &figure) && figure == 1);
    assert_int_equal(b.roll.reps.listed, -1); /* that figure is of the households */
    close_bed(&b);
}

static void note_is(const struct bed *b, size_t n, const char *part)
{
    char text[300] = "";
    bool there = roll_reps_note(&b->roll, &b->c, n, text, sizeof text);
    if (part ? !there || !strstr(text, part) : there) {
        fail_msg("note %zu: %s", n, text);
    }
}

static void representatives_by_group(void **state)
{
    struct bed b;
    int64_t figure;
    (void)state;
    open_bed(&b, "roll-reps", "community-representatives");
    assert_true(roll_has_reps(&b.c) && !roll_has_houses(&b.c));
    assert_int_equal(b.roll.reps.groups_n, 0);
    note_is(&b, 0, NULL);
    RECORD(&b, "S09-1", "一组", TEXT("leader", "王秀兰"), TEXT("names", "李建国、王秀兰、某某"),
           NUM("households", 100), NUM("representatives", 3));
    RECORD(&b, "S09-1", "二组", TEXT("leader", "周外"), TEXT("names", "周外、钱重、李建国"),
           NUM("households", 60), NUM("representatives", 2));
    load(&b);
    const struct roll_reps *reps = &b.roll.reps;
    assert_int_equal(reps->groups_n, 2);
    assert_int_equal(reps->people, 6);
    assert_int_equal(reps->women, 2);
    assert_int_equal(reps->sex_unknown, 2); /* one unknown here, one name that two bear */
    assert_int_equal(reps->leaders, 2);
    assert_int_equal(reps->twice, 1);
    assert_string_equal(reps->groups[0].name, "一组");
    assert_string_equal(reps->groups[0].reps[1].person->id, "r-02");
    assert_true(reps->groups[0].reps[1].leader && !reps->groups[0].reps[0].leader);
    assert_null(reps->groups[0].reps[2].person);
    assert_int_equal(reps->groups[1].said, 2);
    assert_int_equal(reps->groups[1].present, -1); /* a community does not ask */
    assert_int_equal(reps->women_need, 2);
    assert_true(roll_figure(&b.roll, "S09", "representatives", &figure) && figure == 6);
    assert_true(roll_figure(&b.roll, "S09", "leaders", &figure) && figure == 2);
    assert_true(roll_figure(&b.roll, "S08-1", "listed", &figure) && figure == 6);
    assert_false(roll_figure(&b.roll, "S09", "women", &figure)); /* two are not known */
    RECORD(&b, "S09", "", TEXT("published_on", "2026-05-01"), NUM("households", 160),
           NUM("representatives", 6), NUM("women", 1), NUM("meeting_members", 7),
           NUM("leaders", 2));
    RECORD(&b, "S06", "", TEXT("published_on", "2026-05-01"), TEXT("posted_at", "门口"),
           NUM("registered", 4), NUM("listed", 5));
    load(&b);
    assert_int_equal(reps->recorded, 6);
    assert_int_equal(reps->listed, 5);
    assert_true(roll_figure(&b.roll, "S21", "registered", &figure) && figure == 5);
    note_is(&b, 0, "Women 1; usually at least 2 (custom");
    note_is(&b, 1, "named 6, the published list has 5");
    note_is(&b, 2, "1 of them stand");
    note_is(&b, 3, "3 of them are not on the roll"); /* nobody has said that he takes part */
    note_is(&b, 4, "二组: 3 names, and 2");
    note_is(&b, 5, NULL);
    close_bed(&b);
}

static void the_share_of_women_in_a_village_is_law(void **state)
{
    struct bed b;
    (void)state;
    open_bed(&b, "roll-reps-village", "village-direct");
    RECORD(&b, "S09-1", "一组", TEXT("leader", "李建国"), TEXT("names", "李建国、张远"),
           NUM("entitled", 30), NUM("present", 20), NUM("agreed", 15), NUM("representatives", 2));
    load(&b);
    assert_int_equal(b.roll.reps.women_need, 1);
    assert_int_equal(b.roll.reps.groups[0].present, 20);
    note_is(&b, 0, "article 29");
    note_is(&b, 1, "1 of them are not on the roll"); /* away, and has not said */
    close_bed(&b);
}

static void only_an_election_has_a_roll(void **state)
{
    struct bed b;
    struct gw_fail fail = {0};
    (void)state;
    open_bed(&b, "roll-none", "village-direct");
    b.c.row.polling_day = DAY_NONE;
    struct roll roll;
    assert_int_equal(roll_load(&b.kit.home, &b.c, &roll, &fail), GW_INVALID);
    assert_true(fail.text[0] != '\0');
    close_bed(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mirror_alone),
        cmocka_unit_test(records_settle_what_is_open),
        cmocka_unit_test(decisions_are_records),
        cmocka_unit_test(a_community_lists_households),
        cmocka_unit_test(a_household_names_somebody_off_the_roll),
        cmocka_unit_test(representatives_by_group),
        cmocka_unit_test(the_share_of_women_in_a_village_is_law),
        cmocka_unit_test(near_kin_are_hints),
        cmocka_unit_test(only_an_election_has_a_roll),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
