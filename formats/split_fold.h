#ifndef FORMATS_SPLIT_FOLD_H
#define FORMATS_SPLIT_FOLD_H

#include "core/base/error.h"
#include "formats/class_list.h"
#include "formats/split_lists.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A fold while the lists that it is made of are read. */

struct fold_draft {
    struct split_fold fold;     /* its lines have no texts yet */
    struct fold_texts {
        size_t key, group;      /* where they are in fold.texts, which may move */
    } *texts;                   /* of each line */
    size_t capacity;            /* of lines */
    size_t used, room;          /* bytes of fold.texts */
};

/* Add a line. `key` is taken as it is, `group` may be "". */
int fold_draft_add(struct fold_draft *draft, const char *key, const char *group,
                   uint16_t class_number, uint8_t part, struct error *err) MUST_CHECK;

/* Sort the lines. ERR_FORMAT for a clip that is listed twice and, with
 * check_groups, for a group on two sides; `where` begins the message. On
 * success *ret is the fold, and the draft is empty. */
int fold_draft_finish(struct split_fold *ret, struct fold_draft *draft,
                      const struct class_list *classes, bool check_groups, const char *where,
                      struct error *err) MUST_CHECK;

/* Throw away what was not finished. Accepts a zeroed one. */
void fold_draft_free(struct fold_draft *draft);

/* Free what a fold points to and zero it. */
void split_fold_free(struct split_fold *fold);

#endif
