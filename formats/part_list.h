#ifndef FORMATS_PART_LIST_H
#define FORMATS_PART_LIST_H

#include "core/base/error.h"
#include "formats/list_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A user's own split: lines "PATH<TAB>PART" or "PATH PART", PART being train,
 * val, test or none. PATH is a clip's as in the pack's /clips/path. */

struct part_line {
    const char *path;
    uint8_t part;  /* enum pack_part */
    bool taken;    /* for the user of the list; false at first */
};

struct part_list {
    struct part_line *lines; /* by path, bytewise; none twice */
    size_t count;
    struct list_text text; /* what the lines point into */
};

/* Read it; `path` must outlive *ret. ERR_FORMAT for a line without a PART or
 * with another word, a path that stands twice, or a list without lines. On
 * success the caller frees *ret with part_list_free(). */
int part_list_read(struct part_list *ret, const char *path, struct error *err) MUST_CHECK;

/* NULL when the path is not in the list. */
struct part_line *part_list_find(const struct part_list *list, const char *path);

/* Accepts a zeroed one. */
void part_list_free(struct part_list *list);

#endif
