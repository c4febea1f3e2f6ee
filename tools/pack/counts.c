#include "tools/pack/counts.h"

#include <stdlib.h>

static size_t part_index(const struct pack *pack, int split, int class_index)
{
    return ((size_t)split * ((size_t)pack->class_count + 1) + (size_t)class_index) * PART_COUNT;
}

int counts_make(struct counts *ret, const struct pack *pack, struct error *err)
{
    size_t classes = (size_t)pack->class_count + 1, splits = (size_t)pack->split_count;
    // One more than needed: calloc(0) may be NULL.
    struct counts c = {
        .samples = calloc(classes, sizeof *c.samples),
        .parts = calloc(splits * classes + 1, PART_COUNT * sizeof *c.parts),
        .totals = calloc(splits + 1, PART_COUNT * sizeof *c.totals),
    };
    if (!c.samples || !c.parts || !c.totals) {
        counts_clear(&c);
        return error_nomem(err, pack->path);
    }
    for (size_t row = 0; row < pack->data.samples; row++) {
        uint16_t label = pack->data.labels[row];
        int class_index = label == DATASET_UNLABELLED ? pack->class_count : label;
        c.samples[class_index]++;
        for (int s = 0; s < pack->split_count; s++) {
            uint8_t part = pack->splits[s].parts[row];
            c.parts[part_index(pack, s, class_index) + part]++;
            c.totals[(size_t)s * PART_COUNT + part]++;
        }
        if (pack->sample[row] == 0) {
            c.repeated += pack->status[row] == CLIP_REPEATED;
            c.failed += pack->status[row] == CLIP_FAILED;
        }
    }
    *ret = c;
    return 0;
}

const size_t *counts_parts(const struct counts *counts, const struct pack *pack, int split,
                           int class_index)
{
    return &counts->parts[part_index(pack, split, class_index)];
}

void counts_clear(struct counts *counts)
{
    free(counts->samples);
    free(counts->parts);
    free(counts->totals);
    *counts = (struct counts){0};
}
