/* What a person recorded, as the members of a command: public ones in `fields`, `counts`,
 * `materials`, those about people in the private part with its salt. */
#include <string.h>

#include "base/rnd.h"
#include "offline-db/blob.h"
#include "offline-db/process_p.h"
#include "offline-db/process_write_p.h"

enum { MEMBERS_MAX = 60 * 1024, SALT_BYTES = 16 };

static bool is_private(const struct proc_value *value, const struct proc_field *field)
{
    return value->private_part || (field && (field->private_part || field->type == PROC_PERSON ||
                                             field->type == PROC_PEOPLE));
}

static const struct proc_field *field_of(const struct process_shape *shape, const char *key,
                                         bool *count)
{
    *count = false;
    for (size_t i = 0; i < shape->fields_n; i++) {
        if (strcmp(shape->fields[i].key, key) == 0) {
            return &shape->fields[i];
        }
    }
    for (size_t i = 0; i < shape->counts_n; i++) {
        if (strcmp(shape->counts[i].key, key) == 0) {
            *count = true;
            return &shape->counts[i];
        }
    }
    return NULL;
}

static void put_value(struct jw *w, const struct proc_value *value)
{
    if (value->text) {
        jw_str(w, value->key, value->text);
    } else {
        jw_int(w, value->key, value->num);
    }
}

enum part { PART_FIELDS, PART_COUNTS, PART_PRIVATE };

static enum gw_err put_part(const struct process_shape *shape, const struct process_entry *entry,
                            enum part part, struct gw_buf *out, size_t *n)
{
    struct jw w;
    gw_buf_init(out, MEMBERS_MAX);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    *n = 0;
    for (size_t i = 0; i < entry->values_n; i++) {
        const struct proc_value *value = &entry->values[i];
        bool count = false;
        const struct proc_field *field = field_of(shape, value->key, &count);
        enum part is = is_private(value, field) ? PART_PRIVATE : count ? PART_COUNTS : PART_FIELDS;
        if (is == part) {
            put_value(&w, value);
            ++*n;
        }
    }
    if (part == PART_FIELDS && entry->happened_at > 0) {
        jw_int(&w, "happened_at", entry->happened_at);
        ++*n;
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err put_materials(const struct process_entry *entry, struct gw_buf *out)
{
    struct jw w;
    gw_buf_init(out, MEMBERS_MAX);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    for (size_t i = 0; i < entry->materials_n; i++) {
        put_value(&w, &entry->materials[i]);
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

/* The attachments that this home took in for those materials: [{commit, size, media}]. "paper" and
 * hashes that it does not know are materials only. */
static enum gw_err put_blobs(struct home *home, const struct process_entry *entry,
                             struct gw_buf *out, size_t *n)
{
    struct blob_row row;
    struct jw w;
    gw_buf_init(out, MEMBERS_MAX);
    jw_begin(&w, out);
    jw_arr(&w, NULL);
    *n = 0;
    for (size_t i = 0; i < entry->materials_n; i++) {
        const char *text = entry->materials[i].text;
        if (!text || !blob_commit_ok(text) || blob_find(home, text, &row) != GW_OK) {
            continue;
        }
        jw_obj(&w, NULL);
        jw_str(&w, "commit", row.commit);
        jw_int(&w, "size", row.size);
        jw_str(&w, "media", row.media);
        jw_obj_end(&w);
        ++*n;
    }
    jw_arr_end(&w);
    return jw_end(&w);
}

static enum gw_err put_private(struct home *home, const struct gw_buf *fields, struct gw_buf *out)
{
    struct jw w;
    uint8_t salt[SALT_BYTES];
    char text[SALT_BYTES * 2];
    home->random->fill(home->random->ctx, salt, sizeof salt);
    gw_b64url(salt, sizeof salt, text);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "salt", text);
    jw_raw(&w, "fields", gw_buf_str(fields), fields->len);
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err parse(const struct gw_buf *text, struct json **out)
{
    return json_parse(gw_buf_str(text), text->len, 0, out, NULL);
}

void process_members_init(struct process_members *m)
{
    *m = (struct process_members){.fields = NULL};
    gw_buf_init(&m->priv, MEMBERS_MAX);
}

enum gw_err process_members_make(struct home *home, const struct process_shape *shape,
                                 const struct process_entry *entry, struct process_members *m,
                                 struct gw_fail *fail)
{
    struct gw_buf fields, counts, priv, materials, blobs;
    size_t blobs_n = 0;
    size_t n = 0;
    size_t private_n = 0;
    enum gw_err err = put_part(shape, entry, PART_FIELDS, &fields, &n);
    enum gw_err more = put_part(shape, entry, PART_COUNTS, &counts, &n);
    err = err ? err : more;
    more = put_part(shape, entry, PART_PRIVATE, &priv, &private_n);
    err = err ? err : more;
    more = put_materials(entry, &materials);
    err = err ? err : more;
    more = put_blobs(home, entry, &blobs, &blobs_n);
    err = err ? err : more;
    err = err ? err : parse(&fields, &m->fields);
    err = err ? err : parse(&counts, &m->counts);
    err = err || entry->materials_n == 0 ? err : parse(&materials, &m->materials);
    err = err || blobs_n == 0 ? err : parse(&blobs, &m->blobs);
    if (!err && private_n > 0) {
        err = put_private(home, &priv, &m->priv);
        gw_sha256_hex2(gw_buf_str(&m->priv), m->priv.len, NULL, 0, m->priv_hash);
    }
    gw_buf_free(&fields);
    gw_buf_free(&counts);
    gw_buf_free(&priv);
    gw_buf_free(&materials);
    gw_buf_free(&blobs);
    return err ? gw_fail_set(fail, err,
                             _("This record cannot be written down: its text is too long or is not "
                               "UTF-8. Shorten it and try again; nothing was saved."))
               : GW_OK;
}

void process_members_free(struct process_members *m)
{
    json_free(m->fields);
    json_free(m->counts);
    json_free(m->materials);
    json_free(m->blobs);
    gw_buf_free(&m->priv);
}
