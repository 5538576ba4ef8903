/* What the machine tells a program that waits: its network changed, it was asleep, and (to the
 * person before it) that the program crashed. Linux. */
#ifndef GW_BASE_MACHINE_H
#define GW_BASE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* A descriptor that can be read when a link, an address or a route changed (rtnetlink(7)); -1 when
 * there is none: only a hint, a back-off does without it. The caller closes it. */
int gw_netwatch_open(void);
/* Takes what is there; true when something changed. Never waits. */
bool gw_netwatch_read(int fd);

/* What the boot clock counts and the monotonic one does not, since the machine was started. */
int64_t gw_asleep_ms(void);

/* From now on a deadly signal gives the terminal back, writes this text to standard error, and ends
 * the program as it would have ended it. The text is copied (cut at 1,399 bytes). */
void gw_crash_arm(const char *text);

#endif
