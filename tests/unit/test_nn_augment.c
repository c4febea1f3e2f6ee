// Augmentation, in double: against a second implementation in Python, and what
// holds for every draw.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/train/augment.h"
#include "tests/unit/nn_fixture.h"

#ifndef NN_DOUBLE
#error "the comparison needs the double build"
#endif

// As in make_augment_golden.py.
enum {
    SAMPLES = 6,
    FRAMES = 2,
    HEIGHT = 12,
    WIDTH = 20,
    CLASSES = 3,
    PIXELS = HEIGHT * WIDTH,
    CASES_AT_LEAST = 100,
    DRAWS = 20000,
};

static const struct normalisation normalise = {{0.25, 0.5, 0.125}, {0.5, 0.25, 0.75}};
static const struct augment_ink plain = {.how = INK_WRITE, .weight = 1};

static void read_options(struct augment_options *o, char **at)
{
    double *const members[] = {&o->hflip, NULL, &o->scale[0], &o->scale[1], &o->aspect,
                               &o->rotate, &o->brightness, &o->contrast, &o->saturation,
                               &o->hue, &o->gain, &o->grey, &o->erase};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        double value = strtod(*at, at);
        if (members[i]) {
            *members[i] = value;
        } else {
            o->crop_pad = (int)value;
        }
    }
}

static void check_line(const void *context, char *line)
{
    const struct dataset *data = context;
    struct augment_options o = augment_defaults();
    char *at = line;
    read_options(&o, &at);
    uint64_t key = strtoull(at, &at, 10);
    size_t row = strtoul(at, &at, 10);
    struct error err = ERROR_INIT;
    assert_int_equal(augment_check(&o, &err), 0);
    struct augment_view view = augment_draw_view(&o, key, data, row);
    static real out[3 * PIXELS];
    augment_render(out, data->frames + (row * FRAMES + 1) * 3 * PIXELS, data, &view, &plain);
    double sums[2][3] = {{0}, {0}};
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < PIXELS; i++) {
            sums[0][c] += out[c * PIXELS + i] / PIXELS;
            sums[1][c] += out[c * PIXELS + i] * ((double)i / PIXELS - 0.3);
        }
    }
    for (int i = 0; i < 6; i++) {
        double expected = strtod(at, &at);
        // Sums of 240 numbers below 10: rounding, and no more.
        if (!(fabs(sums[i / 3][i % 3] - expected) <= 1e-10)) {
            fail_msg("%.70s: number %d is %.17g, expected %.17g", line, i, sums[i / 3][i % 3],
                     expected);
        }
    }
    assert_true(*at == '\n');
}

static void test_golden(void **state)
{
    (void)state;
    struct fixture_data f = fixture_data_make(SAMPLES, FRAMES, HEIGHT, WIDTH, CLASSES);
    f.data.normalise = &normalise;
    assert_true(fixture_golden_lines("augment.golden", check_line, &f.data) >= CASES_AT_LEAST);
    fixture_data_free(&f);
}

// ---- single options ----

static struct fixture_data small_data(void)
{
    return fixture_data_make(SAMPLES, FRAMES, HEIGHT, WIDTH, CLASSES);
}

static double source(const struct fixture_data *f, int y, int x, int c)
{
    return f->frames[3 * (y * WIDTH + x) + c] / 255.;
}

static int clamp(int x, int high)
{
    return x < 0 ? 0 : x > high ? high : x;
}

// A mirror image and whole steps move bytes: not a bit changes.
static void test_moves_are_exact(void **state)
{
    (void)state;
    enum { MOST = 2, WAYS = 2 * MOST + 1 };
    struct fixture_data f = small_data();
    struct augment_options o = augment_defaults();
    int seen[2][WAYS][WAYS] = {{{0}}};
    real out[3 * PIXELS];
    o.hflip = 0.5;
    o.crop_pad = MOST;
    for (uint64_t i = 0; i < 2000; i++) {
        struct augment_view view = augment_draw_view(&o, fixture_hash(51, i), &f.data, 0);
        bool flipped = view.at[0][0] < 0;
        int dx = (int)(view.at[0][2] - (flipped ? WIDTH - 1 : 0));
        int dy = (int)view.at[1][2];
        assert_true(abs(dx) <= MOST && abs(dy) <= MOST);
        seen[flipped][dy + MOST][dx + MOST]++;
        augment_render(out, f.frames, &f.data, &view, &plain);
        for (int k = 0; k < 3 * PIXELS; k++) {
            int x = k % WIDTH, y = k / WIDTH % HEIGHT;
            int from = clamp((flipped ? WIDTH - 1 - x : x) + dx, WIDTH - 1);
            double expected = source(&f, clamp(y + dy, HEIGHT - 1), from, k / PIXELS);
            assert_true(out[k] == expected);
        }
    }
    for (int i = 0; i < 2 * WAYS * WAYS; i++) { // 40 of each are expected
        int times = (&seen[0][0][0])[i];
        assert_true(times >= 12 && times <= 80);
    }
    fixture_data_free(&f);
}

// The part that is cut out lies in the frame; its area is uniform in the range.
static void test_crop(void **state)
{
    (void)state;
    struct fixture_data f = small_data();
    struct augment_options o = augment_defaults();
    o.scale[0] = 0.25;
    o.aspect = 1.2;
    double mean = 0, wide = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct augment_view v = augment_draw_view(&o, fixture_hash(52, i), &f.data, 1);
        double area = v.at[0][0] * v.at[1][1];
        assert_true(area >= 0.25 - 1e-12 && area <= 1 + 1e-12);
        double aspect = v.at[0][0] / v.at[1][1];
        assert_true(aspect >= 1 / 1.2 - 1e-12 && aspect <= 1.2 + 1e-12);
        assert_true(v.at[0][1] == 0 && v.at[1][0] == 0);
        for (int axis = 0; axis < 2; axis++) {
            double size = axis ? HEIGHT : WIDTH;
            double edge = v.at[axis][2] - v.at[axis][axis] / 2 + 0.5; // of the first pixel
            assert_true(edge >= -1e-9 && edge + v.at[axis][axis] * size <= size + 1e-9);
        }
        mean += area / DRAWS;
        wide += (double)(aspect > 1) / DRAWS;
    }
    // Wide or high ones near the full area do not fit and are drawn anew.
    assert_true(mean > 0.58 && mean < 0.626);
    assert_true(fabs(wide - 0.5) < 0.02);
    fixture_data_free(&f);
}

static void test_colours(void **state)
{
    (void)state;
    struct fixture_data f = small_data();
    struct augment_options o = augment_defaults();
    real out[3 * PIXELS];
    struct augment_view view = augment_draw_view(&o, 1, &f.data, 0);
    assert_true(!view.moved && !view.coloured && view.erased.x0 == view.erased.x1);
    o.grey = 1;
    view = augment_draw_view(&o, 1, &f.data, 0);
    augment_render(out, f.frames, &f.data, &view, &plain);
    for (int i = 0; i < PIXELS; i++) {
        double grey = 0.299 * source(&f, i / WIDTH, i % WIDTH, 0)
                    + 0.587 * source(&f, i / WIDTH, i % WIDTH, 1)
                    + 0.114 * source(&f, i / WIDTH, i % WIDTH, 2);
        for (int c = 0; c < 3; c++) {
            assert_true(fabs(out[c * PIXELS + i] - grey) < 1e-15);
        }
    }
    // Contrast keeps the mean grey of the whole sample, not of a frame.
    o = augment_defaults();
    o.contrast = 0.5;
    view = augment_draw_view(&o, 2, &f.data, 3);
    double before = 0, after = 0;
    static const double luma[3] = {0.299, 0.587, 0.114};
    for (int i = 0; i < FRAMES * 3 * PIXELS; i++) {
        double x = f.frames[3 * FRAMES * 3 * PIXELS + i] / 255.;
        before += luma[i % 3] * x;
        after += luma[i % 3] * (view.colour[i % 3][i % 3] * x + view.colour[i % 3][3]);
    }
    assert_true(view.colour[0][0] != 1 && fabs(before - after) < 1e-9);
    // Whatever is drawn, numbers stay those of a picture.
    o = (struct augment_options){.scale = {1, 1}, .aspect = 1, .brightness = 3, .contrast = 3,
                                 .saturation = 3, .hue = 0.5, .gain = 1};
    for (uint64_t i = 0; i < 50; i++) {
        view = augment_draw_view(&o, fixture_hash(53, i), &f.data, 0);
        augment_render(out, f.frames, &f.data, &view, &plain);
        for (int k = 0; k < 3 * PIXELS; k++) {
            assert_true(out[k] >= 0 && out[k] <= 1);
        }
    }
    fixture_data_free(&f);
}

// A third of a turn is the permutation of channels; the golden has the rest.
static void test_hue(void **state)
{
    (void)state;
    struct fixture_data f = small_data();
    struct augment_options o = augment_defaults();
    o.hue = 0.5;
    double least = 1, most = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct augment_view v = augment_draw_view(&o, fixture_hash(54, i), &f.data, 0);
        for (int row = 0; row < 3; row++) { // greys stay what they are
            assert_true(fabs(v.colour[row][0] + v.colour[row][1] + v.colour[row][2] - 1) < 1e-12);
        }
        least = fmin(least, v.colour[0][0]);
        most = fmax(most, v.colour[1][0]); // red to green
    }
    assert_true(least < -0.33 && most > 0.999);
    fixture_data_free(&f);
}

static void test_erase(void **state)
{
    (void)state;
    struct fixture_data f = small_data();
    f.data.normalise = &normalise;
    struct augment_options o = augment_defaults();
    o.erase = 0.25;
    int erased = 0;
    real whole[3 * PIXELS], out[3 * PIXELS];
    struct augment_view none = {.moved = false};
    augment_render(whole, f.frames, &f.data, &none, &plain);
    for (uint64_t i = 0; i < 4000; i++) {
        struct augment_view v = augment_draw_view(&o, fixture_hash(55, i), &f.data, 0);
        struct augment_box b = v.erased;
        int area = (b.x1 - b.x0) * (b.y1 - b.y0);
        erased += area > 0;
        assert_true(b.x0 >= 0 && b.y0 >= 0 && b.x1 <= WIDTH && b.y1 <= HEIGHT);
        assert_true(area == 0 || (area >= 1 && area <= 0.40 * PIXELS));
        augment_render(out, f.frames, &f.data, &v, &plain);
        for (int k = 0; k < 3 * PIXELS && i < 40; k++) {
            int x = k % WIDTH, y = k / WIDTH % HEIGHT;
            bool inside = x >= b.x0 && x < b.x1 && y >= b.y0 && y < b.y1;
            assert_true(out[k] == (inside ? 0 : whole[k]));
        }
    }
    assert_true(erased > 880 && erased < 1120);
    fixture_data_free(&f);
}

// ---- mixing ----

// Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1)).
static void test_mix_weights(void **state)
{
    (void)state;
    static const double alphas[] = {0.1, 0.4, 1, 5};
    for (size_t a = 0; a < sizeof alphas / sizeof alphas[0]; a++) {
        struct augment_options o = augment_defaults();
        o.mixup = alphas[a];
        double mean = 0, square = 0, third = 0;
        for (uint64_t i = 0; i < DRAWS; i++) {
            struct augment_mix mix = augment_draw_mix(&o, fixture_hash(56, i), HEIGHT, WIDTH);
            assert_true(mix.mixed && !mix.is_box && mix.weight >= 0 && mix.weight <= 1);
            mean += mix.weight / DRAWS;
            square += (mix.weight - 0.5) * (mix.weight - 0.5) / DRAWS;
            third += pow(mix.weight - 0.5, 3) / DRAWS;
        }
        // Five standard errors or more.
        assert_true(fabs(mean - 0.5) < 0.018 && fabs(third) < 0.006);
        assert_true(fabs(square * 4 * (2 * alphas[a] + 1) - 1) < 0.05);
    }
}

static void test_cutmix(void **state)
{
    (void)state;
    struct augment_options o = augment_defaults();
    o.cutmix = 1;
    double mean = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct augment_mix mix = augment_draw_mix(&o, fixture_hash(57, i), HEIGHT, WIDTH);
        struct augment_box b = mix.box;
        assert_true(mix.mixed && mix.is_box);
        assert_true(b.x0 >= 0 && b.x0 <= b.x1 && b.x1 <= WIDTH);
        assert_true(b.y0 >= 0 && b.y0 <= b.y1 && b.y1 <= HEIGHT);
        double area = (double)(b.x1 - b.x0) * (b.y1 - b.y0);
        assert_true(mix.weight == 1 - area / PIXELS);
        mean += mix.weight / DRAWS;
    }
    assert_true(mean > 0.6 && mean < 0.8); // boxes at the edge are cut off
    // With both, each takes half of the samples.
    o.mixup = 1;
    int boxes = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        boxes += augment_draw_mix(&o, fixture_hash(58, i), HEIGHT, WIDTH).is_box;
    }
    assert_true(abs(boxes - DRAWS / 2) < 400);
    o = augment_defaults();
    assert_true(!augment_draw_mix(&o, 1, HEIGHT, WIDTH).mixed);
}

// Wide frames are rendered in pieces, and turned ones by another loop.
static void test_wide_frames(void **state)
{
    (void)state;
    enum { HIGH = 3, WIDE = 700 };
    struct fixture_data f = fixture_data_make(1, 1, HIGH, WIDE, 2);
    static real out[3 * HIGH * WIDE];
    struct augment_view view = {.moved = true, .at = {{-0.5, 0, WIDE - 1}, {0, 1, 0}}};
    augment_render(out, f.frames, &f.data, &view, &plain);
    for (int k = 0; k < 3 * HIGH * WIDE; k++) {
        int x = k % WIDE, y = k / WIDE % HIGH, c = k / WIDE / HIGH;
        double at = WIDE - 1 - 0.5 * x;
        const uint8_t *row = f.frames + 3 * y * WIDE + c;
        int low = (int)at;
        double high = row[3 * clamp(low + 1, WIDE - 1)];
        double expected = (row[3 * low] + (at - low) * (high - row[3 * low])) / 255;
        assert_true(fabs(out[k] - expected) < 1e-14);
    }
    fixture_data_free(&f);
}

static void test_refusals(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct augment_options o = augment_defaults();
    assert_int_equal(augment_check(&o, &err), 0);
    assert_false(augment_is_on(&o));
    o.scale[0] = 0.5;
    o.scale[1] = 0.4;
    assert_int_equal(augment_check(&o, &err), ERR_VALUE);
    assert_non_null(strstr(err.text, "the largest scale is 0.4; 0.5 to 1"));
    o = augment_defaults();
    o.hue = NAN;
    err = (struct error)ERROR_INIT;
    assert_int_equal(augment_check(&o, &err), ERR_VALUE);
    assert_non_null(strstr(err.text, "hue is nan"));
    o.hue = 0;
    o.crop_pad = -1;
    assert_int_equal(augment_check(&o, &err), ERR_VALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),      cmocka_unit_test(test_moves_are_exact),
        cmocka_unit_test(test_crop),        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_hue),         cmocka_unit_test(test_erase),
        cmocka_unit_test(test_mix_weights), cmocka_unit_test(test_cutmix),
        cmocka_unit_test(test_wide_frames), cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
