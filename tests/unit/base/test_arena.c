/* Pieces are zeroed, aligned and never overlap; the ceiling holds; one free takes all. */
#include "tests/unit/base/cm.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/rnd.h"

enum { MAX = 1024 * 1024, ALIGN = _Alignof(max_align_t) };

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    enum { N = 2000 };
    static unsigned char *piece[N];
    static size_t len[N];
    struct gw_random_seeded seeded;
    struct gw_arena arena;
    (void)state;
    gw_random_seeded_init(&seeded, 7);
    gw_arena_init(&arena, MAX);
    for (size_t i = 0; i < N; i++) {
        /* some larger than a quarter of a block, so that both kinds of block are met */
        len[i] = (size_t)gw_random_below(&seeded.random, i % 100 == 0 ? 9000 : 300);
        piece[i] = gw_arena_alloc(&arena, len[i], 1);
        assert_non_null(piece[i]);
        assert_int_equal((uintptr_t)piece[i] % ALIGN, 0);
        for (size_t k = 0; k < len[i]; k++) {
            assert_int_equal(piece[i][k], 0);
        }
        memset(piece[i], (int)(i % 251) + 1, len[i]);
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < len[i]; k++) {
            assert_int_equal(piece[i][k], (int)(i % 251) + 1);
        }
    }
    gw_arena_free(&arena);
    assert_null(arena.first);
    assert_int_equal(arena.used, 0);
}

static void the_ceiling_holds_and_refusal_changes_nothing(void **state)
{
    struct gw_arena arena;
    (void)state;
    gw_arena_init(&arena, 4096);
    assert_null(gw_arena_alloc(&arena, 4097, 1));
    assert_null(gw_arena_alloc(&arena, SIZE_MAX / 2, 4));
    assert_null(gw_arena_alloc(&arena, SIZE_MAX, 1));
    assert_int_equal(arena.used, 0);
    assert_non_null(gw_arena_alloc(&arena, 1, 4000));
    size_t used = arena.used;
    assert_null(gw_arena_alloc(&arena, 1, 100));
    assert_int_equal(arena.used, used);
    assert_non_null(gw_arena_alloc(&arena, 1, 4096 - used));
    assert_null(gw_arena_alloc(&arena, 1, 1));
    assert_null(gw_arena_alloc(&arena, 0, 8));
    gw_arena_free(&arena);
    assert_non_null(gw_arena_alloc(&arena, 1, 4096)); /* the same ceiling, used again */
    gw_arena_free(&arena);
}

static void pieces_of_no_bytes_are_pieces(void **state)
{
    struct gw_arena arena;
    (void)state;
    gw_arena_init(&arena, MAX);
    void *a = gw_arena_alloc(&arena, 0, 8), *b = gw_arena_alloc(&arena, 8, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    gw_arena_free(&arena);
    gw_arena_free(&arena);
}

static void texts_are_copies(void **state)
{
    struct gw_arena arena;
    char text[] = "登记名单";
    (void)state;
    gw_arena_init(&arena, MAX);
    char *copy = gw_arena_text(&arena, text), *part = gw_arena_textn(&arena, text, 6);
    memset(text, 'x', sizeof(text) - 1);
    assert_string_equal(copy, "登记名单");
    assert_string_equal(part, "登记");
    assert_string_equal(gw_arena_text(&arena, ""), "");
    assert_null(gw_arena_text(&arena, NULL));
    assert_null(gw_arena_textn(&arena, NULL, 0));
    assert_null(gw_arena_textn(&arena, text, SIZE_MAX));
    gw_arena_free(&arena);
    gw_arena_init(&arena, 16);
    assert_null(gw_arena_text(&arena, "0123456789abcdef")); /* the NUL does not fit */
    gw_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(the_ceiling_holds_and_refusal_changes_nothing),
        cmocka_unit_test(pieces_of_no_bytes_are_pieces),
        cmocka_unit_test(texts_are_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
