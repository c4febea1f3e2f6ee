#include "core/nn/train/feed.h"

#include "core/nn/noise.h"

#include <math.h>

// The salts of what is drawn here and not in augment.c.
enum { SALT_SAMPLE = 0x73616d70, SALT_FRAME = 0x6672616d, SALT_FRACTION = 0x66726163 };

struct feed_options feed_defaults(void)
{
    return (struct feed_options){.augment = augment_defaults(), .fraction = 1};
}

int feed_open(struct feed *ret, const struct net *net, const struct dataset *data,
              struct subset subset, const struct feed_options *options, uint64_t seed,
              struct error *err)
{
    uint32_t examples;
    int code = augment_check(&options->augment, err);
    code = code ? code : batch_check(&examples, net, data, subset, false, err);
    if (code) {
        return code;
    }
    if (subset.count == 0) {
        return error_set(err, ERR_VALUE, "there are no samples to train on");
    }
    if (!(options->fraction > 0 && options->fraction <= 1)) {
        return error_set(err, ERR_VALUE, "a fraction of %g of the samples: above 0 and at most 1 "
                         "is needed", options->fraction);
    }
    if (options->one_frame && net_frames_per_example(net) > 1) {
        return error_set(err, ERR_VALUE, "one frame of a sample: this net reads all %d together",
                         net_frames_per_example(net));
    }
    double samples = round(options->fraction * (double)subset.count);
    *ret = (struct feed){
        .net = net,
        .data = data,
        .subset = subset,
        .options = *options,
        .seed = seed,
        .augmented = augment_is_on(&options->augment),
        .per_sample = options->one_frame ? 1 : (uint32_t)batch_examples_per_sample(data, net),
        .samples = samples >= 1 ? (uint32_t)samples : 1,
    };
    return 0;
}

uint32_t feed_examples(const struct feed *feed)
{
    return feed->samples * feed->per_sample;
}

static uint64_t epoch_key(const struct feed *feed, uint64_t epoch, uint64_t salt)
{
    return noise_mix(noise_mix(salt, feed->seed), epoch);
}

// Of the sample at this place of the subset; the place itself is in no key.
static uint64_t sample_key(const struct feed *feed, uint64_t epoch, uint64_t salt,
                           uint32_t sample)
{
    return noise_mix(epoch_key(feed, epoch, salt), feed->subset.rows[sample]);
}

static uint32_t pick_below(uint64_t key, uint64_t index, uint32_t bound)
{
    uint32_t drawn = (uint32_t)(noise_unit(key, index) * bound);
    return drawn < bound ? drawn : bound - 1;
}

void feed_list(const struct feed *feed, uint64_t epoch, uint32_t *examples)
{
    uint64_t key = epoch_key(feed, epoch, SALT_FRACTION);
    for (uint64_t i = 0; i < feed->samples; i++) {
        uint32_t from = (uint32_t)(i * feed->subset.count / feed->samples);
        uint32_t to = (uint32_t)((i + 1) * feed->subset.count / feed->samples);
        uint32_t sample = from + pick_below(key, i, to - from);
        for (uint32_t k = 0; k < feed->per_sample; k++) {
            *examples++ = sample * feed->per_sample + k;
        }
    }
}

// ---- pixels ----

// Which of its sample's frames an example begins with.
static size_t first_frame(const struct feed *feed, uint64_t epoch, uint32_t example)
{
    if (!feed->options.one_frame) {
        return example % feed->per_sample * (size_t)net_frames_per_example(feed->net);
    }
    uint64_t key = sample_key(feed, epoch, SALT_FRAME, example);
    return pick_below(key, 0, (uint32_t)feed->data->frames_per_sample);
}

// Where an example comes from, and what becomes of it.
struct plan {
    uint32_t sample; // its place in the subset
    size_t row;
    struct augment_view view;
};

static struct plan plan_of(const struct feed *feed, uint64_t epoch, uint32_t sample)
{
    struct plan plan = {.sample = sample, .row = feed->subset.rows[sample]};
    plan.view = augment_draw_view(&feed->options.augment,
                                  sample_key(feed, epoch, SALT_SAMPLE, sample), feed->data,
                                  plan.row);
    return plan;
}

static struct augment_mix mix_of(const struct feed *feed, uint64_t epoch, uint32_t sample)
{
    return augment_draw_mix(&feed->options.augment,
                            sample_key(feed, epoch, SALT_SAMPLE, sample), feed->data->height,
                            feed->data->width);
}

// Its place in the subset; now and then it is the sample itself.
static uint32_t partner_of(const struct feed *feed, const struct augment_mix *mix)
{
    return pick_below(mix->other, 0, (uint32_t)feed->subset.count);
}

static void render(const struct feed *feed, const struct plan *plan, size_t frame,
                   const struct augment_ink *ink, real *input)
{
    const struct dataset *data = feed->data;
    size_t pixels = (size_t)data->height * (size_t)data->width;
    size_t together = (size_t)net_frames_per_example(feed->net);
    size_t first = plan->row * (size_t)data->frames_per_sample + frame;
    for (size_t k = 0; k < together; k++) {
        augment_render(input + 3 * pixels * k, data->frames + 3 * pixels * (first + k), data,
                       &plan->view, ink);
    }
}

static void load_augmented(const struct feed *feed, uint64_t epoch, real *input,
                           uint32_t example)
{
    uint32_t sample = example / feed->per_sample;
    size_t frame = first_frame(feed, epoch, example);
    struct plan plan = plan_of(feed, epoch, sample);
    struct augment_mix mix = mix_of(feed, epoch, sample);
    bool blended = mix.mixed && !mix.is_box;
    struct augment_ink ink = {.how = INK_WRITE, .weight = blended ? (real)mix.weight : 1};
    render(feed, &plan, frame, &ink, input);
    if (mix.mixed) {
        plan = plan_of(feed, epoch, partner_of(feed, &mix));
        ink = (struct augment_ink){.how = mix.is_box ? INK_BOX : INK_ADD,
                                   .weight = (real)(1 - mix.weight), .box = mix.box};
        render(feed, &plan, frame, &ink, input);
    }
}

void feed_load(const struct feed *feed, uint64_t epoch, real *input, const uint32_t *examples,
               int count)
{
    const struct dataset *data = feed->data;
    size_t frame_size = 3 * (size_t)data->height * (size_t)data->width;
    size_t together = (size_t)net_frames_per_example(feed->net);
    for (int i = 0; i < count; i++) {
        if (feed->augmented) {
            load_augmented(feed, epoch, input, examples[i]);
            input += frame_size * together;
            continue;
        }
        size_t row = feed->subset.rows[examples[i] / feed->per_sample];
        size_t first = row * (size_t)data->frames_per_sample
                     + first_frame(feed, epoch, examples[i]);
        for (size_t k = 0; k < together; k++, input += frame_size) {
            batch_load_frame(input, data, first + k);
        }
    }
}

struct loss_target feed_target(const struct feed *feed, uint64_t epoch, uint32_t example)
{
    uint32_t sample = example / feed->per_sample;
    int label = feed->data->labels[feed->subset.rows[sample]];
    struct augment_mix mix = mix_of(feed, epoch, sample);
    if (!mix.mixed) {
        return loss_target_of(label);
    }
    int other = feed->data->labels[feed->subset.rows[partner_of(feed, &mix)]];
    return (struct loss_target){label, other, mix.weight};
}
