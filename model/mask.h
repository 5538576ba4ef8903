/* Masks of personal data (domain/privacy): name first character and *, ID number 6+4, phone 3+4,
 * address to the building. */
#ifndef GW_MODEL_MASK_H
#define GW_MODEL_MASK_H

#include "base/buf.h"
#include "model/entity.h"

/* Appends the masked text; NULL text appends nothing. */
enum gw_err mask_text(enum gw_mask mask, const char *text, struct gw_buf *out);

#endif
