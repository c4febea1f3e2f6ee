// The table of train --profile.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/train/profile_table.h"

enum { MILLISECOND = 1000000 };

// A layer of 3 million multiply-adds with parameters and a gradient to hand
// back, and one without products that has a long name.
static struct profile *counted(int threads, uint64_t scale)
{
    struct error err = ERROR_INIT;
    struct node nodes[2] = {
        {.label = (char[]){"line 7: conv, line 8: relu"}, .inputs = {0}, .input_count = 1,
         .output = 1, .multiply_adds = 3e6, .trained = 10},
        // 27 bytes, the 24th and 25th of them one character: the line is cut before it
        {.label = (char[]){"line 12: abcdefghijklmnopqrst\xc3\xa4xy"}, .inputs = {1},
         .input_count = 1, .output = 2},
    };
    struct value values[3] = {{.needs_gradient = true}, {.needs_gradient = true},
                              {.needs_gradient = true}};
    struct graph graph = {.nodes = nodes, .node_count = 2, .values = values, .value_count = 3};
    struct profile *profile = NULL;
    assert_int_equal(profile_open(&profile, threads, &err), 0);
    assert_int_equal(profile_set_graph(profile, &graph, &err), 0);
    uint64_t began = profile_clock() - 200 * scale;
    profile_lap_node(profile, 0, 0, PROFILE_FORWARD, &began);
    began = profile_clock() - 300 * scale;
    profile_lap_node(profile, 0, 0, PROFILE_BACKWARD, &began);
    began = profile_clock() - 100 * scale;
    profile_lap_node(profile, 0, 1, PROFILE_FORWARD, &began);
    began = profile_clock() - 50 * scale;
    profile_lap_part(profile, 0, PROFILE_OPTIMISER, &began);
    profile_count_step(profile, 1000, profile_clock() - 1000 * scale);
    return profile;
}

static char *print(const struct profile *profile, double peak)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    profile_table_print(out, profile, peak, "avx2");
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_says(const char *text, const char *line)
{
    if (!strstr(text, line)) {
        fail_msg("not there: '%s' in\n%s", line, text);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    // A second of one thread for 1000 images, 20 GFLOP/s at best. What passes
    // between two calls here is far below the digits that are shown.
    struct profile *profile = counted(1, MILLISECOND);
    char *text = print(profile, 20e9);
    assert_says(text, "\n7 conv, 8 relu              50.0%   200.0");
    assert_says(text, "    30.0  150%   300.0"); // 6 GFLOP in 0.2 s
    assert_says(text, "    40.0  200%\n");       // twice that in 0.3 s
    assert_says(text, "\n12 abcdefghijklmnopqrst..   10.0%   100.0");
    assert_says(text, "\noptimiser                    5.0%    50.0");
    assert_says(text, "\nloss                         0.0%     0.00\n");
    assert_says(text, "\nwaiting, all else           35.0%   350.0");
    assert_says(text, "\n1 steps, 1000 frames in 1.00 s on 1 thread: 1000 frames/s\n");
    assert_says(text, "\n18.0 GFLOP/s, 90% of the 20.0 of bare multiply-adds with --cpu avx2\n");
    free(text);
    profile_close(&profile);
}

static void test_two_threads(void **state)
{
    (void)state;
    struct profile *profile = counted(2, MILLISECOND);
    char *text = print(profile, 40e9);
    assert_says(text, "\n7 conv, 8 relu              25.0%   200.0"); // of two seconds
    assert_says(text, "    30.0  150%   300.0"); // a layer's peak is a thread's
    assert_says(text, " on 2 threads: 1000 frames/s\n18.0 GFLOP/s, 45% of the 40.0 ");
    free(text);
    profile_close(&profile);
}

static void check_shape(const char *text)
{
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        size_t columns = 0;
        for (size_t i = 0; i < length; i++) {
            columns += ((unsigned char)line[i] & 0xc0) != 0x80;
        }
        if (columns > 80 || (length > 0 && line[length - 1] == ' ')) {
            fail_msg("%zu columns: '%.*s'", columns, (int)length, line);
        }
        assert_int_equal(line[length], '\n');
        line += length + 1;
    }
}

static void test_shape(void **state)
{
    (void)state;
    for (uint64_t scale = 2000; scale <= (uint64_t)10000 * MILLISECOND; scale *= 100) {
        struct profile *profile = counted(2, scale);
        char *text = print(profile, 1e13);
        check_shape(text);
        free(text);
        profile_close(&profile);
    }
    struct error err = ERROR_INIT;
    struct profile *empty = NULL;
    assert_int_equal(profile_open(&empty, 1, &err), 0);
    char *text = print(empty, 0);
    check_shape(text);
    assert_says(text, "\n0 steps, 0 frames in 0.00 s on 1 thread: 0 frames/s\n");
    free(text);
    profile_close(&empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_two_threads),
        cmocka_unit_test(test_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
