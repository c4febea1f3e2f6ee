#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers as people write them, whole and in range, or not at all: no junk
 * behind them, no wrap-around, no locale. On false *ret is untouched. */
bool text_to_i64(const char *text, int64_t low, int64_t high, int64_t *ret);
bool text_to_u64(const char *text, uint64_t *ret);
bool text_to_int(const char *text, int low, int high, int *ret);

/* A finite decimal number in [low, high]. */
bool text_to_double(const char *text, double low, double high, double *ret);

/* "64x48" into its two or "7x7x8" into its three whole numbers, `count` of
 * them, each in 1 .. high. */
bool text_to_dims(const char *text, int count, int high, int *ret);

/* Copy a name or a value from outside for a message or a terminal: control
 * characters, those that turn the order of what is shown (U+202A to U+202E, U+2066 to
 * U+2069), and bytes that are not UTF-8, become \xNN, and a backslash two, so that
 * the text can be told from the copy. Always ends `out` with NUL; cuts what
 * does not fit, but neither a character nor an escape. Returns out. */
char *text_escape(char *out, size_t capacity, const char *text);

/* The same of a text in which names are escaped already, such as a message of
 * another process or a path in a pack: it leaves every backslash alone, so that
 * nothing is escaped twice. */
char *text_clean(char *out, size_t capacity, const char *text);

/* Undo text_escape(), in place. A backslash that it could not have written (with
 * neither a backslash nor x and two hexadecimal digits behind it, or with a zero)
 * stays. Returns text. */
char *text_unescape(char *text);

/* Is it valid UTF-8 without what text_escape() calls control characters? */
bool text_is_clean(const char *text);

/* The one of `words` (ends with NULL) most like `text`, or NULL when none is
 * near enough to be what was meant. */
const char *text_nearest(const char *text, const char *const *words);

/* Take the next line off *cursor: cut at LF or CR LF, which becomes a NUL.
 * NULL at the end. The text is changed in place. */
char *text_next_line(char **cursor);

#endif
