/* Between the two halves of notice rendering: the walk over the text and the values in it. */
#ifndef GW_MODEL_NOTICE_P_H
#define GW_MODEL_NOTICE_P_H

#include "model/notice.h"

enum { NOTICE_NAME_MAX = 48, NOTICE_FILTERS_MAX = 3 };

/* One tag between braces, read. */
struct notice_tag {
    enum {
        TAG_END,
        TAG_EACH,
        TAG_IF,
        TAG_LIST,
        TAG_SUBJECT,
        TAG_NUMBER,
        TAG_COUNT,
        TAG_SUM,
        TAG_VALUE
    } kind;
    char step[NOTICE_NAME_MAX], key[NOTICE_NAME_MAX];
    enum { FORMAT_PLAIN, FORMAT_DAY, FORMAT_WORK } format;
    char plus[NOTICE_NAME_MAX]; /* number added to a day, "" = none */
    struct notice_filter {
        char key[NOTICE_NAME_MAX], value[NOTICE_NAME_MAX];
    } filters[NOTICE_FILTERS_MAX]; /* each and list: only records with these values */
    size_t filters_n;
};
/* text is what stands between the braces, len bytes. False: no such tag. */
bool notice_tag_read(const char *text, size_t len, struct notice_tag *out);

struct notice_render {
    const struct notice_in *in;
    struct gw_buf *out;      /* NULL: the grammar alone */
    const struct slot *each; /* of the innermost block, NULL outside */
    size_t missing;
    enum gw_err err; /* the first, sticks */
};
/* Writes the value of a tag that is no block. */
void notice_value(struct notice_render *r, const struct notice_tag *tag);
/* For {if:…}: the value is there and is neither 0, false nor empty. */
bool notice_holds(const struct notice_render *r, const struct notice_tag *tag);
/* The slot is a record in force of the tag's step with the tag's values. */
bool notice_slot_fits(const struct notice_render *r, const struct notice_tag *tag,
                      const struct slot *slot);

#endif
