#include "core/nn/shape.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>

struct shape shape_planes(int channels, int height, int width)
{
    return (struct shape){channels, height, width, false};
}

struct shape shape_row(int length)
{
    return (struct shape){length, 1, 1, true};
}

bool shape_product(size_t *ret, const int *dims, int count)
{
    size_t product = 1;
    for (int i = 0; i < count; i++) {
        if (dims[i] < 1 || __builtin_mul_overflow(product, (size_t)dims[i], &product)
            || product > SHAPE_ELEMENTS_MAX) {
            return false;
        }
    }
    *ret = product;
    return true;
}

size_t shape_elements(struct shape shape)
{
    size_t elements = 0;
    bool fits = shape_product(&elements, (int[]){shape.channels, shape.height, shape.width}, 3);
    assert(fits);
    (void)fits;
    return elements;
}

int shape_window(int in, int size, int stride, int padding, int dilation)
{
    int64_t padded = (int64_t)in + 2 * (int64_t)padding;
    int64_t reach = (int64_t)dilation * (size - 1) + 1;
    // The kernels count places of the padded plane in int.
    return padded < reach || padded > INT_MAX ? 0 : (int)((padded - reach) / stride) + 1;
}

char *shape_text(char out[SHAPE_TEXT_SIZE], struct shape shape)
{
    if (shape.flat) {
        snprintf(out, SHAPE_TEXT_SIZE, "a row of %d", shape.channels);
    } else {
        snprintf(out, SHAPE_TEXT_SIZE, "%dx%dx%d", shape.channels, shape.height, shape.width);
    }
    return out;
}
