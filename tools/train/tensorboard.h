#ifndef TOOLS_TRAIN_TENSORBOARD_H
#define TOOLS_TRAIN_TENSORBOARD_H

#include "core/base/error.h"
#include "core/nn/graph/net.h"
#include "formats/history.h"

#include <stdbool.h>

/* RUN/tb/: what a run measures, for TensorBoard. Two event files, so that it draws
 * the curves of training and validation into one chart: tb/train/ has the learning
 * rate and the filters of the first layer, too; tb/val/ is there where a validation
 * part is.
 *
 * One record for an epoch is added to a file when the epoch is over, before the
 * checkpoint: a run that goes on cuts off what its checkpoint does not know of. */
struct tensorboard;

/* Begin the files in the folder `run`, or go on with them behind the epochs of
 * `history`. Files that do not reach so far, or are damaged, are made anew from the
 * history, without pictures of those epochs. `validates`: is there a validation
 * part? ERR_IO where one cannot be written, or a symbolic link is in its place. */
int tensorboard_open(struct tensorboard **ret, const char *run, const struct history *history,
                     bool validates, struct error *err) MUST_CHECK;

/* An epoch is over, and `net` is as it is behind it. On the disk when it returns. */
int tensorboard_add(struct tensorboard *board, const struct history_row *row, struct net *net,
                    struct error *err) MUST_CHECK;

/* Accepts NULL; sets *board to NULL. */
void tensorboard_close(struct tensorboard **board);

/* Remove the files and folders from the folder `run`, as far as they are there;
 * what others have put into the folders stays. */
int tensorboard_remove(const char *run, struct error *err) MUST_CHECK;

#endif
