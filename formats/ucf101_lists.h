#ifndef FORMATS_UCF101_LISTS_H
#define FORMATS_UCF101_LISTS_H

#include "core/base/error.h"
#include "formats/split_lists.h"

/* UCF101's lists: classInd.txt (lines "NUMBER CLASS"), and for each fold N
 * trainlist0N.txt (lines "Class/file.avi CLASSNUMBER") and testlist0N.txt
 * (lines "Class/file.avi"). Fills in *lists, also on failure; otherwise as
 * split_lists_read(). */
int ucf101_lists_read(struct split_lists *lists, const char *folder, bool check_groups,
                      struct error *err) MUST_CHECK;

#endif
