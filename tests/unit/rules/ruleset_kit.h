/* The composed text of the good files, for the tests of rule sets. */
#ifndef GW_TESTS_UNIT_RULES_RULESET_KIT_H
#define GW_TESTS_UNIT_RULES_RULESET_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "rules/ruleset_load.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define GOOD     "tests/unit/rules/good"

static inline gw_day at(const char *day)
{
    gw_day out = DAY_NONE;
    assert_true(day_parse(day, &out));
    return out;
}

/* Template poll with the overlay of CQ. */
static inline int compose_poll(struct gw_buf *text)
{
    struct gw_fail why = {0};
    (void)gw_i18n_init("en");
    gw_buf_init(text, RULESET_TEXT_MAX);
    if (ruleset_compose(GOOD, "poll", "CQ", at("2026-10-20"), text, &why) != GW_OK) {
        print_error("%s\n", why.text);
        return -1;
    }
    return 0;
}

/* Asked of the good files: this error, a sentence with this part in it, nothing written. */
static inline void assert_compose(struct ruleset_ask ask, enum gw_err want, const char *part)
{
    struct gw_fail why = {0};
    struct gw_buf buf;
    gw_buf_init(&buf, RULESET_TEXT_MAX);
    enum gw_err err = ruleset_compose_as(GOOD, &ask, &buf, &why);
    if (err != want || strstr(why.text, part) == NULL || buf.len != 0) {
        print_error("%d, %s\n", err, why.text);
        fail();
    }
    gw_buf_free(&buf);
}

#endif
