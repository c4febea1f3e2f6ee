#ifndef NN_KERNEL_TABLES_H
#define NN_KERNEL_TABLES_H

#include "core/nn/kernels/conv_dense_rows.h"
#include "core/nn/kernels/conv_dense_weights.h"
#include "core/nn/kernels/kernel_set.h"

/* The tables of every instruction set, for kernel_set.c and the files that
 * define them. */
extern const struct activation_kernels activation_c;
extern const struct conv_pool_kernels conv_pool_planar_c;
extern const struct conv_pool_kernels conv_pool_blocked_c;
extern const struct conv_dense_kernels conv_dense_c;
extern const struct conv_depth_kernels conv_depth_c;
extern const struct conv_rows_kernels conv_rows_c;
extern const struct conv_weights_kernels conv_weights_c;
extern const struct element_kernels elements_c;
extern const struct layout_kernels layout_c;
extern const struct linear_kernels linear_c;
extern const struct norm_kernels norm_c;
extern const struct norm_row_kernels norm_rows_c;
extern const struct pixel_kernels pixels_c;
extern const struct pool_kernels pool_c;
extern const struct peak_kernels peak_c;

extern const struct activation_kernels activation_avx2;
extern const struct conv_pool_kernels conv_pool_planar_avx2;
extern const struct conv_pool_kernels conv_pool_blocked_avx2;
extern const struct conv_dense_kernels conv_dense_avx2;
extern const struct conv_depth_kernels conv_depth_avx2;
extern const struct conv_rows_kernels conv_rows_avx2;
extern const struct conv_weights_kernels conv_weights_avx2;
extern const struct element_kernels elements_avx2;
extern const struct layout_kernels layout_avx2;
extern const struct linear_kernels linear_avx2;
extern const struct norm_kernels norm_avx2;
extern const struct norm_row_kernels norm_rows_avx2;
extern const struct pixel_kernels pixels_avx2;
extern const struct pool_kernels pool_avx2;
extern const struct peak_kernels peak_avx2;

extern const struct activation_kernels activation_avx512;
extern const struct conv_pool_kernels conv_pool_planar_avx512;
extern const struct conv_pool_kernels conv_pool_blocked_avx512;
extern const struct conv_dense_kernels conv_dense_avx512;
extern const struct conv_depth_kernels conv_depth_avx512;
extern const struct conv_rows_kernels conv_rows_avx512;
extern const struct conv_weights_kernels conv_weights_avx512;
extern const struct element_kernels elements_avx512;
extern const struct layout_kernels layout_avx512;
extern const struct linear_kernels linear_avx512;
extern const struct norm_kernels norm_avx512;
extern const struct norm_row_kernels norm_rows_avx512;
extern const struct pixel_kernels pixels_avx512;
extern const struct pool_kernels pool_avx512;
extern const struct peak_kernels peak_avx512;

extern const struct activation_kernels activation_neon;
extern const struct conv_pool_kernels conv_pool_planar_neon;
extern const struct conv_pool_kernels conv_pool_blocked_neon;
extern const struct conv_dense_kernels conv_dense_neon;
extern const struct conv_depth_kernels conv_depth_neon;
extern const struct conv_rows_kernels conv_rows_neon;
extern const struct conv_weights_kernels conv_weights_neon;
extern const struct element_kernels elements_neon;
extern const struct layout_kernels layout_neon;
extern const struct linear_kernels linear_neon;
extern const struct norm_kernels norm_neon;
extern const struct norm_row_kernels norm_rows_neon;
extern const struct pixel_kernels pixels_neon;
extern const struct pool_kernels pool_neon;
extern const struct peak_kernels peak_neon;

#endif
