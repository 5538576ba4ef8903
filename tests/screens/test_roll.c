/* The voters' roll and a household, as a clerk sees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "offline-db/process.h"
#include "rules/ruleset_load.h"
#include "tests/kit/console.h"

#define TEXT(k, v)                                                                                 \
    {                                                                                              \
        .key = (k), .text = (v)                                                                    \
    }
#define NUM(k, v)                                                                                  \
    {                                                                                              \
        .key = (k), .num = (v)                                                                     \
    }
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const char *const people[][2] = {
    {"v-1", "\"name\":\"李建国\",\"sex\":\"1\",\"birth_date\":\"1970-01-01\",\"population\":\"01\","
            "\"household_id\":\"h-1\",\"relation\":\"02\",\"ethnicity\":\"15\""},
    {"v-2", "\"name\":\"王秀兰\",\"sex\":\"2\",\"birth_date\":\"1972-03-04\",\"population\":\"01\","
            "\"household_id\":\"h-1\",\"relation\":\"12\",\"ethnicity\":\"01\""},
    {"v-3", "\"name\":\"李小明\",\"sex\":\"1\",\"birth_date\":\"2009-02-01\",\"population\":\"01\","
            "\"household_id\":\"h-1\",\"relation\":\"22\""},
    {"v-4", "\"name\":\"张远\",\"sex\":\"1\",\"birth_date\":\"1985-05-05\",\"population\":"
            "\"hukou_away\",\"household_id\":\"h-2\",\"relation\":\"02\""},
    {"v-5", "\"name\":\"周外来\",\"sex\":\"2\",\"birth_date\":\"1990-05-05\",\"population\":"
            "\"floating\",\"household_id\":\"h-3\",\"relation\":\"02\""},
};

static void record(struct console *c, const char *id, const char *step, const char *subject,
                   const struct proc_value *values, size_t n)
{
    struct journal_entry out;
    struct gw_fail fail = {0};
    const struct process_entry entry = {
        .step = step, .subject = subject, .values = values, .values_n = n};
    if (process_record(&c->home, id, PROC_STEP, &entry, &out, &fail) != GW_OK) {
        fail_msg("%s: %s", step, fail.text);
    }
}

/* An election by that template, and the people who could vote in it. */
static void open_election(struct console *c, const char *template_id, const char *mode,
                          const char *title, gw_id id)
{
    const struct proc_value open[] = {
        TEXT("kind", "election"), TEXT("mode", mode),
        TEXT("title", title),     TEXT("division", "CQ.500112.013.005"),
        TEXT("place", "兴隆"),    TEXT("term", "12"),
        NUM("seats", 5),          TEXT("polling_day", "2026-09-20")};
    const struct process_entry entry = {.step = "open", .values = open, .values_n = COUNT(open)};
    struct gw_buf text;
    struct journal_entry out;
    struct gw_fail fail = {0};
    gw_day day;
    for (size_t i = 0; i < COUNT(people); i++) {
        console_put(c, "resident", people[i][0], people[i][1]);
    }
    console_put(c, "household", "h-1",
                "\"number\":\"500112013000000010\",\"head_id\":\"v-1\",\"members\":["
                "{\"resident_id\":\"v-1\",\"relation\":\"02\"},"
                "{\"resident_id\":\"v-2\",\"relation\":\"12\"},"
                "{\"resident_id\":\"v-3\",\"relation\":\"22\"}]");
    gw_buf_init(&text, RULESET_TEXT_MAX);
    assert_true(day_parse("2026-09-20", &day));
    assert_int_equal(ruleset_compose("rules", template_id, "CQ", day, &text, &fail), GW_OK);
    if (process_start(&c->home, gw_buf_str(&text), text.len, &entry, (gw_id *)id, &out, &fail) !=
        GW_OK) {
        fail_msg("%s", fail.text);
    }
    gw_buf_free(&text);
}

static void village(struct console *c)
{
    const struct proc_value away[] = {TEXT("resident_id", "v-5"), TEXT("applied_on", "2026-06-20"),
                                      TEXT("basis", "lives"), TEXT("decision", "refused")};
    gw_id id;
    open_election(c, "village-direct", "voters", "兴隆村第十二届村民委员会换届选举", id);
    record(c, id, "S05-3", "1", away, COUNT(away));
    const struct proc_value father[] = {TEXT("resident_id", "v-1"), TEXT("post", "chair")};
    const struct proc_value wife[] = {TEXT("resident_id", "v-2"), TEXT("post", "member")};
    record(c, id, "S10", "1", father, COUNT(father));
    record(c, id, "S10", "2", wife, COUNT(wife));
}

static void walk(struct console *c)
{
    village(c);
    console_start(c);
    console_key(c, GK_ENTER);
    console_keys(c, "8");
    console_golden(c, "roll");
    console_keys(c, "3"); /* what is still open: he who is away, and two without a kind */
    console_expect(c, "张*");
    console_refuse(c, "李建国");
    console_keys(c, "5");
    console_golden(c, "roll-kin");
    console_keys(c, "1王秀");
    console_expect(c, "王秀兰");
    console_refuse(c, "李建国");
    console_key(c, GK_BACKSPACE);
    console_key(c, GK_BACKSPACE);
    console_keys(c, "张");
    console_key(c, GK_ENTER);
    console_golden(c, "roll-person");
    console_key(c, GK_ENTER); /* the record that settles it, about him */
    console_expect(c, "S05-2");
    console_expect(c, "v-4");
    console_key(c, GK_ESC);
    console_key(c, GK_ESC);
    console_key(c, GK_BACKSPACE);
    console_keys(c, "李建");
    console_key(c, GK_ENTER);
    console_keys(c, "2");
    console_golden(c, "household");
    console_key(c, GK_ENTER);
    console_expect(c, "李**");
}

/* Everybody of the three households says that he takes part. */
static void take_part(struct console *c, const char *id)
{
    const struct proc_value one[] = {TEXT("resident_id", "h-1、v-4"), TEXT("said_on", "2026-06-20"),
                                     TEXT("form", "in_person")};
    record(c, id, "S05-2", "1", one, COUNT(one));
}

static void one_per_household(struct console *c)
{
    gw_id id;
    const struct proc_value wife[] = {TEXT("household_id", "h-1"), TEXT("resident_id", "v-2"),
                                      TEXT("chosen_on", "2026-06-20")};
    const struct proc_value guest[] = {TEXT("household_id", "h-2"), TEXT("resident_id", "v-3"),
                                       TEXT("chosen_on", "2026-06-20")}; /* not 18 */
    const struct proc_value roll[] = {TEXT("published_on", "2026-06-20"), TEXT("posted_at", "大厅"),
                                      NUM("registered", 3), NUM("listed", 3)};
    open_election(c, "community-households", "households", "兴隆社区第七届居民委员会换届选举", id);
    take_part(c, id);
    record(c, id, "S05-4", "1", wife, COUNT(wife));
    record(c, id, "S05-4", "2", guest, COUNT(guest));
    record(c, id, "S06", "", roll, COUNT(roll));
    console_start(c);
    console_key(c, GK_ENTER);
    console_keys(c, "8"); /* who votes is what it begins with */
    console_golden(c, "roll-households");
    console_keys(c, "张"); /* by the head, too */
    console_refuse(c, "王秀兰");
    console_key(c, GK_BACKSPACE);
    console_key(c, GK_ENTER);
    console_expect(c, "李**");
    console_key(c, GK_ESC);
    console_keys(c, "1");
    console_expect(c, "李建国");
}

static void by_representatives(struct console *c)
{
    gw_id id;
    const struct proc_value first[] = {TEXT("leader", "王秀兰"),
                                       TEXT("names", "李建国、王秀兰、刘某"), NUM("households", 88),
                                       NUM("representatives", 3)};
    const struct proc_value second[] = {TEXT("leader", "张远"), TEXT("names", "张远、李建国"),
                                        NUM("households", 61), NUM("representatives", 3)};
    const struct proc_value all[] = {TEXT("published_on", "2026-06-20"), NUM("households", 149),
                                     NUM("representatives", 6),          NUM("women", 1),
                                     NUM("meeting_members", 7),          NUM("leaders", 2)};
    open_election(c, "community-representatives", "representatives",
                  "兴隆社区第七届居民委员会换届选举", id);
    take_part(c, id);
    record(c, id, "S09-1", "一组", first, COUNT(first));
    record(c, id, "S09-1", "二组", second, COUNT(second));
    record(c, id, "S09", "", all, COUNT(all));
    console_start(c);
    console_key(c, GK_ENTER);
    console_keys(c, "8");
    console_golden(c, "roll-representatives");
    console_keys(c, "张远");
    console_expect(c, "张远");
    console_refuse(c, "王秀兰");
    console_key(c, GK_DOWN);
    console_key(c, GK_ENTER); /* the person, as the roll has him */
    console_refuse(c, "李建国");
    console_expect(c, "张远");
    console_key(c, GK_ESC);
    console_key(c, GK_UP);
    console_key(c, GK_ENTER); /* the group: its record */
    console_refuse(c, "王秀兰");
    console_expect(c, "张远、李建国");
    console_key(c, GK_ESC);
    console_keys(c, "6"); /* no such list here: nothing happens */
    console_expect(c, "二组");
    console_refuse(c, "张远6");
}

static void in_all_forms(const char *name, void (*walks)(struct console *c))
{
    static const struct {
        const char *lang;
        int rows, cols;
    } forms[] = {{"zh_CN", 24, 80}, {"zh_CN", 40, 120}, {"en", 24, 80}};
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct console c;
        char home[40];
        (void)snprintf(home, sizeof(home), "%s-%zu", name, i);
        const struct console_opts o = {.name = home,
                                       .lang = forms[i].lang,
                                       .role = ROLE_COMMITTEE,
                                       .rows = forms[i].rows,
                                       .cols = forms[i].cols};
        console_open(&c, &o);
        walks(&c);
        console_close(&c);
    }
}

static void voters(void **state)
{
    (void)state;
    in_all_forms("s-roll", walk);
}

static void households(void **state)
{
    (void)state;
    in_all_forms("s-roll-houses", one_per_household);
}

static void representatives(void **state)
{
    (void)state;
    in_all_forms("s-roll-reps", by_representatives);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voters),
        cmocka_unit_test(households),
        cmocka_unit_test(representatives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
