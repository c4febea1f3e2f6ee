#ifndef FORMATS_CSV_FIELD_H
#define FORMATS_CSV_FIELD_H

#include <stddef.h>

/* A text as one field of a comma-separated file (RFC 4180): within quotes,
 * inner quotes doubled, where it holds a comma, a quote, a line end or a blank
 * at its ends; else as it is. Thread-safe. */

/* The most bytes csv_field() can write for a text of `length` bytes. */
size_t csv_field_bound(size_t length);

/* Write the field with a NUL behind it to `out`, which holds
 * csv_field_bound(strlen(text)) bytes. Returns out. */
char *csv_field(char *out, const char *text);

/* The next field of a line, unquoted and ended in place; moves *line behind it,
 * to NULL after the last. NULL where *line is NULL or quotes do not match. */
char *csv_field_next(char **line);

#endif
