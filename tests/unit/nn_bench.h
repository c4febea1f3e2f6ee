#ifndef TESTS_NN_BENCH_H
#define TESTS_NN_BENCH_H

#include "core/nn/graph/graph.h"
#include "core/nn/run/executor.h"

#include <stdbool.h>
#include <stdint.h>

/* Layers on the executor, outside a net: their input is the first parameter of
 * the graph, "source" [images][...], so that its gradient is seen too. What
 * fails here ends the test program. */
struct bench {
    struct graph *graph;
    struct executor *executor;
    struct threads *threads;
    int images;
    bool training;
    size_t in; /* elements of all images */
    size_t out;
    real *output;          /* [out] of the last run */
    real *output_gradient; /* [out] what bench_run() begins backward with */
    uint64_t seed;
    uint64_t step;
};

/* `text` is a net's, in the format of docs/net-format.md. */
struct bench bench_open(const char *text, struct shape input, int images, int classes,
                        int threads, bool training);
void bench_close(struct bench *bench);

/* Forward, and backward where `training`; the gradients are then those of the
 * sum of output * output_gradient. */
void bench_run(struct bench *bench);

real *bench_source(const struct bench *bench);
const real *bench_gradient(const struct bench *bench);

/* The table's entry of this name; it must be there. */
const struct parameter *bench_parameter(const struct bench *bench, const char *name);

#endif
