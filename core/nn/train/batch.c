#include "core/nn/train/batch.h"

#include "core/nn/kernels/kernel_set.h"
#include "core/nn/kernels/kernels.h"
#include "core/nn/train/normalise.h"

static int check_label(const struct net *net, const struct dataset *data, size_t row,
                       bool unlabelled, struct error *err)
{
    unsigned label = data->labels[row];
    if (label == DATASET_UNLABELLED) {
        return unlabelled ? 0 : error_set(err, ERR_VALUE, "sample %zu has no label; only "
                                          "labelled samples can be trained on", row);
    }
    if (label >= (unsigned)net_classes(net)) {
        return error_set(err, ERR_VALUE, "sample %zu has class %u; the net knows classes 0 to %d",
                         row, label, net_classes(net) - 1);
    }
    return 0;
}

int batch_check(uint32_t *ret_examples, const struct net *net, const struct dataset *data,
                struct subset subset, bool unlabelled, struct error *err)
{
    struct net_input input = net_input(net);
    if (input.channels != 3 || input.width != data->width || input.height != data->height) {
        return error_set(err, ERR_VALUE, "frames of %dx%d (width x height) in 3 channels: the "
                         "net needs %dx%d in %d", data->width, data->height, input.width,
                         input.height, input.channels);
    }
    if (data->frames_per_sample < 1
        || subset.count > UINT32_MAX / (size_t)data->frames_per_sample) {
        return error_set(err, ERR_VALUE, "%zu samples of %d frames: 1 or more frames per sample, "
                         "and at most %lu in all are possible", subset.count,
                         data->frames_per_sample, (unsigned long)UINT32_MAX);
    }
    if (net_frames_per_example(net) > 1 && input.frames != data->frames_per_sample) {
        return error_set(err, ERR_VALUE, "samples of %d frames: the net needs %d, which it reads "
                         "together", data->frames_per_sample, input.frames);
    }
    for (size_t i = 0; i < subset.count; i++) {
        size_t row = subset.rows[i];
        if (row >= data->samples) {
            return error_set(err, ERR_VALUE, "sample %zu: there are only %zu", row,
                             data->samples);
        }
        int code = check_label(net, data, row, unlabelled, err);
        if (code) {
            return code;
        }
    }
    *ret_examples = (uint32_t)(subset.count * (size_t)batch_examples_per_sample(data, net));
    return 0;
}

void batch_load_frame(real *planes, const struct dataset *data, size_t frame)
{
    size_t pixels = (size_t)data->height * (size_t)data->width;
    const uint8_t *rgb = data->frames + 3 * pixels * frame;
#ifdef NN_DOUBLE
    kernel_pixels(planes, rgb, pixels);
#else
    kernel_set_current()->pixels->to_floats(planes, rgb, pixels);
#endif
    for (int c = 0; c < 3 && data->normalise; c++) {
        normalise_channel(planes + (size_t)c * pixels, pixels, data->normalise, c);
    }
}

void batch_load(real *input, const struct dataset *data, const struct net *net,
                struct subset subset, const uint32_t *examples, int count)
{
    size_t pixels = (size_t)data->height * (size_t)data->width;
    size_t frames = (size_t)data->frames_per_sample;
    size_t together = (size_t)net_frames_per_example(net);
    for (int i = 0; i < count; i++) {
        size_t first = batch_row(data, net, subset, examples[i]) * frames
                     + examples[i] % (frames / together) * together;
        for (size_t frame = first; frame < first + together; frame++) {
            batch_load_frame(input, data, frame);
            input += 3 * pixels;
        }
    }
}
