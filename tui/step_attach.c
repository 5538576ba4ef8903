#include "tui/step_attach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/i18n.h"

enum { PATH_BYTES = 1200 };

bool step_attach_is_path(const char *text)
{
    return text[0] != '\0' && strcmp(text, "paper") != 0 && !blob_commit_ok(text);
}

/* "~/photo.jpg" as a shell would read it; blanks around what was pasted or dropped do not count. */
static void expand(const char *text, char out[PATH_BYTES])
{
    const char *home = getenv("HOME");
    text += strspn(text, " ");
    bool tilde = strncmp(text, "~/", 2) == 0 && home != NULL;
    (void)snprintf(out, PATH_BYTES, "%s%s", tilde ? home : "", tilde ? text + 1 : text);
    size_t len = strlen(out);
    while (len > 0 && out[len - 1] == ' ') {
        out[--len] = '\0';
    }
}

void step_attach_hint(const char *text, char *out, size_t size)
{
    char path[PATH_BYTES];
    struct stat st;
    expand(text, path);
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)snprintf(out, size, "%s", _("There is no such file yet"));
    } else if (st.st_size > BLOB_MAX) {
        (void)snprintf(out, size, _("The file is larger than %d MiB"), BLOB_MAX / 1048576);
    } else {
        (void)snprintf(out, size, _("The file is there: %lld KiB"),
                       (long long)(st.st_size + 1023) / 1024);
    }
}

enum gw_err step_attach_files(struct home *home, const char *process, struct form_entry *entry,
                              struct form_attached *out, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    out->n = 0;
    out->place = false;
    for (size_t i = 0; i < entry->entry.materials_n && err == GW_OK; i++) {
        struct proc_value *material = &entry->materials[i];
        char path[PATH_BYTES];
        bool place = false;
        if (!step_attach_is_path(material->text)) {
            continue;
        }
        if (out->n == FORM_ATTACH_MAX) {
            err = gw_fail_set(fail, GW_TOO_LARGE,
                              _("At most %d attachments in one record; add the others by a "
                                "correction."),
                              FORM_ATTACH_MAX);
            break;
        }
        expand(material->text, path);
        err = blob_attach(home, process, path, &out->row[out->n], &place, fail);
        if (err == GW_OK) {
            material->text = out->row[out->n++].commit;
            out->place = out->place || place;
        }
    }
    if (err != GW_OK) {
        step_attach_undo(home, out);
    }
    return err;
}

void step_attach_undo(struct home *home, const struct form_attached *attached)
{
    for (size_t i = 0; i < attached->n; i++) {
        blob_detach(home, attached->row[i].commit);
    }
}
