#ifndef BASE_THREADS_H
#define BASE_THREADS_H

#include "core/base/error.h"

/* A fixed crew of threads that runs numbered tasks. Which thread runs which
 * task is left to chance, so a task must depend on its number alone: then
 * results are the same for any number of threads. */
struct threads;

enum { THREADS_MAX = 256 };

/* A crew of `count` (1 .. THREADS_MAX), the calling thread among them. */
int threads_open(struct threads **ret, int count, struct error *err) MUST_CHECK;

int threads_count(const struct threads *threads);

/* Run task(context, i, thread) for i in 0 .. tasks-1 and return when all are
 * done. `thread` is in 0 .. threads_count-1, for scratch memory. Not
 * reentrant; one caller at a time. */
void threads_run(struct threads *threads, int tasks,
                 void (*task)(void *context, int index, int thread), void *context);

/* Accepts NULL; sets *threads to NULL. */
void threads_close(struct threads **threads);

#endif
