#include "core/video/scale.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "core/video/fit.h"
#include "core/video/turn.h"

// What clip_scaler_text() names.
enum { SCALER_FLAGS = SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_BITEXACT };

// Everything that a swscale context depends on.
struct scaler_key {
    int format;
    int source_width, source_height;
    int target_width, target_height;
    int colorspace, range;
};

struct scaler {
    int width, height;
    enum clip_fit fit;
    struct SwsContext *sws;
    struct scaler_key key; // of sws, if there is one
    AVFrame *small;        // RGB, of the size that is scaled to, rows padded for SIMD
    AVFrame *plain;        // the picture in a format that can be cut and turned
    AVFrame *upright;      // the picture turned
};

int scaler_open(struct scaler **ret, int width, int height, enum clip_fit fit, struct error *err)
{
    struct scaler *scaler = calloc(1, sizeof *scaler);
    if (!scaler) {
        return error_nomem(err, "scaler");
    }
    scaler->width = width;
    scaler->height = height;
    scaler->fit = fit;
    scaler->small = av_frame_alloc();
    scaler->plain = av_frame_alloc();
    scaler->upright = av_frame_alloc();
    if (!scaler->small || !scaler->plain || !scaler->upright) {
        scaler_close(&scaler);
        return error_nomem(err, "scaler");
    }
    *ret = scaler;
    return 0;
}

// Sub-byte pixels, and packed ones that share chroma, cannot be cut anywhere.
static bool can_be_cut(const AVPixFmtDescriptor *desc)
{
    bool shares_chroma = desc->log2_chroma_w || desc->log2_chroma_h;
    return !(desc->flags & AV_PIX_FMT_FLAG_BITSTREAM)
           && (!shares_chroma || (desc->flags & AV_PIX_FMT_FLAG_PLANAR));
}

/* Convert the picture, at its size, into scaler->plain: to the nearest format
 * in which whole bytes make a sample and, if `square`, chroma is shared
 * equally or not at all. */
static int make_plain(struct scaler *scaler, const AVFrame *picture, bool square,
                      struct error *err)
{
    static const enum AVPixelFormat formats[] = {
        AV_PIX_FMT_GRAY8, AV_PIX_FMT_RGB24, AV_PIX_FMT_RGB48, AV_PIX_FMT_RGBA,
        AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P10, AV_PIX_FMT_YUV444P12,
        AV_PIX_FMT_YUV444P16, AV_PIX_FMT_YUVA444P,
        // not square from here on
        AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV422P12, AV_PIX_FMT_YUV422P16,
        AV_PIX_FMT_YUV411P, AV_PIX_FMT_NONE,
    };
    enum { SQUARE_FORMATS = 10 };
    enum AVPixelFormat choice[sizeof formats / sizeof formats[0]];
    memcpy(choice, formats, sizeof formats);
    if (square) {
        choice[SQUARE_FORMATS] = AV_PIX_FMT_NONE;
    }
    AVFrame *plain = scaler->plain;
    plain->format = avcodec_find_best_pix_fmt_of_list(choice, picture->format, 0, NULL);
    plain->width = picture->width;
    plain->height = picture->height;
    if (av_frame_get_buffer(plain, 0) < 0 || av_frame_copy_props(plain, picture) < 0) {
        return error_nomem(err, "converting a picture");
    }
    struct SwsContext *sws = sws_getContext(picture->width, picture->height, picture->format,
                                            plain->width, plain->height, plain->format,
                                            SWS_BICUBIC, NULL, NULL, NULL);
    if (!sws) {
        return error_set(err, ERR_DECODE, "pictures of the format %s cannot be converted",
                         av_get_pix_fmt_name(picture->format));
    }
    sws_scale(sws, (const uint8_t *const *)picture->data, picture->linesize, 0, picture->height,
              plain->data, plain->linesize);
    sws_freeContext(sws);
    return 0;
}

static struct turn find_turn(const AVFrame *picture, const int32_t *matrix)
{
    const AVFrameSideData *own = av_frame_get_side_data(picture, AV_FRAME_DATA_DISPLAYMATRIX);
    if (own && own->size >= 9 * sizeof(int32_t)) {
        matrix = (const int32_t *)(const void *)own->data;
    }
    return turn_from_matrix(matrix);
}

// What the picture's cut would be: everything that fit_boxes() wants to know.
static struct fit_picture describe(const AVFrame *picture, const AVPixFmtDescriptor *desc)
{
    return (struct fit_picture){
        .width = picture->width,
        .height = picture->height,
        .sar_num = picture->sample_aspect_ratio.num,
        .sar_den = picture->sample_aspect_ratio.den,
        .align_x = 1 << desc->log2_chroma_w,
        .align_y = 1 << desc->log2_chroma_h,
    };
}

static struct box whole(const AVFrame *picture)
{
    return (struct box){0, 0, picture->width, picture->height};
}

static bool same_box(struct box a, struct box b)
{
    return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

/* Make *picture upright and *boxes its cut; on the way it may be replaced by
 * one of the scaler's own. */
static int prepare(struct scaler *scaler, const AVFrame **picture, struct turn turn,
                   struct fit_boxes *boxes, struct error *err)
{
    if (!turn_is_none(turn)) {
        if (!turn_takes_format(turn, (*picture)->format)) {
            int code = make_plain(scaler, *picture, turn.transpose, err);
            if (code < 0) {
                return code;
            }
            *picture = scaler->plain;
        }
        int code = turn_picture(scaler->upright, *picture, turn, err);
        if (code < 0) {
            return code;
        }
        *picture = scaler->upright;
        av_frame_unref(scaler->plain);
    }
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get((*picture)->format);
    struct fit_picture facts = describe(*picture, desc);
    *boxes = fit_boxes(scaler->fit, &facts, scaler->width, scaler->height);
    if (!same_box(boxes->source, whole(*picture)) && !can_be_cut(desc)) {
        int code = make_plain(scaler, *picture, false, err);
        if (code < 0) {
            return code;
        }
        *picture = scaler->plain;
    }
    return 0;
}

/* The matrix and the range are the picture's own; those of swscale (BT.601,
 * limited but for the yuvj formats) where it does not say. */
static int set_colours(struct SwsContext *sws, const struct scaler_key *key)
{
    int *inverse;
    int *table;
    int full, target_full, brightness, contrast, saturation;
    if (sws_getColorspaceDetails(sws, &inverse, &full, &table, &target_full, &brightness,
                                 &contrast, &saturation) < 0) {
        return -1;
    }
    bool known = key->colorspace >= AVCOL_SPC_BT709 && key->colorspace <= AVCOL_SPC_BT2020_CL
                 && key->colorspace != AVCOL_SPC_YCGCO;
    const int *matrix = sws_getCoefficients(known ? key->colorspace : AVCOL_SPC_BT470BG);
    if (key->range != AVCOL_RANGE_UNSPECIFIED) {
        full = key->range == AVCOL_RANGE_JPEG;
    }
    return sws_setColorspaceDetails(sws, matrix, full, matrix, target_full, brightness, contrast,
                                    saturation);
}

static struct SwsContext *make_sws(const struct scaler_key *key)
{
    struct SwsContext *sws = sws_alloc_context();
    if (!sws) {
        return NULL;
    }
    const struct {
        const char *name;
        int value;
    } options[] = {
        {"srcw", key->source_width},
        {"srch", key->source_height},
        {"src_format", key->format},
        {"dstw", key->target_width},
        {"dsth", key->target_height},
        {"dst_format", AV_PIX_FMT_RGB24},
        {"sws_flags", SCALER_FLAGS},
        {"threads", 1},
        // Chroma rows of 4:2:0 lie between two luma rows; -513: the format's default.
        {"src_v_chr_pos", key->format == AV_PIX_FMT_YUV420P ? 128 : -513},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (av_opt_set_int(sws, options[i].name, options[i].value, 0) < 0) {
            goto fail;
        }
    }
    if (key->range != AVCOL_RANGE_UNSPECIFIED
        && av_opt_set_int(sws, "src_range", key->range == AVCOL_RANGE_JPEG, 0) < 0) {
        goto fail;
    }
    if (sws_init_context(sws, NULL, NULL) < 0 || set_colours(sws, key) < 0) {
        goto fail;
    }
    return sws;
fail:
    sws_freeContext(sws);
    return NULL;
}

// Have scaler->sws and scaler->small ready for this kind of picture.
static int get_ready(struct scaler *scaler, const AVFrame *picture, const struct fit_boxes *boxes,
                     struct error *err)
{
    struct scaler_key key;
    memset(&key, 0, sizeof key);
    key.format = picture->format;
    key.source_width = boxes->source.width;
    key.source_height = boxes->source.height;
    key.target_width = boxes->target.width;
    key.target_height = boxes->target.height;
    key.colorspace = picture->colorspace;
    key.range = picture->color_range;
    if (scaler->sws && memcmp(&key, &scaler->key, sizeof key) == 0) {
        return 0;
    }
    sws_freeContext(scaler->sws);
    scaler->sws = make_sws(&key);
    if (!scaler->sws) {
        return error_set(err, ERR_DECODE, "pictures of %dx%d and the format %s cannot be scaled",
                         picture->width, picture->height, av_get_pix_fmt_name(picture->format));
    }
    scaler->key = key;
    av_frame_unref(scaler->small);
    scaler->small->format = AV_PIX_FMT_RGB24;
    scaler->small->width = key.target_width;
    scaler->small->height = key.target_height;
    if (av_frame_get_buffer(scaler->small, 0) < 0) {
        sws_freeContext(scaler->sws);
        scaler->sws = NULL;
        return error_nomem(err, "a frame");
    }
    return 0;
}

// Where the planes of the picture's part `box` begin.
static void cut_planes(const uint8_t *planes[4], const AVFrame *picture, struct box box)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(picture->format);
    int steps[4];
    av_image_fill_max_pixsteps(steps, NULL, desc);
    for (int i = 0; i < 4; i++) {
        bool chroma = i == 1 || i == 2;
        bool palette = i == 1 && (desc->flags & AV_PIX_FMT_FLAG_PAL);
        planes[i] = picture->data[i];
        if (planes[i] && !palette) {
            planes[i] += (ptrdiff_t)(box.y >> (chroma ? desc->log2_chroma_h : 0))
                         * picture->linesize[i];
            planes[i] += ((ptrdiff_t)box.x * steps[i]) >> (chroma ? desc->log2_chroma_w : 0);
        }
    }
}

static void copy_out(const struct scaler *scaler, struct box target, uint8_t *out)
{
    size_t stride = (size_t)scaler->width * 3;
    if (target.width < scaler->width || target.height < scaler->height) {
        memset(out, 0, stride * (size_t)scaler->height);
    }
    for (int y = 0; y < target.height; y++) {
        memcpy(out + (size_t)(target.y + y) * stride + (size_t)target.x * 3,
               scaler->small->data[0] + (ptrdiff_t)y * scaler->small->linesize[0],
               (size_t)target.width * 3);
    }
}

int scaler_run(struct scaler *scaler, const AVFrame *picture, const int32_t *matrix, uint8_t *out,
               struct error *err)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(picture->format);
    if (!desc || (desc->flags & AV_PIX_FMT_FLAG_HWACCEL)
        || !sws_isSupportedInput(picture->format)) {
        return error_set(err, ERR_DECODE, "pictures of the format %s cannot be read",
                         desc ? desc->name : "?");
    }
    struct fit_boxes boxes;
    const uint8_t *planes[4];
    int code = prepare(scaler, &picture, find_turn(picture, matrix), &boxes, err);
    if (code == 0) {
        code = get_ready(scaler, picture, &boxes, err);
    }
    if (code == 0) {
        cut_planes(planes, picture, boxes.source);
        int rows = sws_scale(scaler->sws, planes, picture->linesize, 0, boxes.source.height,
                             scaler->small->data, scaler->small->linesize);
        if (rows != boxes.target.height) {
            code = error_set(err, ERR_DECODE, "scaling failed");
        }
    }
    if (code == 0) {
        copy_out(scaler, boxes.target, out);
    }
    av_frame_unref(scaler->plain);
    av_frame_unref(scaler->upright);
    return code;
}

void scaler_close(struct scaler **scaler)
{
    if (!*scaler) {
        return;
    }
    sws_freeContext((*scaler)->sws);
    av_frame_free(&(*scaler)->small);
    av_frame_free(&(*scaler)->plain);
    av_frame_free(&(*scaler)->upright);
    free(*scaler);
    *scaler = NULL;
}
