#include "tools/predict/class_map.h"

#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct named_class {
    const char *name;
    uint16_t number;
};

static int compare(const void *a, const void *b)
{
    const struct named_class *x = a, *y = b;
    return strcmp(x->name, y->name);
}

// For every class of the pack, the model's number or DATASET_UNLABELLED.
static uint16_t *make_map(const struct model *model, const struct pack *pack, struct error *err)
{
    size_t known = (size_t)model->class_count, count = (size_t)pack->class_count;
    struct named_class *sorted = malloc(known * sizeof *sorted);
    uint16_t *map = malloc((count + 1) * sizeof *map);
    if (!sorted || !map) {
        free(sorted);
        free(map);
        error_nomem(err, "classes");
        return NULL;
    }
    for (size_t i = 0; i < known; i++) {
        sorted[i] = (struct named_class){model->classes[i], (uint16_t)i};
    }
    qsort(sorted, known, sizeof *sorted, compare);
    for (size_t i = 0; i < count; i++) {
        struct named_class key = {.name = pack->classes[i]};
        const struct named_class *found = bsearch(&key, sorted, known, sizeof *sorted, compare);
        map[i] = found ? found->number : DATASET_UNLABELLED;
    }
    free(sorted);
    return map;
}

// Name the classes that chosen rows have and the model has not.
static int check_known(const uint16_t *map, const struct model *model, const char *path,
                       const struct pack *pack, const struct part_rows *rows, struct error *err)
{
    bool *missing = calloc((size_t)pack->class_count + 1, sizeof *missing);
    if (!missing) {
        return error_nomem(err, "classes");
    }
    for (size_t i = 0; i < rows->count; i++) {
        uint16_t label = pack->data.labels[rows->rows[i]];
        if (label != DATASET_UNLABELLED && map[label] == DATASET_UNLABELLED) {
            missing[label] = true;
        }
    }
    char names[512] = "", shown[96];
    int count = 0;
    for (int i = 0; i < pack->class_count; i++) {
        if (missing[i]) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s%s", count++ ? ", " : "",
                     text_escape(shown, sizeof shown, pack->classes[i]));
        }
    }
    free(missing);
    return count ? error_set(err, ERR_VALUE, "%s: has samples of %d class%s that %s (%d classes) "
                             "does not know: %s", pack->path, count, count == 1 ? "" : "es",
                             path, model->class_count, names)
                 : 0;
}

int class_map_labels(uint16_t **ret, const struct model *model, const char *path,
                     const struct pack *pack, const struct part_rows *rows, struct error *err)
{
    uint16_t *map = make_map(model, pack, err);
    if (!map) {
        return ERR_NOMEM;
    }
    uint16_t *labels = NULL;
    int code = check_known(map, model, path, pack, rows, err);
    if (code == 0 && !(labels = malloc((pack->data.samples + 1) * sizeof *labels))) {
        code = error_nomem(err, pack->path);
    }
    for (size_t row = 0; row < pack->data.samples && code == 0; row++) {
        uint16_t label = pack->data.labels[row];
        labels[row] = label == DATASET_UNLABELLED ? label : map[label];
    }
    free(map);
    if (code == 0) {
        *ret = labels;
    }
    return code;
}
