#!/bin/sh
# Usage: tools/embed-sql.sh FOLDER >FILE.c
# Turns FOLDER/schema/000N_*.sql into a C array of struct gw_migration, in the order of the names.
set -eu
folder=$1
ident=$(printf '%s' "$folder" | tr - _)
printf '#include "base/sqlkit.h"\n'
printf 'extern const struct gw_migration %s_migrations[];\nextern const size_t %s_migrations_n;\n' "$ident" "$ident"
printf 'const struct gw_migration %s_migrations[] = {\n' "$ident"
n=0
for f in "$folder"/schema/[0-9]*.sql; do
    printf '{"%s",\n' "$(basename "$f" .sql)"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n"/' "$f"
    printf '},\n'
    n=$((n + 1))
done
printf '};\nconst size_t %s_migrations_n = %d;\n' "$ident" "$n"
