#include "tui/contested_words.h"

#include <stdio.h>
#include <string.h>

#include "offline-db/signer.h"

const char *contested_side(size_t left, size_t rival)
{
    return rival == left       ? _("the left one")
           : rival == left + 1 ? _("the right one")
                               : _("another one");
}

/* "李二娃、吴秀": who can sign on this laptop; "" when nobody. */
static void here(struct tui *t, const struct ev_step *by, char *out, size_t size)
{
    struct signer_row all[SIGNERS_MAX];
    size_t n = 0, used = 0;
    out[0] = '\0';
    if (signer_list(t->home, all, SIGNERS_MAX, &n) != GW_OK) {
        return;
    }
    for (size_t i = 0; i < n && used < size; i++) {
        if (by->user == NULL || strcmp(by->user, all[i].user) != 0) {
            int len =
                snprintf(out + used, size - used, "%s%s", used > 0 ? _(", ") : "", all[i].name);
            used += len > 0 ? (size_t)len : 0;
        }
    }
}

void contested_say(struct tui *tui, const struct process_case *c,
                   const struct contest_choice *choice, size_t left, char *out, size_t size)
{
    char who[200], at_hand[300];
    const struct ev_step *by = choice->by;
    contest_name(c, by, who, sizeof(who));
    if (choice->seconded) {
        (void)snprintf(out, size,
                       _("%s chose %s and a second person signed; others chose differently without "
                         "knowing: choose once more."),
                       who, contested_side(left, choice->rival));
        return;
    }
    here(tui, by, at_hand, sizeof(at_hand));
    int used =
        snprintf(out, size,
                 _("%s chose %s (%s). It counts once somebody else signs it as second "
                   "person: 3, or in an own console."),
                 who, contested_side(left, choice->rival), by->reason != NULL ? by->reason : "");
    if (at_hand[0] != '\0' && used > 0 && (size_t)used < size) {
        (void)snprintf(out + used, size - (size_t)used, _(" On this laptop: %s"), at_hand);
    }
}
