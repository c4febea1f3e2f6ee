#include "tools/pack/info_json.h"

#include "formats/json_write.h"

static void write_parameters(struct json *json, const struct pack *pack)
{
    json_object_begin(json, "parameters");
    for (int i = 0; i < pack->attribute_count; i++) {
        const struct pack_value *a = &pack->attributes[i];
        if (a->is_text) {
            json_text(json, a->name, a->text);
        } else {
            json_count(json, a->name, a->integer);
        }
    }
    json_object_end(json);
}

// {"none": 0, "train": 6, ...}
static void write_parts(struct json *json, const char *name, const size_t *parts)
{
    json_object_begin(json, name);
    for (int part = 0; part < PART_COUNT; part++) {
        json_count(json, pack_part_name((enum pack_part)part), parts[part]);
    }
    json_object_end(json);
}

static void write_class(struct json *json, const struct pack *pack, const struct counts *counts,
                        int index)
{
    json_object_begin(json, NULL);
    json_text(json, "name", index < pack->class_count ? pack->classes[index] : NULL);
    json_count(json, "samples", counts->samples[index]);
    json_object_begin(json, "splits");
    for (int s = 0; s < pack->split_count; s++) {
        write_parts(json, pack->splits[s].name, counts_parts(counts, pack, s, index));
    }
    json_object_end(json);
    json_object_end(json);
}

static void write_failed(struct json *json, const struct pack *pack)
{
    json_array_begin(json, "failed_clips");
    size_t step = (size_t)pack->samples_per_clip;
    for (size_t row = 0; row < pack->data.samples; row += step) {
        if (pack->status[row] == CLIP_FAILED) {
            json_object_begin(json, NULL);
            json_text(json, "path", pack_path(pack, row));
            json_text(json, "message", pack_message(pack, row));
            json_object_end(json);
        }
    }
    json_array_end(json);
}

void info_json_write(FILE *out, const struct pack *pack, const struct counts *counts)
{
    struct json json = json_begin(out);
    json_text(&json, "pack", pack->path);
    json_count(&json, "clips", pack->clips);
    json_count(&json, "clips_packed", pack->clips - counts->failed);
    json_count(&json, "clips_failed", counts->failed);
    json_count(&json, "clips_repeated", counts->repeated);
    json_count(&json, "samples", pack->data.samples);
    json_count(&json, "samples_per_clip", (uint64_t)pack->samples_per_clip);
    json_count(&json, "frames_per_sample", (uint64_t)pack->data.frames_per_sample);
    json_count(&json, "width", (uint64_t)pack->data.width);
    json_count(&json, "height", (uint64_t)pack->data.height);
    json_count(&json, "bytes", pack->mapping_size);
    json_text(&json, "digest", pack->digest);
    write_parameters(&json, pack);
    json_object_begin(&json, "splits");
    for (int s = 0; s < pack->split_count; s++) {
        write_parts(&json, pack->splits[s].name, &counts->totals[(size_t)s * PART_COUNT]);
    }
    json_object_end(&json);
    json_array_begin(&json, "classes");
    for (int i = 0; i < pack->class_count + (counts->samples[pack->class_count] > 0); i++) {
        write_class(&json, pack, counts, i);
    }
    json_array_end(&json);
    write_failed(&json, pack);
    json_end(&json);
}
