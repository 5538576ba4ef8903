/* Name and legal-person code of a place: taken from its newest procedure, and never one that cannot
 * be a code. */
#include "roll_bed.h"

#define CODE "54500112ME12345638"

static void correct(struct bed *b, const char *key, const char *text, enum gw_err want)
{
    struct journal_entry out;
    struct gw_fail fail = {0};
    unload(b);
    ok(process_load(&b->kit.home, b->election, day_of_ms((int64_t)MAY_1 * 1000), &b->c, &fail));
    const struct proc_value values[] = {{.key = key, .text = text}};
    const struct process_entry entry = {.step = "open",
                                        .values = values,
                                        .values_n = 1,
                                        .target = procedure_open(b->c.state)->hash,
                                        .reason = "补充"};
    enum gw_err err = process_record(&b->kit.home, b->election, PROC_CORRECT, &entry, &out, &fail);
    if (err != want) {
        fail_msg("%s=%s: %d %s", key, text, (int)err, fail.text);
    }
    assert_true(want == GW_OK || strstr(fail.text, text) != NULL);
}

static void the_newest_one_says(void **state)
{
    struct bed b;
    struct process_place place;
    (void)state;
    open_bed(&b, "place", "village-direct");
    process_place_of(&b.kit.home, VILLAGE, &place);
    assert_string_equal(place.name, "兴隆村");
    assert_string_equal(place.credit_code, "");
    correct(&b, "credit_code", "54500112ME12345639", GW_INVALID);
    correct(&b, "credit_code", CODE, GW_OK);
    process_place_of(&b.kit.home, VILLAGE, &place);
    assert_string_equal(place.credit_code, CODE);

    unload(&b);
    b.kit.clock.wall += 1000;
    start(&b, "village-direct"); /* a newer one without the code: the older one's */
    load(&b);
    correct(&b, "place", "兴隆新村", GW_OK);
    process_place_of(&b.kit.home, VILLAGE, &place);
    assert_string_equal(place.name, "兴隆新村");
    assert_string_equal(place.credit_code, CODE);
    process_place_of(&b.kit.home, "CQ.500110.101.202", &place);
    assert_string_equal(place.name, "");
    close_bed(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_newest_one_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
