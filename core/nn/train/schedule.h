#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Learning rates over the course of a training, as torch.optim.lr_scheduler
 * 1.13 has them. Steps and epochs are counted from 0. */

enum schedule_kind {
    SCHEDULE_CONSTANT,
    SCHEDULE_STEP,        /* StepLR: times gamma every step_size epochs */
    SCHEDULE_MULTISTEP,   /* MultiStepLR: times gamma at each of the milestones */
    SCHEDULE_EXPONENTIAL, /* ExponentialLR: times gamma every epoch */
    SCHEDULE_COSINE,      /* CosineAnnealingLR, by epochs */
    SCHEDULE_ONECYCLE,    /* OneCycleLR, by steps; the optimiser's lr is max_lr */
    SCHEDULE_PLATEAU,     /* ReduceLROnPlateau, by epochs */
    SCHEDULE_KINDS,
};

/* How the kinds are called, in the order of the enum; ends with NULL. */
extern const char *const schedule_names[SCHEDULE_KINDS + 1];

enum { SCHEDULE_MILESTONES_MAX = 64 };

/* What a kind does not use is ignored. */
struct schedule_options {
    enum schedule_kind kind;
    int epochs;        /* of the whole training: onecycle */
    int step_size;     /* epochs, 1 or more: step */
    double gamma;      /* step, multistep, exponential */
    int milestones[SCHEDULE_MILESTONES_MAX]; /* epochs, ascending: multistep */
    int milestone_count;
    int t_max;         /* epochs to the lowest, 1 or more: cosine */
    double eta_min;    /* the lowest: cosine */
    double pct_start;  /* part of the steps in which lr rises, 0..1: onecycle, as those below */
    double div_factor; /* lr / div_factor is the first */
    double final_div_factor; /* and the last that by this */
    bool linear;       /* not along a cosine */
    bool three_phase;
    bool cycle_momentum; /* momentum or beta1, against the learning rate */
    double base_momentum; /* the lowest */
    double max_momentum;
    double factor;     /* by which lr is reduced: plateau, as those below */
    int patience;      /* epochs without a better number that pass */
    double threshold;  /* how much better counts */
    bool threshold_absolute; /* not a part of the best */
    int cooldown;      /* epochs after a reduction that do not count */
    double min_lr;
    bool larger_is_better; /* the number to watch is an accuracy, not a loss */
    int warmup;        /* steps, in front of any kind: lr is multiplied with a number that */
    double warmup_start; /* rises from this, 0..1, to 1 (LinearLR's start_factor) */
};

/* Constant, and PyTorch's defaults for the others. gamma is 0.1, StepLR's. */
struct schedule_options schedule_defaults(void);

/* What plateau remembers from epoch to epoch; plain numbers for a checkpoint. */
struct schedule_state {
    double best; /* number watched; an infinity at first */
    double lr;   /* as reduced so far */
    uint64_t bad_epochs;
    uint64_t cooldown; /* epochs left of it */
};

struct schedule {
    struct schedule_options options;
    double lr;       /* the optimiser's options */
    double momentum; /* likewise; beta1 */
    uint64_t steps_per_epoch;
    struct schedule_state state;
};

/* Options out of range are ERR_VALUE; the message names the option. */
int schedule_open(struct schedule *ret, const struct schedule_options *options, double lr,
                  double momentum, uint64_t steps_per_epoch, struct error *err) MUST_CHECK;

/* Does it move the optimiser's momentum? */
bool schedule_moves_momentum(const struct schedule_options *options);

/* What a step computes with. A function of its number (and, for plateau, of
 * the epochs before). */
struct schedule_point {
    double lr;
    double momentum;
};

struct schedule_point schedule_at(const struct schedule *schedule, uint64_t step);

/* An epoch is over and measured this: plateau looks at it. */
void schedule_epoch_done(struct schedule *schedule, double measured);

#endif
