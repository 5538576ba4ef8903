/* One log sink per process: a file with rotation (client, 0600) or stderr with <N> prefixes
 * (server under systemd). No personal data: log ids, counts, codes, durations. Every line goes
 * through gw_text_safe. */
#ifndef GW_BASE_LOG_H
#define GW_BASE_LOG_H

#include "base/err.h"

enum gw_level { GW_LOG_ERROR = 3, GW_LOG_WARN = 4, GW_LOG_INFO = 6, GW_LOG_DEBUG = 7 };

/* path NULL = stderr. Rotates at 1 MiB, keeps 3 old files. Until opened, lines are dropped. */
enum gw_err gw_log_open(const char *path, enum gw_level max, struct gw_fail *fail);
void gw_log_close(void);
void gw_log(enum gw_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
