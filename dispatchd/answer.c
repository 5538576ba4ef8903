/* Answers: the whole ones, and problems (RFC 9457). Details are for logs: no personal data. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dispatchd/core_p.h"

void core_answer_free(struct core_answer *answer)
{
    gw_buf_free(&answer->body);
    if (answer->blob_fd > 0) {
        (void)close(answer->blob_fd);
        answer->blob_fd = 0;
    }
}

void answer_json(struct core_answer *out, int status)
{
    out->kind = CORE_ANSWER;
    out->status = status;
    out->content_type = "application/json";
}

static const char *title_of(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Malformed"},         {401, "Unauthenticated"},    {403, "Forbidden"},
        {404, "Not found"},         {405, "Method not allowed"}, {410, "Gone"},
        {413, "Too large"},         {415, "Bad media type"},     {422, "Not acceptable"},
        {429, "Too many requests"}, {500, "Internal fault"},     {503, "Overloaded"},
        {507, "Storage full"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        if (titles[i].status == status) {
            return titles[i].title;
        }
    }
    return "Problem";
}

void answer_problem(struct core_answer *out, int status, const char *slug, const char *detail)
{
    answer_retry(out, status, slug, detail, -1);
}

void answer_retry(struct core_answer *out, int status, const char *slug, const char *detail,
                  int64_t retry_after_s)
{
    struct wire_problem problem = {.status = status};
    (void)snprintf(problem.slug, sizeof problem.slug, "%s", slug);
    (void)snprintf(problem.title, sizeof problem.title, "%s", title_of(status));
    (void)snprintf(problem.detail, sizeof problem.detail, "%s", detail);
    out->kind = CORE_ANSWER;
    out->status = status;
    out->content_type = "application/problem+json";
    out->close = status >= 400 && status < 500;
    out->retry_after_s = retry_after_s;
    gw_buf_reset(&out->body);
    if (wire_problem_encode(&problem, &out->body) != GW_OK) {
        gw_buf_reset(&out->body); /* no memory: the status alone must do */
    }
}

void answer_error(struct core_answer *out, enum gw_err err)
{
    switch (err) {
    case GW_FULL:
        answer_retry(out, 507, "storage-full", "The store takes no more; nothing was stored.", 30);
        break;
    case GW_AGAIN:
        answer_retry(out, 503, "overloaded", "The store is busy; nothing was stored.", 1);
        break;
    default:
        answer_retry(out, 500, "internal", "A fault of the server; nothing was stored.", 5);
        break;
    }
}
