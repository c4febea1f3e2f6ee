#ifndef TOOLS_TRAIN_SETTINGS_H
#define TOOLS_TRAIN_SETTINGS_H

#include "core/base/sandbox.h"
#include "core/nn/trainer.h"
#include "tools/common/options.h"

#include <stdbool.h>
#include <stdint.h>

/* train's command line. */

enum train_eval { TRAIN_EVAL_LAST, TRAIN_EVAL_EACH, TRAIN_EVAL_NEVER };

struct train_settings {
    const char *output; /* the run's folder */
    bool force;
    bool quiet;
    int threads; /* 0: as many as CPUs */
    int sandbox; /* enum sandbox_mode */
    const char *net;
    const char *init;  /* NULL: PyTorch's default initialisation */
    const char *split; /* NULL: the one that goes without saying */
    int epochs;
    int batch;
    int shuffle; /* index in on, off */
    uint64_t seed;
    int loss; /* enum loss_kind */
    double label_smoothing;
    double margin;
    double gamma;
    int optimiser; /* enum optimiser_kind */
    double lr;
    double alpha;
    double eps;
    double weight_decay;
    double momentum;
    int log_every; /* steps; 0: never */
    int train_eval; /* enum train_eval */
    const char *describe; /* a net to print instead of training, or NULL */
    const char *input;    /* for describe: "3x64x64" */
    int classes;          /* for describe */
};

extern const struct command train_command;

struct train_settings train_settings_defaults(void);

/* What the table alone cannot check; fills in the number of threads. */
int train_settings_check(struct train_settings *settings, int operand_count,
                         struct error *err) MUST_CHECK;

struct trainer_options train_settings_trainer(const struct train_settings *settings);
struct sandbox train_settings_sandbox(const struct train_settings *settings);

#endif
