#include "tests/unit/pack_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct pack_clip clips[FIXTURE_CLIPS] = {
    {"Archery/v_Archery_g01_c01.avi", "g01", 0},
    {"Archery/v_Archery_g02_c01.avi", "g02", 0},
    {"Diving/na\xc3\xafve.avi", "", 1},
    {"loose.mp4", "", DATASET_UNLABELLED},
    {"TaiChi/broken\xff\n.avi", "g07", 2},
    {"TaiChi/short.avi", "g08", 2},
};

static struct pack_clip clip_at(const void *context, size_t index)
{
    return ((const struct pack_clip *)context)[index];
}

struct pack_plan fixture_plan(void)
{
    static const char *const classes[] = {"Archery", "Diving", "TaiChi"};
    static const uint8_t groups[] = {PART_TRAIN, PART_VAL, PART_TEST, PART_NONE, PART_TRAIN,
                                     PART_TRAIN};
    static const uint8_t official[] = {PART_TEST, PART_TRAIN, PART_TRAIN, PART_NONE, PART_TEST,
                                       PART_TRAIN};
    static const struct pack_split_plan splits[] = {{"ucf101-1", official}, {"groups", groups}};
    static const struct pack_attribute attributes[] = {
        {.name = "seed", .type = ATTRIBUTE_INTEGER, .integer = 54321},
        {.name = "fit", .type = ATTRIBUTE_TEXT, .text = "crop"},
        {.name = "note", .type = ATTRIBUTE_TEXT, .text = ""},
    };
    return (struct pack_plan){
        .clips = FIXTURE_CLIPS, .samples = FIXTURE_K, .frames = FIXTURE_T, .height = FIXTURE_H,
        .width = FIXTURE_W, .classes = classes, .class_count = 3, .splits = splits,
        .split_count = 2, .attributes = attributes, .attribute_count = 3, .clip = clip_at,
        .context = clips,
    };
}

struct pack_result fixture_result(size_t index)
{
    static uint8_t pixels[FIXTURE_K * FIXTURE_SLOT];
    static uint32_t frame_index[FIXTURE_K * FIXTURE_T];
    static double timestamp[FIXTURE_K * FIXTURE_T];
    if (index == FIXTURE_FAILED) {
        return (struct pack_result){.status = CLIP_FAILED, .message = "no video\nin it",
                                    .bytes = 17};
    }
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(index * 41 + i * 7 + i / 251);
    }
    for (uint32_t i = 0; i < FIXTURE_K * FIXTURE_T; i++) {
        frame_index[i] = 10 * i + (uint32_t)index;
        timestamp[i] = i == 1 ? -NAN : frame_index[i] / 25.0;
    }
    return (struct pack_result){
        .status = index == 5 ? CLIP_REPEATED : CLIP_OK, .message = "", .pixels = pixels,
        .frame_index = frame_index, .timestamp = timestamp, .width = 320, .height = 240,
        .frame_rate = 29.97, .frame_count = 100 + (uint32_t)index, .decode_errors = 3,
        .bytes = ((uint64_t)1 << 33) + index,
    };
}

void fixture_write(const char *path, const size_t *order)
{
    struct error err = ERROR_INIT;
    struct pack_plan plan = fixture_plan();
    struct pack_writer *writer = NULL;
    if (pack_create(&writer, path, true, &plan, &err) < 0) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < FIXTURE_CLIPS; i++) {
        size_t clip = order ? order[i] : i;
        struct pack_result result = fixture_result(clip);
        assert_int_equal(pack_put(writer, clip, &result, &err), 0);
    }
    struct sandbox sandbox = sandbox_defaults();
    if (pack_finish(&writer, &sandbox, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_null(writer);
}

static char scratch[4096];

int fixture_enter(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    int n = snprintf(scratch, sizeof scratch, "%s/pack-XXXXXX", base ? base : "/tmp");
    return n < (int)sizeof scratch && mkdtemp(scratch) && chdir(scratch) == 0 ? 0 : -1;
}

int fixture_leave(void **state)
{
    (void)state;
    char command[sizeof scratch + 32];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}
