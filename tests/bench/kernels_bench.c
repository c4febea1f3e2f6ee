// How long the kernels take, on one thread: microseconds per frame, and the
// GFLOP/s that a plain direct convolution would need to take as long. Times are
// the thread's own, of short samples: the best, and the median, which a busy
// machine moves and the best less so.
//
//   kernels-bench [SET [TEXT]]     one instruction set; rows that contain TEXT

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/random.h"
#include "core/nn/kernels/kernel_set.h"

enum { SAMPLES = 201, BLOCK = CONV_POOL_BLOCK };

static const double SAMPLE_SECONDS = 300e-6; // below a scheduler's time slice

// ---- measuring ----

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

struct report {
    const struct kernel_set *set;
    const char *filter; // or NULL
};

// Run and print one row; flops are those of the plain algorithm.
__attribute__((format(printf, 5, 6)))
static void measure(const struct report *report, double flops, void (*run)(void *), void *context,
                    const char *format, ...)
{
    char name[100];
    va_list list;
    va_start(list, format);
    vsnprintf(name, sizeof name, format, list);
    va_end(list);
    if (report->filter && !strstr(name, report->filter)) {
        return;
    }
    run(context);
    double start = now();
    run(context);
    int repeat = 1 + (int)(SAMPLE_SECONDS / (now() - start + 1e-9));
    double times[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        start = now();
        for (int k = 0; k < repeat; k++) {
            run(context);
        }
        times[i] = (now() - start) / repeat;
    }
    qsort(times, SAMPLES, sizeof times[0], compare);
    printf("%-5s %-52s %8.1f %8.1f", report->set->name, name, times[0] * 1e6,
           times[SAMPLES / 2] * 1e6);
    if (flops > 0) {
        printf(" %8.1f", flops / times[0] * 1e-9);
    }
    putchar('\n');
    fflush(stdout);
}

static float *floats(size_t count, uint64_t stream)
{
    size_t bytes = (count * sizeof(float) + 64) / 64 * 64;
    float *x = aligned_alloc(64, bytes);
    if (!x) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    struct random random;
    random_seed(&random, 1, stream);
    for (size_t i = 0; i < bytes / sizeof(float); i++) {
        x[i] = (float)random_unit(&random);
    }
    return x;
}

// ---- convolution, relu and pooling ----

struct conv_pool_case {
    struct conv_pool_plan plan;
    const struct conv_pool_kernels *kernels;
    float *in;
    float *weights;
    float *bias;
    float *out;
    float *out_gradient;
    float *in_gradient;
    float *prepared;
    float *scratch;
    uint8_t *saved;
};

static void run_prepare(void *context)
{
    struct conv_pool_case *c = context;
    conv_pool_prepare(&c->plan, c->prepared, c->weights, c->bias);
}

static void run_forward(void *context)
{
    struct conv_pool_case *c = context;
    c->kernels->forward(&c->plan, c->out, c->saved, c->in, c->prepared, c->scratch);
}

static void run_weight_gradient(void *context)
{
    struct conv_pool_case *c = context;
    c->kernels->weight_gradient(&c->plan, c->in, c->out_gradient, c->saved, c->scratch);
}

static void run_data_gradient(void *context)
{
    struct conv_pool_case *c = context;
    c->kernels->data_gradient(&c->plan, c->in_gradient, c->out_gradient, c->saved, c->prepared,
                              c->scratch);
}

// Weights of both signs, and a bias that leaves `alive` of the windows above
// zero: about what training sees.
static double set_bias(struct conv_pool_case *c, double alive)
{
    const struct conv_pool_shape *s = &c->plan.shape;
    size_t out = (size_t)c->plan.out_blocks * BLOCK * (size_t)s->pooled[0] * (size_t)s->pooled[1];
    double low = -8;
    double high = 8;
    double share = 0;
    for (int i = 0; i < 20; i++) {
        double middle = (low + high) / 2;
        for (int o = 0; o < s->outputs; o++) {
            c->bias[o] = (float)middle;
        }
        run_prepare(c);
        run_forward(c);
        size_t count = 0;
        for (size_t k = 0; k < out; k++) {
            count += c->out[k] > 0;
        }
        share = (double)count / ((double)s->outputs * s->pooled[0] * s->pooled[1]);
        *(share < alive ? &low : &high) = middle;
    }
    return share;
}

static void bench_conv_pool(const struct report *report, const struct conv_pool_shape *s)
{
    struct conv_pool_case c = {0};
    conv_pool_plan(&c.plan, s);
    c.kernels = s->planar ? report->set->planar : report->set->blocked;
    size_t in = (size_t)c.plan.in_blocks * BLOCK * (size_t)s->in[0] * (size_t)s->in[1];
    size_t windows = (size_t)s->pooled[0] * (size_t)s->pooled[1];
    size_t out = (size_t)c.plan.out_blocks * BLOCK * windows;
    size_t weights = (size_t)s->outputs * (size_t)s->channels * (size_t)s->size[0]
                   * (size_t)s->size[1];
    c.in = floats(in, 1);
    c.weights = floats(weights, 2);
    c.bias = floats((size_t)s->outputs, 3);
    c.out = floats(out, 4);
    c.out_gradient = floats(out, 5);
    c.in_gradient = floats(in, 6);
    c.prepared = floats(c.plan.prepared_bytes / sizeof(float), 7);
    c.scratch = floats(c.plan.scratch_bytes / sizeof(float), 8);
    c.saved = calloc(c.plan.saved_bytes, 1);
    double scale = 1 / sqrt(s->channels * s->size[0] * s->size[1]);
    for (size_t i = 0; i < weights; i++) {
        c.weights[i] = (float)((2 * (double)c.weights[i] - 1) * scale);
    }
    double alive = set_bias(&c, 0.88);
    memset(c.scratch, 0, c.plan.stage_at * sizeof(float));
    double flops = 2.0 * 4 * (double)windows * (double)weights;
    char name[64];
    snprintf(name, sizeof name, "%dx%dx%d to %d, %dx%d", s->channels, s->in[0], s->in[1],
             s->outputs, s->size[0], s->size[1]);
    measure(report, flops, run_forward, &c, "%s: forward", name);
    measure(report, flops, run_weight_gradient, &c, "%s: weight gradient, %.0f%% alive", name,
            100 * alive);
    if (c.kernels->data_gradient) {
        measure(report, flops, run_data_gradient, &c, "%s: data gradient, %.0f%% alive", name,
                100 * alive);
    }
    measure(report, 0, run_prepare, &c, "%s: prepare weights (once a step)", name);
    free(c.in);
    free(c.weights);
    free(c.bias);
    free(c.out);
    free(c.out_gradient);
    free(c.in_gradient);
    free(c.prepared);
    free(c.scratch);
    free(c.saved);
}

// ---- dense convolution ----

struct conv_case {
    struct conv_dense_plan plan;
    const struct conv_dense_kernels *kernels;
    float *in;
    float *weights;
    float *out;
    float *in_gradient;
    float *prepared;
    float *scratch;
};

static void run_conv_prepare(void *context)
{
    struct conv_case *c = context;
    c->kernels->prepare(&c->plan, c->prepared, c->weights, NULL, NULL);
}

static void run_conv_forward(void *context)
{
    struct conv_case *c = context;
    struct conv_finish end = {.relu = true};
    c->kernels->forward(&c->plan, c->out, c->in, c->prepared, &end, c->scratch);
}

static void run_conv_weight_gradient(void *context)
{
    struct conv_case *c = context;
    c->kernels->weight_gradient(&c->plan, c->in, c->out, c->scratch);
}

static void run_conv_data_gradient(void *context)
{
    struct conv_case *c = context;
    c->kernels->data_gradient(&c->plan, c->in_gradient, c->out, c->prepared, c->scratch);
}

static void bench_conv(const struct report *report, int channels, int in, int outputs, int size,
                       int stride, int padding)
{
    int out = (in + 2 * padding - size) / stride + 1;
    struct conv_dense_shape shape = {
        .channels = channels,
        .outputs = outputs,
        .window = {{in, in}, {out, out}, {size, size}, {stride, stride}, {padding, padding},
                   {1, 1}},
        .planar = channels <= CONV_DENSE_PLANES_MAX,
    };
    struct conv_case c = {.kernels = report->set->dense};
    conv_dense_plan(&c.plan, &shape);
    size_t in_size = (size_t)(c.plan.forward.depth * c.plan.forward.lanes) * (size_t)(in * in);
    size_t out_size = (size_t)c.plan.forward.blocks * BLOCK * (size_t)(out * out);
    size_t weights = (size_t)outputs * (size_t)channels * (size_t)(size * size);
    c.in = floats(in_size, 1);
    c.weights = floats(weights, 2);
    c.out = floats(out_size, 3);
    c.in_gradient = floats(in_size, 4);
    c.prepared = floats(c.plan.prepared_bytes / sizeof(float), 5);
    c.scratch = floats(c.plan.scratch_bytes / sizeof(float), 6);
    run_conv_prepare(&c);
    memset(c.scratch, 0, c.plan.stage_at * sizeof(float));
    double flops = 2.0 * out * out * (double)weights;
    char name[64];
    snprintf(name, sizeof name, "dense %dx%dx%d to %d, %dx%d, stride %d", channels, in, in,
             outputs, size, size, stride);
    measure(report, flops, run_conv_forward, &c, "%s: forward", name);
    measure(report, flops, run_conv_weight_gradient, &c, "%s: weight gradient", name);
    if (!shape.planar) {
        measure(report, flops, run_conv_data_gradient, &c, "%s: data gradient", name);
    }
    measure(report, 0, run_conv_prepare, &c, "%s: prepare", name);
    free(c.in);
    free(c.weights);
    free(c.out);
    free(c.in_gradient);
    free(c.prepared);
    free(c.scratch);
}

// ---- depthwise convolution ----

struct depth_case {
    const struct conv_depth_kernels *kernels;
    struct conv_depth_shape shape;
    float *in;
    float *out;
    float *table;
};

static void run_depth_forward(void *context)
{
    struct depth_case *c = context;
    c->kernels->forward(&c->shape, c->out, c->in, c->table);
}

static void run_depth_weight_gradient(void *context)
{
    struct depth_case *c = context;
    c->kernels->weight_gradient(&c->shape, c->table, c->in, c->out);
}

static void run_depth_data_gradient(void *context)
{
    struct depth_case *c = context;
    c->kernels->data_gradient(&c->shape, c->in, c->out, c->table);
}

static void bench_depth(const struct report *report, int channels, int in, int size, int stride)
{
    int out = (in - 1) / stride + 1;
    struct depth_case c = {
        .kernels = report->set->depth,
        .shape = {channels, {{in, in}, {out, out}, {size, size}, {stride, stride},
                             {size / 2, size / 2}, {1, 1}}},
        .in = floats((size_t)channels * (size_t)(in * in), 1),
        .out = floats((size_t)channels * (size_t)(out * out), 2),
    };
    c.table = floats(conv_depth_table(&c.shape), 3);
    double flops = 2.0 * channels * out * out * size * size;
    char name[64];
    snprintf(name, sizeof name, "depthwise %dx%dx%d, %dx%d, stride %d", channels, in, in, size,
             size, stride);
    measure(report, flops, run_depth_forward, &c, "%s: forward", name);
    measure(report, flops, run_depth_data_gradient, &c, "%s: data gradient", name);
    measure(report, flops, run_depth_weight_gradient, &c, "%s: weight gradient", name);
    free(c.in);
    free(c.out);
    free(c.table);
}

// ---- layer norm ----

struct row_case {
    const struct norm_row_kernels *kernels;
    struct norm_each each;
    float *x;
    float *y;
    float *dx;
    float *gradients;
    size_t count;
};

static void run_row(void *context)
{
    struct row_case *c = context;
    double sums[2] = {0, 0};
    c->kernels->add_moments(sums, c->x, c->count);
    c->kernels->normalise_each(c->y, c->x, &c->each, c->count);
    c->kernels->add_products_each(sums, c->gradients, c->gradients + c->count, c->y, c->x,
                                  &c->each, c->count);
    c->kernels->backward_each(c->dx, c->y, c->x, &c->each, 0, 0, c->count);
}

static void bench_row(const struct report *report, size_t count)
{
    float *weight = floats(count, 1);
    float *bias = floats(count, 2);
    struct row_case c = {
        .kernels = report->set->rows,
        .each = {.mean = 0.5f, .scale = 2, .weight = weight, .bias = bias},
        .x = floats(count, 3),
        .y = floats(count, 4),
        .dx = floats(count, 5),
        .gradients = floats(2 * count, 6),
        .count = count,
    };
    measure(report, 0, run_row, &c, "layer norm of %zu: all", count);
    free(weight);
    free(bias);
    free(c.x);
    free(c.y);
    free(c.dx);
    free(c.gradients);
}

// ---- the rest ----

struct linear_case {
    const struct linear_kernels *kernels;
    struct linear_size n;
    float *x;
    float *w;
    float *y;
    float *dw;
    float *dx;
};

static void run_linear(void *context)
{
    struct linear_case *c = context;
    c->kernels->forward(&c->n, c->y, c->x, c->w, NULL);
    c->kernels->weight_gradient(&c->n, c->dw, c->x, c->y);
    c->kernels->data_gradient(&c->n, c->dx, c->y, c->w);
}

static void bench_linear(const struct report *report, int in, int out)
{
    struct linear_case c = {
        .kernels = report->set->linear,
        .n = {2, in, out},
        .x = floats(2 * (size_t)in, 1),
        .w = floats((size_t)in * (size_t)out, 2),
        .y = floats(2 * (size_t)out, 3),
        .dw = floats((size_t)in * (size_t)out, 4),
        .dx = floats(2 * (size_t)in, 5),
    };
    measure(report, 6.0 * 2 * in * out, run_linear, &c, "linear %d to %d: all, of two images", in,
            out);
    free(c.x);
    free(c.w);
    free(c.y);
    free(c.dw);
    free(c.dx);
}

struct pixel_case {
    const struct pixel_kernels *kernels;
    float *planes;
    uint8_t *rgb;
    size_t pixels;
};

static void run_pixels(void *context)
{
    struct pixel_case *c = context;
    c->kernels->to_floats(c->planes, c->rgb, c->pixels);
}

static void bench_pixels(const struct report *report)
{
    struct pixel_case c = {report->set->pixels, floats(3 * 4096, 1), calloc(3 * 4096, 1), 4096};
    if (c.rgb) {
        measure(report, 0, run_pixels, &c, "64x64 pixels to floats");
    }
    free(c.planes);
    free(c.rgb);
}

static void bench_set(const struct report *report)
{
    static const struct conv_pool_shape shapes[] = {
        {3, 8, {64, 64}, {7, 7}, {0, 0}, {28, 28}, true},
        {8, 16, {28, 28}, {7, 7}, {0, 0}, {11, 11}, false},
        {3, 16, {64, 64}, {5, 5}, {2, 2}, {32, 32}, true},
        {16, 32, {32, 32}, {5, 5}, {2, 2}, {16, 16}, false},
        {3, 32, {64, 64}, {3, 3}, {1, 1}, {32, 32}, true},
        {32, 64, {32, 32}, {3, 3}, {1, 1}, {16, 16}, false},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        bench_conv_pool(report, &shapes[i]);
    }
    static const int convs[][6] = {
        // channels, size, outputs, kernel, stride, padding
        {3, 64, 16, 3, 2, 1}, {16, 32, 16, 3, 1, 1}, {16, 32, 32, 3, 2, 1},
        {32, 16, 32, 3, 1, 1}, {32, 16, 64, 3, 2, 1}, {64, 8, 64, 3, 1, 1},
        {16, 32, 8, 3, 1, 1}, {64, 16, 64, 1, 1, 0}, {32, 32, 32, 1, 2, 0},
        {16, 32, 16, 5, 1, 2}, {16, 32, 16, 7, 1, 3}, {128, 32, 128, 3, 1, 1},
        {3, 64, 32, 7, 2, 3},
    };
    for (size_t i = 0; i < sizeof convs / sizeof convs[0]; i++) {
        const int *n = convs[i];
        bench_conv(report, n[0], n[1], n[2], n[3], n[4], n[5]);
    }
    bench_depth(report, 16, 32, 3, 1);
    bench_depth(report, 16, 32, 3, 2);
    bench_depth(report, 16, 32, 7, 1);
    bench_row(report, 16384);
    bench_linear(report, 1936, 10);
    bench_pixels(report);
}

int main(int argc, char **argv)
{
    struct report report = {.filter = argc > 2 ? argv[2] : NULL};
    int found = 0;
    printf("%-5s %-52s %8s %8s %8s\n", "set", "kernel", "best us", "median", "GFLOP/s");
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        if (argc < 2 || strcmp(argv[1], "all") == 0 || strcmp(argv[1], (*set)->name) == 0) {
            report.set = *set;
            bench_set(&report);
            found++;
        }
    }
    if (!found) {
        fprintf(stderr, "kernels-bench: no instruction set '%s' here\n", argv[1]);
    }
    return found ? 0 : 2;
}
