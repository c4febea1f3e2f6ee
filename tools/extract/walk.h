#ifndef TOOLS_WALK_H
#define TOOLS_WALK_H

#include "core/base/error.h"

#include <limits.h>
#include <stddef.h>

/* Walk folders, in an order that depends on names alone: bytewise, symbolic
 * links last. Hidden entries are passed over. A folder is entered once, by
 * whatever name it is reached first, so that links in circles end. */

struct walk {
    /* An entry that is no folder (or leads nowhere). `path` is relative to
     * the root and valid during the call. A negative result ends the walk. */
    int (*file)(void *context, const char *path, struct error *err);
    /* A folder is entered, or (again) passed by for having been entered
     * before. The root itself, whose path is "", is reported only then. */
    int (*folder)(void *context, const char *path, int again, struct error *err);
    void *context;
    void *seen; /* the folders entered so far: NULL at first */
    const char *root; /* the rest is walk_folder's */
    char path[PATH_MAX];
};

/* Walk what is in `root`. ERR_IO for a folder that cannot be read,
 * ERR_STOPPED when the user wants to stop. May be called for several roots. */
int walk_folder(struct walk *walk, const char *root, struct error *err) MUST_CHECK;

void walk_close(struct walk *walk);

#endif
