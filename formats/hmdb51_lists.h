#ifndef FORMATS_HMDB51_LISTS_H
#define FORMATS_HMDB51_LISTS_H

#include "core/base/error.h"
#include "formats/split_lists.h"

#include <stddef.h>

/* HMDB51's lists: for each class and each fold N from 1 a file
 * CLASS_test_splitN.txt of lines "file.avi PART", PART being 1 for train, 2 for
 * test and 0 for a clip that the fold leaves out. Classes are in bytewise order
 * of their names. Fills in *lists, also on failure; otherwise as
 * split_lists_read(). */
int hmdb51_lists_read(struct split_lists *lists, const char *folder, bool check_groups,
                      struct error *err) MUST_CHECK;

/* Is it the name of such a file? The length of CLASS in it, with N in
 * *ret_fold, or 0. */
size_t hmdb51_list_class(const char *name, int *ret_fold);

#endif
