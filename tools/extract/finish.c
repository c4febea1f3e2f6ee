#include "tools/extract/finish.h"

#include <stdio.h>

int begin_pack(struct pack_writer **ret, const struct plan *plan,
               const struct extract_settings *settings, struct error *err)
{
    bool images = plan->source.images > 0;
    struct pack_attribute attributes[] = {
        {.name = "fit", .type = ATTRIBUTE_TEXT, .text = extract_fit_name(settings->fit)},
        {.name = "frames", .type = ATTRIBUTE_INTEGER, .integer = (uint64_t)settings->frames},
        {.name = "groups_rule", .type = ATTRIBUTE_TEXT, .text = plan_groups_text},
        {.name = "height", .type = ATTRIBUTE_INTEGER, .integer = (uint64_t)settings->size[1]},
        {.name = "layout", .type = ATTRIBUTE_TEXT, .text = extract_layout_name(settings->layout)},
        {.name = "libraries", .type = ATTRIBUTE_TEXT, .text = clip_library_text()},
        {.name = "matrix", .type = ATTRIBUTE_TEXT, .text = clip_matrix_text()},
        {.name = "samples", .type = ATTRIBUTE_INTEGER, .integer = (uint64_t)settings->samples},
        // Where the frames come as images, nobody has chosen them here.
        {.name = "sampling", .type = ATTRIBUTE_TEXT,
         .text = images ? "given" : extract_sampling_name(settings->sampling)},
        {.name = "scaler", .type = ATTRIBUTE_TEXT, .text = clip_scaler_text()},
        {.name = "seed", .type = ATTRIBUTE_INTEGER, .integer = settings->seed},
        {.name = "software", .type = ATTRIBUTE_TEXT, .text = "Triptych " TRIPTYCH_VERSION},
        {.name = "width", .type = ATTRIBUTE_INTEGER, .integer = (uint64_t)settings->size[0]},
    };
    const struct pack_plan pack_plan = {
        .clips = plan->source.count,
        .samples = settings->samples,
        .frames = settings->frames,
        .height = settings->size[1],
        .width = settings->size[0],
        .classes = (const char *const *)plan->classes.names,
        .class_count = plan->classes.count,
        .splits = plan->splits,
        .split_count = plan->split_count,
        .attributes = attributes,
        .attribute_count = sizeof attributes / sizeof *attributes,
        .clip = plan_clip,
        .context = plan,
    };
    return pack_create(ret, settings->output, settings->force, &pack_plan, err);
}

int finish_pack(struct pack_writer **writer, const struct plan *plan,
                const struct extract_settings *settings, const struct job_counts *counts,
                struct error *err)
{
    size_t clips = counts->packed + counts->failed;
    if (counts->packed == 0) {
        pack_abandon(writer);
        return error_set(err, ERR_DECODE, "%s: not written: none of the %zu clip%s could be "
                         "decoded", settings->output, clips, clips == 1 ? "" : "s");
    }
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = (enum sandbox_mode)settings->sandbox;
    int code = pack_finish(writer, &sandbox, err);
    if (code < 0) {
        return code;
    }
    printf("%zu clips: %zu packed, %zu failed\n", clips, counts->packed, counts->failed);
    size_t rows = clips * (size_t)settings->samples;
    int frames = settings->frames, classes = plan->classes.count;
    printf("%s: %zu row%s of %d frame%s, %dx%d, %d class%s\n", settings->output, rows,
           rows == 1 ? "" : "s", frames, frames == 1 ? "" : "s", settings->size[0],
           settings->size[1], classes, classes == 1 ? "" : "es");
    if (fflush(stdout) != 0) {
        return error_set(err, ERR_IO, "standard output: cannot write");
    }
    return 0;
}
