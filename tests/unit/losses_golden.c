#include "tests/unit/losses_golden.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/train/loss.h"
#include "tests/unit/nn_fixture.h"

// As in make_losses_golden.py.
enum { IMAGES = 6, CLASSES = 5, STREAM_SCORES = 41, STREAM_WEIGHTS = 42, CASES_AT_LEAST = 21 };

struct batch {
    real scores[IMAGES][CLASSES];
    double weights[CLASSES];
};

static struct batch make_batch(void)
{
    struct batch b;
    for (int i = 0; i < IMAGES * CLASSES; i++) {
        double x = 3 * fixture_uniform(STREAM_SCORES, (uint64_t)i);
        b.scores[i / CLASSES][i % CLASSES] = (real)(i / CLASSES == IMAGES - 1 ? floor(4 * x) / 4
                                                                             : x);
    }
    for (int c = 0; c < CLASSES; c++) {
        b.weights[c] = 1 + 0.9 * fixture_uniform(STREAM_WEIGHTS, (uint64_t)c);
    }
    return b;
}

static struct loss_target target_of(int i, double share)
{
    return (struct loss_target){i % CLASSES, (i % CLASSES + 2) % CLASSES, share};
}

// The mean over the batch, as a trainer makes it.
static double mean_loss(const struct loss *loss, const struct batch *b, double share,
                        real gradient[IMAGES][CLASSES])
{
    double shares = 0;
    double sum = 0;
    for (int i = 0; i < IMAGES; i++) {
        shares += loss_share_mixed(loss, target_of(i, share));
    }
    for (int i = 0; i < IMAGES; i++) {
        sum += loss_compute_mixed(loss, b->scores[i], CLASSES, target_of(i, share), 1 / shares,
                                  gradient[i]);
    }
    return sum / shares;
}

struct tolerances {
    double value;
    double gradient;
};

static void check_line(const void *context, char *line)
{
    const struct tolerances *tolerances = context;
    struct batch b = make_batch();
    struct loss loss = loss_defaults();
    struct error err = ERROR_INIT;
    real gradient[IMAGES][CLASSES];
    char name[32];
    double share;
    int weighted;
    int used;
    assert_int_equal(sscanf(line, "%31s %lf %lf %d %lf %d %lf%n", name, &loss.smoothing,
                            &loss.margin, &loss.power, &loss.gamma, &weighted, &share, &used), 7);
    loss.kind = LOSS_KINDS;
    for (int k = 0; k < LOSS_KINDS; k++) {
        loss.kind = strcmp(loss_names[k], name) == 0 ? (enum loss_kind)k : loss.kind;
    }
    assert_true(loss.kind < LOSS_KINDS);
    loss.weights = weighted ? b.weights : NULL;
    assert_int_equal(loss_check(&loss, CLASSES, &err), 0);
    char *at = line + used;
    double expected = strtod(at, &at);
    double got = mean_loss(&loss, &b, share, gradient);
    if (!(fabs(got - expected) <= tolerances->value * fabs(expected))) {
        fail_msg("%.60s: %.17g, PyTorch has %.17g", line, got, expected);
    }
    double difference = 0;
    double size = 0;
    for (int i = 0; i < IMAGES * CLASSES; i++) {
        double one = strtod(at, &at);
        difference += pow((double)gradient[i / CLASSES][i % CLASSES] - one, 2);
        size += one * one;
    }
    assert_true(size > 0 && *at == '\n');
    if (!(sqrt(difference / size) <= tolerances->gradient)) {
        fail_msg("%.60s: gradient differs by %g", line, sqrt(difference / size));
    }
}

void losses_golden_check(double value_tolerance, double gradient_tolerance)
{
    struct tolerances tolerances = {value_tolerance, gradient_tolerance};
    assert_true(fixture_golden_lines("losses.golden", check_line, &tolerances)
                >= CASES_AT_LEAST);
}
