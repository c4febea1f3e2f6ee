#include "tools/train/train_settings.h"

#include "tools/common/cpus.h"

#include <stddef.h>

enum { EPOCHS_MAX = 1000000, BATCH_MAX = 65536, LOG_EVERY_MAX = 1000000000 };

// Words in the order of the enums that they stand for.
static const char *const switch_words[] = {"on", "off", NULL};
static const char *const optimiser_words[] = {"rmsprop", NULL};
static const char *const train_eval_words[] = {"last", "each", "never", NULL};
static const char *const sandbox_words[] = {"auto", "require", "off", NULL};

#define AT(member) offsetof(struct train_settings, member)

static const struct option_entry entries[] = {
    {.type = OPTION_HEADING, .help = "What is trained on what"},
    {.type = OPTION_TEXT, .name = "net", .argument = "NET", .offset = AT(net),
     .help = "a built-in net's name or a net file (tutorial)"},
    {.type = OPTION_TEXT, .name = "init", .argument = "MODEL", .offset = AT(init),
     .help = "start from this model's weights (default: random)"},
    {.type = OPTION_TEXT, .name = "split", .argument = "NAME", .offset = AT(split),
     .help = "the split to use (the only one, else tutorial, else groups)"},
    {.type = OPTION_HEADING, .help = "Training"},
    {.type = OPTION_INT, .name = "epochs", .argument = "N", .offset = AT(epochs), .low = 1,
     .high = EPOCHS_MAX, .help = "passes over the training part (5)"},
    {.type = OPTION_INT, .name = "batch", .argument = "N", .offset = AT(batch), .low = 1,
     .high = BATCH_MAX, .help = "frames of a step (32)"},
    {.type = OPTION_CHOICE, .name = "shuffle", .argument = "on|off", .offset = AT(shuffle),
     .choices = switch_words, .help = "a new order every epoch (on)"},
    {.type = OPTION_U64, .name = "seed", .argument = "N", .offset = AT(seed),
     .help = "draws weights, orders and groups (54321)"},
    {.type = OPTION_CHOICE, .name = "loss", .argument = "NAME", .offset = AT(loss),
     .choices = loss_names, .help = "cross-entropy, hinge, squared or focal (cross-entropy)"},
    {.type = OPTION_DOUBLE, .name = "label-smoothing", .argument = "X",
     .offset = AT(label_smoothing), .low = 0, .high = 1,
     .help = "share of cross-entropy's target that all classes have (0)"},
    {.type = OPTION_DOUBLE, .name = "margin", .argument = "X", .offset = AT(margin), .low = 1e-6,
     .high = 1e6, .help = "by which hinge wants the label's score to lead (1)"},
    {.type = OPTION_DOUBLE, .name = "gamma", .argument = "X", .offset = AT(gamma), .low = 0,
     .high = 100, .help = "how little focal cares for what is known well (2)"},
    {.type = OPTION_CHOICE, .name = "optimiser", .argument = "NAME", .offset = AT(optimiser),
     .choices = optimiser_words, .help = "rmsprop"},
    {.type = OPTION_DOUBLE, .name = "lr", .argument = "X", .offset = AT(lr), .low = 1e-12,
     .high = 1e6, .help = "learning rate (1e-4)"},
    {.type = OPTION_DOUBLE, .name = "alpha", .argument = "X", .offset = AT(alpha), .low = 0,
     .high = 1, .help = "smoothing of RMSprop's squares (0.99)"},
    {.type = OPTION_DOUBLE, .name = "eps", .argument = "X", .offset = AT(eps), .low = 0,
     .high = 1, .help = "added to RMSprop's denominator (1e-8)"},
    {.type = OPTION_DOUBLE, .name = "weight-decay", .argument = "X", .offset = AT(weight_decay),
     .low = 0, .high = 1000, .help = "L2 penalty (0)"},
    {.type = OPTION_DOUBLE, .name = "momentum", .argument = "X", .offset = AT(momentum),
     .low = 0, .high = 1, .help = "momentum (0)"},
    {.type = OPTION_HEADING, .help = "Output and running"},
    {.type = OPTION_TEXT, .name = "output", .letter = 'o', .argument = "RUN",
     .offset = AT(output), .unrecorded = true, .help = "the folder to write"},
    {.type = OPTION_FLAG, .name = "force", .letter = 'f', .offset = AT(force),
     .unrecorded = true, .help = "replace the run in RUN"},
    {.type = OPTION_CHOICE, .name = "train-eval", .argument = "WHEN", .offset = AT(train_eval),
     .choices = train_eval_words,
     .unrecorded = true,
     .help = "score the training part after an epoch: last, each or never (last)"},
    {.type = OPTION_INT, .name = "log-every", .argument = "N", .offset = AT(log_every),
     .low = 0, .high = LOG_EVERY_MAX, .unrecorded = true,
     .help = "print the loss every N steps, 0: never (100)"},
    {.type = OPTION_INT, .name = "threads", .argument = "N", .offset = AT(threads), .low = 1,
     .high = THREADS_MAX, .unrecorded = true,
     .help = "as many as CPUs; any number gives the same model"},
    {.type = OPTION_CHOICE, .name = "sandbox", .argument = "MODE", .offset = AT(sandbox),
     .choices = sandbox_words, .unrecorded = true,
     .help = "when reading files: auto (default), require, off"},
    {.type = OPTION_TEXT, .name = "describe", .argument = "NET", .offset = AT(describe),
     .unrecorded = true, .help = "print the layers of a net and stop; no PACK"},
    {.type = OPTION_TEXT, .name = "input", .argument = "CxHxW", .offset = AT(input),
     .unrecorded = true, .help = "what --describe supposes that it reads (3x64x64)"},
    {.type = OPTION_INT, .name = "classes", .argument = "N", .offset = AT(classes), .low = 1,
     .high = UINT16_MAX, .unrecorded = true, .help = "and how many classes there are (10)"},
    {.type = OPTION_FLAG, .name = "quiet", .letter = 'q', .offset = AT(quiet),
     .unrecorded = true, .help = "print nothing but errors"},
    {.name = NULL, .help = NULL},
};

const struct command train_command = {
    .name = "train",
    .usage = "train -o RUN [options] PACK",
    .summary = "Train a network on a pack. RUN gets model.h5 (for predict), history.csv (one "
               "line per epoch), test.csv and options.txt.",
    .options = entries,
    .closing =
        "Accuracies are per frame, and per sample (by the mean of its frames' softmax).\n"
        "Training accuracy per frame is counted during the epoch, while the network\n"
        "changes; per sample it comes from --train-eval. A split without a val part gets\n"
        "one, of whole groups drawn out of train. The test part is scored once, at the\n"
        "end.\n\n"
        "Examples:\n"
        "  train -o run ucf101.h5\n"
        "  train -o run --split ucf101-1 --epochs 20 --lr 3e-4 ucf101.h5\n"
        "  train -o finer --init run/model.h5 --lr 1e-5 ucf101.h5\n",
};

struct train_settings train_settings_defaults(void)
{
    struct trainer_options trainer = trainer_defaults();
    return (struct train_settings){
        .sandbox = SANDBOX_AUTO,
        .net = "tutorial",
        .epochs = 5,
        .batch = trainer.batch,
        .shuffle = trainer.shuffle ? 0 : 1,
        .seed = trainer.seed,
        .loss = (int)trainer.loss.kind,
        .label_smoothing = trainer.loss.smoothing,
        .margin = trainer.loss.margin,
        .gamma = trainer.loss.gamma,
        .optimiser = (int)trainer.optimiser.kind,
        .lr = trainer.optimiser.lr,
        .alpha = trainer.optimiser.alpha,
        .eps = trainer.optimiser.eps,
        .weight_decay = trainer.optimiser.weight_decay,
        .momentum = trainer.optimiser.momentum,
        .log_every = 100,
        .train_eval = TRAIN_EVAL_LAST,
        .input = "3x64x64",
        .classes = 10,
    };
}

int train_settings_check(struct train_settings *settings, int operand_count, struct error *err)
{
    if (settings->describe) {
        return operand_count == 0 ? 0 : error_set(err, ERR_USAGE, "--describe needs no PACK, %d "
                                                  "given", operand_count);
    }
    if (!settings->output || !settings->output[0]) {
        return error_set(err, ERR_USAGE, "no output: -o RUN is needed");
    }
    if (operand_count != 1) {
        return error_set(err, ERR_USAGE, "one PACK is needed, %d given", operand_count);
    }
    if (settings->threads == 0) {
        settings->threads = cpus_available(THREADS_MAX);
    }
    return 0;
}

struct trainer_options train_settings_trainer(const struct train_settings *settings)
{
    struct loss loss = loss_defaults();
    loss.kind = (enum loss_kind)settings->loss;
    loss.smoothing = settings->label_smoothing;
    loss.margin = settings->margin;
    loss.gamma = settings->gamma;
    return (struct trainer_options){
        .batch = settings->batch,
        .shuffle = settings->shuffle == 0,
        .seed = settings->seed,
        .loss = loss,
        .optimiser = {
            .kind = (enum optimiser_kind)settings->optimiser,
            .lr = settings->lr,
            .alpha = settings->alpha,
            .eps = settings->eps,
            .weight_decay = settings->weight_decay,
            .momentum = settings->momentum,
        },
    };
}

struct sandbox train_settings_sandbox(const struct train_settings *settings)
{
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = (enum sandbox_mode)settings->sandbox;
    return sandbox;
}
