#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/i18n.h"
#include "http/curl_p.h"

/* The name that programs built with its headers ask for, as the link editor would have written it.
 */
static const char LIBRARY[] = "libcurl.so.4";

static bool take_calls(void *library, struct curl_calls *calls)
{
    bool whole = true;
#define X(name)                                                                                    \
    calls->name = (__typeof__(calls->name))(uintptr_t)dlsym(library, "curl_" #name);               \
    whole = whole && calls->name != NULL;
    CURL_CALLS
#undef X
    return whole;
}

enum gw_err curl_load(const struct curl_calls **out, struct gw_fail *fail)
{
    static struct curl_calls calls;
    static bool loaded; /* like a link that was made at the start: nothing ever changes it */
    if (!loaded) {
        void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
        loaded = library != NULL && take_calls(library, &calls);
    }
    *out = loaded ? &calls : NULL;
    return loaded ? GW_OK
                  : gw_fail_set(fail, GW_ABSENT,
                                _("The network library %s cannot be used on this machine. Install "
                                  "the package libcurl4."),
                                LIBRARY);
}
