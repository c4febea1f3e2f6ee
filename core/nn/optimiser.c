#include "core/nn/optimiser.h"

#include "core/nn/kernels.h"

#include <math.h>
#include <stdlib.h>

struct optimiser_options optimiser_defaults(void)
{
    return (struct optimiser_options){
        .kind = OPTIMISER_RMSPROP,
        .lr = 1e-4,
        .alpha = 0.99,
        .eps = 1e-8,
    };
}

static int check_options(const struct optimiser_options *o, struct error *err)
{
    const struct {
        const char *name;
        double value;
        double low;
        double high;
    } ranges[] = {
        {"alpha", o->alpha, 0, 1},
        {"eps", o->eps, 0, 1},
        {"weight decay", o->weight_decay, 0, 1e6},
        {"momentum", o->momentum, 0, 1},
    };
    if (!(isfinite(o->lr) && o->lr > 0 && o->lr <= 1e6)) {
        return error_set(err, ERR_VALUE, "learning rate %g: above 0 and at most 1e6 is needed",
                         o->lr);
    }
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (!(ranges[i].value >= ranges[i].low && ranges[i].value <= ranges[i].high)) {
            return error_set(err, ERR_VALUE, "%s %g: %g to %g is needed", ranges[i].name,
                             ranges[i].value, ranges[i].low, ranges[i].high);
        }
    }
    return 0;
}

int optimiser_open(struct optimiser *ret, const struct optimiser_options *options, size_t total,
                   struct error *err)
{
    int code = check_options(options, err);
    if (code) {
        return code;
    }
    struct optimiser made = {.options = *options, .total = total};
    made.square_average = calloc(total, sizeof *made.square_average);
    if (options->momentum > 0) {
        made.momentum_buffer = calloc(total, sizeof *made.momentum_buffer);
    }
    if (!made.square_average || (options->momentum > 0 && !made.momentum_buffer)) {
        optimiser_close(&made);
        return error_nomem(err, "the optimiser");
    }
    *ret = made;
    return 0;
}

void optimiser_close(struct optimiser *optimiser)
{
    free(optimiser->square_average);
    free(optimiser->momentum_buffer);
    *optimiser = (struct optimiser){0};
}

void optimiser_step(struct optimiser *optimiser, real *parameters, const real *gradient,
                    size_t first, size_t count)
{
    // PyTorch computes 1 - alpha in double, then rounds each number once.
    const struct optimiser_options *o = &optimiser->options;
    struct rmsprop step = {
        .alpha = (real)o->alpha,
        .one_minus_alpha = (real)(1 - o->alpha),
        .lr = (real)o->lr,
        .eps = (real)o->eps,
        .weight_decay = (real)o->weight_decay,
        .momentum = (real)o->momentum,
    };
    real *momentum = optimiser->momentum_buffer;
    kernel_rmsprop(parameters + first, optimiser->square_average + first,
                   momentum ? momentum + first : NULL, gradient + first, &step, count);
}
