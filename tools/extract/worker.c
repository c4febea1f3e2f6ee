#include "tools/extract/worker.h"

#include "core/base/child.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int worker_prepare(void *context, struct error *err)
{
    struct worker_setup *setup = context;
    struct clip_options options = setup->options;
    if (setup->images) {
        // Images are read one by one, each a clip of one frame.
        options.samples = options.frames = 1;
    }
    return clip_reader_open(&setup->reader, &options, err);
}

static int read_video(struct worker_setup *setup, const struct worker_request *request, int fd,
                      struct worker_reply *reply, struct error *err)
{
    const struct slot_shape *shape = &setup->shape;
    if (setup->draw) {
        clip_reader_set_draw(setup->reader, setup->draw(setup->context, request->clip));
    }
    return clip_read(setup->reader, fd, request->name, slot_pixels(shape, setup->slot),
                     slot_index(shape, setup->slot), slot_time(shape, setup->slot), &reply->info,
                     err);
}

static int read_image(struct worker_setup *setup, const struct worker_request *request, int fd,
                      struct worker_reply *reply, struct error *err)
{
    const struct slot_shape *shape = &setup->shape;
    uint32_t index;
    double time;
    struct clip_info info;
    uint8_t *pixels = slot_pixels(shape, setup->slot) + request->image * shape->frame_bytes;
    int code = clip_read(setup->reader, fd, request->name, pixels, &index, &time, &info, err);
    if (code < 0) {
        return code;
    }
    if (request->image == 0) {
        reply->info = info;
        reply->info.frame_rate = 0; // still images have none
        reply->info.decode_errors = 0;
    }
    // The clip is the images in a row; nobody knows when they were taken.
    reply->info.frame_count = request->images;
    reply->info.decode_errors += info.decode_errors;
    slot_index(shape, setup->slot)[request->image] = request->image;
    slot_time(shape, setup->slot)[request->image] = NAN;
    return 0;
}

static void serve(struct worker_setup *setup, const struct worker_request *request, int fd,
                  struct worker_reply *reply)
{
    struct error err = ERROR_INIT;
    int code = setup->images ? read_image(setup, request, fd, reply, &err)
                             : read_video(setup, request, fd, reply, &err);
    if (code < 0) {
        reply->code = code;
        snprintf(reply->message, sizeof reply->message, "%.20s%s%.130s",
                 setup->images ? request->name : "", setup->images ? ": " : "", err.text);
    }
}

int worker_run(int socket, void *context)
{
    struct worker_setup *setup = context;
    struct worker_reply reply;
    memset(&reply, 0, sizeof reply); // the holes, too: it goes out as bytes
    reply.clip = WORKER_READY;
    int code = child_send(socket, &reply, sizeof reply, -1, NULL);
    while (code == 0) {
        struct worker_request request;
        int fd;
        code = child_receive(socket, &request, sizeof request, &fd, -1, NULL);
        if (code < 0) {
            break; // the parent is done with us
        }
        if (request.image == 0) {
            memset(&reply, 0, sizeof reply);
            reply.clip = request.clip;
        }
        if (reply.code == 0) {
            serve(setup, &request, fd, &reply);
        }
        if (fd >= 0) {
            close(fd);
        }
        if (request.image + 1 == request.images) {
            code = child_send(socket, &reply, sizeof reply, -1, NULL);
        }
    }
    clip_reader_close(&setup->reader);
    return 0;
}
