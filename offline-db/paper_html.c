/* A paper as one HTML file that a browser or weasyprint prints. Measures follow GB/T 9704 (official
 * papers): 3-hao body, 2-hao title, 28 mm and 26 mm beside the text.
 *
 * The foot is fixed, which repeats it on every page; the empty foot of the table that holds the
 * lines keeps its room free on every page. Both are what browsers and weasyprint agree on. */
#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"
#include "offline-db/paper_p.h"

enum {
    CHUNK_BYTES = 1500, /* of one row: a paragraph over many pages takes printers minutes */
    SIGN_LINES = 3,     /* a signature has at most so many lines */
};

enum gw_err paper_escape(struct gw_buf *out, const char *text, size_t len)
{
    struct gw_buf safe;
    gw_buf_init(&safe, PAPER_BYTES_MAX);
    enum gw_err err = gw_text_safe(&safe, text, len);
    for (const char *p = gw_buf_str(&safe); *p != '\0' && !err; p++) {
        size_t plain = strcspn(p, "&<>\"'");
        err = gw_buf_add(out, p, plain);
        p += plain;
        if (*p == '\0') {
            break;
        }
        err = err ? err : gw_buf_addf(out, "&#%d;", *p);
    }
    gw_buf_free(&safe);
    return err;
}

/* ---- lines */

struct line {
    const char *text;
    size_t len;
};

static bool line_next(const char **at, struct line *out)
{
    if (**at == '\0') {
        return false;
    }
    out->text = *at;
    out->len = strcspn(*at, "\n");
    *at += out->len + ((*at)[out->len] == '\n');
    return true;
}

static bool has(const struct line *line, const char *what)
{
    return memmem(line->text, line->len, what, strlen(what)) != NULL;
}

static bool begins(const struct line *line, const char *what)
{
    return line->len >= strlen(what) && memcmp(line->text, what, strlen(what)) == 0;
}

/* Could be who signs, or the day: no sentence, no label, no column. */
static bool bare(const struct line *line)
{
    static const char *const no[] = {"：", ":", "　", "。", "；"};
    if (begins(line, "【")) { /* the day is missing */
        return true;
    }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        if (has(line, no[i])) {
            return false;
        }
    }
    return line->len > 0 && !begins(line, " ");
}

/* How many lines from here on are a signature: bare ones between an empty line and an empty line or
 * the end; behind a line for signatures too. */
static size_t signature(const char *from)
{
    struct line line;
    size_t n = 0;
    while (line_next(&from, &line) && line.len > 0) {
        if (!bare(&line) || ++n > SIGN_LINES) {
            return 0;
        }
    }
    return n;
}

/* Signs for what is missing stand out. */
static enum gw_err put_text(struct gw_buf *out, const char *text, size_t len)
{
    const char *end = text + len;
    enum gw_err err = GW_OK;
    while (text < end && !err) {
        const char *open = memmem(text, (size_t)(end - text), "【", strlen("【"));
        const char *close = open ? memmem(open, (size_t)(end - open), "】", strlen("】")) : NULL;
        if (!close) {
            return paper_escape(out, text, (size_t)(end - text));
        }
        close += strlen("】");
        err = paper_escape(out, text, (size_t)(open - text));
        err = err ? err : gw_buf_adds(out, "<span class=\"lack\">");
        err = err ? err : paper_escape(out, open, (size_t)(close - open));
        err = err ? err : gw_buf_adds(out, "</span>");
        text = close;
    }
    return err;
}

/* Places for signatures are not torn apart: "记录人签名：＿＿＿＿　监票人签名：＿＿＿＿". */
static enum gw_err put_places(struct gw_buf *out, const char *text, size_t len)
{
    const char *end = text + len;
    enum gw_err err = GW_OK;
    while (text < end && !err) {
        const char *gap = memmem(text, (size_t)(end - text), "　", strlen("　"));
        const char *stop = gap ? gap : end;
        err = gw_buf_adds(out, "<span class=\"nb\">");
        err = err ? err : put_text(out, text, (size_t)(stop - text));
        err = err ? err : gw_buf_adds(out, gap ? "</span>　 " : "</span>");
        text = gap ? gap + strlen("　") : end;
    }
    return err;
}

static enum gw_err put_row(struct gw_buf *out, const char *style, const char *text, size_t len)
{
    enum gw_err err = gw_buf_addf(out, "<tr><td><p class=\"%s\">", style);
    bool places = memmem(text, len, "＿＿", strlen("＿＿")) != NULL;
    err = err ? err : (places ? put_places : put_text)(out, text, len);
    return err ? err : gw_buf_adds(out, "</p></td></tr>\n");
}

/* Where a long line may be parted: behind a mark that parts names or sentences. */
static size_t chunk(const char *text, size_t len)
{
    static const char *const marks[] = {"、", "，", "；", "。"};
    size_t best = 0;
    for (size_t i = 0; len > CHUNK_BYTES && i < sizeof marks / sizeof marks[0]; i++) {
        for (size_t at = CHUNK_BYTES; at > CHUNK_BYTES / 2; at--) {
            if (memcmp(text + at - strlen(marks[i]), marks[i], strlen(marks[i])) == 0) {
                best = at > best ? at : best;
                break;
            }
        }
    }
    return best > 0 ? best : len;
}

static enum gw_err put_paragraph(struct gw_buf *out, const struct line *line)
{
    static const char indent[] = "　　";
    bool first = begins(line, indent);
    const char *text = line->text + (first ? strlen(indent) : 0);
    size_t len = line->len - (size_t)(text - line->text);
    enum gw_err err = GW_OK;
    do {
        size_t part = chunk(text, len);
        err = put_row(out, first ? "in" : "no", text, part);
        text += part;
        len -= part;
        first = false;
    } while (len > 0 && !err);
    return err;
}

static enum gw_err put_signature(struct gw_buf *out, const char **at, size_t n, bool seal)
{
    struct line line;
    enum gw_err err = gw_buf_adds(out, "<tr><td class=\"sign\">");
    if (seal) {
        err = err ? err : gw_buf_addf(out, "<span class=\"seal\">%s</span>", _("(seal)"));
    }
    for (size_t i = 0; i < n && !err && line_next(at, &line); i++) {
        err = gw_buf_adds(out, "<p>");
        err = err ? err : put_text(out, line.text, line.len);
        err = err ? err : gw_buf_adds(out, "</p>");
    }
    return err ? err : gw_buf_adds(out, "</td></tr>\n");
}

static enum gw_err put_lines(struct gw_buf *out, const char *text, bool seal)
{
    struct line line;
    bool after_empty = false;
    enum gw_err err = GW_OK;
    for (size_t i = 0; !err && *text != '\0'; i++) {
        size_t n = i > 1 && after_empty ? signature(text) : 0;
        if (n > 0) {
            err = put_signature(out, &text, n, seal);
            after_empty = false;
            continue;
        }
        (void)line_next(&text, &line);
        after_empty = line.len == 0 || has(&line, "＿＿");
        bool number = i == 1 && (begins(&line, "（") || begins(&line, "("));
        err = i == 0 || number ? put_row(out, i == 0 ? "title" : "number", line.text, line.len)
              : line.len == 0  ? gw_buf_adds(out, "<tr><td class=\"gap\"></td></tr>\n")
                               : put_paragraph(out, &line);
    }
    return err;
}

/* ---- the frame */

static const char style_page[] =
    "@page{size:%s;margin:30mm 26mm 16mm 28mm;@bottom-center{content:\"%s\" counter(page) \"%s\" "
    "counter(pages) \"%s\";font:10.5pt \"Noto Serif CJK SC\",serif}}\n";
static const char style_rest[] =
    "body{margin:0;color:#000;background:#fff;font:16pt/28pt \"FangSong\",\"STFangsong\","
    "\"Noto Serif CJK SC\",\"Source Han Serif SC\",\"SimSun\",\"WenQuanYi Zen Hei\",serif}\n"
    "table{width:100%;table-layout:fixed;border-collapse:collapse}td{padding:0}p{margin:0;text-"
    "align:justify;"
    "overflow-wrap:anywhere}\n"
    "tfoot td{height:27mm}.gap{height:14pt}.in{text-indent:2em}\n"
    ".title{font-size:22pt;line-height:34pt;text-align:center}\n"
    ".number{text-align:center}.head{font-size:12pt;line-height:20pt;text-align:center;"
    "padding-bottom:6mm}\n"
    ".no{text-align:left}.small p{font-size:12pt;line-height:20pt;text-align:left}"
    ".small .title{font-size:20pt;line-height:34pt;text-align:center}"
    ".small .gap{height:8pt}\n"
    ".lack{background:#eee;border-bottom:1px solid #000}\n"
    ".sign{position:relative;text-align:right;padding:6mm 4mm 6mm 0;page-break-inside:avoid}"
    ".sign p{text-align:right}\n"
    ".seal{position:absolute;right:12mm;top:-6mm;width:42mm;height:42mm;line-height:10mm;"
    "box-sizing:border-box;border:1px dashed #bbb;border-radius:50%;text-align:center;"
    "font-size:10.5pt;color:#aaa}\n"
    ".foot{position:fixed;left:0;right:0;bottom:0;height:23mm;border-top:1px solid #000;"
    "font-size:10.5pt;line-height:16pt;padding-top:1mm}\n"
    ".nb{white-space:nowrap}.qr{float:right;width:21mm;"
    "height:21mm;margin-left:4mm}\n"
    ".draft{position:fixed;left:0;right:0;top:-14mm;text-align:center;"
    "font-size:14pt}\n"
    ".mark{position:fixed;left:12mm;top:70mm;font-size:110pt;line-height:1;color:#e4e4e4;"
    "transform:rotate(-30deg);z-index:-1}\n"
    ".why{border:1px solid #000;margin-top:6mm;text-align:left;padding:2mm "
    "3mm;font-size:12pt;line-height:20pt}\n"
    ".list{page-break-before:always;font-size:12pt;line-height:18pt}.n{width:11mm}"
    ".list th{font-weight:normal;font-size:10.5pt;text-align:left;border-bottom:1px solid #000}"
    ".list .of{font-size:16pt;line-height:28pt;text-align:center}"
    ".list td{overflow-wrap:anywhere;vertical-align:top}.list .group{padding-top:4pt;"
    "border-bottom:1px solid #bbb;page-break-after:avoid}\n"
    ".about{font-size:10.5pt;line-height:16pt}\n"
    "@media screen{html{background:#ccc}body{max-width:156mm;margin:8mm auto;padding:30mm 26mm "
    "30mm 28mm}.foot,.draft{position:static}.mark{display:none}}\n";

static enum gw_err put_style(const struct paper_frame *f, struct gw_buf *out)
{
    bool zh = f->lang == GW_LANG_ZH;
    enum gw_err err = gw_buf_adds(out, "<style>\n");
    err = err ? err
              : gw_buf_addf(out, style_page, f->size, zh ? "第 " : "Page ",
                            zh ? " 页　共 " : " of ", zh ? " 页" : "");
    err = err ? err : gw_buf_adds(out, style_rest);
    return err ? err : gw_buf_adds(out, "</style>\n");
}

static enum gw_err put_head(const struct paper_frame *f, const char *text, struct gw_buf *out)
{
    enum gw_err err = gw_buf_addf(
        out,
        "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'\">\n<title>",
        f->lang == GW_LANG_ZH ? "zh-CN" : "en");
    err = err ? err : paper_escape(out, text, strcspn(text, "\n"));
    err = err ? err : gw_buf_adds(out, "</title>\n");
    err = err ? err : put_style(f, out);
    return err ? err
               : gw_buf_adds(out,
                             f->small ? "</head>\n<body class=\"small\">\n" : "</head>\n<body>\n");
}

/* One font and no bold: a printer embeds each by itself, which takes seconds.
 * Before the text: what is fixed is painted under what comes later. */
static enum gw_err put_foot(const struct paper_frame *f, struct gw_buf *out)
{
    char code[EV_CODE_LEN + 1];
    ev_code(f->digest, code);
    enum gw_err err = GW_OK;
    if (f->draft || f->practice) {
        err = gw_buf_addf(out, "<div class=\"mark\">%s</div>\n<div class=\"draft\">%s</div>\n",
                          f->practice ? _("PRACTICE") : _("DRAFT"),
                          f->practice ? _("PRACTICE, not a real paper")
                                      : _("DRAFT, not to be posted"));
    }
    err = err ? err : gw_buf_adds(out, "<div class=\"foot\">");
    err = err ? err : paper_qr_svg(f->process, f->digest, out);
    err =
        err ? err
            : gw_buf_addf(out, "%s<span class=\"code\">%s</span><br>%s</div>\n", _("Digest code: "),
                          code, _("Made from signed records; the code names exactly these."));
    return err;
}

enum gw_err paper_page(const struct paper_frame *f, const char *text, struct gw_buf *out)
{
    enum gw_err err = put_head(f, text, out);
    err = err ? err : put_foot(f, out);
    err = err ? err
              : gw_buf_adds(out, "<table role=\"presentation\"><tfoot><tr><td></td></tr></tfoot>"
                                 "<tbody>\n");
    if (f->head && f->head[0] != '\0') {
        err = err ? err : put_row(out, "head", f->head, strlen(f->head));
    }
    err = err ? err : put_lines(out, text, f->seal);
    if (f->draft) {
        err = err ? err : put_row(out, "why", f->draft, strlen(f->draft));
    }
    err = err ? err : gw_buf_adds(out, "</tbody></table>\n");
    err = err || !f->annex ? err : annex_html(f->annex, out);
    return err ? err : gw_buf_adds(out, "</body>\n</html>\n");
}
