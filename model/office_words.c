/* Offices in words. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "model/office.h"

struct word {
    const char *key, *word;
};

static const char *find(const struct word *words, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i].key, key) == 0) {
            return _(words[i].word);
        }
    }
    return key;
}
#define FIND(words, key) find(words, sizeof(words) / sizeof((words)[0]), key)

const char *office_organ_word(enum office_organ organ, const char *committee)
{
    static const char *const words[ORGAN_N][2] = {
        [ORGAN_COMMITTEE] = {N_("Villagers' Committee"), N_("Residents' Committee")},
        [ORGAN_SUPERVISION] = {N_("Village supervision committee"),
                               N_("Community supervision committee")},
        [ORGAN_REPRESENTATIVES] = {N_("Villagers' representatives"),
                                   N_("Residents' representatives")},
        [ORGAN_GROUP] = {N_("Villagers' group leaders"), N_("Residents' group leaders")},
        [ORGAN_PARTY] = {N_("Party organisation"), N_("Party organisation")},
    };
    return _(words[organ][strcmp(committee, "community") == 0]);
}

const char *office_post_word(const char *post)
{
    static const struct word words[] = {
        {"chair", N_("chair")},
        {"deputy", N_("deputy chair")},
        {"member", N_("member")},
        {"leader", N_("group leader")},
        {"representative", N_("representative")},
        {"secretary", N_("secretary")},
        {"deputy_secretary", N_("deputy secretary")},
    };
    return FIND(words, post);
}

const char *office_cause_word(const char *cause)
{
    static const struct word words[] = {
        {"term", N_("the next ones took over")},
        {"resigned", N_("resigned")},
        {"recalled", N_("recalled")},
        {"void", N_("election found void")},
        {"poll_void", N_("poll found void")},
        {"replaced", N_("replaced by the group")},
        {"reviewed", N_("twice found not competent")},
        {"ended", N_("ended by itself")},
        {"died", N_("died")},
        {"missing", N_("declared missing or dead")},
        {"nationality", N_("lost the nationality")},
        {"moved", N_("took another post")},
        {"removed", N_("removed")},
        {"transferred", N_("transferred")},
        {"barred", N_("barred from serving")},
    };
    return FIND(words, cause);
}

static const struct word states[OFFICE_STATE_N] = {
    [OFFICE_COMING] = {"coming", N_("takes office later")},
    [OFFICE_HELD] = {"held", N_("in office")},
    [OFFICE_OVER] = {"over", N_("term over")},
    [OFFICE_ENDED] = {"ended", N_("out of office")},
};

const char *office_state_word(enum office_state state)
{
    return _(states[state].word);
}

const char *office_state_name(enum office_state state)
{
    return states[state].key;
}

/* The bodies of `which`, one after the other, each with how it is known. */
static void organs_text(const struct office *office, unsigned which, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < ORGAN_N; i++) {
        if ((which >> i & 1U) != 0 && len < size) {
            int n = snprintf(out + len, size - len, "%s%s%s", len > 0 ? " · " : "",
                             office_organ_word((enum office_organ)i, office->committee),
                             (office->by_name >> i & 1U) != 0 ? _(" (by name alone)") : "");
            len += n > 0 ? (size_t)n : 0;
        }
    }
}

static bool both_committees(const struct office *office)
{
    unsigned all = office->also | 1U << office->organ;
    unsigned two = 1U << ORGAN_COMMITTEE | 1U << ORGAN_PARTY; /* 两委 */
    return (all & two) == two;
}

const char *office_mark_word(const struct office *office)
{
    return office->also == 0         ? ""
           : office->barred != 0     ? _("not both")
           : office->leads_both      ? _("leads both")
           : both_committees(office) ? _("in both")
                                     : _("also elsewhere");
}

int office_mark_print(const struct office *office, char *out, size_t size)
{
    char organs[480];
    if (office->also == 0) {
        return snprintf(out, size, "%s", "");
    }
    organs_text(office, office->barred != 0 ? office->barred : office->also, organs, sizeof organs);
    if (office->barred != 0) {
        return *office->bar_says ? snprintf(out, size, _("may not serve in both: %s. %s"), organs,
                                            office->bar_says)
                                 : snprintf(out, size, _("may not serve in both: %s"), organs);
    }
    if (office->leads_both) {
        return snprintf(out, size, _("secretary and chair in one: %s"), organs);
    }
    if (both_committees(office)) {
        return snprintf(out, size, _("serves in both committees: %s"), organs);
    }
    return snprintf(out, size, _("serves also in: %s"), organs);
}
