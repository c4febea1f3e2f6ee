#include "core/nn/graph/layer.h"

#include "core/base/text.h"

#include <stdlib.h>

/* diff C: what changes from frame to frame. It reads planes of several frames of C
 * channels each, one frame after the other, and gives each frame less the one before
 * it: C planes less. PyTorch's diff along time,
 * x.unflatten(1, (frames, C)).diff(dim=1).flatten(1, 2). */

enum { CHANNELS = 3, CHANNELS_MAX = 1 << 20 };

struct diff {
    size_t in;    // elements, per image
    size_t frame; // elements
};

static int build_diff(void **ret, struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {NULL};
    int code = layer_check_words(build, 1, keys, err);
    if (code) {
        return code;
    }
    struct shape in = build->inputs[0];
    char text[SHAPE_TEXT_SIZE], quoted[80];
    int channels = CHANNELS;
    const char *word = layer_word(build, 0);
    if (word && !text_to_int(word, 1, CHANNELS_MAX, &channels)) {
        return layer_error(build, err, "'%s' where the channels of a frame are needed, 1 to %d",
                           text_escape(quoted, sizeof quoted, word), CHANNELS_MAX);
    }
    if (in.flat) {
        return layer_error(build, err, "needs planes to read, but gets %s: it must stand before "
                           "'flatten'", shape_text(text, in));
    }
    if (in.channels % channels != 0 || in.channels < 2 * channels) {
        return layer_error(build, err, "needs two or more frames of %d channels each, but gets "
                           "%s ('input stack' gives all frames of a sample)", channels,
                           shape_text(text, in));
    }
    struct diff *diff = malloc(sizeof *diff);
    if (!diff) {
        return error_nomem(err, "a network");
    }
    diff->in = shape_elements(in);
    diff->frame = diff->in / (size_t)in.channels * (size_t)channels;
    build->output = shape_planes(in.channels - channels, in.height, in.width);
    *ret = diff;
    return 0;
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct diff *diff = state;
    size_t frame = diff->frame, out = diff->in - frame;
    for (int i = 0; i < pass->images; i++) {
        const real *from = pass->inputs[0] + (size_t)i * diff->in;
        real *to = pass->output + (size_t)i * out;
        for (size_t k = 0; k < out; k++) {
            to[k] = from[k + frame] - from[k];
        }
    }
}

static void backward(const void *state, const struct layer_pass *pass)
{
    const struct diff *diff = state;
    size_t frame = diff->frame, out = diff->in - frame;
    for (int i = 0; pass->input_gradients[0] && i < pass->images; i++) {
        const real *from = pass->output_gradient + (size_t)i * out;
        real *to = pass->input_gradients[0] + (size_t)i * diff->in;
        for (size_t k = 0; k < diff->in; k++) {
            to[k] = (k >= frame ? from[k - frame] : 0) - (k < out ? from[k] : 0);
        }
    }
}

const struct layer_kind layer_diff = {
    .word = "diff",
    .usage = "diff C",
    .build = build_diff,
    .forward = forward,
    .backward = backward,
    .forgets_inputs = true,
    .forgets_output = true,
};
