#include "core/video/clip.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>

#include "core/video/count.h"
#include "core/video/decode.h"
#include "core/video/scale.h"

enum { MAX_SIDE = 16384 };

struct clip_reader {
    struct clip_options options;
    uint32_t picks;     // K T
    size_t frame_bytes; // of one packed frame
    struct scaler *scaler;
    AVFrame *frame;
};

// Where the results of one clip go, and what they are counted from.
struct clip_job {
    struct clip_reader *reader;
    const uint32_t *index; // [picks], ascending
    uint8_t *pixels;
    double *timestamp;
    uint32_t next;         // the first pick that is not done
    double time_base;      // seconds
    int64_t start;         // timestamp of picture 0, AV_NOPTS_VALUE when unknown
    const int32_t *matrix;
};

static int check_options(const struct clip_options *options, uint32_t *picks, size_t *frame_bytes,
                         struct error *err)
{
    if (options->width < 1 || options->width > MAX_SIDE || options->height < 1
        || options->height > MAX_SIDE) {
        return error_set(err, ERR_VALUE, "frames of %dx%d pixels: each side is 1 to %d",
                         options->width, options->height, MAX_SIDE);
    }
    if (options->samples < 1 || options->frames < 1
        || (int64_t)options->samples * options->frames > INT_MAX) {
        return error_set(err, ERR_VALUE, "%d samples of %d frames: both are at least 1, and their "
                         "product at most %d", options->samples, options->frames, INT_MAX);
    }
    *picks = (uint32_t)options->samples * (uint32_t)options->frames;
    *frame_bytes = (size_t)options->width * (size_t)options->height * 3;
    if (*picks > PTRDIFF_MAX / *frame_bytes) {
        return error_set(err, ERR_VALUE, "%u frames of %zu bytes a clip are more than memory can "
                         "hold", *picks, *frame_bytes);
    }
    return 0;
}

int clip_reader_open(struct clip_reader **ret, const struct clip_options *options,
                     struct error *err)
{
    uint32_t picks = 0;
    size_t frame_bytes = 0;
    int code = check_options(options, &picks, &frame_bytes, err);
    if (code < 0) {
        return code;
    }
    // Its complaints are counted, and the worst ends up in struct error.
    av_log_set_level(AV_LOG_QUIET);
    struct clip_reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        return error_nomem(err, "clip reader");
    }
    reader->options = *options;
    reader->picks = picks;
    reader->frame_bytes = frame_bytes;
    reader->frame = av_frame_alloc();
    code = reader->frame ? 0 : error_nomem(err, "clip reader");
    if (code == 0) {
        code = scaler_open(&reader->scaler, options->width, options->height, options->fit, err);
    }
    if (code < 0) {
        clip_reader_close(&reader);
        return code;
    }
    *ret = reader;
    return 0;
}

// Seconds from picture 0 to this one.
static double elapsed(const struct clip_job *job, const AVFrame *picture)
{
    int64_t now = picture->best_effort_timestamp;
    if (now == AV_NOPTS_VALUE || job->start == AV_NOPTS_VALUE) {
        return NAN;
    }
    return ((double)now - (double)job->start) * job->time_base;
}

// Picture number k: serve all picks of it. It is scaled once.
static int serve(struct clip_job *job, uint32_t k, const AVFrame *picture, struct error *err)
{
    struct clip_reader *reader = job->reader;
    const uint8_t *done = NULL;
    while (job->next < reader->picks && job->index[job->next] == k) {
        uint8_t *out = job->pixels + job->next * reader->frame_bytes;
        if (done) {
            memcpy(out, done, reader->frame_bytes);
        } else {
            int code = scaler_run(reader->scaler, picture, job->matrix, out, err);
            if (code < 0) {
                return code;
            }
            done = out;
        }
        job->timestamp[job->next++] = elapsed(job, picture);
    }
    return 0;
}

static int serve_kept(struct clip_job *job, const struct kept_pictures *kept, struct error *err)
{
    int code = 0;
    while (code == 0 && job->next < job->reader->picks) {
        uint32_t k = job->index[job->next];
        code = serve(job, k, kept->frames[k], err);
    }
    return code;
}

// Decode from the start again, up to the last picture that is wanted.
static int serve_again(struct clip_job *job, struct decoder *decoder, struct error *err)
{
    AVFrame *frame = job->reader->frame;
    for (uint32_t k = 0; job->next < job->reader->picks; k++) {
        int code = decoder_next(decoder, frame, err);
        if (code == 0) {
            code = error_set(err, ERR_DECODE, "decoding it a second time ended early, at picture "
                             "%u", k);
        } else if (code > 0) {
            job->start = k == 0 ? frame->best_effort_timestamp : job->start;
            code = serve(job, k, frame, err);
        }
        av_frame_unref(frame);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

int clip_read(struct clip_reader *reader, int fd, const char *name, uint8_t *pixels,
              uint32_t *frame_index, double *timestamp, struct clip_info *ret, struct error *err)
{
    struct decoder *decoder = NULL;
    struct kept_pictures kept = {0};
    struct picture_count count;
    int code = decoder_open(&decoder, fd, name, err);
    if (code == 0) {
        code = count_pictures(&count, &kept, decoder, err);
    }
    if (code == 0 && count.n == 0) {
        code = error_set(err, ERR_DECODE, "no picture in it can be decoded");
    }
    if (code < 0) {
        goto done;
    }
    struct clip_info info = {
        .frame_count = count.n,
        .width = count.width,
        .height = count.height,
        .frame_rate = decoder_frame_rate(decoder),
        .decode_errors = decoder_complaints(decoder),
    };
    choose_frames(reader->options.sampling, info.frame_count, reader->picks, frame_index);
    if (kept.overflow) {
        decoder_close(&decoder);
        code = decoder_open(&decoder, fd, name, err);
        if (code < 0) {
            goto done;
        }
    }
    struct clip_job job = {
        .reader = reader,
        .index = frame_index,
        .pixels = pixels,
        .timestamp = timestamp,
        .time_base = av_q2d(decoder_time_base(decoder)),
        .start = kept.overflow ? AV_NOPTS_VALUE : kept.frames[0]->best_effort_timestamp,
        .matrix = decoder_display_matrix(decoder),
    };
    code = kept.overflow ? serve_again(&job, decoder, err) : serve_kept(&job, &kept, err);
    if (code == 0) {
        *ret = info;
    }
done:
    kept_pictures_clear(&kept);
    decoder_close(&decoder);
    return code;
}

void clip_reader_close(struct clip_reader **reader)
{
    if (!*reader) {
        return;
    }
    scaler_close(&(*reader)->scaler);
    av_frame_free(&(*reader)->frame);
    free(*reader);
    *reader = NULL;
}

const char *clip_scaler_text(void)
{
    return "swscale area+accurate_rnd+full_chroma_int+bitexact";
}

const char *clip_matrix_text(void)
{
    return "matrix and range as the picture says; else BT.601, limited range but for JPEG formats";
}

// The libraries in use, not those of the headers at compile time.
static char library_text[128];

static void write_library_text(void)
{
    const struct {
        const char *name;
        unsigned version;
    } libraries[] = {
        {"libavcodec", avcodec_version()},
        {"libavformat", avformat_version()},
        {"libswscale", swscale_version()},
    };
    size_t used = 0;
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        unsigned version = libraries[i].version;
        used += (size_t)snprintf(library_text + used, sizeof library_text - used, "%s%s %u.%u.%u",
                                 i ? " " : "", libraries[i].name, AV_VERSION_MAJOR(version),
                                 AV_VERSION_MINOR(version), AV_VERSION_MICRO(version));
    }
}

const char *clip_library_text(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, write_library_text);
    return library_text;
}
