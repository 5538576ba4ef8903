/* PDF by weasyprint, when it and a font for Chinese are there. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/spawn.h"
#include "offline-db/paper_p.h"

enum {
    PDF_WAIT_MS = 120 * 1000,
    FONTS_WAIT_MS = 10 * 1000,
    GRACE_MS = 1000,
    TICK_MS = 20,
    PDF_MAX = 64 * 1024 * 1024,
};

static int64_t mono_ms(void)
{
    struct timespec ts = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* True when it ended with 0 in time; *said when it wrote anything to a pipe. */
static bool ended_well(struct gw_child *child, int wait_ms, bool *said)
{
    char bytes[4096];
    int status = -1;
    bool ended = false;
    int64_t until = mono_ms() + wait_ms;
    while (!ended && mono_ms() < until) {
        ended = gw_child_ended(child, &status);
        while (child->from >= 0 && read(child->from, bytes, sizeof bytes) > 0) {
            *said = true;
        }
        if (!ended) {
            (void)poll(NULL, 0, TICK_MS);
        }
    }
    gw_child_end(child, GRACE_MS);
    return ended && status == 0;
}

/* fontconfig knows a font that can write Chinese. */
static bool font_there(void)
{
    char name[] = "fc-list", lang[] = ":lang=zh-cn", what[] = "family";
    char *const argv[] = {name, lang, what, NULL};
    struct gw_child child;
    bool said = false;
    return gw_spawn(argv, true, true, &child, NULL) == GW_OK &&
           ended_well(&child, FONTS_WAIT_MS, &said) && said;
}

static enum gw_err run(const char *from, const char *to, struct gw_fail *fail)
{
    char name[] = "weasyprint", quiet[] = "--quiet", in[512], out[512];
    char *const argv[] = {name, quiet, in, out, NULL};
    struct gw_child child;
    bool said = false;
    (void)snprintf(in, sizeof in, "%s", from);
    (void)snprintf(out, sizeof out, "%s", to);
    enum gw_err err = gw_spawn(argv, true, true, &child, NULL);
    if (err == GW_ABSENT) {
        return gw_fail_set(fail, GW_ABSENT,
                           _("No PDF: the program weasyprint is not installed. The HTML page "
                             "prints the same from a browser."));
    }
    if (err || !ended_well(&child, PDF_WAIT_MS, &said)) {
        return gw_fail_set(fail, err ? err : GW_AGAIN,
                           _("No PDF: weasyprint did not make it within two minutes. The HTML page "
                             "prints the same from a browser."));
    }
    return GW_OK;
}

/* The page and the PDF lie in a folder of their own, that nobody else can read, until it is done.
 */
static enum gw_err in_folder(const struct gw_buf *html, const char *dir, const char *path,
                             struct gw_fail *fail)
{
    char from[300], to[300];
    struct gw_buf pdf;
    gw_buf_init(&pdf, PDF_MAX);
    (void)snprintf(from, sizeof from, "%s/paper.html", dir);
    (void)snprintf(to, sizeof to, "%s/paper.pdf", dir);
    enum gw_err err = gw_file_write(from, html->data, html->len, fail);
    err = err ? err : run(from, to, fail);
    err = err ? err : gw_file_read(to, &pdf, fail);
    err = err ? err : gw_file_write(path, gw_buf_str(&pdf), pdf.len, fail);
    (void)unlink(from); /* what is not there need not go */
    (void)unlink(to);
    gw_buf_free(&pdf);
    return err;
}

enum gw_err paper_pdf(const struct gw_buf *html, const char *path, struct gw_fail *fail)
{
    char dir[256];
    const char *tmp = getenv("TMPDIR");
    if (!font_there()) {
        return gw_fail_set(fail, GW_ABSENT,
                           _("No PDF: no font for Chinese is installed (fonts-noto-cjk). The HTML "
                             "page prints where there is one."));
    }
    int len = snprintf(dir, sizeof dir, "%s/gridward-paper.XXXXXX",
                       tmp && tmp[0] == '/' && strlen(tmp) < 200 ? tmp : "/tmp");
    if (len < 0 || !mkdtemp(dir)) {
        return gw_fail_set(fail, GW_FULL, _("No PDF: there is no room for temporary files (%s)."),
                           gw_errno_text(errno));
    }
    enum gw_err err = in_folder(html, dir, path, fail);
    (void)rmdir(dir);
    return err;
}
