#include "offline-db/count.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "offline-db/draft.h"
#include "offline-db/process_p.h"

enum { SHEET_MEMORY = 1024 * 1024, DRAFT_BYTES = 256 * 1024, NAME_BYTES = 120 };

static const char *const figures[][2] = {
    {"issued", N_("Issued")}, {"recovered", N_("Recovered")}, {"not_returned", N_("Not returned")},
    {"valid", N_("Valid")},   {"invalid", N_("Invalid")},     {"blank", N_("Blank")},
};
enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };

static const char *const post_keys[ELECT_POSTS] = {"chair", "deputy", "member"};
static const char *const post_words[ELECT_POSTS] = {N_("Chair"), N_("Deputy chair"), N_("Member")};
static const char *const draft_kinds[2] = {"count-1", "count-2"};
static const char write_ins[] = "count-names";

/* ---- rows */

static struct count_row *add_row(struct count_sheet *s)
{
    if (s->n == COUNT_ROWS_MAX) {
        return NULL;
    }
    struct count_row *row = &s->rows[s->n++];
    *row = (struct count_row){.value = {-1, -1}};
    return row;
}

static void add_person(struct count_sheet *s, const struct process_case *c, const char *id,
                       const char *name)
{
    static const char *const seats[ELECT_POSTS] = {"chair_seats", "deputy_seats", "member_seats"};
    const char *person = gw_arena_text(&s->arena, id);
    for (int post = 0; post < ELECT_POSTS; post++) {
        const struct proc_value *n = procedure_value(c->state, "S04", "", seats[post]);
        struct count_row *row = n && !n->text && n->num > 0 ? add_row(s) : NULL;
        if (row) {
            row->person = person;
            row->post = (enum elect_post)post;
            (void)snprintf(row->key, sizeof row->key, "%.60s/%s", id, post_keys[post]);
            (void)snprintf(row->label, sizeof row->label, "%.40s %.80s · %s", id, name,
                           _(post_words[post]));
        }
    }
}

static bool passed(const struct process_case *c, const char *subject)
{
    const struct proc_value *verdict = procedure_value(c->state, "S10", subject, "verdict");
    return !verdict || !verdict->text || strcmp(verdict->text, "fail") != 0;
}

static const char *name_of(const struct process_case *c, const char *step, const char *subject)
{
    const struct proc_value *name = procedure_value(c->state, step, subject, "name");
    return name && name->text && !name->erased ? name->text : "";
}

static bool has_person(const struct count_sheet *s, const char *id)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->rows[i].person && strcmp(s->rows[i].person, id) == 0) {
            return true;
        }
    }
    return false;
}

static void add_people(struct count_sheet *s, const struct process_case *c)
{
    static const char *const steps[] = {"S10", "S22"};
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < procedure_slots(c->state); i++) {
            const struct slot *slot = procedure_slot(c->state, i);
            if (strcmp(slot->step, steps[k]) == 0 && slot->record &&
                !has_person(s, slot->subject) && passed(c, slot->subject)) {
                add_person(s, c, slot->subject, name_of(c, slot->step, slot->subject));
            }
        }
    }
}

struct count_row *count_find(const struct count_sheet *sheet, const char *key)
{
    for (size_t i = 0; i < sheet->n; i++) {
        if (strcmp(sheet->rows[i].key, key) == 0) {
            return &sheet->rows[i];
        }
    }
    return NULL;
}

/* ---- drafts */

static enum gw_err save(struct home *home, const struct count_sheet *s, int entry,
                        struct gw_fail *fail)
{
    struct gw_buf text;
    enum gw_err err = GW_OK;
    gw_buf_init(&text, DRAFT_BYTES);
    for (size_t i = 0; i < s->n && !err; i++) {
        if (s->rows[i].value[entry] >= 0) {
            err =
                gw_buf_addf(&text, "%s %lld\n", s->rows[i].key, (long long)s->rows[i].value[entry]);
        }
    }
    err = err ? err : draft_save(home, draft_kinds[entry], s->process, gw_buf_str(&text), fail);
    gw_buf_free(&text);
    return err;
}

static bool read_value(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0 && *out >= 0 && *out <= 100000000;
}

/* "KEY VALUE"; true for comments and blank lines too. */
static bool take_line(struct count_sheet *s, int entry, char *line)
{
    int64_t value;
    line += strspn(line, " \t\r");
    size_t len = strcspn(line, " \t=");
    if (line[0] == '\0' || line[0] == '#') {
        return true;
    }
    char *rest = line + len;
    rest += strspn(rest, " \t=");
    rest[strcspn(rest, " \t\r")] = '\0';
    line[len] = '\0';
    struct count_row *row = count_find(s, line);
    if (!row || !read_value(rest, &value)) {
        return false;
    }
    row->value[entry] = value;
    return true;
}

static enum gw_err load(struct home *home, struct count_sheet *s, int entry)
{
    struct gw_buf text;
    gw_buf_init(&text, DRAFT_BYTES);
    enum gw_err err = draft_load(home, draft_kinds[entry], s->process, &text);
    for (char *at = err ? NULL : text.data, *line; at && (line = strsep(&at, "\n"));) {
        (void)take_line(s, entry, line); /* of a person who is gone: left out */
    }
    gw_buf_free(&text);
    return err == GW_ABSENT ? GW_OK : err;
}

/* Names that were written on ballots: "ID NAME" lines. */
static enum gw_err load_names(struct home *home, struct count_sheet *s,
                              const struct process_case *c, struct gw_buf *text)
{
    enum gw_err err = draft_load(home, write_ins, s->process, text);
    char *copy = err || text->len == 0 ? NULL : strdup(gw_buf_str(text));
    for (char *at = copy, *line; at && (line = strsep(&at, "\n"));) {
        char *blank = strchr(line, ' ');
        if (blank) {
            *blank = '\0';
            if (!has_person(s, line)) {
                add_person(s, c, line, blank + 1);
            }
        }
    }
    free(copy);
    return err == GW_ABSENT ? GW_OK : err;
}

/* ---- opening */

enum gw_err count_open(struct home *home, const struct process_case *c, struct count_sheet *out,
                       struct gw_fail *fail)
{
    struct gw_buf names;
    *out = (struct count_sheet){.rows = calloc(COUNT_ROWS_MAX, sizeof *out->rows)};
    gw_arena_init(&out->arena, SHEET_MEMORY);
    if (!out->rows) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    if (!template_step(c->rules->template_, "S22")) {
        count_close(out);
        return gw_fail_set(fail, GW_ABSENT, _("This procedure has no ballot."));
    }
    ODB_COPY(out->process, c->row.id);
    for (size_t i = 0; i < FIGURES; i++) {
        struct count_row *row = add_row(out);
        ODB_COPY(row->key, figures[i][0]);
        ODB_COPY(row->label, _(figures[i][1]));
    }
    add_people(out, c);
    gw_buf_init(&names, DRAFT_BYTES);
    enum gw_err err = load_names(home, out, c, &names);
    gw_buf_free(&names);
    err = err ? err : load(home, out, 0);
    err = err ? err : load(home, out, 1);
    if (err) {
        count_close(out);
    }
    return err;
}

void count_close(struct count_sheet *sheet)
{
    free(sheet->rows);
    gw_arena_free(&sheet->arena);
    *sheet = (struct count_sheet){.rows = NULL};
}

/* ---- typing */

enum gw_err count_put(struct home *home, struct count_sheet *sheet, int entry, size_t row,
                      int64_t value, struct gw_fail *fail)
{
    if (row >= sheet->n || value < -1) {
        return gw_fail_set(fail, GW_INVALID, _("A number of papers or votes is not negative."));
    }
    sheet->rows[row].value[entry] = value;
    return save(home, sheet, entry, fail);
}

enum gw_err count_read_text(struct home *home, struct count_sheet *sheet, int entry,
                            const char *text, struct gw_fail *fail)
{
    char *copy = strdup(text);
    int number = 0;
    enum gw_err err = copy ? GW_OK : GW_NOMEM;
    for (char *at = copy, *line; !err && at && (line = strsep(&at, "\n"));) {
        number++;
        if (!take_line(sheet, entry, line)) {
            err = gw_fail_set(
                fail, GW_INVALID,
                _("Line %d of the sheet is not “KEY NUMBER” with a key of this poll. Nothing of it "
                  "was taken; `count` without a sheet lists the keys."),
                number);
        }
    }
    free(copy);
    return err ? err : save(home, sheet, entry, fail);
}

enum gw_err count_write_in(struct home *home, struct count_sheet *sheet, const char *name,
                           char id[COUNT_PERSON], struct gw_fail *fail)
{
    struct gw_buf text;
    int number = 1;
    size_t len = strlen(name);
    if (len == 0 || len > NAME_BYTES || strchr(name, '\n')) {
        return gw_fail_set(fail, GW_INVALID, _("Give the name as it stands on the ballots."));
    }
    do {
        (void)snprintf(id, COUNT_PERSON, "w%d", number++);
    } while (has_person(sheet, id));
    gw_buf_init(&text, DRAFT_BYTES);
    enum gw_err err = draft_load(home, write_ins, sheet->process, &text);
    err = err == GW_ABSENT ? GW_OK : err;
    err = err ? err : gw_buf_addf(&text, "%s %s\n", id, name);
    err = err ? err : draft_save(home, write_ins, sheet->process, gw_buf_str(&text), fail);
    gw_buf_free(&text);
    return err;
}

/* ---- sums and comparison */

static int64_t figure(const struct count_sheet *s, int entry, const char *key)
{
    const struct count_row *row = count_find(s, key);
    return row ? row->value[entry] : -1;
}

static int64_t rest(int64_t whole, const int64_t *parts, size_t n)
{
    for (size_t i = 0; i < n && whole >= 0; i++) {
        if (parts[i] < 0) {
            return 0; /* not typed yet: nothing can be said */
        }
    }
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += parts[i];
    }
    return whole < 0 ? 0 : whole - sum;
}

void count_sums(const struct count_sheet *sheet, int entry, struct count_sums *out)
{
    const int64_t papers[] = {figure(sheet, entry, "recovered"),
                              figure(sheet, entry, "not_returned")};
    const int64_t read[] = {figure(sheet, entry, "valid"), figure(sheet, entry, "invalid"),
                            figure(sheet, entry, "blank")};
    *out = (struct count_sums){.papers = rest(figure(sheet, entry, "issued"), papers, 2),
                               .sheet = rest(papers[0], read, 3),
                               .whole = true};
    for (size_t i = 0; i < sheet->n; i++) {
        out->whole = out->whole && sheet->rows[i].value[entry] >= 0;
    }
}

size_t count_differing(const struct count_sheet *sheet, size_t *rows, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < sheet->n; i++) {
        const struct count_row *row = &sheet->rows[i];
        if (row->value[0] != row->value[1] || row->value[0] < 0) {
            if (n < cap) {
                rows[n] = i;
            }
            n++;
        }
    }
    return n;
}
