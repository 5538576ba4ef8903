#include "model/roll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { AGE = 18, YEARS = 1, WORKER_MONTHS = 6, CITE_MAX = 200 };

static int64_t number_of(const struct ruleset *set, const char *key, int64_t dflt)
{
    const struct rule_number *number = ruleset_number(set, key);
    return number && number->known ? number->value : dflt;
}

void roll_rules_of(const struct ruleset *set, struct roll_rules *out)
{
    const char *committee = set->template_ ? set->template_->committee : set->committee;
    *out = (struct roll_rules){.village = !committee || strcmp(committee, "community") != 0,
                               .age = number_of(set, "voting_age", AGE),
                               .years = number_of(set, "residence_years", YEARS),
                               .worker_months = number_of(set, "worker_months", WORKER_MONTHS)};
    out->cite = (struct citation){out->village ? "V26" : "U26", "16"};
}

int64_t roll_months(gw_day from, gw_day to)
{
    char a[DAY_TEXT + 1], b[DAY_TEXT + 1];
    day_print(from, a);
    day_print(to, b);
    if (a[0] == '\0' || b[0] == '\0' || to < from) {
        return -1;
    }
    long months = (atol(b) - atol(a)) * 12 + atol(b + 5) - atol(a + 5);
    return months - (atol(b + 8) < atol(a + 8));
}

/* ---- the classes */

static struct roll_verdict verdict(enum roll_state state, enum roll_class class_, enum roll_why why)
{
    return (struct roll_verdict){.state = state, .class_ = class_, .why = why};
}

static struct roll_verdict need_word(enum roll_class class_, bool said)
{
    return said ? verdict(ROLL_IN, class_, ROLL_WHY_SAID)
                : verdict(ROLL_OPEN, class_, ROLL_WHY_WORD);
}

/* Applied: decided, and long enough. long_enough < 0: since when is not known. */
static struct roll_verdict applied(const struct roll_facts *f, enum roll_class class_,
                                   int long_enough)
{
    if (f->decision == ROLL_REFUSED) {
        return verdict(ROLL_OUT, class_, ROLL_WHY_REFUSED);
    }
    if (long_enough == 0) {
        return verdict(ROLL_OUT, class_, ROLL_WHY_SHORT);
    }
    if (f->decision == ROLL_UNDECIDED) {
        return verdict(ROLL_OPEN, class_, ROLL_WHY_AGREEMENT);
    }
    return long_enough < 0 ? verdict(ROLL_OPEN, class_, ROLL_WHY_SINCE)
                           : verdict(ROLL_IN, class_, ROLL_WHY_AGREED);
}

static int years_enough(gw_day since, gw_day polling, int64_t years)
{
    return since == DAY_NONE ? -1 : day_age(since, polling) >= years;
}

static struct roll_verdict village(const struct roll_rules *rules, gw_day polling,
                                   const struct roll_facts *f)
{
    if (f->hukou == ROLL_REG_HERE) {
        return f->lives ? verdict(ROLL_IN, ROLL_HUKOU, ROLL_WHY_LIVES)
                        : need_word(ROLL_ABSENT, f->said);
    }
    gw_day since = f->applied_as_worker ? f->works_since : f->lives_since;
    int enough = years_enough(since, polling, rules->years);
    if (f->applied) {
        return applied(f, ROLL_OUTSIDER, enough);
    }
    if (!f->lives) {
        return verdict(ROLL_OUT, ROLL_NO_CLASS, ROLL_WHY_NOT_HERE);
    }
    return enough == 0 ? verdict(ROLL_OUT, ROLL_OUTSIDER, ROLL_WHY_SHORT)
                       : verdict(ROLL_OPEN, ROLL_OUTSIDER, ROLL_WHY_APPLY);
}

static struct roll_verdict community(const struct roll_rules *rules, gw_day polling,
                                     const struct roll_facts *f)
{
    if (f->hukou == ROLL_REG_HERE) {
        return need_word(ROLL_HUKOU, f->said);
    }
    if (f->applied && f->applied_as_worker) {
        int64_t months = roll_months(f->works_since, polling);
        return applied(f, ROLL_WORKER,
                       f->works_since == DAY_NONE ? -1 : months >= rules->worker_months);
    }
    if (!f->lives) {
        return verdict(ROLL_OUT, ROLL_NO_CLASS, ROLL_WHY_NOT_HERE);
    }
    if (f->decision == ROLL_REFUSED) {
        return verdict(ROLL_OUT, ROLL_USUAL, ROLL_WHY_REFUSED);
    }
    return f->temporary && f->decision != ROLL_AGREED
               ? verdict(ROLL_OPEN, ROLL_USUAL, ROLL_WHY_SINCE)
               : verdict(ROLL_IN, ROLL_USUAL, ROLL_WHY_USUAL);
}

static struct roll_verdict by_law(const struct roll_rules *rules, gw_day polling,
                                  const struct roll_facts *f)
{
    if (f->hukou == ROLL_REG_UNKNOWN && !f->applied) {
        return verdict(ROLL_OPEN, ROLL_NO_CLASS, ROLL_WHY_REGISTER);
    }
    return rules->village ? village(rules, polling, f) : community(rules, polling, f);
}

/* ---- what comes before them */

static bool deprived(const struct roll_facts *f, gw_day polling)
{
    return f->ground == ROLL_DEPRIVED && (f->ends_on == DAY_NONE || f->ends_on >= polling);
}

/* DAY_NONE is before every day: a word without a day does not undo one with. */
static bool declined(const struct roll_facts *f)
{
    return f->ground == ROLL_DECLINED && !(f->said && f->said_on >= f->told_on);
}

/* True: something stronger than the classes decides. */
static bool off(const struct roll_rules *rules, gw_day polling, const struct roll_facts *f,
                enum roll_why *why)
{
    const struct {
        bool is;
        enum roll_why why;
    } rows[] = {
        {f->change == ROLL_REMOVED, ROLL_WHY_REMOVED},
        {f->ground == ROLL_DIED, ROLL_WHY_DIED},
        {f->ground == ROLL_MOVED, ROLL_WHY_MOVED},
        {f->birth != DAY_NONE && day_age(f->birth, polling) < rules->age, ROLL_WHY_YOUNG},
        {f->hukou == ROLL_REG_FOREIGN, ROLL_WHY_FOREIGN},
        {deprived(f, polling), ROLL_WHY_DEPRIVED},
        {f->ground == ROLL_ELSEWHERE, ROLL_WHY_ELSEWHERE},
        {declined(f), ROLL_WHY_DECLINED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].is) {
            *why = rows[i].why;
            return true;
        }
    }
    return false;
}

struct roll_verdict roll_judge(const struct roll_rules *rules, gw_day polling,
                               const struct roll_facts *f)
{
    enum roll_why why = ROLL_WHY_BIRTH;
    struct roll_verdict v = by_law(rules, polling, f);
    bool young = f->birth != DAY_NONE && day_age(f->birth, polling) < rules->age;
    if (f->change == ROLL_ADDED) {
        v.state = ROLL_IN;
        v.why = ROLL_WHY_ADDED;
        v.class_ = v.class_ != ROLL_NO_CLASS ? v.class_
                   : rules->village          ? ROLL_OUTSIDER
                                             : ROLL_USUAL; /* everybody on it is counted in one */
        v.under_age = young;
    } else if (off(rules, polling, f, &why)) {
        v.state = ROLL_OUT;
        v.why = why;
    } else if (f->birth == DAY_NONE) {
        v.state = ROLL_OPEN;
        v.why = why;
    }
    return v.state == ROLL_IN && f->twice ? verdict(ROLL_OUT, v.class_, ROLL_WHY_TWICE) : v;
}

/* ---- words */

struct why_row {
    const char *name, *step, *says;
};
#define OBJECT "S05-1"
static const struct why_row whys[ROLL_WHYS] = {
    [ROLL_WHY_LIVES] = {"lives_here", OBJECT, N_("Registered here and resident")},
    [ROLL_WHY_SAID] = {"said", OBJECT, N_("Registered here and says that he takes part")},
    [ROLL_WHY_AGREED] = {"agreed", OBJECT, N_("Applied, and it was agreed")},
    [ROLL_WHY_USUAL] = {"usual_resident", OBJECT, N_("Usual resident from outside")},
    [ROLL_WHY_ADDED] = {"added", "S08-2", N_("Put on the roll by a decision or a correction")},
    [ROLL_WHY_REMOVED] = {"removed", "S08-2",
                          N_("Taken off the roll by a decision or a correction")},
    [ROLL_WHY_DIED] = {"died", NULL, N_("Has died")},
    [ROLL_WHY_MOVED] = {"moved", NULL, N_("Has moved away")},
    [ROLL_WHY_YOUNG] = {"under_age", NULL, N_("Is not 18 yet on polling day")},
    [ROLL_WHY_FOREIGN] = {"no_citizen", NULL, N_("Not in the register of mainland citizens")},
    [ROLL_WHY_DEPRIVED] = {"deprived", NULL, N_("Deprived of political rights on polling day")},
    [ROLL_WHY_ELSEWHERE] = {"elsewhere", NULL, N_("Registered as a voter elsewhere")},
    [ROLL_WHY_DECLINED] = {"declined", "S05-2", N_("Said that he does not take part")},
    [ROLL_WHY_NOT_HERE] = {"not_here", "S05-3", N_("Neither registered nor living here")},
    [ROLL_WHY_SHORT] = {"too_short", "S05-3", N_("From outside, and not here for long enough")},
    [ROLL_WHY_REFUSED] = {"refused", NULL, N_("Applied, and it was not agreed")},
    [ROLL_WHY_TWICE] = {"twice", OBJECT, N_("Another row of this list has the same ID number")},
    [ROLL_WHY_BIRTH] = {"no_birth_date", "S08-2", N_("The birth date is missing")},
    [ROLL_WHY_REGISTER] = {"no_register", "S05-2", N_("Nobody knows where he is registered")},
    [ROLL_WHY_WORD] = {"no_statement", "S05-2", N_("His statement that he takes part is missing")},
    [ROLL_WHY_APPLY] = {"no_application", "S05-3",
                        N_("From outside: his application and the agreement are missing")},
    [ROLL_WHY_AGREEMENT] = {"no_agreement", "S05-3", N_("He applied: the agreement is missing")},
    [ROLL_WHY_SINCE] = {"no_length", "S05-3", N_("Nobody knows how long he has been here")},
};

static const char *const class_names[ROLL_CLASSES] = {"",         "hukou", "absent",
                                                      "outsider", "usual", "worker"};
static const char *const class_words[ROLL_CLASSES] = {
    "",
    N_("Registered here and resident"),
    N_("Registered here, not resident, takes part"),
    N_("From outside, agreed"),
    N_("Usual resident from outside"),
    N_("Community worker"),
};

const char *roll_why_step(enum roll_why why)
{
    return whys[why].step;
}

const char *roll_why_name(enum roll_why why)
{
    return whys[why].name;
}

const char *roll_why_says(enum roll_why why)
{
    return _(whys[why].says);
}

const char *roll_class_name(enum roll_class c)
{
    return class_names[c];
}

const char *roll_class_word(enum roll_class c, bool village_)
{
    return c == ROLL_NO_CLASS             ? ""
           : c == ROLL_HUKOU && !village_ ? _("Registered here, takes part")
                                          : _(class_words[c]);
}

const char *roll_state_name(enum roll_state s)
{
    static const char *const names[ROLL_STATES] = {"in", "out", "open"};
    return names[s];
}

const char *roll_state_word(enum roll_state s)
{
    static const char *const words[ROLL_STATES] = {N_("On the roll"), N_("Not on the roll"),
                                                   N_("Still open")};
    return _(words[s]);
}

int roll_why_print(const struct ruleset *set, const struct roll_rules *rules, enum roll_why why,
                   char *out, size_t size)
{
    char cite[CITE_MAX];
    (void)citation_print(set, &rules->cite, cite, sizeof cite); /* a long title is cut */
    return snprintf(out, size, _("%s (%s)."), _(whys[why].says), cite);
}
