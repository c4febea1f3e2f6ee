#ifndef NN_KERNEL_SET_H
#define NN_KERNEL_SET_H

#include "core/base/error.h"
#include "core/nn/conv_pool.h"

/* Between [channels][pixels] and [channels / 8][pixels][8], filled up with
 * zeros. */
struct layout_kernels {
    void (*to_blocks)(float *blocks, const float *planes, int channels, size_t pixels);
    void (*to_planes)(float *planes, const float *blocks, int channels, size_t pixels);
};

/* Linear layers: y[images][out] = x[images][in] w[out][in]^T + bias[out]. */
struct linear_size {
    int images;
    int in;
    int out;
};

struct linear_kernels {
    /* bias may be NULL */
    void (*forward)(const struct linear_size *size, float *y, const float *x, const float *w,
                    const float *bias);
    /* Adds to dw. */
    void (*weight_gradient)(const struct linear_size *size, float *dw, const float *x,
                            const float *dy);
    /* Writes dx. */
    void (*data_gradient)(const struct linear_size *size, float *dx, const float *dy,
                          const float *w);
};

struct pixel_kernels {
    /* planes[3][pixels] = rgb[pixels][3] / 255: the same bits in every set, those of
     * kernel_pixels(). */
    void (*to_floats)(float *planes, const uint8_t *rgb, size_t pixels);
};

/* The kernels that exist once for every instruction set. Their files are
 * compiled once per set, with KERNEL_SET naming it; "c" is always among them
 * and runs anywhere. Sets agree within rounding: those with a fused multiply
 * and add round once where the others round twice. */
struct kernel_set {
    const char *name;
    const struct conv_pool_kernels *planar;  /* inputs in planes */
    const struct conv_pool_kernels *blocked; /* inputs in blocks of channels */
    const struct layout_kernels *layout;
    const struct linear_kernels *linear;
    const struct pixel_kernels *pixels;
};

/* All sets that this build has and this processor can run; ends with NULL. The
 * first is the best. */
const struct kernel_set *const *kernel_sets(void);

/* The one that nets built from now on use: the best, unless another was
 * chosen. */
const struct kernel_set *kernel_set_current(void);

/* Choose by name; "auto" is the best. ERR_USAGE, naming those that can be
 * chosen, for anything else. Not while another thread builds a net. */
int kernel_set_choose(const char *name, struct error *err) MUST_CHECK;

#endif
