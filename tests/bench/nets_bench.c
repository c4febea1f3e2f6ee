/* Layers and nets by the clock: reads a case a line, runs it, says how long a
 * pass took. growth_bench.py writes the cases.
 *
 *   MODE THREADS BATCH CHANNELS HEIGHT WIDTH CLASSES MILLISECONDS NET
 *
 * MODE is "layer" (forward and backward, the input's gradient too), "train"
 * (forward, cross-entropy, backward) or "eval" (forward). NET is a net's text
 * with ";" for the end of a line. The answer is a line with the median and the
 * best time of a pass, in microseconds, or "error" and what is wrong. */

#include "core/base/text.h"
#include "core/nn/graph/init.h"
#include "core/nn/kernels/blas.h"
#include "core/nn/run/executor.h"
#include "core/nn/run/profile.h"
#include "core/nn/train/loss.h"
#include "formats/net_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES_MAX = 20000, PASSES_MIN = 5, LINE_MAX_BYTES = 65536, SEED = 1 };

enum number { THREADS, BATCH, CHANNELS, HEIGHT, WIDTH, CLASSES, MILLISECONDS, NUMBERS };

struct bench_case {
    const char *mode;
    int numbers[NUMBERS];
    char *net;
};

// One case, built.
struct built {
    struct graph *graph;
    struct threads *threads;
    struct executor *executor;
    float *images; // [batch][input elements]
    size_t in;     // elements of an image
    size_t out;
    int classes;
    int batch;
    bool is_layer;
};

// Numbers in [-1, 1), with nothing regular about their signs.
static void fill(float *x, size_t count)
{
    uint32_t state = 12345;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)(state >> 8) / (float)(1 << 23) - 1;
    }
}

static void load(void *context, int first, int images, float *input)
{
    const struct built *b = context;
    memcpy(input, b->images + (size_t)first * b->in, (size_t)images * b->in * sizeof *input);
}

static void head(void *context, int first, int images, const float *output, float *gradient)
{
    const struct built *b = context;
    size_t count = gradient && b->is_layer ? (size_t)images * b->out : 0;
    for (size_t i = 0; i < count; i++) {
        gradient[i] = 1;
    }
    for (int i = 0; gradient && !b->is_layer && i < images; i++) {
        loss_cross_entropy(output + (size_t)i * b->out, b->classes, (first + i) % b->classes,
                           1.0 / b->batch, gradient + (size_t)i * b->out);
    }
}

static int build_graph(struct built *b, const struct bench_case *c, struct error *err)
{
    const int *n = c->numbers;
    struct net_spec *spec = NULL;
    struct shape input = {.channels = n[CHANNELS], .height = n[HEIGHT], .width = n[WIDTH]};
    int code = net_text_parse(&spec, c->net, "the case", err);
    code = code ? code : graph_open(&b->graph, "the case", input, n[CLASSES], err);
    if (!code) {
        b->graph->values[0].needs_gradient = b->is_layer;
        code = graph_add_spec(b->graph, spec, err);
    }
    code = code ? code : graph_finish(b->graph, err);
    net_spec_free(&spec);
    if (!code) {
        init_parameters(b->graph, SEED);
        b->in = b->graph->values[0].elements;
        b->out = b->graph->values[b->graph->value_count - 1].elements;
    }
    return code;
}

static int build(struct built *b, const struct bench_case *c, bool training, struct error *err)
{
    struct executor_options options = {.images = b->batch, .training = training};
    int code = build_graph(b, c, err);
    code = code ? code : threads_open(&b->threads, c->numbers[THREADS], err);
    code = code ? code : executor_open(&b->executor, b->graph, &options, b->threads, err);
    if (code) {
        return code;
    }
    b->images = malloc((size_t)b->batch * b->in * sizeof *b->images);
    if (!b->images) {
        return error_nomem(err, "images");
    }
    fill(b->images, (size_t)b->batch * b->in);
    return 0;
}

static void clear(struct built *b)
{
    executor_close(&b->executor);
    threads_close(&b->threads);
    graph_close(&b->graph);
    free(b->images);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double pass(struct built *b, bool training, uint64_t step)
{
    struct executor_work work = {b->batch, load, head, b, SEED, step};
    uint64_t began = profile_clock();
    if (training) {
        executor_train(b->executor, &work);
        executor_finish_step(b->executor);
    } else {
        executor_forward(b->executor, &work);
    }
    return 1e-3 * (double)(profile_clock() - began);
}

static void run(const struct bench_case *c)
{
    static double times[PASSES_MAX];
    struct error err = ERROR_INIT;
    bool training = strcmp(c->mode, "eval") != 0;
    struct built b = {
        .classes = c->numbers[CLASSES],
        .batch = c->numbers[BATCH],
        .is_layer = strcmp(c->mode, "layer") == 0,
    };
    if (build(&b, c, training, &err)) {
        printf("error %s\n", err.text);
        clear(&b);
        return;
    }
    pass(&b, training, 0); // touches all memory
    double wanted = 1e3 * c->numbers[MILLISECONDS];
    double spent = 0;
    int passes = 0;
    while (passes < PASSES_MAX && (spent < wanted || passes < PASSES_MIN)) {
        times[passes] = pass(&b, training, (uint64_t)passes + 1);
        spent += times[passes++];
    }
    qsort(times, (size_t)passes, sizeof times[0], by_size);
    printf("%.3f %.3f\n", times[passes / 2], times[0]);
    clear(&b);
}

// The next word; what is left stays in *rest.
static char *word(char **rest)
{
    return strsep(rest, " ");
}

static bool parse(struct bench_case *ret, char *line)
{
    static const char *const modes[] = {"layer", "train", "eval"};
    char *rest = line;
    bool known = false;
    ret->mode = word(&rest);
    for (int i = 0; i < 3 && ret->mode; i++) {
        known = known || strcmp(ret->mode, modes[i]) == 0;
    }
    for (int i = 0; i < NUMBERS; i++) {
        char *text = word(&rest);
        known = known && text && text_to_int(text, 1, 1 << 20, &ret->numbers[i]);
    }
    ret->net = rest;
    for (char *at = rest; at && *at; at++) {
        *at = *at == ';' ? '\n' : *at;
    }
    return known && rest;
}

int main(void)
{
    static char line[LINE_MAX_BYTES];
    blas_single_thread();
    while (fgets(line, sizeof line, stdin)) {
        struct bench_case c;
        line[strcspn(line, "\n")] = 0;
        if (parse(&c, line)) {
            run(&c);
        } else {
            printf("error not a case\n");
        }
        fflush(stdout);
    }
    return 0;
}
