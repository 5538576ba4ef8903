/* Law files and rest days: numbers, sources, layers. */
#include <string.h>

#include "base/i18n.h"
#include "rules/ruleset_load_p.h"

enum { NUMBERS_MAX = 256, VALUE_MAX = 1000000, YEARS_MAX = 60, DAYS_MAX = 40, YEAR_SLACK = 31 };

/* ---- heads */

static void common_head(struct reader *r, const struct json *at, const char *id_key,
                        const char *const *committees, struct rule_head *out)
{
    *out = (struct rule_head){.valid_from = DAY_NONE, .valid_to = DAY_NONE};
    out->id = read_id(r, at, id_key, FORM_SET, true);
    if (out->id != NULL) {
        read_enter(r, out->id, SIZE_MAX); /* stays: left by the caller with its reader */
    }
    out->version = (int)read_int(r, at, "version", 1, READ_VERSION_MAX);
    out->committee = committees[read_one_of(r, at, "committee", committees, false)];
    out->title = read_words(r, at, "title", READ_TITLE_BYTES);
    out->valid_from = read_day(r, at, "valid_from");
    out->valid_to = read_open_day(r, at, "valid_to");
    if (out->valid_to != DAY_NONE && out->valid_to < out->valid_from) {
        read_wrong(r, "valid_to");
    }
}

void law_head_read(struct reader *r, const struct json *at, struct rule_head *out)
{
    static const char *const committees[] = {"village", "community", NULL};
    common_head(r, at, "set", committees, out);
    out->base = read_id(r, at, "base", FORM_SET, false);
    out->jurisdiction = read_id(r, at, "jurisdiction", FORM_PLACE, true);
    if (out->id != NULL && (strcmp(out->id, "holidays") == 0 || strcmp(out->id, "policies") == 0 ||
                            (out->base != NULL && strcmp(out->base, out->id) == 0))) {
        read_wrong(r, "set"); /* names of other files, or laid over itself */
    }
}

void template_head_read(struct reader *r, const struct json *at, struct rule_head *out)
{
    static const char *const committees[] = {"village", "community", "any", NULL};
    static const char *const modes[] = {"", "voters", "households", "representatives", NULL};
    common_head(r, at, "template", committees, out);
    out->kind = read_id(r, at, "kind", FORM_KIND, true);
    out->mode = modes[read_one_of(r, at, "mode", modes, false)];
}

/* ---- numbers and sources */

static void value_read(struct reader *r, const struct json *at, struct rule_number *out)
{
    bool flag = strcmp(out->unit, "flag") == 0, confirm = out->status == NUMBER_CONFIRM;
    int64_t least = strcmp(out->unit, "share") == 0 ? 1 : 0; /* one in so many */
    int64_t most = flag ? 1 : VALUE_MAX;
    bool bounds = confirm || json_has(at, "min") || json_has(at, "max");
    out->min = bounds ? read_int(r, at, "min", least, most) : least;
    out->max = bounds ? read_int(r, at, "max", out->min, most) : most;
    if (!confirm) {
        out->value = read_int(r, at, "value", out->min, out->max);
        out->known = true;
    } else if (!json_is_null(at, "value")) {
        read_wrong(r, "value"); /* it is the district that says it, not the file */
    }
}

static void number_read(struct reader *r, const struct json *at, struct rule_number *out)
{
    static const char *const keys[] = {"key",    "name", "unit",    "value",  "min", "max",
                                       "status", "law",  "article", "source", NULL};
    static const char *const units[] = {"day",   "person", "household", "paper", "year",
                                        "month", "flag",   "share",     NULL};
    static const char *const statuses[] = {"law", "practice", "confirm", NULL}; /* number_status */
    out->key = read_id(r, at, "key", FORM_KEY, true);
    read_named(r, out->key);
    read_only(r, at, keys);
    out->name = read_words(r, at, "name", READ_NAME_BYTES);
    out->unit = units[read_one_of(r, at, "unit", units, false)];
    out->status = (enum number_status)read_one_of(r, at, "status", statuses, false);
    out->cite = read_citation(r, at);
    if (out->status == NUMBER_LAW && (out->cite.law == NULL || out->cite.article == NULL)) {
        read_wrong(r, out->cite.law == NULL ? "law" : "article");
    }
    out->source = read_text(r, at, "source", READ_SENTENCE_BYTES, true);
    value_read(r, at, out);
}

static void source_read(struct reader *r, const struct json *at, struct rule_source *out)
{
    static const char *const keys[] = {"id", "title", "valid_from", "valid_to", NULL};
    out->id = read_id(r, at, "id", FORM_SOURCE, true);
    read_named(r, out->id);
    read_only(r, at, keys);
    out->title = read_words(r, at, "title", READ_NAME_BYTES);
    out->valid_from = read_open_day(r, at, "valid_from");
    out->valid_to = read_open_day(r, at, "valid_to");
}

void law_read(struct reader *r, const struct json *at, struct law *out)
{
    static const char *const keys[] = {"set",       "version", "base",       "jurisdiction",
                                       "committee", "title",   "valid_from", "valid_to",
                                       "sources",   "numbers", NULL};
    law_head_read(r, at, &out->head);
    read_only(r, at, keys);
    if (!json_has(at, "sources") || !json_has(at, "numbers")) {
        read_wrong(r, json_has(at, "sources") ? "numbers" : "sources");
    }
    const struct json *item = read_list(r, at, "sources", 0, READ_LIST_MAX, &out->sources_n);
    out->sources = read_alloc(r, out->sources_n, sizeof(*out->sources));
    for (size_t i = 0; r->err == GW_OK && i < out->sources_n; i++, item = json_next(item)) {
        read_enter(r, "sources", i);
        source_read(r, item, &out->sources[i]);
        read_fresh(r, out->sources, sizeof(*out->sources), i);
        read_leave(r);
    }
    item = read_list(r, at, "numbers", 0, NUMBERS_MAX, &out->numbers_n);
    out->numbers = read_alloc(r, out->numbers_n, sizeof(*out->numbers));
    for (size_t i = 0; r->err == GW_OK && i < out->numbers_n; i++, item = json_next(item)) {
        read_enter(r, "numbers", i);
        number_read(r, item, &out->numbers[i]);
        read_fresh(r, out->numbers, sizeof(*out->numbers), i);
        read_leave(r);
    }
}

/* ---- layers */

/* Each layer but the first is laid over the one below, for the same kind of committee. */
static void order_check(struct reader *r, const struct law *laws, size_t n)
{
    for (size_t i = 0; r->err == GW_OK && i < n; i++) {
        const struct rule_head *head = &laws[i].head;
        const char *below = i > 0 ? laws[i - 1].head.id : NULL;
        bool fits = below == NULL ? head->base == NULL
                                  : head->base != NULL && strcmp(head->base, below) == 0;
        read_enter(r, head->id, SIZE_MAX);
        if (!fits) {
            read_wrong(r, "base");
        } else if (strcmp(head->committee, laws[0].head.committee) != 0) {
            read_wrong(r, "committee");
        }
        read_leave(r);
    }
}

static void number_merge(struct reader *r, const struct rule_number *number, struct ruleset *out)
{
    for (size_t i = 0; i < out->numbers_n; i++) {
        if (strcmp(out->numbers[i].key, number->key) == 0) {
            if (strcmp(out->numbers[i].unit, number->unit) != 0) {
                read_wrong(r, "unit"); /* a check would compare days with persons */
            }
            out->numbers[i] = *number;
            return;
        }
    }
    out->numbers[out->numbers_n++] = *number;
}

static void law_merge(struct reader *r, const struct law *law, struct rule_source *sources,
                      struct ruleset *out)
{
    for (size_t i = 0; i < law->sources_n; i++) {
        size_t at = 0;
        while (at < out->sources_n && strcmp(sources[at].id, law->sources[i].id) != 0) {
            at++;
        }
        sources[at] = law->sources[i];
        out->sources_n += at == out->sources_n ? 1 : 0;
    }
    for (size_t i = 0; i < law->numbers_n; i++) {
        const struct rule_number *number = &law->numbers[i];
        read_enter(r, number->key, SIZE_MAX);
        number_merge(r, number, out);
        if (number->cite.law != NULL && ruleset_source(out, number->cite.law) == NULL) {
            read_refuse(
                r,
                _("The source “%s” stands in none of the law files that go with it. Nothing "
                  "of this is used; add it to their sources."),
                number->cite.law);
        }
        read_leave(r);
    }
    out->set = law->head.id;
    out->version = law->head.version;
    out->jurisdiction = law->head.jurisdiction;
    out->committee = law->head.committee;
    if (out->valid_from == DAY_NONE || law->head.valid_from > out->valid_from) {
        out->valid_from = law->head.valid_from;
    }
    if (out->valid_to == DAY_NONE ||
        (law->head.valid_to != DAY_NONE && law->head.valid_to < out->valid_to)) {
        out->valid_to = law->head.valid_to;
    }
}

void laws_merge(struct reader *r, const struct law *laws, size_t n, struct ruleset *out)
{
    size_t numbers = 0, sources = 0;
    order_check(r, laws, n);
    for (size_t i = 0; i < n; i++) {
        numbers += laws[i].numbers_n;
        sources += laws[i].sources_n;
    }
    struct rule_source *source_rows = read_alloc(r, sources, sizeof(*source_rows));
    out->numbers = read_alloc(r, numbers, sizeof(*out->numbers));
    out->sources = source_rows;
    out->valid_from = out->valid_to = DAY_NONE;
    for (size_t i = 0; r->err == GW_OK && i < n; i++) {
        read_enter(r, laws[i].head.id, SIZE_MAX);
        law_merge(r, &laws[i], source_rows, out);
        read_leave(r);
    }
}

/* ---- rest days */

/* The notice of a year may reach a few days into its neighbours: 30 December is New Year. */
static bool near_year(gw_day day, int year)
{
    return day_year(day - YEAR_SLACK) <= year && day_year(day + YEAR_SLACK) >= year;
}

static gw_day list_day(struct reader *r, const struct json *text, const char *key, int year)
{
    gw_day day = DAY_NONE;
    if (r->err == GW_OK &&
        (json_text(text) == NULL || !day_parse(json_text(text), &day) || !near_year(day, year))) {
        read_wrong(r, key);
    }
    return day;
}

static void year_read(struct reader *r, const struct json *at, int year, struct holiday *out,
                      size_t *out_n)
{
    size_t n, pair;
    const struct json *item = read_list(r, at, "rest", 0, DAYS_MAX, &n);
    for (size_t i = 0; r->err == GW_OK && i < n; i++, item = json_next(item)) {
        const struct json *first = json_first(item);
        pair = json_is_array(item) && first != NULL && json_next(first) != NULL ? 2 : 0;
        if (pair != 2 || json_next(json_next(first)) != NULL) {
            read_wrong(r, "rest");
            return;
        }
        struct holiday *rest = &out[(*out_n)++];
        rest->from = list_day(r, first, "rest", year);
        rest->to = list_day(r, json_next(first), "rest", year);
        if (rest->to < rest->from || rest->to - rest->from > YEAR_SLACK) {
            read_wrong(r, "rest");
        }
    }
    item = read_list(r, at, "work", 0, DAYS_MAX, &n);
    for (size_t i = 0; r->err == GW_OK && i < n; i++, item = json_next(item)) {
        struct holiday *work = &out[(*out_n)++];
        *work = (struct holiday){.from = list_day(r, item, "work", year), .work = true};
        work->to = work->from;
        if (day_weekday(work->from) < 5) {
            read_wrong(r, "work"); /* only a weekend day can become a working day */
        }
    }
}

/* What is worked is no rest day, and the other way round; no day twice. */
static void apart_check(struct reader *r, const struct holiday *items, size_t n)
{
    for (size_t i = 0; r->err == GW_OK && i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (items[k].from <= items[i].to && items[i].from <= items[k].to) {
                char text[DAY_TEXT + 1];
                day_print(items[i].from, text);
                read_twice(r, text);
            }
        }
    }
}

void holidays_read(struct reader *r, const struct json *at, struct holidays *out)
{
    static const char *const keys[] = {"set", "version", "years", NULL};
    static const char *const year_keys[] = {"year", "document", "rest", "work", NULL};
    static const char *const sets[] = {"holidays", NULL};
    size_t n;
    (void)read_one_of(r, at, "set", sets, false);
    read_only(r, at, keys);
    (void)read_int(r, at, "version", 1, READ_VERSION_MAX);
    if (!json_has(at, "years")) {
        read_wrong(r, "years");
    }
    const struct json *item = read_list(r, at, "years", 0, YEARS_MAX, &n);
    int *years = read_alloc(r, n, sizeof(*years));
    struct holiday *items = read_alloc(r, n * DAYS_MAX * 2, sizeof(*items));
    for (size_t i = 0; r->err == GW_OK && i < n; i++, item = json_next(item)) {
        read_enter(r, "years", i);
        read_only(r, item, year_keys);
        years[i] = (int)read_int(r, item, "year", 1900, 2199);
        (void)read_text(r, item, "document", READ_SENTENCE_BYTES, true);
        if (!json_has(item, "rest") || !json_has(item, "work")) {
            read_wrong(r, json_has(item, "rest") ? "work" : "rest");
        }
        for (size_t k = 0; k < i; k++) {
            if (years[k] == years[i]) {
                read_twice(r, "year");
            }
        }
        year_read(r, item, years[i], items, &out->n);
        read_leave(r);
    }
    apart_check(r, items, r->err == GW_OK ? out->n : 0);
    out->items = items;
    out->years = years;
    out->years_n = n;
}
