#ifndef FORMATS_GROUP_NAME_H
#define FORMATS_GROUP_NAME_H

#include <stddef.h>

enum { GROUP_NAME_SIZE = 32 }; /* with the NUL; longer ones are no group */

/* The group that a file name tells, as UCF101's do: of the last "_gNN_" in
 * the part behind the last slash, "gNN", digits as written. "" when there is
 * none. Returns ret. */
char *group_name_of(const char *path, char ret[GROUP_NAME_SIZE]);

#endif
