#ifndef FORMATS_CLIP_LIST_H
#define FORMATS_CLIP_LIST_H

#include "core/base/error.h"
#include "formats/list_text.h"

#include <stddef.h>

/* A list of clips: lines "PATH" or "PATH<TAB>CLASS". */
struct clip_list {
    struct list_text text;
};

struct clip_list_line {
    const char *path;       /* as written; never empty */
    const char *class_name; /* "" where the line gives none */
    size_t number;          /* of the line, from 1 */
};

/* `path` must outlive *ret; freed by clip_list_close(). */
int clip_list_open(struct clip_list *ret, const char *path, struct error *err) MUST_CHECK;

/* Take the next line: 1 with *ret filled (its texts live until
 * clip_list_close()), 0 at the end, ERR_FORMAT for a line that makes no sense. */
int clip_list_next(struct clip_list *list, struct clip_list_line *ret,
                   struct error *err) MUST_CHECK;

/* Accepts a zeroed struct. */
void clip_list_close(struct clip_list *list);

#endif
