#include "core/nn/train/augment.h"
#include "core/nn/train/normalise.h"

#include <string.h>

/* Augmented pixels, a piece of a row at a time: bilinear samples of the bytes,
 * then one matrix for all that changes colours. */

enum {
    SPAN = 256,        // pixels of a piece
    BLENDED_MAX = 512, // width of frames whose rows are blended as a whole
};

struct source {
    const uint8_t *rgb;
    int height;
    int width;
};

// Between two neighbours along one axis.
struct place {
    int low;
    int high;
    real share; // of `high`
};

static inline struct place place_at(real x, int count)
{
    real last = (real)(count - 1);
    x = x > 0 ? x < last ? x : last : 0;
    int low = (int)x;
    return (struct place){low, low + (low < count - 1), x - (real)low};
}

static inline real blend(real low, real high, real share)
{
    return low + share * (high - low);
}

static void copy_span(real out[3][SPAN], const struct source *s, int y, int x0, int count)
{
    const uint8_t *rgb = s->rgb + 3 * ((size_t)y * (size_t)s->width + (size_t)x0);
    for (int i = 0; i < count; i++) {
        for (int c = 0; c < 3; c++) {
            out[c][i] = (real)rgb[3 * i + c];
        }
    }
}

// Not turned: one pair of source rows for all pixels of a row.
static void sample_upright(real out[3][SPAN], const struct source *s, const real at[2][3], int y,
                           int x0, int count)
{
    real row[3 * BLENDED_MAX];
    struct place v = place_at(at[1][1] * (real)y + at[1][2], s->height);
    const uint8_t *low = s->rgb + 3 * (size_t)v.low * (size_t)s->width;
    const uint8_t *high = s->rgb + 3 * (size_t)v.high * (size_t)s->width;
    for (int i = 0; i < 3 * s->width; i++) {
        row[i] = blend((real)low[i], (real)high[i], v.share);
    }
    for (int i = 0; i < count; i++) {
        struct place h = place_at(at[0][0] * (real)(x0 + i) + at[0][2], s->width);
        const real *a = row + 3 * h.low;
        const real *b = row + 3 * h.high;
        for (int c = 0; c < 3; c++) {
            out[c][i] = blend(a[c], b[c], h.share);
        }
    }
}

static void sample_turned(real out[3][SPAN], const struct source *s, const real at[2][3], int y,
                          int x0, int count)
{
    size_t stride = 3 * (size_t)s->width;
    for (int i = 0; i < count; i++) {
        real x = (real)(x0 + i);
        struct place h = place_at(at[0][0] * x + at[0][1] * (real)y + at[0][2], s->width);
        struct place v = place_at(at[1][0] * x + at[1][1] * (real)y + at[1][2], s->height);
        const uint8_t *low = s->rgb + stride * (size_t)v.low;
        const uint8_t *high = s->rgb + stride * (size_t)v.high;
        for (int c = 0; c < 3; c++) {
            real a = blend((real)low[3 * h.low + c], (real)high[3 * h.low + c], v.share);
            real b = blend((real)low[3 * h.high + c], (real)high[3 * h.high + c], v.share);
            out[c][i] = blend(a, b, h.share);
        }
    }
}

static inline real clamp_unit(real x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static void colour_span(real span[3][SPAN], const real m[3][4], int count)
{
    for (int i = 0; i < count; i++) {
        real r = span[0][i], g = span[1][i], b = span[2][i];
        span[0][i] = clamp_unit(m[0][0] * r + m[0][1] * g + m[0][2] * b + m[0][3]);
        span[1][i] = clamp_unit(m[1][0] * r + m[1][1] * g + m[1][2] * b + m[1][3]);
        span[2][i] = clamp_unit(m[2][0] * r + m[2][1] * g + m[2][2] * b + m[2][3]);
    }
}

// The pixels of [x0, x0 + count) that lie in the box, as first .. last-1.
static bool cut_span(const struct augment_box *box, int y, int x0, int count, int *ret_first,
                     int *ret_last)
{
    int first = box->x0 > x0 ? box->x0 - x0 : 0;
    int last = box->x1 < x0 + count ? box->x1 - x0 : count;
    *ret_first = first;
    *ret_last = last;
    return y >= box->y0 && y < box->y1 && first < last;
}

static void put_span(real *out, const real *span, int first, int last,
                     const struct augment_ink *ink)
{
    for (int i = first; i < last; i++) {
        switch (ink->how) {
        case INK_WRITE:
            out[i] = span[i] * ink->weight;
            break;
        case INK_ADD:
            out[i] += span[i] * ink->weight;
            break;
        case INK_BOX:
            out[i] = span[i];
            break;
        }
    }
}

static void render_span(real span[3][SPAN], const struct source *source,
                        const struct dataset *data, const struct augment_view *view, int y,
                        int x0, int count)
{
    if (!view->moved) {
        copy_span(span, source, y, x0, count);
    } else if (view->at[0][1] == 0 && view->at[1][0] == 0 && source->width <= BLENDED_MAX) {
        sample_upright(span, source, view->at, y, x0, count);
    } else {
        sample_turned(span, source, view->at, y, x0, count);
    }
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < count; i++) {
            span[c][i] = span[c][i] / 255;
        }
    }
    if (view->coloured) {
        colour_span(span, view->colour, count);
    }
    int first, last;
    bool erased = cut_span(&view->erased, y, x0, count, &first, &last);
    for (int c = 0; c < 3; c++) {
        if (data->normalise) {
            normalise_channel(span[c], (size_t)count, data->normalise, c);
        }
        if (erased) {
            memset(span[c] + first, 0, (size_t)(last - first) * sizeof span[c][0]);
        }
    }
}

void augment_render(real *planes, const uint8_t *frame, const struct dataset *data,
                    const struct augment_view *view, const struct augment_ink *ink)
{
    struct source source = {frame, data->height, data->width};
    size_t pixels = (size_t)data->height * (size_t)data->width;
    bool boxed = ink->how == INK_BOX;
    int bottom = boxed ? ink->box.y1 : data->height;
    real span[3][SPAN];
    for (int y = boxed ? ink->box.y0 : 0; y < bottom; y++) {
        for (int x0 = 0; x0 < data->width; x0 += SPAN) {
            int count = data->width - x0 < SPAN ? data->width - x0 : SPAN;
            int first = 0, last = count;
            if (boxed && !cut_span(&ink->box, y, x0, count, &first, &last)) {
                continue;
            }
            render_span(span, &source, data, view, y, x0, count);
            real *out = planes + (size_t)y * (size_t)data->width + (size_t)x0;
            for (int c = 0; c < 3; c++, out += pixels) {
                put_span(out, span[c], first, last, ink);
            }
        }
    }
}
