#ifndef TOOLS_GROUP_RATIO_H
#define TOOLS_GROUP_RATIO_H

#include "core/base/error.h"
#include "tools/common/group_split.h"

/* How the split "groups" divides clips among train, val and test. */

enum { GROUP_RATIO_PARTS = 3, GROUP_RATIO_TEXT = 100 };

struct group_ratio {
    struct group_share shares[GROUP_RATIO_PARTS]; /* in the order to be served */
    int count;                                    /* parts with a share */
    char text[GROUP_RATIO_TEXT]; /* "train 6, test 2, val 2; whole groups of each class" */
};

/* Read "A:B:C", shares of train, val and test: whole numbers up to 1000000,
 * train's at least 1; 0 leaves a part out. NULL: 6:2:2. ERR_USAGE, naming the
 * option --ratio, for any other text. */
int group_ratio_parse(struct group_ratio *ret, const char *text, struct error *err) MUST_CHECK;

#endif
