/* Desktop notifications through gridward-notify, a child process of its own: libnotify's D-Bus call
 * is synchronous and a hung notification daemon blocks it for 25 seconds. Lines go in, answers come
 * out; a child that does not answer for 3 s is ended and started anew for the next notification.
 * Never waits. Without D-Bus the first answer is `none` and nothing is sent again for a minute. */
#ifndef GW_NOTIFY_CLIENT_H
#define GW_NOTIFY_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/spawn.h"

enum notify_health { NOTIFY_UNKNOWN, NOTIFY_WORKS, NOTIFY_NONE };

struct notifier {
    struct gw_child child;
    bool running;
    int64_t asked_mono; /* 0 = no answer outstanding */
    int64_t again_mono; /* not before, after `none` */
    enum notify_health health;
};

void notifier_init(struct notifier *notifier);
/* Title and body must be masked and safe; tabs and newlines become blanks. */
void notifier_send(struct notifier *notifier, int64_t now_mono, bool urgent, const char *title,
                   const char *body);
/* The descriptor to watch for reading, -1 = none. */
int notifier_fd(const struct notifier *notifier);
/* Reads answers, ends a hung child. Call when the descriptor is readable and once in a while. */
void notifier_step(struct notifier *notifier, int64_t now_mono);
void notifier_end(struct notifier *notifier);

#endif
