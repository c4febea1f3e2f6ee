#ifndef FORMATS_LIST_TEXT_H
#define FORMATS_LIST_TEXT_H

#include "core/base/error.h"

#include <stddef.h>

/* Text files of lines, as data sets come with them: LF or CR LF, perhaps with
 * a byte order mark. */

struct list_text {
    const char *name; /* the file, for messages; the caller's */
    char *data;       /* owned; lines are cut in place */
    char *cursor;
    size_t line;      /* number of the line last taken, from 1 */
};

/* Read a whole file of at most `limit` bytes. ERR_FORMAT if it is larger or
 * holds NUL bytes. `path` must outlive *ret; list_text_close() frees. */
int list_text_open(struct list_text *ret, const char *path, size_t limit,
                   struct error *err) MUST_CHECK;

/* The next line that is not empty, without its end; NULL after the last. It
 * stays valid, and may be changed, until list_text_close(). */
char *list_text_next(struct list_text *text);

/* Accepts a zeroed struct. */
void list_text_close(struct list_text *text);

/* Cut blanks (space and tab) off the end of a line, in place. Returns it. */
char *list_text_trim(char *line);

/* ASCII letters to lower case, in place: the only case folding that does not
 * depend on a locale. Returns text. */
char *list_text_lower(char *text);

#endif
