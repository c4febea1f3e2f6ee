#include "core/nn/run/machine_peak.h"

#include "core/nn/kernels/kernel_set.h"
#include "core/nn/run/profile.h"

enum { TRIES = 20 };
static const double try_seconds = 0.002;

struct probe {
    const struct peak_kernels *kernels;
    size_t rounds;
    double best[THREADS_MAX]; // operations a second of each task
    float sinks[THREADS_MAX][16]; // a cache line for each
};

// Timed by itself: a thread that had to wait makes the others no slower.
static void run_one(void *context, int index, int thread)
{
    (void)thread;
    struct probe *probe = context;
    float *sink = probe->sinks[index];
    sink[0] = 0.5f; // the sums go to 1
    sink[1] = 0.5f;
    uint64_t began = profile_clock();
    double flops = probe->kernels->multiply_adds(sink, probe->rounds);
    double speed = 1e9 * flops / (double)(profile_clock() - began + 1);
    probe->best[index] = speed > probe->best[index] ? speed : probe->best[index];
}

double machine_peak(struct threads *threads)
{
    struct probe probe = {.kernels = kernel_set_current()->peak, .rounds = 100};
    float sink[16] = {0.5f, 0.5f};
    int count = threads_count(threads);
    threads_run(threads, count, run_one, &probe); // a first guess, for how long a try is
    double per_round = probe.kernels->multiply_adds(sink, 1);
    probe.rounds = (size_t)(probe.best[0] * try_seconds / per_round) + 1;
    double sum = 0;
    for (int i = 0; i < TRIES; i++) {
        threads_run(threads, count, run_one, &probe);
    }
    for (int i = 0; i < count; i++) {
        sum += probe.best[i];
    }
    return sum;
}
