/* Notice files, and the grammar of one text: whatever loads keeps its grammar. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rules/notice_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct notice_set *set = NULL;
    if (notice_load((const char *)data, size, "community", "households", &set, NULL) == GW_OK) {
        for (size_t i = 0; i < set->n; i++) {
            assert(notice_check(set->items[i].text.zh) == NULL);
            assert(notice_check(set->items[i].text.en) == NULL);
            assert(notice_find(set, set->items[i].id) == &set->items[i]);
        }
    }
    notice_set_free(set);
    char *text = malloc(size + 1);
    if (text != NULL) {
        memcpy(text, data, size);
        text[size] = '\0';
        const char *broken = notice_check(text);
        assert(broken == NULL || (broken >= text && broken <= text + size));
    }
    free(text);
    return 0;
}
