/* Near kin among those who stand for election and those who run it: hints for people who know the
 * family. */
#include <stdio.h>
#include <string.h>

#include "offline-db/roll_p.h"

enum { PEOPLE_MAX = 400, NAME_BYTES = 128 };

struct party {
    enum roll_tie tie;   /* TIE_NOMINEES: he stands */
    const char *subject; /* of S10, else "" */
    const struct roll_person *person;
};

struct finding_kin {
    const struct roll *roll;
    const struct process_case *c;
    struct party list[PEOPLE_MAX];
    size_t n;
};

static void add(struct finding_kin *f, enum roll_tie tie, const char *subject,
                const struct roll_person *person)
{
    if (person && f->n < PEOPLE_MAX) {
        f->list[f->n++] = (struct party){tie, subject, person};
    }
}

/* Names with 、 between. */
static void add_names(struct finding_kin *f, enum roll_tie tie, const char *names)
{
    while (names && *names) {
        const char *end = strstr(names, "、");
        size_t len = end ? (size_t)(end - names) : strlen(names);
        if (len > 0 && len < NAME_BYTES) {
            add(f, tie, "", roll_by_name(f->roll, names, len));
        }
        names = end ? end + strlen("、") : NULL;
    }
}

static void add_slot(struct finding_kin *f, const struct slot *slot)
{
    static const struct {
        const char *step, *key;
        enum roll_tie tie;
    } rows[] = {{"S03", "chair", TIE_COMMITTEE},
                {"S03", "members", TIE_COMMITTEE},
                {"S16", "names", TIE_STAFF},
                {"S17", "users", TIE_BOX}};
    if (slot->record && strcmp(slot->step, "S10") == 0) {
        const char *id = roll_text(f->c, slot, "resident_id");
        const char *name = roll_text(f->c, slot, "name");
        const struct roll_person *p = id ? roll_person_of(f->roll, id) : NULL;
        add(f, TIE_NOMINEES, slot->subject,
            p || !name ? p : roll_by_name(f->roll, name, strlen(name)));
    }
    for (size_t i = 0; slot->record && i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].step, slot->step) == 0) {
            add_names(f, rows[i].tie, roll_text(f->c, slot, rows[i].key));
        }
    }
}

/* S10-1, subject "3-7" in either order. */
static bool is_entered(const struct finding_kin *f, const char *a, const char *b)
{
    char pair[2 * GW_ID_MAX];
    for (int turn = 0; turn < 2; turn++) {
        (void)snprintf(pair, sizeof pair, "%s-%s", turn ? b : a, turn ? a : b);
        const struct slot *slot = procedure_slot_of(f->c->state, "S10-1", pair);
        if (slot && slot->record) {
            return true;
        }
    }
    return false;
}

/* The district's rule about staff and scrutineers: false when it was confirmed as none. */
static bool staff_rule(const struct process_case *c, bool *waits)
{
    const struct rule_number *number = ruleset_number(c->rules, "staff_kin_barred");
    *waits = number && !number->known;
    return number && (!number->known || number->value != 0);
}

static bool compare(const struct finding_kin *f, const struct party *a, const struct party *b,
                    struct roll_kin *out)
{
    const char *law = f->roll->rules.cite.law;
    *out = (struct roll_kin){.tie = b->tie,
                             .nominee = a->subject,
                             .name = a->person->name,
                             .other = b->person->name,
                             .same = a->person == b->person,
                             .answer = KIN_NOT};
    if (b->tie == TIE_STAFF || b->tie == TIE_BOX) {
        if (!staff_rule(f->c, &out->waits)) {
            return false;
        }
    } else {
        out->cite = (struct citation){law, b->tie == TIE_NOMINEES ? "8" : "15"};
    }
    if (out->same) {
        return b->tie != TIE_NOMINEES; /* one who stands for two posts is no kin */
    }
    out->entered = b->tie == TIE_NOMINEES && is_entered(f, a->subject, b->subject);
    if (out->entered) {
        out->answer = KIN_NEAR;
    } else if (a->person->household[0] && strcmp(a->person->household, b->person->household) == 0) {
        out->answer = kin_between(a->person->relation, b->person->relation);
    }
    return out->answer != KIN_NOT;
}

void roll_kin_find(const struct roll *roll, const struct process_case *c, struct roll_kin *out,
                   size_t cap, size_t *n)
{
    struct finding_kin f = {.roll = roll, .c = c};
    *n = 0;
    for (size_t i = 0; i < procedure_slots(c->state); i++) {
        add_slot(&f, procedure_slot(c->state, i));
    }
    for (size_t a = 0; a < f.n; a++) {
        for (size_t b = 0; b < f.n && *n < cap; b++) {
            bool pair = f.list[a].tie == TIE_NOMINEES && (f.list[b].tie != TIE_NOMINEES || b > a);
            *n += pair && compare(&f, &f.list[a], &f.list[b], &out[*n]);
        }
    }
}

int roll_kin_print(const struct process_case *c, const struct roll_kin *kin, char *out, size_t size)
{
    static const char *const both[] = {
        [TIE_NOMINEES] = N_("%s and %s are near kin: not both may be members of the committee"),
        [TIE_COMMITTEE] = N_("%s is near kin of %s: who is on the election committee leaves it"),
        [TIE_STAFF] = N_("%s is near kin of %s, who is on the staff of the election"),
        [TIE_BOX] = N_("%s is near kin of %s, who carries a mobile box"),
    };
    static const char *const self[] = {
        [TIE_NOMINEES] = "%s%s",
        [TIE_COMMITTEE] = N_("%s is nominated: %s leaves the election committee"),
        [TIE_STAFF] = N_("%s is nominated: %s cannot be on the staff of the election"),
        [TIE_BOX] = N_("%s is nominated: %s cannot carry a mobile box"),
    };
    static const char *const ask[] = {
        [TIE_NOMINEES] = N_("%s and %s are of one household; ask whether they are near kin"),
        [TIE_COMMITTEE] = N_(
            "%s and %s (election committee) are of one household; ask whether they are near kin"),
        [TIE_STAFF] = N_("%s and %s (staff) are of one household; ask whether they are near kin"),
        [TIE_BOX] =
            N_("%s and %s (mobile box) are of one household; ask whether they are near kin"),
    };
    char cite[200], text[600];
    const char *fmt = kin->same                 ? self[kin->tie]
                      : kin->answer == KIN_NEAR ? both[kin->tie]
                                                : ask[kin->tie];
    (void)citation_print(c->rules, &kin->cite, cite, sizeof cite);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(text, sizeof text, _(fmt), kin->name,
                   kin->other); /* two names each, see above */
#pragma GCC diagnostic pop
    return kin->cite.law ? snprintf(out, size, _("%s (%s)."), text, cite)
           : kin->waits  ? snprintf(out, size, _("%s (waits for the district)."), text)
                         : snprintf(out, size, _("%s (the district's rule)."), text);
}
