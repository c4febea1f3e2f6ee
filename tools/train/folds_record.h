#ifndef TOOLS_TRAIN_FOLDS_RECORD_H
#define TOOLS_TRAIN_FOLDS_RECORD_H

#include "core/base/error.h"
#include "tools/train/train_settings.h"

/* RUN/folds.txt: what an experiment of several folds was begun with, a recipe as
 * options.txt is, so that a later command can go on with the folds that are
 * left. */

/* Write the options of resolved settings, and the digest of the pack. */
int folds_record_write(const char *path, const struct train_settings *settings,
                       const char *pack_digest, struct error *err) MUST_CHECK;

/* ERR_VALUE where the settings, or the pack, are others than it says, naming each
 * option with its old and new value; ERR_FORMAT where the file is none of these. */
int folds_record_check(const char *path, const struct train_settings *settings,
                       const char *pack_digest, struct error *err) MUST_CHECK;

#endif
