#ifndef NN_SHAPE_H
#define NN_SHAPE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The shape of one image's worth of a value: channels of planes, or, once
 * flattened, a row of numbers. This file is the only place that multiplies
 * dimensions read from text: what passes here fits an int (BLAS counts in
 * int), so later products of it with a batch fit a size_t. */
struct shape {
    int channels; /* or the length of the row */
    int height;   /* 1 when flat */
    int width;    /* 1 when flat */
    bool flat;
};

enum { SHAPE_ELEMENTS_MAX = INT_MAX, SHAPE_TEXT_SIZE = 64, SHAPE_WINDOW_MAX = 4096 };

struct shape shape_planes(int channels, int height, int width);
struct shape shape_row(int length);

/* The product of `count` dims; false when one is below 1 or the product is
 * above SHAPE_ELEMENTS_MAX, and then *ret is untouched. */
bool shape_product(size_t *ret, const int *dims, int count);

/* Elements of one image. The shape must have passed shape_product(). */
size_t shape_elements(struct shape shape);

/* How many places a window of `size` has along an axis of length `in`, in
 * PyTorch's floor mode; 0 when it does not fit once. All but padding are at
 * least 1; none is above SHAPE_WINDOW_MAX but `in`. */
int shape_window(int in, int size, int stride, int padding, int dilation);

/* "8x58x58" (channels, height, width) or "a row of 1936". Returns out. */
char *shape_text(char out[SHAPE_TEXT_SIZE], struct shape shape);

#endif
