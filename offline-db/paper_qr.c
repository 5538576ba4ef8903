/* The QR code at the foot of a paper. */
#include <qrencode.h>

#include <stdio.h>

#include "offline-db/paper_p.h"

enum { QUIET = 4, QR_TEXT_MAX = 256 };

static QRcode *encode(const char *process, const char *digest)
{
    char text[QR_TEXT_MAX];
    int len = snprintf(text, sizeof text, "gridward:%s:%s", process, digest);
    return len > 0 && (size_t)len < sizeof text ? QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M)
                                                : NULL;
}

static bool dark(const QRcode *code, int x, int y)
{
    bool inside = x >= 0 && y >= 0 && x < code->width && y < code->width;
    return inside && (code->data[y * code->width + x] & 1) != 0;
}

/* One path: a bar for each run of dark modules. */
static enum gw_err svg_row(const QRcode *code, int y, struct gw_buf *out)
{
    enum gw_err err = GW_OK;
    for (int x = 0; x < code->width && !err; x++) {
        int from = x;
        while (dark(code, x, y)) {
            x++;
        }
        if (x > from) {
            err = gw_buf_addf(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
        }
    }
    return err;
}

enum gw_err paper_qr_svg(const char *process, const char *digest, struct gw_buf *out)
{
    QRcode *code = encode(process, digest);
    if (!code) {
        return GW_NOMEM;
    }
    int side = code->width + 2 * QUIET;
    enum gw_err err = gw_buf_addf(out,
                                  "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" "
                                  "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
                                  "<path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/><path d=\"",
                                  side, side, side, side, side);
    for (int y = 0; y < code->width && !err; y++) {
        err = svg_row(code, y, out);
    }
    QRcode_free(code);
    return err ? err : gw_buf_adds(out, "\"/></svg>");
}

/* Light modules are drawn: terminals and editors are mostly dark, and a frame of light is needed.
 */
enum gw_err paper_qr_text(const char *process, const char *digest, struct gw_buf *out)
{
    static const char *const halves[] = {"█", "▄", "▀", " "}; /* dark above, below */
    QRcode *code = encode(process, digest);
    if (!code) {
        return GW_NOMEM;
    }
    enum gw_err err = GW_OK;
    for (int y = -QUIET; y < code->width + QUIET && !err; y += 2) {
        for (int x = -QUIET; x < code->width + QUIET && !err; x++) {
            err = gw_buf_adds(out,
                              halves[(dark(code, x, y) ? 1 : 0) + (dark(code, x, y + 1) ? 2 : 0)]);
        }
        err = err ? err : gw_buf_adds(out, "\n");
    }
    QRcode_free(code);
    return err;
}
