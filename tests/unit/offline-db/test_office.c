/* Offices filed into the store: at once, anew only when something moved, and found at a resident.
 */
#include "tests/unit/offline-db/kit.h"

#include "base/i18n.h"
#include "offline-db/office.h"
#include "offline-db/people.h"
#include "tests/kit/elections.h"

#define VILLAGE "CQ.500112.013.005"
#define OTHER   "CQ.500112.013.007"

static struct elections *start(const char *name)
{
    char dir[512];
    (void)setenv("GRIDWARD_RULESDIR", "rules", 1);
    (void)snprintf(dir, sizeof dir, "%s/%s", scratch_dir(), name);
    struct elections *e = elections_new(dir, ROLE_COMMITTEE);
    elections_begin(e);
    elections_open(e, "p-1", VILLAGE, 0);
    return e;
}

static void elect(struct elections *e, const char *published)
{
    char fields[64];
    elections_step(e, "S10", "1", "{\"name\":\"张三\",\"resident_id\":\"r-1\"}", NULL);
    elections_step(e, "S23-1", "1", "{\"name\":\"张三\",\"post\":\"chair\"}", "{\"votes\":80}");
    elections_step(e, "S23-1", "2", "{\"name\":\"李四\",\"post\":\"member\"}", "{\"votes\":70}");
    (void)snprintf(fields, sizeof fields, "{\"published_on\":\"%s\"}", published);
    elections_step(e, "S23", NULL, fields, NULL);
}

static struct office_list look(struct elections *e, const char *scope, const char *resident)
{
    struct office_list list;
    struct gw_fail fail = {0};
    const struct office_want want = {
        .scope = scope, .resident = resident, .today = ELECTIONS_TODAY};
    if (office_load(elections_home(e), &want, &list, &fail) != GW_OK) {
        fail_msg("offices: %s", fail.text);
    }
    assert_int_equal(list.stale, 0);
    return list;
}

static size_t read_anew(struct elections *e)
{
    struct office_list list = look(e, "", NULL);
    size_t n = list.read;
    office_unload(&list);
    return n;
}

static void filed_at_once_and_once(void **state)
{
    (void)state;
    struct elections *e = start("filed");
    elections_open(e, "p-2", OTHER, 0);
    elections_end(e);
    assert_int_equal(read_anew(e), 2);
    elections_begin(e);
    elect(e, "2027-01-10");
    elections_end(e);
    struct office_list list = look(e, "", NULL);
    assert_int_equal(list.read, 1);
    assert_int_equal(list.n, 2);
    const struct office *chair = &list.offices[0];
    assert_string_equal(chair->name, "张三");
    assert_string_equal(chair->post, "chair");
    assert_string_equal(chair->resident, "r-1");
    assert_string_equal(chair->division, OTHER);
    assert_string_equal(chair->term, "13");
    assert_string_equal(chair->committee, "village");
    assert_int_equal(chair->state, OFFICE_HELD);
    assert_int_equal(chair->since, ELECTIONS_TODAY);
    assert_int_equal(list.offices[1].since + 1826, list.offices[1].until); /* 2032-01-10 */
    office_unload(&list);
    assert_int_equal(read_anew(e), 0);
    list = look(e, VILLAGE, NULL);
    assert_int_equal(list.n, 0); /* another village's */
    office_unload(&list);
    elections_free(e);
}

/* What this laptop recorded and nobody has yet is filed as well. */
static void own_records_file(void **state)
{
    (void)state;
    struct elections *e = start("own");
    elect(e, "2027-01-10");
    elections_end(e);
    const struct proc_value values[] = {{.key = "published_on", .text = "2027-01-10"},
                                        {.key = "names", .text = "王五、张三"}};
    const struct process_entry entry = {
        .step = "S27", .subject = NULL, .values = values, .values_n = 2};
    struct gw_fail fail = {0};
    assert_int_equal(read_anew(e), 1);
    if (process_record(elections_home(e), "p-1", PROC_STEP, &entry, NULL, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    struct office_list list = look(e, "", NULL);
    assert_int_equal(list.read, 1);
    assert_int_equal(list.n, 4);
    assert_int_equal(list.offices[2].organ, ORGAN_SUPERVISION);
    size_t barred = 0;
    for (size_t i = 0; i < list.n; i++) {
        const struct office *o = &list.offices[i];
        barred += o->barred != 0;
        if (o->barred != 0) { /* 张三, in both: the article is said on both sides */
            assert_string_equal(o->name, "张三");
            assert_non_null(strstr(o->bar_says, "第37条"));
            assert_int_equal(o->by_name, o->barred);
        }
    }
    assert_int_equal(barred, 2);
    office_unload(&list);
    elections_free(e);
}

static void at_the_resident(void **state)
{
    (void)state;
    struct elections *e = start("resident");
    struct person_card *card = NULL;
    struct gw_fail fail = {0};
    bool found = false;
    elections_resident(e, "r-1", VILLAGE ".01", "张三");
    elections_resident(e, "r-2", VILLAGE ".02", "李四");
    elections_resident(e, "r-3", OTHER ".02", "李四"); /* of another village */
    elect(e, "2027-01-10");
    elections_end(e);
    for (int i = 1; i <= 3; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "r-%d", i);
        if (people_show(elections_home(e), id, NULL, NULL, &card, &fail) != GW_OK) {
            fail_msg("%s", fail.text);
        }
        found = false;
        for (size_t k = 0; k < card->fields_n; k++) {
            const struct person_field *f = &card->fields[k];
            if (strcmp(f->key, "office") == 0) {
                found = true;
                assert_non_null(strstr(f->value, "村民委员会"));
                assert_int_equal(strstr(f->value, "仅按姓名对应") != NULL, i == 2);
            }
        }
        assert_int_equal(found, i != 3);
        people_free(card);
    }
    elections_free(e);
}

/* A scope that was taken away, a tombstone: nobody's office outlives the procedure it came from. */
static void gone_with_the_procedure(void **state)
{
    (void)state;
    struct elections *e = start("gone");
    elect(e, "2027-01-10");
    elections_end(e);
    struct office_list list = look(e, "", NULL);
    assert_int_equal(list.n, 2);
    office_unload(&list);
    elections_begin(e);
    elections_gone(e, "process", "p-1");
    elections_end(e);
    assert_int_equal(elections_int(e, "SELECT count(*) FROM office"), 0); /* nobody has looked */
    assert_int_equal(elections_int(e, "SELECT count(*) FROM office_source"), 0);
    elections_free(e);
}

/* Erased as the law asks: the name is nowhere, although nobody has looked since. */
static void erased_at_once(void **state)
{
    (void)state;
    struct elections *e = start("erased");
    elect(e, "2027-01-10");
    elections_end(e);
    const struct proc_value values[] = {
        {.key = "published_on", .text = "2027-01-10"},
        {.key = "names", .text = "王五、赵六", .private_part = true}};
    const struct process_entry entry = {.step = "S27", .values = values, .values_n = 2};
    struct journal_entry out;
    struct gw_fail fail = {0};
    if (process_record(elections_home(e), "p-1", PROC_STEP, &entry, &out, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    struct office_list list = look(e, "", NULL);
    assert_int_equal(list.n, 4);
    office_unload(&list);
    assert_int_equal(elections_int(e, "SELECT count(*) FROM office WHERE name = '王五'"), 1);
    assert_int_equal(elections_int(e, "SELECT count(*) FROM journal WHERE priv LIKE '%王五%'"), 1);
    /* a new key signed it anew: another row of the same uid */
    (void)elections_int(
        e, "INSERT INTO journal (dev, n, uid, kind, id, target, body, sig, priv, hash, "
           "at, state) SELECT 'dev2', n, uid, kind, id, target, body, sig, priv, hash "
           "|| 'x', at, state FROM journal WHERE priv LIKE '%王五%' RETURNING 1");
    elections_begin(e);
    elections_erased(e, "p-1", "dev1", (int)out.n);
    elections_end(e);
    assert_int_equal(elections_int(e, "SELECT count(*) FROM office WHERE name = '王五'"), 0);
    assert_int_equal(elections_int(e, "SELECT count(*) FROM journal WHERE priv LIKE '%王五%'"), 0);
    elections_free(e);
}

/* An open that the server rejected never became a procedure. */
static void a_rejected_open_files_nobody(void **state)
{
    (void)state;
    struct elections *e = start("rejected");
    elect(e, "2027-01-10");
    elections_end(e);
    assert_int_equal(read_anew(e), 1);
    (void)elections_int(e, "UPDATE office SET process = 'p-9' RETURNING 1");
    (void)elections_int(e, "UPDATE office_source SET process = 'p-9' RETURNING 1");
    struct office_list list = look(e, "", NULL);
    assert_int_equal(list.n, 2); /* those of p-1, read again */
    assert_string_equal(list.offices[0].process, "p-1");
    office_unload(&list);
    elections_free(e);
}

/* The election was filed here before the program knew whom the end means. */
static void an_end_of_somebody_else(void **state)
{
    (void)state;
    struct elections *e = start("lost");
    elect(e, "2027-01-10");
    elections_step(e, "S23-2", "9", "{\"finding\":\"void\",\"found_on\":\"2027-01-10\"}", NULL);
    elections_end(e);
    struct office_list list = look(e, "", NULL);
    assert_int_equal(list.lost, 1);
    assert_int_equal(list.n, 2);
    office_unload(&list);
    elections_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filed_at_once_and_once),  cmocka_unit_test(own_records_file),
        cmocka_unit_test(at_the_resident),         cmocka_unit_test(gone_with_the_procedure),
        cmocka_unit_test(erased_at_once),          cmocka_unit_test(a_rejected_open_files_nobody),
        cmocka_unit_test(an_end_of_somebody_else),
    };
    (void)gw_i18n_init("zh_CN");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
