#ifndef VIDEO_SOURCE_IO_H
#define VIDEO_SOURCE_IO_H

#include "core/base/error.h"

#include <libavformat/avio.h>
#include <stdint.h>

/* A demuxer's input over an open descriptor: it reads by offset (the
 * descriptor's own position is neither used nor moved) and never opens a
 * path, so it works where opening files is forbidden. */
struct source_io {
    int fd;           /* a regular file; the caller's */
    int64_t position; /* bytes from the start */
    int64_t size;     /* bytes, as found when opened */
    int error;        /* errno of the first read that failed, 0 for none */
    AVIOContext *avio;
};

/* Fill *source. On success it must stay where it is until
 * source_io_close(). */
int source_io_open(struct source_io *source, int fd, struct error *err) MUST_CHECK;

/* Free source->avio; the descriptor stays open. Accepts a zeroed struct. */
void source_io_close(struct source_io *source);

#endif
