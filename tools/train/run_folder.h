#ifndef TOOLS_TRAIN_RUN_FOLDER_H
#define TOOLS_TRAIN_RUN_FOLDER_H

#include "core/base/error.h"

#include <stdbool.h>

/* RUN, the folder that train writes: made or taken over, and locked. */
struct run_folder;

/* Make the folder, or take one that is there: an empty one, or with `force`
 * one that holds a run. ERR_EXISTS where it is in use, where it holds a run and
 * `force` is false, and where it holds files and no run. Nothing in it changes
 * yet. */
int run_folder_open(struct run_folder **ret, const char *path, bool force,
                    struct error *err) MUST_CHECK;

/* Take over a folder that holds a run, to go on with it. ERR_IO where there is
 * none, ERR_EXISTS where it is in use. */
int run_folder_open_again(struct run_folder **ret, const char *path,
                          struct error *err) MUST_CHECK;

/* Is one of train's files there? */
bool run_folder_has(struct run_folder *folder, const char *name);

/* Remove the kept checkpoints of epochs up to `epoch`. */
int run_folder_drop_checkpoints(struct run_folder *folder, int epoch,
                                struct error *err) MUST_CHECK;

/* Remove the files of an earlier run. Files that are not train's stay. */
int run_folder_clear(struct run_folder *folder, struct error *err) MUST_CHECK;

/* "RUN/name", name one of train's files; valid until the next call. */
const char *run_folder_file(struct run_folder *folder, const char *name);

/* Unlock it. A folder made here that holds no checkpoint is removed.
 * Accepts NULL; sets *folder to NULL. */
void run_folder_close(struct run_folder **folder);

#endif
