/* What the files about papers share. */
#ifndef GW_OFFLINE_DB_PAPER_P_H
#define GW_OFFLINE_DB_PAPER_P_H

#include "offline-db/paper.h"

/* Text in HTML: & < > " and ' become entities, through gw_text_safe. */
enum gw_err paper_escape(struct gw_buf *out, const char *text, size_t len);
/* "gridward:<process>:<digest>" as an SVG, or as lines of half blocks. */
enum gw_err paper_qr_svg(const char *process, const char *digest, struct gw_buf *out);
enum gw_err paper_qr_text(const char *process, const char *digest, struct gw_buf *out);

#endif
