#include "tools/train/train_settings.h"

#include "core/nn/kernels/kernel_set.h"
#include "tools/common/cpus.h"
#include "tools/train/optimiser_settings.h"
#include "tools/train/schedule_settings.h"

struct train_settings train_settings_defaults(void)
{
    struct trainer_options trainer = trainer_defaults();
    struct train_settings settings = {
        .sandbox = SANDBOX_AUTO,
        .cpu = "auto",
        .net = "tutorial",
        .epochs = 5,
        .batch = trainer.batch,
        .shuffle = trainer.shuffle ? 0 : 1,
        .seed = trainer.seed,
        .data = data_settings_defaults(),
        .loss = (int)trainer.loss.kind,
        .label_smoothing = trainer.loss.smoothing,
        .margin = trainer.loss.margin,
        .gamma = trainer.loss.gamma,
        .optimiser = (int)trainer.optimiser.kind,
        .log_every = 100,
        .train_eval = TRAIN_EVAL_LAST,
        .input = "3x64x64",
        .classes = 10,
    };
    optimiser_settings_unset(&settings);
    schedule_settings_unset(&settings);
    return settings;
}

int train_settings_resolve(struct train_settings *settings, struct error *err)
{
    int code = optimiser_settings_resolve(settings, err);
    return code < 0 ? code : schedule_settings_resolve(settings, err);
}

bool train_settings_has_folds(const struct train_settings *settings)
{
    return settings->folds || (settings->data.cross_validate > 0 && settings->data.fold == 0);
}

int train_settings_check(struct train_settings *settings, int operand_count, struct error *err)
{
    int code = kernel_set_choose(settings->cpu, err);
    code = code < 0 ? code : data_settings_check(&settings->data, err);
    if (code == 0 && settings->folds && (settings->split || settings->data.cross_validate)) {
        code = error_set(err, ERR_USAGE, "--folds %s names the splits: neither --split nor "
                         "--cross-validate goes with it", settings->folds);
    }
    if (code < 0) {
        return code;
    }
    if (settings->tsv && settings->json) {
        return error_set(err, ERR_USAGE, "--tsv and --json: one of the two is needed");
    }
    if (settings->compare) {
        return operand_count > 0 ? 0 : error_set(err, ERR_USAGE, "--compare needs the folders of "
                                                 "runs");
    }
    if (settings->tsv || settings->svg || settings->html) {
        return error_set(err, ERR_USAGE, "--%s goes with --compare",
                         settings->tsv ? "tsv" : settings->svg ? "svg" : "html");
    }
    if (settings->json && (settings->describe || train_settings_has_folds(settings))) {
        return error_set(err, ERR_USAGE, "--json is about one run, or about those of --compare; "
                         "folds have folds.csv");
    }
    settings->quiet = settings->quiet || settings->json;
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
    return train_settings_resolve(settings, err);
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
        .feed = data_settings_feed(&settings->data),
        .loss = loss,
        .optimiser = optimiser_settings_options(settings),
        .schedule = schedule_settings_options(settings),
    };
}

struct sandbox train_settings_sandbox(const struct train_settings *settings)
{
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = (enum sandbox_mode)settings->sandbox;
    return sandbox;
}
