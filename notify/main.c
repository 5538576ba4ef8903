/* gridward-notify: the only user of libnotify. One line in: `URGENCY<TAB>TITLE<TAB>BODY`, urgency
 * 0-2; one line out: `ok`, or `none` when no notification service can be reached. Ends at end of
 * input. Titles and bodies are masked by who sends them; markup is escaped here when the service
 * would read it. */
#include <libnotify/notify.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096 };

static bool body_is_markup(void)
{
    bool found = false;
    GList *caps = notify_get_server_caps();
    for (GList *at = caps; at != NULL; at = at->next) {
        found = found || strcmp(at->data, "body-markup") == 0;
    }
    g_list_free_full(caps, g_free);
    return found;
}

static bool show(int urgency, const char *title, const char *body)
{
    char *escaped = body_is_markup() ? g_markup_escape_text(body, -1) : g_strdup(body);
    NotifyNotification *note = notify_notification_new(title, escaped, "dialog-warning");
    notify_notification_set_urgency(note, urgency >= 2   ? NOTIFY_URGENCY_CRITICAL
                                          : urgency == 1 ? NOTIFY_URGENCY_NORMAL
                                                         : NOTIFY_URGENCY_LOW);
    notify_notification_set_category(note, "im.received");
    bool ok = notify_notification_show(note, NULL);
    g_object_unref(G_OBJECT(note));
    g_free(escaped);
    return ok;
}

static bool handle(char *line)
{
    line[strcspn(line, "\n")] = '\0';
    char *title = strchr(line, '\t');
    char *body = title != NULL ? strchr(title + 1, '\t') : NULL;
    if (body == NULL) {
        return false;
    }
    *title++ = '\0';
    *body++ = '\0';
    return show(atoi(line), title, body);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("gridward-notify %s\n", GW_VERSION);
        return 0;
    }
    char line[LINE_MAX_BYTES];
    bool ready = setlocale(LC_ALL, "C.UTF-8") != NULL && notify_init("gridward");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        puts(ready && handle(line) ? "ok" : "none");
        if (fflush(stdout) != 0) {
            break;
        }
    }
    if (ready) {
        notify_uninit();
    }
    return 0;
}
