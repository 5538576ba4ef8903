/* Findings in words: what, article, number, remedy. */
#include "model/procedure_p.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text_safe.h"

struct kind_row {
    const char *name, *word;
};

static const struct kind_row rows[] = {
    [FIND_BREACH] = {"breach", N_("Against the rules")},
    [FIND_LATE] = {"late", N_("Overdue")},
    [FIND_DUE] = {"due", N_("To do today")},
    [FIND_MISSING] = {"missing", N_("Missing")},
    [FIND_HINT] = {"hint", N_("Hint")},
    [FIND_WAITS] = {"waits", N_("Waits for the district")},
    [FIND_BELATED] = {"belated", N_("Recorded later")},
    [FIND_UNCLOCKED] = {"unclocked", N_("Clock not checked")},
    [FIND_CONTESTED] = {"contested", N_("Contested")},
    [FIND_REPEAT] = {"repeat", N_("Repeated record")},
    [FIND_ROLE] = {"role", N_("Another role")},
    [FIND_QUARANTINED] = {"quarantined", N_("Waits for the duty room")},
    [FIND_PAPER] = {"paper", N_("Signed on paper (checked by no key)")},
    [FIND_UNKNOWN] = {"unknown", N_("Unknown step")},
};

const char *finding_word(enum finding_kind kind)
{
    return _(rows[kind].word);
}

const char *finding_name(enum finding_kind kind)
{
    return rows[kind].name;
}

/* ---- sentences behind each other, as snprintf counts */

struct out {
    char *text;
    size_t size, len;
};

static void put(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct out *o, const char *fmt, ...)
{
    va_list args;
    bool room = o->len < o->size;
    va_start(args, fmt);
    int n = vsnprintf(room ? o->text + o->len : NULL, room ? o->size - o->len : 0, fmt, args);
    va_end(args);
    o->len += n > 0 ? (size_t)n : 0;
}

static void gap(struct out *o)
{
    if (gw_i18n_lang() != GW_LANG_ZH) {
        put(o, " ");
    }
}

static bool ends_whole(const char *text)
{
    static const char *const ends[] = {".", "!", "?", "。", "！", "？"};
    size_t len = strlen(text);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (len >= n && strcmp(text + len - n, ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Words of a rule set, as a whole sentence. */
static void put_words(struct out *o, const struct words *words)
{
    if (words) {
        const char *text = words_in(words);
        gap(o);
        put(o, "%s%s", text, ends_whole(text) ? "" : gw_i18n_lang() == GW_LANG_ZH ? "。" : ".");
    }
}

/* ---- where */

static void put_place(struct out *o, const struct finding *f)
{
    char step[128];
    char subject[128];
    char place[300];
    const char *word = finding_word(f->kind);
    if (!f->slot) {
        put(o, _("%1$s: the procedure as a whole."), word);
        return;
    }
    /* both come from records: texts from outside */
    (void)gw_text_safe_z(step, sizeof step, f->spec ? words_in(&f->spec->name) : f->slot->step);
    (void)gw_text_safe_z(subject, sizeof subject, f->slot->subject);
    (void)snprintf(place, sizeof place, "%s", step); /* fits */
    if (subject[0] != '\0') {
        (void)snprintf(place, sizeof place, _("%1$s (%2$s)"), step, subject); /* fits */
    }
    put(o, _("%1$s: %2$s."), word, place);
}

/* ---- numbers */

static const struct check *check_of(const struct procedure *p, const struct finding *f)
{
    const struct check *checks = f->spec ? f->spec->checks : p->t->open_checks;
    size_t n = f->spec ? f->spec->checks_n : p->t->open_checks_n;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(checks[i].id, f->rule) == 0) {
            return &checks[i];
        }
    }
    return NULL;
}

static const struct time_rule *time_of(const struct finding *f)
{
    for (size_t i = 0; f->spec && i < f->spec->times_n; i++) {
        if (strcmp(f->spec->times[i].id, f->rule) == 0) {
            return &f->spec->times[i];
        }
    }
    return NULL;
}

static void put_share(struct out *o, const struct check *check, int64_t den,
                      const struct finding *f)
{
    static const char *const plain[] = {
        [CHECK_GT] = N_("It is %1$lld and must be more than %2$lld."),
        [CHECK_GE] = N_("It is %1$lld and must be at least %2$lld."),
        [CHECK_EQ] = N_("It is %1$lld and must be %2$lld."),
        [CHECK_LE] = N_("It is %1$lld and must be at most %2$lld."),
        [CHECK_LT] = N_("It is %1$lld and must be less than %2$lld."),
    };
    static const char *const shares[] = {
        [CHECK_GT] = N_("It is %1$lld and must be more than %3$lld/%4$lld of %2$lld."),
        [CHECK_GE] = N_("It is %1$lld and must be at least %3$lld/%4$lld of %2$lld."),
        [CHECK_EQ] = N_("It is %1$lld and must be %3$lld/%4$lld of %2$lld."),
        [CHECK_LE] = N_("It is %1$lld and must be at most %3$lld/%4$lld of %2$lld."),
        [CHECK_LT] = N_("It is %1$lld and must be less than %3$lld/%4$lld of %2$lld."),
    };
    long long have = f->have;
    long long want = f->want;
    gap(o);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* chosen from the two tables above */
    if (check->op == CHECK_ODD) {
        put(o, _("It is %lld and must be an odd number."), have);
    } else if (check->num == den) {
        put(o, _(plain[check->op]), have, want);
    } else {
        put(o, _(shares[check->op]), have, want, (long long)check->num, (long long)den);
    }
#pragma GCC diagnostic pop
}

static void put_days(struct out *o, const struct time_rule *rule, const struct finding *f)
{
    long long have = f->have;
    long long want = f->want;
    gap(o);
    switch (rule->kind) {
    case TIME_LEAD:
        put(o, _("It was %1$lld days before and must be at least %2$lld."), have, want);
        return;
    case TIME_WITHIN:
        put(o, _("It came after %1$lld days and may take %2$lld."), have, want);
        return;
    case TIME_AFTER:
        put(o, _("It came after %1$lld days and must wait at least %2$lld."), have, want);
        return;
    case TIME_ON:
        put(o, _("It was %lld days away from its day."), have);
        return;
    }
}

/* ---- days */

static void put_day(struct out *o, const struct finding *f)
{
    char day[DAY_TEXT + 1];
    if (f->day != DAY_NONE) {
        day_print(f->day, day);
        gap(o);
        if (f->kind == FIND_DUE && strcmp(f->rule, "plan") == 0) {
            put(o, _("It was planned for %s."), day);
        } else if (f->kind == FIND_DUE) {
            put(o, _("The last day is %s."), day);
        } else {
            put(o, _("The lawful day was %s."), day);
        }
    }
    if (f->rest_unknown) {
        gap(o);
        put(o, "%s", _("The rest days of that year are not announced yet."));
    }
}

static void print_ms(int64_t ms, char out[32])
{
    char day[DAY_TEXT + 1];
    gw_day d = day_of_ms(ms);
    day_print(d, day);
    int minutes = (int)((ms - day_start_ms(d)) / 60000);
    (void)snprintf(out, 32, "%s %02d:%02d", day, minutes / 60, minutes % 60); /* fits */
}

/* ---- kinds of which no rule speaks */

static const char *key_name(const struct finding *f, const struct procedure *p, bool *material)
{
    const struct proc_field *field =
        f->spec ? step_field(f->spec, f->rule) : template_open_field(p->t, f->rule);
    *material = false;
    if (field) {
        return words_in(&field->name);
    }
    for (size_t i = 0; f->spec && i < f->spec->materials_n; i++) {
        if (strcmp(f->spec->materials[i].key, f->rule) == 0) {
            *material = true;
            return words_in(&f->spec->materials[i].name);
        }
    }
    if (f->spec && strcmp(f->rule, "subject") == 0) {
        return words_in(&f->spec->subject);
    }
    return strcmp(f->rule, "happened_at") == 0 ? _("time it happened") : f->rule;
}

static void put_missing(struct out *o, const struct procedure *p, const struct finding *f)
{
    bool material;
    const char *name = key_name(f, p, &material);
    if (strcmp(f->rule, "second") == 0) {
        put(o, "%s", _("Waits for the second person: nobody else has confirmed it yet."));
    } else if (strcmp(f->rule, "reason") == 0) {
        put(o, "%s", _("It was recorded more than 24 hours apart; please give the reason."));
    } else if (material) {
        put(o, _("The material “%s” is not there yet."), name);
    } else {
        put(o, _("“%s” is not filled in yet."), name);
    }
}

static void put_contested(struct out *o, const struct procedure *p, const struct finding *f)
{
    bool material;
    long long have = f->have;
    if (strcmp(f->rule, "open") == 0) {
        put(o, _("It was opened %lld times; two persons choose which one counts."), have);
    } else if (f->rule[0] != '\0') {
        put(o,
            _("“%s” was corrected twice by people who did not know of each other; a further "
              "correction that a second person confirms decides."),
            key_name(f, p, &material));
    } else {
        put(o,
            _("There are %lld records whose authors did not know of each other; a correction of "
              "one of them that a second person confirms decides."),
            have);
    }
}

/* The first number without a value of the rule that waits. */
static const struct rule_number *waiting(const struct procedure *p, const struct finding *f)
{
    const struct check *check = check_of(p, f);
    const struct time_rule *rule = time_of(f);
    const struct term *terms[2 * TERMS_MAX];
    size_t n = 0;
    for (size_t i = 0; check && i < check->left_n; i++) {
        terms[n++] = &check->left[i];
    }
    for (size_t i = 0; check && i < check->right_n; i++) {
        terms[n++] = &check->right[i];
    }
    if (check && check->den_of.text) {
        terms[n++] = &check->den_of;
    }
    if (rule) {
        n = 0;
        terms[n++] = &rule->days;
    }
    for (size_t i = 0; i < n; i++) {
        const struct rule_number *number =
            terms[i]->kind == TERM_NUMBER ? ruleset_number(p->in.rules, terms[i]->key) : NULL;
        if (number && !number->known) {
            return number;
        }
    }
    return NULL;
}

static void put_waits(struct out *o, const struct procedure *p, const struct finding *f)
{
    const struct rule_number *number = waiting(p, f);
    put(o, _("“%s” is to be confirmed by the district; all that does not depend on it goes on."),
        number ? words_in(&number->name) : f->rule);
}

static void put_state(struct out *o, const struct finding *f)
{
    char happened[32];
    char recorded[32];
    long long have = f->have;
    switch (f->kind) {
    case FIND_BELATED:
        print_ms(f->have, happened);
        print_ms(f->want, recorded);
        put(o, _("It happened %1$s and was recorded %2$s."), happened, recorded);
        return;
    case FIND_UNCLOCKED:
        print_ms(f->have, recorded);
        put(o, _("The clock that recorded it at %s had not been compared with the server."),
            recorded);
        return;
    case FIND_REPEAT:
        put(o,
            _("%lld further records by people who knew of the first count for nothing; entries are "
              "changed by a correction."),
            have);
        return;
    case FIND_ROLE:
        put(o, "%s", _("It was recorded or corrected in a role that this step does not name."));
        return;
    case FIND_QUARANTINED:
        put(o, "%s",
            _("A record was written without the right to it; it is shown and counts for "
              "nothing until the duty room decides."));
        return;
    case FIND_PAPER:
        put(o, "%s",
            _("The second person signed on paper and not with a key of his own: who signed and "
              "what "
              "he saw cannot be checked here. A cosign by another user takes its place."));
        return;
    case FIND_UNKNOWN:
        put(o, "%s", _("The template does not know this step; it is kept and shown."));
        return;
    default:
        return;
    }
}

/* ---- the whole */

static void put_numbers(struct out *o, const struct procedure *p, const struct finding *f)
{
    bool judged = f->kind == FIND_BREACH || f->kind == FIND_HINT;
    const struct check *check = judged ? check_of(p, f) : NULL;
    const struct time_rule *rule = judged && f->slot && f->slot->record ? time_of(f) : NULL;
    if (check) {
        put_share(o, check, check_den(p->in.rules, check), f);
    } else if (rule) {
        put_days(o, rule, f);
    }
}

static void put_own(struct out *o, const struct procedure *p, const struct finding *f)
{
    bool rules = f->kind == FIND_BREACH || f->kind == FIND_HINT || f->kind == FIND_LATE ||
                 f->kind == FIND_DUE;
    if (rules) {
        return;
    }
    gap(o);
    if (f->kind == FIND_MISSING) {
        put_missing(o, p, f);
    } else if (f->kind == FIND_CONTESTED) {
        put_contested(o, p, f);
    } else if (f->kind == FIND_WAITS) {
        put_waits(o, p, f);
    } else {
        put_state(o, f);
    }
}

static void put_cite(struct out *o, const struct procedure *p, const struct finding *f)
{
    char cite[256];
    if (f->cite.law && citation_print(p->in.rules, &f->cite, cite, sizeof cite) > 0) {
        gap(o);
        put(o, _("See %s."), cite);
    }
}

int finding_print(const struct procedure *p, const struct finding *f, char *out, size_t size)
{
    struct out o = {out, size, 0};
    if (size > 0) {
        out[0] = '\0';
    }
    put_place(&o, f);
    put_words(&o, f->says);
    put_cite(&o, p, f);
    put_own(&o, p, f);
    put_numbers(&o, p, f);
    put_day(&o, f);
    if (f->remedy) {
        gap(&o);
        put(&o, "%s", _("What can be done:"));
        put_words(&o, f->remedy);
    }
    return (int)o.len;
}
