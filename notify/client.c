#include "notify/client.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/text_safe.h"

enum { ANSWER_MS = 3000, NONE_MS = 60000 };

void notifier_init(struct notifier *notifier)
{
    memset(notifier, 0, sizeof(*notifier));
    notifier->child.to = notifier->child.from = -1;
}

static bool start(struct notifier *notifier)
{
    char path[PATH_MAX + 32];
    if (gw_own_path(path, sizeof(path), "gridward-notify", GW_LIBEXECDIR "/gridward-notify") !=
        GW_OK) {
        return false;
    }
    char *const argv[] = {path, NULL};
    notifier->running = gw_spawn(argv, true, true, &notifier->child, NULL) == GW_OK;
    return notifier->running;
}

void notifier_end(struct notifier *notifier)
{
    if (notifier->running) {
        gw_child_end(&notifier->child, 50);
    }
    notifier->running = false;
    notifier->asked_mono = 0;
    notifier->child.to = notifier->child.from = -1;
}

void notifier_send(struct notifier *notifier, int64_t now_mono, bool urgent, const char *title,
                   const char *body)
{
    struct gw_buf line;
    if (now_mono < notifier->again_mono || (!notifier->running && !start(notifier))) {
        return;
    }
    gw_buf_init(&line, 4096);
    bool ok = gw_buf_addf(&line, "%d\t", urgent ? 2 : 1) == GW_OK &&
              gw_text_safe(&line, title, strlen(title)) == GW_OK &&
              gw_buf_adds(&line, "\t") == GW_OK &&
              gw_text_safe(&line, body, strlen(body)) == GW_OK && gw_buf_adds(&line, "\n") == GW_OK;
    if (ok && write(notifier->child.to, line.data, line.len) != (ssize_t)line.len) {
        notifier_end(notifier); /* full or gone: the bell has rung anyway */
    } else if (ok && notifier->asked_mono == 0) {
        notifier->asked_mono = now_mono > 0 ? now_mono : 1;
    }
    gw_buf_free(&line);
}

int notifier_fd(const struct notifier *notifier)
{
    return notifier->running ? notifier->child.from : -1;
}

void notifier_step(struct notifier *notifier, int64_t now_mono)
{
    if (!notifier->running) {
        return;
    }
    char answer[512];
    ssize_t n = read(notifier->child.from, answer, sizeof(answer) - 1);
    if (n > 0) {
        answer[n] = '\0';
        notifier->asked_mono = 0;
        notifier->health = strstr(answer, "ok") != NULL ? NOTIFY_WORKS : NOTIFY_NONE;
        if (notifier->health == NOTIFY_NONE) {
            notifier->again_mono = now_mono + NONE_MS;
            notifier_end(notifier);
        }
    } else if (n == 0) {
        notifier_end(notifier);
    } else if (notifier->asked_mono != 0 && now_mono - notifier->asked_mono > ANSWER_MS) {
        gw_log(GW_LOG_WARN, "notify: no answer for %d ms, helper ended", ANSWER_MS);
        notifier->health = NOTIFY_NONE;
        notifier_end(notifier);
    }
}
