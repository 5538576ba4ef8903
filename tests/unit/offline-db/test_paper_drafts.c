/* Of every template and every paper that it has: nobody has recorded what the paper stands on, so
 * it is a draft, whatever else is recorded. And every paper that a step names is one that can be
 * had. */
#include "tests/unit/rules/make_records.h"

#include "offline-db/paper.h"
#include "rules/notice_load.h"

enum { TEMPLATES_MAX = 64, RECORD_MAX = 4096 };
static const char process[] = "01a1f2c3-0000-7000-8000-000000000001";

struct desk {
    const struct proc_template *t;
    struct ruleset *rules;
    struct notice_set *notices;
    struct story *story;
    struct ev_set *set;
    struct procedure *procedure;
};

static const char *value_of(const struct proc_field *field)
{
    switch (field->type) {
    case PROC_INT:
    case PROC_TIME:
    case PROC_BOOL:
        return "1";
    case PROC_DAY:
        return "2026-06-18";
    case PROC_CHOICE:
        return field->values[0].value;
    case PROC_TEXT:
    case PROC_PERSON:
    case PROC_PEOPLE:
    case PROC_DOCUMENT:
        break;
    }
    return "某某";
}

/* A value for every field of the list. */
static void fill(char *out, const struct proc_field *fields, size_t n)
{
    size_t len = strlen(out);
    for (size_t i = 0; i < n && len < RECORD_MAX; i++) {
        int more = snprintf(out + len, RECORD_MAX - len, "%s%s=%s", len > 0 ? "|" : "",
                            fields[i].key, value_of(&fields[i]));
        assert_true(more > 0 && len + (size_t)more < RECORD_MAX);
        len += (size_t)more;
    }
}

static void judge(struct desk *d)
{
    judge_story(d->story, d->rules, "2026-06-20", &d->set, &d->procedure);
}

static void begin_story(struct desk *d)
{
    char text[RECORD_MAX] = "";
    d->story = story_new(7);
    struct made *open = story_add(d->story, 0, PROC_OPEN);
    open->s.template_id = d->t->id;
    fill(text, d->t->open_fields, d->t->open_n);
    put(open, text);
}

static void end_story(struct desk *d)
{
    procedure_free(d->procedure);
    ev_set_free(d->set);
    free(d->story);
}

static bool stands_on(const struct desk *d, const struct notice *notice, const char *step)
{
    bool named = false;
    for (size_t i = 0; i < notice->on_n; i++) {
        named = named || template_step(d->t, notice->on[i]) != NULL;
        if (strcmp(notice->on[i], step) == 0) {
            return true;
        }
    }
    if (named) {
        return false;
    }
    const struct step_spec *spec = template_step(d->t, step);
    for (size_t i = 0; template_step(d->t, notice->step) == NULL && i < spec->notices_n; i++) {
        if (strcmp(spec->notices[i], notice->id) == 0) {
            return true;
        }
    }
    return strcmp(notice->step, step) == 0;
}

/* A record of every step but those that the notice stands on. */
static void record_the_rest(struct desk *d, const struct notice *notice)
{
    for (size_t i = 0; i < d->t->steps_n; i++) {
        const struct step_spec *spec = &d->t->steps[i];
        char text[RECORD_MAX] = "";
        if (!stands_on(d, notice, spec->id)) {
            fill(text, spec->fields, spec->fields_n);
            fill(text, spec->counts, spec->counts_n);
            (void)record_in(d->story, spec->id, spec->subjects ? "1" : "", "2026-06-18", text);
        }
    }
}

static bool is_draft(const struct desk *d, const struct notice *notice)
{
    struct paper_state state;
    const struct paper_in in = {.process = process,
                                .rules = d->rules,
                                .procedure = d->procedure,
                                .steps = d->set,
                                .notices = d->notices,
                                .notice = notice,
                                .subject = "1",
                                .lang = GW_LANG_ZH};
    assert_int_equal(paper_check(&in, &state), GW_OK);
    return state.draft;
}

static void check_notice(struct desk *d, const struct notice *notice, bool rest)
{
    begin_story(d);
    if (rest) {
        record_the_rest(d, notice);
    }
    judge(d);
    if (notice_step(notice, d->t, d->procedure) != NULL && !is_draft(d, notice)) {
        print_error("%s: %s is final though what it stands on is not recorded\n", d->t->id,
                    notice->id);
        fail();
    }
    end_story(d);
}

static void every_named_paper_can_be_had(struct desk *d)
{
    begin_story(d);
    judge(d);
    for (size_t i = 0; i < d->t->steps_n; i++) {
        for (size_t k = 0; k < d->t->steps[i].notices_n; k++) {
            const char *id = d->t->steps[i].notices[k];
            const struct notice *notice = notice_find(d->notices, id);
            if (notice == NULL || notice_step(notice, d->t, d->procedure) == NULL) {
                print_error("%s: %s names %s\n", d->t->id, d->t->steps[i].id, id);
                fail();
            }
        }
    }
    end_story(d);
}

static void each_paper_of_each_template(void **unused)
{
    struct ruleset_entry *entries = calloc(TEMPLATES_MAX, sizeof *entries);
    size_t n = 0;
    (void)unused;
    assert_non_null(entries);
    assert_int_equal(ruleset_list("rules", entries, TEMPLATES_MAX, &n, NULL), GW_OK);
    assert_true(n > 20);
    for (size_t i = 0; i < n; i++) {
        struct desk d = {.rules = shipped_rules(entries[i].template_id)};
        d.t = d.rules->template_;
        assert_int_equal(
            notice_read("rules", d.t->kind, d.rules->committee, d.t->mode, &d.notices, NULL),
            GW_OK);
        every_named_paper_can_be_had(&d);
        for (size_t k = 0; k < d.notices->n; k++) {
            check_notice(&d, &d.notices->items[k], false);
            check_notice(&d, &d.notices->items[k], true);
        }
        notice_set_free(d.notices);
        ruleset_free(d.rules);
    }
    free(entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_paper_of_each_template)};
    (void)gw_i18n_init("zh_CN");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
