#include "tests/unit/nn_bench.h"

#include "core/base/text.h"
#include "core/nn/kernels/blas.h"
#include "core/nn/kernels/kernels.h"
#include "formats/net_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void need(bool well, const struct error *err, const char *what)
{
    if (!well) {
        fprintf(stderr, "%s: %s\n", what, err->text);
        abort();
    }
}

// ---- the layer that is all parameters ----

struct source {
    size_t elements;
    size_t at;
};

static int build_source(void **ret, struct layer_build *build, struct error *err)
{
    struct source *source = calloc(1, sizeof *source);
    int images = 0;
    need(source && text_to_int(layer_word(build, 0), 1, INT_MAX, &images), err, "source");
    build->output = build->inputs[0];
    source->elements = shape_elements(build->output);
    int dims[] = {images, (int)source->elements};
    *ret = source;
    return layer_add_parameter(&source->at, build, "source", dims, 2,
                               (struct initial){INITIAL_CONSTANT, 0}, err);
}

static void source_forward(const void *state, const struct layer_pass *pass)
{
    const struct source *source = state;
    memcpy(pass->output, pass->parameters + (size_t)pass->first * source->elements,
           (size_t)pass->images * source->elements * sizeof(real));
}

static void source_backward(const void *state, const struct layer_pass *pass)
{
    const struct source *source = state;
    kernel_add(pass->parameter_gradients + (size_t)pass->first * source->elements,
               pass->output_gradient, (size_t)pass->images * source->elements);
}

static const struct layer_kind source_kind = {
    .word = "source",
    .usage = "source IMAGES",
    .build = build_source,
    .forward = source_forward,
    .backward = source_backward,
};

// ---- the bench ----

struct bench bench_open(const char *text, struct shape input, int images, int classes,
                        int threads, bool training)
{
    struct bench b = {.images = images, .training = training};
    struct error err = ERROR_INIT;
    struct net_spec *spec;
    char word[] = "source";
    char count[16];
    int value = 0;
    snprintf(count, sizeof count, "%d", images);
    struct net_argument argument = {NULL, count};
    struct net_line line = {.word = word, .arguments = &argument, .argument_count = 1};
    blas_single_thread();
    need(net_text_parse(&spec, text, "bench.net", &err) == 0, &err, text);
    need(graph_open(&b.graph, "bench.net", input, classes, &err) == 0
         && graph_add(&value, b.graph, &source_kind, &line, "", &value, 1, &err) == 0
         && graph_add_spec(b.graph, spec, &err) == 0 && graph_finish(b.graph, &err) == 0,
         &err, text);
    net_spec_free(&spec);
    struct executor_options options = {.images = images, .training = training};
    need(threads_open(&b.threads, threads, &err) == 0
         && executor_open(&b.executor, b.graph, &options, b.threads, &err) == 0, &err, text);
    b.in = (size_t)images * b.graph->values[0].elements;
    b.out = (size_t)images * b.graph->values[b.graph->value_count - 1].elements;
    b.output = calloc(b.out, sizeof *b.output);
    b.output_gradient = calloc(b.out, sizeof *b.output_gradient);
    need(b.output && b.output_gradient, &err, "memory");
    return b;
}

void bench_close(struct bench *b)
{
    executor_close(&b->executor);
    threads_close(&b->threads);
    graph_close(&b->graph);
    free(b->output);
    free(b->output_gradient);
}

static void load(void *context, int first, int images, real *input)
{
    const struct bench *b = context;
    size_t elements = b->in / (size_t)b->images;
    (void)first;
    memset(input, 0, (size_t)images * elements * sizeof *input);
}

static void head(void *context, int first, int images, const real *output, real *gradient)
{
    const struct bench *b = context;
    size_t elements = b->out / (size_t)b->images;
    size_t bytes = (size_t)images * elements * sizeof *output;
    memcpy(b->output + (size_t)first * elements, output, bytes);
    if (gradient) {
        memcpy(gradient, b->output_gradient + (size_t)first * elements, bytes);
    }
}

void bench_run(struct bench *b)
{
    struct executor_work work = {b->images, load, head, b, b->seed, b->step};
    if (b->training) {
        executor_train(b->executor, &work);
    } else {
        executor_forward(b->executor, &work);
    }
}

real *bench_source(const struct bench *b)
{
    return b->graph->parameters.values;
}

const real *bench_gradient(const struct bench *b)
{
    return executor_gradient(b->executor);
}

const struct parameter *bench_parameter(const struct bench *b, const char *name)
{
    const struct parameter *p = parameters_find(&b->graph->parameters, name);
    struct error err = ERROR_INIT;
    need(p, &err, name);
    return p;
}
