#ifndef TOOLS_PACK_EXPORT_FOLDER_H
#define TOOLS_PACK_EXPORT_FOLDER_H

#include "core/base/error.h"
#include "formats/pack.h"

#include <limits.h>

/* A new folder that has its name only when all is in it, and grows as
 * NAME.partial. */
struct export_folder {
    char name[PATH_MAX];    /* without a slash at its end */
    char partial[PATH_MAX]; /* where to write */
};

/* Make NAME.partial. ERR_EXISTS where it or NAME is there. */
int export_folder_begin(struct export_folder *ret, const char *name,
                        struct error *err) MUST_CHECK;

/* Bring the folder and all that is in it to the disk, and rename it. ERR_IO where the
 * pack that it was made of has become shorter meanwhile: its end was read as zeros. */
int export_folder_end(const struct export_folder *folder, const struct pack *pack,
                      struct error *err) MUST_CHECK;

/* "FOLDER/NAME" and SUFFIX behind it. */
int export_folder_path(char path[PATH_MAX], const char *folder, const char *name,
                       const char *suffix, struct error *err) MUST_CHECK;

#endif
