#include "core/nn/trainer.h"

#include "core/nn/batch.h"
#include "core/nn/executor.h"
#include "core/nn/loss.h"
#include "core/nn/net_graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Frames per batch, about: whole samples, at least one. A frame's scores may
// depend on its neighbours in the last bits, so this number is fixed.
enum { BATCH_FRAMES = 64 };

struct pass {
    const struct net *net;
    const struct dataset *data;
    struct subset subset;
    uint32_t *examples;   // [batch]
    float *probabilities; // [batch][classes] of this batch
    double *losses;       // [batch]; of class 0 where there is no label
    unsigned char *is_right;
};

struct sums {
    size_t samples;
    size_t frames;
    size_t frames_right;
    size_t samples_right;
    double loss;
};

static void load(void *context, int first, int images, real *input)
{
    const struct pass *pass = context;
    batch_load(input, pass->data, pass->net, pass->subset, pass->examples + first, images);
}

static void head(void *context, int first, int images, const real *output, real *gradient)
{
    (void)gradient;
    struct pass *pass = context;
    int classes = net_classes(pass->net);
    for (int i = first; i < first + images; i++, output += classes) {
        int label = pass->data->labels[batch_row(pass->data, pass->net, pass->subset,
                                                 pass->examples[i])];
        loss_softmax(pass->probabilities + (size_t)i * (size_t)classes, output, classes);
        pass->losses[i] = loss_cross_entropy(output, classes,
                                             label == DATASET_UNLABELLED ? 0 : label, 0, NULL);
        pass->is_right[i] = loss_best(output, classes) == label;
    }
}

// The class with the largest sum over the frames of a sample; the first one.
static int vote(const float *probabilities, int frames, int classes)
{
    int best = 0;
    double most = -1;
    for (int k = 0; k < classes; k++) {
        double sum = 0;
        for (int t = 0; t < frames; t++) {
            sum += (double)probabilities[(size_t)t * (size_t)classes + (size_t)k];
        }
        if (sum > most) {
            most = sum;
            best = k;
        }
    }
    return best;
}

// Count the batch's samples, in order.
static int count_batch(struct sums *sums, const struct pass *pass, int images, struct error *err)
{
    int classes = net_classes(pass->net);
    int frames = batch_examples_per_sample(pass->data, pass->net);
    for (int i = 0; i < images; i += frames) {
        size_t row = batch_row(pass->data, pass->net, pass->subset, pass->examples[i]);
        bool labelled = pass->data->labels[row] != DATASET_UNLABELLED;
        for (int k = i; k < i + frames; k++) {
            if (!isfinite(pass->losses[k])) {
                return error_set(err, ERR_NUMERIC, "%s: its output for sample %zu, frame %d is "
                                 "not finite", net_graph(pass->net)->name, row, k - i);
            }
            if (labelled) {
                sums->loss += pass->losses[k];
                sums->frames_right += pass->is_right[k];
                sums->frames++;
            }
        }
        if (labelled) {
            const float *probabilities = pass->probabilities + (size_t)i * (size_t)classes;
            sums->samples_right += vote(probabilities, frames, classes)
                                == pass->data->labels[row];
            sums->samples++;
        }
    }
    return 0;
}

// Every frame of an example has its answer.
static void spread(float *probabilities, const struct pass *pass, size_t count)
{
    size_t frames = (size_t)net_frames_per_example(pass->net);
    size_t classes = (size_t)net_classes(pass->net);
    for (size_t i = 0; i < count * frames; i++) {
        memcpy(probabilities + i * classes, pass->probabilities + i / frames * classes,
               classes * sizeof *probabilities);
    }
}

static int run(struct sums *sums, struct pass *pass, struct executor *executor, uint32_t total,
               uint32_t batch, float *probabilities, struct error *err)
{
    size_t stride = (size_t)net_classes(pass->net) * (size_t)net_frames_per_example(pass->net);
    int code = 0;
    for (size_t first = 0; first < total && !code; first += batch) {
        size_t count = total - first < batch ? total - first : batch;
        for (size_t i = 0; i < count; i++) {
            pass->examples[i] = (uint32_t)(first + i);
        }
        struct executor_work work = {.images = (int)count, .load = load, .head = head,
                                     .context = pass};
        executor_forward(executor, &work);
        if (probabilities) {
            spread(probabilities + first * stride, pass, count);
        }
        code = count_batch(sums, pass, (int)count, err);
    }
    return code;
}

static struct evaluation result(const struct sums *sums)
{
    struct evaluation made = {.samples = sums->samples, .frames = sums->frames};
    if (sums->frames > 0) {
        made.loss = sums->loss / (double)sums->frames;
        made.accuracy_frame = (double)sums->frames_right / (double)sums->frames;
        made.accuracy_sample = (double)sums->samples_right / (double)sums->samples;
    }
    return made;
}

int net_evaluate(struct net *net, const struct dataset *data, struct subset subset,
                 struct threads *threads, float *probabilities, struct evaluation *ret,
                 struct error *err)
{
    uint32_t total;
    int code = batch_check(&total, net, data, subset, true, err);
    if (code) {
        return code;
    }
    uint32_t frames = (uint32_t)batch_examples_per_sample(data, net);
    uint32_t batch = frames < BATCH_FRAMES ? BATCH_FRAMES / frames * frames : frames;
    struct pass pass = {.net = net, .data = data, .subset = subset};
    struct sums sums = {0};
    struct executor *executor = NULL;
    pass.examples = calloc(batch, sizeof *pass.examples);
    pass.probabilities = calloc(batch, (size_t)net_classes(net) * sizeof *pass.probabilities);
    pass.losses = calloc(batch, sizeof *pass.losses);
    pass.is_right = calloc(batch, sizeof *pass.is_right);
    if (!pass.examples || !pass.probabilities || !pass.losses || !pass.is_right) {
        code = error_nomem(err, "evaluation");
        goto done;
    }
    struct executor_options options = {.images = (int)batch, .training = false};
    code = executor_open(&executor, net_graph(net), &options, threads, err);
    if (!code) {
        code = run(&sums, &pass, executor, total, batch, probabilities, err);
    }
    if (!code) {
        *ret = result(&sums);
    }
done:
    executor_close(&executor);
    free(pass.examples);
    free(pass.probabilities);
    free(pass.losses);
    free(pass.is_right);
    return code;
}
