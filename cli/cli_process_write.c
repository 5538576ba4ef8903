/* Recording in a procedure: new, step, correct, cosign, checkpoint, close; and the export. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/text_safe.h"
#include "cli/cli_process_p.h"
#include "offline-db/contest.h"
#include "offline-db/mirror.h"
#include "rules/ruleset_load.h"

/* ---- FIELD=VALUE */

bool process_add_word(struct process_words *words, const char *key, const char *text, int64_t num)
{
    if (words->values_n == PROCESS_VALUES_MAX) {
        return false;
    }
    words->values[words->values_n++] = (struct proc_value){.key = key, .text = text, .num = num};
    return true;
}

static const struct proc_field *find_field(const struct ruleset *rules,
                                           const struct step_spec *spec, const char *key)
{
    const struct proc_template *t = rules->template_;
    if (spec) {
        return step_field(spec, key);
    }
    for (size_t i = 0; i < t->open_n; i++) {
        if (strcmp(t->open_fields[i].key, key) == 0) {
            return &t->open_fields[i];
        }
    }
    return NULL;
}

static bool is_material(const struct step_spec *spec, const char *key)
{
    for (size_t i = 0; spec && i < spec->materials_n; i++) {
        if (strcmp(spec->materials[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_value(const struct process_words *words, const char *key)
{
    for (size_t i = 0; i < words->values_n; i++) {
        if (strcmp(words->values[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_number(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0;
}

static bool read_bool(const char *text, int64_t *out)
{
    static const char *const yes[] = {"1", "true", "yes", "是"};
    static const char *const no[] = {"0", "false", "no", "否"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
            *out = strcmp(text, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

/* The value as the field's type has it; the engine says what is impossible. */
static bool take_value(const struct proc_field *field, const char *key, const char *text,
                       struct process_words *out)
{
    int64_t num = 0;
    gw_day day;
    switch (field->type) {
    case PROC_INT:
        return read_number(text, &num) && process_add_word(out, key, NULL, num);
    case PROC_BOOL:
        return read_bool(text, &num) && process_add_word(out, key, NULL, num);
    case PROC_TIME:
        return gw_time_parse(text, &num) == GW_OK && process_add_word(out, key, NULL, num);
    case PROC_DAY:
        return day_parse(text, &day) && process_add_word(out, key, text, 0);
    default:
        return process_add_word(out, key, text, 0);
    }
}

static bool read_word(const struct cli *cli, const struct ruleset *rules,
                      const struct step_spec *spec, char *word, struct process_words *out)
{
    char safe[96];
    char *equals = strchr(word, '=');
    if (!equals) {
        fprintf(stderr, _("gridward %s: “%s” is not of the form FIELD=VALUE.\n"), cli->verb,
                gw_text_safe_z(safe, sizeof safe, word));
        return false;
    }
    *equals = '\0';
    /* a field and a material of one name: the field first, then the material */
    bool field_open = find_field(rules, spec, word) && !has_value(out, word);
    if (!field_open && is_material(spec, word) && out->materials_n < PROCESS_VALUES_MAX) {
        out->materials[out->materials_n++] = (struct proc_value){.key = word, .text = equals + 1};
        return true;
    }
    const struct proc_field *field = find_field(rules, spec, word);
    if (field && take_value(field, word, equals + 1, out)) {
        return true;
    }
    (void)gw_text_safe_z(safe, sizeof safe, word);
    fprintf(stderr,
            field
                ? _("gridward %s: the value of “%s” is not of its type; `steps` shows the types.\n")
                : _("gridward %s: there is no field “%s” here; `steps` lists them.\n"),
            cli->verb, safe);
    return false;
}

bool process_read_words(const struct cli *cli, const struct ruleset *rules,
                        const struct step_spec *spec, char **words, int n,
                        struct process_words *out)
{
    for (int i = 0; i < n; i++) {
        if (!read_word(cli, rules, spec, words[i], out)) {
            return false;
        }
    }
    return true;
}

/* ---- step, correct, cosign, checkpoint, close */

static bool read_happened(const struct cli *cli, const char *text, int64_t *ms)
{
    *ms = 0;
    if (!text || gw_time_parse(text, ms) == GW_OK) {
        return true;
    }
    fprintf(stderr, _("gridward %s: --happened takes a time such as 2026-06-18 09:30.\n"),
            cli->verb);
    return false;
}

struct recording {
    struct process_opts o;
    char **rest;
    int n;
    struct process_case c;
    struct process_words words;
    struct process_attached attached;
};

/* Options, ID and the loaded procedure; at least `least` operands. */
static int begin(struct cli *cli, int argc, char **argv, int least, struct recording *r)
{
    const struct cli_verb *verb = cli_find(cli->verb);
    *r = (struct recording){.n = 0};
    int status = process_options(cli, verb, argc, argv, &r->o, &r->rest, &r->n);
    if (status != CLI_DONE) {
        return status;
    }
    if (r->n < least) {
        return cli_usage(cli, verb, "%s", _("Something is missing."));
    }
    return process_open_case(cli, r->rest[0], &r->c);
}

static int finish(struct cli *cli, struct recording *r, enum proc_kind kind,
                  const struct process_entry *entry)
{
    struct journal_entry written;
    struct gw_fail fail = {0};
    struct home_signer room;
    const struct home_signer *signer = NULL;
    char id[GW_ID_MAX + 1];
    (void)snprintf(id, sizeof id, "%s", r->c.row.id);
    enum gw_err err = cli_signer(cli, r->o.as, &room, &signer, &fail);
    err = err ? err : process_record_as(&cli->home, signer, id, kind, entry, &written, &fail);
    if (signer) {
        signer_wipe(&room);
    }
    process_unload(&r->c);
    if (err != GW_OK) {
        process_attach_undo(cli, &r->attached);
    }
    return err == GW_OK ? cli_deliver(cli, &written, true) : cli_fail(cli, err, &fail);
}

int process_step(struct cli *cli, int argc, char **argv)
{
    struct recording r;
    struct process_entry entry = {.step = NULL};
    int status = begin(cli, argc, argv, 2, &r);
    if (status != CLI_DONE) {
        return status;
    }
    const struct step_spec *spec = template_step(r.c.rules->template_, r.rest[1]);
    if (!spec) {
        char safe[64];
        fprintf(stderr, _("gridward %s: there is no step “%s”; `steps` lists them.\n"), cli->verb,
                gw_text_safe_z(safe, sizeof safe, r.rest[1]));
        process_unload(&r.c);
        return CLI_USAGE;
    }
    if (!read_happened(cli, r.o.happened, &entry.happened_at) ||
        !process_read_words(cli, r.c.rules, spec, r.rest + 2, r.n - 2, &r.words)) {
        process_unload(&r.c);
        return CLI_USAGE;
    }
    status = process_attach_files(cli, &r.c, spec, &r.o.attach, &r.attached, &r.words);
    if (status != CLI_DONE) {
        process_unload(&r.c);
        return status;
    }
    entry.step = spec->id;
    entry.subject = r.o.subject;
    entry.values = r.words.values;
    entry.values_n = r.words.values_n;
    entry.materials = r.words.materials;
    entry.materials_n = r.words.materials_n;
    entry.reason = r.o.reason;
    char step[64];
    (void)snprintf(step, sizeof step, "%s", spec->id);
    entry.step = step;
    return finish(cli, &r, PROC_STEP, &entry);
}

/* A hash or its first eight digits or more; NULL and told when none or several have it. */
static const char *find_hash(const struct cli *cli, const struct process_case *c, const char *text)
{
    const char *found = NULL;
    size_t len = strlen(text);
    size_t hits = 0;
    for (size_t i = 0; len >= 8 && i < ev_count(c->set); i++) {
        if (strncmp(ev_at(c->set, i)->hash, text, len) == 0) {
            found = ev_at(c->set, i)->hash;
            hits++;
        }
    }
    if (hits != 1) {
        fprintf(
            stderr,
            _("gridward %s: no single record has this hash; give at least eight digits of it, as "
              "`show --json` prints it.\n"),
            cli->verb);
    }
    return hits == 1 ? found : NULL;
}

/* Operands behind the hash are values, or with `files` all of them attachments. */
static int correct(struct cli *cli, int argc, char **argv, bool files)
{
    struct recording r;
    char hash[GW_HASH_HEX + 1];
    int status = begin(cli, argc, argv, 2, &r);
    if (status != CLI_DONE) {
        return status;
    }
    int values_n = files ? 0 : r.n - 2;
    for (int i = 2; files && i < r.n && r.o.attach.n < CLI_LIST_MAX; i++) {
        r.o.attach.item[r.o.attach.n++] = r.rest[i];
    }
    if (values_n == 0 && r.o.attach.n == 0) {
        process_unload(&r.c);
        return cli_usage(cli, cli_find(cli->verb), "%s", _("Something is missing."));
    }
    const char *found = find_hash(cli, &r.c, r.rest[1]);
    const struct ev_step *target = found ? ev_find(r.c.set, found) : NULL;
    const struct step_spec *spec = target && target->kind == PROC_STEP
                                       ? template_step(r.c.rules->template_, target->step)
                                       : NULL;
    if (!target) {
        process_unload(&r.c);
        return CLI_NO;
    }
    if (!process_read_words(cli, r.c.rules, spec, r.rest + 2, values_n, &r.words)) {
        process_unload(&r.c);
        return CLI_USAGE;
    }
    status = process_attach_files(cli, &r.c, spec, &r.o.attach, &r.attached, &r.words);
    if (status != CLI_DONE) {
        process_unload(&r.c);
        return status;
    }
    (void)snprintf(hash, sizeof hash, "%s", found);
    const struct process_entry entry = {.target = hash,
                                        .reason = r.o.reason,
                                        .values = r.words.values,
                                        .values_n = r.words.values_n,
                                        .materials = r.words.materials,
                                        .materials_n = r.words.materials_n};
    return finish(cli, &r, PROC_CORRECT, &entry);
}

int process_correct(struct cli *cli, int argc, char **argv)
{
    return correct(cli, argc, argv, false);
}

int process_attach(struct cli *cli, int argc, char **argv)
{
    return correct(cli, argc, argv, true);
}

/* Takes one of those that contest each other: the correction that says so. */
int process_choose(struct cli *cli, int argc, char **argv)
{
    struct recording r;
    struct contest what;
    struct contest_entry choice;
    struct gw_fail fail = {0};
    int status = begin(cli, argc, argv, 2, &r);
    if (status != CLI_DONE) {
        return status;
    }
    if (r.n != 2) {
        process_unload(&r.c);
        return cli_usage(cli, cli_find(cli->verb), "%s",
                         _("Give the id and one hash: what is chosen is taken as it is."));
    }
    const char *hash = find_hash(cli, &r.c, r.rest[1]);
    const struct ev_step *step = hash ? ev_find(r.c.set, hash) : NULL;
    size_t i = 0;
    if (step && !contest_of(&r.c, step, &what)) {
        fprintf(stderr,
                _("gridward %s: nothing contests this record; `contested` lists what is.\n"),
                cli->verb);
        step = NULL;
    }
    if (!step) {
        process_unload(&r.c);
        return CLI_NO;
    }
    while (what.rivals[i] != step) {
        i++;
    }
    enum gw_err err = contest_choose(&what, i, &choice, &fail);
    if (err) {
        process_unload(&r.c);
        return cli_fail(cli, err, &fail);
    }
    choice.entry.reason = r.o.reason;
    return finish(cli, &r, PROC_CORRECT, &choice.entry);
}

int process_cosign(struct cli *cli, int argc, char **argv)
{
    struct recording r;
    char hash[GW_HASH_HEX + 1];
    int status = begin(cli, argc, argv, 2, &r);
    if (status != CLI_DONE) {
        return status;
    }
    const char *found = find_hash(cli, &r.c, r.rest[1]);
    if (!found) {
        process_unload(&r.c);
        return CLI_NO;
    }
    (void)snprintf(hash, sizeof hash, "%s", found);
    const struct process_entry entry = {.target = hash};
    return finish(cli, &r, PROC_COSIGN, &entry);
}

int process_checkpoint(struct cli *cli, int argc, char **argv)
{
    struct recording r;
    const struct process_entry entry = {.step = NULL};
    int status = begin(cli, argc, argv, 1, &r);
    return status == CLI_DONE ? finish(cli, &r, PROC_CHECKPOINT, &entry) : status;
}

int process_close(struct cli *cli, int argc, char **argv)
{
    struct recording r;
    int status = begin(cli, argc, argv, 2, &r);
    const struct process_entry entry = {.step = status == CLI_DONE ? r.rest[1] : NULL};
    return status == CLI_DONE ? finish(cli, &r, PROC_CLOSE, &entry) : status;
}

int process_export_file(struct cli *cli, int argc, char **argv)
{
    struct recording r;
    struct gw_buf file;
    struct gw_fail fail = {0};
    int status = begin(cli, argc, argv, 1, &r);
    if (status != CLI_DONE) {
        return status;
    }
    char id[GW_ID_MAX + 1];
    (void)snprintf(id, sizeof id, "%s", r.c.row.id);
    process_unload(&r.c);
    if (!r.o.out) {
        return cli_usage(cli, cli_find(cli->verb), "%s", _("Give the file to write: --out FILE."));
    }
    gw_buf_init(&file, (size_t)1024 * 1024 * 1024);
    enum gw_err err = process_export(&cli->home, id, &file, &fail);
    err = err ? err : gw_file_write(r.o.out, gw_buf_str(&file), file.len, &fail);
    gw_buf_free(&file);
    return err ? cli_fail(cli, err, &fail) : CLI_DONE;
}
