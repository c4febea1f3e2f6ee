#ifndef FORMATS_CHECKPOINT_H
#define FORMATS_CHECKPOINT_H

#include "core/base/error.h"
#include "core/base/sandbox.h"
#include "core/nn/real.h"
#include "formats/history.h"
#include "formats/model.h"

#include <stddef.h>
#include <stdint.h>

/* The checkpoint file: docs/checkpoint-format.md. A model file, which predict
 * and --init take as such, with all that a training needs to go on. */

enum { CHECKPOINT_FORMAT_VERSION = 1, CHECKPOINT_ARRAYS_MAX = 4 };

/* What the optimiser remembers, one number for each trained parameter. */
struct checkpoint_array {
    const char *name; /* as core/nn/optimiser.h has it */
    const real *values;
    size_t count;
};

/* To write one, fill it with what you have; nothing is taken over. One that
 * was read owns all it points to until checkpoint_free(). */
struct checkpoint {
    uint64_t step; /* as struct trainer_state of core/nn/trainer.h */
    uint64_t epoch;
    uint64_t position;
    uint64_t optimiser_steps;
    double schedule_best; /* as struct schedule_state of core/nn/schedule.h */
    double schedule_lr;
    uint64_t schedule_bad_epochs;
    uint64_t schedule_cooldown;
    double lr;       /* of the last step; these four: since the last epoch of the history */
    double loss_sum; /* over examples */
    uint64_t examples;
    uint64_t correct;
    uint64_t best_epoch; /* from 1; 0: none yet */
    double best_accuracy; /* of the validation part, per sample */
    double best_loss;
    struct checkpoint_array arrays[CHECKPOINT_ARRAYS_MAX]; /* read: by name */
    int array_count;
    struct history history; /* what is measured in seconds is not stored: NAN when read */
};

/* Write both in one file, replacing one that exists when the new one is
 * complete. Same contents, same bytes: the order of the arrays makes no
 * difference. Not thread-safe (libhdf5). */
int checkpoint_write(const char *path, const struct model *model,
                     const struct checkpoint *checkpoint, struct error *err) MUST_CHECK;

/* Read in sandboxed children, checked; the caller frees both. ERR_FORMAT also
 * for a model that is no checkpoint. Forks: call it before there are threads. */
int checkpoint_read(struct checkpoint **ret, struct model **ret_model, const char *path,
                    const struct sandbox *sandbox, struct error *err) MUST_CHECK;

/* For one that was read. Accepts NULL; sets *checkpoint to NULL. */
void checkpoint_free(struct checkpoint **checkpoint);

#endif
