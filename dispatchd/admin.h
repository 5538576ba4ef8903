/* The admin verbs of gridward-dispatchd: a row of the table each. All of them but init and restore
 * work while another process serves the store. */
#ifndef GW_DISPATCHD_ADMIN_H
#define GW_DISPATCHD_ADMIN_H

#include <stdbool.h>
#include <stddef.h>

#include "api/json.h"
#include "base/err.h"
#include "dispatchd/store.h"

enum { ADMIN_USAGE = 2 };

/* What the options of a verb said; NULL and false when not given. */
struct admin_args {
    const char *store, *listen, *ops_listen, *tls_cert, *tls_key, *rules, *config;
    const char *name, *role, *area, *seed, *residents, *url, *token, *rate, *devices, *alarm, *time,
        *step, *reason, *reply;
    bool json, partial, story;
    char **rest; /* operands */
    int n;
};

struct admin_verb {
    const char *name;    /* "user add" */
    const char *args;    /* for --help and wrong use */
    const char *options; /* the long options it takes, blank-separated */
    int operands;        /* exactly so many */
    bool needs_store;    /* opened before run, STORE_ADMIN */
    const char *about;   /* N_() */
    enum gw_err (*run)(struct store *store, const struct admin_args *args, struct gw_fail *fail);
};

extern const struct admin_verb admin_verbs_people[], admin_verbs_data[], admin_verbs_serve[],
    admin_verbs_review[], admin_verbs_bundle[];
extern const size_t admin_verbs_people_n, admin_verbs_data_n, admin_verbs_serve_n,
    admin_verbs_review_n, admin_verbs_bundle_n;

int64_t admin_now(void); /* wall ms */

/* One JSON document on stdout (--json): begin, jw_* on out->w, end prints it. */
enum { ADMIN_JSON_MAX = 16 * 1024 * 1024 };
struct admin_json {
    struct gw_buf text;
    struct jw w;
};
void admin_json_begin(struct admin_json *out, bool list); /* an object, or an array */
enum gw_err admin_json_end(struct admin_json *out, bool list, struct gw_fail *fail);
/* {"key":"value", …} from pairs, ended by NULL: the answer of most verbs. */
enum gw_err admin_json_pairs(struct gw_fail *fail, const char *key, ...) __attribute__((sentinel));
/* Runs body() in one transaction of the store. */
enum gw_err admin_txn(struct store *store, const char *opener,
                      enum gw_err (*body)(struct store *store, void *ctx, struct gw_fail *fail),
                      void *ctx, struct gw_fail *fail);
/* A whole number of an option; GW_INVALID with the sentence. text NULL gives dflt. */
enum gw_err admin_number(const char *option, const char *text, int64_t min, int64_t max,
                         int64_t dflt, int64_t *out, struct gw_fail *fail);

#endif
