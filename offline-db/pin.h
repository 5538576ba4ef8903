/* The PIN of the worker whose home this is, and the lock of the screen. The PIN guards the screen
 * and the people's data on it; his device key stays usable without it, so that an alarm can be
 * taken while the console is locked. It is kept as an Argon2id hash.
 *
 * Wrong tries slow down: 1 s, 2 s, 4 s … up to an hour, across restarts. A try is counted before it
 * is looked at, so that stopping the program in the middle wins nothing. A forgotten PIN: the duty
 * room gives a new enrolment code (enroll --again), which takes the PIN away. */
#ifndef GW_OFFLINE_DB_PIN_H
#define GW_OFFLINE_DB_PIN_H

#include "offline-db/home.h"

enum { PIN_MIN = 4, PIN_MAX = 12 };

/* 4 to 12 ASCII digits; GW_INVALID with a sentence. */
enum gw_err pin_text_check(const char *pin, struct gw_fail *fail);

bool pin_is_set(struct home *home);
/* GW_DENIED with a sentence that names the wait: wrong, or too early to be heard. GW_ABSENT: none
 * is set. */
enum gw_err pin_check(struct home *home, const char *pin, struct gw_fail *fail);
/* old NULL: none is set yet (GW_DENIED when one is). One transaction: after a stop at any moment
 * exactly one of the two PINs is good. */
enum gw_err pin_set(struct home *home, const char *old, const char *pin, struct gw_fail *fail);

/* After the person proved himself another way (a new enrolment code): no PIN, no lock. */
enum gw_err pin_forget(struct home *home, struct gw_fail *fail);

/* ---- the lock, known to every process of this home */
bool pin_locked(struct home *home);
/* GW_REFUSED with a sentence: no PIN is set, so nobody could open it again. */
enum gw_err pin_lock(struct home *home, struct gw_fail *fail);
/* pin_check, then opens. */
enum gw_err pin_unlock(struct home *home, const char *pin, struct gw_fail *fail);

#endif
