#include <string.h>

#include "dispatchd/front_p.h"

enum { METRICS_MAX = 1024 * 1024 };

static enum MHD_Result ops_send(const struct front *front, struct MHD_Connection *mhd, int status,
                                const char *text, size_t len)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return MHD_NO;
    }
    front_common_headers(front, response);
    (void)MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
    enum MHD_Result done = MHD_queue_response(mhd, (unsigned)status, response);
    MHD_destroy_response(response);
    return done;
}

static enum MHD_Result send_metrics(const struct front *front, struct MHD_Connection *mhd)
{
    struct gw_buf text;
    gw_buf_init(&text, METRICS_MAX);
    enum gw_err err = core_metrics(front->opts.core, &text);
    enum MHD_Result done =
        err == GW_OK ? ops_send(front, mhd, 200, gw_buf_str(&text), text.len)
                     : ops_send(front, mhd, 500, gw_err_name(err), strlen(gw_err_name(err)));
    gw_buf_free(&text);
    return done;
}

enum MHD_Result ops_handle(void *cls, struct MHD_Connection *mhd, const char *url,
                           const char *method, const char *version, const char *data,
                           size_t *data_len, void **con_cls)
{
    struct front *front = cls;
    (void)version;
    (void)data;
    if (!*con_cls) {
        *con_cls = front; /* head seen; the answer comes with the second call */
        return MHD_YES;
    }
    if (*data_len > 0) {
        *data_len = 0; /* nobody asked for a body */
        return MHD_YES;
    }
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        return ops_send(front, mhd, 405, "only GET\n", 9);
    }
    if (strcmp(url, "/healthz") == 0) {
        return core_healthy(front->opts.core) ? ops_send(front, mhd, 200, "ok\n", 3)
                                              : ops_send(front, mhd, 503, "not healthy\n", 12);
    }
    if (strcmp(url, "/metrics") == 0) {
        return send_metrics(front, mhd);
    }
    return ops_send(front, mhd, 404, "not found\n", 10);
}
