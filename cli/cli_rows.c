/* Rows of the mirror as --json prints them: the contract's members, masked where the data
 * dictionary says so, with the list of what was masked. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/cli_p.h"
#include "model/mask.h"
#include "offline-db/mirror.h"

enum { ROW_MAX = 512 * 1024 };

enum gw_err cli_row_load(struct cli *cli, enum gw_type type, const char *id, struct json **out)
{
    struct gw_buf text;
    *out = NULL;
    gw_buf_init(&text, ROW_MAX);
    enum gw_err err = mirror_row_json(&cli->home, type, id, &text);
    if (err == GW_OK) {
        err = json_parse(gw_buf_str(&text), text.len, ROW_MAX, out, NULL);
    }
    gw_buf_free(&text);
    return err;
}

/* Members that this program does not know (a newer server's) may have any name. */
static bool plain_key(const char *key)
{
    size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    return n > 0 && key[n] == '\0';
}

void cli_member(const struct json *member, struct gw_buf *scratch, struct jw *w)
{
    if (!plain_key(json_key(member))) {
        return;
    }
    gw_buf_reset(scratch);
    enum gw_err err = json_print(member, scratch);
    if (err != GW_OK) {
        w->err = err;
        return;
    }
    jw_raw(w, json_key(member), gw_buf_str(scratch), scratch->len);
}

void cli_masked_member(const struct json *member, enum gw_mask mask, struct gw_buf *scratch,
                       struct jw *w)
{
    const char *text = json_text(member);
    gw_buf_reset(scratch);
    if (text == NULL || mask == MASK_HIDE || mask_text(mask, text, scratch) != GW_OK) {
        jw_null(w, json_key(member));
    } else {
        jw_str(w, json_key(member), gw_buf_str(scratch));
    }
}

static bool is_null(const struct json *root, const struct json *member)
{
    return json_is_null(root, json_key(member));
}

/* id, path, seq first; then the members of the dictionary. What it does not know cannot be masked,
 * so it is left out. */
void cli_row_masked(const struct json *root, enum gw_type type, const char *open, struct jw *w)
{
    const struct gw_entity *entity = entity_of(type);
    const char *hidden[PERSON_ROW_FIELDS];
    size_t hidden_n = 0;
    struct gw_buf scratch;
    gw_buf_init(&scratch, ROW_MAX);
    for (const struct json *m = json_first(root); m != NULL; m = json_next(m)) {
        const char *key = json_key(m);
        int at = entity_field(entity, key, strlen(key));
        bool head = strcmp(key, "id") == 0 || strcmp(key, "path") == 0 || strcmp(key, "seq") == 0;
        enum gw_mask mask = at < 0 ? MASK_NONE : entity->fields[at].mask;
        if (at < 0 && !head) {
            continue;
        }
        if (mask == MASK_NONE || is_null(root, m) || (open != NULL && strcmp(open, key) == 0)) {
            cli_member(m, &scratch, w);
            continue;
        }
        cli_masked_member(m, mask, &scratch, w);
        if (hidden_n < PERSON_ROW_FIELDS) {
            hidden[hidden_n++] = key;
        }
    }
    jw_arr(w, "masked");
    for (size_t i = 0; i < hidden_n; i++) {
        jw_str(w, NULL, hidden[i]);
    }
    jw_arr_end(w);
    gw_buf_free(&scratch);
}

/* What a terminal could act on, or that could spoof a reader, although JSON allows it in a text. */
static bool must_escape(uint32_t cp)
{
    return (cp >= 0x7f && cp <= 0x9f) || cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) ||
           (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
           (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe0fff);
}

/* Outside of texts a document is ASCII, so every such character stands in a text. */
void out_json(const struct gw_buf *buf)
{
    const char *at = gw_buf_str(buf), *end = at + buf->len, *plain = at;
    while (at < end) {
        const char *start = at;
        if ((unsigned char)*at < 0x7f) {
            at++;
            continue;
        }
        uint32_t cp = gw_utf8_next(&at, end);
        if (!must_escape(cp)) {
            continue;
        }
        fwrite(plain, 1, (size_t)(start - plain), stdout);
        if (cp > 0xffff) {
            printf("\\u%04x\\u%04x", 0xd800 + ((cp - 0x10000) >> 10), 0xdc00 + (cp & 0x3ff));
        } else {
            printf("\\u%04x", cp);
        }
        plain = at;
    }
    fwrite(plain, 1, (size_t)(end - plain), stdout);
}

void out_json_line(const struct gw_buf *buf)
{
    out_json(buf);
    putchar('\n');
}

enum { DOC_MAX = 16 * 1024 * 1024 };

struct jw *out_doc_begin(struct out_doc *doc)
{
    gw_buf_init(&doc->buf, DOC_MAX);
    jw_begin(&doc->w, &doc->buf);
    return &doc->w;
}

enum gw_err out_doc_end(struct out_doc *doc, enum gw_err before, bool print)
{
    enum gw_err err = jw_end(&doc->w);
    err = before ? before : err;
    if (!err && print) {
        out_json_line(&doc->buf);
    }
    gw_wipe(doc->buf.data, doc->buf.len); /* may hold what was revealed */
    gw_buf_free(&doc->buf);
    return err;
}
