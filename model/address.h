/* Addresses: the normalised match key, and the short piece a list row shows. */
#ifndef GW_MODEL_ADDRESS_H
#define GW_MODEL_ADDRESS_H

#include "base/buf.h"

/* Full-width to half-width, Chinese numerals before 号 栋 幢 单元 室 楼 层 to digits, 幢 -> 栋, blanks
 * and punctuation dropped, lower case: "３幢二单元５０３室" -> "3栋2单元503室". */
enum gw_err address_match_key(const char *text, struct gw_buf *out);
/* "3栋2单元" from the elements, without floor and room; falls back to the estate. */
enum gw_err address_piece(const char *estate, const char *building, const char *unit,
                          struct gw_buf *out);

#endif
