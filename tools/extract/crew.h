#ifndef TOOLS_CREW_H
#define TOOLS_CREW_H

#include "core/base/error.h"
#include "core/base/sandbox.h"
#include "tools/extract/worker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The worker processes, as the parent sees them: it hands out clips and takes
 * back what was checked. A worker that crashes, hangs or answers nonsense
 * costs its clip, and is replaced; so is one that reports an error (who knows
 * what state it is in), and each after CREW_CLIPS_PER_WORKER clips. */
struct crew;

enum { CREW_CLIPS_PER_WORKER = 500 };

struct crew_options {
    int workers;
    int timeout_ms; /* for one clip */
    int start_timeout_ms; /* for a worker's first sign of life */
    struct sandbox sandbox;
    struct worker_setup setup; /* but slot and reader */
    /* worker_prepare and worker_run; tests put in others. The context is a
     * struct worker_setup. */
    int (*prepare)(void *setup, struct error *err);
    int (*run)(int socket, void *setup);
};

struct crew_result {
    size_t clip;
    const char *message; /* why it failed, without the file's name; "" when well */
    int code;            /* 0, or what failed: ERR_CHILD when the worker did */
    struct clip_info info;
    /* A private copy of the slot, valid until the next crew_next(). */
    const uint8_t *pixels;
    const uint32_t *frame_index;
    const double *timestamp;
};

/* Fork while no other thread of ours runs. */
int crew_open(struct crew **ret, const struct crew_options *options,
              struct error *err) MUST_CHECK;

/* Does a worker wait for work? */
bool crew_has_idle(const struct crew *crew);

/* Hand a clip to an idle worker: `count` files (as many as the setup's images,
 * 1 for a video) with a name for each. The caller keeps the descriptors. 1
 * when it is handed out; 0 when the worker turned out to be gone: try again
 * when crew_has_idle(). */
int crew_give(struct crew *crew, size_t clip, const int *fds, const char *const *names, int count,
              struct error *err) MUST_CHECK;

/* Wait for a moment (so that the caller can look after its signals) or until
 * there is something new. 1 with *ret filled when a clip is done; 0 when not
 * yet. An error means that no work can go on: workers cannot be started. */
int crew_next(struct crew *crew, struct crew_result *ret, struct error *err) MUST_CHECK;

/* Kills what still works. Accepts NULL; sets *crew to NULL. */
void crew_close(struct crew **crew);

#endif
