// Every layer and block of the product's float build against PyTorch's: output,
// gradients, buffers, evaluation, and the names and shapes of a state_dict.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/nn_bench.h"
#include "tests/unit/nn_fixture.h"

// Streams of the formula, and kinds of inputs; make_layers_golden.py has them too.
enum { STREAM_PARAMETER = 4, STREAM_X = 21, STREAM_DY = 22 };
enum { INPUT_TIES = 1 };

enum { CLASSES = 10, CASES_AT_LEAST = 38 };

static FILE *file;

static void read_bytes(void *to, size_t size)
{
    if (fread(to, 1, size, file) != size) {
        fail_msg("layers.golden is too short");
    }
}

static uint32_t read_number(void)
{
    uint32_t number;
    read_bytes(&number, sizeof number);
    return number;
}

static char *read_text(void)
{
    uint32_t size = read_number();
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    read_bytes(text, size);
    text[size] = 0;
    return text;
}

static void fill(struct bench *b, uint32_t kind)
{
    const struct parameters *all = &b->graph->parameters;
    uint64_t number = 0;
    for (size_t i = 0; i < b->in; i++) {
        double x = 2 * fixture_uniform(STREAM_X, i);
        bench_source(b)[i] = (real)(kind == INPUT_TIES ? floor(4 * x) / 4 : x);
    }
    for (size_t i = 0; i < b->out; i++) {
        b->output_gradient[i] = (real)fixture_uniform(STREAM_DY, i);
    }
    for (int k = 1; k < all->count; k++) { // behind "source"
        const struct parameter *p = &all->table[k];
        bool variance = strstr(p->name, "running_var");
        for (size_t i = 0; i < p->size; i++) {
            all->values[p->offset + i]
                = p->buffer ? variance
                            : (real)(0.5 * fixture_uniform(STREAM_PARAMETER, (number << 40) + i));
        }
        number += !p->buffer;
    }
}

static void check_state(const struct bench *b, const char *name, const char *expected)
{
    const struct parameters *all = &b->graph->parameters;
    char *got = NULL;
    size_t size;
    FILE *text = open_memstream(&got, &size);
    assert_non_null(text);
    for (int k = 1; k < all->count; k++) {
        const struct parameter *p = &all->table[k];
        fprintf(text, "%s ", p->name);
        for (int d = 0; d < p->dim_count; d++) {
            fprintf(text, "%s%d", d ? "x" : "", p->dim[d]);
        }
        fputc('\n', text);
    }
    fclose(text);
    if (strcmp(got, expected) != 0) {
        fail_msg("%s: parameters are\n%s\nPyTorch's are\n%s", name, got, expected);
    }
    free(got);
}

static void compare(const char *name, const char *tensor, const real *got, size_t got_count)
{
    uint32_t count = read_number();
    assert_int_equal(count, got_count);
    double difference = 0;
    double size = 0;
    for (size_t i = 0; i < count; i++) {
        float expected;
        read_bytes(&expected, sizeof expected);
        double d = (double)got[i] - (double)expected;
        difference += d * d;
        size += (double)expected * (double)expected;
    }
    double distance = size > 0 ? sqrt(difference / size) : sqrt(difference);
    if (!(distance < 1e-5)) {
        fail_msg("%s: %s differs by %.3g", name, tensor, distance);
    }
    if (distance > 2e-6) {
        print_message("# %s: %s differs by %.2g\n", name, tensor, distance);
    }
}

// Some gradients are nothing but rounding: behind a convolution with a bias
// stands a batch norm, which takes every constant away.
static bool is_noise(const struct parameters *all, const char *name)
{
    char other[PARAMETER_NAME_SIZE];
    int length = 0;
    int number = 0;
    for (const char *end = name + strlen(name); end > name; end--) {
        if (sscanf(end - 1, "%d.bias%n", &number, &length) == 1 && end[length - 1] == 0) {
            snprintf(other, sizeof other, "%.*s%d.running_mean", (int)(end - 1 - name), name,
                     number + 1);
            return parameters_find(all, other);
        }
    }
    return false;
}

static void compare_tensor(const struct bench *b, const struct bench *eval, const char *name)
{
    const struct parameters *all = &b->graph->parameters;
    char *tensor = read_text();
    if (strcmp(tensor, "output") == 0) {
        compare(name, tensor, b->output, b->out);
    } else if (strcmp(tensor, "input") == 0) {
        compare(name, tensor, bench_gradient(b), b->in);
    } else if (strcmp(tensor, "evaluation") == 0) {
        compare(name, tensor, eval->output, eval->out);
    } else if (is_noise(all, tensor)) {
        uint32_t count = read_number();
        for (uint32_t i = 0; i < count; i++) {
            float value;
            read_bytes(&value, sizeof value);
        }
    } else {
        const struct parameter *p = bench_parameter(b, tensor);
        const real *from = p->buffer ? all->values : bench_gradient(b);
        compare(name, tensor, from + p->offset, p->size);
    }
    free(tensor);
}

static void check_case(char *name)
{
    char *text = read_text();
    char *state = read_text();
    uint32_t n[6];
    for (int i = 0; i < 6; i++) {
        n[i] = read_number();
    }
    struct shape shape = {(int)n[0], (int)n[1], (int)n[2], n[3] != 0};
    int images = (int)n[4];
    struct bench b = bench_open(text, shape, images, CLASSES, 2, true);
    struct bench eval = bench_open(text, shape, images, CLASSES, 2, false);
    check_state(&b, name, state);
    fill(&b, n[5]);
    bench_run(&b);
    executor_finish_step(b.executor);
    memcpy(eval.graph->parameters.values, b.graph->parameters.values,
           b.graph->parameters.total * sizeof(real));
    bench_run(&eval);
    uint32_t tensors = read_number();
    assert_true(tensors >= 3);
    for (uint32_t i = 0; i < tensors; i++) {
        compare_tensor(&b, &eval, name);
    }
    bench_close(&b);
    bench_close(&eval);
    free(state);
    free(text);
    free(name);
}

static void test_all(void **state)
{
    (void)state;
    file = fixture_golden("layers.golden");
    int cases = 0;
    for (int c; (c = fgetc(file)) != EOF; cases++) {
        ungetc(c, file);
        check_case(read_text());
    }
    fclose(file);
    print_message("# %d cases\n", cases);
    assert_true(cases >= CASES_AT_LEAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
