#include "tools/extract/show_plan.h"

#include "core/base/text.h"
#include "core/nn/dataset.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CLIPS = 5, SHOWN = 400 };

static void show_classes(const struct plan *plan, const size_t *counts)
{
    int classes = plan->classes.count;
    printf("classes\n");
    for (int i = 0; i < classes; i++) {
        printf("  %8zu  %s\n", counts[i], plan->classes.names[i]);
    }
    if (counts[classes] > 0) {
        printf("  %8zu  (unlabelled)\n", counts[classes]);
    }
}

static void show_splits(const struct plan *plan)
{
    printf("splits%*s", 22, "");
    for (int part = 0; part < PART_COUNT; part++) {
        printf("  %8s", pack_part_name((enum pack_part)part));
    }
    printf("\n");
    for (int i = 0; i < plan->split_count; i++) {
        size_t counts[PART_COUNT] = {0};
        for (size_t clip = 0; clip < plan->source.count; clip++) {
            counts[plan->splits[i].parts[clip]]++;
        }
        printf("  %-26s", plan->splits[i].name);
        for (int part = 0; part < PART_COUNT; part++) {
            printf("  %8zu", counts[part]);
        }
        printf("\n");
    }
}

static void show_first(const struct plan *plan)
{
    size_t count = plan->source.count < FIRST_CLIPS ? plan->source.count : FIRST_CLIPS;
    printf("first clips\n");
    for (size_t i = 0; i < count; i++) {
        const struct source_clip *clip = &plan->source.clips[i];
        char path[SHOWN], group[64];
        bool labelled = clip->label != DATASET_UNLABELLED;
        printf("  %8zu  %s%s%s  %s\n", i, labelled ? plan->classes.names[clip->label] : "-",
               clip->group[0] ? "/" : "", text_escape(group, sizeof group, clip->group),
               text_escape(path, sizeof path, clip->path));
    }
}

// Tables and frames; what HDF5 says of them is small beside that.
static double bytes_of_rows(const struct plan *plan, const struct extract_settings *settings,
                            double rows)
{
    size_t path = 0, group = 0;
    for (size_t i = 0; i < plan->source.count; i++) {
        struct pack_clip clip = plan_clip(plan, i);
        char text[4 * PATH_MAX + 1];
        int length = snprintf(NULL, 0, "%s", text_escape(text, sizeof text, clip.path));
        path = (size_t)length > path ? (size_t)length : path;
        length = snprintf(NULL, 0, "%s", clip.group);
        group = (size_t)length > group ? (size_t)length : group;
    }
    double frames = settings->frames;
    double frame = 3.0 * settings->size[0] * settings->size[1] + 12;
    // Label 2, checksum 4, message 160, six numbers, a byte of status.
    double rest = 2 + 4 + 160 + 4 * 5 + 8 + 8 + 1 + plan->split_count;
    return rows * (frames * frame + rest + (double)(path + group + 16));
}

int show_plan(const struct plan *plan, const struct extract_settings *settings,
              struct error *err)
{
    size_t *counts = calloc((size_t)plan->classes.count + 1, sizeof *counts);
    if (!counts) {
        return error_nomem(err, "classes");
    }
    for (size_t i = 0; i < plan->source.count; i++) {
        uint16_t label = plan->source.clips[i].label;
        counts[label == DATASET_UNLABELLED ? plan->classes.count : label]++;
    }
    show_classes(plan, counts);
    free(counts);
    if (plan->split_count > 0) {
        show_splits(plan);
    }
    show_first(plan);
    double rows = (double)plan->source.count * settings->samples;
    if (settings->shard) {
        printf("shard %d of %d: %zu of %zu clips\n", settings->shard_number,
               settings->shard_count, plan->source.count, plan->whole);
    }
    printf("%zu clip%s, %.0f row%s of %d frame%s of %dx%d: a pack of about %.1f MB\n",
           plan->source.count, plan->source.count == 1 ? "" : "s", rows, rows > 1 ? "s" : "",
           settings->frames, settings->frames == 1 ? "" : "s", settings->size[0],
           settings->size[1], bytes_of_rows(plan, settings, rows) / 1e6);
    return 0;
}
