#ifndef TOOLS_TRAIN_FILTER_PICTURES_H
#define TOOLS_TRAIN_FILTER_PICTURES_H

#include "core/base/error.h"
#include "core/nn/graph/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The filters of a net's first layer as colour pictures: their weights for the first
 * three channels, each filter from its smallest weight (black) to its largest. */

enum { FILTER_PICTURES_MAX = 64 };

struct filter_pictures {
    const real *weights; /* [count][channels][height][width], the net's own */
    int count;
    int channels; /* at least 3 */
    int height;
    int width;
};

/* False where the first layer has no filters to look at. They are looked at when
 * they are drawn: as the net is then. */
bool filter_pictures_find(struct filter_pictures *ret, struct net *net);

/* Draw filter `number` into pixels[height][width][3]. */
void filter_pictures_draw(uint8_t *pixels, const struct filter_pictures *filters, int number);

/* The first FILTER_PICTURES_MAX on one sheet, in rows of eight, enlarged by a whole
 * factor: a PNG file that the caller frees. `name` is for messages. */
int filter_pictures_sheet(unsigned char **ret, size_t *ret_size, int *ret_width,
                          int *ret_height, const struct filter_pictures *filters,
                          const char *name, struct error *err) MUST_CHECK;

#endif
