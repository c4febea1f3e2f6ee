#ifndef NN_PARAMETERS_H
#define NN_PARAMETERS_H

#include "core/base/error.h"
#include "core/nn/real.h"

#include <stdbool.h>
#include <stddef.h>

/* All parameters of a network in one flat array, with a table of what is
 * where. Names, shapes and layouts are PyTorch's: "0.weight" [8][3][7][7].
 *
 * Some are buffers: numbers that a layer keeps for itself, such as the running
 * mean of a batch norm. They are stored like parameters, but have no gradient
 * and no optimiser touches them. In a net's array they stand behind all that
 * is trained; the table has the order of the layers. */

enum { PARAMETER_NAME_SIZE = 96, PARAMETER_DIMS_MAX = 5 };

struct parameter {
    char name[PARAMETER_NAME_SIZE];
    int dim_count;
    int dim[PARAMETER_DIMS_MAX];
    size_t offset; /* first element in the flat array */
    size_t size;   /* elements */
    bool buffer;
};

struct parameters {
    struct parameter *table;
    int count;
    real *values; /* [total], 64-byte aligned */
    size_t total;
    size_t trained; /* of a net: elements before the first buffer's */
};

/* By name; NULL when there is none. */
const struct parameter *parameters_find(const struct parameters *parameters, const char *name);

#endif
