#include "core/nn/train/optimiser.h"

#include "core/nn/train/optimiser_rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const optimiser_names[OPTIMISER_KINDS + 1] = {
    "rmsprop", "sgd", "adam", "adamw", "adagrad", "adadelta", NULL,
};

// Where a kind's arrays stand. Those that options can do without come last
// but for RMSprop, which has two of them.
enum {
    SGD_BUFFER = 0,
    SQUARES = 0, // RMSprop, Adagrad, Adadelta
    EXP_AVG = 0,
    EXP_AVG_SQ = 1,
    MAX_EXP_AVG_SQ = 2,
    ACC_DELTA = 1,
};

struct optimiser_options optimiser_defaults(enum optimiser_kind kind)
{
    struct optimiser_options o = {
        .kind = kind, .lr = 1e-3, .eps = 1e-8, .alpha = 0.99, .beta1 = 0.9, .beta2 = 0.999,
        .rho = 0.9,
    };
    switch (kind) {
    case OPTIMISER_RMSPROP:
        o.lr = 1e-4;
        break;
    case OPTIMISER_ADAMW:
        o.weight_decay = 1e-2;
        break;
    case OPTIMISER_ADAGRAD:
        o.lr = 1e-2;
        o.eps = 1e-10;
        break;
    case OPTIMISER_ADADELTA:
        o.lr = 1;
        o.eps = 1e-6;
        break;
    default:
        break;
    }
    return o;
}

bool optimiser_has_momentum(enum optimiser_kind kind)
{
    return kind != OPTIMISER_ADAGRAD && kind != OPTIMISER_ADADELTA;
}

static int check_options(const struct optimiser_options *o, struct error *err)
{
    const struct {
        const char *name;
        double value;
        double high;
    } ranges[] = {
        {"weight decay", o->weight_decay, 1e6},
        {"eps", o->eps, 1},
        {"momentum", o->momentum, 1},
        {"dampening", o->dampening, 1},
        {"alpha", o->alpha, 1},
        {"beta1", o->beta1, 1 - 1e-9}, // at 1 the bias corrections are 0
        {"beta2", o->beta2, 1 - 1e-9},
        {"lr decay", o->lr_decay, 1e6},
        {"initial accumulator value", o->initial_accumulator_value, 1e6},
        {"rho", o->rho, 1},
        {"clip norm", o->clip_norm, 1e30},
        {"clip value", o->clip_value, 1e30},
    };
    if (!(isfinite(o->lr) && o->lr > 0 && o->lr <= 1e6)) {
        return error_set(err, ERR_VALUE, "learning rate %g: above 0 and at most 1e6 is needed",
                         o->lr);
    }
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (!(ranges[i].value >= 0 && ranges[i].value <= ranges[i].high)) {
            return error_set(err, ERR_VALUE, "%s %g: 0 to %.9g is needed", ranges[i].name,
                             ranges[i].value, ranges[i].high);
        }
    }
    if (o->kind == OPTIMISER_SGD && o->nesterov && (o->momentum <= 0 || o->dampening != 0)) {
        return error_set(err, ERR_VALUE, "nesterov with momentum %g and dampening %g: a momentum "
                         "above 0 and dampening 0 are needed", o->momentum, o->dampening);
    }
    return 0;
}

// ---- arrays ----

// Which arrays there are, by their names; NULL where one is not needed.
static void name_arrays(struct optimiser *o, bool moving)
{
    bool momentum = o->options.momentum > 0 || moving;
    const char *names[OPTIMISER_ARRAYS_MAX] = {NULL};
    switch (o->options.kind) {
    case OPTIMISER_SGD:
        names[SGD_BUFFER] = momentum ? "momentum_buffer" : NULL;
        break;
    case OPTIMISER_ADAM:
    case OPTIMISER_ADAMW:
        names[EXP_AVG] = "exp_avg";
        names[EXP_AVG_SQ] = "exp_avg_sq";
        names[MAX_EXP_AVG_SQ] = o->options.amsgrad ? "max_exp_avg_sq" : NULL;
        break;
    case OPTIMISER_ADAGRAD:
        names[SQUARES] = "sum";
        break;
    case OPTIMISER_ADADELTA:
        names[SQUARES] = "square_avg";
        names[ACC_DELTA] = "acc_delta";
        break;
    default:
        names[SQUARES] = "square_avg";
        names[1] = o->options.centered ? "grad_avg" : momentum ? "momentum_buffer" : NULL;
        names[2] = o->options.centered && momentum ? "momentum_buffer" : NULL;
        break;
    }
    for (int i = 0; i < OPTIMISER_ARRAYS_MAX && names[i]; i++) {
        o->arrays[o->array_count++].name = names[i];
    }
}

int optimiser_array_count(const struct optimiser_options *options, bool moving)
{
    struct optimiser named = {.options = *options};
    name_arrays(&named, moving);
    return named.array_count;
}

int optimiser_open(struct optimiser *ret, const struct optimiser_options *options, bool moving,
                   size_t total, struct error *err)
{
    enum { ALIGNMENT = 64 };
    int code = check_options(options, err);
    if (code) {
        return code;
    }
    struct optimiser made = {.options = *options, .total = total};
    if (total > (SIZE_MAX - ALIGNMENT) / sizeof(real)) {
        return error_nomem(err, "the optimiser");
    }
    size_t bytes = (total * sizeof(real) + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    name_arrays(&made, moving);
    for (int i = 0; i < made.array_count; i++) {
        made.arrays[i].values = aligned_alloc(ALIGNMENT, bytes);
        if (!made.arrays[i].values) {
            optimiser_close(&made);
            return error_nomem(err, "the optimiser");
        }
        memset(made.arrays[i].values, 0, bytes);
    }
    if (options->kind == OPTIMISER_ADAGRAD) {
        for (size_t i = 0; i < total; i++) {
            made.arrays[SQUARES].values[i] = (real)options->initial_accumulator_value;
        }
    }
    *ret = made;
    return 0;
}

void optimiser_close(struct optimiser *optimiser)
{
    for (int i = 0; i < optimiser->array_count; i++) {
        free(optimiser->arrays[i].values);
    }
    *optimiser = (struct optimiser){0};
}

// ---- steps ----

void optimiser_begin(struct optimiser *o, double lr, double momentum, double norm)
{
    o->steps++;
    o->lr = lr;
    o->momentum = momentum;
    o->scale = 1;
    if (o->options.clip_norm > 0) {
        double scale = o->options.clip_norm / (norm + 1e-6);
        o->scale = scale < 1 ? scale : 1;
    }
}

static struct rule common_rule(const struct optimiser *o)
{
    return (struct rule){
        .lr = (real)o->lr,
        .scale = (real)o->scale,
        .limit = o->options.clip_value > 0 ? (real)o->options.clip_value : (real)INFINITY,
        .weight_decay = (real)o->options.weight_decay,
        .eps = (real)o->options.eps,
    };
}

// The array of this name from parameter `first` on, or NULL.
static real *array_at(const struct optimiser *o, int index, const char *name, size_t first)
{
    bool is_there = index < o->array_count && strcmp(o->arrays[index].name, name) == 0;
    return is_there ? o->arrays[index].values + first : NULL;
}

static void step_rmsprop(const struct optimiser *o, real *p, const real *gradient, size_t first,
                         size_t count)
{
    struct rule_rmsprop rule = {
        .common = common_rule(o),
        .alpha = (real)o->options.alpha,
        .one_minus_alpha = (real)(1 - o->options.alpha),
        .momentum = (real)o->momentum,
    };
    real *mean = array_at(o, 1, "grad_avg", first);
    rule_rmsprop(p, o->arrays[SQUARES].values + first, mean,
                 array_at(o, mean ? 2 : 1, "momentum_buffer", first), gradient, &rule, count);
}

static void step_sgd(const struct optimiser *o, real *p, const real *gradient, size_t first,
                     size_t count)
{
    struct rule_sgd rule = {
        .common = common_rule(o),
        .momentum = (real)o->momentum,
        .one_minus_dampening = o->steps == 1 ? 1 : (real)(1 - o->options.dampening),
        .nesterov = o->options.nesterov,
    };
    rule_sgd(p, array_at(o, SGD_BUFFER, "momentum_buffer", first), gradient, &rule, count);
}

static void step_adam(const struct optimiser *o, real *p, const real *gradient, size_t first,
                      size_t count)
{
    double beta1 = o->momentum, beta2 = o->options.beta2;
    double steps = (double)o->steps;
    bool decoupled = o->options.kind == OPTIMISER_ADAMW;
    struct rule_adam rule = {
        .common = common_rule(o),
        .shrink = decoupled ? (real)(1 - o->lr * o->options.weight_decay) : 1,
        .beta1 = (real)beta1,
        .one_minus_beta1 = (real)(1 - beta1),
        .beta2 = (real)beta2,
        .one_minus_beta2 = (real)(1 - beta2),
        .root_correction = (real)sqrt(1 - pow(beta2, steps)),
    };
    rule.common.lr = (real)(o->lr / (1 - pow(beta1, steps)));
    if (decoupled) {
        rule.common.weight_decay = 0;
    }
    rule_adam(p, o->arrays[EXP_AVG].values + first, o->arrays[EXP_AVG_SQ].values + first,
              array_at(o, MAX_EXP_AVG_SQ, "max_exp_avg_sq", first), gradient, &rule, count);
}

static void step_adagrad(const struct optimiser *o, real *p, const real *gradient, size_t first,
                         size_t count)
{
    struct rule rule = common_rule(o);
    rule.lr = (real)(o->lr / (1 + (double)(o->steps - 1) * o->options.lr_decay));
    rule_adagrad(p, o->arrays[SQUARES].values + first, gradient, &rule, count);
}

static void step_adadelta(const struct optimiser *o, real *p, const real *gradient, size_t first,
                          size_t count)
{
    struct rule_adadelta rule = {
        .common = common_rule(o),
        .rho = (real)o->options.rho,
        .one_minus_rho = (real)(1 - o->options.rho),
    };
    rule_adadelta(p, o->arrays[SQUARES].values + first, o->arrays[ACC_DELTA].values + first,
                  gradient, &rule, count);
}

void optimiser_step(const struct optimiser *o, real *parameters, const real *gradient,
                    size_t first, size_t count)
{
    static void (*const steps[OPTIMISER_KINDS])(const struct optimiser *, real *, const real *,
                                                size_t, size_t) = {
        [OPTIMISER_RMSPROP] = step_rmsprop, [OPTIMISER_SGD] = step_sgd,
        [OPTIMISER_ADAM] = step_adam,       [OPTIMISER_ADAMW] = step_adam,
        [OPTIMISER_ADAGRAD] = step_adagrad, [OPTIMISER_ADADELTA] = step_adadelta,
    };
    steps[o->options.kind](o, parameters + first, gradient + first, first, count);
}

double optimiser_squares(const real *gradient, size_t count)
{
    enum { LANES = 8 }; // partial sums that a compiler may keep in one vector
    double lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (int k = 0; k < LANES; k++) {
            lane[k] += (double)gradient[i + (size_t)k] * (double)gradient[i + (size_t)k];
        }
    }
    for (size_t i = whole; i < count; i++) {
        lane[i - whole] += (double)gradient[i] * (double)gradient[i];
    }
    return ((lane[0] + lane[1]) + (lane[2] + lane[3]))
         + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}
