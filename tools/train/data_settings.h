#ifndef TOOLS_TRAIN_DATA_SETTINGS_H
#define TOOLS_TRAIN_DATA_SETTINGS_H

#include "core/base/error.h"
#include "core/nn/train/feed.h"

/* The part of train's command line that says what the net reads: which frames,
 * how they are changed (docs/augmentation.md), and what they count. */

struct data_settings {
    int frames_per_epoch; /* index in all, one */
    double fraction;
    int normalise;             /* index in on, off */
    const char *class_weights; /* "none", "balanced" or a file */
    int eval_flip;             /* index in on, off */
    int cross_validate;        /* folds; 0: none */
    int fold;                  /* the one to run, from 1; 0: all */
    double hflip;
    int crop_pad;
    const char *scale_jitter; /* "MIN,MAX" */
    double aspect_jitter;
    double rotate;
    double brightness;
    double contrast;
    double saturation;
    double hue;
    double gain;
    double grey;
    double erase;
    double mixup;
    double cutmix;
};

struct data_settings data_settings_defaults(void);

/* What the table alone cannot: "MIN,MAX". */
int data_settings_check(const struct data_settings *settings, struct error *err) MUST_CHECK;

/* Of settings that were checked. */
struct feed_options data_settings_feed(const struct data_settings *settings);

bool data_settings_normalise(const struct data_settings *settings);
bool data_settings_eval_flip(const struct data_settings *settings);

extern const char *const data_settings_frames_words[];
extern const char *const data_settings_switch_words[];

/* Rows for train's table of options; AT(member) is the place of a member of
 * struct data_settings in its settings. */
#define DATA_SETTINGS_OPTIONS(AT)                                                                  \
    {.type = OPTION_HEADING, .argument = "reading",                                                \
     .help = "What the net reads"},                                                                \
    {.type = OPTION_CHOICE, .name = "frames-per-epoch", .argument = "all|one",                     \
     .offset = AT(frames_per_epoch), .choices = data_settings_frames_words,                        \
     .help = "all frames of a sample, or one, drawn anew for every epoch (all)"},                  \
    {.type = OPTION_DOUBLE, .name = "fraction", .argument = "X", .offset = AT(fraction),           \
     .low = 1e-6, .high = 1,                                                                       \
     .help = "part of the samples that an epoch reads, drawn anew and evenly (1)"},                \
    {.type = OPTION_CHOICE, .name = "normalise", .argument = "on|off", .offset = AT(normalise),    \
     .choices = data_settings_switch_words,                                                        \
     .help = "channels to mean 0 and standard deviation 1, as measured on the training part; "     \
             "the model keeps the numbers (off)"},                                                 \
    {.type = OPTION_TEXT, .name = "class-weights", .argument = "WEIGHTS",                          \
     .offset = AT(class_weights),                                                                  \
     .help = "what classes count in the loss: none, balanced (the rarer the more), or a file of "  \
             "lines CLASS WEIGHT (none)"},                                                         \
    {.type = OPTION_CHOICE, .name = "eval-flip", .argument = "on|off", .offset = AT(eval_flip),    \
     .choices = data_settings_switch_words,                                                        \
     .help = "score the mean of each frame's and its mirror image's answers (off)"},               \
    {.type = OPTION_INT, .name = "cross-validate", .argument = "K",                                \
     .offset = AT(cross_validate), .low = 0, .high = 100,                                          \
     .help = "K runs, each validated on another Kth of the train part's groups; the split's own "  \
             "val and test parts are left alone. RUN gets fold-1 .. fold-K and folds.csv"},        \
    {.type = OPTION_INT, .name = "fold", .argument = "N", .offset = AT(fold), .low = 0,            \
     .high = 100, .help = "only fold N of --cross-validate, as a run of its own"},                 \
    {.type = OPTION_HEADING, .argument = "augmentation",                                           \
     .help = "Augmentation of the training part (default: none)"},                                 \
    {.type = OPTION_DOUBLE, .name = "hflip", .argument = "P", .offset = AT(hflip), .low = 0,       \
     .high = 1, .help = "mirror left and right with probability P"},                               \
    {.type = OPTION_INT, .name = "crop-pad", .argument = "N", .offset = AT(crop_pad), .low = 0,    \
     .high = 4096, .help = "move by up to N pixels each way; edges go on"},                        \
    {.type = OPTION_TEXT, .name = "scale-jitter", .argument = "MIN,MAX",                           \
     .offset = AT(scale_jitter),                                                                   \
     .help = "cut out a part of MIN to MAX of the area and scale it up: 0.3,1"},                   \
    {.type = OPTION_DOUBLE, .name = "aspect-jitter", .argument = "X", .offset = AT(aspect_jitter), \
     .low = 1, .high = 10,                                                                         \
     .help = "that part is up to X times as wide or high as it would be (1)"},                     \
    {.type = OPTION_DOUBLE, .name = "rotate", .argument = "DEG", .offset = AT(rotate), .low = 0,   \
     .high = 180, .help = "turn by up to DEG degrees each way"},                                   \
    {.type = OPTION_DOUBLE, .name = "brightness", .argument = "X", .offset = AT(brightness),       \
     .low = 0, .high = 10, .help = "times 1-X .. 1+X, as the next two"},                           \
    {.type = OPTION_DOUBLE, .name = "contrast", .argument = "X", .offset = AT(contrast), .low = 0, \
     .high = 10, .help = "around the sample's mean grey"},                                         \
    {.type = OPTION_DOUBLE, .name = "saturation", .argument = "X", .offset = AT(saturation),       \
     .low = 0, .high = 10, .help = "around each pixel's grey"},                                    \
    {.type = OPTION_DOUBLE, .name = "hue", .argument = "X", .offset = AT(hue), .low = 0,           \
     .high = 0.5, .help = "turn colours by up to X of the circle each way"},                       \
    {.type = OPTION_DOUBLE, .name = "gain", .argument = "X", .offset = AT(gain), .low = 0,         \
     .high = 1, .help = "each channel times 1-X .. 1+X"},                                          \
    {.type = OPTION_DOUBLE, .name = "grey", .argument = "P", .offset = AT(grey), .low = 0,         \
     .high = 1, .help = "take the colour away with probability P"},                                \
    {.type = OPTION_DOUBLE, .name = "erase", .argument = "P", .offset = AT(erase), .low = 0,       \
     .high = 1, .help = "erase a rectangle with probability P"},                                   \
    {.type = OPTION_DOUBLE, .name = "mixup", .argument = "ALPHA", .offset = AT(mixup), .low = 0,   \
     .high = 100, .help = "blend with another sample, by a share from Beta(ALPHA, ALPHA)"},        \
    {.type = OPTION_DOUBLE, .name = "cutmix", .argument = "ALPHA", .offset = AT(cutmix), .low = 0, \
     .high = 100, .help = "put in a rectangle of another sample; with mixup: one or the other"}

#endif
