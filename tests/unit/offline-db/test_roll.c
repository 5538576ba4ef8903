/* The voters' roll from a mirrored village and the records of an election by the shipped rules. */
#include "roll_bed.h"

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
