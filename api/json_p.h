/* The check of the strict reader; used by json.c and by its tests only. */
#ifndef GW_API_JSON_P_H
#define GW_API_JSON_P_H

#include "api/strict_p.h"

/* GW_OK when the bytes are exactly one value by the strict rules (api/json.h). */
enum gw_err json_check(const char *text, size_t len, size_t max_bytes, struct gw_fail *fail);

#endif
