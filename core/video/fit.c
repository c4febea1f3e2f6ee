#include "core/video/fit.h"

#include <stdint.h>
#include <stdlib.h>

// Width to height of a pixel, small enough for products in 64 bits.
struct ratio {
    int64_t num, den;
};

static struct ratio pixel_shape(const struct fit_picture *picture)
{
    int64_t num = picture->sar_num;
    int64_t den = picture->sar_den;
    if (num <= 0 || den <= 0 || 50 * llabs(num - den) <= den) {
        return (struct ratio){1, 1};
    }
    while (num >= 65536 || den >= 65536) {
        num >>= 1;
        den >>= 1;
    }
    return (struct ratio){num > 0 ? num : 1, den > 0 ? den : 1};
}

// a b / c to the nearest, halves up, in 1 .. limit. The product is below 2^62.
static int scaled(int64_t a, int64_t b, int64_t c, int limit)
{
    int64_t value = (2 * a * b + c) / (2 * c);
    return value < 1 ? 1 : value > limit ? limit : (int)value;
}

static int align_down(int value, int alignment)
{
    return value & ~(alignment - 1);
}

static int align_size(int value, int alignment)
{
    int down = align_down(value, alignment);
    return down > 0 ? down : value; // narrower than its chroma grid
}

/* Half of what a cut leaves over, to the nearest, halves to the even number;
 * then to the left and up, to where a cut of `size` may be. `wanted` is the
 * size before alignment. It is where ffmpeg's crop filter puts a cut for
 * which it is told the size only. */
static int centre(int whole, int wanted, int size, int alignment)
{
    int rest = whole - wanted;
    int offset = rest / 2 + (rest % 4 == 3);
    if (offset > whole - size) {
        offset = whole - size;
    }
    return align_down(offset, alignment);
}

// The centred part of the picture with the shape width : height.
static struct box crop(const struct fit_picture *picture, struct ratio pixel, int width,
                       int height)
{
    int w = picture->width;
    int h = picture->height;
    // Compare w sar / h with width / height.
    int64_t have = w * pixel.num * height;
    int64_t want = h * pixel.den * width;
    if (have > want) {
        w = scaled(h * pixel.den, width, pixel.num * height, w);
    } else {
        h = scaled(w * pixel.num, height, pixel.den * width, h);
    }
    struct box box = {.width = align_size(w, picture->align_x),
                      .height = align_size(h, picture->align_y)};
    box.x = centre(picture->width, w, box.width, picture->align_x);
    box.y = centre(picture->height, h, box.height, picture->align_y);
    return box;
}

// The centred part of the target with the picture's shape.
static struct box pad(const struct fit_picture *picture, struct ratio pixel, int width,
                      int height)
{
    int64_t shape_w = picture->width * pixel.num;
    int64_t shape_h = picture->height * pixel.den;
    int w = width;
    int h = height;
    if (shape_w * height > shape_h * width) {
        h = scaled(shape_h, width, shape_w, height);
    } else {
        w = scaled(shape_w, height, shape_h, width);
    }
    return (struct box){(width - w) / 2, (height - h) / 2, w, h};
}

struct fit_boxes fit_boxes(enum clip_fit fit, const struct fit_picture *picture, int width,
                           int height)
{
    struct ratio pixel = pixel_shape(picture);
    struct fit_boxes boxes = {
        .source = {0, 0, picture->width, picture->height},
        .target = {0, 0, width, height},
    };
    if (fit == FIT_CROP) {
        boxes.source = crop(picture, pixel, width, height);
    } else if (fit == FIT_PAD) {
        boxes.target = pad(picture, pixel, width, height);
    }
    return boxes;
}
