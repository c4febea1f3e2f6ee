#include "core/nn/train/evaluate.h"

#include "core/nn/graph/net_graph.h"
#include "core/nn/run/executor.h"
#include "core/nn/train/batch.h"
#include "core/nn/train/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    // Frames per batch, about: whole samples, at least one. A frame's scores may
    // depend on its neighbours in the last bits, so this number is fixed.
    BATCH_FRAMES = 64,
    AMONG = 5,
};

// What one forward pass over a batch gives.
struct answers {
    float *probabilities; // [batch][classes]
    double *losses;       // [batch]; of class 0 where there is no label
    float *logits;        // [batch][classes]; NULL where nobody asks for them
};

struct pass {
    const struct net *net;
    const struct dataset *data;
    struct subset subset;
    struct evaluation_options options;
    uint32_t *examples; // [batch]
    struct answers answers[2]; // of the frames; of their mirror images, with `flip`
    bool mirrored;             // which of the two is being computed
    double *means;             // [classes] of a sample
};

struct sums {
    struct evaluation counts; // its means are made at the end
    double loss;
    double loss_sample;
};

static void mirror(real *planes, size_t rows, int width)
{
    for (size_t y = 0; y < rows; y++, planes += width) {
        for (int a = 0, b = width - 1; a < b; a++, b--) {
            real swap = planes[a];
            planes[a] = planes[b];
            planes[b] = swap;
        }
    }
}

static void load(void *context, int first, int images, real *input)
{
    const struct pass *pass = context;
    const struct dataset *data = pass->data;
    batch_load(input, data, pass->net, pass->subset, pass->examples + first, images);
    if (pass->mirrored) {
        size_t frames = (size_t)images * (size_t)net_frames_per_example(pass->net);
        mirror(input, frames * 3 * (size_t)data->height, data->width);
    }
}

static int label_of(const struct pass *pass, uint32_t example)
{
    return pass->data->labels[batch_row(pass->data, pass->net, pass->subset, example)];
}

static void head(void *context, int first, int images, const real *output, real *gradient)
{
    (void)gradient;
    struct pass *pass = context;
    struct answers *answers = &pass->answers[pass->mirrored];
    int classes = net_classes(pass->net);
    for (int i = first; i < first + images; i++, output += classes) {
        int label = label_of(pass, pass->examples[i]);
        loss_softmax(answers->probabilities + (size_t)i * (size_t)classes, output, classes);
        answers->losses[i] = loss_cross_entropy(output, classes,
                                                label == DATASET_UNLABELLED ? 0 : label, 0, NULL);
        for (int k = 0; answers->logits && k < classes; k++) {
            answers->logits[(size_t)i * (size_t)classes + (size_t)k] = (float)output[k];
        }
    }
}

// -log of the mean of exp(-losses), without leaving the range of double.
static double mean_loss(const double *losses, int count)
{
    double least = losses[0];
    for (int i = 1; i < count; i++) {
        least = losses[i] < least ? losses[i] : least;
    }
    double sum = 0;
    for (int i = 0; i < count; i++) {
        sum += exp(least - losses[i]);
    }
    return least - log(sum / count);
}

// The mean of both passes becomes the first's.
static void join_mirrored(struct pass *pass, int images)
{
    struct answers *own = &pass->answers[0];
    const struct answers *other = &pass->answers[1];
    size_t numbers = (size_t)images * (size_t)net_classes(pass->net);
    for (size_t i = 0; i < numbers; i++) {
        own->probabilities[i] = (own->probabilities[i] + other->probabilities[i]) / 2;
    }
    for (int i = 0; i < images; i++) {
        own->losses[i] = mean_loss((const double[]){own->losses[i], other->losses[i]}, 2);
    }
}

// How many classes are before this one: with a larger number, or the same and
// a lower place. *ret_best is the class that none is before.
static int rank_of(const double *numbers, int classes, int label, int *ret_best)
{
    int before = 0;
    int best = 0;
    for (int k = 0; k < classes; k++) {
        before += numbers[k] > numbers[label] || (numbers[k] == numbers[label] && k < label);
        best = numbers[k] > numbers[best] ? k : best;
    }
    *ret_best = best;
    return before;
}

// Examples i .. i+examples-1 of the batch are a labelled sample. Where they are
// fewer than its frames, each stands for `together` of them.
static void count_sample(struct sums *sums, const struct pass *pass, int i, int examples,
                         size_t together, int label)
{
    struct evaluation *counts = &sums->counts;
    int classes = net_classes(pass->net);
    const float *probabilities = pass->answers[0].probabilities + (size_t)i * (size_t)classes;
    const double *losses = pass->answers[0].losses + i;
    double *means = pass->means;
    uint64_t *row = pass->options.confusion_frame;
    int best, rank;
    for (int t = 0; t < examples; t++, probabilities += classes) {
        for (int k = 0; k < classes; k++) {
            means[k] = (double)probabilities[k];
        }
        rank = rank_of(means, classes, label, &best);
        counts->frames += together;
        counts->frames_right += rank == 0 ? together : 0;
        counts->frames_right5 += rank < AMONG ? together : 0;
        sums->loss += losses[t] * (double)together;
        if (row) {
            row[(size_t)label * (size_t)classes + (size_t)best] += together;
        }
    }
    memset(means, 0, (size_t)classes * sizeof *means);
    probabilities -= (size_t)examples * (size_t)classes;
    for (int k = 0; k < classes; k++) {
        for (int t = 0; t < examples; t++) {
            means[k] += (double)probabilities[(size_t)t * (size_t)classes + (size_t)k];
        }
    }
    rank = rank_of(means, classes, label, &best);
    counts->samples++;
    counts->samples_right += rank == 0;
    counts->samples_right5 += rank < AMONG;
    sums->loss_sample += mean_loss(losses, examples);
    if (pass->options.confusion_sample) {
        pass->options.confusion_sample[(size_t)label * (size_t)classes + (size_t)best]++;
    }
}

// Count the batch's samples, in order.
static int count_batch(struct sums *sums, const struct pass *pass, int images, struct error *err)
{
    int examples = batch_examples_per_sample(pass->data, pass->net);
    size_t together = (size_t)net_frames_per_example(pass->net);
    for (int i = 0; i < images; i += examples) {
        size_t row = batch_row(pass->data, pass->net, pass->subset, pass->examples[i]);
        for (int k = i; k < i + examples; k++) {
            if (!isfinite(pass->answers[0].losses[k])) {
                return error_set(err, ERR_NUMERIC, "%s: its output for sample %zu, frame %d is "
                                 "not finite", net_graph(pass->net)->name, row, k - i);
            }
        }
        int label = pass->data->labels[row];
        if (label != DATASET_UNLABELLED) {
            count_sample(sums, pass, i, examples, together, label);
        }
    }
    return 0;
}

// Every frame of an example has its numbers.
static void spread(float *frames_numbers, const float *numbers, const struct pass *pass,
                   size_t count)
{
    size_t frames = (size_t)net_frames_per_example(pass->net);
    size_t classes = (size_t)net_classes(pass->net);
    for (size_t i = 0; i < count * frames; i++) {
        memcpy(frames_numbers + i * classes, numbers + i / frames * classes,
               classes * sizeof *numbers);
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
        pass->mirrored = false;
        executor_forward(executor, &work);
        if (pass->options.flip) {
            pass->mirrored = true;
            executor_forward(executor, &work);
            join_mirrored(pass, (int)count);
        }
        if (probabilities) {
            spread(probabilities + first * stride, pass->answers[0].probabilities, pass, count);
        }
        if (pass->options.logits) {
            spread(pass->options.logits + first * stride, pass->answers[0].logits, pass, count);
        }
        code = count_batch(sums, pass, (int)count, err);
    }
    return code;
}

static struct evaluation result(const struct sums *sums)
{
    struct evaluation made = sums->counts;
    if (made.frames > 0) {
        made.loss = sums->loss / (double)made.frames;
        made.loss_sample = sums->loss_sample / (double)made.samples;
        made.accuracy_frame = (double)made.frames_right / (double)made.frames;
        made.accuracy_sample = (double)made.samples_right / (double)made.samples;
    }
    return made;
}

static int make_room(struct pass *pass, uint32_t batch, struct error *err)
{
    size_t classes = (size_t)net_classes(pass->net);
    pass->examples = calloc(batch, sizeof *pass->examples);
    pass->means = calloc(classes, sizeof *pass->means);
    bool made = pass->examples && pass->means;
    for (int i = 0; i < 1 + pass->options.flip; i++) {
        struct answers *answers = &pass->answers[i];
        answers->probabilities = calloc(batch, classes * sizeof *answers->probabilities);
        answers->losses = calloc(batch, sizeof *answers->losses);
        made = made && answers->probabilities && answers->losses;
    }
    if (pass->options.logits) {
        pass->answers[0].logits = calloc(batch, classes * sizeof(float));
        made = made && pass->answers[0].logits;
    }
    return made ? 0 : error_nomem(err, "evaluation");
}

int net_evaluate_with(struct net *net, const struct dataset *data, struct subset subset,
                      struct threads *threads, const struct evaluation_options *options,
                      float *probabilities, struct evaluation *ret, struct error *err)
{
    uint32_t total;
    int code = batch_check(&total, net, data, subset, true, err);
    if (code) {
        return code;
    }
    uint32_t frames = (uint32_t)batch_examples_per_sample(data, net);
    uint32_t batch = frames < BATCH_FRAMES ? BATCH_FRAMES / frames * frames : frames;
    struct pass pass = {.net = net, .data = data, .subset = subset};
    pass.options = options ? *options : pass.options;
    struct sums sums = {.loss = 0};
    struct executor *executor = NULL;
    struct executor_options open = {.images = (int)batch, .training = false};
    code = make_room(&pass, batch, err);
    code = code ? code : executor_open(&executor, net_graph(net), &open, threads, err);
    code = code ? code : run(&sums, &pass, executor, total, batch, probabilities, err);
    if (!code) {
        *ret = result(&sums);
    }
    executor_close(&executor);
    for (int i = 0; i < 2; i++) {
        free(pass.answers[i].probabilities);
        free(pass.answers[i].losses);
        free(pass.answers[i].logits);
    }
    free(pass.examples);
    free(pass.means);
    return code;
}

int net_evaluate(struct net *net, const struct dataset *data, struct subset subset,
                 struct threads *threads, float *probabilities, struct evaluation *ret,
                 struct error *err)
{
    return net_evaluate_with(net, data, subset, threads, NULL, probabilities, ret, err);
}
