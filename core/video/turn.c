#include "core/video/turn.h"

#include <math.h>
#include <string.h>

#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

// The angle to turn by, clockwise, in (-1, 359] degrees or so.
static double clockwise_angle(const int32_t *matrix)
{
    double angle = -round(av_display_rotation_get(matrix));
    return isnan(angle) ? 0 : angle - 360 * floor(angle / 360 + 0.9 / 360);
}

struct turn turn_from_matrix(const int32_t *matrix)
{
    struct turn turn = {false, false, false};
    if (!matrix) {
        return turn;
    }
    double angle = clockwise_angle(matrix);
    // Elements 0 and 4 are what x and y are multiplied with; 3 is y's share in x.
    if (fabs(angle - 90) < 1) {
        turn.transpose = true;
        turn.mirror_columns = matrix[3] <= 0;
    } else if (fabs(angle - 180) < 1) {
        turn.mirror_columns = matrix[0] < 0;
        turn.mirror_rows = matrix[4] < 0;
    } else if (fabs(angle - 270) < 1) {
        turn.transpose = true;
        turn.mirror_columns = matrix[3] < 0;
        turn.mirror_rows = true;
    } else if (fabs(angle) < 1) {
        turn.mirror_rows = matrix[4] < 0;
    }
    return turn;
}

bool turn_is_none(struct turn turn)
{
    return !turn.transpose && !turn.mirror_columns && !turn.mirror_rows;
}

bool turn_takes_format(struct turn turn, int pixel_format)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(pixel_format);
    if (!desc || (desc->flags & (AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL))) {
        return false;
    }
    bool square = desc->log2_chroma_w == desc->log2_chroma_h;
    if (turn.transpose) {
        return square && !(desc->flags & AV_PIX_FMT_FLAG_PAL);
    }
    return square || desc->comp[0].plane != desc->comp[1].plane;
}

// One plane of samples of `step` bytes each.
static void turn_plane(uint8_t *target, int target_stride, const uint8_t *source,
                       int source_stride, int width, int height, int step, struct turn turn)
{
    for (int y = 0; y < height; y++) {
        int from_y = turn.mirror_rows ? height - 1 - y : y;
        for (int x = 0; x < width; x++) {
            int from_x = turn.mirror_columns ? width - 1 - x : x;
            int row = turn.transpose ? from_x : from_y;
            int column = turn.transpose ? from_y : from_x;
            memcpy(target + (ptrdiff_t)y * target_stride + (ptrdiff_t)x * step,
                   source + (ptrdiff_t)row * source_stride + (ptrdiff_t)column * step,
                   (size_t)step);
        }
    }
}

int turn_picture(AVFrame *target, const AVFrame *source, struct turn turn, struct error *err)
{
    target->format = source->format;
    target->width = turn.transpose ? source->height : source->width;
    target->height = turn.transpose ? source->width : source->height;
    if (av_frame_get_buffer(target, 0) < 0 || av_frame_copy_props(target, source) < 0) {
        av_frame_unref(target);
        return error_nomem(err, "turning a picture");
    }
    if (turn.transpose) {
        target->sample_aspect_ratio = av_inv_q(source->sample_aspect_ratio);
    }
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(source->format);
    int steps[4];
    av_image_fill_max_pixsteps(steps, NULL, desc);
    bool palette = desc->flags & AV_PIX_FMT_FLAG_PAL;
    for (int plane = 0; plane < 4 && source->data[plane]; plane++) {
        if (palette && plane == 1) {
            memcpy(target->data[1], source->data[1], AVPALETTE_SIZE);
            break;
        }
        bool chroma = plane == 1 || plane == 2;
        turn_plane(target->data[plane], target->linesize[plane], source->data[plane],
                   source->linesize[plane],
                   AV_CEIL_RSHIFT(target->width, chroma ? desc->log2_chroma_w : 0),
                   AV_CEIL_RSHIFT(target->height, chroma ? desc->log2_chroma_h : 0),
                   steps[plane], turn);
    }
    return 0;
}
