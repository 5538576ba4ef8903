#include "tests/kit/clerk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the headers above first */
#include <cmocka.h>
#include <stdio.h>

#include "offline-db/signer.h"
#include "rules/ruleset_load.h"

enum { RULES_MAX = 1 << 20 };

static void good(enum gw_err err, const struct gw_fail *fail)
{
    if (err != GW_OK) {
        fail_msg("%s", fail->text);
    }
}

gw_day clerk_today(struct console *c)
{
    return day_of_ms(c->clock.wall);
}

void clerk_open_election(struct console *c, gw_id *id)
{
    static const struct proc_value values[] = {
        {.key = "kind", .text = "election"},
        {.key = "mode", .text = "voters"},
        {.key = "title", .text = "观音村换届选举"},
        {.key = "division", .text = "CQ.500112.013.005"},
        {.key = "place", .text = "观音村"},
        {.key = "term", .text = "13"},
        {.key = "polling_day", .text = "2026-11-14"},
        {.key = "seats", .num = 3},
    };
    const struct process_entry entry = {
        .step = "open", .values = values, .values_n = sizeof(values) / sizeof(values[0])};
    struct gw_buf text;
    struct gw_fail fail = {0};
    gw_day day;
    gw_buf_init(&text, RULES_MAX);
    assert_true(day_parse("2026-11-14", &day));
    good(ruleset_compose("rules", "village-direct", "CQ", day, &text, &fail), &fail);
    good(process_start(&c->home, gw_buf_str(&text), text.len, &entry, id, NULL, &fail), &fail);
    gw_buf_free(&text);
}

void clerk_add_second(struct console *c, const char *user, const char *name, uint8_t seed)
{
    struct identity id = c->home.id;
    struct gw_sign_key key;
    struct gw_fail fail = {0};
    const uint8_t bytes[32] = {seed};
    gw_sign_key_from_seed(&key, bytes);
    (void)snprintf(id.device, sizeof(id.device), "dev-%s", user);
    (void)snprintf(id.user, sizeof(id.user), "%s", user);
    (void)snprintf(id.name, sizeof(id.name), "%s", name);
    good(signer_add(&c->home, &id, &key, "4321", &fail), &fail);
}

void clerk_record(struct console *c, const char *id, const struct process_entry *entry)
{
    struct gw_fail fail = {0};
    good(process_record(&c->home, id, PROC_STEP, entry, NULL, &fail), &fail);
}

static void nominee(struct console *c, const char *id, const char *subject, const char *name,
                    const char *post, bool woman)
{
    const struct proc_value values[] = {
        {.key = "name", .text = name},
        {.key = "post", .text = post},
        {.key = "nominated_by", .text = "voters"},
        {.key = "woman", .num = woman},
        {.key = "verdict", .text = "pass"},
        {.key = "bar", .text = "none"},
    };
    const struct process_entry entry = {.step = "S10",
                                        .subject = subject,
                                        .values = values,
                                        .values_n = sizeof(values) / sizeof(values[0])};
    clerk_record(c, id, &entry);
}

void clerk_nominate(struct console *c, const char *id)
{
    static const struct proc_value seats[] = {
        {.key = "chair_seats", .num = 1},
        {.key = "deputy_seats", .num = 1},
        {.key = "member_seats", .num = 1},
    };
    const struct process_entry entry = {
        .step = "S04", .values = seats, .values_n = sizeof(seats) / sizeof(seats[0])};
    clerk_record(c, id, &entry);
    nominee(c, id, "1", "陈国强", "chair", false);
    nominee(c, id, "2", "王秀英", "deputy", true);
    nominee(c, id, "3", "欧阳春兰", "member", true);
}
