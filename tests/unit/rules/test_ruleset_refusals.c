/* Every refusal by name: the composed text of the good files with one thing changed. */
#include "tests/unit/rules/ruleset_kit.h"

static struct gw_buf text; /* of poll with the overlay of CQ */

static int setup(void **state)
{
    (void)state;
    return compose_poll(&text);
}

static int teardown(void **state)
{
    (void)state;
    gw_buf_free(&text);
    return 0;
}

static enum gw_err load_with(const char *from, const char *to, struct gw_fail *why)
{
    struct gw_buf buf;
    struct ruleset *out = NULL;
    const char *where = strstr(text.data, from);
    gw_buf_init(&buf, 4 * RULESET_TEXT_MAX);
    assert_non_null(where);
    assert_int_equal(gw_buf_add(&buf, text.data, (size_t)(where - text.data)), GW_OK);
    assert_int_equal(gw_buf_adds(&buf, to), GW_OK);
    assert_int_equal(gw_buf_adds(&buf, where + strlen(from)), GW_OK);
    enum gw_err err = ruleset_load(buf.data, buf.len, &out, why);
    assert_true((err == GW_OK) == (out != NULL));
    ruleset_free(out);
    gw_buf_free(&buf);
    return err;
}

struct bad {
    const char *from, *to;
    const char *path, *member; /* what the sentence names */
};

static void assert_refused(const struct bad *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct gw_fail why = {0};
        enum gw_err err = load_with(cases[i].from, cases[i].to, &why);
        if (err != GW_INVALID || strncmp(why.text, cases[i].path, strlen(cases[i].path)) != 0 ||
            strstr(why.text, cases[i].member) == NULL) {
            print_error("case %zu, %s: %d, %s\n", i, cases[i].to, err, why.text);
            fail();
        }
    }
}

#define MISSING "” is missing or is not what it may be."
#define UNKNOWN "” is no member that is known here."
#define TWICE   "” stands there twice."
#define NOTHING "names nothing: there is no such step, field or number."

static void broken_roots_are_refused(void **state)
{
    static const struct bad cases[] = {
        {"gridward-rules-v1", "gridward-rules-v2", "“format" MISSING, ""},
        {"\"format\":", "\"extra\":1,\"format\":", "“extra" UNKNOWN, ""},
        {"\"layers\":[", "\"layers\":[],\"layer\":[", "“layer" UNKNOWN, ""},
        {"\"layers\":[", "\"layers\":[1,", "“set" MISSING, ""},
        {",\"template\":{", ",\"template\":{}}", "", "byte"},
        {"{\"format\"", "[\"format\"", "", ""},
    };
    (void)state;
    assert_refused(cases, COUNT(cases));
}

static void broken_laws_are_refused_by_name(void **state)
{
    static const struct bad cases[] = {
        {"\"set\": \"cn-village\"", "\"set\": \"CN\"", "", "“set" MISSING},
        {"\"set\": \"cn-village\"", "\"set\": \"policies\"", "policies", "“set" MISSING},
        {"\"set\": \"cn-village\"", "\"set\": \"cn-other\"", "cq-village", "“base" MISSING},
        {"\"base\": \"cn-village\"", "\"base\": \"cq-village\"", "cq-village", "“set" MISSING},
        {"\"version\": 2", "\"version\": 0", "cn-village", "“version" MISSING},
        {"\"version\": 2", "\"version\": \"2\"", "cn-village", "“version" MISSING},
        {"\"jurisdiction\": \"CN\"", "\"jurisdiction\": \"cn\"", "cn-village",
         "“jurisdiction" MISSING},
        {"\"committee\": \"village\"", "\"committee\": \"any\"", "cn-village",
         "“committee" MISSING},
        {"\"committee\": \"village\"", "\"committee\": \"community\"", "cq-village",
         "“committee" MISSING},
        {"\"valid_to\": null", "\"valid_to\": \"2025-01-01\"", "cn-village", "“valid_to" MISSING},
        {"\"valid_from\": \"2026-01-01\"", "\"valid_from\": \"2026-02-30\"", "cn-village",
         "“valid_from" MISSING},
        {"\"sources\": [", "\"source\": [", "cn-village", "“source" UNKNOWN},
        {"\"id\": \"CC\"", "\"id\": \"V26\"", "cn-village › V26", "“V26" TWICE},
        {"\"key\": \"objection_days\"", "\"key\": \"roll_lead\"", "cn-village › roll_lead",
         "“roll_lead" TWICE},
        {"\"unit\": \"day\"", "\"unit\": \"week\"", "cn-village › roll_lead", "“unit" MISSING},
        {"\"value\": 20", "\"value\": null", "cn-village › roll_lead", "“value" MISSING},
        {"\"value\": 20", "\"value\": -1", "cn-village › roll_lead", "“value" MISSING},
        {"\"value\": 20", "\"value\": 20.5", "cn-village › roll_lead", "“value" MISSING},
        {"\"value\": 20", "\"value\": 20, \"note\": 1", "cn-village › roll_lead", "“note" UNKNOWN},
        {"\"value\": 0, \"status\"", "\"value\": 2, \"status\"", "cn-village › blank_is_invalid",
         "“value" MISSING}, /* a flag */
        {"\"value\": null, \"min\"", "\"value\": 5, \"min\"", "cn-village › candidates_lead",
         "“value" MISSING},
        {"\"min\": 3, \"max\": 7", "\"min\": 8, \"max\": 7", "cn-village › candidates_lead",
         "“max" MISSING},
        {"\"min\": 3, \"max\": 7", "\"min\": 3", "cn-village › candidates_lead", "“max" MISSING},
        {"\"status\": \"law\", \"law\": \"V26\", ", "\"status\": \"law\", ",
         "cn-village › roll_lead", "“law" MISSING},
        {"\"status\": \"law\", \"law\": \"V26\", \"article\": \"17\"",
         "\"status\": \"law\", \"law\": \"V26\"", "cn-village › roll_lead", "“article" MISSING},
        {"\"law\": \"V26\", \"article\": \"17\"", "\"law\": \"V26\", \"article\": \"017\"",
         "cn-village › roll_lead", "“article" MISSING},
        {"\"law\": \"V26\", \"article\": \"17\"", "\"law\": \"V26\", \"article\": \"17-1-2-3\"",
         "cn-village › roll_lead", "“article" MISSING},
        {"\"law\": \"V26\", \"article\": \"17\"", "\"law\": \"V25\", \"article\": \"17\"",
         "cn-village › roll_lead", "The source “V25” stands in none"},
        {"\"source\": \"V26 read in full\"", "\"source\": \"\"", "cn-village › roll_lead",
         "“source" MISSING},
        {"\"key\": \"cq_audit_lead\"", "\"key\": \"blank_is_invalid\"",
         "cq-village › blank_is_invalid", "“unit" MISSING}, /* the base counts it in another unit */
        {"\"zh\": \"选民名单公布提前天数\", ", "", "cn-village › roll_lead › name", "“zh" MISSING},
        {"\"zh\": \"选民名单公布提前天数\"", "\"zh\": \"一\\n二\"", "cn-village › roll_lead › name",
         "“zh" MISSING},
    };
    (void)state;
    assert_refused(cases, COUNT(cases));
}

static void broken_rest_days_are_refused(void **state)
{
    static const struct bad cases[] = {
        {"\"set\": \"holidays\"", "\"set\": \"days\"", "", "“set" MISSING},
        {"\"years\": [", "\"year\": [", "", "“year" UNKNOWN},
        {"\"year\": 2026", "\"year\": 2027", "years 1", "“rest" MISSING},
        {"{\"year\": 2026",
         "{\"year\": 2026, \"document\": \"x\", \"rest\": [], \"work\": []}, {\"year\": 2026",
         "years 2", "“year" TWICE},
        {"[\"2026-01-01\", \"2026-01-03\"]", "[\"2026-01-03\", \"2026-01-01\"]", "years 1",
         "“rest" MISSING},
        {"[\"2026-01-01\", \"2026-01-03\"]", "[\"2026-01-01\"]", "years 1", "“rest" MISSING},
        {"[\"2026-01-01\", \"2026-01-03\"]", "[\"2026-01-01\", \"2026-01-02\", \"2026-01-03\"]",
         "years 1", "“rest" MISSING},
        {"[\"2026-01-01\", \"2026-01-03\"]", "[\"2026-01-01\", \"2026-03-03\"]", "years 1",
         "“rest" MISSING},
        {"\"work\": [\"2026-01-04\"", "\"work\": [\"2026-01-05\"", "years 1", "“work" MISSING},
        {"\"work\": [\"2026-01-04\"", "\"work\": [\"2026-01-03\"", "", "“2026-01-03" TWICE},
        {"\"document\": \"国办", "\"doc\": \"国办", "years 1", "“doc" UNKNOWN},
    };
    (void)state;
    assert_refused(cases, COUNT(cases));
}

static void broken_templates_are_refused_by_name(void **state)
{
    static const struct bad cases[] = {
        {"\"template\": \"poll\"", "\"template\": \"Poll\"", "", "“template" MISSING},
        {"\"kind\": \"election\"", "\"kind\": \"\"", "poll", "“kind" MISSING},
        {"\"kind\": \"election\", \"committee\": \"village\"",
         "\"kind\": \"election\", \"committee\": \"community\"", "poll",
         "“committee" MISSING}, /* loaded with the law of villages */
        {"\"mode\": \"voters\"", "\"mode\": \"all\"", "poll", "“mode" MISSING},
        {"\"anchor\": \"polling_day\"", "\"anchor\": \"polling\"", "poll", "“anchor" MISSING},
        {"\"anchor\": \"polling_day\"", "\"anchor\": \"seats\"", "poll",
         "“anchor" MISSING}, /* no day */
        {"\"anchor\"", "\"anchors\"", "poll", "“anchors" UNKNOWN},
        {"\"id\": \"S07\"", "\"id\": \"S06\"", "poll › S06", "“S06" TWICE},
        {"\"id\": \"S07\"", "\"id\": \"s07\"", "poll › steps 2", "“id" MISSING},
        {"\"roles\": [\"worker\", \"committee\"]", "\"roles\": [\"worker\", \"mayor\"]",
         "poll › S06", "“roles" MISSING},
        {"\"roles\": [\"worker\", \"committee\"]", "\"roles\": [\"worker\", \"worker\"]",
         "poll › S06", "“roles" MISSING},
        {"\"roles\": [\"worker\", \"committee\"]", "\"roles\": []", "poll › S06", "“roles" MISSING},
        {"\"issues\": true", "\"issue\": true", "poll › S21", "“issue" UNKNOWN},
        {"\"issues\": true", "\"issues\": 1", "poll › S21", "“issues" MISSING},
        {"\"subject\": {", "\"subject\": 1, \"x\": {", "poll › S07", "“x" UNKNOWN},
        {"\"from\": \"open.polling_day\"", "\"from\": \"S07.happened\"", "poll › S06 › plan",
         "“from" MISSING},
        {"\"from\": \"open.polling_day\"", "\"from\": \"open.election_day\"", "poll › S06",
         "“open.election_day” in “plan” " NOTHING},
        {"\"from\": \"open.polling_day\"", "\"from\": \"open.seats\"", "poll › S06",
         "“open.seats” in “plan” is no day"},
        {"\"days\": -28", "\"days\": -28.5", "poll › S06 › plan", "“days" MISSING},
        {"\"notices\": [\"N04\", \"N2-1\"]", "\"notices\": [\"N04\", \"N04\"]", "poll › S06",
         "“N04" TWICE},
        {"\"notices\": [\"N04\", \"N2-1\"]", "\"notices\": [\"4\"]", "poll › S06",
         "“notices" MISSING},
        {"{\"key\": \"photo\"",
         "{\"key\": \"a\", \"name\": {\"zh\": \"a\", \"en\": \"a\"}}, {\"key\": \"a\"",
         "poll › S06", "“a" TWICE},
    };
    (void)state;
    assert_refused(cases, COUNT(cases));
}

static void broken_offices_are_refused_by_name(void **state)
{
    static const struct bad cases[] = {
        {"\"organ\": \"group\", \"person\": \"who\"", "\"organ\": \"board\", \"person\": \"who\"",
         "poll › S07 › files 1", "“organ" MISSING},
        {"\"person\": \"who\", ", "", "poll › S07 › files 1", "“person" MISSING},
        {"\"person\": \"who\"", "\"person\": \"whom\"", "poll › S07 › files 1", "“whom"},
        {"\"person\": \"who\"", "\"person\": \"#roll_lead\"", "poll › S07 › files 1",
         "“person" MISSING},
        {"\"post\": \"leader\"", "\"post\": \"leader\", \"post_of\": \"late\"",
         "poll › S07 › files 1", "“post_of" MISSING},
        {"\"post\": \"leader\", ", "", "poll › S07 › files 1", "“post_of" MISSING},
        {"\"since\": \"S06.published_on\"", "\"since\": \"S06.place\"", "poll › S07 › files 1",
         "“S06.place"},
        {"\"since\": \"S06.published_on\", ", "", "poll › S07 › files 1", "“since" MISSING},
        {"\"where\": {\"late\": \"no\"}", "\"where\": {\"late\": \"maybe\"}",
         "poll › S07 › files 1", "“late" MISSING},
        {"\"where\": {\"late\": \"no\"}", "\"where\": {\"early\": \"no\"}", "poll › S07 › files 1",
         "“early"},
        {"\"where\": {\"late\": \"no\"}", "\"where\": 1", "poll › S07 › files 1", "“where" MISSING},
        {"\"group\": \"subject\"", "\"groups\": \"subject\"", "poll › S07 › files 1",
         "“groups" UNKNOWN},
        {"\"organ\": \"committee\", \"law\": \"V26\", \"article\": \"37\"",
         "\"organ\": \"committee\", \"law\": \"V99\", \"article\": \"37\"", "poll › S07 › files 1",
         "“V99"},
        {"\"on\": \"S07.happened\", ", "", "poll › S08 › ends 1", "“on" MISSING},
        {"\"where\": {\"verdict\": \"change\"}", "\"where\": {\"verdict\": \"changed\"}",
         "poll › S08 › ends 1", "“verdict" MISSING},
        {"\"cause_of\": \"verdict\"", "\"cause_of\": \"verdict\", \"renews\": true",
         "poll › S08 › ends 1", "“renews" UNKNOWN},
    };
    (void)state;
    assert_refused(cases, sizeof(cases) / sizeof(cases[0]));
}

static void broken_fields_are_refused_by_name(void **state)
{
    static const struct bad cases[] = {
        {"\"type\": \"day\", \"required\"", "\"type\": \"date\", \"required\"",
         "poll › open › polling_day", "“type" MISSING},
        {"\"key\": \"seats\"", "\"key\": \"polling_day\"", "poll › open › polling_day",
         "“polling_day" TWICE},
        {"\"key\": \"place\"", "\"key\": \"happened_at\"", "poll › S06 › happened_at",
         "“key" MISSING},
        {"\"key\": \"registered\", \"name\": {\"zh\": \"登记参加",
         "\"key\": \"place\", \"name\": {\"zh\": \"登记参加", "poll › S06",
         "“place" TWICE}, /* a field and a count */
        {"\"type\": \"int\", \"min\": 1, \"max\": 99", "\"type\": \"text\", \"min\": 1",
         "poll › open › seats", "“min" MISSING},
        {"\"type\": \"int\", \"min\": 1, \"max\": 99",
         "\"type\": \"int\", \"min\": 100, \"max\": 99", "poll › open › seats", "“max" MISSING},
        {"\"type\": \"person\"", "\"type\": \"person\", \"private\": false", "poll › S07 › who",
         "“private" MISSING},
        {"\"type\": \"choice\"", "\"type\": \"text\"", "poll › S08 › verdict", "“values" MISSING},
        {"\"values\": [", "\"value\": [", "poll › S08 › verdict", "“value" UNKNOWN},
        {"{\"value\": \"change\"", "{\"value\": \"keep\"", "poll › S08 › verdict › values 2",
         "“keep" TWICE},
        {"\"name\": {\"zh\": \"发出\", \"en\": \"issued\"}",
         "\"name\": {\"zh\": \"发出\", \"en\": \"issued\"}, \"type\": \"text\"",
         "poll › S21 › issued", "“type" MISSING}, /* a count is a number */
        {"\"prefill\": \"S06.registered\"", "\"prefill\": \"S06.registred\"",
         "poll › S21 › registered", "“S06.registred” in “prefill” " NOTHING},
        {"\"prefill\": \"open.division\"", "\"prefill\": \"open.divisions\"", "poll › S06 › place",
         "“open.divisions” in “prefill” " NOTHING},
    };
    (void)state;
    assert_refused(cases, COUNT(cases));
}

static void names_that_lead_nowhere_are_refused(void **state)
{
    static const struct bad cases[] = {
        {"\"right\": [\"issued\"]", "\"right\": [\"issue\"]", "poll › S21 › S21.recovered",
         "“issue” in “right” " NOTHING},
        {"\"right\": [\"S06.registered\"]", "\"right\": [\"S05.registered\"]",
         "poll › S21 › S21.turnout", "“S05.registered” in “right” " NOTHING},
        {"\"right\": [\"S06.registered\"]", "\"right\": [\"S06.voters\"]",
         "poll › S21 › S21.turnout", "“S06.voters” in “right” " NOTHING},
        {"\"right\": [\"S06.registered\"]", "\"right\": [\"S06.place\"]",
         "poll › S21 › S21.turnout", "“S06.place” in “right” has no number to compare"},
        {"\"right\": [\"S06.registered\"]", "\"right\": [\"S07.late\"]", "poll › S21 › S21.turnout",
         "“S07.late” in “right”: that step is recorded once per subject"},
        {"\"right\": [\"S06.registered\"]", "\"right\": [\"S06.registered.x\"]",
         "poll › S21 › S21.turnout", "“right" MISSING},
        {"\"right\": [\"S06.registered\"]", "\"right\": [\"Registered\"]",
         "poll › S21 › S21.turnout", "“right" MISSING},
        {"\"right\": [\"S06.registered\"]", "\"right\": []", "poll › S21 › S21.turnout",
         "“right" MISSING},
        {"\"right\": [\"S06.registered\"]", "\"right\": [1,2,3,4,5,6,7,8,9]",
         "poll › S21 › S21.turnout", "“right" MISSING},
        {"\"sum:S07.late\"", "\"sum:S07.early\"", "poll › S21 › S21.late",
         "“sum:S07.early” in “left” " NOTHING},
        {"\"sum:S07.late\"", "\"sum:S06.published_on\"", "poll › S21 › S21.late",
         "has no number to compare"},
        {"\"sum:S07.late\"", "\"sum:open.seats\"", "poll › S21 › S21.late", "“left" MISSING},
        {"\"#blank_is_invalid\"", "\"#blank\"", "poll › S21 › S21.late",
         "“#blank” in “left” " NOTHING},
        {"\"n:S06\"", "\"n:S05\"", "poll › S21 › S21.when", "“n:S05” in “left” " NOTHING},
        {"\"open.seats\", 3", "\"open.seat\", 3", "poll › S21 › S21.late",
         "“open.seat” in “right” " NOTHING},
        {"\"open.seats\", 3", "\"open.division\", 3", "poll › S21 › S21.late",
         "“open.division” in “right” " NOTHING}, /* a text; only prefill may take it */
        {"\"left\": [\"seats\"]", "\"left\": [\"seat\"]", "poll › open › open.seats",
         "“seat” in “left” " NOTHING},
        {"\"left\": [\"seats\"]", "\"only\": \"seat\", \"left\": [\"seats\"]",
         "poll › open › open.seats", "“seat” in “only” " NOTHING},
        {"\"ref\": \"S06.happened\"", "\"ref\": \"S05.happened\"", "poll › S07 › S07.within",
         "“S05.happened” in “ref” " NOTHING},
        {"\"ref\": \"S06.happened\"", "\"ref\": \"S06.registered\"", "poll › S07 › S07.within",
         "“S06.registered” in “ref” is no day"},
        {"\"ref\": \"S06.happened\"", "\"ref\": \"n:S06\"", "poll › S07 › S07.within",
         "“ref" MISSING},
        {"\"ref\": \"S06.happened\", ", "", "poll › S07 › S07.within", "“ref" MISSING},
        {"\"days\": \"#roll_lead\"", "\"days\": \"#roll\"", "poll › S06 › S06.lead",
         "“#roll” in “days” " NOTHING},
        {"\"days\": \"#roll_lead\"", "\"days\": \"#blank_is_invalid\"", "poll › S06 › S06.lead",
         "“days" MISSING}, /* a flag is no number of days */
        {"\"days\": \"#roll_lead\"", "\"days\": -1", "poll › S06 › S06.lead", "“days" MISSING},
        {"\"days\": \"#roll_lead\"", "\"days\": \"registered\"", "poll › S06 › S06.lead",
         "“days" MISSING},
        {"\"of\": \"published_on\"", "\"of\": \"published\"", "poll › S06 › S06.lead",
         "“of" MISSING},
        {"\"of\": \"published_on\"", "\"of\": \"place\"", "poll › S06 › S06.lead", "“of" MISSING},
        {"\"needs\": [{\"step\": \"S06\"", "\"needs\": [{\"step\": \"S05\"", "poll › S07",
         "“S05” in “needs”"},
        {"\"needs\": [{\"step\": \"S06\"", "\"needs\": [{\"step\": \"S07\"", "poll",
         "Step “S07” needs in the end itself"},
    };
    (void)state;
    assert_refused(cases, COUNT(cases));
}

static void broken_checks_and_times_are_refused(void **state)
{
    static const struct bad cases[] = {
        {"\"id\": \"S21.turnout\"", "\"id\": \"S21.recovered\"", "poll", "“S21.recovered" TWICE},
        {"\"id\": \"S21.turnout\"", "\"id\": \"S06.lead\"", "poll", "“S06.lead" TWICE}, /* a time */
        {"\"op\": \"gt\"", "\"op\": \">\"", "poll › S21 › S21.turnout", "“op" MISSING},
        {"\"op\": \"odd\"", "\"op\": \"odd\", \"right\": [1]", "poll › open › open.seats",
         "“right" MISSING},
        {"\"op\": \"odd\"", "\"op\": \"eq\"", "poll › open › open.seats", "“right" MISSING},
        {"\"den\": 2", "\"den\": 0", "poll › S21 › S21.turnout", "“den" MISSING},
        {"\"den\": 2", "\"den\": \"half\"", "poll › S21 › S21.turnout", "“den" MISSING},
        {"\"den\": 2", "\"den\": \"#nothing\"", "poll › S21 › S21.turnout", "“#nothing” in “den”"},
        {"\"den\": 2", "\"den\": \"#roll_lead\"", "poll › S21 › S21.turnout",
         "“den" MISSING}, /* days are no share */
        {"\"num\": 1", "\"num\": 1.5", "poll › S21 › S21.turnout", "“num" MISSING},
        {"\"kind\": \"within\", \"ref\": \"S06", "\"kind\": \"before\", \"ref\": \"S06",
         "poll › S07 › S07.within", "“kind" MISSING},
        {"\"roll\": \"right\"", "\"roll\": \"left\"", "poll › S07 › S07.within", "“roll" MISSING},
        {"\"kind\": \"within\", \"ref\": \"S06", "\"kind\": \"after\", \"ref\": \"S06",
         "poll › S07 › S07.within", "“roll" MISSING}, /* only a deadline rolls */
        {"\"of\": \"published_on\",\n     \"law\": \"V26\"",
         "\"of\": \"published_on\",\n     \"law\": \"V18\"", "poll › S06 › S06.lead",
         "The source “V18” stands in none"},
        {"\"law\": \"V26\", \"article\": \"8\"", "\"article\": \"8\"", "poll › open › open.seats",
         "“law" MISSING},
        {"\"law\": \"V26\", \"article\": \"8\"",
         "\"law\": \"V26\", \"article\": \"8\", \"paragraph\": 1", "poll › open › open.seats",
         "“paragraph" UNKNOWN},
        {"\"remedy\": {\"zh\": \"改定职数。\"", "\"cure\": {\"zh\": \"改定职数。\"",
         "poll › open › open.seats", "“cure" UNKNOWN},
        {"\"says\": {\"zh\": \"职数应为单数。\", \"en\": \"The number of seats is odd.\"}",
         "\"says\": \"odd\"", "poll › open › open.seats", "“says" MISSING},
    };
    (void)state;
    assert_refused(cases, COUNT(cases));
}

static void too_long_texts_are_refused(void **state)
{
    static char sentence[1024], big[RULESET_TEXT_MAX + 1];
    struct gw_fail why = {0};
    (void)state;
    memset(sentence, 'x', 601);
    assert_int_equal(load_with("The number of seats is odd.", sentence, &why), GW_INVALID);
    assert_string_equal(why.text, "poll › open › open.seats › says: “en” is longer than 600 bytes. "
                                  "Nothing of this is used; shorten it.");
    sentence[600] = '\0';
    assert_int_equal(load_with("The number of seats is odd.", sentence, &why), GW_OK);
    memset(big, ' ', sizeof(big) - 1);
    assert_int_equal(load_with("\"layers\":", big, &why), GW_INVALID);
    assert_non_null(strstr(why.text, "more than 196608"));
    assert_int_equal(load_with("{\"format\"", "{\"format\"", &why),
                     GW_OK); /* the same text again */
}

static void sentences_are_translated(void **state)
{
    struct gw_fail why = {0};
    (void)state;
    gw_i18n_set(GW_LANG_ZH);
    assert_int_equal(load_with("n:S06", "n:S60", &why), GW_INVALID);
    assert_string_equal(why.text,
                        "poll › S21 › S21.when: “n:S60”（在“left”中）没有对应的步骤、字段或数字。"
                        "整个文件都不采用；请检查拼写。");
    assert_compose((struct ruleset_ask){"pool", "", NULL, at("2026-06-01")}, GW_ABSENT,
                   "没有在 2026-06-01 有效的模板“pool”。");
    gw_i18n_set(GW_LANG_EN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_roots_are_refused),
        cmocka_unit_test(broken_laws_are_refused_by_name),
        cmocka_unit_test(broken_rest_days_are_refused),
        cmocka_unit_test(broken_templates_are_refused_by_name),
        cmocka_unit_test(broken_offices_are_refused_by_name),
        cmocka_unit_test(broken_fields_are_refused_by_name),
        cmocka_unit_test(names_that_lead_nowhere_are_refused),
        cmocka_unit_test(broken_checks_and_times_are_refused),
        cmocka_unit_test(too_long_texts_are_refused),
        cmocka_unit_test(sentences_are_translated),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
