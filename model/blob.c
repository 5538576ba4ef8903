#include "model/blob.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"

static const char JPEG[] = "image/jpeg";
static const char PNG[] = "image/png";
static const char PDF[] = "application/pdf";
static const char TEXT[] = "text/plain";

bool blob_commit_ok(const char *text)
{
    size_t len = text ? strspn(text, "0123456789abcdef") : 0;
    return len == GW_HASH_HEX && text[len] == '\0';
}

void blob_commit(const uint8_t salt[BLOB_SALT], const void *bytes, size_t len,
                 char out[GW_HASH_HEX + 1])
{
    gw_sha256_hex2(salt, BLOB_SALT, bytes, len, out);
}

/* ---- what it is */

static bool begins(const void *bytes, size_t len, const char *magic, size_t magic_len)
{
    return len >= magic_len && memcmp(bytes, magic, magic_len) == 0;
}

static bool is_text(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
            return false;
        }
    }
    return len > 0 && gw_utf8_valid(bytes, len);
}

const char *blob_media_of(const void *bytes, size_t len)
{
    static const struct {
        const char *media, *magic;
        size_t len;
    } known[] = {{JPEG, "\xff\xd8\xff", 3}, {PNG, "\x89PNG\r\n\x1a\n", 8}, {PDF, "%PDF-", 5}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (begins(bytes, len, known[i].magic, known[i].len)) {
            return known[i].media;
        }
    }
    return is_text(bytes, len) ? TEXT : NULL;
}

const char *blob_media_known(const char *text)
{
    static const char *const known[] = {JPEG, PNG, PDF, TEXT};
    size_t len = text ? strcspn(text, "; ") : 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i]) == len && strncasecmp(known[i], text, len) == 0) {
            return known[i];
        }
    }
    return NULL;
}

/* ---- where it was taken: tag 0x8825 in the first directory of the TIFF block (Exif 2.3, 4.6.3) */

enum { TAG_GPS = 0x8825, TIFF_HEAD = 8, ENTRY = 12 };

static uint32_t number(const uint8_t *at, size_t n, bool little)
{
    uint32_t out = 0;
    for (size_t i = 0; i < n; i++) {
        out = out << 8 | at[little ? n - 1 - i : i];
    }
    return out;
}

static bool tiff_has_gps(const uint8_t *tiff, size_t len)
{
    if (len < TIFF_HEAD || (memcmp(tiff, "II", 2) != 0 && memcmp(tiff, "MM", 2) != 0)) {
        return false;
    }
    bool little = tiff[0] == 'I';
    size_t at = number(tiff + 4, 4, little);
    if (at > len || len - at < 2) {
        return false;
    }
    size_t n = number(tiff + at, 2, little);
    at += 2;
    for (size_t i = 0; i < n && len - at >= ENTRY; i++, at += ENTRY) {
        if (number(tiff + at, 2, little) == TAG_GPS) {
            return true;
        }
    }
    return false;
}

static bool jpeg_has_gps(const uint8_t *b, size_t len)
{
    size_t at = 2;
    while (at + 4 <= len && b[at] == 0xff && b[at + 1] != 0xda) {
        size_t size = number(b + at + 2, 2, false); /* counts itself */
        const uint8_t *body = b + at + 4;
        if (size < 2 || size - 2 > len - at - 4) {
            return false;
        }
        if (b[at + 1] == 0xe1 && size > 8 && memcmp(body, "Exif\0\0", 6) == 0 &&
            tiff_has_gps(body + 6, size - 8)) {
            return true;
        }
        at += 2 + size;
    }
    return false;
}

static bool png_has_gps(const uint8_t *b, size_t len)
{
    size_t at = 8;
    while (at + 12 <= len) {
        size_t size = number(b + at, 4, false);
        if (size > len - at - 12) {
            return false;
        }
        if (memcmp(b + at + 4, "eXIf", 4) == 0) {
            return tiff_has_gps(b + at + 8, size);
        }
        at += 12 + size;
    }
    return false;
}

bool blob_tells_place(const void *bytes, size_t len)
{
    const char *media = blob_media_of(bytes, len);
    return (media == JPEG && jpeg_has_gps(bytes, len)) || (media == PNG && png_has_gps(bytes, len));
}
