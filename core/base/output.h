#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file that appears under its name only when it is complete.
 *
 * It grows as PATH.partial, locked so that a second run on the same target is
 * refused; commit syncs it, renames it and syncs the folder. */
struct output;

/* Lock and open PATH.partial for reading and writing. Whatever a dead run
 * left in it is still there: truncate it or resume it. ERR_EXISTS when PATH
 * exists and not `force`, when it is a folder, device or pipe or a link to one of the
 * last two, or when another process holds the lock. */
int output_open(struct output **ret, const char *path, bool force, struct error *err) MUST_CHECK;

int output_fd(const struct output *output);

/* PATH.partial; valid as long as the output. */
const char *output_partial_path(const struct output *output);

/* Make the file `size` bytes long, with the disk space reserved, so that a
 * full disk shows now and not in the middle of the work. */
int output_reserve(struct output *output, uint64_t size, struct error *err) MUST_CHECK;

/* Sync, rename over PATH, sync the folder. Frees *output and sets it to NULL,
 * also on failure; then PATH is as before and PATH.partial is gone. Only where
 * the very last step fails is PATH the new file: the message says so. */
int output_commit(struct output **output, struct error *err) MUST_CHECK;

/* The same for an output that may have to be taken up again: on failure it
 * stays open and locked. After success output_keep() closes it. */
int output_install(struct output *output, struct error *err) MUST_CHECK;

/* Remove PATH.partial. Accepts NULL; sets *output to NULL. */
void output_abandon(struct output **output);

/* Leave PATH.partial where it is, for a later run. Accepts NULL. */
void output_keep(struct output **output);

/* What output_install() does, for a folder made as PARTIAL, of many files that are not
 * synced one by one: all of its file system is, once; then it is renamed, and the folder
 * that holds it is synced. ERR_EXISTS where PATH is there. On failure PARTIAL is left to
 * the caller; only where the very last step fails it is PATH: the message says so. */
int output_install_folder(const char *partial, const char *path, struct error *err) MUST_CHECK;

/* Make a folder for what must last, and sync the one that holds it: else a power cut
 * may take the folder, with all that was synced in it. *ret_made is false where
 * something of that name is there; it is left alone, whatever it is. On failure
 * nothing was made. */
int output_make_folder(bool *ret_made, const char *path, struct error *err) MUST_CHECK;

/* Lock a folder for the life of this process (the descriptor is the lock).
 * ERR_EXISTS when another process has it. */
int output_lock_folder(int *ret_fd, const char *path, struct error *err) MUST_CHECK;

/* Write a small file in one go, by the same steps. */
int output_write_file(const char *path, const void *data, size_t size, bool force,
                      struct error *err) MUST_CHECK;

#endif
