/* Codes of GB/T 4761-2008 and what they mean for CC 1045. Known from the standard's classes: 01 02,
 * 1x spouse, 2x son, 3x daughter, 4x grandchild, 5x parent, 6x grandparent, 7x sibling, 8x other;
 * sons- and daughters-in-law 28 38 45 46, parents-in-law 53-56, the spouse's grandparents 65,
 * spouses of siblings 72 74 76 78. Not checked against the printed standard: 47 48 (great-
 * grandchildren), 66-68 (great-grandparents), 9x, and the "others" of a class (29 39 49 59 69 79),
 * so these are asked about. */
#include "model/kin.h"

#include <stddef.h>

#include "base/i18n.h"

/* What the head is to the person's side of the family; the rows of the table below. */
enum side {
    HEAD,
    SPOUSE,
    CHILD,
    CHILD_IN_LAW,
    GRANDCHILD,
    GRANDCHILD_IN_LAW,
    PARENT,
    PARENT_IN_LAW,
    GRANDPARENT,
    GRANDPARENT_IN_LAW,
    SIBLING,
    SIBLING_IN_LAW,
    FAR,     /* no near kin of the head; of others nobody can tell */
    UNKNOWN, /* not even of the head */
    SIDES
};

static const struct {
    enum side side;
    const char *word; /* NULL: no such code */
} codes[100] = {
    [1] = {HEAD, N_("Self")},
    [2] = {HEAD, N_("Head of the household")},
    [10] = {SPOUSE, N_("Spouse")},
    [11] = {SPOUSE, N_("Husband")},
    [12] = {SPOUSE, N_("Wife")},
    [20] = {CHILD, N_("Son")},
    [21] = {CHILD, N_("Only son")},
    [22] = {CHILD, N_("Eldest son")},
    [23] = {CHILD, N_("Second son")},
    [24] = {CHILD, N_("Third son")},
    [25] = {CHILD, N_("Fourth son")},
    [26] = {CHILD, N_("Fifth son")},
    [27] = {CHILD, N_("Adopted son or stepson")},
    [28] = {CHILD_IN_LAW, N_("Son-in-law")},
    [29] = {UNKNOWN, N_("Other son")},
    [30] = {CHILD, N_("Daughter")},
    [31] = {CHILD, N_("Only daughter")},
    [32] = {CHILD, N_("Eldest daughter")},
    [33] = {CHILD, N_("Second daughter")},
    [34] = {CHILD, N_("Third daughter")},
    [35] = {CHILD, N_("Fourth daughter")},
    [36] = {CHILD, N_("Fifth daughter")},
    [37] = {CHILD, N_("Adopted daughter or stepdaughter")},
    [38] = {CHILD_IN_LAW, N_("Daughter-in-law")},
    [39] = {UNKNOWN, N_("Other daughter")},
    [40] = {GRANDCHILD, N_("Grandchild")},
    [41] = {GRANDCHILD, N_("Son's son")},
    [42] = {GRANDCHILD, N_("Son's daughter")},
    [43] = {GRANDCHILD, N_("Daughter's son")},
    [44] = {GRANDCHILD, N_("Daughter's daughter")},
    [45] = {GRANDCHILD_IN_LAW, N_("Grandson's wife")},
    [46] = {GRANDCHILD_IN_LAW, N_("Granddaughter's husband")},
    [47] = {FAR, N_("Great-grandson")},
    [48] = {FAR, N_("Great-granddaughter")},
    [49] = {UNKNOWN, N_("Other grandchild")},
    [50] = {PARENT, N_("Parent")},
    [51] = {PARENT, N_("Father")},
    [52] = {PARENT, N_("Mother")},
    [53] = {PARENT_IN_LAW, N_("Husband's father")},
    [54] = {PARENT_IN_LAW, N_("Husband's mother")},
    [55] = {PARENT_IN_LAW, N_("Wife's father")},
    [56] = {PARENT_IN_LAW, N_("Wife's mother")},
    [57] = {PARENT, N_("Stepfather or adoptive father")},
    [58] = {PARENT, N_("Stepmother or adoptive mother")},
    [59] = {UNKNOWN, N_("Other parent")},
    [60] = {GRANDPARENT, N_("Grandparent")},
    [61] = {GRANDPARENT, N_("Father's father")},
    [62] = {GRANDPARENT, N_("Father's mother")},
    [63] = {GRANDPARENT, N_("Mother's father")},
    [64] = {GRANDPARENT, N_("Mother's mother")},
    [65] = {GRANDPARENT_IN_LAW, N_("Spouse's grandparent")},
    [66] = {FAR, N_("Great-grandfather")},
    [67] = {FAR, N_("Great-grandmother")},
    [68] = {FAR, N_("Spouse's great-grandparent")},
    [69] = {UNKNOWN, N_("Other grandparent")},
    [70] = {SIBLING, N_("Brother or sister")},
    [71] = {SIBLING, N_("Elder brother")},
    [72] = {SIBLING_IN_LAW, N_("Elder brother's wife")},
    [73] = {SIBLING, N_("Younger brother")},
    [74] = {SIBLING_IN_LAW, N_("Younger brother's wife")},
    [75] = {SIBLING, N_("Elder sister")},
    [76] = {SIBLING_IN_LAW, N_("Elder sister's husband")},
    [77] = {SIBLING, N_("Younger sister")},
    [78] = {SIBLING_IN_LAW, N_("Younger sister's husband")},
    [79] = {UNKNOWN, N_("Other brother or sister")},
    [80] = {FAR, N_("Other relation")},
    [81] = {FAR, N_("Father's elder brother")},
    [82] = {FAR, N_("Wife of the father's elder brother")},
    [83] = {FAR, N_("Father's younger brother")},
    [84] = {FAR, N_("Wife of the father's younger brother")},
    [85] = {FAR, N_("Mother's brother")},
    [86] = {FAR, N_("Wife of the mother's brother")},
    [87] = {FAR, N_("Husband of mother's sister")},
    [88] = {FAR, N_("Mother's sister")},
    [89] = {FAR, N_("Husband of father's sister")},
    [90] = {UNKNOWN, N_("Father's sister")},
    [91] = {UNKNOWN, N_("Cousin of the father's line")},
    [92] = {UNKNOWN, N_("Cousin of another line")},
    [93] = {UNKNOWN, N_("Brother's son")},
    [94] = {UNKNOWN, N_("Brother's daughter")},
    [95] = {UNKNOWN, N_("Sister's son")},
    [96] = {UNKNOWN, N_("Sister's daughter")},
    [97] = {UNKNOWN, N_("Other relative")},
    [98] = {UNKNOWN, N_("Domestic helper")},
    [99] = {UNKNOWN, N_("Not related")},
};

/* The upper triangle, rows and columns in the order of enum side. N near, . not, ? ask: a
 * grandchild may be the child of this son or of his brother; a daughter-in-law the wife of this son
 * or of that one; parents of one household are man and wife; siblings share both sides'
 * grandparents; a child has the spouse's parents for grandparents. */
static const char table[UNKNOWN][UNKNOWN + 1] = {
    /* columns: H S C c G g P p R r B b F */
    [HEAD] = "?NN.N.N.N.N..",        [SPOUSE] = " ?N.N..N.N..?",
    [CHILD] = "  N??.NN....?",       [CHILD_IN_LAW] = "   .?.......?",
    [GRANDCHILD] = "    ??......?",  [GRANDCHILD_IN_LAW] = "     .......?",
    [PARENT] = "      N.?.N.?",      [PARENT_IN_LAW] = "       N.?..?",
    [GRANDPARENT] = "        ?.N.?", [GRANDPARENT_IN_LAW] = "         ?..?",
    [SIBLING] = "          N??",     [SIBLING_IN_LAW] = "           .?",
    [FAR] = "            ?",
};

/* 0, which is no code, for everything that is none. */
static size_t row_of(const char *code)
{
    bool two = code && code[0] >= '0' && code[0] <= '9' && code[1] >= '0' && code[1] <= '9' &&
               code[2] == '\0';
    size_t i = two ? (size_t)(code[0] - '0') * 10 + (size_t)(code[1] - '0') : 0;
    return codes[i].word ? i : 0;
}

static enum side side_of(const char *code)
{
    size_t i = row_of(code);
    return i ? codes[i].side : UNKNOWN;
}

bool kin_code_known(const char *code)
{
    return row_of(code) != 0;
}

const char *kin_word(const char *code)
{
    size_t i = row_of(code);
    return i ? _(codes[i].word) : "";
}

bool kin_is_head(const char *code)
{
    return side_of(code) == HEAD;
}

static enum kin_answer answer(enum side a, enum side b)
{
    if (a == UNKNOWN || b == UNKNOWN) {
        return KIN_ASK;
    }
    char c = a <= b ? table[a][b] : table[b][a];
    return c == 'N' ? KIN_NEAR : c == '.' ? KIN_NOT : KIN_ASK;
}

enum kin_answer kin_of_head(const char *code)
{
    enum side side = side_of(code);
    return side == HEAD ? KIN_NOT : answer(HEAD, side);
}

enum kin_answer kin_between(const char *a, const char *b)
{
    return answer(side_of(a), side_of(b));
}
