/* UTF-8 and terminal cells. Widths are our own table (built from Unicode East Asian Width at the
 * version of the unicode-data package, committed), not wcwidth(): a screen must not depend on the
 * locale of the machine. Ambiguous characters are one cell; gw_cp_ambiguous() tells which they are,
 * for the terminals that draw them two wide. */
#ifndef GW_BASE_UTF8_H
#define GW_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when the bytes are well-formed UTF-8 (no overlong forms, no surrogates, <= U+10FFFF). */
bool gw_utf8_valid(const char *bytes, size_t len_bytes);

/* Reads one code point and moves *at forward; ill-formed bytes give U+FFFD and move one byte.
 * *at < end must hold. */
uint32_t gw_utf8_next(const char **at, const char *end);

/* Writes a code point (1-4 bytes, no NUL), returns the number of bytes. */
size_t gw_utf8_put(uint32_t cp, char out[4]);

/* Cells of one code point: 0 (combining, format), 1 or 2. Control characters count 0. */
int gw_cp_cells(uint32_t cp);

/* True for East Asian Ambiguous characters (curly quotes, arrows, circled digits...). */
bool gw_cp_ambiguous(uint32_t cp);

/* Cells of a text. */
int gw_text_cells(const char *text, size_t len_bytes);

/* How many bytes of text fit into `cells` cells without splitting a wide character or parting a
 * base character from its combining marks. *used_cells (may be NULL) gets their width. */
size_t gw_text_fit(const char *text, size_t len_bytes, int cells, int *used_cells);

/* Full-width digits and letters, ideographic space -> their ASCII forms; others unchanged. For keys
 * typed with an input method on. */
uint32_t gw_cp_halfwidth(uint32_t cp);

#endif
