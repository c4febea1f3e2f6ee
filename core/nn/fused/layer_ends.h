#ifndef NN_LAYER_ENDS_H
#define NN_LAYER_ENDS_H

#include <stdbool.h>
#include <stddef.h>

/* The ends of a convolution that computes in blocks of eight channels: each value
 * that it reads or writes, and each value's gradient, which looks the same. The
 * neighbours may have such a value in planes [channels][pixels] and the kernels
 * want it in blocks [channels / 8 upwards][pixels][8]; then one image at a time is
 * staged in scratch memory. Where both have it alike, the kernels work on the value
 * itself.
 *
 * An end does not change once it is planned, so that threads share it; each has
 * scratch memory of its own. Nothing here fails, and only moves numbers. */

struct layout_kernels;

struct layer_end {
    /* Set before layer_end_plan(). */
    const struct layout_kernels *layout; /* borrowed; used only where an image is staged */
    int channels;
    size_t pixels;      /* of one plane */
    bool value_blocks;  /* the value is in blocks, and filled up to whole ones */
    bool kernel_blocks; /* the kernels want blocks; true where value_blocks is */

    /* Set by it. */
    size_t image; /* floats of one image, as the value has it */
    size_t stage; /* where the staged image begins in scratch memory, in floats */
};

/* *scratch is the count of floats that the layer needs of scratch memory so far:
 * whole cache lines, to which room for one image is added if it will be staged. */
void layer_end_plan(struct layer_end *end, size_t *scratch);

/* Image `image` of `value` as the kernels read it: in `value`, or in scratch memory
 * until the same end is used again. Channels that only fill a staged block are 0. */
const float *layer_end_read(const struct layer_end *end, const float *value, int image,
                            float *scratch);

/* Where the kernels shall write image `image` of `value`. What stands there is
 * undefined; what layer_end_read() staged is gone. */
float *layer_end_room(const struct layer_end *end, float *value, int image, float *scratch);

/* They have written all of it: make it the value's. */
void layer_end_hand_over(const struct layer_end *end, float *value, int image,
                         const float *scratch);

#endif
