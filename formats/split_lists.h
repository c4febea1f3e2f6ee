#ifndef FORMATS_SPLIT_LISTS_H
#define FORMATS_SPLIT_LISTS_H

#include "core/base/error.h"
#include "formats/class_list.h"
#include "formats/pack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The official lists of a data set: which clip is of which class, and in which
 * part of which split. */

enum { SPLIT_FOLDS_MAX = 9, SPLIT_NAME_SIZE = 24 };

#define SPLIT_NO_CLASS UINT16_MAX

struct split_line {
    const char *key;       /* "class/file.avi" in lower case (ASCII), or a stem */
    const char *group;     /* as group_name_of() says */
    uint16_t class_number; /* in `classes`, from 0, or SPLIT_NO_CLASS */
    uint8_t part;          /* enum pack_part */
    bool taken;            /* for the user of the lists; false at first */
};

struct split_fold {
    char name[SPLIT_NAME_SIZE]; /* "ucf101-1", "hmdb51-3", "kinetics" */
    bool by_stem;               /* a key is a file's name without folder and extension,
                                 * letter for letter */
    struct split_line *lines;   /* sorted by key */
    size_t count;
    char *texts; /* what the lines point into */
};

struct split_lists {
    struct class_list classes;
    struct split_fold folds[SPLIT_FOLDS_MAX];
    int fold_count;
};

/* Read the lists in a folder. What is in it says whose they are:
 *   UCF101    classInd.txt, trainlist0N.txt, testlist0N.txt: formats/ucf101_lists.h
 *   HMDB51    CLASS_test_splitN.txt: formats/hmdb51_lists.h
 *   Kinetics  *.csv: formats/kinetics_lists.h
 * Refuses (ERR_FORMAT) incomplete folds, a clip that is listed twice or on both
 * sides, with check_groups a group on both sides, and lines that make no sense.
 * On success the caller frees *ret with split_lists_free(). */
int split_lists_read(struct split_lists *ret, const char *folder, bool check_groups,
                     struct error *err) MUST_CHECK;

/* The line for a clip by its class and file name, letter case disregarded
 * (UCF101 spells HandstandPushups in two ways), or by its stem alone; NULL
 * when it is not listed. */
struct split_line *split_fold_find(const struct split_fold *fold, const char *class_name,
                                   const char *file_name);

/* Accepts a zeroed struct. */
void split_lists_free(struct split_lists *lists);

#endif
