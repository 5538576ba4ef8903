#include "rules/notice_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "rules/rule_read_p.h"

enum {
    NOTICE_MEMORY_MAX = 2 * 1024 * 1024,
    NOTICE_LINES_MAX = 100,
    NOTICE_PATH_MAX = 4096,
    SIGN_BYTES = 240,
    KIND_BYTES = 31,
};

struct load {
    struct reader r;
    const struct json *words; /* of the file */
    const char *committee, *mode;
};

/* ---- text: lines to one text, with the words of the committee */

/* "{w:key}" at p: its word, and where the text goes on. NULL when there is no such word. */
static const char *word_at(const struct load *l, const char *p, const char *lang,
                           const char **after)
{
    char key[64];
    size_t len = strcspn(p + 3, "}");
    if (len >= sizeof(key) || p[3 + len] != '}') {
        return NULL;
    }
    memcpy(key, p + 3, len);
    key[len] = '\0';
    *after = p + 3 + len + 1;
    const struct json *word = json_obj(l->words, key);
    const struct json *of_mode = word != NULL ? json_obj(word, l->mode) : NULL;
    word = of_mode != NULL || word == NULL ? of_mode : json_obj(word, l->committee);
    return word != NULL ? json_str(word, lang) : NULL;
}

static enum gw_err line_add(struct load *l, const char *line, const char *lang, struct gw_buf *out)
{
    enum gw_err err = GW_OK;
    const char *p = line;
    for (const char *at = strstr(p, "{w:"); at != NULL && err == GW_OK; at = strstr(p, "{w:")) {
        const char *after = at;
        const char *word = word_at(l, at, lang, &after);
        if (word == NULL) {
            read_refuse(&l->r, _("There is no such word: %.40s"), at);
            return GW_INVALID;
        }
        err = gw_buf_add(out, p, (size_t)(at - p));
        err = err != GW_OK ? err : gw_buf_adds(out, word);
        p = after;
    }
    err = err != GW_OK ? err : gw_buf_adds(out, p);
    return err != GW_OK ? err : gw_buf_adds(out, "\n");
}

static bool line_ok(const char *line)
{
    for (const char *p = line; p != NULL && *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f) {
            return false;
        }
    }
    return line != NULL;
}

static const char *lines_read(struct load *l, const struct json *text, const char *lang)
{
    struct gw_buf out;
    size_t n;
    const char *copy = NULL;
    const struct json *line = read_list(&l->r, text, lang, 1, NOTICE_LINES_MAX, &n);
    gw_buf_init(&out, NOTICE_FILE_MAX);
    for (; line != NULL && l->r.err == GW_OK; line = json_next(line)) {
        if (!line_ok(json_text(line))) {
            read_wrong(&l->r, lang);
        } else if (line_add(l, json_text(line), lang, &out) != GW_OK && l->r.err == GW_OK) {
            read_nomem(&l->r);
        }
    }
    if (l->r.err == GW_OK) {
        const char *broken = notice_check(gw_buf_str(&out));
        copy = gw_arena_textn(l->r.arena, gw_buf_str(&out), out.len);
        if (copy == NULL) {
            read_nomem(&l->r);
        } else if (broken != NULL) {
            read_refuse(&l->r, _("This cannot be read as a tag, or its block does not end: %.40s"),
                        *broken != '\0' ? broken : "…");
        }
    }
    gw_buf_free(&out);
    return copy;
}

/* ---- the file */

static void words_check(struct load *l)
{
    static const char *const committees[] = {"village", "community", "households",
                                             "representatives", NULL};
    for (const struct json *w = json_first(l->words); w != NULL && l->r.err == GW_OK;
         w = json_next(w)) {
        read_enter(&l->r, json_key(w), SIZE_MAX);
        read_only(&l->r, w, committees);
        (void)read_words(&l->r, w, "village", SIGN_BYTES);
        (void)read_words(&l->r, w, "community", SIGN_BYTES);
        for (size_t i = 2; committees[i] != NULL; i++) {
            if (json_has(w, committees[i])) {
                (void)read_words(&l->r, w, committees[i], SIGN_BYTES);
            }
        }
        read_leave(&l->r);
    }
}

static void signs_read(struct reader *r, const struct json *at, struct notice_signs *out)
{
    static const char *const keys[] = {"missing", "waits", "erased",    "hidden", "yes",
                                       "no",      "day",   "separator", NULL};
    read_only(r, at, keys);
    out->missing = read_words(r, at, "missing", SIGN_BYTES);
    out->waits = read_words(r, at, "waits", SIGN_BYTES);
    out->erased = read_words(r, at, "erased", SIGN_BYTES);
    out->hidden = read_words(r, at, "hidden", SIGN_BYTES);
    out->yes = read_words(r, at, "yes", SIGN_BYTES);
    out->no = read_words(r, at, "no", SIGN_BYTES);
    out->separator = read_words(r, at, "separator", SIGN_BYTES);
    out->day = read_words(r, at, "day", SIGN_BYTES);
}

/* Of files that do not say it: what its title calls a notice. Anything else is kept in the file. */
static bool says_public(const char *title)
{
    static const char *const ends[] = {"公告", "公开", "须知"};
    size_t len = strlen(title);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t end = strlen(ends[i]);
        if (len >= end && strcmp(title + len - end, ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void on_read(struct load *l, const struct json *at, struct notice *out)
{
    const struct json *step = read_list(&l->r, at, "on", 0, NOTICE_ON_MAX, &out->on_n);
    for (size_t i = 0; i < out->on_n && l->r.err == GW_OK; i++, step = json_next(step)) {
        const char *text = json_text(step);
        if (text == NULL || !read_form_ok(FORM_STEP, text, strlen(text))) {
            read_wrong(&l->r, "on");
            return;
        }
        out->on[i] = gw_arena_text(l->r.arena, text);
        if (out->on[i] == NULL) {
            read_nomem(&l->r);
        }
    }
}

static void notice_one(struct load *l, const struct json *at, struct notice *out)
{
    static const char *const keys[] = {"id",    "title",     "for",  "on", "annex",
                                       "paper", "published", "text", NULL};
    static const char *const annexes[] = {"", "roll", "changes", NULL};
    static const char *const langs[] = {"zh", "en", NULL};
    static const char *const papers[] = {"A4", "A3", NULL};
    read_only(&l->r, at, keys);
    out->id = read_id(&l->r, at, "id", FORM_SOURCE, true);
    read_named(&l->r, out->id != NULL ? out->id : "");
    out->title = read_words(&l->r, at, "title", READ_NAME_BYTES);
    out->step = read_id(&l->r, at, "for", FORM_STEP, true);
    on_read(l, at, out);
    out->annex = (enum notice_annex)read_one_of(&l->r, at, "annex", annexes, true);
    out->paper = papers[read_one_of(&l->r, at, "paper", papers, false)];
    out->published = json_has(at, "published")
                         ? read_flag(&l->r, at, "published")
                         : out->title.zh != NULL && says_public(out->title.zh);
    const struct json *text = json_obj(at, "text");
    if (text == NULL) {
        read_wrong(&l->r, "text");
    }
    if (l->r.err == GW_OK) {
        read_only(&l->r, text, langs);
        out->text.zh = lines_read(l, text, "zh");
        out->text.en = lines_read(l, text, "en");
    }
}

static void file_read(struct load *l, const struct json *root, struct notice_set *set)
{
    static const char *const keys[] = {"set", "version", "signs", "words", "notices", NULL};
    read_only(&l->r, root, keys);
    set->set = read_id(&l->r, root, "set", FORM_SET, true);
    set->version = (int)read_int(&l->r, root, "version", 1, READ_VERSION_MAX);
    l->words = json_obj(root, "words");
    const struct json *signs = json_obj(root, "signs");
    if (l->words == NULL || signs == NULL) {
        read_wrong(&l->r, l->words == NULL ? "words" : "signs");
    }
    if (l->r.err != GW_OK) {
        return;
    }
    words_check(l);
    signs_read(&l->r, signs, &set->signs);
    size_t n;
    const struct json *at = read_list(&l->r, root, "notices", 1, READ_LIST_MAX, &n);
    struct notice *items = read_alloc(&l->r, n, sizeof(*items));
    for (size_t i = 0; i < n && l->r.err == GW_OK; i++, at = json_next(at)) {
        read_enter(&l->r, "notices", i);
        notice_one(l, at, &items[i]);
        read_fresh(&l->r, items, sizeof(*items), i);
        read_leave(&l->r);
    }
    set->items = items;
    set->n = n;
}

static enum gw_err load_named(const char *text, size_t len, const char *name, const char *committee,
                              const char *mode, struct notice_set **out, struct gw_fail *fail)
{
    struct json *root = NULL;
    *out = NULL;
    struct notice_set *set = calloc(1, sizeof(*set));
    if (set == NULL) {
        return GW_NOMEM;
    }
    gw_arena_init(&set->arena, NOTICE_MEMORY_MAX);
    struct load l = {.committee = committee, .mode = mode};
    read_begin(&l.r, &set->arena, fail, name);
    l.r.err = json_parse(text, len, NOTICE_FILE_MAX, &root, fail);
    if (l.r.err == GW_OK) {
        file_read(&l, root, set);
    }
    json_free(root);
    if (l.r.err != GW_OK) {
        notice_set_free(set);
        return l.r.err;
    }
    *out = set;
    return GW_OK;
}

enum gw_err notice_load(const char *text, size_t len, const char *committee, const char *mode,
                        struct notice_set **out, struct gw_fail *fail)
{
    return load_named(text, len, NULL, committee, mode, out, fail);
}

enum gw_err notice_read(const char *dir, const char *kind, const char *committee, const char *mode,
                        struct notice_set **out, struct gw_fail *fail)
{
    char path[NOTICE_PATH_MAX], name[KIND_BYTES + sizeof("notices/.json")];
    struct gw_buf text;
    *out = NULL;
    if (strlen(kind) > KIND_BYTES || !read_form_ok(FORM_KIND, kind, strlen(kind))) {
        return gw_fail_set(fail, GW_ABSENT,
                           _("There are no notices for procedures of the kind “%s”."), kind);
    }
    (void)snprintf(name, sizeof(name), "notices/%s.json", kind);
    enum gw_err err = gw_path_join(path, sizeof(path), dir, name);
    gw_buf_init(&text, NOTICE_FILE_MAX);
    err = err != GW_OK ? err : gw_file_read(path, &text, fail);
    err = err != GW_OK ? err
                       : load_named(gw_buf_str(&text), text.len, name, committee, mode, out, fail);
    gw_buf_free(&text);
    return err;
}
