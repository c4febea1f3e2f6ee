#ifndef FORMATS_GROUP_NAME_H
#define FORMATS_GROUP_NAME_H

#include <stddef.h>

enum { GROUP_NAME_SIZE = 256 }; /* with the NUL; longer ones are no group */

/* The group that a file name tells, the part behind the last slash of `path`,
 * by the first of these rules that it fits:
 *   UCF101    of the last "_gNN_": "gNN", digits as written
 *   HMDB51    NAME_VISIBLE_CAMERA_npN_VIEW_QUALITY_NUMBER.avi, VISIBLE being h,
 *             u, f or l, CAMERA nm or cm, VIEW fr, ba, le or ri, QUALITY bad,
 *             med or goo: NAME, which is the film and the action
 *   Kinetics  ID_START_END.EXTENSION, eleven letters, digits, - or _ and twice
 *             six digits: ID, which is the film
 * "" when it fits none. Returns ret. */
char *group_name_of(const char *path, char ret[GROUP_NAME_SIZE]);

#endif
