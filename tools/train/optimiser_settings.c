#include "tools/train/optimiser_settings.h"

#include "tools/train/setting_use.h"

enum {
    RMSPROP = 1 << OPTIMISER_RMSPROP,
    SGD = 1 << OPTIMISER_SGD,
    ADAM = 1 << OPTIMISER_ADAM | 1 << OPTIMISER_ADAMW,
    ADAGRAD = 1 << OPTIMISER_ADAGRAD,
    ADADELTA = 1 << OPTIMISER_ADADELTA,
    ALL = (1 << OPTIMISER_KINDS) - 1,
};

#define USE(word, type, member, kinds) \
    {word, type, offsetof(struct train_settings, member), \
     offsetof(struct optimiser_options, member), kinds}

static const struct setting_use uses[] = {
    USE("lr", SETTING_NUMBER, lr, ALL),
    USE("weight-decay", SETTING_NUMBER, weight_decay, ALL),
    USE("clip-norm", SETTING_NUMBER, clip_norm, ALL),
    USE("clip-value", SETTING_NUMBER, clip_value, ALL),
    USE("momentum", SETTING_NUMBER, momentum, RMSPROP | SGD),
    USE("dampening", SETTING_NUMBER, dampening, SGD),
    USE("nesterov", SETTING_SWITCH, nesterov, SGD),
    USE("alpha", SETTING_NUMBER, alpha, RMSPROP),
    USE("centered", SETTING_SWITCH, centered, RMSPROP),
    USE("beta1", SETTING_NUMBER, beta1, ADAM),
    USE("beta2", SETTING_NUMBER, beta2, ADAM),
    USE("amsgrad", SETTING_SWITCH, amsgrad, ADAM),
    USE("eps", SETTING_NUMBER, eps, ALL & ~SGD),
    USE("lr-decay", SETTING_NUMBER, lr_decay, ADAGRAD),
    USE("initial-accumulator-value", SETTING_NUMBER, initial_accumulator_value, ADAGRAD),
    USE("rho", SETTING_NUMBER, rho, ADADELTA),
};

enum { USES = sizeof uses / sizeof uses[0], NO_KIND = OPTIMISER_KINDS };

void optimiser_settings_unset(struct train_settings *settings)
{
    setting_uses_forget(uses, USES, settings, NO_KIND);
}

void optimiser_settings_forget(struct train_settings *settings, int kind)
{
    setting_uses_forget(uses, USES, settings, kind);
}

int optimiser_settings_resolve(struct train_settings *settings, struct error *err)
{
    struct optimiser_options defaults
        = optimiser_defaults((enum optimiser_kind)settings->optimiser);
    struct setting_kind kind = {"optimiser", optimiser_names, settings->optimiser};
    return setting_uses_resolve(uses, USES, settings, &defaults, &kind, err);
}

struct optimiser_options optimiser_settings_options(const struct train_settings *settings)
{
    struct optimiser_options options
        = optimiser_defaults((enum optimiser_kind)settings->optimiser);
    setting_uses_apply(uses, USES, settings, &options, settings->optimiser);
    return options;
}
