#ifndef TOOLS_WORKER_H
#define TOOLS_WORKER_H

#include "core/base/error.h"
#include "core/video/clip.h"
#include "tools/extract/slot.h"

#include <stdint.h>

/* The child of extract: it decodes clip after clip into its slot. It gets open
 * descriptors, sees nothing else, and is not believed. */

enum { WORKER_MESSAGE_SIZE = 160, WORKER_NAME_SIZE = 32 };

/* One file of a clip, sent along with its descriptor. A clip is answered once,
 * after the last of its files. */
struct worker_request {
    uint64_t clip;
    uint32_t image; /* number of the file, from 0 */
    uint32_t images; /* files that make up the clip; 1 for a video */
    char name[WORKER_NAME_SIZE]; /* its end says the format ("x.avi") */
};

struct worker_reply {
    uint64_t clip; /* WORKER_READY: the first message, before any clip */
    int32_t code;  /* 0, or an enum error_code */
    struct clip_info info;
    char message[WORKER_MESSAGE_SIZE];
};

#define WORKER_READY UINT64_MAX

struct worker_setup {
    struct clip_options options;
    struct slot_shape shape;
    /* What the random rule draws by in a clip; NULL where nothing is drawn. */
    uint64_t (*draw)(const void *context, uint64_t clip);
    const void *context;
    int images; /* 0: clips are videos; else each is so many still images */
    void *slot; /* shared with the parent */
    struct clip_reader *reader;
};

/* The two steps of struct child_job; the context is a struct worker_setup. */
int worker_prepare(void *setup, struct error *err) MUST_CHECK;
int worker_run(int socket, void *setup);

#endif
