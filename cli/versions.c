#include "cli/versions.h"

#include <stdio.h>
#include <string.h>

#include "api/json.h"
#include "base/crypto.h"
#include "base/i18n.h"
#include "base/sqlkit.h"
#include "base/zst.h"
#include "http/http.h"

const struct version_row *cli_versions(size_t *n)
{
    static struct version_row rows[7];
    rows[0] = (struct version_row){"gridward", GW_VERSION};
    rows[1] = (struct version_row){"SQLite", gw_db_version()};
    const char *curl = http_version(); /* "libcurl/7.88.1 OpenSSL/…" */
    rows[2] = (struct version_row){"libcurl", strncmp(curl, "libcurl/", 8) == 0 ? curl + 8 : curl};
    rows[6] = (struct version_row){"TLS", http_tls_version()};
    rows[3] = (struct version_row){"libsodium", gw_crypto_version()};
    rows[4] = (struct version_row){"zstd", gw_zst_version()};
    rows[5] = (struct version_row){"cJSON", json_version()};
    *n = sizeof(rows) / sizeof(rows[0]);
    return rows;
}

void cli_print_versions(void)
{
    size_t n;
    const struct version_row *rows = cli_versions(&n);
    for (size_t i = 0; i < n; i++) {
        printf("%s %s\n", rows[i].name, rows[i].version);
    }
    puts(_(
        "SQLite mode: WAL; every commit and checkpoint under a file lock (keeps the WAL-reset bug "
        "of SQLite up to 3.51.2 out)."));
}
