#include "tools/train/data_settings.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

const char *const data_settings_frames_words[] = {"all", "one", NULL};
const char *const data_settings_switch_words[] = {"on", "off", NULL};

struct data_settings data_settings_defaults(void)
{
    return (struct data_settings){
        .fraction = 1,
        .normalise = 1,
        .class_weights = "none",
        .eval_flip = 1,
        .scale_jitter = "1,1",
        .aspect_jitter = 1,
    };
}

// "0.3,1" into two numbers, the smaller one first.
static bool read_scale(const char *text, double ret[2])
{
    char low[32];
    size_t length = strcspn(text, ",");
    if (length >= sizeof low || !text[length]) {
        return false;
    }
    snprintf(low, sizeof low, "%.*s", (int)length, text);
    double scale[2];
    if (!text_to_double(low, 1e-3, 1, &scale[0])
        || !text_to_double(text + length + 1, scale[0], 1, &scale[1])) {
        return false;
    }
    ret[0] = scale[0];
    ret[1] = scale[1];
    return true;
}

int data_settings_check(const struct data_settings *settings, struct error *err)
{
    double scale[2];
    char shown[96];
    if (!read_scale(settings->scale_jitter, scale)) {
        return error_set(err, ERR_USAGE, "--scale-jitter %s: MIN,MAX is needed, two parts of the "
                         "area from 0.001 to 1, the smaller one first: 0.3,1",
                         text_escape(shown, sizeof shown, settings->scale_jitter));
    }
    if (settings->cross_validate == 1) {
        return error_set(err, ERR_USAGE, "--cross-validate 1: two folds or more are needed");
    }
    if (settings->fold > settings->cross_validate) {
        return error_set(err, ERR_USAGE, "--fold %d: --cross-validate says how many there are, "
                         "%d", settings->fold, settings->cross_validate);
    }
    return 0;
}

struct feed_options data_settings_feed(const struct data_settings *settings)
{
    struct feed_options feed = feed_defaults();
    feed.one_frame = settings->frames_per_epoch == 1;
    feed.fraction = settings->fraction;
    feed.augment = (struct augment_options){
        .hflip = settings->hflip,
        .crop_pad = settings->crop_pad,
        .scale = {1, 1},
        .aspect = settings->aspect_jitter,
        .rotate = settings->rotate,
        .brightness = settings->brightness,
        .contrast = settings->contrast,
        .saturation = settings->saturation,
        .hue = settings->hue,
        .gain = settings->gain,
        .grey = settings->grey,
        .erase = settings->erase,
        .mixup = settings->mixup,
        .cutmix = settings->cutmix,
    };
    if (!read_scale(settings->scale_jitter, feed.augment.scale)) {
        feed.augment.scale[0] = 0; // refused by feed_open()
    }
    return feed;
}

bool data_settings_normalise(const struct data_settings *settings)
{
    return settings->normalise == 0;
}

bool data_settings_eval_flip(const struct data_settings *settings)
{
    return settings->eval_flip == 0;
}
