/* `pack info`: what is in a pack. */

#include "core/base/text.h"
#include "tools/pack/counts.h"
#include "tools/pack/info_json.h"
#include "tools/pack/verb.h"

#include <stdio.h>
#include <string.h>

enum { FAILED_SHOWN = 10 };

// Is it one of the numbers that the head of the listing shows?
static bool is_in_head(const char *name)
{
    return strcmp(name, "clips") == 0 || strcmp(name, "clips_packed") == 0
        || strcmp(name, "clips_failed") == 0 || strcmp(name, "samples_per_clip") == 0;
}

static void print_head(const struct pack *pack, const struct counts *counts)
{
    char shown[VERB_SHOWN];
    printf("pack      %s\n", text_escape(shown, sizeof shown, pack->path));
    printf("clips     %zu: %zu packed, %zu failed", pack->clips, pack->clips - counts->failed,
           counts->failed);
    if (counts->repeated > 0) {
        printf(" (%zu packed with repeated frames)", counts->repeated);
    }
    printf("\nsamples   %zu: %d of each clip, of %d frames of %dx%d\n", pack->data.samples,
           pack->samples_per_clip, pack->data.frames_per_sample, pack->data.width,
           pack->data.height);
    printf("classes   %d\n", pack->class_count);
    printf("bytes     %zu\n", pack->mapping_size);
    printf("digest    %s\n", pack->digest);
}

static void print_parameters(const struct pack *pack)
{
    int width = 0;
    for (int i = 0; i < pack->attribute_count; i++) {
        int length = (int)strlen(pack->attributes[i].name);
        width = length > width ? length : width;
    }
    width = width < 40 ? width : 40;
    printf("\nparameters\n");
    for (int i = 0; i < pack->attribute_count; i++) {
        const struct pack_value *a = &pack->attributes[i];
        char name[VERB_SHOWN], text[VERB_SHOWN];
        if (is_in_head(a->name)) {
            continue;
        }
        text_escape(name, sizeof name, a->name);
        if (a->is_text) {
            printf("  %-*s  %s\n", width, name, text_escape(text, sizeof text, a->text));
        } else {
            printf("  %-*s  %llu\n", width, name, (unsigned long long)a->integer);
        }
    }
}

static void print_splits(const struct pack *pack, const struct counts *counts)
{
    printf("\nsplits                     none     train       val      test\n");
    for (int s = 0; s < pack->split_count; s++) {
        const size_t *total = &counts->totals[(size_t)s * PART_COUNT];
        char name[VERB_SHOWN];
        text_escape(name, sizeof name, pack->splits[s].name);
        printf("  %-18s", name);
        for (int part = 0; part < PART_COUNT; part++) {
            printf(" %*zu", part == 0 ? 10 : 9, total[part]);
        }
        putchar('\n');
    }
    if (pack->split_count == 0) {
        printf("  no split\n");
    }
}

static void print_class(const struct pack *pack, const struct counts *counts, int index)
{
    char name[VERB_SHOWN];
    const char *from = index < pack->class_count ? pack->classes[index] : "unlabelled";
    printf("  %-24s %8zu", text_escape(name, sizeof name, from), counts->samples[index]);
    for (int s = 0; s < pack->split_count; s++) {
        const size_t *parts = counts_parts(counts, pack, s, index);
        char cell[80];
        snprintf(cell, sizeof cell, "%zu/%zu/%zu", parts[PART_TRAIN], parts[PART_VAL],
                 parts[PART_TEST]);
        printf("  %14s", cell);
    }
    putchar('\n');
}

// Classes without a sample are many where a data set was packed in part.
static void print_classes(const struct pack *pack, const struct counts *counts)
{
    printf("\nclasses                   samples");
    for (int s = 0; s < pack->split_count; s++) {
        char name[VERB_SHOWN];
        printf("  %14s", text_escape(name, sizeof name, pack->splits[s].name));
    }
    printf("%s\n", pack->split_count ? "  (train/val/test)" : "");
    int absent = 0;
    for (int i = 0; i <= pack->class_count; i++) {
        if (counts->samples[i] > 0) {
            print_class(pack, counts, i);
        } else if (i < pack->class_count) {
            absent++;
        }
    }
    if (absent > 0) {
        printf("  and %d without a sample\n", absent);
    }
}

static void print_failed(const struct pack *pack, const struct counts *counts)
{
    if (counts->failed == 0) {
        return;
    }
    printf("\nfailed clips\n");
    size_t left = counts->failed;
    size_t step = (size_t)pack->samples_per_clip;
    for (size_t row = 0; row < pack->data.samples; row += step) {
        if (pack->status[row] != CLIP_FAILED) {
            continue;
        }
        if (counts->failed - left == FAILED_SHOWN) {
            break;
        }
        char path[VERB_SHOWN], message[VERB_SHOWN];
        printf("  %s: %s\n", text_clean(path, sizeof path, pack_path(pack, row)),
               text_clean(message, sizeof message, pack_message(pack, row)));
        left--;
    }
    if (left > 0) {
        printf("  and %zu more\n", left);
    }
}

struct info_settings {
    struct verb_settings verb;
    bool json;
};

static const struct option_entry entries[] = {
    {.type = OPTION_FLAG, .name = "json", .offset = offsetof(struct info_settings, json),
     .unrecorded = true, .help = "as JSON, for scripts"},
    VERB_SANDBOX_ENTRY,
    {.name = NULL, .help = NULL},
};

static const struct command command = {
    .name = "pack info",
    .usage = "pack info [options] PACK",
    .summary = "Say what is in a pack: clips, classes, splits, how its frames were made, and "
               "which clips failed. Checksums are not looked at: that is 'pack verify'.",
    .options = entries,
    .closing = NULL,
};

static void print_all(const struct pack *pack, const struct counts *counts)
{
    print_head(pack, counts);
    print_parameters(pack);
    print_splits(pack, counts);
    print_classes(pack, counts);
    print_failed(pack, counts);
}

static enum exit_status run(int argc, char **argv)
{
    struct info_settings settings = {.verb = {SANDBOX_AUTO}};
    struct pack *pack = NULL;
    enum exit_status status;
    if (!verb_open(&pack, &status, &command, &settings.verb, argc, argv)) {
        return status;
    }
    struct error err = ERROR_INIT;
    struct counts counts = {0};
    if (counts_make(&counts, pack, &err) < 0) {
        pack_close(&pack);
        return report_failure(command.name, &err);
    }
    if (settings.json) {
        info_json_write(stdout, pack, &counts);
    } else {
        print_all(pack, &counts);
    }
    counts_clear(&counts);
    pack_close(&pack);
    return verbs_end(&command, EXIT_DONE);
}

const struct verb verb_info = {"info", &command, run, "say what is in a pack"};
