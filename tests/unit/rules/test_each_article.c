/* Every rule that cites a law, of every shipped template: a case that keeps it and one that breaks
 * it. The lawful records stand in articles/stories.txt, what breaks each rule in
 * articles/cases.txt; a rule without its pair fails, and so does a case that no template has. */
#include "tests/unit/rules/make_records.h"

#include "base/fsutil.h"
#include "model/procedure.h"

enum { TEMPLATES = 64, STORIES = 48, LINES = 64, CASES = 200, WORDS = 8, TEXT_MAX = 128 * 1024 };

struct line {
    char *word[WORDS];
    size_t n;
};
struct tale {
    struct line head; /* story TEMPLATE … */
    struct line lines[LINES];
    size_t n;
};
struct breaker {
    struct line line; /* RULE VILLAGE COMMUNITY verb … */
    size_t used;
};

static struct tale tales[STORIES];
static size_t tales_n;
static struct breaker breakers[CASES];
static size_t breakers_n;
static struct ruleset_entry entries[TEMPLATES];
static size_t entries_n;
static size_t pairs, missing;

/* ---- the two tables */

static char *read_text(const char *path)
{
    struct gw_buf text;
    gw_buf_init(&text, TEXT_MAX);
    assert_int_equal(gw_file_read(path, &text, NULL), GW_OK);
    char *copy = strdup(gw_buf_str(&text));
    gw_buf_free(&text);
    assert_non_null(copy);
    return copy;
}

static struct line split(char *text)
{
    struct line out = {.n = 0};
    for (char *save = NULL, *at = strtok_r(text, " ", &save); at && text[0] != '#';
         at = strtok_r(NULL, " ", &save)) {
        assert_true(out.n < WORDS);
        out.word[out.n++] = at;
    }
    return out;
}

static void take_story_line(struct line line)
{
    if (strcmp(line.word[0], "story") == 0) {
        assert_true(tales_n < STORIES);
        tales[tales_n++].head = line;
        return;
    }
    struct tale *tale = &tales[tales_n - 1];
    assert_true(tale->n < LINES);
    tale->lines[tale->n++] = line;
}

static int read_tables(void **state)
{
    char *stories = read_text("tests/unit/rules/articles/stories.txt"); /* kept to the end */
    char *cases = read_text("tests/unit/rules/articles/cases.txt");
    (void)state;
    for (char *save = NULL, *at = strtok_r(stories, "\n", &save); at;
         at = strtok_r(NULL, "\n", &save)) {
        struct line line = split(at);
        if (line.n > 0) {
            take_story_line(line);
        }
    }
    for (char *save = NULL, *at = strtok_r(cases, "\n", &save); at;
         at = strtok_r(NULL, "\n", &save)) {
        struct line line = split(at);
        if (line.n > 0) {
            assert_true(line.n >= 5 && breakers_n < CASES);
            breakers[breakers_n++].line = line;
        }
    }
    return ruleset_list("rules", entries, TEMPLATES, &entries_n, NULL) == GW_OK ? 0 : -1;
}

static struct breaker *breaker_of(const char *rule)
{
    for (size_t i = 0; i < breakers_n; i++) {
        if (strcmp(breakers[i].line.word[0], rule) == 0) {
            return &breakers[i];
        }
    }
    return NULL;
}

/* ---- a story told, with one change or none */

struct told {
    const struct ruleset *rules;
    struct story *story;
    struct ev_set *set;
    struct procedure *procedure;
    bool changed;
};

static const char *subject_of(const char *word)
{
    return strcmp(word, "-") == 0 ? "" : word;
}

/* A value of the story, by its key. */
static void replace(struct made *m, size_t n, const struct proc_value *value, const char *rule)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(m->values[i].key, value->key) == 0) {
            m->values[i] = *value;
            return;
        }
    }
    print_error("%s: the story has no such value\n", rule);
    fail();
}

/* The change of a case, when this record is the one that it names. */
static void apply(struct told *t, struct made *m, const char *step, const char *subject,
                  const struct line *change)
{
    if (!change || change->n < 7 || strcmp(change->word[4], step) != 0 ||
        strcmp(subject_of(change->word[5]), subject) != 0) {
        return;
    }
    t->changed = true;
    if (strcmp(change->word[3], "day") == 0) {
        gw_day day;
        assert_true(day_parse(change->word[6], &day));
        m->s.happened_at = day_start_ms(day) + 10 * 3600 * 1000;
        m->s.wall = m->s.happened_at;
        return;
    }
    size_t n = m->s.values_n;
    put(m, change->word[6]);
    size_t end = m->s.values_n;
    m->s.values_n = n;
    for (size_t k = n; k < end; k++) {
        replace(m, n, &m->values[k], change->word[0]);
    }
}

/* "@TEMPLATE,…" before a line: only in the story of these. */
static bool line_is_of(const struct told *t, const char *list)
{
    const char *id = t->rules->template_->id;
    size_t len = strlen(id);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at++; /* the @ or the comma */
        if (strncmp(at, id, len) == 0 && (at[len] == ',' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

static void tell_line(struct told *t, const struct line *whole, const struct line *change)
{
    struct line rest = *whole;
    const struct line *line = &rest;
    if (rest.word[0][0] == '@') {
        if (!line_is_of(t, rest.word[0])) {
            return;
        }
        memmove(rest.word, rest.word + 1, --rest.n * sizeof rest.word[0]);
    }
    if (strcmp(line->word[0], "confirm") == 0) {
        return;
    }
    if (strcmp(line->word[0], "open") == 0) {
        struct made *open = story_add(t->story, 0, PROC_OPEN);
        put(open, line->word[1]);
        apply(t, open, "open", "", change);
        return;
    }
    bool drop = change && strcmp(change->word[3], "drop") == 0 &&
                strcmp(change->word[4], line->word[0]) == 0;
    t->changed = t->changed || drop;
    if (!drop && template_step(t->rules->template_, line->word[0])) {
        const char *subject = subject_of(line->word[1]);
        struct made *m = record_in(t->story, line->word[0], subject, line->word[2], line->word[3]);
        apply(t, m, line->word[0], subject, change);
    }
}

static void cosign_all(struct told *t)
{
    size_t n = t->story->n;
    story_sync(t->story, 0, 2);
    for (size_t i = 0; i < n; i++) {
        const struct ev_step *s = &t->story->items[i].s;
        if (s->kind == PROC_STEP && template_step(t->rules->template_, s->step)->second) {
            story_add(t->story, 2, PROC_COSIGN)->s.target = s->hash;
        }
    }
}

static struct told tell(const struct ruleset *rules, const struct tale *tale,
                        const struct line *change)
{
    struct told t = {.rules = rules, .story = story_new(3)};
    gw_day today;
    for (size_t i = 0; i < tale->n; i++) {
        tell_line(&t, &tale->lines[i], change);
    }
    cosign_all(&t);
    assert_true(day_parse("2026-06-10", &today)); /* nothing is late yet by itself */
    t.set = story_set(t.story, 0);
    const struct procedure_in in = {.rules = rules, .steps = t.set, .today = today};
    assert_int_equal(procedure_new(&in, &t.procedure), GW_OK);
    return t;
}

static void told_free(struct told *t)
{
    procedure_free(t->procedure);
    ev_set_free(t->set);
    free(t->story);
}

/* The breach of a rule; of a need its step is told too, since several may need one. */
static const struct finding *breach_of(const struct told *t, const char *rule, const char *step)
{
    for (size_t i = 0; i < procedure_findings(t->procedure); i++) {
        const struct finding *f = procedure_finding(t->procedure, i);
        if (f->kind == FIND_BREACH && (!rule || strcmp(f->rule, rule) == 0) &&
            (!step || (f->spec && strcmp(f->spec->id, step) == 0))) {
            return f;
        }
    }
    return NULL;
}

/* ---- one rule of one template */

static bool is_of(const struct tale *tale, const char *template_id)
{
    for (size_t i = 1; i < tale->head.n; i++) {
        if (strcmp(tale->head.word[i], template_id) == 0) {
            return true;
        }
    }
    return false;
}

static bool cites(const struct finding *f, const char *want)
{
    char have[64];
    (void)snprintf(have, sizeof have, "%s/%s", f->cite.law ? f->cite.law : "",
                   f->cite.article ? f->cite.article : "");
    return strcmp(have, want) == 0;
}

/* Kept by the story, broken by the change, and told with the article that the table gives. */
static bool has_pair(const struct ruleset *rules, const struct tale *tale, struct breaker *b,
                     const char *rule, const char *step)
{
    bool village = strcmp(rules->committee, "village") == 0;
    struct told kept = tell(rules, tale, NULL);
    struct told broken = tell(rules, tale, &b->line);
    const struct finding *f = breach_of(&broken, rule, step);
    bool pair = broken.changed && !breach_of(&kept, rule, step) && f &&
                cites(f, b->line.word[village ? 1 : 2]);
    told_free(&kept);
    told_free(&broken);
    b->used += pair;
    return pair;
}

static void want_pair(const struct ruleset *rules, const char *name, const char *rule,
                      const char *step)
{
    struct breaker *b = breaker_of(name);
    bool pair = false;
    for (size_t i = 0; i < tales_n && b && !pair; i++) {
        pair = is_of(&tales[i], rules->template_->id) && has_pair(rules, &tales[i], b, rule, step);
    }
    pairs += pair;
    missing += !pair;
    if (!pair) {
        print_error("%s: %s has %s\n", rules->template_->id, name,
                    b ? "no story in which its case breaks it" : "no case");
    }
}

static void want_step(const struct ruleset *rules, const struct step_spec *s)
{
    for (size_t i = 0; i < s->checks_n; i++) {
        if (check_cite(rules, &s->checks[i]).law) {
            want_pair(rules, s->checks[i].id, s->checks[i].id, NULL);
        }
    }
    for (size_t i = 0; i < s->times_n; i++) {
        if (time_rule_cite(rules, &s->times[i]).law) {
            want_pair(rules, s->times[i].id, s->times[i].id, NULL);
        }
    }
    for (size_t i = 0; i < s->needs_n; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s<-%s", s->id, s->needs[i].step);
        if (s->needs[i].cite.law) {
            want_pair(rules, name, s->needs[i].step, s->id);
        }
    }
}

static void confirm_numbers(struct ruleset *rules)
{
    for (size_t i = 0; i < tales_n; i++) {
        for (size_t k = 0; k < tales[i].n && is_of(&tales[i], rules->template_->id); k++) {
            const struct line *line = &tales[i].lines[k];
            if (strcmp(line->word[0], "confirm") == 0) {
                assert_true(ruleset_confirm(rules, line->word[1], strtoll(line->word[2], NULL, 10),
                                            "区民政〔2026〕3号"));
            }
        }
    }
}

static void every_article_has_a_case_that_keeps_it_and_one_that_breaks_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < entries_n; i++) {
        struct ruleset *rules = shipped_rules(entries[i].template_id);
        const struct proc_template *t = rules->template_;
        confirm_numbers(rules);
        for (size_t c = 0; c < t->open_checks_n; c++) {
            if (check_cite(rules, &t->open_checks[c]).law) {
                want_pair(rules, t->open_checks[c].id, t->open_checks[c].id, NULL);
            }
        }
        for (size_t s = 0; s < t->steps_n; s++) {
            want_step(rules, &t->steps[s]);
        }
        ruleset_free(rules);
    }
    print_message("%zu rules with their pair of cases, %zu without\n", pairs, missing);
    assert_int_equal(missing, 0);
    assert_true(pairs >= 300);
}

static void every_case_is_of_some_template(void **state)
{
    (void)state;
    for (size_t i = 0; i < breakers_n; i++) {
        if (breakers[i].used == 0) {
            print_error("%s: no template has it\n", breakers[i].line.word[0]);
            fail();
        }
    }
}

/* The first story of each template is whole: nothing in it is against any rule. */
static void every_story_is_lawful(void **state)
{
    (void)state;
    for (size_t i = 0; i < entries_n; i++) {
        struct ruleset *rules = shipped_rules(entries[i].template_id);
        bool found = false;
        confirm_numbers(rules);
        for (size_t k = 0; k < tales_n && !found; k++) {
            if (is_of(&tales[k], entries[i].template_id)) {
                struct told t = tell(rules, &tales[k], NULL);
                const struct finding *f = breach_of(&t, NULL, NULL);
                char text[1024] = "";
                found = true;
                if (f) {
                    (void)finding_print(t.procedure, f, text, sizeof text);
                    print_error("%s: %s: %s\n", entries[i].template_id, f->rule, text);
                }
                assert_null(f);
                told_free(&t);
            }
        }
        assert_true(found);
        ruleset_free(rules);
    }
}

/* ---- a share that is a number of the rule set */

static struct ruleset *national_rules(const char *template_id)
{
    struct gw_buf text;
    struct ruleset *set = NULL;
    gw_day day;
    assert_true(day_parse("2026-06-01", &day));
    gw_buf_init(&text, RULESET_TEXT_MAX);
    assert_int_equal(ruleset_compose("rules", template_id, "CN", day, &text, NULL), GW_OK);
    assert_int_equal(ruleset_load(gw_buf_str(&text), text.len, &set, NULL), GW_OK);
    gw_buf_free(&text);
    return set;
}

static const struct tale *tale_of(const char *template_id)
{
    for (size_t i = 0; i < tales_n; i++) {
        if (is_of(&tales[i], template_id)) {
            return &tales[i];
        }
    }
    return NULL;
}

/* What is told of the rule in a story with that change; the sentence goes to `text`. */
static int kind_told(const struct ruleset *rules, const char *rule, const struct line *change,
                     char *text, size_t size)
{
    struct told t = tell(rules, tale_of(rules->template_->id), change);
    int kind = -1;
    text[0] = '\0';
    for (size_t i = 0; i < procedure_findings(t.procedure); i++) {
        const struct finding *f = procedure_finding(t.procedure, i);
        if (strcmp(f->rule, rule) == 0) {
            kind = (int)f->kind;
            (void)finding_print(t.procedure, f, text, size);
        }
    }
    told_free(&t);
    return kind;
}

/* A fifth is Chongqing's; elsewhere the check waits, and is broken by what the district confirms.
 */
static void a_share_waits_where_no_law_says_it(void **state)
{
    (void)state;
    char text[1024];
    const struct line *few = &breaker_of("Q01.fifth")->line; /* 35 of 180 */
    struct ruleset *rules = shipped_rules("representative-recall");
    assert_int_equal(kind_told(rules, "Q01.fifth", NULL, text, sizeof text), -1);
    assert_int_equal(kind_told(rules, "Q01.fifth", few, text, sizeof text), FIND_BREACH);
    assert_non_null(strstr(text, "1/5")); /* of 180, not of a number that nobody knows */
    ruleset_free(rules);
    rules = national_rules("representative-recall");
    assert_int_equal(kind_told(rules, "Q01.fifth", few, text, sizeof text), FIND_WAITS);
    assert_non_null(strstr(text, "几分之一"));
    assert_false(ruleset_confirm(rules, "rep_recall_share", 1, "区民政〔2026〕3号"));
    assert_true(ruleset_confirm(rules, "rep_recall_share", 5, "区民政〔2026〕3号"));
    assert_int_equal(kind_told(rules, "Q01.fifth", few, text, sizeof text), FIND_BREACH);
    assert_non_null(strstr(text, "区民政〔2026〕3号"));
    assert_true(ruleset_confirm(rules, "rep_recall_share", 6, "区民政〔2026〕4号"));
    assert_int_equal(kind_told(rules, "Q01.fifth", few, text, sizeof text), -1); /* 30 are enough */
    ruleset_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_waits_where_no_law_says_it),
        cmocka_unit_test(every_story_is_lawful),
        cmocka_unit_test(every_article_has_a_case_that_keeps_it_and_one_that_breaks_it),
        cmocka_unit_test(every_case_is_of_some_template),
    };
    return cmocka_run_group_tests(tests, read_tables, NULL);
}
