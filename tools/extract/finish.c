#include "tools/extract/finish.h"

#include "core/base/digest.h"
#include "core/base/sandbox.h"
#include "core/base/text.h"
#include "formats/pack_journal.h"
#include "tools/common/report.h"
#include "tools/extract/clip_files.h"
#include "tools/extract/extract_summary.h"
#include "tools/extract/failures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ATTRIBUTES_MAX = 24 };

// What a pack is made of, as long as the plan and the settings live.
struct description {
    struct pack_attribute attributes[ATTRIBUTES_MAX];
    struct pack_plan plan;
};

// Attributes are in order of their names, as those of merged packs are.
static void add_attribute(struct description *ret, struct pack_attribute attribute)
{
    int at = ret->plan.attribute_count++;
    for (; at > 0 && strcmp(ret->attributes[at - 1].name, attribute.name) > 0; at--) {
        ret->attributes[at] = ret->attributes[at - 1];
    }
    ret->attributes[at] = attribute;
}

static void describe(struct description *ret, const struct plan *plan,
                     const struct extract_settings *settings)
{
    bool images = plan->source.images > 0;
    const struct pack_attribute attributes[] = {
        {.name = "decoder", .type = ATTRIBUTE_TEXT, .text = clip_decoder_text()},
        {.name = "fit", .type = ATTRIBUTE_TEXT, .text = extract_fit_name(settings->fit)},
        {.name = "frames", .type = ATTRIBUTE_INTEGER, .integer = (uint64_t)settings->frames},
        {.name = "groups_rule", .type = ATTRIBUTE_TEXT, .text = plan->ratio.text},
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
    memcpy(ret->attributes, attributes, sizeof attributes);
    ret->plan = (struct pack_plan){
        .clips = plan->source.count,
        .samples = settings->samples,
        .frames = settings->frames,
        .height = settings->size[1],
        .width = settings->size[0],
        .classes = (const char *const *)plan->classes.names,
        .class_count = plan->classes.count,
        .splits = plan->splits,
        .split_count = plan->split_count,
        .attributes = ret->attributes,
        .attribute_count = sizeof attributes / sizeof *attributes,
        .clip = plan_clip,
        .context = plan,
    };
    if (extract_has_stride(settings)) {
        add_attribute(ret, (struct pack_attribute){
            .name = "stride", .type = ATTRIBUTE_INTEGER, .integer = (uint64_t)settings->stride});
    }
    if (settings->group_pattern) {
        add_attribute(ret, (struct pack_attribute){
            .name = "group_pattern", .type = ATTRIBUTE_TEXT, .text = settings->group_pattern});
    }
}

// Cut plan and description down to a shard, which says of what it is one.
static int take_shard(struct description *description, char digest[DIGEST_HEX_SIZE],
                      struct plan *plan, const struct extract_settings *settings,
                      struct error *err)
{
    char *identity;
    int code = pack_identity(&identity, &description->plan, err);
    if (code < 0) {
        return code;
    }
    struct digest *sum = digest_start();
    if (!sum) {
        free(identity);
        return error_nomem(err, "shard");
    }
    digest_add_text(sum, identity);
    digest_finish(&sum, digest);
    free(identity);
    code = plan_take_shard(plan, settings->shard_number, settings->shard_count, err);
    if (code < 0) {
        return code;
    }
    const struct pack_attribute more[] = {
        {.name = PACK_SHARD, .type = ATTRIBUTE_INTEGER,
         .integer = (uint64_t)settings->shard_number},
        {.name = PACK_SHARDS, .type = ATTRIBUTE_INTEGER,
         .integer = (uint64_t)settings->shard_count},
        {.name = PACK_SHARD_OF, .type = ATTRIBUTE_TEXT, .text = digest},
    };
    memcpy(description->attributes + description->plan.attribute_count, more, sizeof more);
    description->plan.attribute_count += sizeof more / sizeof *more;
    description->plan.clips = plan->source.count;
    return 0;
}

static uint64_t stamp_of(const void *context, size_t index)
{
    const struct plan *plan = context;
    return clip_files_stamp(&plan->source, &plan->source.clips[index]);
}

static void say_kept(const struct pack_kept *kept, const struct plan *plan,
                     const struct extract_settings *settings)
{
    size_t clips = plan->source.count;
    if (kept->finished) {
        report_say("extract", "%s: all %zu clip%s packed by an earlier run", settings->output,
                   clips, clips == 1 ? " was" : "s were");
        return;
    }
    if (kept->damaged) {
        report_say("extract", "%s.journal: damaged; begins anew", settings->output);
    }
    if (kept->clips > 0 || kept->lost > 0) {
        report_say("extract", "goes on with an unfinished run: %zu of %zu clips are kept, %zu "
                   "to decode", kept->clips, clips, clips - kept->clips);
    }
    if (kept->lost > 0) {
        report_say("extract", "%zu finished clip%s had not reached the disk: decoded again",
                   kept->lost, kept->lost == 1 ? "" : "s");
    }
}

int begin_pack(struct pack_writer **ret, struct job_counts *counts, struct plan *plan,
               const struct extract_settings *settings, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = (enum sandbox_mode)settings->sandbox;
    struct description description;
    char digest[DIGEST_HEX_SIZE];
    describe(&description, plan, settings);
    int code = settings->shard ? take_shard(&description, digest, plan, settings, err) : 0;
    if (code < 0) {
        return code;
    }
    const struct pack_resume resume = {
        .force = settings->force,
        .restart = settings->restart,
        .retry_failed = settings->on_error == ON_ERROR_STOP,
        .stamp = stamp_of,
        .sandbox = &sandbox,
    };
    struct pack_kept kept;
    code = pack_begin(ret, &kept, settings->output, &resume, &description.plan, err);
    if (code == 0) {
        say_kept(&kept, plan, settings);
        *counts = (struct job_counts){kept.clips - kept.failed, kept.failed};
    }
    return code;
}

void suspend_pack(struct pack_writer **writer, const struct plan *plan,
                  const struct extract_settings *settings)
{
    size_t kept = pack_suspend(writer);
    if (kept > 0) {
        report_say("extract", "%zu of %zu clips are kept in %s.partial: the same command goes on "
                   "with the others", kept, plan->source.count, settings->output);
    }
}

int finish_pack(struct pack_writer **writer, const struct plan *plan,
                const struct extract_settings *settings, const struct job_counts *counts,
                struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = (enum sandbox_mode)settings->sandbox;
    size_t clips = counts->packed + counts->failed;
    int code = 0;
    if (*writer && settings->failures) {
        code = failures_write(settings->failures, *writer, plan, err);
    }
    if (code == 0 && *writer && counts->packed == 0 && !settings->shard) {
        pack_abandon(writer);
        return error_set(err, ERR_DECODE, "%s: not written: none of the %zu clip%s could be "
                         "decoded", settings->output, clips, clips == 1 ? "" : "s");
    }
    if (code == 0 && *writer) {
        code = pack_finish(writer, &sandbox, err);
    }
    if (code < 0) {
        suspend_pack(writer, plan, settings);
        return code;
    }
    extract_summary_print(stdout, plan, settings, counts);
    return 0;
}
