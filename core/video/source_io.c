#include "core/video/source_io.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavutil/error.h>
#include <libavutil/mem.h>

// What FFmpeg's own file protocol reads at a time.
enum { BUFFER_SIZE = 32768 };

static int read_packet(void *opaque, uint8_t *buffer, int size)
{
    struct source_io *source = opaque;
    ssize_t n;
    do {
        n = pread(source->fd, buffer, (size_t)size, (off_t)source->position);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        int number = errno;
        if (!source->error) {
            source->error = number;
        }
        return AVERROR(number);
    }
    if (n == 0) {
        return AVERROR_EOF;
    }
    source->position += n;
    return (int)n;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    struct source_io *source = opaque;
    int64_t base;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return source->size;
    case SEEK_SET:
        base = 0;
        break;
    case SEEK_CUR:
        base = source->position;
        break;
    case SEEK_END:
        base = source->size;
        break;
    default:
        return AVERROR(EINVAL);
    }
    if (offset < -base || offset > INT64_MAX - base) {
        return AVERROR(EINVAL);
    }
    source->position = base + offset;
    return source->position;
}

int source_io_open(struct source_io *source, int fd, struct error *err)
{
    struct stat status;
    if (fstat(fd, &status) < 0) {
        return error_errno(err, errno, "cannot look at the file");
    }
    unsigned char *buffer = av_malloc(BUFFER_SIZE);
    if (!buffer) {
        return error_nomem(err, "input buffer");
    }
    *source = (struct source_io){.fd = fd, .size = status.st_size};
    source->avio = avio_alloc_context(buffer, BUFFER_SIZE, 0, source, read_packet, NULL, seek);
    if (!source->avio) {
        av_free(buffer);
        return error_nomem(err, "input buffer");
    }
    return 0;
}

void source_io_close(struct source_io *source)
{
    if (source->avio) {
        av_freep(&source->avio->buffer); // the demuxer may have put another one there
        avio_context_free(&source->avio);
    }
}
