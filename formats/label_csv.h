#ifndef FORMATS_LABEL_CSV_H
#define FORMATS_LABEL_CSV_H

#include "core/base/error.h"

#include <stddef.h>

/* Labels of the tutorial's data set as a table: a header line that names the
 * columns, in any order, then a line per clip.
 *
 *   clip    the clip's folder: "00001"
 *   label   class number, from 1
 *   class   name of the class (may be missing)
 *   source  the video it was cut from (may be missing) */

struct label_row {
    const char *clip;
    const char *class_name; /* "" without that column */
    const char *source;     /* "" without that column */
    int label;              /* from 1 */
};

struct label_table {
    struct label_row *rows; /* sorted by clip */
    size_t count;
    char *text; /* what the rows point into */
};

/* Refuses (ERR_FORMAT) a clip that stands there twice. On success the caller
 * frees *ret with label_table_free(). */
int label_csv_read(struct label_table *ret, const char *path, struct error *err) MUST_CHECK;

/* NULL when the clip is not in the table. */
const struct label_row *label_table_find(const struct label_table *table, const char *clip);

/* Accepts a zeroed struct. */
void label_table_free(struct label_table *table);

#endif
