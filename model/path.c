#include "model/path.h"

#include <string.h>

/* 1: of a label, 2: of an id only. Asked for every character of every row that arrives. */
static const unsigned char kinds[256] = {
    ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['0' ... '9'] = 1, ['-'] = 1, ['_'] = 2, ['.'] = 2};

static bool label_char(char c)
{
    return kinds[(unsigned char)c] == 1;
}

bool id_ok(const char *id)
{
    size_t len = 0;
    for (; id[len] != '\0'; len++) {
        if (len >= GW_ID_MAX || kinds[(unsigned char)id[len]] == 0) {
            return false;
        }
    }
    return len > 0;
}

bool path_ok(const char *path)
{
    size_t labels = 1;
    size_t in_label = 0;
    size_t len = 0;
    for (; path[len] != '\0'; len++) {
        if (len >= GW_PATH_MAX) {
            return false;
        }
        if (path[len] == '.') {
            if (in_label == 0 || ++labels > GW_PATH_LEVELS) {
                return false;
            }
            in_label = 0;
        } else if (label_char(path[len])) {
            in_label++;
        } else {
            return false;
        }
    }
    return in_label > 0;
}

bool path_covers(const char *scope, const char *path)
{
    size_t len = strlen(scope);
    return len > 0 && strncmp(scope, path, len) == 0 && (path[len] == '\0' || path[len] == '.');
}

size_t path_levels(const char *path, size_t lens[GW_PATH_LEVELS])
{
    size_t n = 0;
    size_t i = 0;
    for (; path[i] != '\0'; i++) {
        if (path[i] == '.' && n < GW_PATH_LEVELS) {
            lens[n++] = i;
        }
    }
    if (i > 0 && n < GW_PATH_LEVELS) {
        lens[n++] = i;
    }
    return n;
}

size_t path_depth(const char *path)
{
    size_t lens[GW_PATH_LEVELS];
    return path_levels(path, lens);
}

void path_code(const char *path, char out[32])
{
    size_t n = 0;
    for (const char *label = path; *label != '\0';) {
        size_t len = strcspn(label, ".");
        if (strspn(label, "0123456789") == len) {
            if (n + len > 31) {
                n = 0; /* no code of ours is that long: better none than a cut one */
                break;
            }
            memcpy(out + n, label, len);
            n += len;
        }
        label += len;
        label += *label == '.';
    }
    out[n] = '\0';
}
