/* How a list is printed: four names beside each other in text, five on a page. A table of its own
 * behind the notice, because printers repeat its head and foot on every page. */
#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"
#include "base/utf8.h"
#include "offline-db/annex.h"
#include "offline-db/paper_p.h"

enum { TEXT_COLS = 4, TEXT_CELLS = 19, NUMBER_CELLS = 6, HTML_COLS = 5 };

static void says(const struct annex *annex, char *out, size_t size)
{
    char day[DAY_TEXT + 1];
    day_print(annex->day, day);
    (void)snprintf(out, size,
                   _("Worked out on %s from the register and the records. The list stands in no "
                     "record; the digest code names the records alone."),
                   day);
}

/* ---- text */

static enum gw_err pad(struct gw_buf *out, int cells)
{
    enum gw_err err = GW_OK;
    for (; cells > 0 && !err; cells--) {
        err = gw_buf_adds(out, " ");
    }
    return err;
}

/* A long name takes the place of two or more. *used counts columns of the line. */
static enum gw_err text_name(const struct annex_row *row, int *used, struct gw_buf *out)
{
    int cells = NUMBER_CELLS + gw_text_cells(row->name, strlen(row->name));
    int cols = cells / TEXT_CELLS + 1;
    enum gw_err err = GW_OK;
    if (*used > 0 && *used + cols > TEXT_COLS) {
        err = gw_buf_adds(out, "\n");
        *used = 0;
    }
    err = err ? err : gw_buf_addf(out, "%*zu ", NUMBER_CELLS - 1, row->number);
    err = err ? err : gw_text_safe(out, row->name, strlen(row->name));
    *used += cols;
    return err || *used >= TEXT_COLS ? err : pad(out, cols * TEXT_CELLS - cells);
}

static enum gw_err text_list(const struct annex_list *list, struct gw_buf *out)
{
    int used = 0;
    enum gw_err err = gw_buf_addf(out, "\n%s\n", list->title);
    for (size_t i = 0; i < list->n && !err; i++) {
        const struct annex_row *row = &list->rows[i];
        if (!row->head) {
            err = text_name(row, &used, out);
            continue;
        }
        err = gw_buf_adds(out, used > 0 ? "\n" : "");
        err = err ? err : gw_text_safe(out, row->head, strlen(row->head));
        err = err ? err : gw_buf_adds(out, "\n");
        used = 0;
    }
    return err || used == 0 ? err : gw_buf_adds(out, "\n");
}

enum gw_err annex_text(const struct annex *annex, struct gw_buf *out)
{
    char about[300];
    enum gw_err err = GW_OK;
    says(annex, about, sizeof about);
    for (size_t i = 0; i < ANNEX_LISTS && !err; i++) {
        err = annex->lists[i].title ? text_list(&annex->lists[i], out) : GW_OK;
    }
    return err ? err : gw_buf_addf(out, "\n%s\n", about);
}

/* ---- HTML */

static enum gw_err html_wide(const char *tag, const char *style, const char *text,
                             struct gw_buf *out)
{
    enum gw_err err =
        gw_buf_addf(out, "<tr><%s colspan=\"%d\" class=\"%s\">", tag, 2 * HTML_COLS, style);
    err = err ? err : paper_escape(out, text, strlen(text));
    return err ? err : gw_buf_addf(out, "</%s></tr>\n", tag);
}

static enum gw_err html_head(const struct annex_list *list, struct gw_buf *out)
{
    enum gw_err err = gw_buf_adds(out, "<table class=\"list\"><colgroup>");
    for (int i = 0; i < HTML_COLS && !err; i++) {
        err = gw_buf_adds(out, "<col class=\"n\"><col>");
    }
    err = err ? err : gw_buf_adds(out, "</colgroup>\n<thead>");
    err = err ? err : html_wide("th", "of", list->title, out);
    err = err ? err : gw_buf_adds(out, "<tr>");
    for (int i = 0; i < HTML_COLS && !err; i++) {
        err = gw_buf_addf(out, "<th>%s</th><th>%s</th>", _("No."), _("Name"));
    }
    return err ? err
               : gw_buf_addf(out,
                             "</tr></thead>\n<tfoot><tr><td colspan=\"%d\"></td></tr></tfoot>"
                             "<tbody>\n",
                             2 * HTML_COLS);
}

static enum gw_err html_end_row(int *used, struct gw_buf *out)
{
    enum gw_err err = *used > 0 ? gw_buf_adds(out, "</tr>\n") : GW_OK;
    *used = 0;
    return err;
}

static enum gw_err html_list(const struct annex_list *list, struct gw_buf *out)
{
    int used = 0;
    enum gw_err err = html_head(list, out);
    for (size_t i = 0; i < list->n && !err; i++) {
        const struct annex_row *row = &list->rows[i];
        if (row->head) {
            err = html_end_row(&used, out);
            err = err ? err : html_wide("td", "group", row->head, out);
            continue;
        }
        err = gw_buf_addf(out, "%s<td>%zu</td><td>", used == 0 ? "<tr>" : "", row->number);
        err = err ? err : paper_escape(out, row->name, strlen(row->name));
        err = err ? err : gw_buf_adds(out, "</td>");
        if (!err && ++used == HTML_COLS) {
            err = html_end_row(&used, out);
        }
    }
    err = err ? err : html_end_row(&used, out);
    return err ? err : gw_buf_adds(out, "</tbody></table>\n");
}

enum gw_err annex_html(const struct annex *annex, struct gw_buf *out)
{
    char about[300];
    enum gw_err err = GW_OK;
    says(annex, about, sizeof about);
    for (size_t i = 0; i < ANNEX_LISTS && !err; i++) {
        err = annex->lists[i].title ? html_list(&annex->lists[i], out) : GW_OK;
    }
    err = err ? err : gw_buf_adds(out, "<p class=\"about\">");
    err = err ? err : paper_escape(out, about, strlen(about));
    return err ? err : gw_buf_adds(out, "</p>\n");
}
