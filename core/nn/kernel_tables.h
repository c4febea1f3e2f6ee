#ifndef NN_KERNEL_TABLES_H
#define NN_KERNEL_TABLES_H

#include "core/nn/kernel_set.h"

/* The tables of every instruction set, for kernel_set.c and the files that
 * define them. */
extern const struct conv_pool_kernels conv_pool_planar_c;
extern const struct conv_pool_kernels conv_pool_blocked_c;
extern const struct layout_kernels layout_c;
extern const struct linear_kernels linear_c;
extern const struct pixel_kernels pixels_c;

extern const struct conv_pool_kernels conv_pool_planar_avx2;
extern const struct conv_pool_kernels conv_pool_blocked_avx2;
extern const struct layout_kernels layout_avx2;
extern const struct linear_kernels linear_avx2;
extern const struct pixel_kernels pixels_avx2;

extern const struct conv_pool_kernels conv_pool_planar_avx512;
extern const struct conv_pool_kernels conv_pool_blocked_avx512;
extern const struct layout_kernels layout_avx512;
extern const struct linear_kernels linear_avx512;
extern const struct pixel_kernels pixels_avx512;

#endif
