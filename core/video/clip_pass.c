#include "core/video/clip_pass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/video/decode.h"
#include "core/video/mpeg4_clip.h"
#include "core/video/pick_plan.h"

// Of a clip's packets, in memory; UCF101's clips have up to 3 MB.
enum { KEEP_BYTES = 8 << 20 };

// Pictures on their way to the picks that they serve.
struct pass {
    const struct clip_target *target;
    struct pick_plan plan;
    const int32_t *matrix;
    double time_base; // seconds
    int64_t start;    // timestamp of picture 0, AV_NOPTS_VALUE when unknown
};

// Seconds from picture 0.
static double elapsed(const struct pass *pass, int64_t now)
{
    if (now == AV_NOPTS_VALUE || pass->start == AV_NOPTS_VALUE) {
        return NAN;
    }
    return ((double)now - (double)pass->start) * pass->time_base;
}

// Picture k: serve all picks of it. It is scaled once.
static int serve(struct pass *pass, uint32_t k, const AVFrame *picture, int64_t now,
                 struct error *err)
{
    const struct clip_target *target = pass->target;
    uint32_t first;
    uint32_t count = pick_plan_serve(&pass->plan, k, &first);
    if (count == 0 || !target->pixels) {
        return 0;
    }
    uint8_t *out = target->pixels + first * target->frame_bytes;
    int code = scaler_run(target->scaler, picture, pass->matrix, out, err);
    if (code < 0) {
        return code;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) {
            memcpy(out + i * target->frame_bytes, out, target->frame_bytes);
        }
        target->timestamp[first + i] = elapsed(pass, now);
    }
    return 0;
}

static void start_pass(struct pass *pass, const struct clip_target *target,
                       const struct demux *demux, uint32_t length)
{
    *pass = (struct pass){
        .target = target,
        .matrix = demux_display_matrix(demux),
        .time_base = av_q2d(demux->stream->time_base),
        .start = AV_NOPTS_VALUE,
    };
    pick_plan_start(&pass->plan, &target->choice, target->index, length);
}

/* Go through the pictures, all of them or up to the last one picked. While it
 * is a guess which are picked, one that cannot be scaled does not count: its
 * picks stay open. */
static int go_through(struct pass *pass, struct decoder *decoder, bool guess,
                      struct clip_info *info, struct error *err)
{
    AVFrame *frame = av_frame_alloc();
    if (!frame) {
        return error_nomem(err, "a picture");
    }
    int code = 1;
    uint32_t k = 0;
    bool open = true;
    while (guess || pass->plan.next < pass->plan.count) {
        code = decoder_next(decoder, frame, err);
        if (code <= 0) {
            break;
        }
        if (k == UINT32_MAX) {
            code = error_set(err, ERR_DECODE, "more than %u pictures", UINT32_MAX);
            break;
        }
        if (k == 0) {
            pass->start = frame->best_effort_timestamp;
            info->width = (uint32_t)frame->width;
            info->height = (uint32_t)frame->height;
        }
        uint32_t before = pass->plan.next;
        code = open ? serve(pass, k, frame, frame->best_effort_timestamp, guess ? NULL : err) : 0;
        if (code < 0 && guess) {
            pass->plan.next = before;
            open = false;
        } else if (code < 0) {
            break;
        }
        k++;
    }
    info->frame_count = k;
    av_frame_free(&frame);
    return code < 0 ? code : 0;
}

static int pass_once(struct pass *pass, const struct clip_target *target, struct demux *demux,
                     uint32_t length, bool guess, struct clip_info *info, struct error *err)
{
    struct decoder *decoder = NULL;
    int code = decoder_open(&decoder, demux, err);
    if (code == 0) {
        start_pass(pass, target, demux, length);
        code = go_through(pass, decoder, guess, info, err);
    }
    if (code == 0) {
        info->decode_errors = decoder_complaints(decoder);
    }
    decoder_close(&decoder);
    return code;
}

int clip_pass_whole(const struct clip_target *target, struct demux **demux, int fd,
                    const char *name, struct clip_info *ret, struct error *err)
{
    struct clip_info info = {.frame_rate = demux_frame_rate(*demux)};
    struct pass pass;
    int code = pass_once(&pass, target, *demux, demux_guess(*demux), true, &info, err);
    if (code == 0 && info.frame_count == 0) {
        code = error_set(err, ERR_DECODE, "no picture in it can be decoded");
    }
    if (code == 0 && !pick_plan_is_right(&pass.plan, info.frame_count)) {
        struct clip_info again = {0};
        demux_close(demux);
        code = demux_open(demux, fd, name, false, err);
        if (code == 0) {
            code = pass_once(&pass, target, *demux, info.frame_count, false, &again, err);
        }
        if (code == 0 && pass.plan.next < pass.plan.count) {
            code = error_set(err, ERR_DECODE, "decoding it a second time ended early, at picture "
                             "%u", again.frame_count);
        }
    }
    if (code == 0) {
        *ret = info;
    }
    return code;
}

struct needed {
    struct pass pass;
    const struct mpeg4_clip *clip;
};

static int take(void *context, uint32_t k, const AVFrame *picture, struct error *err)
{
    struct needed *needed = context;
    return serve(&needed->pass, k, picture, mpeg4_clip_timestamp(needed->clip, k), err);
}

static int decode_needed(const struct clip_target *target, struct mpeg4_clip *clip,
                         struct demux **demux, int fd, const char *name, struct error *err)
{
    uint32_t *wanted = malloc(target->picks * sizeof *wanted);
    if (!wanted) {
        return error_nomem(err, "numbers of pictures");
    }
    struct needed needed = {.clip = clip};
    start_pass(&needed.pass, target, *demux, mpeg4_clip_count(clip));
    needed.pass.start = mpeg4_clip_timestamp(clip, 0);
    uint32_t count = pick_plan_distinct(&needed.pass.plan, wanted);
    int code = 0;
    if (!mpeg4_clip_is_kept(clip)) {
        needed.pass.matrix = NULL; // such a clip has none
        demux_close(demux);
        code = demux_open(demux, fd, name, true, err);
    }
    if (code == 0) {
        code = mpeg4_clip_decode(clip, *demux ? (*demux)->format : NULL, wanted, count, take,
                                 &needed, err);
    }
    free(wanted);
    return code > 0 && needed.pass.plan.next < needed.pass.plan.count ? 0 : code;
}

int clip_pass_needed(const struct clip_target *target, struct demux **demux, int fd,
                     const char *name, struct clip_info *ret, struct error *err)
{
    struct mpeg4_clip *clip = NULL;
    const char *reason;
    int code = mpeg4_clip_open(&clip, (*demux)->format, (*demux)->stream, KEEP_BYTES, &reason,
                               err);
    if (code <= 0) {
        return code;
    }
    struct clip_info info = {
        .frame_count = mpeg4_clip_count(clip),
        .width = mpeg4_clip_width(clip),
        .height = mpeg4_clip_height(clip),
        .frame_rate = demux_frame_rate(*demux),
        .partly = 1,
    };
    code = decode_needed(target, clip, demux, fd, name, err);
    mpeg4_clip_close(&clip);
    if (code > 0) {
        *ret = info;
    }
    return code;
}
