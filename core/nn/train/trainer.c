#include "core/nn/train/trainer.h"

#include "core/base/random.h"
#include "core/nn/graph/net_graph.h"
#include "core/nn/kernels/kernels.h"
#include "core/nn/run/executor.h"
#include "core/nn/run/profile.h"
#include "core/nn/train/feed.h"
#include "core/nn/train/loss.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct trainer {
    struct net *net;
    struct feed feed;
    struct trainer_options options;
    struct threads *threads;
    struct executor *executor;
    struct optimiser optimiser;
    struct schedule schedule;
    struct trainer_state state;
    uint32_t examples;
    uint32_t *order;         // [examples] of this epoch
    const uint32_t *batch;   // where in it this step stands
    int batch_size;          // examples of this step
    double shares;           // what they count together in the mean loss
    double *losses;          // [options.batch] of this step
    unsigned char *is_right; // [options.batch]
    double *squares;         // of the gradient, a sum for every range; or NULL
};

enum {
    BATCH_MAX = 1 << 20,
    RANGE = 4096, // parameters that one task of the optimiser updates
};

struct trainer_options trainer_defaults(void)
{
    return (struct trainer_options){
        .batch = 32,
        .shuffle = true,
        .seed = 54321,
        .feed = feed_defaults(),
        .loss = loss_defaults(),
        .optimiser = optimiser_defaults(OPTIMISER_RMSPROP),
        .schedule = schedule_defaults(),
    };
}

static void order_epoch(struct trainer *trainer)
{
    feed_list(&trainer->feed, trainer->state.epoch, trainer->order);
    if (trainer->options.shuffle) {
        struct random random;
        random_seed(&random, trainer->options.seed,
                    random_hash_text(trainer->state.epoch, "order of examples"));
        random_shuffle_u32(&random, trainer->order, trainer->examples);
    }
}

static int check(struct feed *ret, const struct net *net, const struct dataset *data,
                 struct subset subset, const struct trainer_options *options, struct error *err)
{
    if (options->batch < 1 || options->batch > BATCH_MAX) {
        return error_set(err, ERR_VALUE, "a batch of %d: 1 to %d is needed", options->batch,
                         (int)BATCH_MAX);
    }
    int code = loss_check(&options->loss, net_classes(net), err);
    return code ? code : feed_open(ret, net, data, subset, &options->feed, options->seed, err);
}

static size_t range_count(const struct trainer *trainer)
{
    return (net_parameters(trainer->net)->trained + RANGE - 1) / RANGE;
}

static int open_optimiser(struct trainer *trainer, struct error *err)
{
    const struct optimiser_options *o = &trainer->options.optimiser;
    const struct schedule_options *s = &trainer->options.schedule;
    bool is_adam = o->kind == OPTIMISER_ADAM || o->kind == OPTIMISER_ADAMW;
    bool moving = schedule_moves_momentum(s);
    if (moving && !optimiser_has_momentum(o->kind)) {
        return error_set(err, ERR_VALUE, "a schedule that moves the momentum: %s has none",
                         optimiser_names[o->kind]);
    }
    if (o->clip_norm > 0) {
        trainer->squares = calloc(range_count(trainer), sizeof *trainer->squares);
        if (!trainer->squares) {
            return error_nomem(err, "training");
        }
    }
    int code = schedule_open(&trainer->schedule, s, o->lr, is_adam ? o->beta1 : o->momentum,
                             trainer_steps_per_epoch(trainer), err);
    return code ? code : optimiser_open(&trainer->optimiser, o, moving,
                                        net_parameters(trainer->net)->trained, err);
}

// What a training needs beside the executor: parameters, and what is remembered
// of each.
static size_t bytes_beside(const struct trainer *trainer)
{
    const struct parameters *parameters = net_parameters(trainer->net);
    bool moving = schedule_moves_momentum(&trainer->options.schedule);
    int arrays = optimiser_array_count(&trainer->options.optimiser, moving);
    return (parameters->total + (size_t)arrays * parameters->trained) * sizeof(real);
}

int trainer_open(struct trainer **ret, struct net *net, const struct dataset *data,
                 struct subset subset, const struct trainer_options *options,
                 struct threads *threads, struct error *err)
{
    struct feed feed;
    int code = check(&feed, net, data, subset, options, err);
    if (code) {
        return code;
    }
    struct trainer *trainer = calloc(1, sizeof *trainer);
    if (!trainer) {
        return error_nomem(err, "training");
    }
    trainer->net = net;
    trainer->feed = feed;
    trainer->options = *options;
    trainer->threads = threads;
    uint32_t examples = feed_examples(&feed);
    trainer->examples = examples;
    uint32_t batch = (uint32_t)options->batch < examples ? (uint32_t)options->batch : examples;
    trainer->options.batch = (int)batch;
    trainer->order = calloc(examples, sizeof *trainer->order);
    trainer->losses = calloc(batch, sizeof *trainer->losses);
    trainer->is_right = calloc(batch, sizeof *trainer->is_right);
    if (!trainer->order || !trainer->losses || !trainer->is_right) {
        code = error_nomem(err, "training");
        goto fail;
    }
    struct executor_options run = {.images = (int)batch, .training = true,
                                   .profile = options->profile,
                                   .beside = bytes_beside(trainer)};
    // The largest piece first, which is refused together with the others.
    if ((code = executor_open(&trainer->executor, net_graph(net), &run, threads, err))
        || (code = open_optimiser(trainer, err))) {
        goto fail;
    }
    order_epoch(trainer);
    *ret = trainer;
    return 0;
fail:
    trainer_close(&trainer);
    return code;
}

void trainer_close(struct trainer **pointer)
{
    struct trainer *trainer = *pointer;
    if (!trainer) {
        return;
    }
    executor_close(&trainer->executor);
    optimiser_close(&trainer->optimiser);
    free(trainer->order);
    free(trainer->losses);
    free(trainer->is_right);
    free(trainer->squares);
    free(trainer);
    *pointer = NULL;
}

static void load(void *context, int first, int images, real *input)
{
    const struct trainer *trainer = context;
    feed_load(&trainer->feed, trainer->state.epoch, input, trainer->batch + first, images);
}

// Of example i of this step.
static struct loss_target target_of(const struct trainer *trainer, int i)
{
    return feed_target(&trainer->feed, trainer->state.epoch, trainer->batch[i]);
}

static void head(void *context, int first, int images, const real *output, real *gradient)
{
    struct trainer *trainer = context;
    int classes = net_classes(trainer->net);
    double scale = 1 / trainer->shares;
    for (int i = first; i < first + images; i++) {
        struct loss_target target = target_of(trainer, i);
        trainer->losses[i] = loss_compute_mixed(&trainer->options.loss, output, classes, target,
                                                scale, gradient);
        trainer->is_right[i] = loss_best(output, classes) == loss_target_main(target);
        output += classes;
        gradient = gradient ? gradient + classes : NULL;
    }
}

static void update_range(void *context, int index, int thread)
{
    struct trainer *trainer = context;
    struct profile *profile = trainer->options.profile;
    uint64_t began = profile ? profile_clock() : 0;
    struct parameters *parameters = net_parameters(trainer->net);
    size_t first = (size_t)index * RANGE;
    size_t left = parameters->trained - first;
    optimiser_step(&trainer->optimiser, parameters->values, executor_gradient(trainer->executor),
                   first, left < RANGE ? left : RANGE);
    if (profile) {
        profile_lap_part(profile, thread, PROFILE_OPTIMISER, &began);
    }
}

static void square_range(void *context, int index, int thread)
{
    (void)thread;
    struct trainer *trainer = context;
    size_t first = (size_t)index * RANGE;
    size_t left = net_parameters(trainer->net)->trained - first;
    trainer->squares[index] = optimiser_squares(executor_gradient(trainer->executor) + first,
                                                left < RANGE ? left : RANGE);
}

// The gradient's norm: sums of ranges, neighbours first, then pairs, and so on.
static double gradient_norm(struct trainer *trainer)
{
    size_t count = range_count(trainer);
    threads_run(trainer->threads, (int)count, square_range, trainer);
    for (size_t step = 1; step < count; step *= 2) {
        for (size_t i = 0; i + step < count; i += 2 * step) {
            trainer->squares[i] += trainer->squares[i + step];
        }
    }
    return sqrt(trainer->squares[0]);
}

static void update(struct trainer *trainer, struct schedule_point point)
{
    double norm = trainer->squares ? gradient_norm(trainer) : 0;
    optimiser_begin(&trainer->optimiser, point.lr, point.momentum, norm);
    threads_run(trainer->threads, (int)range_count(trainer), update_range, trainer);
}

// The first parameter whose gradient is not finite, or NULL.
static const char *find_gradient(struct trainer *trainer)
{
    const struct parameters *parameters = net_parameters(trainer->net);
    const real *gradient = executor_gradient(trainer->executor);
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->table[i];
        if (!p->buffer && kernel_finite(gradient + p->offset, p->size) != 0) {
            return p->name;
        }
    }
    return NULL;
}

static int not_finite(struct trainer *trainer, const struct executor_work *work, double loss,
                      double lr, struct error *err)
{
    const struct graph *graph = net_graph(trainer->net);
    // Looking for the layer runs forward again: the gradient comes first.
    const char *parameter = find_gradient(trainer);
    int node = executor_find_not_finite(trainer->executor, work);
    char where[GRAPH_NAME_SIZE + PARAMETER_NAME_SIZE] = "the loss";
    if (node >= 0) {
        const struct node *n = &graph->nodes[node];
        bool named = n->name[0] != 0;
        snprintf(where, sizeof where, named ? "the output of %s (%s)" : "the output of %s%s",
                 named ? n->name : n->label, named ? n->label : "");
    } else if (parameter) {
        snprintf(where, sizeof where, "the gradient of %s", parameter);
    }
    return error_set(err, ERR_NUMERIC, "step %llu: the loss is %g; first not finite in %s: %s; "
                     "a smaller learning rate than %g may help",
                     (unsigned long long)trainer->state.step + 1, loss, graph->name, where, lr);
}

int trainer_step(struct trainer *trainer, struct step_result *ret, struct error *err)
{
    struct profile *profile = trainer->options.profile;
    uint64_t began = profile ? profile_clock() : 0;
    struct trainer_state *state = &trainer->state;
    if (state->position == trainer->examples) {
        state->epoch++;
        state->position = 0;
        order_epoch(trainer);
    }
    uint32_t left = trainer->examples - state->position;
    uint32_t most = (uint32_t)trainer->options.batch;
    trainer->batch = trainer->order + state->position;
    trainer->batch_size = (int)(left < most ? left : most);
    trainer->shares = 0;
    for (int i = 0; i < trainer->batch_size; i++) {
        trainer->shares += loss_share_mixed(&trainer->options.loss, target_of(trainer, i));
    }
    struct executor_work work = {
        .images = trainer->batch_size,
        .load = load,
        .head = head,
        .context = trainer,
        .seed = trainer->options.seed,
        .step = state->step,
    };
    bool finite = executor_train(trainer->executor, &work);
    struct schedule_point point = schedule_at(&trainer->schedule, state->step);
    struct step_result result = {.examples = trainer->batch_size, .lr = point.lr};
    for (int i = 0; i < trainer->batch_size; i++) {
        result.loss += trainer->losses[i];
        result.correct += trainer->is_right[i];
    }
    result.loss /= trainer->shares;
    if (!finite || !isfinite(result.loss)) {
        return not_finite(trainer, &work, result.loss, point.lr, err);
    }
    executor_finish_step(trainer->executor);
    update(trainer, point);
    state->step++;
    state->position += (uint32_t)trainer->batch_size;
    if (profile) {
        profile_count_step(profile, trainer->batch_size, began);
    }
    *ret = result;
    return 0;
}

uint32_t trainer_examples_per_epoch(const struct trainer *trainer)
{
    return trainer->examples;
}

uint64_t trainer_steps_per_epoch(const struct trainer *trainer)
{
    return (trainer->examples - 1) / (uint32_t)trainer->options.batch + 1;
}

uint64_t trainer_step_number(const struct trainer *trainer)
{
    return trainer->state.step;
}

void trainer_epoch_done(struct trainer *trainer, double measured)
{
    schedule_epoch_done(&trainer->schedule, measured);
}

struct trainer_state trainer_state_get(const struct trainer *trainer)
{
    return trainer->state;
}

int trainer_state_set(struct trainer *trainer, const struct trainer_state *state,
                      struct error *err)
{
    uint32_t batch = (uint32_t)trainer->options.batch;
    uint64_t steps = state->position / batch + (state->position % batch != 0);
    uint64_t per_epoch = trainer_steps_per_epoch(trainer);
    bool whole = state->position % batch == 0 || state->position == trainer->examples;
    if (!whole || state->position > trainer->examples
        || state->epoch > (UINT64_MAX - steps) / per_epoch
        || state->step != state->epoch * per_epoch + steps) {
        return error_set(err, ERR_VALUE, "step %llu cannot be at example %lu of epoch %llu, with "
                         "%lu examples an epoch in batches of %lu",
                         (unsigned long long)state->step, (unsigned long)state->position,
                         (unsigned long long)state->epoch, (unsigned long)trainer->examples,
                         (unsigned long)batch);
    }
    trainer->state = *state;
    order_epoch(trainer);
    return 0;
}

struct optimiser *trainer_optimiser(struct trainer *trainer)
{
    return &trainer->optimiser;
}

struct schedule_state *trainer_schedule_state(struct trainer *trainer)
{
    return &trainer->schedule.state;
}

const real *trainer_gradient(const struct trainer *trainer)
{
    return executor_gradient(trainer->executor);
}
