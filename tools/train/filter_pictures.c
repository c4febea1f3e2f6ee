#include "tools/train/filter_pictures.h"

#include "formats/png_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 8, SIDE_WANTED = 32, GAP = 2, GREY = 128 };

bool filter_pictures_find(struct filter_pictures *ret, struct net *net)
{
    const struct parameters *parameters = net_parameters(net);
    const struct parameter *p = parameters->count > 0 ? &parameters->table[0] : NULL;
    if (!p || p->dim_count != 4 || p->dim[1] < 3 || p->dim[2] * p->dim[3] < 2) {
        return false;
    }
    *ret = (struct filter_pictures){
        .weights = parameters->values + p->offset,
        .count = p->dim[0],
        .channels = p->dim[1],
        .height = p->dim[2],
        .width = p->dim[3],
    };
    return true;
}

void filter_pictures_draw(uint8_t *pixels, const struct filter_pictures *filters, int number)
{
    size_t plane = (size_t)filters->height * (size_t)filters->width;
    const real *weights = filters->weights + (size_t)number * (size_t)filters->channels * plane;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < 3 * plane; i++) {
        low = weights[i] < low ? weights[i] : low;
        high = weights[i] > high ? weights[i] : high;
    }
    double scale = high > low ? 255 / (high - low) : 0;
    for (size_t i = 0; i < plane; i++) {
        for (size_t c = 0; c < 3; c++) {
            pixels[3 * i + c] = (uint8_t)lrint((weights[c * plane + i] - low) * scale);
        }
    }
}

// A filter's picture on the sheet: each of its pixels is a square of `zoom`.
static void place(uint8_t *sheet, int sheet_width, int left, int top, const uint8_t *pixels,
                  const struct filter_pictures *filters, int zoom)
{
    for (int y = 0; y < filters->height * zoom; y++) {
        uint8_t *to = sheet + 3 * ((size_t)(top + y) * (size_t)sheet_width + (size_t)left);
        const uint8_t *from = pixels + 3 * (size_t)(y / zoom) * (size_t)filters->width;
        for (int x = 0; x < filters->width * zoom; x++) {
            memcpy(to + 3 * (size_t)x, from + 3 * (size_t)(x / zoom), 3);
        }
    }
}

int filter_pictures_sheet(unsigned char **ret, size_t *ret_size, int *ret_width,
                          int *ret_height, const struct filter_pictures *filters,
                          const char *name, struct error *err)
{
    int count = filters->count < FILTER_PICTURES_MAX ? filters->count : FILTER_PICTURES_MAX;
    int columns = count < COLUMNS ? count : COLUMNS, rows = (count + columns - 1) / columns;
    int side = filters->height > filters->width ? filters->height : filters->width;
    int zoom = side < SIDE_WANTED ? SIDE_WANTED / side : 1;
    int step_x = filters->width * zoom + GAP, step_y = filters->height * zoom + GAP;
    int width = columns * step_x - GAP, height = rows * step_y - GAP;
    size_t size = 3 * (size_t)width * (size_t)height;
    uint8_t *sheet = malloc(size);
    uint8_t *pixels = malloc(3 * (size_t)filters->height * (size_t)filters->width);
    int code = sheet && pixels ? 0 : error_nomem(err, name);
    if (code == 0) {
        memset(sheet, GREY, size);
        for (int i = 0; i < count; i++) {
            filter_pictures_draw(pixels, filters, i);
            place(sheet, width, i % columns * step_x, i / columns * step_y, pixels, filters,
                  zoom);
        }
        code = png_encode(ret, ret_size, name, sheet, width, height, err);
    }
    if (code == 0) {
        *ret_width = width;
        *ret_height = height;
    }
    free(sheet);
    free(pixels);
    return code;
}
