/* Names, signs and sentences of command states, results and codes. */
#include <assert.h>
#include <string.h>

#include "base/i18n.h"
#include "model/command.h"

struct state_row {
    const char *name, *word, *sign;
    char ascii;
};

static const struct state_row states[CMD_STATE_N] = {
    [CMD_PENDING] = {"pending", N_("Pressed"), "·", '.'},
    [CMD_SENT] = {"sent", N_("Pressed"), "·", '.'},
    [CMD_APPLIED] = {"applied", N_("Delivered"), "✓", '+'},
    [CMD_LATE] = {"late", N_("Late"), "↷", '>'},
    [CMD_REVIEW] = {"review", N_("In review"), "?", '?'},
    [CMD_QUARANTINED] = {"quarantined", N_("For the duty room"), "!", '!'},
    [CMD_REJECTED] = {"rejected", N_("Not accepted"), "✗", 'x'},
    [CMD_REISSUED] = {"reissued", N_("Reissued"), "↻", 'r'},
};

static const char *const results[RESULT_N] = {
    [RESULT_APPLIED] = "applied",     [RESULT_LATE] = "late",
    [RESULT_REVIEW] = "review",       [RESULT_QUARANTINED] = "quarantined",
    [RESULT_REJECTED] = "rejected",   [RESULT_RETRY] = "retry",
    [RESULT_KEY_REUSE] = "key-reuse", [RESULT_CHAIN_FORK] = "chain-fork",
};

/* Every code of api/dispatch.yaml, in its order, with what it tells a person. */
#define CODES(X)                                                                                   \
    X("bad-line",                                                                                  \
      N_("The server could not read this entry. It stays in your journal; please report "          \
         "it to the administrator."))                                                              \
    X("bad-signature",                                                                             \
      N_("The signature of this entry is wrong. It stays in your journal; run \"gridward"          \
         " doctor\" and report it to the administrator."))                                         \
    X("unknown-key",                                                                               \
      N_("The server does not know the key of this computer. Enrol it again; nothing is "          \
         "lost."))                                                                                 \
    X("wrong-device",                                                                              \
      N_("This entry was signed by another computer than the one that sent it. Report it"          \
         " to the administrator."))                                                                \
    X("wrong-user",                                                                                \
      N_("This entry belongs to another user than the one who is enrolled here. Report "           \
         "it to the administrator."))                                                              \
    X("unknown-kind",                                                                              \
      N_("The server does not know this kind of entry. Your program may be newer than "            \
         "the server."))                                                                           \
    X("bad-data",                                                                                  \
      N_("Something in this entry is missing or out of range. Please enter it again."))            \
    X("bad-private", N_("The private part of this entry does not belong to it. It stays in your "  \
                        "journal; please report it to the administrator."))                        \
    X("unknown-alarm",                                                                             \
      N_("The server does not know this alarm. Synchronise, and report it if it stays "            \
         "so."))                                                                                   \
    X("unknown-row",                                                                               \
      N_("The server does not know this record. Synchronise, and report it if it stays "           \
         "so."))                                                                                   \
    X("id-taken",                                                                                  \
      N_("The number of this new alarm is taken already. Please raise the alarm again."))          \
    X("unknown-outcome",                                                                           \
      N_("This outcome is not known. Choose one from the list and close again."))                  \
    X("no-such-person", N_("The person named is not known here. Choose another one."))             \
    X("same-person", N_("This must be another person than yourself. Choose another one."))         \
    X("needs-second-person",                                                                       \
      N_("Nobody was on site: closing needs a reason and a second person. Enter both, or"          \
         " go there."))                                                                            \
    X("closed-already",                                                                            \
      N_("The alarm was closed before this arrived. Your entry is kept; nothing more to "          \
         "do."))                                                                                   \
    X("held-by-other",                                                                             \
      N_("Somebody else already has this alarm. Your entry is kept; nothing more to do."))         \
    X("not-held",                                                                                  \
      N_("Nobody held the alarm any more when this arrived. Acknowledge it if you are on"          \
         " it."))                                                                                  \
    X("level-passed",                                                                              \
      N_("The alarm had gone one level higher before this arrived, so you do not hold it"          \
         " yet. Acknowledge it again if you are on it."))                                          \
    X("not-escalated", N_("That level had been called already. Nothing more to do."))              \
    X("clock-unsure",                                                                              \
      N_("It is unclear whether this was before or after the closing, because a clock "            \
         "was not sure. A person will decide."))                                                   \
    X("not-yours", N_("Only your own entries can be taken back."))                                 \
    X("nothing-to-undo", N_("There was nothing to take back any more."))                           \
    X("too-late-to-undo", N_("Too late to take this back: the time is over, or others have "       \
                             "already acted on it. Add a "                                         \
                             "note, or phone them."))                                              \
    X("nothing-to-confirm", N_("Nothing was waiting for a confirmation."))                         \
    X("not-second-person",                                                                         \
      N_("Only the person named, or the duty room, can confirm, and never the one who "            \
         "closed it."))                                                                            \
    X("not-shelved", N_("The alarm was not shelved any more. Nothing more to do."))                \
    X("duplicate-uid", N_("This was recorded once already; the second one has no effect."))        \
    X("no-right",                                                                                  \
      N_("You have no right to do this here. Your entry is kept and the duty room sees "           \
         "it."))                                                                                   \
    X("grid-moved",                                                                                \
      N_("This place belongs to another grid now. Your entry is kept and the duty room "           \
         "sees it."))                                                                              \
    X("no-process",                                                                                \
      N_("The server does not know this procedure yet. Your record is kept and counts as soon "    \
         "as its opening arrives."))                                                               \
    X("key-revoked",                                                                               \
      N_("The computer that signed this was closed before it arrived. The record is kept and the " \
         "duty room sees it."))                                                                    \
    X("field-conflict",                                                                            \
      N_("Somebody else changed this meanwhile. Both values are kept and a person will "           \
         "decide."))                                                                               \
    X("needs-review",                                                                              \
      N_("A change of this kind is always decided by a second person. Your entry is "              \
         "kept."))                                                                                 \
    X("storage-full",                                                                              \
      N_("The server's store is full. Your entry waits here and is sent again by itself."))        \
    X("busy", N_("The server was busy. Your entry waits here and is sent again by itself."))

#define CODE_NAME(name, text) name,
#define CODE_TEXT(name, text) text,
static const char *const codes[] = {CODES(CODE_NAME)};
static const char *const sentences[] = {CODES(CODE_TEXT)};

const char *cmd_state_name(enum cmd_state state)
{
    assert(state < CMD_STATE_N);
    return states[state].name;
}

bool cmd_state_parse(const char *name, enum cmd_state *out)
{
    for (size_t i = 0; i < CMD_STATE_N; i++) {
        if (strcmp(states[i].name, name) == 0) {
            *out = (enum cmd_state)i;
            return true;
        }
    }
    return false;
}

const char *cmd_state_word(enum cmd_state state)
{
    assert(state < CMD_STATE_N);
    return _(states[state].word);
}

char cmd_state_sign_ascii(enum cmd_state state)
{
    assert(state < CMD_STATE_N);
    return states[state].ascii;
}

const char *cmd_state_sign(enum cmd_state state)
{
    assert(state < CMD_STATE_N);
    return states[state].sign;
}

const char *cmd_result_name(enum cmd_result result)
{
    assert(result < RESULT_N);
    return results[result];
}

bool cmd_result_parse(const char *name, enum cmd_result *out)
{
    for (size_t i = 0; i < RESULT_N; i++) {
        if (strcmp(results[i], name) == 0) {
            *out = (enum cmd_result)i;
            return true;
        }
    }
    return false;
}

const char *const *cmd_codes(size_t *n)
{
    *n = sizeof codes / sizeof codes[0];
    return codes;
}

const char *cmd_code_sentence(const char *code)
{
    for (size_t i = 0; code && i < sizeof codes / sizeof codes[0]; i++) {
        if (strcmp(codes[i], code) == 0) {
            return _(sentences[i]);
        }
    }
    return _("The server gave a reason that this program does not know. Your entry is kept.");
}
