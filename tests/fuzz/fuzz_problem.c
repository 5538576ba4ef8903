/* Answers of a server that small readers take: problem+json, hello, results. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wire_hello hello;
    const char *text = (const char *)data;
    struct wire_problem problem;
    struct wire_result result;
    struct json *root = NULL;
    if (wire_problem_decode(text, size, &problem)) {
        assert(memchr(problem.slug, '\0', sizeof(problem.slug)) != NULL);
        assert(memchr(problem.detail, '\0', sizeof(problem.detail)) != NULL);
    }
    if (wire_hello_decode(text, size, &hello, NULL) == GW_OK) {
        assert(hello.scopes_n <= WIRE_SCOPES_MAX && hello.missing_n <= 100);
    }
    if (wire_result_decode(text, size, &result, &root, NULL) == GW_OK) {
        assert(result.result < RESULT_N);
    }
    json_free(root);
    return 0;
}
