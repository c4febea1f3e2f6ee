#include "core/nn/kernels/kernel_set.h"

#include "core/nn/kernels/kernel_tables.h"

#include <stdio.h>
#include <string.h>

static const struct kernel_set set_c = {
    .name = "c",
    .planar = &conv_pool_planar_c,
    .blocked = &conv_pool_blocked_c,
    .dense = &conv_dense_c,
    .depth = &conv_depth_c,
    .elements = &elements_c,
    .activation = &activation_c,
    .layout = &layout_c,
    .linear = &linear_c,
    .norm = &norm_c,
    .rows = &norm_rows_c,
    .pixels = &pixels_c,
    .pool = &pool_c,
    .peak = &peak_c,
};

#ifdef KERNEL_X86
static const struct kernel_set set_avx2 = {
    .name = "avx2",
    .planar = &conv_pool_planar_avx2,
    .blocked = &conv_pool_blocked_avx2,
    .dense = &conv_dense_avx2,
    .depth = &conv_depth_avx2,
    .elements = &elements_avx2,
    .activation = &activation_avx2,
    .layout = &layout_avx2,
    .linear = &linear_avx2,
    .norm = &norm_avx2,
    .rows = &norm_rows_avx2,
    .pixels = &pixels_avx2,
    .pool = &pool_avx2,
    .peak = &peak_avx2,
};

static const struct kernel_set set_avx512 = {
    .name = "avx512",
    .planar = &conv_pool_planar_avx512,
    .blocked = &conv_pool_blocked_avx512,
    .dense = &conv_dense_avx512,
    .depth = &conv_depth_avx512,
    .elements = &elements_avx512,
    .activation = &activation_avx512,
    .layout = &layout_avx512,
    .linear = &linear_avx512,
    .norm = &norm_avx512,
    .rows = &norm_rows_avx512,
    .pixels = &pixels_avx512,
    .pool = &pool_avx512,
    .peak = &peak_avx512,
};
#endif

#ifdef KERNEL_NEON
static const struct kernel_set set_neon = {
    .name = "neon",
    .planar = &conv_pool_planar_neon,
    .blocked = &conv_pool_blocked_neon,
    .dense = &conv_dense_neon,
    .depth = &conv_depth_neon,
    .elements = &elements_neon,
    .activation = &activation_neon,
    .layout = &layout_neon,
    .linear = &linear_neon,
    .norm = &norm_neon,
    .rows = &norm_rows_neon,
    .pixels = &pixels_neon,
    .pool = &pool_neon,
    .peak = &peak_neon,
};
#endif

// The best first; what runs one runs all behind it.
static const struct kernel_set *const all_sets[] = {
#ifdef KERNEL_X86
    &set_avx512,
    &set_avx2,
#endif
#ifdef KERNEL_NEON
    &set_neon, // every 64-bit ARM runs it
#endif
    &set_c,
    NULL,
};

// The one choice that is the process's and not a net's: which of several
// equivalent instructions to use.
static const struct kernel_set *chosen;

const struct kernel_set *const *kernel_sets(void)
{
    const struct kernel_set *const *best = all_sets;
#ifdef KERNEL_X86
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
               && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
    best += avx512 ? 0 : avx2 ? 1 : 2;
#endif
    return best;
}

const struct kernel_set *kernel_set_current(void)
{
    return chosen ? chosen : kernel_sets()[0];
}

int kernel_set_choose(const char *name, struct error *err)
{
    char names[64] = "";
    if (strcmp(name, "auto") == 0) {
        chosen = NULL;
        return 0;
    }
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        if (strcmp((*set)->name, name) == 0) {
            chosen = *set;
            return 0;
        }
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, ", %s", (*set)->name);
    }
    return error_set(err, ERR_USAGE, "instruction set '%.40s': this program on this processor "
                     "has auto%s", name, names);
}
