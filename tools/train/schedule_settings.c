#include "tools/train/schedule_settings.h"

#include "core/base/text.h"
#include "tools/train/setting_use.h"

#include <limits.h>
#include <math.h>
#include <string.h>

const char *const schedule_watch_words[] = {"accuracy", "loss", NULL};
const char *const schedule_anneal_words[] = {"linear", "cos", NULL};
const char *const schedule_threshold_words[] = {"abs", "rel", NULL};

enum {
    STEP = 1 << SCHEDULE_STEP,
    MULTISTEP = 1 << SCHEDULE_MULTISTEP,
    EXPONENTIAL = 1 << SCHEDULE_EXPONENTIAL,
    COSINE = 1 << SCHEDULE_COSINE,
    ONECYCLE = 1 << SCHEDULE_ONECYCLE,
    PLATEAU = 1 << SCHEDULE_PLATEAU,
    ALL = (1 << SCHEDULE_KINDS) - 1,
};

#define USE(word, type, setting, option, kinds) \
    {word, type, offsetof(struct train_settings, setting), \
     offsetof(struct schedule_options, option), kinds}

static const struct setting_use uses[] = {
    USE("step-size", SETTING_WHOLE, step_size, step_size, STEP),
    USE("lr-gamma", SETTING_NUMBER, lr_gamma, gamma, STEP | MULTISTEP | EXPONENTIAL),
    USE("t-max", SETTING_WHOLE, t_max, t_max, COSINE),
    USE("eta-min", SETTING_NUMBER, eta_min, eta_min, COSINE),
    USE("pct-start", SETTING_NUMBER, pct_start, pct_start, ONECYCLE),
    USE("div-factor", SETTING_NUMBER, div_factor, div_factor, ONECYCLE),
    USE("final-div-factor", SETTING_NUMBER, final_div_factor, final_div_factor, ONECYCLE),
    USE("anneal", SETTING_SWITCH, anneal, linear, ONECYCLE),
    USE("three-phase", SETTING_SWITCH, three_phase, three_phase, ONECYCLE),
    USE("cycle-momentum", SETTING_SWITCH, cycle_momentum, cycle_momentum, ONECYCLE),
    USE("base-momentum", SETTING_NUMBER, base_momentum, base_momentum, ONECYCLE),
    USE("max-momentum", SETTING_NUMBER, max_momentum, max_momentum, ONECYCLE),
    USE("plateau-watch", SETTING_SWITCH, plateau_watch, larger_is_better, PLATEAU),
    USE("factor", SETTING_NUMBER, factor, factor, PLATEAU),
    USE("plateau-patience", SETTING_WHOLE, plateau_patience, patience, PLATEAU),
    USE("threshold", SETTING_NUMBER, threshold, threshold, PLATEAU),
    USE("threshold-mode", SETTING_SWITCH, threshold_mode, threshold_absolute, PLATEAU),
    USE("cooldown", SETTING_WHOLE, cooldown, cooldown, PLATEAU),
    USE("min-lr", SETTING_NUMBER, min_lr, min_lr, PLATEAU),
    USE("warmup", SETTING_WHOLE, warmup, warmup, ALL),
};

enum { USES = sizeof uses / sizeof uses[0], NO_KIND = SCHEDULE_KINDS };

void schedule_settings_unset(struct train_settings *settings)
{
    setting_uses_forget(uses, USES, settings, NO_KIND);
    settings->warmup_start = NAN;
}

// "5,10": false where it is anything but ascending numbers from 1 on.
static bool parse_milestones(struct schedule_options *options, const char *text)
{
    for (;;) {
        char number[16];
        size_t length = strcspn(text, ",");
        int count = options->milestone_count;
        int least = count > 0 ? options->milestones[count - 1] + 1 : 1;
        if (length >= sizeof number || count == SCHEDULE_MILESTONES_MAX) {
            return false;
        }
        memcpy(number, text, length);
        number[length] = 0;
        if (!text_to_int(number, least, INT_MAX - 1, &options->milestones[count])) {
            return false;
        }
        options->milestone_count++;
        if (!text[length]) {
            return true;
        }
        text += length + 1;
    }
}

static int check_milestones(const struct train_settings *settings, struct error *err)
{
    struct schedule_options parsed = schedule_defaults();
    char shown[96];
    bool used = settings->schedule == SCHEDULE_MULTISTEP;
    if (!settings->milestones) {
        return used ? error_set(err, ERR_USAGE, "--schedule multistep needs --milestones, as in "
                                "10,20") : 0;
    }
    if (!used) {
        return error_set(err, ERR_USAGE, "--milestones: not used by --schedule %s (user: "
                         "multistep)", schedule_names[settings->schedule]);
    }
    return parse_milestones(&parsed, settings->milestones)
        ? 0 : error_set(err, ERR_USAGE, "--milestones %s: epochs from 1 on are needed, in "
                        "ascending order, at most %d, as in 10,20",
                        text_escape(shown, sizeof shown, settings->milestones),
                        (int)SCHEDULE_MILESTONES_MAX);
}

// What PyTorch has no default for, and what would be none.
static int check_given(const struct train_settings *s, struct error *err)
{
    if (s->schedule == SCHEDULE_STEP && s->step_size == OPTION_UNSET) {
        return error_set(err, ERR_USAGE, "--schedule step needs --step-size, a number of epochs");
    }
    if (s->schedule == SCHEDULE_EXPONENTIAL && isnan(s->lr_gamma)) {
        return error_set(err, ERR_USAGE, "--schedule exponential needs --lr-gamma, by which the "
                         "learning rate is multiplied every epoch");
    }
    if (!isnan(s->warmup_start) && (s->warmup == OPTION_UNSET || s->warmup == 0)) {
        return error_set(err, ERR_USAGE, "--warmup-start: not used without --warmup");
    }
    return check_milestones(s, err);
}

void schedule_settings_forget(struct train_settings *settings, int kind)
{
    setting_uses_forget(uses, USES, settings, kind);
    if (kind != SCHEDULE_MULTISTEP) {
        settings->milestones = NULL;
    }
}

int schedule_settings_resolve(struct train_settings *settings, struct error *err)
{
    struct schedule_options defaults = schedule_defaults();
    struct setting_kind kind = {"schedule", schedule_names, settings->schedule};
    defaults.t_max = settings->epochs;
    defaults.cycle_momentum = optimiser_has_momentum((enum optimiser_kind)settings->optimiser);
    int code = check_given(settings, err);
    code = code < 0 ? code : setting_uses_resolve(uses, USES, settings, &defaults, &kind, err);
    if (code == 0 && settings->warmup > 0 && isnan(settings->warmup_start)) {
        settings->warmup_start = defaults.warmup_start;
    }
    return code;
}

struct schedule_options schedule_settings_options(const struct train_settings *settings)
{
    struct schedule_options options = schedule_defaults();
    options.kind = (enum schedule_kind)settings->schedule;
    options.epochs = settings->epochs;
    setting_uses_apply(uses, USES, settings, &options, settings->schedule);
    if (options.warmup > 0) {
        options.warmup_start = settings->warmup_start;
    }
    if (options.kind == SCHEDULE_MULTISTEP
        && !parse_milestones(&options, settings->milestones)) {
        options.milestone_count = 0; // schedule_open() refuses it
    }
    return options;
}
