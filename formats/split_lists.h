#ifndef FORMATS_SPLIT_LISTS_H
#define FORMATS_SPLIT_LISTS_H

#include "core/base/error.h"
#include "formats/class_list.h"
#include "formats/pack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The lists that UCF101 comes with: classInd.txt, and for each fold N
 * trainlist0N.txt (lines "Class/file.avi CLASSNUMBER") and testlist0N.txt
 * (lines "Class/file.avi"). */

enum { SPLIT_FOLDS_MAX = 9, SPLIT_NAME_SIZE = 16 };

struct split_line {
    const char *key;       /* "class/file.avi" in lower case (ASCII) */
    const char *group;     /* "gNN", or "" where the name tells none */
    uint16_t class_number; /* in `classes`, from 0 */
    uint8_t part;          /* enum pack_part */
    bool taken;            /* for the user of the lists; false at first */
};

struct split_fold {
    char name[SPLIT_NAME_SIZE]; /* "ucf101-1" */
    struct split_line *lines;   /* sorted by key */
    size_t count;
    char *texts; /* what the lines point into */
};

struct split_lists {
    struct class_list classes;
    struct split_fold folds[SPLIT_FOLDS_MAX];
    int fold_count;
};

/* Read the lists in a folder. Refuses (ERR_FORMAT) a fold with one list of
 * two, a clip that is listed twice or on both sides, a group on both sides, a
 * class that is not in classInd.txt or has another number there. On success
 * the caller frees *ret with split_lists_free(). */
int split_lists_read(struct split_lists *ret, const char *folder, struct error *err) MUST_CHECK;

/* The line for a clip by its class and file name, letter case disregarded
 * (UCF101 spells HandstandPushups in two ways); NULL when it is not listed. */
struct split_line *split_fold_find(const struct split_fold *fold, const char *class_name,
                                   const char *file_name);

/* Accepts a zeroed struct. */
void split_lists_free(struct split_lists *lists);

#endif
