#ifndef NN_KERNEL_SET_H
#define NN_KERNEL_SET_H

#include "core/base/error.h"
#include "core/nn/kernels/activations.h"
#include "core/nn/kernels/conv_dense.h"
#include "core/nn/kernels/conv_depth.h"
#include "core/nn/kernels/conv_pool.h"
#include "core/nn/kernels/kernels_norm.h"

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

/* The bits of kernels.h. */
struct element_kernels {
    void (*relu)(float *y, const float *x, size_t count);
    void (*relu_backward)(float *dx, const float *y, const float *dy, size_t count);
    /* y = a + b, or the relu of it; y may be a or b. */
    void (*add)(float *y, const float *a, const float *b, bool relu, size_t count);
};

/* activations.h, with errors as vec8_math.h says. A number's result does not
 * depend on where in the array it stands. */
struct activation_kernels {
    void (*forward)(const struct activation *f, float *y, const float *x, size_t count);
    void (*backward)(const struct activation *f, float *dx, const float *x, const float *y,
                     const float *dy, size_t count);
};

/* What batch norm does with eight channels; a struct for each of them. */
struct norm_block {
    float mean[8];
    float scale[8];
    float shift[8];
    float offset[8]; /* backward */
    float slope[8];
};

/* Batch norm of one block of one image, [pixels][8], with or without a relu
 * behind it. Sums are doubles, [8][2], and are added to. */
struct norm_kernels {
    /* The sum of x, and of its squares. */
    void (*add_moments)(double *sums, const float *x, size_t pixels);
    /* y = (x - mean) * scale + shift, or the relu of it */
    void (*forward)(float *y, const float *x, const struct norm_block *norm, bool relu,
                    size_t pixels);
    /* The sum of g, and of g * (x - mean), where g is dy, or with relu 0 where y is not above
     * zero. */
    void (*add_products)(double *sums, const float *dy, const float *x,
                         const struct norm_block *norm, bool relu, size_t pixels);
    /* dx = scale * (g - offset - (x - mean) * slope) */
    void (*backward)(float *dx, const float *dy, const float *x, const struct norm_block *norm,
                     bool relu, size_t pixels);
};

/* Pooling of one block of one image, [pixels][8]. Every window touches the plane;
 * those of `mean` are not dilated. */
struct pool_kernels {
    /* The first of the largest in each window, and its place in the plane; NaN is
     * larger than anything. */
    void (*max)(float *y, int32_t *where, const float *x, const struct window *window);
    void (*max_backward)(float *dx, const int32_t *where, const float *dy,
                         const struct window *window);
    /* Padding counts as zeros, or without count_padding not at all. */
    void (*mean)(float *y, const float *x, const struct window *window, bool count_padding);
    void (*mean_backward)(float *dx, const float *dy, const struct window *window,
                          bool count_padding);
};

struct peak_kernels {
    /* Multiplies and adds in registers, as fast as that goes, and a multiple of
     * `rounds` times. Reads sink[0] and sink[1], writes sink[2]. Returns how
     * many operations it did, 2 for a multiply and add. */
    double (*multiply_adds)(float *sink, size_t rounds);
};

/* The kernels that exist once for every instruction set. Their files are
 * compiled once per set, with KERNEL_SET naming it; "c" is always among them
 * and runs anywhere. Sets agree within rounding: those with a fused multiply
 * and add round once where the others round twice. */
struct kernel_set {
    const char *name;
    const struct conv_pool_kernels *planar;  /* inputs in planes */
    const struct conv_pool_kernels *blocked; /* inputs in blocks of channels */
    const struct conv_dense_kernels *dense;
    const struct conv_depth_kernels *depth;
    const struct element_kernels *elements;
    const struct activation_kernels *activation;
    const struct layout_kernels *layout;
    const struct linear_kernels *linear;
    const struct norm_kernels *norm;
    const struct norm_row_kernels *rows;
    const struct pixel_kernels *pixels;
    const struct pool_kernels *pool;
    const struct peak_kernels *peak;
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
