#include "core/nn/train/augment.h"

#include "core/base/random.h"
#include "core/nn/noise.h"

#include <math.h>
#include <string.h>

// What random numbers are drawn for. A number's place is the purpose and its
// index there, so these must not change.
enum purpose {
    FOR_HFLIP = 1,
    FOR_SHIFT,
    FOR_CROP,
    FOR_ROTATION,
    FOR_BRIGHTNESS,
    FOR_CONTRAST,
    FOR_SATURATION,
    FOR_HUE,
    FOR_GAIN,
    FOR_GREY,
    FOR_ERASING,
    FOR_MIX_KIND,
    FOR_MIX_WEIGHT,
    FOR_MIX_PARTNER,
    FOR_MIX_BOX,
};

enum { DRAWS = 64, TRIES = 10 }; // numbers of one purpose; attempts at a rectangle that fits

// Weights of the channels in a grey (ITU-R BT.601).
static const double luma[3] = {0.299, 0.587, 0.114};

struct augment_options augment_defaults(void)
{
    return (struct augment_options){.scale = {1, 1}, .aspect = 1};
}

bool augment_is_on(const struct augment_options *o)
{
    return o->hflip > 0 || o->crop_pad > 0 || o->scale[0] < 1 || o->aspect > 1 || o->rotate > 0
        || o->brightness > 0 || o->contrast > 0 || o->saturation > 0 || o->hue > 0 || o->gain > 0
        || o->grey > 0 || o->erase > 0 || o->mixup > 0 || o->cutmix > 0;
}

int augment_check(const struct augment_options *o, struct error *err)
{
    const struct {
        const char *name;
        double value;
        double low;
        double high;
    } ranges[] = {
        {"hflip", o->hflip, 0, 1},
        {"crop padding", o->crop_pad, 0, 4096},
        {"the smallest scale", o->scale[0], 1e-3, 1},
        {"the largest scale", o->scale[1], o->scale[0], 1},
        {"aspect", o->aspect, 1, 10},
        {"rotate", o->rotate, 0, 180},
        {"brightness", o->brightness, 0, 10},
        {"contrast", o->contrast, 0, 10},
        {"saturation", o->saturation, 0, 10},
        {"hue", o->hue, 0, 0.5},
        {"gain", o->gain, 0, 1},
        {"grey", o->grey, 0, 1},
        {"erase", o->erase, 0, 1},
        {"mixup", o->mixup, 0, 100},
        {"cutmix", o->cutmix, 0, 100},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (!(ranges[i].value >= ranges[i].low && ranges[i].value <= ranges[i].high)) {
            return error_set(err, ERR_VALUE, "augmentation: %s is %g; %g to %g is needed",
                             ranges[i].name, ranges[i].value, ranges[i].low, ranges[i].high);
        }
    }
    return 0;
}

// ---- random numbers ----

// Uniform in [0, 1).
static double unit(uint64_t key, enum purpose purpose, int index)
{
    return noise_unit(key, (uint64_t)purpose * DRAWS + (uint64_t)index);
}

static double between(uint64_t key, enum purpose purpose, int index, double low, double high)
{
    return low + (high - low) * unit(key, purpose, index);
}

// A whole number in 0 .. bound-1.
static int below(uint64_t key, enum purpose purpose, int index, int bound)
{
    int drawn = (int)(unit(key, purpose, index) * bound);
    return drawn < bound ? drawn : bound - 1;
}

// Marsaglia and Tsang, "A simple method for generating gamma variables", 2000;
// shapes below 1 by their remark on U^(1/shape).
static double draw_gamma(struct random *random, double shape)
{
    double boost = 1;
    if (shape < 1) {
        boost = pow(random_unit(random), 1 / shape);
        shape += 1;
    }
    double d = shape - 1. / 3;
    double c = 1 / sqrt(9 * d);
    for (;;) {
        double x = random_normal(random);
        double v = 1 + c * x;
        if (v > 0) {
            v = v * v * v;
            double u = 1 - random_unit(random); // in (0, 1]
            if (log(u) < x * x / 2 + d * (1 - v + log(v))) {
                return boost * d * v;
            }
        }
    }
}

// Beta(alpha, alpha), in 0 .. 1.
static double draw_beta(uint64_t key, double alpha)
{
    struct random random;
    random_seed(&random, key, FOR_MIX_WEIGHT);
    double a = draw_gamma(&random, alpha);
    double b = draw_gamma(&random, alpha);
    return a + b > 0 ? a / (a + b) : 1; // tiny alphas can underflow
}

// ---- where pixels come from ----

// A part of the frame, in pixels, continuous.
struct part {
    double left, top, width, height;
};

static struct part draw_part(const struct augment_options *o, uint64_t key, double height,
                             double width)
{
    struct part part = {0, 0, width, height};
    if (o->scale[0] >= 1 && o->aspect <= 1) {
        return part;
    }
    double most = log(o->aspect);
    for (int i = 0; i < TRIES; i++) {
        double area = between(key, FOR_CROP, 4 * i, o->scale[0], o->scale[1]);
        double aspect = exp(between(key, FOR_CROP, 4 * i + 1, -most, most));
        part.width = width * sqrt(area * aspect);
        part.height = height * sqrt(area / aspect);
        if (part.width <= width && part.height <= height) {
            break;
        }
        part.width = fmin(part.width, width);
        part.height = fmin(part.height, height);
    }
    part.left = unit(key, FOR_CROP, 4 * TRIES) * (width - part.width);
    part.top = unit(key, FOR_CROP, 4 * TRIES + 1) * (height - part.height);
    return part;
}

// From the output's middle outwards: mirrored, turned, scaled, moved.
static void draw_motion(struct augment_view *view, const struct augment_options *o, uint64_t key,
                        int height, int width)
{
    struct part part = draw_part(o, key, height, width);
    double shift[2] = {0, 0};
    for (int i = 0; i < 2 && o->crop_pad > 0; i++) {
        shift[i] = below(key, FOR_SHIFT, i, 2 * o->crop_pad + 1) - o->crop_pad;
    }
    double mirror = unit(key, FOR_HFLIP, 0) < o->hflip ? -1 : 1;
    double sine = 0, cosine = 1;
    if (o->rotate > 0) {
        double angle = between(key, FOR_ROTATION, 0, -o->rotate, o->rotate) * acos(-1) / 180;
        sine = sin(angle);
        cosine = cos(angle);
    }
    double across = part.width / width;
    double down = part.height / height;
    double at[2][3] = {
        {across * cosine * mirror, -across * sine, part.left + part.width / 2 + shift[0]},
        {down * sine * mirror, down * cosine, part.top + part.height / 2 + shift[1]},
    };
    for (int i = 0; i < 2; i++) {
        at[i][2] += at[i][0] * (0.5 - width / 2.) + at[i][1] * (0.5 - height / 2.) - 0.5;
        for (int k = 0; k < 3; k++) {
            view->at[i][k] = (real)at[i][k];
            view->moved |= at[i][k] != (i == k ? 1 : 0);
        }
    }
}

// ---- colour ----

// Before a colour comes what was asked for earlier: next x m.
static void then(double m[3][4], double next[3][3])
{
    double old[3][4];
    memcpy(old, m, sizeof old);
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 4; k++) {
            m[i][k] = next[i][0] * old[0][k] + next[i][1] * old[1][k] + next[i][2] * old[2][k];
        }
    }
}

// factor x + (1 - factor) grey(x)
static void then_towards_grey(double m[3][4], double factor)
{
    double next[3][3];
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++) {
            next[i][k] = (i == k ? factor : 0) + (1 - factor) * luma[k];
        }
    }
    then(m, next);
}

// Around the axis of greys; a third of a turn hands each channel to the next.
static void then_turn(double m[3][4], double turns)
{
    double angle = 2 * acos(-1) * turns;
    double same = (1 + 2 * cos(angle)) / 3;
    double cross = sin(angle) / sqrt(3);
    double rest = (1 - cos(angle)) / 3;
    double next[3][3] = {
        {same, rest - cross, rest + cross},
        {rest + cross, same, rest - cross},
        {rest - cross, rest + cross, same},
    };
    then(m, next);
}

static double factor(uint64_t key, enum purpose purpose, int index, double most)
{
    return between(key, purpose, index, fmax(0, 1 - most), 1 + most);
}

// The mean grey that the colours so far give the sample, all frames together.
static double mean_grey(double m[3][4], const struct dataset *data, size_t row)
{
    size_t pixels = (size_t)data->frames_per_sample * (size_t)data->height * (size_t)data->width;
    const uint8_t *rgb = data->frames + 3 * pixels * row;
    uint64_t sums[3] = {0, 0, 0};
    for (size_t i = 0; i < pixels; i++, rgb += 3) {
        sums[0] += rgb[0];
        sums[1] += rgb[1];
        sums[2] += rgb[2];
    }
    double grey = 0;
    for (int i = 0; i < 3; i++) {
        double mean = m[i][3];
        for (int k = 0; k < 3; k++) {
            mean += m[i][k] * ((double)sums[k] / (255 * (double)pixels));
        }
        grey += luma[i] * mean;
    }
    return grey;
}

static void draw_colour(struct augment_view *view, const struct augment_options *o, uint64_t key,
                        const struct dataset *data, size_t row)
{
    double m[3][4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};
    if (o->brightness > 0) {
        double f = factor(key, FOR_BRIGHTNESS, 0, o->brightness);
        then(m, (double[3][3]){{f, 0, 0}, {0, f, 0}, {0, 0, f}});
    }
    if (o->contrast > 0) {
        double f = factor(key, FOR_CONTRAST, 0, o->contrast);
        double grey = mean_grey(m, data, row);
        then(m, (double[3][3]){{f, 0, 0}, {0, f, 0}, {0, 0, f}});
        for (int i = 0; i < 3; i++) {
            m[i][3] += (1 - f) * grey;
        }
    }
    if (o->saturation > 0) {
        then_towards_grey(m, factor(key, FOR_SATURATION, 0, o->saturation));
    }
    if (o->hue > 0) {
        then_turn(m, between(key, FOR_HUE, 0, -o->hue, o->hue));
    }
    if (o->gain > 0) {
        double f[3];
        for (int i = 0; i < 3; i++) {
            f[i] = factor(key, FOR_GAIN, i, o->gain);
        }
        then(m, (double[3][3]){{f[0], 0, 0}, {0, f[1], 0}, {0, 0, f[2]}});
    }
    if (unit(key, FOR_GREY, 0) < o->grey) {
        then_towards_grey(m, 0);
    }
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 4; k++) {
            view->colour[i][k] = (real)m[i][k];
            view->coloured |= m[i][k] != (i == k ? 1 : 0);
        }
    }
}

// ---- rectangles ----

// A rectangle of 2 to 33 % of the area, 0.3 to 3.3 times as high as wide.
static struct augment_box draw_erased(const struct augment_options *o, uint64_t key, int height,
                                      int width)
{
    struct augment_box box = {0, 0, 0, 0};
    if (unit(key, FOR_ERASING, 0) >= o->erase) {
        return box;
    }
    for (int i = 0; i < TRIES; i++) {
        double area = between(key, FOR_ERASING, 4 * i + 1, 0.02, 0.33) * height * width;
        double aspect = exp(between(key, FOR_ERASING, 4 * i + 2, log(0.3), log(3.3)));
        int h = (int)lround(sqrt(area * aspect));
        int w = (int)lround(sqrt(area / aspect));
        if (h >= 1 && w >= 1 && h < height && w < width) {
            box.y0 = below(key, FOR_ERASING, 4 * i + 3, height - h + 1);
            box.x0 = below(key, FOR_ERASING, 4 * i + 4, width - w + 1);
            box.y1 = box.y0 + h;
            box.x1 = box.x0 + w;
            break;
        }
    }
    return box;
}

static int within(double x, int high)
{
    return x <= 0 ? 0 : x >= high ? high : (int)x;
}

// Around a uniform centre, cut off at the frame's edges (Yun et al., "CutMix",
// 2019). The weight is that of the pixels that really change.
static void draw_box(struct augment_mix *mix, uint64_t key, int height, int width)
{
    double side = sqrt(1 - mix->weight);
    double half_width = floor(width * side) / 2;
    double half_height = floor(height * side) / 2;
    int x = below(key, FOR_MIX_BOX, 0, width);
    int y = below(key, FOR_MIX_BOX, 1, height);
    mix->is_box = true;
    mix->box = (struct augment_box){
        .x0 = within(x - half_width, width),
        .y0 = within(y - half_height, height),
        .x1 = within(x + half_width, width),
        .y1 = within(y + half_height, height),
    };
    double changed = (double)(mix->box.x1 - mix->box.x0) * (mix->box.y1 - mix->box.y0);
    mix->weight = 1 - changed / ((double)height * width);
}

struct augment_mix augment_draw_mix(const struct augment_options *options, uint64_t key,
                                    int height, int width)
{
    struct augment_mix mix = {.weight = 1};
    bool both = options->mixup > 0 && options->cutmix > 0;
    bool is_box = both ? unit(key, FOR_MIX_KIND, 0) < 0.5 : options->cutmix > 0;
    double alpha = is_box ? options->cutmix : options->mixup;
    if (alpha > 0) {
        mix.mixed = true;
        mix.other = noise_mix(key, (uint64_t)FOR_MIX_PARTNER * DRAWS);
        mix.weight = draw_beta(key, alpha);
        if (is_box) {
            draw_box(&mix, key, height, width);
        }
    }
    return mix;
}

struct augment_view augment_draw_view(const struct augment_options *options, uint64_t key,
                                      const struct dataset *data, size_t row)
{
    struct augment_view view = {.moved = false};
    draw_motion(&view, options, key, data->height, data->width);
    draw_colour(&view, options, key, data, row);
    view.erased = draw_erased(options, key, data->height, data->width);
    return view;
}
