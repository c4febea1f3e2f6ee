#include "tools/extract/extract_summary.h"

#include "core/base/text.h"
#include "formats/json_write.h"

static void write_json(FILE *out, const struct plan *plan,
                       const struct extract_settings *settings, const struct job_counts *counts)
{
    size_t clips = counts->packed + counts->failed;
    struct json json = json_begin(out);
    json_text(&json, "pack", settings->output);
    json_count(&json, "clips", clips);
    json_count(&json, "clips_packed", counts->packed);
    json_count(&json, "clips_failed", counts->failed);
    json_count(&json, "samples", clips * (size_t)settings->samples);
    json_count(&json, "samples_per_clip", (uint64_t)settings->samples);
    json_count(&json, "frames_per_sample", (uint64_t)settings->frames);
    json_count(&json, "width", (uint64_t)settings->size[0]);
    json_count(&json, "height", (uint64_t)settings->size[1]);
    json_array_begin(&json, "classes");
    for (int i = 0; i < plan->classes.count; i++) {
        json_text(&json, NULL, plan->classes.names[i]);
    }
    json_array_end(&json);
    json_array_begin(&json, "splits");
    for (int i = 0; i < plan->split_count; i++) {
        json_text(&json, NULL, plan->splits[i].name);
    }
    json_array_end(&json);
    if (settings->shard) {
        json_count(&json, "shard", (uint64_t)settings->shard_number);
        json_count(&json, "shards", (uint64_t)settings->shard_count);
    }
    json_end(&json);
}

static void write_lines(FILE *out, const struct plan *plan,
                        const struct extract_settings *settings, const struct job_counts *counts)
{
    size_t clips = counts->packed + counts->failed, rows = clips * (size_t)settings->samples;
    int frames = settings->frames, classes = plan->classes.count;
    char shard[64] = "";
    if (settings->shard) {
        snprintf(shard, sizeof shard, "shard %d of %d, ", settings->shard_number,
                 settings->shard_count);
    }
    fprintf(out, "%zu clip%s: %zu packed, %zu failed\n", clips, clips == 1 ? "" : "s",
            counts->packed, counts->failed);
    char shown[1024];
    fprintf(out, "%s: %s%zu row%s of %d frame%s, %dx%d, %d class%s\n",
            text_escape(shown, sizeof shown, settings->output), shard, rows,
            rows == 1 ? "" : "s", frames, frames == 1 ? "" : "s", settings->size[0],
            settings->size[1], classes, classes == 1 ? "" : "es");
}

void extract_summary_print(FILE *out, const struct plan *plan,
                           const struct extract_settings *settings,
                           const struct job_counts *counts)
{
    if (settings->json) {
        write_json(out, plan, settings, counts);
    } else {
        write_lines(out, plan, settings, counts);
    }
}
