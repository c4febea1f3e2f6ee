#include "tools/train/run_state.h"

#include <math.h>
#include <string.h>

void run_state_clear(struct run_state *state)
{
    history_clear(&state->history);
    *state = (struct run_state){0};
}

int run_state_add(struct run_state *state, const struct history_row *row, struct error *err)
{
    int code = history_add(&state->history, row, err);
    if (code == 0) {
        state->loss_sum = 0;
        state->examples = state->correct = 0;
    }
    return code;
}

bool run_state_is_best(const struct run_state *state, const struct history_row *row)
{
    if (isnan(row->val_accuracy_sample)) {
        return false;
    }
    if (state->best_epoch == 0 || row->val_accuracy_sample > state->best_accuracy) {
        return true;
    }
    return row->val_accuracy_sample >= state->best_accuracy && row->val_loss < state->best_loss;
}

int run_state_save(const struct run_state *state, struct trainer *trainer,
                   const struct model *model, const char *path, struct error *err)
{
    const struct optimiser *optimiser = trainer_optimiser(trainer);
    const struct schedule_state *schedule = trainer_schedule_state(trainer);
    struct trainer_state at = trainer_state_get(trainer);
    struct checkpoint checkpoint = {
        .step = at.step,
        .epoch = at.epoch,
        .position = at.position,
        .optimiser_steps = optimiser->steps,
        .schedule_best = schedule->best,
        .schedule_lr = schedule->lr,
        .schedule_bad_epochs = schedule->bad_epochs,
        .schedule_cooldown = schedule->cooldown,
        .lr = state->lr,
        .loss_sum = state->loss_sum,
        .examples = state->examples,
        .correct = state->correct,
        .best_epoch = (uint64_t)state->best_epoch,
        .best_accuracy = state->best_accuracy,
        .best_loss = state->best_loss,
        .array_count = optimiser->array_count,
        .history = state->history,
    };
    for (int i = 0; i < optimiser->array_count; i++) {
        checkpoint.arrays[i] = (struct checkpoint_array){
            optimiser->arrays[i].name, optimiser->arrays[i].values, optimiser->total};
    }
    return checkpoint_write(path, model, &checkpoint, err);
}

static int restore_optimiser(struct optimiser *optimiser, const struct checkpoint *checkpoint,
                             const char *path, struct error *err)
{
    for (int i = 0; i < optimiser->array_count; i++) {
        const struct checkpoint_array *found = NULL;
        for (int k = 0; k < checkpoint->array_count; k++) {
            const struct checkpoint_array *a = &checkpoint->arrays[k];
            found = strcmp(a->name, optimiser->arrays[i].name) == 0 ? a : found;
        }
        if (!found || found->count != optimiser->total) {
            return error_set(err, ERR_VALUE, "%s: holds no %zu numbers of the optimiser's %s",
                             path, optimiser->total, optimiser->arrays[i].name);
        }
        memcpy(optimiser->arrays[i].values, found->values,
               found->count * sizeof *found->values);
    }
    optimiser->steps = checkpoint->optimiser_steps;
    return 0;
}

int run_state_restore(struct run_state *ret, struct trainer *trainer,
                      struct checkpoint *checkpoint, const char *path, struct error *err)
{
    struct trainer_state at = {checkpoint->step, checkpoint->epoch,
                               (uint32_t)checkpoint->position};
    struct error own = ERROR_INIT;
    int code = trainer_state_set(trainer, &at, &own);
    if (code < 0) {
        return error_set(err, code, "%s: %s", path, own.text);
    }
    code = restore_optimiser(trainer_optimiser(trainer), checkpoint, path, err);
    if (code < 0) {
        return code;
    }
    *trainer_schedule_state(trainer) = (struct schedule_state){
        .best = checkpoint->schedule_best,
        .lr = checkpoint->schedule_lr,
        .bad_epochs = checkpoint->schedule_bad_epochs,
        .cooldown = checkpoint->schedule_cooldown,
    };
    *ret = (struct run_state){
        .history = checkpoint->history,
        .lr = checkpoint->lr,
        .loss_sum = checkpoint->loss_sum,
        .examples = checkpoint->examples,
        .correct = checkpoint->correct,
        .best_epoch = (int)checkpoint->best_epoch,
        .best_accuracy = checkpoint->best_accuracy,
        .best_loss = checkpoint->best_loss,
    };
    checkpoint->history = (struct history){0};
    return 0;
}
