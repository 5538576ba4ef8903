/* A picture of a program in a terminal, for the READMEs and for looking at screens:
 *
 *     screenshot [-r ROWS] [-c COLS] -o FILE.svg STEPS... -- COMMAND ARGS...
 *
 * STEPS are done in order: `wait:TEXT` until TEXT stands on the screen (30 s at most, then exit 1),
 * `keys:TEXT` presses (C escapes \e \r \t; F2 is \eOQ), `still:MS` takes in what comes for so long.
 * The cells of libvterm become an SVG with each character placed by its column, so that Chinese is
 * aligned; rsvg-convert makes a PNG of it. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "tests/kit/screen.h"

enum { WAIT_MS = 30000 };

static size_t unescape(const char *text, char *out, size_t size)
{
    size_t n = 0;
    for (; *text != '\0' && n + 1 < size; text++) {
        char c = *text;
        if (c == '\\' && text[1] != '\0') {
            c = *++text;
            c = (char)(c == 'e' ? 033 : c == 'r' ? '\r' : c == 't' ? '\t' : c);
        }
        out[n++] = c;
    }
    return n;
}

static bool step(struct term *term, const char *what)
{
    char keys[1024];
    if (strncmp(what, "wait:", 5) == 0) {
        return term_until(term, what + 5, WAIT_MS);
    }
    if (strncmp(what, "still:", 6) == 0) {
        (void)term_until(term, NULL, atoi(what + 6));
        return true;
    }
    if (strncmp(what, "keys:", 5) == 0) {
        term_send(term, keys, unescape(what + 5, keys, sizeof(keys)));
        return true;
    }
    return false;
}

static bool save(struct term *term, const char *path)
{
    struct gw_buf svg;
    gw_buf_init(&svg, 16u << 20);
    FILE *file = fopen(path, "w");
    bool good = file != NULL && term_svg(term, &svg) == GW_OK &&
                fwrite(svg.data, 1, svg.len, file) == svg.len;
    good = file != NULL && fclose(file) == 0 && good;
    gw_buf_free(&svg);
    return good;
}

static int usage(void)
{
    (void)fprintf(stderr,
                  "usage: screenshot [-r ROWS] [-c COLS] -o FILE.svg STEPS... -- COMMAND...\n");
    return 2;
}

int main(int argc, char **argv)
{
    int rows = 24, cols = 80, opt, status = 0;
    const char *out = NULL;
    pid_t pid;
    while ((opt = getopt(argc, argv, "+r:c:o:")) != -1) {
        switch (opt) {
        case 'r':
            rows = atoi(optarg);
            break;
        case 'c':
            cols = atoi(optarg);
            break;
        case 'o':
            out = optarg;
            break;
        default:
            return usage();
        }
    }
    int command = optind;
    while (command < argc && strcmp(argv[command], "--") != 0) {
        command++;
    }
    if (out == NULL || command + 1 >= argc || rows < 1 || cols < 10) {
        return usage();
    }
    struct term *term = term_spawn(rows, cols, argv + command + 1, &pid);
    for (int i = optind; i < command && status == 0; i++) {
        if (!step(term, argv[i])) {
            (void)fprintf(stderr, "screenshot: %s: it did not come to that\n", argv[i]);
            status = 1;
        }
    }
    status = save(term, out) ? status : 1;
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
    term_free(term);
    return status;
}
