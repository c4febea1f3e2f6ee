#include "tools/predict/predict_settings.h"

#include "core/base/threads.h"
#include "core/nn/kernels/kernel_set.h"
#include "tools/common/cpus.h"

#include <stddef.h>
#include <string.h>

static const char *const flip_words[] = {"as-trained", "on", "off", NULL};
static const char *const by_words[] = {"frame", "sample", NULL};

#define AT(member) offsetof(struct predict_settings, member)

static const struct option_entry entries[] = {
    {.type = OPTION_HEADING, .help = "What is predicted"},
    {.type = OPTION_TEXT, .name = "split", .argument = "NAME/PART", .offset = AT(split),
     .help = "only this part (train, val, test) of a split; default: all samples"},
    {.type = OPTION_CHOICE, .name = "eval-flip", .argument = "WHEN", .offset = AT(eval_flip),
     .choices = flip_words,
     .help = "the mean of each frame's and its mirror image's answers: on, off, or as the model "
             "was validated: as-trained (default)"},
    {.type = OPTION_HEADING, .help = "How right it is, where there are labels"},
    {.type = OPTION_TEXT, .name = "report", .argument = "PREFIX", .offset = AT(report),
     .help = "write PREFIX.csv (losses, accuracies, top 5), PREFIX-per-class.csv and who was "
             "taken for whom: PREFIX-confusion.csv, PREFIX-confusion-frame.csv"},
    {.type = OPTION_FLAG, .name = "score-seen", .offset = AT(score_seen),
     .help = "give accuracies even on clips that the model was trained on"},
    {.type = OPTION_HEADING, .help = "The table"},
    {.type = OPTION_TEXT, .name = "output", .letter = 'o', .argument = "FILE",
     .offset = AT(output),
     .help = "write it to FILE, - for standard output; default: no table"},
    {.type = OPTION_CHOICE, .name = "by", .argument = "WHAT", .offset = AT(by),
     .choices = by_words, .help = "a line per frame (default) or per sample"},
    {.type = OPTION_FLAG, .name = "names", .offset = AT(names),
     .help = "class names instead of numbers"},
    {.type = OPTION_FLAG, .name = "scores", .offset = AT(scores),
     .help = "a column with the softmax of every class"},
    {.type = OPTION_HEADING, .help = "Running"},
    {.type = OPTION_FLAG, .name = "force", .letter = 'f', .offset = AT(force),
     .help = "replace FILE, or the files of --report"},
    {.type = OPTION_INT, .name = "threads", .argument = "N", .offset = AT(threads), .low = 1,
     .high = THREADS_MAX, .help = "as many as CPUs; any number gives the same results"},
    {.type = OPTION_TEXT, .name = "cpu", .argument = "SET", .offset = AT(cpu),
     .help = "instructions to use: auto (default), c, avx2, avx512 or neon; sets agree within "
             "rounding"},
    {.type = OPTION_CHOICE, .name = "sandbox", .argument = "MODE", .offset = AT(sandbox),
     .choices = sandbox_mode_words, .help = "when reading files: auto (default), require, off"},
    {.type = OPTION_FLAG, .name = "json", .offset = AT(json),
     .help = "say as JSON, for scripts, what is printed otherwise"},
    {.type = OPTION_FLAG, .name = "quiet", .letter = 'q', .offset = AT(quiet),
     .help = "print nothing but errors (and the table for -o -, and JSON)"},
    {.name = NULL, .help = NULL},
};

const struct command predict_command = {
    .name = "predict",
    .usage = "predict [-o FILE] [options] MODEL PACK",
    .summary = "Say which class the samples of a pack belong to, by a model of train's. Prints "
               "the accuracy where the pack has labels.",
    .options = entries,
    .closing =
        "The table has the header Id,Class and a line per frame, in the order of the\n"
        "pack's rows; Ids count the lines from 0, classes are the model's, from 0. A\n"
        "sample's class has the largest mean softmax of its frames.\n"
        "Up to 20 samples are also printed with their class names where there are no\n"
        "labels or no table. No accuracy is given on clips (or other clips of their\n"
        "source videos) that the model was trained on, unless --score-seen is given.\n\n"
        "Examples:\n"
        "  predict -o results.csv --split ucf101-1/test run/model.h5 ucf101.h5\n"
        "  predict -o table.csv --by sample --names --scores run/model.h5 ucf101.h5\n"
        "  extract -o my.h5 my.mp4 && predict run/model.h5 my.h5\n",
};

struct predict_settings predict_settings_defaults(void)
{
    return (struct predict_settings){.sandbox = SANDBOX_AUTO, .cpu = "auto"};
}

int predict_settings_check(struct predict_settings *settings, int operand_count,
                           struct error *err)
{
    int code = kernel_set_choose(settings->cpu, err);
    if (code < 0) {
        return code;
    }
    if (settings->output && !settings->output[0]) {
        return error_set(err, ERR_USAGE, "-o needs a file, or - for standard output");
    }
    if (settings->report && !settings->report[0]) {
        return error_set(err, ERR_USAGE, "--report needs a prefix for its files");
    }
    if (settings->json && predict_settings_to_stdout(settings)) {
        return error_set(err, ERR_USAGE, "--json and -o - would both be on standard output; the "
                         "table needs a file");
    }
    if (operand_count != 2) {
        return error_set(err, ERR_USAGE, "two files are needed, MODEL and PACK; %d given",
                         operand_count);
    }
    if (settings->threads == 0) {
        settings->threads = cpus_available(THREADS_MAX);
    }
    return 0;
}

bool predict_settings_eval_flip(const struct predict_settings *settings, const char *trained)
{
    enum { AS_TRAINED, ON };
    return settings->eval_flip == ON
        || (settings->eval_flip == AS_TRAINED && trained && strcmp(trained, "on") == 0);
}

struct predictions_format predict_settings_format(const struct predict_settings *settings)
{
    return (struct predictions_format){
        .by_sample = settings->by == 1,
        .names = settings->names,
        .scores = settings->scores,
    };
}

struct sandbox predict_settings_sandbox(const struct predict_settings *settings)
{
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = (enum sandbox_mode)settings->sandbox;
    return sandbox;
}

bool predict_settings_to_stdout(const struct predict_settings *settings)
{
    return settings->output && strcmp(settings->output, "-") == 0;
}
