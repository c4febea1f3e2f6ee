#include "tools/pack/repack.h"

#include "formats/h5_file.h"
#include "tools/common/stop.h"

struct pack_plan repack_plan(const struct pack *like, size_t clips)
{
    return (struct pack_plan){
        .clips = clips,
        .samples = like->samples_per_clip,
        .frames = like->data.frames_per_sample,
        .height = like->data.height,
        .width = like->data.width,
        .classes = (const char *const *)like->classes,
        .class_count = like->class_count,
        .escaped = true,
    };
}

struct pack_clip repack_clip(const struct pack *pack, size_t row)
{
    return (struct pack_clip){
        .path = pack_path(pack, row),
        .group = pack_group(pack, row),
        .label = pack->data.labels[row],
    };
}

struct pack_attribute repack_attribute(const struct pack_value *value)
{
    return (struct pack_attribute){
        .name = value->name,
        .type = value->is_text ? ATTRIBUTE_TEXT : ATTRIBUTE_INTEGER,
        .text = value->text,
        .integer = value->integer,
    };
}

static int copy_clip(struct pack_writer *writer, size_t clip, const struct pack *pack, size_t row,
                     struct error *err)
{
    const struct dataset *data = &pack->data;
    size_t frames = (size_t)data->frames_per_sample;
    size_t slot = frames * (size_t)data->height * (size_t)data->width * 3;
    const struct pack_result result = {
        .status = (enum pack_status)pack->status[row],
        .message = pack_message(pack, row),
        .pixels = data->frames + row * slot,
        .frame_index = pack->frame_index + row * frames,
        .timestamp = pack->timestamp + row * frames,
        .width = pack->width[row],
        .height = pack->height[row],
        .frame_rate = pack->frame_rate[row],
        .frame_count = pack->frame_count[row],
        .decode_errors = pack->decode_errors[row],
        .bytes = pack->bytes[row],
    };
    return pack_put(writer, clip, &result, err);
}

// Of a source that became shorter by less than a page, zeros were copied.
static int check_sources(size_t clips, repack_find_function *find, const void *context,
                         struct error *err)
{
    const struct pack *checked = NULL;
    int code = 0;
    for (size_t i = 0; code == 0 && i < clips; i++) {
        const struct pack *pack;
        size_t row;
        find(context, i, &pack, &row);
        if (pack != checked) {
            code = h5_file_check_whole(pack->file, err);
            checked = pack;
        }
    }
    return code;
}

int repack_write(const struct pack_plan *plan, repack_find_function *find, const void *context,
                 const char *path, bool force, enum sandbox_mode mode, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = mode;
    struct pack_writer *writer = NULL;
    int code = pack_create(&writer, path, force, plan, err);
    for (size_t i = 0; code == 0 && i < plan->clips; i++) {
        const struct pack *pack;
        size_t row;
        find(context, i, &pack, &row);
        code = stop_requested() ? error_set(err, ERR_STOPPED, "stopped; nothing was written")
                                : copy_clip(writer, i, pack, row, err);
    }
    code = code < 0 ? code : check_sources(plan->clips, find, context, err);
    if (code < 0) {
        pack_abandon(&writer);
        return code;
    }
    return pack_finish(&writer, &sandbox, err);
}
