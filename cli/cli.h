/* The command line: one table of verbs, one file per family. */
#ifndef GW_CLI_CLI_H
#define GW_CLI_CLI_H

#include <stdbool.h>

struct cli_global {
    const char *home; /* --home, NULL = the default */
    const char *lang; /* --lang, NULL */
    bool plain;       /* --plain: ASCII signs, no colour */
    bool demo;        /* set by `make demo`: the banner of the first screen */
};

/* Parses the global options, sets the language, and runs the verb. Returns the exit status, or
 * CLI_CONSOLE when there is no verb: start the console with what is in *global. */
enum { CLI_CONSOLE = -1 };
int cli_main(int argc, char **argv, struct cli_global *global);

#endif
