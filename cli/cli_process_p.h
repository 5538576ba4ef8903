/* The families `election` and `procedure`: the same verbs over the same code; a row's data is the
 * kind it is about ("election"), or NULL for all others. */
#ifndef GW_CLI_CLI_PROCESS_P_H
#define GW_CLI_CLI_PROCESS_P_H

#include "cli/cli_p.h"
#include "offline-db/blob.h"
#include "offline-db/process.h"

enum { PROCESS_VALUES_MAX = 64, PROCESS_JSON_MAX = 16 * 1024 * 1024 };

/* Values of --attach, which may come several times. */
enum { CLI_LIST_MAX = 32 };
struct cli_list {
    const char *item[CLI_LIST_MAX];
    size_t n;
};

/* The options that the verbs share; each verb has those of its usage line. */
struct process_opts {
    const char *kind, *mode, *polling_day, *division, *term, *seats, *reason, *template_id, *day,
        *happened, *subject, *out, *limit, *as;
    bool anyway;
    struct cli_list attach;
};
/* CLI_DONE or the exit status. */
int process_options(struct cli *cli, const struct cli_verb *verb, int argc, char **argv,
                    struct process_opts *opts, char ***operands, int *operands_n);

/* FIELD=VALUE words by the fields and materials that a step (or open) has. Values borrow the words.
 */
struct process_words {
    struct proc_value values[PROCESS_VALUES_MAX], materials[PROCESS_VALUES_MAX];
    size_t values_n, materials_n;
};
/* spec NULL: fields of the open. False: told what is wrong. */
bool process_read_words(const struct cli *cli, const struct ruleset *rules,
                        const struct step_spec *spec, char **words, int n,
                        struct process_words *out);
bool process_add_word(struct process_words *words, const char *key, const char *text, int64_t num);

/* ---- attachments (cli_blob.c) */
enum { PROCESS_ATTACH_MAX = CLI_LIST_MAX };
struct process_attached {
    struct blob_row row[PROCESS_ATTACH_MAX];
    size_t n;
};
/* Takes the files of --attach in and adds them to the words as materials, which borrow the commits
 * from *out. CLI_DONE or the exit status, then nothing was kept. */
int process_attach_files(struct cli *cli, const struct process_case *c,
                         const struct step_spec *spec, const struct cli_list *files,
                         struct process_attached *out, struct process_words *words);
/* The record was not written. */
void process_attach_undo(struct cli *cli, const struct process_attached *attached);
/* "attachments": [{record, step, key, commit, state}] */
void process_attachments_json(struct home *home, const struct process_case *c, struct jw *w);

/* Loads ID with today's day; CLI_DONE or the exit status. A procedure of the other family is fine.
 */
int process_open_case(struct cli *cli, const char *id, struct process_case *out);

/* ---- JSON (cli_process_json.c) */
void process_row_json(const struct process_row *row, struct jw *w);
void process_finding_json(const struct procedure *p, const struct finding *f, struct jw *w);
void process_slot_json(const struct process_case *c, const struct slot *slot, struct jw *w);
/* "checkpoints":[{hash, user, dev, recorded_at, count, digest, cosigned_by}]. */
void process_checkpoints_json(const struct process_case *c, struct jw *w);
/* True when that one counts as another person's signature of the record. */
bool process_cosigned_by_another(const struct ev_step *record, const struct ev_step *cosign);
/* The author's corrected clock, else the receipt's moment, else his clock as it was; ms. */
void process_day_json(struct jw *w, const char *key, gw_day day); /* text or null */

int process_new(struct cli *cli, int argc, char **argv);
int process_list(struct cli *cli, int argc, char **argv);
int process_show(struct cli *cli, int argc, char **argv);
int process_calendar_show(struct cli *cli, int argc, char **argv);
int process_steps(struct cli *cli, int argc, char **argv);
int process_step(struct cli *cli, int argc, char **argv);
int process_attach(struct cli *cli, int argc, char **argv);
int process_correct(struct cli *cli, int argc, char **argv);
int process_choose(struct cli *cli, int argc, char **argv);
int process_cosign(struct cli *cli, int argc, char **argv);
int process_checkpoint(struct cli *cli, int argc, char **argv);
int process_close(struct cli *cli, int argc, char **argv);
int process_overview(struct cli *cli, int argc, char **argv);
int process_export_file(struct cli *cli, int argc, char **argv);

#endif
