/* Attachments: a photo or a scan that a record names by its commit. Shared by both sides, no I/O.
 *
 * commit = SHA-256(16-byte salt || bytes). Without the salt nobody can tell from a commit whether
 * it was made of a picture he already has; when salt and bytes are erased, the commit that stays in
 * the signed record says nothing any more. On both sides a whole attachment is kept as one file,
 * salt first, so that `sha256sum FILE` prints its name. */
#ifndef GW_MODEL_BLOB_H
#define GW_MODEL_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crypto.h"

enum {
    BLOB_SALT = 16,
    BLOB_SALT_B64 = 22,          /* characters of the salt in base64url */
    BLOB_MAX = 32 * 1024 * 1024, /* bytes, without the salt; the server may take less */
    BLOB_SLICE = 256 * 1024,     /* bytes of one PUT of ours */
    BLOB_MEDIA_MAX = 32,
};

/* Lower-case hex of 64 digits, nothing else: it becomes the name of a file. */
bool blob_commit_ok(const char *text);
void blob_commit(const uint8_t salt[BLOB_SALT], const void *bytes, size_t len,
                 char out[GW_HASH_HEX + 1]);

/* "image/jpeg", "image/png", "application/pdf" or "text/plain" by what the bytes begin with (text:
 * all of it is UTF-8 without control characters but tab and line ends); NULL: nothing that may be
 * attached. Static. */
const char *blob_media_of(const void *bytes, size_t len);
/* The static word for one of the four, also "text/plain; charset=…" and other cases; else NULL. */
const char *blob_media_known(const char *text);

/* A picture (JPEG with Exif, PNG with eXIf) that says where it was taken: a GPS directory stands in
 * it. Only the header blocks are looked at; damage counts as no. */
bool blob_tells_place(const void *bytes, size_t len);

#endif
