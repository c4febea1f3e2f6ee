#include "tools/train/trained_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The clips of these rows, once each, sorted. The texts are the pack's.
static int collect_clips(struct model_clip **ret, size_t *ret_count, const struct pack *pack,
                         const struct part_rows *rows, struct error *err)
{
    struct model_clip *clips = calloc(rows->count + 1, sizeof *clips);
    if (!clips) {
        return error_nomem(err, "clips of the model");
    }
    size_t count = 0;
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < rows->count; i++) {
        // Samples of a clip stand together, samples_per_clip of them.
        size_t row = rows->rows[i];
        size_t clip = row / (size_t)pack->samples_per_clip;
        if (clip == last) {
            continue;
        }
        last = clip;
        clips[count++] = (struct model_clip){.class_name = pack->classes[pack->data.labels[row]],
                                             .group = pack_group(pack, row),
                                             .path = pack_path(pack, row)};
    }
    qsort(clips, count, sizeof *clips, model_clip_compare);
    *ret = clips;
    *ret_count = count;
    return 0;
}

// A text attribute of the pack; "" where it has none.
static const char *attribute_text(const struct pack *pack, const char *name)
{
    const struct pack_value *value = pack_attribute(pack, name);
    return value && value->is_text ? value->text : "";
}

int trained_model_open(struct trained_model *ret, struct net *net, const struct net_spec *spec,
                       const char *net_name, const struct pack *pack,
                       const struct part_rows *trained_on, const struct record *record,
                       struct error *err)
{
    struct model_clip *clips = NULL;
    size_t clip_count = 0;
    int code = collect_clips(&clips, &clip_count, pack, trained_on, err);
    if (code < 0) {
        return code;
    }
    ret->clips = clips;
    ret->model = (struct model){
        .net_text = spec->text,
        .net_name = net_name,
        .classes = (const char *const *)pack->classes,
        .class_count = pack->class_count,
        .input = {
            .frames = pack->data.frames_per_sample,
            .height = pack->data.height,
            .width = pack->data.width,
            .fit = attribute_text(pack, "fit"),
            .sampling = attribute_text(pack, "sampling"),
            .scaler = attribute_text(pack, "scaler"),
            .matrix = attribute_text(pack, "matrix"),
            .normalise = pack->data.normalise,
        },
        .options = record->items,
        .option_count = record->count,
        .clips = clips,
        .clip_count = clip_count,
        .parameters = *net_parameters(net),
    };
    return 0;
}

void trained_model_close(struct trained_model *model)
{
    free(model->clips);
    *model = (struct trained_model){.clips = NULL};
}

int trained_model_write_best(const struct trained_model *model, int epoch, const char *path,
                             struct error *err)
{
    struct model best = model->model;
    char text[16];
    size_t count = (size_t)best.option_count;
    struct model_option *options = calloc(count + 1, sizeof *options);
    if (!options) {
        return error_nomem(err, path);
    }
    memcpy(options, best.options, count * sizeof *options);
    snprintf(text, sizeof text, "%d", epoch);
    options[count] = (struct model_option){"best_epoch", text};
    best.options = options;
    best.option_count = (int)count + 1;
    int code = model_write(path, &best, true, err);
    free(options);
    return code;
}
