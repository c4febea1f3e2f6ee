#include "core/base/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

// How often a waiting thread looks again before it sleeps: a training step
// hands out work every few hundred microseconds, and waking costs tens.
enum { SPINS = 4000 };

struct member {
    struct threads *crew;
    int number;
    pthread_t thread;
};

struct threads {
    int count;
    struct member *members; // count - 1 of them; the caller is number 0
    pthread_mutex_t mutex;
    pthread_cond_t wake; // a new round, or quit
    pthread_cond_t done; // the last member has left the round
    void (*task)(void *, int, int);
    void *context;
    int tasks;
    atomic_int next;   // the next task to hand out
    atomic_uint round; // counts calls of threads_run
    atomic_int inside; // members that have not left the round
    bool quit;
};

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void work(struct threads *crew, int thread)
{
    int i;
    while ((i = atomic_fetch_add(&crew->next, 1)) < crew->tasks) {
        crew->task(crew->context, i, thread);
    }
}

static void *member_main(void *argument)
{
    struct member *me = argument;
    struct threads *crew = me->crew;
    unsigned seen = 0;
    for (;;) {
        for (int i = 0; i < SPINS && atomic_load(&crew->round) == seen; i++) {
            relax();
        }
        pthread_mutex_lock(&crew->mutex);
        while (atomic_load(&crew->round) == seen && !crew->quit) {
            pthread_cond_wait(&crew->wake, &crew->mutex);
        }
        bool quit = crew->quit;
        pthread_mutex_unlock(&crew->mutex);
        if (quit) {
            return NULL;
        }
        seen++;
        work(crew, me->number);
        if (atomic_fetch_sub(&crew->inside, 1) == 1) {
            pthread_mutex_lock(&crew->mutex);
            pthread_cond_signal(&crew->done);
            pthread_mutex_unlock(&crew->mutex);
        }
    }
}

int threads_open(struct threads **ret, int count, struct error *err)
{
    if (count < 1 || count > THREADS_MAX) {
        return error_set(err, ERR_VALUE, "%d threads: 1 to %d are possible", count, THREADS_MAX);
    }
    struct threads *crew = calloc(1, sizeof *crew);
    struct member *members = calloc((size_t)count, sizeof *members);
    if (!crew || !members) {
        free(crew);
        free(members);
        return error_nomem(err, "worker threads");
    }
    crew->members = members;
    crew->count = 1;
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->wake, NULL);
    pthread_cond_init(&crew->done, NULL);
    while (crew->count < count) {
        struct member *member = &members[crew->count - 1];
        member->crew = crew;
        member->number = crew->count;
        int failed = pthread_create(&member->thread, NULL, member_main, member);
        if (failed) {
            int code = error_errno(err, failed, "cannot start thread %d of %d",
                                   crew->count + 1, count);
            threads_close(&crew);
            return code;
        }
        crew->count++;
    }
    *ret = crew;
    return 0;
}

int threads_count(const struct threads *crew)
{
    return crew->count;
}

void threads_run(struct threads *crew, int tasks, void (*task)(void *, int, int), void *context)
{
    crew->task = task;
    crew->context = context;
    crew->tasks = tasks;
    atomic_store(&crew->next, 0);
    if (crew->count > 1) {
        atomic_store(&crew->inside, crew->count - 1);
        pthread_mutex_lock(&crew->mutex);
        atomic_fetch_add(&crew->round, 1);
        pthread_cond_broadcast(&crew->wake);
        pthread_mutex_unlock(&crew->mutex);
    }
    work(crew, 0);
    for (int i = 0; i < SPINS && atomic_load(&crew->inside) > 0; i++) {
        relax();
    }
    if (atomic_load(&crew->inside) > 0) {
        pthread_mutex_lock(&crew->mutex);
        while (atomic_load(&crew->inside) > 0) {
            pthread_cond_wait(&crew->done, &crew->mutex);
        }
        pthread_mutex_unlock(&crew->mutex);
    }
}

void threads_close(struct threads **threads)
{
    struct threads *crew = *threads;
    if (!crew) {
        return;
    }
    pthread_mutex_lock(&crew->mutex);
    crew->quit = true;
    pthread_cond_broadcast(&crew->wake);
    pthread_mutex_unlock(&crew->mutex);
    for (int i = 0; i < crew->count - 1; i++) {
        pthread_join(crew->members[i].thread, NULL);
    }
    pthread_cond_destroy(&crew->wake);
    pthread_cond_destroy(&crew->done);
    pthread_mutex_destroy(&crew->mutex);
    free(crew->members);
    free(crew);
    *threads = NULL;
}
