#include "tests/unit/learning_fixture.h"

#include "core/base/random.h"
#include "tests/unit/tree_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct learning_pack learning_pack_defaults(void)
{
    struct learning_pack pack = {
        .classes = {"Red", "Green", "Blue"}, .splits = {"groups", NULL}, .samples = 1,
        .width = LEARNING_SIDE, .fit = "crop",
    };
    for (uint16_t label = 0; label < LEARNING_CLASSES; label++) {
        for (int g = 1; g <= LEARNING_GROUPS; g++) {
            for (int c = 1; c <= 2; c++) {
                struct learning_clip *clip = &pack.clips[pack.count++];
                const char *name = pack.classes[label];
                snprintf(clip->path, sizeof clip->path, "%s/v_%s_g%02d_c%02d.avi", name, name, g,
                         c);
                snprintf(clip->group, sizeof clip->group, "g%02d", g);
                clip->label = label;
                clip->parts[0] = g <= 3 ? PART_TRAIN : g == 4 ? PART_VAL : PART_TEST;
            }
        }
    }
    return pack;
}

static struct pack_clip clip_at(const void *context, size_t index)
{
    const struct learning_clip *clip = &((const struct learning_pack *)context)->clips[index];
    return (struct pack_clip){clip->path, clip->group, clip->label};
}

// A class's channel is brighter; the rest is noise of the clip's own.
static void paint(uint8_t *pixels, size_t size, const struct learning_clip *clip)
{
    struct random random;
    random_seed(&random, random_hash_text(7, clip->path), 0);
    for (size_t i = 0; i < size; i++) {
        uint64_t noise = random_below(&random, 140);
        pixels[i] = (uint8_t)(noise + (i % 3 == clip->label ? 60 : 0));
    }
}

static void put(struct pack_writer *writer, const struct learning_pack *pack, size_t index)
{
    struct error err = ERROR_INIT;
    const struct learning_clip *clip = &pack->clips[index];
    size_t size = (size_t)pack->samples * LEARNING_FRAMES * LEARNING_SIDE * (size_t)pack->width * 3;
    uint8_t *pixels = malloc(size);
    assert_non_null(pixels);
    paint(pixels, size, clip);
    struct pack_result result = {.status = CLIP_OK, .message = "", .pixels = pixels,
                                 .width = 320, .height = 240, .frame_rate = 25,
                                 .frame_count = 100};
    if (clip->failed) {
        result = (struct pack_result){.status = CLIP_FAILED, .message = "broken"};
    }
    assert_int_equal(pack_put(writer, index, &result, &err), 0);
    free(pixels);
}

void learning_pack_write(const struct learning_pack *pack, const char *path)
{
    struct error err = ERROR_INIT;
    uint8_t parts[2][64];
    struct pack_split_plan splits[2];
    int split_count = 0;
    for (; split_count < 2 && pack->splits[split_count]; split_count++) {
        for (size_t i = 0; i < pack->count; i++) {
            parts[split_count][i] = pack->clips[i].parts[split_count];
        }
        splits[split_count] = (struct pack_split_plan){pack->splits[split_count],
                                                       parts[split_count]};
    }
    const struct pack_attribute attributes[] = {
        {.name = "fit", .type = ATTRIBUTE_TEXT, .text = pack->fit},
        {.name = "sampling", .type = ATTRIBUTE_TEXT, .text = "centers"},
    };
    struct pack_plan plan = {
        .clips = pack->count, .samples = pack->samples, .frames = LEARNING_FRAMES,
        .height = LEARNING_SIDE, .width = pack->width, .classes = pack->classes,
        .class_count = LEARNING_CLASSES, .splits = splits, .split_count = split_count,
        .attributes = attributes, .attribute_count = 2, .clip = clip_at, .context = pack,
    };
    struct pack_writer *writer = NULL;
    if (pack_create(&writer, path, true, &plan, &err) < 0) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < pack->count; i++) {
        put(writer, pack, i);
    }
    struct sandbox sandbox = sandbox_defaults();
    if (pack_finish(&writer, &sandbox, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

struct pack *learning_pack_open(const char *path)
{
    struct error err = ERROR_INIT;
    struct sandbox sandbox = sandbox_defaults();
    struct pack *pack = NULL;
    if (pack_open(&pack, path, &sandbox, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return pack;
}

void learning_put_net(void)
{
    tree_put("small.net", "conv 3x3x4\nrelu\nmaxpool 2\nflatten\nlinear\n");
}
