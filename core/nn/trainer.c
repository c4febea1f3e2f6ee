#include "core/nn/trainer.h"

#include "core/base/random.h"
#include "core/nn/batch.h"
#include "core/nn/executor.h"
#include "core/nn/loss.h"
#include "core/nn/net_graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Where a training stands. With the parameters and the optimiser's arrays it
// is all that a continued training needs: an epoch's order follows from the
// seed and the epoch's number.
struct state {
    uint64_t step;     // steps done
    uint64_t epoch;    // from 0
    uint32_t position; // examples of the epoch already used
};

struct trainer {
    struct net *net;
    const struct dataset *data;
    struct subset subset;
    struct trainer_options options;
    struct threads *threads;
    struct executor *executor;
    struct optimiser optimiser;
    struct state state;
    uint32_t examples;
    uint32_t *order;         // [examples] of this epoch
    const uint32_t *batch;   // where in it this step stands
    int batch_size;          // examples of this step
    double shares;           // what they count together in the mean loss
    double *losses;          // [options.batch] of this step
    unsigned char *is_right; // [options.batch]
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
        .loss = loss_defaults(),
        .optimiser = optimiser_defaults(),
    };
}

static void order_epoch(struct trainer *trainer)
{
    for (uint32_t i = 0; i < trainer->examples; i++) {
        trainer->order[i] = i;
    }
    if (trainer->options.shuffle) {
        struct random random;
        random_seed(&random, trainer->options.seed,
                    random_hash_text(trainer->state.epoch, "order of examples"));
        random_shuffle_u32(&random, trainer->order, trainer->examples);
    }
}

static int check(uint32_t *ret_examples, const struct net *net, const struct dataset *data,
                 struct subset subset, const struct trainer_options *options, struct error *err)
{
    if (options->batch < 1 || options->batch > BATCH_MAX) {
        return error_set(err, ERR_VALUE, "a batch of %d: 1 to %d is needed", options->batch,
                         (int)BATCH_MAX);
    }
    if (subset.count == 0) {
        return error_set(err, ERR_VALUE, "there are no samples to train on");
    }
    int code = loss_check(&options->loss, net_classes(net), err);
    return code ? code : batch_check(ret_examples, net, data, subset, false, err);
}

int trainer_open(struct trainer **ret, struct net *net, const struct dataset *data,
                 struct subset subset, const struct trainer_options *options,
                 struct threads *threads, struct error *err)
{
    uint32_t examples;
    int code = check(&examples, net, data, subset, options, err);
    if (code) {
        return code;
    }
    struct trainer *trainer = calloc(1, sizeof *trainer);
    if (!trainer) {
        return error_nomem(err, "training");
    }
    trainer->net = net;
    trainer->data = data;
    trainer->subset = subset;
    trainer->options = *options;
    trainer->threads = threads;
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
    struct executor_options run = {.images = (int)batch, .training = true};
    if ((code = optimiser_open(&trainer->optimiser, &options->optimiser,
                               net_parameters(net)->trained, err))
        || (code = executor_open(&trainer->executor, net_graph(net), &run, threads, err))) {
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
    free(trainer);
    *pointer = NULL;
}

static void load(void *context, int first, int images, real *input)
{
    const struct trainer *trainer = context;
    batch_load(input, trainer->data, trainer->net, trainer->subset, trainer->batch + first,
               images);
}

// Of example i of this step.
static int label_of(const struct trainer *trainer, int i)
{
    return trainer->data->labels[batch_row(trainer->data, trainer->net, trainer->subset,
                                           trainer->batch[i])];
}

static void head(void *context, int first, int images, const real *output, real *gradient)
{
    struct trainer *trainer = context;
    int classes = net_classes(trainer->net);
    double scale = 1 / trainer->shares;
    for (int i = first; i < first + images; i++) {
        int label = label_of(trainer, i);
        trainer->losses[i] = loss_compute(&trainer->options.loss, output, classes, label, scale,
                                          gradient);
        trainer->is_right[i] = loss_best(output, classes) == label;
        output += classes;
        gradient = gradient ? gradient + classes : NULL;
    }
}

static void update_range(void *context, int index, int thread)
{
    (void)thread;
    struct trainer *trainer = context;
    struct parameters *parameters = net_parameters(trainer->net);
    size_t first = (size_t)index * RANGE;
    size_t left = parameters->trained - first;
    optimiser_step(&trainer->optimiser, parameters->values, executor_gradient(trainer->executor),
                   first, left < RANGE ? left : RANGE);
}

static int not_finite(struct trainer *trainer, const struct executor_work *work, double loss,
                      struct error *err)
{
    const struct graph *graph = net_graph(trainer->net);
    int node = executor_find_not_finite(trainer->executor, work);
    const char *where = node >= 0       ? graph->nodes[node].label
                      : isfinite(loss) ? "a gradient"
                                       : "the loss";
    return error_set(err, ERR_NUMERIC, "step %llu: the loss is %g; first not finite in %s: %s; "
                     "a smaller learning rate than %g may help",
                     (unsigned long long)trainer->state.step + 1, loss, graph->name, where,
                     trainer->options.optimiser.lr);
}

int trainer_step(struct trainer *trainer, struct step_result *ret, struct error *err)
{
    struct state *state = &trainer->state;
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
        trainer->shares += loss_share(&trainer->options.loss, label_of(trainer, i));
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
    struct step_result result = {.examples = trainer->batch_size};
    for (int i = 0; i < trainer->batch_size; i++) {
        result.loss += trainer->losses[i];
        result.correct += trainer->is_right[i];
    }
    result.loss /= trainer->shares;
    if (!finite || !isfinite(result.loss)) {
        return not_finite(trainer, &work, result.loss, err);
    }
    executor_finish_step(trainer->executor);
    size_t total = net_parameters(trainer->net)->trained;
    threads_run(trainer->threads, (int)((total + RANGE - 1) / RANGE), update_range, trainer);
    state->step++;
    state->position += (uint32_t)trainer->batch_size;
    *ret = result;
    return 0;
}

uint64_t trainer_steps_per_epoch(const struct trainer *trainer)
{
    return (trainer->examples - 1) / (uint32_t)trainer->options.batch + 1;
}

uint64_t trainer_step_number(const struct trainer *trainer)
{
    return trainer->state.step;
}

const real *trainer_gradient(const struct trainer *trainer)
{
    return executor_gradient(trainer->executor);
}
