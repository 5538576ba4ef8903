#include "rules/rule_folder_p.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"

/* ---- reading */

enum rule_kind rule_kind_of_name(const char *name)
{
    size_t len = strlen(name);
    if (len < 6 || strcmp(name + len - 5, ".json") != 0) {
        return RULE_NONE;
    }
    return strncmp(name, "law-", 4) == 0        ? RULE_LAW
           : strncmp(name, "proc-", 5) == 0     ? RULE_TEMPLATE
           : strcmp(name, "holidays.json") == 0 ? RULE_HOLIDAYS
                                                : RULE_NONE;
}

enum gw_err rule_file_read(const char *path, struct gw_buf *text, struct gw_fail *fail)
{
    gw_buf_init(text, RULESET_TEXT_MAX);
    enum gw_err err = gw_file_read(path, text, fail);
    if (err == GW_OK && text->len > 0 && text->data[text->len - 1] == '\n') {
        text->data[--text->len] = '\0';
    }
    return err;
}

static enum gw_err head_read(struct rule_folder *folder, struct rule_file *file,
                             struct gw_fail *fail)
{
    struct reader r;
    struct json *root = NULL;
    struct gw_fail why = {0};
    enum gw_err err =
        json_parse(gw_buf_str(&file->text), file->text.len, RULESET_TEXT_MAX, &root, &why);
    if (err != GW_OK) {
        return gw_fail_set(fail, err, "%s: %s", file->name, why.text);
    }
    read_begin(&r, &folder->arena, fail, file->name);
    if (file->kind == RULE_LAW) {
        law_head_read(&r, root, &file->head);
    } else if (file->kind == RULE_TEMPLATE) {
        template_head_read(&r, root, &file->head);
    }
    json_free(root);
    return r.err;
}

static enum gw_err file_add(struct rule_folder *folder, const char *dir, const char *name,
                            struct gw_fail *fail)
{
    char path[PATH_MAX];
    enum rule_kind kind = rule_kind_of_name(name);
    if (kind == RULE_NONE) {
        return GW_OK;
    }
    if (folder->n == FOLDER_FILES_MAX || strlen(name) >= FILE_NAME_BYTES ||
        gw_path_join(path, sizeof(path), dir, name) != GW_OK) {
        return gw_fail_set(
            fail, GW_TOO_LARGE,
            _("The folder %s holds too many rule files, or one with too long a name. "
              "Take away what is not needed."),
            dir);
    }
    struct rule_file *file = &folder->files[folder->n++];
    memset(file, 0, sizeof(*file));
    memcpy(file->name, name, strlen(name) + 1);
    file->kind = kind;
    return rule_file_read(path, &file->text, fail);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct rule_file *)a)->name, ((const struct rule_file *)b)->name);
}

enum gw_err folder_read(const char *dir, struct rule_folder *out, struct gw_fail *fail)
{
    *out = (struct rule_folder){0};
    gw_arena_init(&out->arena, FOLDER_MEMORY_MAX);
    DIR *stream = opendir(dir);
    int error = errno;
    if (stream == NULL) {
        return gw_fail_set(
            fail, error == ENOENT || error == ENOTDIR ? GW_ABSENT : GW_STORE,
            _("The rules folder %s cannot be read: %s. Without it no procedure can be "
              "opened; install it again or name another one."),
            dir, gw_errno_text(error));
    }
    enum gw_err err = GW_OK;
    out->files = calloc(FOLDER_FILES_MAX, sizeof(*out->files));
    if (out->files == NULL) {
        err =
            gw_fail_set(fail, GW_NOMEM, "%s", _("There is no memory left. Close other programs."));
    }
    for (struct dirent *e; err == GW_OK && (e = readdir(stream)) != NULL;) {
        err = file_add(out, dir, e->d_name, fail);
    }
    (void)closedir(stream); /* only read from */
    if (err == GW_OK) {
        qsort(out->files, out->n, sizeof(*out->files), by_name);
    }
    for (size_t i = 0; err == GW_OK && i < out->n; i++) {
        err = head_read(out, &out->files[i], fail);
    }
    return err;
}

void folder_free(struct rule_folder *folder)
{
    for (size_t i = 0; i < folder->n; i++) {
        gw_buf_free(&folder->files[i].text);
    }
    free(folder->files);
    gw_arena_free(&folder->arena);
    *folder = (struct rule_folder){0};
}

/* ---- choosing */

static bool same(const char *want, const char *have)
{
    return want == NULL || (have != NULL && strcmp(want, have) == 0);
}

static bool fits(const struct rule_file *file, const struct rule_want *want)
{
    const struct rule_head *head = &file->head;
    const char *base = head->base != NULL ? head->base : "";
    bool in_force =
        want->day == DAY_NONE || (head->valid_from <= want->day &&
                                  (head->valid_to == DAY_NONE || want->day <= head->valid_to));
    return file->kind == want->kind && in_force && same(want->id, head->id) &&
           same(want->committee, head->committee) && same(want->base, base) &&
           same(want->jurisdiction, head->jurisdiction);
}

enum gw_err folder_choose(const struct rule_folder *folder, const struct rule_want *want,
                          const struct rule_file **out, struct gw_fail *fail)
{
    const struct rule_file *best = NULL, *rival = NULL;
    for (size_t i = 0; i < folder->n; i++) {
        const struct rule_file *file = &folder->files[i];
        if (!fits(file, want)) {
            continue;
        }
        bool other = best != NULL && strcmp(best->head.id, file->head.id) != 0;
        if (best == NULL || (!other && file->head.version > best->head.version)) {
            best = file;
            rival = rival != NULL && strcmp(rival->head.id, file->head.id) != 0 ? rival : NULL;
        } else if (other || file->head.version == best->head.version) {
            rival = file;
        }
    }
    *out = best;
    if (rival != NULL) {
        return gw_fail_set(
            fail, GW_INVALID,
            _("%s and %s say the same thing for the same days, and neither is newer. "
              "Nothing is chosen; take one of them away."),
            best->name, rival->name);
    }
    return GW_OK;
}

enum gw_err folder_layers(const struct rule_folder *folder, const char *committee,
                          const char *jurisdiction, gw_day day, struct rule_parts *out,
                          struct gw_fail *fail)
{
    char text[DAY_TEXT + 1];
    struct rule_want want = {.kind = RULE_LAW, .committee = committee, .base = "", .day = day};
    const struct rule_file *base, *overlay = NULL;
    enum gw_err err = folder_choose(folder, &want, &base, fail);
    day_print(day, text);
    if (err == GW_OK && base == NULL) {
        return gw_fail_set(
            fail, GW_ABSENT,
            _("No law file for “%s” is in force on %s. Add one to the rules folder."), committee,
            text);
    }
    if (err != GW_OK) {
        return err;
    }
    out->layers[out->layers_n++] = base;
    if (jurisdiction[0] == '\0' || strcmp(jurisdiction, base->head.jurisdiction) == 0) {
        return GW_OK;
    }
    want.base = base->head.id;
    want.jurisdiction = jurisdiction;
    err = folder_choose(folder, &want, &overlay, fail);
    if (err == GW_OK && overlay == NULL) {
        return gw_fail_set(fail, GW_ABSENT,
                           _("No law file of “%s” for “%s” is in force on %s. Add one to the rules "
                             "folder."),
                           jurisdiction, committee, text);
    }
    out->layers[out->layers_n++] = overlay;
    return err;
}

enum gw_err folder_holidays(const struct rule_folder *folder, struct rule_parts *out,
                            struct gw_fail *fail)
{
    struct rule_want want = {.kind = RULE_HOLIDAYS, .day = DAY_NONE};
    for (size_t i = 0; i < folder->n; i++) {
        out->holidays = fits(&folder->files[i], &want) ? &folder->files[i] : out->holidays;
    }
    return out->holidays != NULL
               ? GW_OK
               : gw_fail_set(
                     fail, GW_ABSENT, "%s",
                     _("holidays.json is missing in the rules folder, so no deadline can be "
                       "counted. Install it again."));
}

/* ---- the text */

static enum gw_err parts_write(const struct rule_parts *parts, struct gw_buf *out)
{
    struct jw w;
    gw_buf_reset(out);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "format", "gridward-rules-v1");
    jw_arr(&w, "layers");
    for (size_t i = 0; i < parts->layers_n; i++) {
        jw_raw(&w, NULL, gw_buf_str(&parts->layers[i]->text), parts->layers[i]->text.len);
    }
    jw_arr_end(&w);
    jw_raw(&w, "holidays", gw_buf_str(&parts->holidays->text), parts->holidays->text.len);
    jw_raw(&w, "template", gw_buf_str(&parts->template_->text), parts->template_->text.len);
    jw_obj_end(&w);
    return jw_end(&w);
}

enum gw_err parts_compose(const struct rule_parts *parts, struct gw_buf *out, struct gw_fail *fail)
{
    struct ruleset *set = NULL;
    struct rule_names names = {.holidays = parts->holidays->name,
                               .template_ = parts->template_->name};
    for (size_t i = 0; i < parts->layers_n; i++) {
        names.layers[i] = parts->layers[i]->name;
    }
    enum gw_err err = parts_write(parts, out);
    if (err == GW_OK && out->len > RULESET_TEXT_MAX) {
        err = GW_TOO_LARGE;
    }
    if (err == GW_TOO_LARGE) {
        (void)gw_fail_set(fail, err, _("%s with its laws is longer than %d bytes. Shorten it."),
                          parts->template_->name, (int)RULESET_TEXT_MAX);
    }
    if (err == GW_OK) {
        err = ruleset_load_named(gw_buf_str(out), out->len, &names, &set, fail);
    }
    ruleset_free(set);
    if (err != GW_OK) {
        gw_buf_reset(out);
    }
    return err;
}
