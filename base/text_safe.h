/* Text from outside (names, notes, device text, server messages) reaches a terminal, a
 * notification, a log or a CSV only through here. */
#ifndef GW_BASE_TEXT_SAFE_H
#define GW_BASE_TEXT_SAFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends text with everything removed that a terminal could act on or that could spoof what is
 * read: C0 and C1 controls, DEL, ESC, bidi controls (U+061C, U+200E/F, U+202A-E, U+2066-9), line
 * and paragraph separators, U+FEFF, interlinear and tag characters, private use, non-characters.
 * Tabs and newlines become one blank; ill-formed bytes become U+FFFD. One line out for any input.
 */
enum gw_err gw_text_safe(struct gw_buf *out, const char *text, size_t len_bytes);

/* The same into a fixed array of size > 0, cut at a character boundary; returns out. For labels. */
const char *gw_text_safe_z(char *out, size_t size, const char *text);

/* The same one character at a time, for who paints: moves *at forward; false at the end. */
bool gw_text_safe_next(const char **at, const char *end, uint32_t *out);

/* One CSV field (RFC 4180), safe text, always quoted; a field that starts with = + - @ gets a
 * leading apostrophe so that no spreadsheet runs it. */
enum gw_err gw_csv_field(struct gw_buf *out, const char *text);

#endif
