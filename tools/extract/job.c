#include "tools/extract/job.h"

#include "core/base/random.h"
#include "core/base/text.h"
#include "tools/common/progress.h"
#include "tools/common/report.h"
#include "tools/common/stop.h"
#include "tools/extract/clip_files.h"
#include "tools/extract/complaints.h"
#include "tools/extract/crew.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { START_TIMEOUT_MS = 60000, PATH_SHOWN = 1024 + PATH_MAX };

struct draw_context {
    const struct plan *plan;
    uint64_t seed;
};

// A clip that a worker has.
struct handed_out {
    size_t clip;
    struct clip_files files; // none: this place is free
};

struct job {
    const struct plan *plan;
    struct pack_writer *writer;
    struct crew *crew;
    struct slot_shape shape;
    uint64_t without_repeats; // frames that a clip must have for none to stand twice
    struct complaints complaints;
    struct handed_out *out; // [places]
    int places;             // one more than workers: a clip may be on its way back
    bool stop_at_failure;
    bool verbose; // say a line of every clip
    size_t next; // clip to hand out
    size_t kept; // clips that were there at the beginning
    struct job_counts *counts;
};

static struct handed_out *find_out(const struct job *job, size_t clip)
{
    for (int i = 0; i < job->places; i++) {
        if (job->out[i].files.count > 0 && job->out[i].clip == clip) {
            return &job->out[i];
        }
    }
    return NULL;
}

static struct handed_out *find_place(const struct job *job)
{
    for (int i = 0; i < job->places; i++) {
        if (job->out[i].files.count == 0) {
            return &job->out[i];
        }
    }
    return NULL;
}

// The first clip that is not done yet, of those that were handed out.
static size_t first_out(const struct job *job)
{
    size_t first = job->next;
    for (int i = 0; i < job->places; i++) {
        if (job->out[i].files.count > 0 && job->out[i].clip < first) {
            first = job->out[i].clip;
        }
    }
    return first;
}

// Another try may end otherwise: what failed is not in the clip's bytes.
static bool is_transient(int code)
{
    return code != ERR_DECODE && code != ERR_FORMAT && code != ERR_VALUE;
}

static int put_failed(struct job *job, size_t number, int why, const char *message,
                      const struct clip_files *files, struct error *err)
{
    const struct source *source = &job->plan->source;
    const struct source_clip *clip = &source->clips[number];
    char shown[1024], path[PATH_SHOWN];
    text_escape(shown, sizeof shown, clip->path);
    if (job->stop_at_failure) {
        return error_set(err, ERR_DECODE, "%s%s: %s (--on-error stop)",
                         source->roots[clip->root], shown, message);
    }
    snprintf(path, sizeof path, "%s%s", source->roots[clip->root], shown);
    int code = complaints_add(&job->complaints, number, path, message, err);
    if (code < 0) {
        return code;
    }
    job->counts->failed++;
    const struct pack_result result = {
        .status = CLIP_FAILED,
        .message = message,
        .bytes = files ? files->bytes : 0,
        .stamp = files ? files->stamp : 0,
        .transient = !files || is_transient(why),
    };
    return pack_put(job->writer, number, &result, err);
}

// Failed ones are told by complaints.
static void say_packed(const struct job *job, const struct crew_result *got)
{
    const struct source *source = &job->plan->source;
    const struct source_clip *clip = &source->clips[got->clip];
    char shown[1024], errors[40] = "";
    if (got->info.decode_errors > 0) {
        snprintf(errors, sizeof errors, ", %u decoding errors", got->info.decode_errors);
    }
    report_say("extract", "%s%s: %u frame%s of %ux%u, %s%s", source->roots[clip->root],
               text_escape(shown, sizeof shown, clip->path), got->info.frame_count,
               got->info.frame_count == 1 ? "" : "s", got->info.width, got->info.height,
               got->info.partly ? "some decoded" : "all decoded", errors);
}

static int put_packed(struct job *job, const struct crew_result *got,
                      const struct clip_files *files, struct error *err)
{
    job->counts->packed++;
    if (job->verbose) {
        say_packed(job, got);
    }
    const struct pack_result result = {
        .status = got->info.frame_count < job->without_repeats ? CLIP_REPEATED : CLIP_OK,
        .message = "",
        .pixels = got->pixels,
        .frame_index = got->frame_index,
        .timestamp = got->timestamp,
        .width = got->info.width,
        .height = got->info.height,
        .frame_rate = got->info.frame_rate,
        .frame_count = got->info.frame_count,
        .decode_errors = got->info.decode_errors,
        .bytes = files->bytes,
        .stamp = files->stamp,
    };
    return pack_put(job->writer, got->clip, &result, err);
}

static int put_result(struct job *job, const struct crew_result *got, struct error *err)
{
    struct handed_out *out = find_out(job, got->clip);
    if (!out) {
        return error_set(err, ERR_CHILD, "clip %zu came back and was not handed out", got->clip);
    }
    struct clip_files files = out->files;
    out->files.count = 0;
    int code;
    if (clip_files_changed(&files)) {
        code = put_failed(job, got->clip, ERR_IO, "changed while it was read", &files, err);
    } else if (got->message[0]) {
        code = put_failed(job, got->clip, got->code, got->message, &files, err);
    } else {
        code = put_packed(job, got, &files, err);
    }
    clip_files_close(&files);
    return code;
}

// Give the next clip to a worker; one that cannot be opened has failed already, unless we
// lack the means: then so would the clips behind it.
static int hand_out_next(struct job *job, struct error *err)
{
    const struct source *source = &job->plan->source;
    struct handed_out *place = find_place(job);
    size_t number = job->next;
    char why[ERROR_TEXT_SIZE];
    if (!place) {
        return error_set(err, ERR_CHILD, "a worker is idle and no clip has come back");
    }
    struct clip_files *files = &place->files;
    int opened = clip_files_open(files, source, &source->clips[number], why, sizeof why);
    if (opened == ERR_NOMEM) {
        char shown[1024];
        const struct source_clip *clip = &source->clips[number];
        return error_set(err, opened, "%s%s: %s", source->roots[clip->root],
                         text_escape(shown, sizeof shown, clip->path), why);
    }
    if (opened < 0) {
        job->next++;
        return put_failed(job, number, opened, why, NULL, err);
    }
    const char *names[CLIP_FILES_MAX];
    for (int i = 0; i < files->count; i++) {
        names[i] = files->names[i];
    }
    place->clip = number;
    int code = crew_give(job->crew, number, files->fds, names, files->count, err);
    if (code <= 0) {
        clip_files_close(files);
        return code;
    }
    job->next++;
    return 0;
}

// Give every idle worker a clip.
static int hand_out(struct job *job, struct error *err)
{
    size_t total = job->plan->source.count;
    int code = 0;
    while (code == 0) {
        while (job->next < total && pack_has(job->writer, job->next)) {
            job->next++;
        }
        if (job->next == total || !crew_has_idle(job->crew) || stop_requested()) {
            break;
        }
        code = hand_out_next(job, err);
    }
    return code;
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
        complaints_say(&job->complaints, first_out(job));
        size_t done = job->counts->packed + job->counts->failed;
        char note[32];
        snprintf(note, sizeof note, "%zu failed", job->counts->failed);
        progress_update(done - job->kept, job->counts->failed ? note : NULL);
        if (done == total) {
            return 0;
        }
        if (stop_requested()) {
            return error_set(err, ERR_STOPPED, "stopped after %zu of %zu clips", done, total);
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

// Every worker has a socket and the files of a clip.
static void allow_many_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit); // where it is refused, so will be an open
    }
}

static int run_crew(struct job *job, const struct crew_options *options, struct error *err)
{
    size_t total = job->plan->source.count;
    job->out = calloc((size_t)job->places, sizeof *job->out);
    if (!job->out) {
        return error_nomem(err, "list of clips");
    }
    allow_many_files();
    int code = crew_open(&job->crew, options, err);
    if (code == 0) {
        progress_start("extract", "clips", total - job->kept);
        code = work_through(job, err);
        complaints_say(&job->complaints, total);
        progress_end();
    }
    crew_close(&job->crew);
    for (int i = 0; i < job->places; i++) {
        clip_files_close(&job->out[i].files);
    }
    complaints_clear(&job->complaints);
    free(job->out);
    return code;
}

// What the frames of a clip are drawn by: the seed, and its path in the pack.
static uint64_t draw_of(const void *context, uint64_t clip)
{
    const struct draw_context *draw = context;
    return random_hash_text(draw->seed, draw->plan->source.clips[clip].path);
}

int job_run(struct job_counts *counts, const struct plan *plan,
            const struct extract_settings *settings, struct pack_writer *writer,
            struct error *err)
{
    size_t total = plan->source.count, kept = counts->packed + counts->failed;
    size_t left = total - kept;
    int workers = (size_t)settings->jobs < left ? settings->jobs : (int)left;
    const struct draw_context draw = {plan, settings->seed};
    struct job job = {
        .plan = plan,
        .writer = writer,
        .places = workers + 1,
        .stop_at_failure = settings->on_error == ON_ERROR_STOP,
        .verbose = settings->verbose,
        .kept = kept,
        .counts = counts,
    };
    struct crew_options options = {
        .workers = workers,
        .timeout_ms = settings->clip_timeout * 1000,
        .start_timeout_ms = START_TIMEOUT_MS,
        .sandbox = sandbox_defaults(),
        .setup = {.options = extract_clip_options(settings), .images = plan->source.images,
                  .draw = settings->sampling == CHOOSE_RANDOM ? draw_of : NULL, .context = &draw},
        .prepare = worker_prepare,
        .run = worker_run,
    };
    options.sandbox.mode = (enum sandbox_mode)settings->sandbox;
    int code = slot_shape_of(&job.shape, &options.setup.options, err);
    if (code < 0 || left == 0) {
        return code;
    }
    options.setup.shape = job.shape;
    const struct choice choice = clip_choice(&options.setup.options, 0);
    job.without_repeats = plan->source.images > 0 ? job.shape.frames : choose_length(&choice);
    return run_crew(&job, &options, err);
}
