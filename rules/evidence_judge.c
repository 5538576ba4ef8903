/* What an exported record says of itself by the rule set that it carries. Nothing here makes a
 * record less genuine: a broken rule is noted, with its article. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/json.h"
#include "base/i18n.h"
#include "rules/evidence_verify_p.h"
#include "rules/ruleset_load.h"

const char *ev_text_of(const struct ev_step *step, const char *key)
{
    for (size_t i = 0; i < step->values_n; i++) {
        if (strcmp(step->values[i].key, key) == 0) {
            return step->values[i].text;
        }
    }
    return NULL;
}

static const struct ev_step *open_of(const struct verifying *v)
{
    for (size_t i = 0; i < ev_count(v->set); i++) {
        if (ev_at(v->set, i)->kind == PROC_OPEN) {
            return ev_at(v->set, i);
        }
    }
    return NULL;
}

/* Confirmed numbers that the file carries. */
static void confirm_rows(const struct verifying *v, struct ruleset *rules)
{
    for (size_t i = 0; i < v->file.rule_rows_n; i++) {
        struct json *row = NULL;
        const char *text = v->file.rule_rows[i];
        if (json_parse(text, strlen(text), 0, &row, NULL) != GW_OK) {
            continue;
        }
        const char *value = json_str(row, "value");
        const char *key = json_str(row, "key");
        char *end = NULL;
        errno = 0;
        long long number = value ? strtoll(value, &end, 10) : 0;
        if (key && end && end != value && *end == '\0' && errno == 0) {
            (void)ruleset_confirm(rules, key, number, json_str(row, "document"));
        }
        json_free(row);
    }
}

static enum ev_check check_of(const struct finding *f)
{
    switch (f->kind) {
    case FIND_CONTESTED:
    case FIND_REPEAT:
    case FIND_ROLE:
    case FIND_QUARANTINED:
    case FIND_MISSING:
    case FIND_PAPER:
    case FIND_UNKNOWN:
        return CHECK_PERSONS;
    case FIND_BREACH:
        break;
    default:
        return CHECK_DEADLINES;
    }
    if (f->day != DAY_NONE) {
        return CHECK_DEADLINES;
    }
    return f->cite.law ? CHECK_ARTICLES : CHECK_ARITHMETIC;
}

/* What was due today says nothing about a record, nor what is only custom. */
static bool counts(const struct finding *f)
{
    return f->kind != FIND_DUE && f->kind != FIND_HINT;
}

/* Whatever else is noted there: that a second person is only on paper is always said, in front. */
static void tell_paper(struct verifying *v, const struct procedure *p)
{
    struct ev_outcome *out = &v->out->checks[CHECK_PERSONS];
    char rest[sizeof out->text];
    long long n = 0;
    for (size_t i = 0; i < procedure_findings(p); i++) {
        n += procedure_finding(p, i)->kind == FIND_PAPER;
    }
    if (n > 0) {
        memcpy(rest, out->text, sizeof rest);
        int len = snprintf(out->text, sizeof out->text,
                           _("Signed on paper by the second person and checked by no key: %lld "
                             "records. "),
                           n);
        size_t at = len > 0 && (size_t)len < sizeof out->text ? (size_t)len : 0;
        (void)snprintf(out->text + at, sizeof out->text - at, "%s", rest); /* may be cut */
    }
}

static void take_findings(struct verifying *v, const struct ruleset *rules,
                          const struct procedure *p)
{
    for (size_t i = 0; i < procedure_slots(p); i++) {
        const struct step_spec *spec = procedure_slot(p, i)->spec;
        if (spec && procedure_slot(p, i)->record) {
            v->out->checks[CHECK_DEADLINES].looked_at += (int64_t)spec->times_n;
            for (size_t c = 0; c < spec->checks_n; c++) {
                bool law = check_cite(rules, &spec->checks[c]).law != NULL;
                v->out->checks[law ? CHECK_ARTICLES : CHECK_ARITHMETIC].looked_at++;
            }
            v->out->checks[CHECK_PERSONS].looked_at++;
        }
    }
    for (size_t i = 0; i < procedure_findings(p); i++) {
        const struct finding *f = procedure_finding(p, i);
        char text[GW_FAIL_TEXT];
        if (counts(f)) {
            (void)finding_print(p, f, text, sizeof text);
            ev_note(v, check_of(f), EV_NOTED, "%s", text);
        }
    }
    tell_paper(v, p);
}

static void skip_judging(struct verifying *v)
{
    for (int c = CHECK_ARITHMETIC; c < CHECK_N; c++) {
        if (v->out->checks[c].verdict == EV_OK) {
            v->out->checks[c].verdict = EV_SKIPPED;
        }
    }
}

static struct ruleset *read_rules(struct verifying *v, const struct ev_step *open)
{
    char hash[GW_HASH_HEX + 1];
    struct gw_fail why = {.err = GW_OK};
    struct ruleset *rules = NULL;
    v->out->checks[CHECK_RULES].looked_at = 1;
    if (!v->file.rules) {
        ev_note(v, CHECK_RULES, EV_FAILED, _("The file carries no rule set."));
        return NULL;
    }
    gw_sha256_hex2(v->file.rules, strlen(v->file.rules), NULL, 0, hash);
    if (!open || !open->rules || strcmp(hash, open->rules) != 0) {
        ev_note(v, CHECK_RULES, EV_FAILED,
                _("The rule set in the file is not the one that was named when the procedure was "
                  "opened."));
        return NULL;
    }
    if (ruleset_load(v->file.rules, strlen(v->file.rules), &rules, &why) != GW_OK) {
        ev_note(v, CHECK_RULES, EV_NOTED, _("This program cannot read the rule set: %s"), why.text);
        return NULL;
    }
    return rules;
}

enum gw_err evidence_judge(struct verifying *v, gw_day today)
{
    const struct ev_step *open = open_of(v);
    struct ruleset *rules = read_rules(v, open);
    struct procedure *p = NULL;
    if (!rules) {
        skip_judging(v);
        return GW_OK;
    }
    const char *title = open ? ev_text_of(open, "title") : NULL;
    (void)snprintf(v->out->title, sizeof v->out->title, "%s", title ? title : "");
    confirm_rows(v, rules);
    const struct procedure_in in = {.rules = rules, .steps = v->set, .today = today};
    enum gw_err err = procedure_new(&in, &p);
    if (!err) {
        take_findings(v, rules, p);
    } else if (err != GW_NOMEM) {
        skip_judging(v);
        err = GW_OK;
    }
    procedure_free(p);
    ruleset_free(rules);
    return err;
}
