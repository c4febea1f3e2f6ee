// What text becomes: shapes, names, first values, and errors.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/graph/graph.h"
#include "core/nn/graph/net.h"
#include "core/nn/graph/net_graph.h"
#include "tests/unit/nn_fixture.h"

static const char tutorial[] = "conv 7x7x8\nrelu\nmaxpool 2\nconv 7x7x16\nrelu\nmaxpool 2\n"
                               "flatten\nrelu\nlinear";

static const struct net_input frame = {3, 64, 64, 1};

static void expect_parameter(struct net *net, int index, const char *name, int count,
                             const int *dims)
{
    const struct parameters *all = net_parameters(net);
    const struct parameter *p = &all->table[index];
    assert_string_equal(p->name, name);
    assert_int_equal(p->dim_count, count);
    assert_memory_equal(p->dim, dims, (size_t)count * sizeof *dims);
    size_t size = 1;
    for (int i = 0; i < count; i++) {
        size *= (size_t)dims[i];
    }
    assert_int_equal(p->size, size);
    assert_ptr_equal(parameters_find(all, name), p);
}

static void test_tutorial(void **state)
{
    (void)state;
    struct net *net = fixture_net(tutorial, frame, 10);
    assert_int_equal(net_parameters(net)->count, 6);
    expect_parameter(net, 0, "0.weight", 4, (int[]){8, 3, 7, 7});
    expect_parameter(net, 1, "0.bias", 1, (int[]){8});
    expect_parameter(net, 2, "3.weight", 4, (int[]){16, 8, 7, 7});
    expect_parameter(net, 3, "3.bias", 1, (int[]){16});
    expect_parameter(net, 4, "8.weight", 2, (int[]){10, 16 * 11 * 11});
    expect_parameter(net, 5, "8.bias", 1, (int[]){10});
    assert_int_equal(net_parameters(net)->total, 26842);
    assert_int_equal((uintptr_t)net_parameters(net)->values % 64, 0);
    assert_null(parameters_find(net_parameters(net), "1.weight"));
    assert_int_equal(net_classes(net), 10);
    assert_int_equal(net_input(net).width, 64);
    double expected = 8. * 58 * 58 * 3 * 49 + 16. * 23 * 23 * 8 * 49 + 10. * 1936;
    assert_true(net_multiply_adds(net) == expected);
    for (size_t i = 0; i < net_parameters(net)->total; i++) {
        assert_true(net_parameters(net)->values[i] == 0);
    }
    net_close(&net);
    assert_null(net);
    net_close(&net);
}

static void expect_shape(const char *text, struct net_input input, int value, int channels,
                         int height, int width)
{
    struct net *net = fixture_net(text, input, 4);
    struct shape shape = net_graph(net)->values[value].shape;
    assert_int_equal(shape.channels, channels);
    assert_int_equal(shape.height, height);
    assert_int_equal(shape.width, width);
    net_close(&net);
}

// The expected numbers are PyTorch's.
static void test_shapes(void **state)
{
    (void)state;
    struct net_input in = {3, 17, 24, 1};
    expect_shape("conv 3x5x6\nflatten\nlinear", in, 1, 6, 15, 20);
    expect_shape("conv 3x3x6 stride=2\nflatten\nlinear", in, 1, 6, 8, 11);
    expect_shape("conv 3x3x6 stride=2x3 padding=1x0\nflatten\nlinear", in, 1, 6, 9, 8);
    expect_shape("conv 3x3x6 dilation=2x4\nflatten\nlinear", in, 1, 6, 13, 16);
    expect_shape("conv 3x3x6 groups=3\nflatten\nlinear", in, 1, 6, 15, 22);
    expect_shape("maxpool 2\nflatten\nlinear", in, 1, 3, 8, 12);
    expect_shape("maxpool 3 stride=2 padding=1\nflatten\nlinear", in, 1, 3, 9, 12);
    expect_shape("maxpool 2x3\nflatten\nlinear", in, 1, 3, 8, 8);
    expect_shape("flatten\nlinear", in, 1, 3 * 17 * 24, 1, 1);
    expect_shape("flatten\nlinear 9\nrelu\nlinear", in, 3, 9, 1, 1);
    expect_shape("\n\nconv 3x3x2\n\nflatten\nlinear 4", in, 1, 2, 15, 22);
}

static void test_options_change_parameters(void **state)
{
    (void)state;
    struct net *net = fixture_net("conv 3x3x6 groups=3 bias=off\nrelu\nflatten\nlinear bias=off",
                                  frame, 4);
    assert_int_equal(net_parameters(net)->count, 2);
    expect_parameter(net, 0, "0.weight", 4, (int[]){6, 1, 3, 3});
    expect_parameter(net, 1, "3.weight", 2, (int[]){4, 6 * 62 * 62});
    net_close(&net);
}

// ---- first values ----

static void test_init(void **state)
{
    (void)state;
    struct net *net = fixture_net(tutorial, frame, 10);
    struct net *again = fixture_net(tutorial, frame, 10);
    struct parameters *all = net_parameters(net);
    static const double fan_in[] = {147, 147, 392, 392, 1936, 1936};
    net_init(net, 54321);
    net_init(again, 54321);
    assert_memory_equal(all->values, net_parameters(again)->values, all->total * sizeof(real));
    net_init(again, 54322);
    for (int k = 0; k < all->count; k++) {
        const struct parameter *p = &all->table[k];
        double bound = 1 / sqrt(fan_in[k]);
        double sum = 0;
        double squares = 0;
        for (size_t i = 0; i < p->size; i++) {
            double x = (double)all->values[p->offset + i];
            assert_true(fabs(x) <= bound * 1.000001);
            assert_true(p->size < 100 || x != (double)net_parameters(again)->values[i]);
            sum += x;
            squares += x * x;
        }
        if (p->size > 1000) { // uniform: mean 0, variance bound^2 / 3
            double n = (double)p->size;
            assert_true(fabs(sum / n) < 4 * bound / sqrt(3 * n));
            assert_true(fabs(squares / n / (bound * bound / 3) - 1) < 0.1);
        }
    }
    net_close(&again);
    // What comes later in a net leaves what is before as it was.
    again = fixture_net("conv 7x7x8\nrelu\nmaxpool 2\nconv 7x7x16\nflatten\nlinear 30\nlinear",
                        frame, 10);
    net_init(again, 54321);
    assert_memory_equal(all->values, net_parameters(again)->values,
                        all->table[4].offset * sizeof(real));
    net_close(&again);
    net_close(&net);
}

// ---- errors ----

static void expect_error(const char *text, struct net_input input, int classes, int code,
                         const char *part)
{
    struct net_spec *spec = fixture_spec(text);
    struct net *net = (struct net *)spec; // must stay as it is
    struct error err = ERROR_INIT;
    int got = net_build(&net, spec, input, classes, &err);
    if (got != code || !strstr(err.text, part) || !strstr(err.text, "test.net")) {
        fail_msg("'%s': %d '%s'; expected %d '%s'", text, got, err.text, code, part);
    }
    assert_ptr_equal(net, spec);
    fixture_spec_free(&spec);
}

static void expect_value_error(const char *text, const char *part)
{
    expect_error(text, frame, 10, ERR_VALUE, part);
}

static void test_errors_of_words(void **state)
{
    (void)state;
    expect_value_error("covn 7x7x8", "test.net, line 1: there is no layer 'covn'; did you mean "
                       "'conv'?");
    expect_value_error("\nqwertyuiop", "line 2: there is no layer 'qwertyuiop'");
    expect_value_error("\x1b[2J", "no layer '\\x1b[2J'");
    expect_value_error("conv 7x7", "line 1: conv: '7x7' where height x width x outputs is");
    expect_value_error("conv", "conv: '' where height x width x outputs");
    expect_value_error("conv 0x7x8", "'0x7x8'");
    expect_value_error("conv 7x7x8x9", "'7x7x8x9'");
    expect_value_error("conv 7x7x99999999999", "'7x7x99999999999'");
    expect_value_error("conv 7x7x8 9", "'9' is too much; write: conv HEIGHT");
    expect_value_error("conv 7x7x8 strid=2", "no option 'strid' (did you mean 'stride'?)");
    expect_value_error("conv 7x7x8 stride=0", "stride=0: one number");
    expect_value_error("conv 7x7x8 stride=2x", "stride=2x");
    expect_value_error("conv 7x7x8 stride=2x2x2", "stride=2x2x2");
    expect_value_error("conv 7x7x8 stride=1 stride=2", "'stride' is given twice");
    expect_value_error("conv 7x7x8 padding=-1", "padding=-1");
    expect_value_error("conv 7x7x8 groups=3", "groups=3 must divide both the 3 channels it reads "
                       "and its 8 outputs");
    expect_value_error("conv 7x7x8 bias=yes", "bias=yes: on or off");
    expect_value_error("conv 7x7x8 {", "takes no { } block");
    expect_value_error("relu 3", "'3' is too much; write: relu");
    expect_value_error("relu inplace=on", "no option 'inplace'");
    expect_value_error("maxpool", "the window's size");
    expect_value_error("maxpool 0", "'0'");
    expect_value_error("maxpool 3 padding=2", "padding=2x2 is more than half");
    expect_value_error("flatten\nlinear 0", "line 2: linear: '0'");
    expect_value_error("flatten 2", "'2' is too much");
}

static void test_errors_of_shapes(void **state)
{
    (void)state;
    expect_value_error("", "no layers");
    expect_value_error("maxpool 16\nconv 5x5x2", "line 2: conv: a window of 5x5 does not fit "
                       "planes of 4x4");
    expect_value_error("conv 33x3x2 dilation=2x1", "a window of 65x3 does not fit planes of 64x64");
    expect_value_error("maxpool 65", "line 1: maxpool: a window of 65x65");
    expect_value_error("linear", "line 1: linear: needs a row to read, but gets planes of "
                       "3x64x64: put 'flatten'");
    expect_value_error("flatten\nconv 3x3x3", "line 2: conv: needs planes to read, but gets a row "
                       "of 12288");
    expect_value_error("flatten\nmaxpool 2", "line 2: maxpool: needs planes");
    expect_value_error("conv 7x7x8\nrelu", "line 2: the last layer gives 8x58x58, but one number "
                       "for each of the 10 classes");
    expect_value_error("flatten\nlinear 11", "gives a row of 11");
    expect_value_error("conv 64x64x10", "gives 10x1x1");
    expect_error("flatten", (struct net_input){3, 1, 1, 1}, 3, ERR_VALUE,
                 "no layer has parameters");
    expect_error(tutorial, (struct net_input){0, 64, 64, 1}, 10, ERR_VALUE, "0 channels");
    expect_error(tutorial, (struct net_input){3, 64, -1, 1}, 10, ERR_VALUE, "-1x64");
    expect_error(tutorial, (struct net_input){3, 65536, 65536, 1}, 10, ERR_VALUE, "65536");
    expect_error(tutorial, frame, 0, ERR_VALUE, "0 classes");
    expect_error(tutorial, frame, 70000, ERR_VALUE, "70000 classes");
}

static void test_errors_of_size(void **state)
{
    (void)state;
    // Each line is possible, the whole is not: refused before it is tried.
    static char text[16 * 1024];
    strcpy(text, "flatten");
    for (int i = 0; i < 300; i++) {
        strcat(text, "\nlinear 160000\nlinear 13000");
    }
    strcat(text, "\nlinear");
    expect_error(text, frame, 10, ERR_NOMEM, "GiB of memory, this machine has");
    expect_value_error("flatten\nlinear 2000000", "weight would have more than 2147483647");
    expect_error("conv 1x1x4096\nflatten\nlinear", (struct net_input){1, 4096, 4096, 1}, 10,
                 ERR_VALUE, "more than 2147483647 numbers per frame");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tutorial),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_options_change_parameters),
        cmocka_unit_test(test_init),
        cmocka_unit_test(test_errors_of_words),
        cmocka_unit_test(test_errors_of_shapes),
        cmocka_unit_test(test_errors_of_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
