#include "tools/extract/job.h"

#include "core/base/io.h"
#include "core/base/text.h"
#include "tools/common/progress.h"
#include "tools/common/report.h"
#include "tools/common/stop.h"
#include "tools/extract/crew.h"
#include "tools/extract/tutorial.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FILES_MAX = TUTORIAL_IMAGES, // that make up a clip
    START_TIMEOUT_MS = 60000,
};

struct job {
    const struct plan *plan;
    struct pack_writer *writer;
    struct crew *crew;
    struct slot_shape shape;
    uint64_t *bytes; // of the clips handed out: the sizes of their files
    size_t next;     // clip to hand out
    struct job_counts counts;
};

// An open clip on its way to a worker.
struct opened {
    int fds[FILES_MAX];
    char names[FILES_MAX][16];
    int count;
    uint64_t bytes;
};

static void close_files(struct opened *opened)
{
    for (int i = 0; i < opened->count; i++) {
        close(opened->fds[i]);
    }
    opened->count = 0;
}

// What the worker may know of a name: "x" and the extension.
static void bare_name(char *ret, size_t capacity, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    if (!dot || snprintf(ret, capacity, "x%s", dot) >= (int)capacity) {
        snprintf(ret, capacity, "x");
    }
}

// The error's text without the file's name in front, which the reader of a
// message has beside it.
static const char *reason_of(const struct error *err, const char *path)
{
    size_t length = strlen(path);
    bool named = strncmp(err->text, path, length) == 0
              && strncmp(err->text + length, ": ", 2) == 0;
    return named ? err->text + length + 2 : err->text;
}

// Open the file or files of a clip. On failure `why` is the reason.
static int open_clip(struct opened *ret, const struct source *source,
                     const struct source_clip *clip, char *why, size_t capacity)
{
    int count = source->images ? source->images : 1;
    assert(count <= FILES_MAX);
    ret->count = 0;
    ret->bytes = 0;
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        uint64_t size;
        struct error err = ERROR_INIT;
        int code = source_file_name(source, clip, i + 1, path, sizeof path, &err);
        if (code == 0) {
            code = io_open_regular(&ret->fds[i], &size, path, &err);
        }
        if (code < 0) {
            const char *reason = reason_of(&err, path);
            if (source->images) {
                snprintf(why, capacity, "%d.jpg: %.900s", i + 1, reason);
            } else {
                snprintf(why, capacity, "%s", reason);
            }
            close_files(ret);
            return code;
        }
        if (source->images) {
            snprintf(ret->names[i], sizeof ret->names[i], "%d.jpg", i + 1);
        } else {
            bare_name(ret->names[i], sizeof ret->names[i], path);
        }
        ret->count++;
        ret->bytes += size;
    }
    return 0;
}

static int put_failed(struct job *job, size_t number, const char *message, struct error *err)
{
    const struct source *source = &job->plan->source;
    const struct source_clip *clip = &source->clips[number];
    char shown[1024];
    report_say("extract", "%s%s: %s", source->roots[clip->root],
               text_escape(shown, sizeof shown, clip->path), message);
    job->counts.failed++;
    const struct pack_result result = {
        .status = CLIP_FAILED,
        .message = message,
        .bytes = job->bytes[number],
    };
    return pack_put(job->writer, number, &result, err);
}

static int put_result(struct job *job, const struct crew_result *got, struct error *err)
{
    if (got->message[0]) {
        return put_failed(job, got->clip, got->message, err);
    }
    job->counts.packed++;
    const struct pack_result result = {
        .status = got->info.frame_count < job->shape.frames ? CLIP_REPEATED : CLIP_OK,
        .message = "",
        .pixels = got->pixels,
        .frame_index = got->frame_index,
        .timestamp = got->timestamp,
        .width = got->info.width,
        .height = got->info.height,
        .frame_rate = got->info.frame_rate,
        .frame_count = got->info.frame_count,
        .decode_errors = got->info.decode_errors,
        .bytes = job->bytes[got->clip],
    };
    return pack_put(job->writer, got->clip, &result, err);
}

// Give every idle worker a clip. One that cannot be opened has failed already.
static int hand_out(struct job *job, struct error *err)
{
    const struct source *source = &job->plan->source;
    while (job->next < source->count && crew_has_idle(job->crew) && !stop_requested()) {
        struct opened opened;
        char why[ERROR_TEXT_SIZE];
        size_t number = job->next;
        int code;
        if (open_clip(&opened, source, &source->clips[number], why, sizeof why) < 0) {
            job->next++;
            code = put_failed(job, number, why, err);
        } else {
            const char *names[FILES_MAX];
            for (int i = 0; i < opened.count; i++) {
                names[i] = opened.names[i];
            }
            job->bytes[number] = opened.bytes;
            code = crew_give(job->crew, number, opened.fds, names, opened.count, err);
            job->next += code > 0;
            close_files(&opened);
        }
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

static int work_through(struct job *job, struct error *err)
{
    size_t total = job->plan->source.count;
    for (;;) {
        struct crew_result result;
        int code = hand_out(job, err);
        if (code < 0) {
            return code;
        }
        size_t done = job->counts.packed + job->counts.failed;
        char note[32];
        snprintf(note, sizeof note, "%zu failed", job->counts.failed);
        progress_update(done, job->counts.failed ? note : NULL);
        if (done == total) {
            return 0;
        }
        if (stop_requested()) {
            return error_set(err, ERR_STOPPED, "stopped after %zu of %zu clips; nothing is kept",
                             done, total);
        }
        int got = crew_next(job->crew, &result, err);
        if (got > 0) {
            // The worker gets its next clip first: it need not wait for our writing.
            code = hand_out(job, err);
            got = code < 0 ? code : put_result(job, &result, err);
        }
        if (got < 0) {
            return got;
        }
    }
}

int job_run(struct job_counts *ret, const struct plan *plan,
            const struct extract_settings *settings, struct pack_writer *writer,
            struct error *err)
{
    size_t total = plan->source.count;
    struct job job = {.plan = plan, .writer = writer};
    struct crew_options options = {
        .workers = (size_t)settings->jobs < total ? settings->jobs : (int)total,
        .timeout_ms = settings->clip_timeout * 1000,
        .start_timeout_ms = START_TIMEOUT_MS,
        .sandbox = sandbox_defaults(),
        .setup = {.options = extract_clip_options(settings), .images = plan->source.images},
        .prepare = worker_prepare,
        .run = worker_run,
    };
    options.sandbox.mode = (enum sandbox_mode)settings->sandbox;
    int code = slot_shape_of(&job.shape, &options.setup.options, err);
    if (code < 0) {
        return code;
    }
    options.setup.shape = job.shape;
    job.bytes = calloc(total, sizeof *job.bytes);
    if (!job.bytes) {
        return error_nomem(err, "list of clips");
    }
    code = crew_open(&job.crew, &options, err);
    if (code == 0) {
        progress_start("extract", "clips", total);
        code = work_through(&job, err);
        progress_end();
    }
    crew_close(&job.crew);
    free(job.bytes);
    if (code == 0) {
        *ret = job.counts;
    }
    return code;
}
