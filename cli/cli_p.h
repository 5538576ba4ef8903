/* Private to cli/. A verb is a row: name, one line of usage, what it needs, what it runs. */
#ifndef GW_CLI_CLI_P_H
#define GW_CLI_CLI_P_H

#include <getopt.h>
#include <stdio.h>

#include "api/json.h"
#include "base/config.h"
#include "cli/cli.h"
#include "model/entity.h"
#include "offline-db/home.h"
#include "offline-db/journal.h"
#include "offline-db/pin.h"
#include "offline-db/queue.h"
#include "offline-db/signer.h"

struct cli {
    struct cli_global global;
    const char *verb; /* "alarm ack": for messages */
    bool json;
    struct home home;
    bool home_open;
    FILE *pins; /* GRIDWARD_PIN_FILE, once it was asked */
};

enum {
    CLI_DONE = 0,
    CLI_NO = 1,
    CLI_USAGE = 2,
};

struct cli_verb {
    const char *name;                                   /* "alarm ack" */
    const char *args;                                   /* "ID [--note TEXT]" */
    const char *about;                                  /* N_() one sentence */
    bool needs_home;                                    /* enrolled, opened before run */
    int (*run)(struct cli *cli, int argc, char **argv); /* argv[0] is the verb's last word */
    const void *data;                                   /* families that share one function */
};

/* The families of verbs, in the order of --help: one table cli_verbs_NAME each. */
#define CLI_FAMILIES                                                                               \
    X(basic)                                                                                       \
    X(alarm)                                                                                       \
    X(people)                                                                                      \
    X(journal)                                                                                     \
    X(process)                                                                                     \
    X(rules)                                                                                       \
    X(verify)                                                                                      \
    X(result)                                                                                      \
    X(count)                                                                                       \
    X(contested)                                                                                   \
    X(bundle)                                                                                      \
    X(paper)                                                                                       \
    X(petition)                                                                                    \
    X(roll)                                                                                        \
    X(office)                                                                                      \
    X(house)                                                                                       \
    X(practice)                                                                                    \
    X(pin)                                                                                         \
    X(blob)                                                                                        \
    X(doctor)                                                                                      \
    /* end */
#define X(name)                                                                                    \
    extern const struct cli_verb cli_verbs_##name[];                                               \
    extern const size_t cli_verbs_##name##_n;
CLI_FAMILIES
#undef X

/* Says the sentence of a failure on stderr, returns its exit status. */
int cli_fail(const struct cli *cli, enum gw_err err, const struct gw_fail *fail);
/* Wrong use: the sentence, the usage line; returns 2. */
int cli_usage(const struct cli *cli, const struct cli_verb *verb, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
const struct cli_verb *cli_find(const char *name);

/* Text of one option. The value is NULL when it was not given. */
struct cli_opt {
    const char *name; /* "reason" for --reason; "limit"… */
    const char **text;
    bool *flag; /* an option without argument */
};
/* Reads options (GNU style, mixed with operands; --json always) and gives the operands. Returns
 * CLI_DONE or the exit status after having said what is wrong. */
int cli_options(struct cli *cli, const struct cli_verb *verb, int argc, char **argv,
                const struct cli_opt *opts, size_t n, char ***operands, int *operands_n);
/* A whole number in a range; false says what is wrong. */
bool cli_number(const struct cli *cli, const char *name, const char *text, int64_t min, int64_t max,
                int64_t *out);

/* ---- output: safe text to stdout, JSON as documents */
bool out_written(void);                     /* flushes stdout; false: told on stderr */
void out_text(const char *text);            /* through gw_text_safe */
void out_cell(const char *text, int cells); /* safe, padded or cut to a width */
/* A document; characters that a terminal could act on leave as \u escapes. */
void out_json(const struct gw_buf *buf);
void out_json_line(const struct gw_buf *buf); /* the same and a newline */
/* One document: members are written to what begin gives, end puts it out as a line. */
struct out_doc {
    struct gw_buf buf;
    struct jw w;
};
struct jw *out_doc_begin(struct out_doc *doc);
/* Nothing is put out when `before` (of what was to be told) is an error or print is false (the text
 * has told it). Returns the first error. */
enum gw_err out_doc_end(struct out_doc *doc, enum gw_err before, bool print);

/* ---- rows of the mirror as JSON (cli_rows.c) */
enum { PERSON_ROW_FIELDS = 64 };
/* The row as one object with id, path, seq; the caller frees it. GW_ABSENT. */
enum gw_err cli_row_load(struct cli *cli, enum gw_type type, const char *id, struct json **out);
/* One member as it is; one with its text masked, null when it is hidden whole. */
void cli_member(const struct json *member, struct gw_buf *scratch, struct jw *w);
void cli_masked_member(const struct json *member, enum gw_mask mask, struct gw_buf *scratch,
                       struct jw *w);
/* The members of a row, masked but for the one named `open` (may be NULL), then `masked`. */
void cli_row_masked(const struct json *root, enum gw_type type, const char *open, struct jw *w);

/* "offices": what the resident holds or held; null when it cannot be read (cli_office.c). */
void cli_offices_json(struct cli *cli, const char *resident, struct jw *w);
/* Fields of a card, one a line; those that --reveal takes with their key (cli_people.c). */
struct person_field;
void cli_person_fields(const struct person_field *fields, size_t n);
/* Operand and options of the verbs that show a card; CLI_DONE or the exit status. */
struct cli_reveal {
    const char *id, *reveal, *reason; /* reveal and reason: both or none */
};
int cli_read_reveal(struct cli *cli, int argc, char **argv, struct cli_reveal *out);
/* For journal_each: keeps the first, which is the newest, in ctx, a struct journal_entry. */
bool cli_newest_entry(void *ctx, const struct journal_entry *entry);

/* Journals one command, tries to deliver it when no other process does, prints the entry.
 * Returns the exit status. */
int cli_write(struct cli *cli, enum cmd_kind kind, const char *id, int64_t expect_level,
              const struct cmd_data *data);
/* The same signed by a second person; signer NULL = the home itself. */
int cli_write_as(struct cli *cli, const struct home_signer *signer,
                 const struct journal_what *what);
/* The second half of that, for an entry that stands in the journal already. */
int cli_deliver(struct cli *cli, const struct journal_entry *written, bool print);
enum gw_err cli_entry_json(const struct journal_entry *entry, struct jw *w, const char *key);

/* ---- PINs (cli_ask.c): from the terminal without echo, or line by line from the file that
 * GRIDWARD_PIN_FILE names. Wipe what comes out. */
enum { CLI_PIN = 64 };
enum gw_err cli_ask_pin(struct cli *cli, const char *question, char pin[CLI_PIN],
                        struct gw_fail *fail);
/* Twice on the terminal; checked to be a possible PIN. */
enum gw_err cli_ask_new_pin(struct cli *cli, char pin[CLI_PIN], struct gw_fail *fail);
/* Who signs with --as: *out NULL = the home itself, else room, after his PIN was asked; signer_wipe
 * it. */
enum gw_err cli_signer(struct cli *cli, const char *as, struct home_signer *room,
                       const struct home_signer **out, struct gw_fail *fail);
/* Verbs of a locked home (cli_pin.c). */
bool cli_works_locked(const char *verb);

/* ---- one run of the engine in this process (cli_sync.c). Waits at most limit_ms. */
enum cli_sync_end {
    SYNC_END_DONE,
    SYNC_END_OFFLINE,
    SYNC_END_REFUSED,
    SYNC_END_HELD,
    SYNC_END_STORE
};
struct cli_sync_result {
    enum cli_sync_end end;
    int64_t bad_results, rows;
    char problem[192];
};
void cli_sync_once(struct cli *cli, int64_t limit_ms, struct cli_sync_result *out);

/* The alarm row as --json prints it: overlay applied, `local` and `waits_for_me` added; the address
 * to the building unless whole. */
enum gw_err cli_alarm_json(struct cli *cli, const struct queue_row *row, bool whole,
                           struct gw_buf *out);
int cli_alarm_list(struct cli *cli, int argc, char **argv);
int cli_alarm_show(struct cli *cli, int argc, char **argv);

#endif
