#include "core/nn/train/normalise.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { ROWS = 64 }; // samples that one task adds up

// A variance of bytes that can be told from rounding.
static const double least_variance = 1e-9;

// Of the bytes of each channel.
struct sums {
    uint64_t once[3];
    uint64_t squares[3];
};

struct job {
    const struct dataset *data;
    struct subset subset;
    struct sums *parts; // one per task
};

static void add_task(void *context, int index, int thread)
{
    (void)thread;
    const struct job *job = context;
    const struct dataset *data = job->data;
    size_t pixels = (size_t)data->frames_per_sample * (size_t)data->height * (size_t)data->width;
    size_t end = ((size_t)index + 1) * ROWS;
    end = end < job->subset.count ? end : job->subset.count;
    struct sums sums = {{0}, {0}};
    for (size_t i = (size_t)index * ROWS; i < end; i++) {
        const uint8_t *rgb = data->frames + 3 * pixels * job->subset.rows[i];
        for (size_t p = 0; p < pixels; p++, rgb += 3) {
            for (int c = 0; c < 3; c++) {
                sums.once[c] += rgb[c];
                sums.squares[c] += (unsigned)rgb[c] * rgb[c];
            }
        }
    }
    job->parts[index] = sums;
}

int normalise_measure(struct normalisation *ret, const struct dataset *data,
                      struct subset subset, struct threads *threads, struct error *err)
{
    if (subset.count == 0) {
        return error_set(err, ERR_VALUE, "there are no samples to take a mean of");
    }
    int tasks = (int)((subset.count - 1) / ROWS) + 1;
    struct job job = {data, subset, calloc((size_t)tasks, sizeof *job.parts)};
    if (!job.parts) {
        return error_nomem(err, "normalisation");
    }
    threads_run(threads, tasks, add_task, &job);
    double count = (double)subset.count * data->frames_per_sample * data->height * data->width;
    for (int c = 0; c < 3; c++) {
        uint64_t once = 0, squares = 0;
        for (int i = 0; i < tasks; i++) {
            once += job.parts[i].once[c];
            squares += job.parts[i].squares[c];
        }
        double mean = (double)once / count;
        double variance = (double)squares / count - mean * mean;
        ret->mean[c] = mean / 255;
        ret->std[c] = variance > least_variance ? sqrt(variance) / 255 : 1;
    }
    free(job.parts);
    return 0;
}

void normalise_channel(real *x, size_t count, const struct normalisation *normalise, int channel)
{
    real mean = (real)normalise->mean[channel];
    real factor = (real)(1 / normalise->std[channel]);
    for (size_t i = 0; i < count; i++) {
        x[i] = (x[i] - mean) * factor;
    }
}
