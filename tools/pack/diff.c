/* `pack diff`: in what do two packs differ? */

#include "core/base/text.h"
#include "tools/pack/diff_fields.h"
#include "tools/pack/diff_rows.h"
#include "tools/pack/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_MAX = 1000000000 };

struct diff_settings {
    struct verb_settings common;
    int limit;
};

static const struct option_entry entries[] = {
    {.type = OPTION_INT, .name = "limit", .letter = 'n', .argument = "N",
     .offset = offsetof(struct diff_settings, limit), .low = 0, .high = LIMIT_MAX,
     .help = "show the first N of whatever differs (5)"},
    VERB_SANDBOX_ENTRY,
    {.name = NULL, .help = NULL},
};

static const struct command command = {
    .name = "pack diff",
    .usage = "pack diff [options] A B",
    .summary = "Say in what two packs differ: parameters, classes, samples that only one has, "
               "what they say of a sample, its pixels, its part of each split. Samples belong "
               "together by path and number, classes and splits by name. What differs is shown "
               "as 'A's value | B's'.",
    .options = entries,
    .closing = "Exit status: 0 the same; 1 different, or one cannot be read; 2 wrong use.\n",
};

// Two packs, and what was found so far.
struct diff {
    const struct pack *a, *b;
    struct row_match match;
    size_t limit;
    size_t found; // kinds of difference
};

static const char *row_name(char out[VERB_SHOWN], const struct pack *pack, size_t row)
{
    char path[VERB_SHOWN - 20];
    text_clean(path, sizeof path, pack_path(pack, row));
    if (pack->samples_per_clip == 1) {
        snprintf(out, VERB_SHOWN, "%s", path);
    } else {
        snprintf(out, VERB_SHOWN, "%s #%u", path, pack->sample[row]);
    }
    return out;
}

// ---- parameters and classes ----

static const char *value_text(char out[VERB_SHOWN], const struct pack_value *value)
{
    if (!value) {
        return "(absent)";
    }
    if (value->is_text) {
        return text_escape(out, VERB_SHOWN, value->text);
    }
    snprintf(out, VERB_SHOWN, "%llu", (unsigned long long)value->integer);
    return out;
}

static bool same_value(const struct pack_value *a, const struct pack_value *b)
{
    return a && b && a->is_text == b->is_text
        && (a->is_text ? strcmp(a->text, b->text) == 0 : a->integer == b->integer);
}

static void print_parameter(struct diff *diff, const char *name)
{
    const struct pack_value *a = pack_attribute(diff->a, name);
    const struct pack_value *b = pack_attribute(diff->b, name);
    if (same_value(a, b)) {
        return;
    }
    char shown[VERB_SHOWN], one[VERB_SHOWN], other[VERB_SHOWN];
    printf("parameter %s: %s | %s\n", text_escape(shown, sizeof shown, name), value_text(one, a),
           value_text(other, b));
    diff->found++;
}

static void compare_parameters(struct diff *diff)
{
    for (int i = 0; i < diff->a->attribute_count; i++) {
        print_parameter(diff, diff->a->attributes[i].name);
    }
    for (int i = 0; i < diff->b->attribute_count; i++) {
        if (!pack_attribute(diff->a, diff->b->attributes[i].name)) {
            print_parameter(diff, diff->b->attributes[i].name);
        }
    }
}

static void compare_classes(struct diff *diff)
{
    const struct pack *a = diff->a, *b = diff->b;
    int same = 0;
    while (same < a->class_count && same < b->class_count
           && strcmp(a->classes[same], b->classes[same]) == 0) {
        same++;
    }
    if (same == a->class_count && same == b->class_count) {
        return;
    }
    char one[VERB_SHOWN], other[VERB_SHOWN];
    text_escape(one, sizeof one, same < a->class_count ? a->classes[same] : "(no more)");
    text_escape(other, sizeof other, same < b->class_count ? b->classes[same] : "(no more)");
    printf("classes: %d | %d; the first that differs is number %d: %s | %s\n", a->class_count,
           b->class_count, same, one, other);
    diff->found++;
}

// ---- rows ----

static void print_lonely(struct diff *diff, const struct pack *pack, const uint32_t *rows,
                         size_t count)
{
    if (count == 0) {
        return;
    }
    char path[VERB_SHOWN];
    printf("samples only in %s: %zu of %zu\n", text_escape(path, sizeof path, pack->path), count,
           pack->data.samples);
    for (size_t i = 0; i < count && i < diff->limit; i++) {
        printf("  %s\n", row_name(path, pack, rows[i]));
    }
    diff->found++;
}

static void compare_field(struct diff *diff, enum row_field field)
{
    const struct row_match *match = &diff->match;
    char name[VERB_SHOWN], one[VERB_SHOWN], other[VERB_SHOWN];
    size_t count = 0;
    for (size_t i = 0; i < match->pair_count; i++) {
        count += !row_field_same(field, diff->a, match->pairs[i].a, diff->b, match->pairs[i].b);
    }
    if (count == 0) {
        return;
    }
    printf("%s: %zu of %zu samples differ\n", row_field_name(field), count, match->pair_count);
    size_t left = count < diff->limit ? count : diff->limit;
    for (size_t i = 0; left > 0; i++) {
        struct row_pair pair = match->pairs[i];
        if (row_field_same(field, diff->a, pair.a, diff->b, pair.b)) {
            continue;
        }
        printf("  %s: %s | %s\n", row_name(name, diff->a, pair.a),
               row_field_text(field, diff->a, pair.a, one, sizeof one),
               row_field_text(field, diff->b, pair.b, other, sizeof other));
        left--;
    }
    diff->found++;
}

static void compare_pixels(struct diff *diff)
{
    const struct dataset *a = &diff->a->data, *b = &diff->b->data;
    size_t size = (size_t)a->frames_per_sample * (size_t)a->height * (size_t)a->width * 3;
    const struct row_match *match = &diff->match;
    size_t count = 0;
    uint64_t sum = 0;
    int largest = 0;
    for (int shown = 0; shown < 2; shown++) { // first the total, then the examples
        size_t left = diff->limit;
        for (size_t i = 0; i < match->pair_count && (!shown || left > 0); i++) {
            struct row_pair pair = match->pairs[i];
            const uint8_t *one = a->frames + pair.a * size, *other = b->frames + pair.b * size;
            if (memcmp(one, other, size) == 0) {
                continue;
            }
            struct pixel_distance d = pixel_distance(one, other, size);
            if (shown) {
                char name[VERB_SHOWN];
                printf("  %s: largest %d, mean %.3f\n", row_name(name, diff->a, pair.a),
                       d.largest, (double)d.sum / (double)size);
                left--;
                continue;
            }
            count++;
            sum += d.sum;
            largest = d.largest > largest ? d.largest : largest;
        }
        if (count == 0) {
            return;
        }
        if (!shown) {
            printf("pixels: %zu of %zu samples differ; of these the largest difference is %d, "
                   "the mean %.3f\n", count, match->pair_count, largest,
                   (double)sum / ((double)size * (double)count));
        }
    }
    diff->found++;
}

static void compare_rows(struct diff *diff)
{
    const struct dataset *a = &diff->a->data, *b = &diff->b->data;
    bool same_frames = a->frames_per_sample == b->frames_per_sample;
    bool same_shape = same_frames && a->width == b->width && a->height == b->height;
    if (!same_shape) {
        printf("frames of a sample: %d of %dx%d | %d of %dx%d: pixels are not compared\n",
               a->frames_per_sample, a->width, a->height, b->frames_per_sample, b->width,
               b->height);
        diff->found++;
    }
    const struct row_match *match = &diff->match;
    print_lonely(diff, diff->a, match->only_a, match->only_a_count);
    print_lonely(diff, diff->b, match->only_b, match->only_b_count);
    if (!match->same_order) {
        printf("order: the samples that both have stand in another order\n");
        diff->found++;
    }
    for (int field = 0; field < FIELD_COUNT; field++) {
        bool of_frames = field == FIELD_FRAME_INDEX || field == FIELD_TIMESTAMP;
        if (same_frames || !of_frames) {
            compare_field(diff, (enum row_field)field);
        }
    }
    if (same_shape) {
        compare_pixels(diff);
    }
}

// ---- splits ----

static void compare_split(struct diff *diff, const struct pack_column *a,
                          const struct pack_column *b)
{
    const struct row_match *match = &diff->match;
    char name[VERB_SHOWN];
    size_t count = 0;
    for (size_t i = 0; i < match->pair_count; i++) {
        count += a->parts[match->pairs[i].a] != b->parts[match->pairs[i].b];
    }
    if (count == 0) {
        return;
    }
    printf("split %s: %zu of %zu samples differ\n", text_escape(name, sizeof name, a->name),
           count, match->pair_count);
    size_t left = count < diff->limit ? count : diff->limit;
    for (size_t i = 0; left > 0; i++) {
        uint8_t one = a->parts[match->pairs[i].a], other = b->parts[match->pairs[i].b];
        if (one != other) {
            printf("  %s: %s | %s\n", row_name(name, diff->a, match->pairs[i].a),
                   pack_part_name((enum pack_part)one), pack_part_name((enum pack_part)other));
            left--;
        }
    }
    diff->found++;
}

// The splits of `pack` that `other` has not.
static void print_lonely_splits(struct diff *diff, const struct pack *pack,
                                const struct pack *other)
{
    for (int i = 0; i < pack->split_count; i++) {
        if (pack_split(other, pack->splits[i].name)) {
            continue;
        }
        char name[VERB_SHOWN], path[VERB_SHOWN];
        printf("split %s: only in %s\n", text_escape(name, sizeof name, pack->splits[i].name),
               text_escape(path, sizeof path, pack->path));
        diff->found++;
    }
}

static void compare_splits(struct diff *diff)
{
    print_lonely_splits(diff, diff->a, diff->b);
    print_lonely_splits(diff, diff->b, diff->a);
    for (int i = 0; i < diff->a->split_count; i++) {
        const struct pack_column *other = pack_split(diff->b, diff->a->splits[i].name);
        if (other) {
            compare_split(diff, &diff->a->splits[i], other);
        }
    }
}

// ---- all of it ----

static int compare_packs(struct diff *diff, struct error *err)
{
    int code = diff_rows(&diff->match, diff->a, diff->b, err);
    if (code < 0) {
        return code;
    }
    compare_parameters(diff);
    compare_classes(diff);
    compare_rows(diff);
    compare_splits(diff);
    bool same_digest = strcmp(diff->a->digest, diff->b->digest) == 0;
    if (diff->found == 0 && !same_digest) {
        printf("digest: what was compared is the same, but something else that the digest covers "
               "is not: data that this program does not know, or how values are stored\n");
        diff->found++;
    }
    if (diff->found == 0) {
        char one[VERB_SHOWN], other[VERB_SHOWN];
        printf("%s and %s: the same %zu samples\n", text_escape(one, sizeof one, diff->a->path),
               text_escape(other, sizeof other, diff->b->path), diff->match.pair_count);
    }
    diff_rows_free(&diff->match);
    return 0;
}

static enum exit_status run(int argc, char **argv)
{
    struct diff_settings settings = {.common = {SANDBOX_AUTO}, .limit = 5};
    struct pack *packs[2] = {NULL, NULL};
    enum exit_status status;
    if (!verb_open_two(packs, &status, &command, &settings.common, argc, argv)) {
        return status;
    }
    struct error err = ERROR_INIT;
    struct diff diff = {.a = packs[0], .b = packs[1], .limit = (size_t)settings.limit};
    int code = compare_packs(&diff, &err);
    pack_close(&packs[0]);
    pack_close(&packs[1]);
    if (code < 0) {
        return report_failure(command.name, &err);
    }
    return verbs_end(&command, diff.found ? EXIT_FAILED : EXIT_DONE);
}

const struct verb verb_diff = {"diff", &command, run, "say in what two packs differ"};
