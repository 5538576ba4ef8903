/* The sentences of a result, whole, in both languages. */
#include "make_poll.h"

#include <stdio.h>

#include "base/i18n.h"

static const struct rule_source sources[] = {
    {.id = "V26",
     .title = {.zh = "村民委员会组织法", .en = "Villagers' Committees Law"},
     .valid_from = DAY_NONE,
     .valid_to = DAY_NONE},
};
static const struct ruleset set = {.sources = sources, .sources_n = 1};

struct sentence {
    enum elect_why why;
    const struct citation *cite;
    const char *en, *zh;
};

static const struct citation none = {NULL, NULL};

static const struct sentence lines[] = {
    {WHY_MAJORITY, &v26_18,
     "45 votes, at least 41 are needed: more than half of those who voted. (Villagers' "
     "Committees Law, article 18)",
     "45 票，至少需要 41 票：超过参加投票人数的一半。（《村民委员会组织法》第18条）"},
    {WHY_PLURALITY, &none,
     "45 votes, at least 41 are needed, and more than others who have enough.",
     "45 票，至少需要 41 票，并且在达到票数的人中得票较多。"},
    {WHY_FLOOR, &none, "45 votes, at least 41 are needed: a third of the votes cast.",
     "45 票，至少需要 41 票：不少于已投选票总数的三分之一。"},
    {WHY_BELOW, &none, "45 votes, 41 are needed: not elected.", "45 票，需要 41 票：未当选。"},
    {WHY_SEATS, &none, "45 votes are enough, but the seats went to those with more.",
     "45 票已达到要求，但名额由得票更多的人取得。"},
    {WHY_TIE, &none, "Equal votes (45) at the last seat: a second vote between the tied.",
     "最后一个名额得票相同（45 票）：在票数相同的人中再投票。"},
    {WHY_WOMAN_TAKES, &none,
     "45 votes: the woman with most votes takes a member's seat, because no woman was elected.",
     "45 票：没有妇女当选，由得票最多的妇女取得一个委员名额。"},
    {WHY_WOMAN_GIVES, &none, "45 votes: gives way to the woman with most votes.",
     "45 票：名额让给得票最多的妇女。"},
    {WHY_WOMAN_HELD, &none, "No woman has enough votes: this seat is held for a separate vote.",
     "没有妇女得到足够票数：保留这个名额另行选举。"},
    {WHY_KIN, &none, "45 votes: near kin of an elected member; only one of them may stay.",
     "45 票：与当选人是近亲属，只能保留一人。"},
    {WHY_BARRED, &none,
     "45 votes: does not qualify, or the election of this person was found void.",
     "45 票：不具备资格，或已被认定当选无效。"},
    {WHY_VACANT, &none, "Nobody has enough votes: this seat stays open.",
     "没有人得到足够票数：这个名额暂缺。"},
};

static const struct sentence reasons[] = {
    {WHY_MISSING, &none, "Two records of one number contradict each other.",
     "同一个数字有两份记录互相矛盾。"},
    {WHY_TURNOUT, &none, "80 of 100 registered voted, at least 51 are needed.",
     "登记 100 人，参加投票 80 人，至少需要 51 人。"},
    {WHY_NO_TURNOUT, &none, "Only 80 of 100 registered voted, at least 51 are needed.", NULL},
    {WHY_OVER_VOTED, &none, "79 papers were recovered, more than the 80 who voted.", NULL},
    {WHY_OVER_ISSUED, &none, "79 papers were recovered, more than the 78 issued.", NULL},
    {WHY_SHEET, &none, "The sheet does not add up: 79 recovered, 70 valid, 6 invalid, 2 blank.",
     NULL},
};

static void test_lines(void **state)
{
    (void)state;
    struct poll p;
    char text[600];
    poll_begin(&p);
    (void)count(&p);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const struct elect_line line = {
            .why = lines[i].why, .cite = *lines[i].cite, .votes = 45, .need = 41};
        for (int lang = 0; lang < 2; lang++) {
            (void)gw_i18n_init(lang ? "en" : "zh_CN");
            int len = elect_line_print(&set, &p.in, &p.r, &line, text, sizeof text);
            assert_string_equal(text, lang ? lines[i].en : lines[i].zh);
            assert_int_equal(len, strlen(text));
        }
    }
}

/* The Chinese of some has its numbers in another order: all of them must be there. */
static void has_numbers(const char *text, const char *english)
{
    for (const char *at = english; *at;) {
        size_t n = strspn(at, "0123456789");
        if (n) {
            char number[24];
            (void)snprintf(number, sizeof number, "%.*s", (int)n, at);
            assert_non_null(strstr(text, number));
        }
        at += n ? n : 1;
    }
    assert_true((unsigned char)text[0] >= 0x80 || strspn(text, "0123456789") > 0);
}

static void test_reasons(void **state)
{
    (void)state;
    struct poll p;
    char text[600];
    poll_begin(&p);
    p.in.ballots = (struct elect_ballots){100, 80, 78, 79, 70, 6, 2, {0}};
    (void)count(&p);
    p.r.reasons_n = 1;
    p.r.reason_cites[0] = none;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        p.r.reasons[0] = reasons[i].why;
        (void)gw_i18n_init("en");
        int len = elect_reason_print(&set, &p.in, &p.r, 0, text, sizeof text);
        assert_string_equal(text, reasons[i].en);
        assert_int_equal(len, strlen(text));
        (void)gw_i18n_init("zh_CN");
        (void)elect_reason_print(&set, &p.in, &p.r, 0, text, sizeof text);
        assert_string_not_equal(text, reasons[i].en);
        has_numbers(text, reasons[i].en);
        if (reasons[i].zh) {
            assert_string_equal(text, reasons[i].zh);
        }
    }
}

/* What is not there is named, so that nobody has to look for it. */
static void test_missing(void **state)
{
    (void)state;
    struct poll p;
    char text[600];
    poll_begin(&p);
    p.in.ballots = (struct elect_ballots){-1, -1, 78, 79, 70, 6, 2, {0}};
    (void)count(&p);
    assert_int_equal(p.r.reasons[0], WHY_MISSING);
    (void)gw_i18n_init("en");
    (void)elect_reason_print(&set, &p.in, &p.r, 0, text, sizeof text);
    assert_string_equal(text, "Not recorded yet: registered voters, people who voted.");
    p.in.ballots.registered = 100;
    p.in.ballots.voted = 80;
    p.in.incomplete = true;
    p.in.people_n = 0;
    (void)gw_i18n_init("zh_CN");
    (void)elect_reason_print(&set, &p.in, &p.r, 0, text, sizeof text);
    assert_string_equal(text, "还没有记录：每个人的得票。");
}

/* Cut like snprintf, with the length that would have been needed. */
static void test_small(void **state)
{
    (void)state;
    struct poll p;
    char whole[600];
    char cut[600];
    const struct elect_line line = {.why = WHY_MAJORITY, .cite = v26_18, .votes = 45, .need = 41};
    poll_begin(&p);
    (void)count(&p);
    (void)gw_i18n_init("en");
    int len = elect_line_print(&set, &p.in, &p.r, &line, whole, sizeof whole);
    for (size_t size = 1; size <= (size_t)len + 1; size++) {
        memset(cut, 'x', sizeof cut);
        assert_int_equal(elect_line_print(&set, &p.in, &p.r, &line, cut, size), len);
        assert_int_equal(strlen(cut), size - 1);
        assert_memory_equal(cut, whole, size - 1);
        assert_int_equal(cut[size], 'x');
    }
    assert_int_equal(elect_line_print(&set, &p.in, &p.r, &line, NULL, 0), len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
