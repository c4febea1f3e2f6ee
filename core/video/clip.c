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

#include "core/video/clip_pass.h"
#include "core/video/demux.h"
#include "core/video/scale.h"

enum { MAX_SIDE = 16384 };

struct clip_reader {
    struct clip_options options;
    uint32_t picks;     // K T
    size_t frame_bytes; // of one packed frame
    struct scaler *scaler;
    uint64_t draw;
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
    code = scaler_open(&reader->scaler, options->width, options->height, options->fit, err);
    if (code < 0) {
        clip_reader_close(&reader);
        return code;
    }
    *ret = reader;
    return 0;
}

static bool is_mpeg4(const struct demux *demux)
{
    return demux->stream->codecpar->codec_id == AV_CODEC_ID_MPEG4;
}

/* Whether no picture that is needed is damaged: then what a decode of
 * everything complained about does not matter, and is not seen by one of what
 * is needed. 1, 0, or negative: ERR_NOMEM or ERR_IO. */
static int is_sound(const struct clip_target *target, int fd, const char *name, struct error *err)
{
    struct clip_target nowhere = *target;
    nowhere.pixels = NULL;
    struct demux *demux = NULL;
    struct clip_info info;
    int code = demux_open(&demux, fd, name, true, err);
    if (code == 0 && is_mpeg4(demux)) {
        code = clip_pass_needed(&nowhere, &demux, fd, name, &info, err);
    }
    demux_close(&demux);
    return code;
}

/* Decode everything. `ask` when it is not known whether decoding what is
 * needed would do. */
static int read_whole(const struct clip_target *target, int fd, const char *name, bool ask,
                      struct clip_info *ret, struct error *err)
{
    struct demux *demux = NULL;
    struct clip_info info = {0};
    int code = demux_open(&demux, fd, name, false, err);
    if (code == 0) {
        code = clip_pass_whole(target, &demux, fd, name, &info, err);
    }
    demux_close(&demux);
    if (code == 0 && ask && info.decode_errors > 0) {
        int sound = is_sound(target, fd, name, err);
        if (sound > 0) {
            info.decode_errors = 0;
        }
        code = sound < 0 ? sound : 0;
    }
    if (code == 0) {
        *ret = info;
    }
    return code;
}

/* Decode what is needed; *ret_done says whether that was possible, and then
 * *ret is set. */
static int read_needed(const struct clip_target *target, int fd, const char *name,
                       struct clip_info *ret, bool *ret_done, struct error *err)
{
    struct demux *demux = NULL;
    int code = demux_open(&demux, fd, name, true, err);
    if (code == 0 && is_mpeg4(demux)) {
        code = clip_pass_needed(target, &demux, fd, name, ret, err);
        *ret_done = code > 0;
    } else if (code == 0) {
        // Of no other codec can be told what it needs, so the whole it is.
        code = clip_pass_whole(target, &demux, fd, name, ret, err);
        *ret_done = code == 0;
    }
    demux_close(&demux);
    return code < 0 ? code : 0;
}

static bool same_time(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

// A way of reading that differs from another is our bug; say which picture.
static int compare(const struct clip_target *a, const struct clip_info *x,
                   const struct clip_target *b, const struct clip_info *y, struct error *err)
{
    if (x->frame_count != y->frame_count || x->width != y->width || x->height != y->height
        || x->frame_rate != y->frame_rate || x->decode_errors != y->decode_errors) {
        return error_set(err, ERR_DECODE, "decoding what is needed finds %u pictures of %ux%u at "
                         "%g/s and %u errors, decoding everything %u of %ux%u at %g/s and %u",
                         x->frame_count, x->width, x->height, x->frame_rate, x->decode_errors,
                         y->frame_count, y->width, y->height, y->frame_rate, y->decode_errors);
    }
    for (uint32_t i = 0; i < a->picks; i++) {
        if (a->index[i] != b->index[i] || !same_time(a->timestamp[i], b->timestamp[i])
            || memcmp(a->pixels + i * a->frame_bytes, b->pixels + i * b->frame_bytes,
                      a->frame_bytes) != 0) {
            return error_set(err, ERR_DECODE, "decoding what is needed gives another picture %u "
                             "than decoding everything", b->index[i]);
        }
    }
    return 0;
}

// Both ways. What is returned is that of decoding everything.
static int read_both(const struct clip_target *target, int fd, const char *name,
                     struct clip_info *ret, struct error *err)
{
    struct clip_target needed = *target;
    needed.pixels = malloc(target->picks * target->frame_bytes);
    needed.index = malloc(target->picks * sizeof *needed.index);
    needed.timestamp = malloc(target->picks * sizeof *needed.timestamp);
    struct clip_info needed_info, info;
    bool done = false;
    int code = needed.pixels && needed.index && needed.timestamp ? 0
               : error_nomem(err, "frames of a clip, twice");
    if (code == 0) {
        code = read_whole(target, fd, name, true, &info, err);
    }
    if (code == 0) {
        code = read_needed(&needed, fd, name, &needed_info, &done, err);
    }
    if (code == 0 && done) {
        code = compare(&needed, &needed_info, target, &info, err);
    }
    free(needed.pixels);
    free(needed.index);
    free(needed.timestamp);
    if (code == 0) {
        *ret = info;
    }
    return code;
}

void clip_reader_set_draw(struct clip_reader *reader, uint64_t draw)
{
    reader->draw = draw;
}

struct choice clip_choice(const struct clip_options *options, uint64_t draw)
{
    return (struct choice){
        .rule = options->sampling,
        .samples = (uint32_t)options->samples,
        .frames = (uint32_t)options->frames,
        .stride = options->stride ? options->stride : 1,
        .draw = draw,
    };
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

// From ascending order to that of the samples, where runs of frames overlap.
static int put_in_order(const struct clip_target *target, uint32_t length, struct error *err)
{
    if (choose_is_ascending(&target->choice)) {
        return 0;
    }
    uint32_t picks = target->picks;
    size_t bytes = target->frame_bytes;
    uint8_t *pixels = malloc(picks * bytes);
    uint32_t *sorted = malloc(picks * sizeof *sorted);
    double *timestamp = malloc(picks * sizeof *timestamp);
    int code = pixels && sorted && timestamp ? 0 : error_nomem(err, "frames of a clip, twice");
    if (code == 0) {
        memcpy(pixels, target->pixels, picks * bytes);
        memcpy(sorted, target->index, picks * sizeof *sorted);
        memcpy(timestamp, target->timestamp, picks * sizeof *timestamp);
        choose_frames(&target->choice, length, target->index);
    }
    for (uint32_t i = 0; code == 0 && i < picks; i++) {
        const uint32_t *at = bsearch(&target->index[i], sorted, picks, sizeof *sorted,
                                     compare_numbers);
        size_t from = (size_t)(at - sorted);
        memcpy(target->pixels + i * bytes, pixels + from * bytes, bytes);
        target->timestamp[i] = timestamp[from];
    }
    free(pixels);
    free(sorted);
    free(timestamp);
    return code;
}

int clip_read(struct clip_reader *reader, int fd, const char *name, uint8_t *pixels,
              uint32_t *frame_index, double *timestamp, struct clip_info *ret, struct error *err)
{
    struct clip_target target = {
        .scaler = reader->scaler,
        .choice = clip_choice(&reader->options, reader->draw),
        .picks = reader->picks,
        .frame_bytes = reader->frame_bytes,
        .pixels = pixels,
        .index = frame_index,
        .timestamp = timestamp,
    };
    bool done = false;
    int code;
    if (reader->options.seek == CLIP_SEEK_VERIFY) {
        code = read_both(&target, fd, name, ret, err);
    } else if (reader->options.seek == CLIP_SEEK_NEVER) {
        code = read_whole(&target, fd, name, true, ret, err);
    } else {
        code = read_needed(&target, fd, name, ret, &done, err);
        if (code == 0 && !done) {
            code = read_whole(&target, fd, name, false, ret, err);
        }
    }
    return code < 0 ? code : put_in_order(&target, ret->frame_count, err);
}

void clip_reader_close(struct clip_reader **reader)
{
    if (!*reader) {
        return;
    }
    scaler_close(&(*reader)->scaler);
    free(*reader);
    *reader = NULL;
}

const char *clip_decoder_text(void)
{
    return "bitexact";
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
