#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

enum { DIGEST_HEX_SIZE = 65 }; /* 64 lower-case hex digits and a NUL */

/* SHA-256 over a stream of fields (libmd does the arithmetic). */
struct digest;

/* NULL when out of memory. Freed by digest_finish(). */
struct digest *digest_start(void);

void digest_add(struct digest *digest, const void *data, size_t size);

/* The text with its NUL, so that "ab","c" and "a","bc" differ. */
void digest_add_text(struct digest *digest, const char *text);

/* Write the hex digest and free *digest (set to NULL). */
void digest_finish(struct digest **digest, char hex[DIGEST_HEX_SIZE]);

#endif
