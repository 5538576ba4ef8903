/* Paths: labels joined by dots, municipality.county.street.village.grid, e.g.
 * CQ.500112.013.005.003; u.<user> is a private node. Compared label by label, never by LIKE. */
#ifndef GW_MODEL_PATH_H
#define GW_MODEL_PATH_H

#include <stdbool.h>
#include <stddef.h>

enum { GW_ID_MAX = 128, GW_PATH_MAX = 128, GW_PATH_LEVELS = 8 };

bool id_ok(const char *id);     /* [A-Za-z0-9_.-]{1,128} */
bool path_ok(const char *path); /* labels [A-Za-z0-9-]+ joined by dots, <= 128 bytes, <= 8 labels */
/* True when scope equals path or is one of its ancestors. */
bool path_covers(const char *scope, const char *path);
/* Byte lengths of every prefix that is a level of its own: "a.b" -> 1, 3. Returns how many. */
size_t path_levels(const char *path, size_t lens[GW_PATH_LEVELS]);
/* Number of labels; 3 = street or town, 4 = village or community, 5 = grid. */
size_t path_depth(const char *path);
/* Digits of the labels joined (the 12+3 digit grid code); out of at least 32 bytes. */
void path_code(const char *path, char out[32]);

#endif
