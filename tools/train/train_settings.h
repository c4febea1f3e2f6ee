#ifndef TOOLS_TRAIN_SETTINGS_H
#define TOOLS_TRAIN_SETTINGS_H

#include "core/base/sandbox.h"
#include "core/nn/train/trainer.h"
#include "tools/common/options.h"
#include "tools/train/data_settings.h"

#include <stdbool.h>
#include <stdint.h>

/* train's command line. */

enum train_eval { TRAIN_EVAL_LAST, TRAIN_EVAL_EACH, TRAIN_EVAL_NEVER };

struct train_settings {
    const char *output; /* the run's folder */
    bool force;
    bool quiet;
    int threads; /* 0: as many as CPUs */
    bool profile;
    const char *cpu; /* the kernels' instruction set, as kernel_set_choose() has it */
    int sandbox; /* enum sandbox_mode */
    const char *net;
    const char *init;  /* NULL: PyTorch's default initialisation */
    const char *split; /* NULL: the one that goes without saying */
    const char *folds; /* "a,b,c": a run on each of these splits; or NULL */
    const char *folds_folder; /* this run is one of the folds in this folder; or NULL */
    int epochs;
    int batch;
    int shuffle; /* index in on, off */
    uint64_t seed;
    struct data_settings data;
    int loss; /* enum loss_kind */
    double label_smoothing;
    double margin;
    double gamma;
    /* What is unset (see setting_use.h) is the optimiser's default. */
    int optimiser; /* enum optimiser_kind */
    double lr;
    double weight_decay;
    double clip_norm;
    double clip_value;
    double momentum;
    double dampening;
    int nesterov; /* index in on, off, as other switches */
    double alpha;
    int centered;
    double beta1;
    double beta2;
    int amsgrad;
    double eps;
    double lr_decay;
    double initial_accumulator_value;
    double rho;
    /* What is unset is the schedule's default. */
    int schedule; /* enum schedule_kind */
    int warmup; /* steps */
    double warmup_start;
    int step_size; /* epochs, as all numbers of a schedule but warmup's */
    double lr_gamma;
    const char *milestones; /* "10,20" */
    int t_max;
    double eta_min;
    double pct_start;
    double div_factor;
    double final_div_factor;
    int anneal; /* index in schedule_anneal_words */
    int three_phase;
    int cycle_momentum;
    double base_momentum;
    double max_momentum;
    int plateau_watch; /* index in schedule_watch_words */
    double factor;
    int plateau_patience;
    double threshold;
    int threshold_mode; /* index in schedule_threshold_words */
    int cooldown;
    double min_lr;
    const char *recipe; /* a file of options, or NULL */
    const char *resume; /* the folder of a run to go on with, or NULL */
    int patience; /* epochs without a better one until the run ends; 0: no matter */
    int checkpoint_every; /* steps; 0: after epochs only */
    int keep; /* checkpoints of past epochs */
    int log_every; /* steps; 0: never */
    int train_eval; /* enum train_eval */
    const char *describe; /* a net to print instead of training, or NULL */
    bool compare;         /* print runs side by side instead of training */
    bool tsv;             /* for compare */
    const char *svg;      /* for compare: a picture of the curves to write, or NULL */
    bool json;            /* for compare, likewise */
    const char *html;     /* for compare: a page to write, or NULL */
    const char *input;    /* for describe: "3x64x64" */
    int classes;          /* for describe */
};

extern const struct command train_command;

struct train_settings train_settings_defaults(void);

/* What the table alone cannot check; fills in the number of threads and makes the
 * kernels of settings->cpu those of the process. */
int train_settings_check(struct train_settings *settings, int operand_count,
                         struct error *err) MUST_CHECK;

/* Fill in what depends on other options: the defaults of the optimiser and the
 * schedule. ERR_USAGE where they do not go together. */
int train_settings_resolve(struct train_settings *settings, struct error *err) MUST_CHECK;

/* Do they ask for several runs: folds.h? */
bool train_settings_has_folds(const struct train_settings *settings);

/* Of resolved settings. */
struct trainer_options train_settings_trainer(const struct train_settings *settings);
struct sandbox train_settings_sandbox(const struct train_settings *settings);

#endif
