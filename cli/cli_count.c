/* election count: two persons type the same sheet; when they agree it is recorded. */
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "cli/cli_process_p.h"
#include "offline-db/count.h"

struct count_opts {
    const char *sheet, *entry, *happened, *reason, *write_in;
    bool compare, record, papers;
};

static void value_json(struct jw *w, const char *key, int64_t value)
{
    if (value < 0) {
        jw_null(w, key);
    } else {
        jw_int(w, key, value);
    }
}

static void rows_json(const struct count_sheet *s, const size_t *rows, size_t n, struct jw *w)
{
    jw_arr(w, NULL);
    for (size_t k = 0; k < n; k++) {
        const struct count_row *row = &s->rows[rows[k]];
        jw_obj(w, NULL);
        jw_str(w, "key", row->key);
        jw_str(w, "label", row->label);
        value_json(w, "first", row->value[0]);
        value_json(w, "second", row->value[1]);
        jw_obj_end(w);
    }
    jw_arr_end(w);
}

static void print_value(int64_t value)
{
    if (value < 0) {
        printf("%8s", "-");
    } else {
        printf("%8lld", (long long)value);
    }
}

static int print_rows(const struct cli *cli, const struct count_sheet *s, const size_t *rows,
                      size_t n)
{
    struct out_doc doc;
    rows_json(s, rows, n, out_doc_begin(&doc));
    enum gw_err err = out_doc_end(&doc, GW_OK, cli->json);
    for (size_t k = 0; !cli->json && k < n; k++) {
        const struct count_row *row = &s->rows[rows[k]];
        out_cell(row->key, 16);
        out_cell(row->label, 34);
        print_value(row->value[0]);
        putchar(' ');
        print_value(row->value[1]);
        putchar('\n');
    }
    return err ? cli_fail(cli, err, NULL) : CLI_DONE;
}

static void say_sums(const struct cli *cli, const struct count_sheet *s, int entry)
{
    struct count_sums sums;
    count_sums(s, entry, &sums);
    if (sums.papers != 0) {
        fprintf(stderr, _("gridward %s: issued and recovered + not returned differ by %lld.\n"),
                cli->verb, (long long)sums.papers);
    }
    if (sums.sheet != 0) {
        fprintf(stderr, _("gridward %s: recovered and valid + invalid + blank differ by %lld.\n"),
                cli->verb, (long long)sums.sheet);
    }
}

static int take_sheet(struct cli *cli, struct count_sheet *s, const struct count_opts *o)
{
    struct gw_buf file;
    struct gw_fail fail = {0};
    int64_t entry = 0;
    if (!o->entry || !cli_number(cli, "entry", o->entry, 1, 2, &entry)) {
        return CLI_USAGE;
    }
    gw_buf_init(&file, 1024 * 1024);
    enum gw_err err = gw_file_read(o->sheet, &file, &fail);
    err = err ? err : count_read_text(&cli->home, s, (int)entry - 1, gw_buf_str(&file), &fail);
    gw_buf_free(&file);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    say_sums(cli, s, (int)entry - 1);
    return CLI_DONE;
}

static int record(struct cli *cli, struct count_sheet *s, const struct count_opts *o)
{
    struct gw_fail fail = {0};
    size_t written = 0;
    struct count_how how = {.reason = o->reason, .papers = o->papers};
    if (o->happened && gw_time_parse(o->happened, &how.happened_at) != GW_OK) {
        fprintf(stderr, _("gridward %s: --happened takes a time such as 2026-06-18 09:30.\n"),
                cli->verb);
        return CLI_USAGE;
    }
    enum gw_err err = count_record(&cli->home, s, &how, &written, &fail);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    struct cli_sync_result synced;
    cli_sync_once(cli, 10000, &synced);
    printf(cli->json ? "{\"written\":%zu}\n" : _("%zu records written.\n"), written);
    return CLI_DONE;
}

static int act(struct cli *cli, struct count_sheet *s, const struct count_opts *o)
{
    size_t rows[COUNT_ROWS_MAX];
    if (o->write_in) {
        struct gw_fail fail = {0};
        char id[COUNT_PERSON];
        enum gw_err err = count_write_in(&cli->home, s, o->write_in, id, &fail);
        if (!err) {
            printf(cli->json ? "{\"person\":\"%s\"}\n" : "%s\n", id);
        }
        return err ? cli_fail(cli, err, &fail) : CLI_DONE;
    }
    if (o->record) {
        return record(cli, s, o);
    }
    if (o->sheet) {
        return take_sheet(cli, s, o);
    }
    if (o->compare) {
        size_t n = count_differing(s, rows, COUNT_ROWS_MAX);
        int status = print_rows(cli, s, rows, n);
        return status == CLI_DONE && n > 0 ? CLI_NO : status;
    }
    for (size_t i = 0; i < s->n; i++) {
        rows[i] = i;
    }
    return print_rows(cli, s, rows, s->n);
}

static int run_count(struct cli *cli, int argc, char **argv)
{
    struct count_opts o = {.sheet = NULL};
    const struct cli_opt opts[] = {{"sheet", &o.sheet, NULL},       {"entry", &o.entry, NULL},
                                   {"happened", &o.happened, NULL}, {"reason", &o.reason, NULL},
                                   {"write-in", &o.write_in, NULL}, {"papers", NULL, &o.papers},
                                   {"compare", NULL, &o.compare},   {"record", NULL, &o.record}};
    const struct cli_verb *verb = cli_find("election count");
    char **rest;
    int n;
    struct process_case c;
    struct count_sheet sheet;
    struct gw_fail fail = {0};
    int status = cli_options(cli, verb, argc, argv, opts, sizeof opts / sizeof opts[0], &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1) {
        return cli_usage(cli, verb, "%s", _("Give the id of one procedure."));
    }
    status = process_open_case(cli, rest[0], &c);
    if (status != CLI_DONE) {
        return status;
    }
    enum gw_err err = count_open(&cli->home, &c, &sheet, &fail);
    status = err ? cli_fail(cli, err, &fail) : act(cli, &sheet, &o);
    if (!err) {
        count_close(&sheet);
    }
    process_unload(&c);
    return status;
}

const struct cli_verb cli_verbs_count[] = {
    {"election count",
     "ID [--write-in NAME] [--sheet FILE --entry 1|2] [--compare] [--record [--papers] "
     "[--happened TIME] [--reason TEXT]] [--json]",
     N_("The count by two persons: lists the rows, takes a sheet, compares, records what both "
        "agree on."),
     true, run_count, NULL},
};
const size_t cli_verbs_count_n = sizeof(cli_verbs_count) / sizeof(cli_verbs_count[0]);
