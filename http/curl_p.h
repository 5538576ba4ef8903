/* libcurl, taken in when the network is first needed: it brings some thirty libraries along, which
 * take longer to put in place than the console's first picture, and longer than most verbs that
 * never ask the network anything. Only http.c uses it. */
#ifndef GW_HTTP_CURL_P_H
#define GW_HTTP_CURL_P_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "base/err.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo

/* What we call of it. */
#define CURL_CALLS                                                                                 \
    X(easy_cleanup)                                                                                \
    X(easy_getinfo)                                                                                \
    X(easy_init)                                                                                   \
    X(easy_setopt)                                                                                 \
    X(easy_strerror)                                                                               \
    X(free)                                                                                        \
    X(global_cleanup)                                                                              \
    X(global_init)                                                                                 \
    X(multi_add_handle)                                                                            \
    X(multi_cleanup)                                                                               \
    X(multi_info_read)                                                                             \
    X(multi_init)                                                                                  \
    X(multi_perform)                                                                               \
    X(multi_poll)                                                                                  \
    X(multi_remove_handle)                                                                         \
    X(slist_append)                                                                                \
    X(slist_free_all)                                                                              \
    X(url)                                                                                         \
    X(url_cleanup)                                                                                 \
    X(url_get)                                                                                     \
    X(url_set)                                                                                     \
    X(version_info)

struct curl_calls {
#define X(name) __typeof__(&curl_##name) name;
    CURL_CALLS
#undef X
};

/* GW_ABSENT: it is not on this machine, or too old; the sentence says so. Costs nothing the second
 * time. Stays loaded until the program ends. */
enum gw_err curl_load(const struct curl_calls **out, struct gw_fail *fail);

#endif
