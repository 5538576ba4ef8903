/* Versions of this program and of the libraries it runs with. */
#ifndef GW_CLI_VERSIONS_H
#define GW_CLI_VERSIONS_H

#include <stddef.h>

struct version_row {
    const char *name, *version;
};
/* Borrowed for ever; the first row is gridward itself. */
const struct version_row *cli_versions(size_t *n);
void cli_print_versions(void);

#endif
