#include "tools/predict/seen_clips.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The model's own order is class, group, path: it finds a group as it is.
static bool has_group(const struct model *model, const char *class_name, const char *group)
{
    size_t low = 0, high = model->clip_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct model_clip *clip = &model->clips[middle];
        int order = strcmp(class_name, clip->class_name);
        order = order ? order : strcmp(group, clip->group);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

static int compare_paths(const void *a, const void *b)
{
    const struct model_clip *x = a, *y = b;
    int order = strcmp(x->class_name, y->class_name);
    return order ? order : strcmp(x->path, y->path);
}

int seen_clips_count(size_t *ret, const struct model *model, const struct pack *pack,
                     const struct part_rows *rows, struct error *err)
{
    size_t count = model->clip_count;
    struct model_clip *by_path = malloc(count * sizeof *by_path + 1);
    if (!by_path) {
        return error_nomem(err, "clips of the model");
    }
    if (count > 0) {
        memcpy(by_path, model->clips, count * sizeof *by_path);
        qsort(by_path, count, sizeof *by_path, compare_paths);
    }
    size_t seen = 0;
    for (size_t i = 0; i < rows->count; i++) {
        size_t row = rows->rows[i];
        uint16_t label = pack->data.labels[row];
        if (label == DATASET_UNLABELLED) {
            continue;
        }
        const char *group = pack_group(pack, row);
        struct model_clip key = {.class_name = pack->classes[label],
                                 .path = pack_path(pack, row)};
        bool known = (group[0] && has_group(model, key.class_name, group))
                  || bsearch(&key, by_path, count, sizeof *by_path, compare_paths);
        seen += known;
    }
    free(by_path);
    *ret = seen;
    return 0;
}
