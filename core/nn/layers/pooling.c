#include "core/nn/layers/pooling.h"

#include "core/base/text.h"

int pooling_read_line(struct window *w, const struct layer_build *build, const char *const *keys,
                      struct error *err)
{
    int code = layer_check_words(build, 1, keys, err);
    if (code) {
        return code;
    }
    const char *size = layer_word(build, 0);
    if (!size || !layer_text_to_pair(size, 1, SHAPE_WINDOW_MAX, w->size)) {
        char quoted[80];
        text_escape(quoted, sizeof quoted, size ? size : "");
        return layer_error(build, err, "'%s' where the window's size is needed, 1 to %d, as in 2, "
                           "or height x width as in 2x3", quoted, (int)SHAPE_WINDOW_MAX);
    }
    for (int axis = 0; axis < 2; axis++) {
        w->stride[axis] = w->size[axis];
        w->padding[axis] = 0;
        w->dilation[axis] = 1;
    }
    code = layer_option_pair(w->stride, build, "stride", 1, SHAPE_WINDOW_MAX, err);
    code = code ? code : layer_option_pair(w->padding, build, "padding", 0, SHAPE_WINDOW_MAX, err);
    code = code ? code : layer_option_pair(w->dilation, build, "dilation", 1, SHAPE_WINDOW_MAX,
                                           err);
    if (!code && (w->padding[0] > w->size[0] / 2 || w->padding[1] > w->size[1] / 2)) {
        code = layer_error(build, err, "padding=%dx%d is more than half of the window %dx%d",
                           w->padding[0], w->padding[1], w->size[0], w->size[1]);
    }
    return code;
}

// Does every window along the axis hold a place of the plane? A dilated one
// may step over all of it.
static bool all_touch(const struct window *w, int axis)
{
    for (int out = 0; out < w->out[axis]; out++) {
        bool touches = false;
        for (int at = 0; at < w->size[axis] && !touches; at++) {
            int place = window_place(w, axis, out, at);
            touches = place >= 0 && place < w->in[axis];
        }
        if (!touches) {
            return false;
        }
    }
    return true;
}

int pooling_check_input(struct window *w, const struct layer_build *build, struct error *err)
{
    struct shape in = build->inputs[0];
    char text[SHAPE_TEXT_SIZE];
    if (in.flat) {
        return layer_error(build, err, "needs planes to read, but gets %s: it must stand before "
                           "'flatten'", shape_text(text, in));
    }
    w->in[0] = in.height;
    w->in[1] = in.width;
    for (int axis = 0; axis < 2; axis++) {
        w->out[axis] = shape_window(w->in[axis], w->size[axis], w->stride[axis],
                                    w->padding[axis], w->dilation[axis]);
    }
    if (w->out[0] < 1 || w->out[1] < 1 || !all_touch(w, 0) || !all_touch(w, 1)) {
        return layer_error(build, err, "a window of %dx%d does not fit planes of %dx%d with "
                           "padding %dx%d (height x width)",
                           (w->size[0] - 1) * w->dilation[0] + 1,
                           (w->size[1] - 1) * w->dilation[1] + 1, w->in[0], w->in[1],
                           w->padding[0], w->padding[1]);
    }
    size_t product;
    if (!shape_product(&product, (int[]){in.channels, w->out[0], w->out[1]}, 3)) {
        return layer_error(build, err, "its output would have more than %d numbers per frame",
                           (int)SHAPE_ELEMENTS_MAX);
    }
    return 0;
}
