/* Notices as data (docs/procedures.md 1.5): one file of rules/notices for each kind of procedure,
 * strict JSON. A broken file is refused whole, with the notice and the place named; a missing file
 * takes nothing from the procedure but its papers. */
#ifndef GW_RULES_NOTICE_LOAD_H
#define GW_RULES_NOTICE_LOAD_H

#include "model/notice.h"

enum { NOTICE_FILE_MAX = 256 * 1024 };

/* committee "village" or "community": its words are put into the texts; those of the mode
 * ("households", "representatives") before them, where a word has one. GW_INVALID with a sentence;
 * *out NULL then. */
enum gw_err notice_load(const char *text, size_t len, const char *committee, const char *mode,
                        struct notice_set **out, struct gw_fail *fail);

/* The file of a kind of procedure ("election"), DIR/notices/KIND.json. GW_ABSENT: there is none. */
enum gw_err notice_read(const char *dir, const char *kind, const char *committee, const char *mode,
                        struct notice_set **out, struct gw_fail *fail);

#endif
