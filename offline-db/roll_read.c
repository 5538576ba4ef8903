/* People of a division and where they live on polling day, from the mirror. */
#include <stdlib.h>
#include <string.h>

#include "model/idnum.h"
#include "offline-db/roll_p.h"

/* ---- growing lists in the arena: doubled and copied, the old piece is left behind */

enum { FIRST = 1024, ID_TEXT = 19 };

struct spell {
    size_t person;
    gw_day from, to; /* DAY_NONE from = always, INT32_MAX to = still */
    bool temporary;
};

struct reading {
    struct roll *roll;
    char today[DAY_TEXT + 1];
    size_t cap;
    char (*numbers)[ID_TEXT]; /* owned, wiped: ID numbers by person */
    struct spell *spells;     /* owned */
    size_t spells_n, spells_cap;
    enum gw_err err;
};

static bool room(struct reading *r)
{
    size_t cap = r->cap ? 2 * r->cap : FIRST;
    if (r->roll->n < r->cap) {
        return true;
    }
    struct roll_person *people = gw_arena_alloc(&r->roll->arena, cap, sizeof *people);
    char(*numbers)[ID_TEXT] = calloc(cap, sizeof *numbers);
    if (!people || !numbers) {
        free(numbers);
        r->err = GW_NOMEM;
        return false;
    }
    if (r->cap) {
        memcpy(people, r->roll->people, r->cap * sizeof *people);
        memcpy(numbers, r->numbers, r->cap * sizeof *numbers);
        gw_wipe(r->numbers, r->cap * sizeof *numbers);
    }
    free(r->numbers);
    r->roll->people = people;
    r->numbers = numbers;
    r->cap = cap;
    return true;
}

/* ---- one person */

static enum roll_hukou hukou_of(const char *population)
{
    static const struct {
        const char *code;
        enum roll_hukou hukou;
    } kinds[] = {{"01", ROLL_REG_HERE},
                 {"hukou_away", ROLL_REG_HERE},
                 {"02", ROLL_REG_ELSEWHERE},
                 {"floating", ROLL_REG_ELSEWHERE},
                 {"foreign", ROLL_REG_FOREIGN}};
    for (size_t i = 0; population && i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].code, population) == 0) {
            return kinds[i].hukou;
        }
    }
    return ROLL_REG_UNKNOWN;
}

/* Birth by ID card when it passes its check, else by the register (V26 16: counted on polling day).
 */
static void read_birth(struct reading *r, struct roll_person *p, const char *number,
                       const char *birth, char out[ID_TEXT])
{
    char by_card[11], sex;
    gw_day card;
    p->facts.birth = DAY_NONE;
    (void)(birth && day_parse(birth, &p->facts.birth)); /* an unreadable one is not known */
    out[0] = '\0';
    if (!number || !number[0]) {
        return;
    }
    if (!idnum_from15(number, out)) {
        odb_copy(out, ID_TEXT, number);
    }
    out[17] = out[17] == 'x' ? 'X' : out[17];
    if (idnum_check(out, r->today) != IDNUM_OK) {
        p->id_wrong = true;
        return;
    }
    idnum_facts(out, by_card, &sex);
    if (day_parse(by_card, &card)) {
        p->birth_differs = p->facts.birth != DAY_NONE && p->facts.birth != card;
        p->facts.birth = card;
        p->by_id = true;
        p->sex = p->sex == '0' ? sex : p->sex;
    }
}

static const char *keep(struct reading *r, sqlite3_stmt *st, int col, const char *same)
{
    const char *text = gw_col_text(st, col);
    if (!text) {
        return "";
    }
    if (same && strcmp(same, text) == 0) {
        return same; /* neighbours share their path and household */
    }
    char *copy = gw_arena_text(&r->roll->arena, text);
    r->err = copy ? r->err : GW_NOMEM;
    return copy ? copy : "";
}

static void read_row(struct reading *r, sqlite3_stmt *st)
{
    if (!room(r)) {
        return;
    }
    size_t i = r->roll->n;
    struct roll_person *p = &r->roll->people[i], *before = i > 0 ? p - 1 : NULL;
    const char *sex = gw_col_text(st, 3), *folk = gw_col_text(st, 5), *party = gw_col_text(st, 10);
    const char *population = gw_col_text(st, 6);
    *p = (struct roll_person){.sex = sex && sex[0] ? sex[0] : '0'};
    p->id = keep(r, st, 0, NULL);
    p->path = keep(r, st, 1, before ? before->path : NULL);
    p->name = keep(r, st, 2, NULL);
    p->household = keep(r, st, 7, before ? before->household : NULL);
    p->relation = keep(r, st, 8, before ? before->relation : NULL);
    p->minority = folk && folk[0] && strcmp(folk, "01") != 0 && strcmp(folk, "97") < 0;
    p->party = party && (strcmp(party, "01") == 0 || strcmp(party, "02") == 0);
    p->facts.hukou = hukou_of(population);
    p->facts.lives =
        population && strcmp(population, "hukou_away") != 0 && p->facts.hukou != ROLL_REG_UNKNOWN;
    p->facts.lives_since = p->facts.works_since = DAY_NONE;
    p->facts.said_on = p->facts.ends_on = p->facts.told_on = DAY_NONE;
    read_birth(r, p, gw_col_text(st, 9), gw_col_text(st, 4), r->numbers[i]);
    p->birth = p->facts.birth;
    r->roll->n++;
}

/* ---- where they live */

static bool spell_room(struct reading *r)
{
    if (r->spells_n < r->spells_cap) {
        return true;
    }
    size_t cap = r->spells_cap ? 2 * r->spells_cap : FIRST;
    struct spell *more = realloc(r->spells, cap * sizeof *more);
    r->err = more ? r->err : GW_NOMEM;
    r->spells = more ? more : r->spells;
    r->spells_cap = more ? cap : r->spells_cap;
    return more != NULL;
}

static void read_spell(struct reading *r, sqlite3_stmt *st)
{
    const char *id = gw_col_text(st, 0), *from = gw_col_text(st, 1), *to = gw_col_text(st, 2);
    const char *kind = gw_col_text(st, 3);
    const struct roll_person *p = id ? roll_find(r->roll, id) : NULL;
    struct spell s = {.from = DAY_NONE, .to = INT32_MAX};
    if (!p || !spell_room(r)) {
        return;
    }
    s.person = (size_t)(p - r->roll->people);
    (void)(from && day_parse(from, &s.from));
    (void)(to && day_parse(to, &s.to));
    s.temporary = kind && strcmp(kind, "temporary") == 0;
    r->spells[r->spells_n++] = s;
}

static int by_person(const void *a, const void *b)
{
    const struct spell *x = a, *y = b;
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    return x->from < y->from ? -1 : x->from > y->from;
}

/* Spells of one person, by their start: those that touch are one stay. A move within the place does
 * not begin anew. */
static void judge_stay(struct reading *r, const struct spell *s, size_t n)
{
    struct roll_facts *f = &r->roll->people[s->person].facts;
    gw_day polling = r->roll->polling, start = s->from, end = s->to;
    bool away = !f->lives && f->hukou == ROLL_REG_HERE; /* the register says: not here */
    f->lives = false;
    f->temporary = true;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && end != INT32_MAX && s[i].from > end + 1) {
            start = s[i].from;
            end = s[i].to;
        }
        end = s[i].to > end ? s[i].to : end;
        if (s[i].from <= polling && polling <= s[i].to) {
            f->lives = !away;
            f->lives_since = start;
            f->temporary = f->temporary && s[i].temporary;
        }
    }
    f->temporary = f->temporary && f->lives;
}

static void judge_stays(struct reading *r)
{
    if (r->spells_n == 0) {
        return;
    }
    qsort(r->spells, r->spells_n, sizeof *r->spells, by_person);
    for (size_t i = 0, n; i < r->spells_n; i += n) {
        for (n = 1; i + n < r->spells_n && r->spells[i + n].person == r->spells[i].person; n++) {
        }
        judge_stay(r, &r->spells[i], n);
    }
}

/* ---- twice the same ID number */

struct numbered {
    const char *number;
    struct roll_person *person;
};

static int by_number(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int order = strcmp(x->number, y->number);
    return order != 0 ? order : strcmp(x->person->id, y->person->id);
}

/* By id, so that everybody marks the same one. */
static enum gw_err mark_twins(struct reading *r)
{
    size_t n = 0;
    struct numbered *list = calloc(r->roll->n + 1, sizeof *list);
    if (!list) {
        return GW_NOMEM;
    }
    for (size_t i = 0; i < r->roll->n; i++) {
        if (r->numbers[i][0]) {
            list[n++] = (struct numbered){r->numbers[i], &r->roll->people[i]};
        }
    }
    qsort(list, n, sizeof *list, by_number);
    for (size_t i = 1, first = 0; i < n; i++) {
        first = strcmp(list[i].number, list[first].number) == 0 ? first : i;
        list[i].person->twin = first < i ? list[first].person->id : NULL;
    }
    free(list);
    return GW_OK;
}

/* ---- all */

/* Only a home that looks at a roll needs these: a console that loads 100,000 residents for its
 * alarms would pay for them a third more. Made by the first roll; when the store is busy or full
 * the roll is read without them. Spells are read from the index alone. */
static void make_indexes(struct home *home)
{
    static const char *const texts[] = {
        "CREATE INDEX IF NOT EXISTS resident_path ON resident (path)",
        "CREATE INDEX IF NOT EXISTS spell_path ON spell (path, resident_id, \"from\", \"to\", "
        "kind)"};
    sqlite3_stmt *st = process_stmt(home, SQL_RO_INDEXED);
    enum gw_err err = odb_row(home, st, NULL);
    odb_reset(st);
    if (err == GW_ABSENT && odb_begin(home, GW_DURABLE_NORMAL, "roll_index", NULL) == GW_OK) {
        err = gw_db_exec(home->db, texts[0], NULL);
        err = err ? err : gw_db_exec(home->db, texts[1], NULL);
        (void)odb_end(home, err, NULL);
    }
}

static enum gw_err each_row(struct home *home, enum process_sql_row which, const char *division,
                            struct reading *r, void (*take)(struct reading *r, sqlite3_stmt *st),
                            struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, which);
    gw_bind_text(st, ":path", division);
    enum gw_err err = odb_row(home, st, fail);
    while (!err && !r->err) {
        take(r, st);
        err = odb_row(home, st, fail);
    }
    odb_reset(st);
    return r->err ? r->err : err == GW_ABSENT ? GW_OK : err;
}

enum gw_err roll_read(struct home *home, const char *division, size_t more, struct roll *roll,
                      struct gw_fail *fail)
{
    struct reading r = {.roll = roll};
    gw_time_day(home->clock->wall_ms(home->clock->ctx), r.today);
    make_indexes(home);
    enum gw_err err = each_row(home, SQL_RO_PEOPLE, division, &r, read_row, fail);
    size_t n = roll->n;
    struct roll_person *people = NULL;
    if (!err) {
        people = gw_arena_alloc(&roll->arena, n + more + 1, sizeof *people);
        roll->by_id = gw_arena_alloc(&roll->arena, n + more + 1, sizeof *roll->by_id);
        err = people && roll->by_id ? GW_OK : GW_NOMEM;
    }
    if (!err) {
        memcpy(people, roll->people ? roll->people : people, n * sizeof *people);
        roll->people = people;
        roll_index(roll);
        err = each_row(home, SQL_RO_SPELLS, division, &r, read_spell, fail);
    }
    if (!err) {
        judge_stays(&r);
        err = mark_twins(&r);
    }
    if (r.numbers) {
        gw_wipe(r.numbers, r.cap * sizeof *r.numbers);
    }
    free(r.numbers);
    free(r.spells);
    return err;
}
