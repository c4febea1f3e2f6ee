#include "core/nn/train/schedule.h"

#include <math.h>
#include <stddef.h>

const char *const schedule_names[SCHEDULE_KINDS + 1] = {
    "constant", "step", "multistep", "exponential", "cosine", "onecycle", "plateau", NULL,
};

static const double pi = 3.14159265358979323846;

struct schedule_options schedule_defaults(void)
{
    return (struct schedule_options){
        .kind = SCHEDULE_CONSTANT,
        .epochs = 1,
        .step_size = 1,
        .gamma = 0.1,
        .t_max = 1,
        .pct_start = 0.3,
        .div_factor = 25,
        .final_div_factor = 1e4,
        .cycle_momentum = true,
        .base_momentum = 0.85,
        .max_momentum = 0.95,
        .factor = 0.1,
        .patience = 10,
        .threshold = 1e-4,
        .warmup_start = 1. / 3,
    };
}

bool schedule_moves_momentum(const struct schedule_options *options)
{
    return options->kind == SCHEDULE_ONECYCLE && options->cycle_momentum;
}

// ---- checks ----

struct bound {
    const char *name;
    double value;
    double low;
    double high;
};

static int check_bounds(const struct bound *bounds, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct bound *b = &bounds[i];
        if (!(b->value >= b->low && b->value <= b->high)) {
            return error_set(err, ERR_VALUE, "schedule: %s %g: %g to %g is needed", b->name,
                             b->value, b->low, b->high);
        }
    }
    return 0;
}

static int check_milestones(const struct schedule_options *o, struct error *err)
{
    if (o->milestone_count < 1 || o->milestone_count > SCHEDULE_MILESTONES_MAX) {
        return error_set(err, ERR_VALUE, "schedule multistep: %d milestones; 1 to %d are needed",
                         o->milestone_count, (int)SCHEDULE_MILESTONES_MAX);
    }
    for (int i = 0; i < o->milestone_count; i++) {
        if (o->milestones[i] < 1 || (i > 0 && o->milestones[i] <= o->milestones[i - 1])) {
            return error_set(err, ERR_VALUE, "schedule multistep: milestone %d: epochs from 1 on "
                             "are needed, in ascending order", o->milestones[i]);
        }
    }
    return 0;
}

static int check(const struct schedule_options *o, struct error *err)
{
    const double most = 2147483647;
    const struct bound bounds[] = {
        {"step size", o->step_size, 1, most},
        {"gamma", o->gamma, 0, 1e6},
        {"t_max", o->t_max, 1, most},
        {"eta_min", o->eta_min, 0, 1e6},
        {"epochs", o->epochs, 1, most},
        {"pct_start", o->pct_start, 0, 1},
        {"div factor", o->div_factor, 1e-6, 1e12},
        {"final div factor", o->final_div_factor, 1e-6, 1e12},
        {"base momentum", o->base_momentum, 0, 1 - 1e-9},
        {"max momentum", o->max_momentum, 0, 1 - 1e-9},
        {"factor", o->factor, 0, 1 - 1e-9},
        {"patience", o->patience, 0, most},
        {"threshold", o->threshold, 0, 1e6},
        {"cooldown", o->cooldown, 0, most},
        {"min lr", o->min_lr, 0, 1e6},
        {"warm-up", o->warmup, 0, most},
        {"start of the warm-up", o->warmup_start, 0, 1},
    };
    int code = check_bounds(bounds, sizeof bounds / sizeof bounds[0], err);
    return code == 0 && o->kind == SCHEDULE_MULTISTEP ? check_milestones(o, err) : code;
}

int schedule_open(struct schedule *ret, const struct schedule_options *options, double lr,
                  double momentum, uint64_t steps_per_epoch, struct error *err)
{
    int code = check(options, err);
    if (code) {
        return code;
    }
    *ret = (struct schedule){
        .options = *options,
        .lr = lr,
        .momentum = momentum,
        .steps_per_epoch = steps_per_epoch,
        .state = {.best = options->larger_is_better ? -INFINITY : INFINITY, .lr = lr},
    };
    return 0;
}

// ---- one-cycle ----

// From one number to another along half a cosine, or straight.
static double anneal(const struct schedule_options *o, double start, double end, double part)
{
    return o->linear ? (end - start) * part + start
                     : end + (start - end) / 2 * (cos(pi * part) + 1);
}

// Up, down (with three phases to where it began), and down to the last.
static struct schedule_point onecycle(const struct schedule *s, uint64_t step)
{
    const struct schedule_options *o = &s->options;
    double total = (double)o->epochs * (double)s->steps_per_epoch;
    double first = s->lr / o->div_factor;
    double last = first / o->final_div_factor;
    double low = o->base_momentum, high = o->max_momentum;
    const struct {
        double end; // step
        double lr;  // there
        double momentum;
    } phases[] = {
        {o->pct_start * total - 1, s->lr, low},
        {o->three_phase ? 2 * o->pct_start * total - 2 : total - 1,
         o->three_phase ? first : last, high},
        {total - 1, last, high},
    };
    int count = o->three_phase ? 3 : 2;
    double at = (double)step, start = 0;
    struct schedule_point from = {first, high};
    int i = 0;
    while (i + 1 < count && at > phases[i].end) {
        start = phases[i].end;
        from = (struct schedule_point){phases[i].lr, phases[i].momentum};
        i++;
    }
    double length = phases[i].end - start;
    double part = length > 0 ? (at - start) / length : 1;
    part = part < 1 ? part : 1; // beyond the last step there is nothing to rise to
    return (struct schedule_point){
        anneal(o, from.lr, phases[i].lr, part),
        o->cycle_momentum ? anneal(o, from.momentum, phases[i].momentum, part) : s->momentum,
    };
}

// ---- all ----

static int milestones_passed(const struct schedule_options *o, uint64_t epoch)
{
    int passed = 0;
    while (passed < o->milestone_count && (uint64_t)o->milestones[passed] <= epoch) {
        passed++;
    }
    return passed;
}

static double warmup(const struct schedule_options *o, uint64_t step)
{
    if (step >= (uint64_t)o->warmup) {
        return 1;
    }
    return o->warmup_start + (1 - o->warmup_start) * (double)step / o->warmup;
}

struct schedule_point schedule_at(const struct schedule *s, uint64_t step)
{
    const struct schedule_options *o = &s->options;
    uint64_t epoch = step / s->steps_per_epoch;
    struct schedule_point point = {s->lr, s->momentum};
    switch (o->kind) {
    case SCHEDULE_STEP:
        point.lr *= pow(o->gamma, (double)(epoch / (uint64_t)o->step_size));
        break;
    case SCHEDULE_MULTISTEP:
        point.lr *= pow(o->gamma, milestones_passed(o, epoch));
        break;
    case SCHEDULE_EXPONENTIAL:
        point.lr *= pow(o->gamma, (double)epoch);
        break;
    case SCHEDULE_COSINE:
        point.lr = o->eta_min + (s->lr - o->eta_min)
                                    * (1 + cos(pi * (double)epoch / o->t_max)) / 2;
        break;
    case SCHEDULE_ONECYCLE:
        point = onecycle(s, step);
        break;
    case SCHEDULE_PLATEAU:
        point.lr = s->state.lr;
        break;
    default:
        break;
    }
    point.lr *= warmup(o, step);
    return point;
}

static bool is_better(const struct schedule_options *o, double measured, double best)
{
    if (o->larger_is_better) {
        return measured > (o->threshold_absolute ? best + o->threshold
                                                 : best * (1 + o->threshold));
    }
    return measured < (o->threshold_absolute ? best - o->threshold : best * (1 - o->threshold));
}

void schedule_epoch_done(struct schedule *s, double measured)
{
    const double eps = 1e-8; // a smaller reduction is none, as in PyTorch
    const struct schedule_options *o = &s->options;
    struct schedule_state *state = &s->state;
    if (o->kind != SCHEDULE_PLATEAU) {
        return;
    }
    bool better = is_better(o, measured, state->best);
    state->best = better ? measured : state->best;
    state->bad_epochs = better ? 0 : state->bad_epochs + 1;
    if (state->cooldown > 0) {
        state->cooldown--;
        state->bad_epochs = 0;
    }
    if (state->bad_epochs > (uint64_t)o->patience) {
        double reduced = state->lr * o->factor > o->min_lr ? state->lr * o->factor : o->min_lr;
        state->lr = state->lr - reduced > eps ? reduced : state->lr;
        state->cooldown = (uint64_t)o->cooldown;
        state->bad_epochs = 0;
    }
}
