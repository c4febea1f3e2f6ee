#ifndef VIDEO_STREAM_FACTS_H
#define VIDEO_STREAM_FACTS_H

#include <libavformat/avformat.h>

/* What a container states once for a stream: palettes, the display matrix. Since
 * FFmpeg 6.1 it lies with the codec's parameters; the stream's own fields are
 * deprecated there and go with FFmpeg 8. */

/* The facts, which live as long as the stream; *ret_count is how many there are. */
static inline const AVPacketSideData *stream_facts(const AVStream *stream, int *ret_count)
{
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    *ret_count = stream->codecpar->nb_coded_side_data;
    return stream->codecpar->coded_side_data;
#else
    *ret_count = stream->nb_side_data;
    return stream->side_data;
#endif
}

/* The one of this type, or NULL. */
static inline const AVPacketSideData *stream_fact(const AVStream *stream,
                                                  enum AVPacketSideDataType type)
{
    int count;
    const AVPacketSideData *facts = stream_facts(stream, &count);
    for (int i = 0; i < count; i++) {
        if (facts[i].type == type) {
            return &facts[i];
        }
    }
    return NULL;
}

#endif
