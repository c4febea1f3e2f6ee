/* The generator of little data sets. */
#include "data/clip_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "core/base/io.h"
#include "data/motions.h"
#include "tests/unit/tree_fixture.h"
#include "tests/unit/video_fixture.h"

static bool same_bytes(const char *a, const char *b)
{
    char *data[2];
    size_t size[2];
    assert_int_equal(io_read_file(&data[0], &size[0], a, 1 << 26, NULL), 0);
    assert_int_equal(io_read_file(&data[1], &size[1], b, 1 << 26, NULL), 0);
    bool same = size[0] == size[1] && memcmp(data[0], data[1], size[0]) == 0;
    free(data[0]);
    free(data[1]);
    return same;
}

// How the packets of a file are laid out.
struct layout {
    int packets;
    int paired;    // with two pictures
    int not_coded; // P pictures too short to say anything
    int key;
};

static struct layout read_layout(const char *path)
{
    struct layout layout = {0};
    AVFormatContext *format = NULL;
    assert_int_equal(avformat_open_input(&format, path, NULL, NULL), 0);
    assert_int_equal(format->nb_streams, 1);
    assert_int_equal(format->streams[0]->codecpar->codec_tag, MKTAG('X', 'V', 'I', 'D'));
    AVPacket *packet = av_packet_alloc();
    while (av_read_frame(format, packet) >= 0) {
        int pictures = 0;
        int type = 0; // of the last one: 0 to 2 for I, P, B
        for (int i = 0; i + 4 < packet->size; i++) {
            if (memcmp(packet->data + i, "\0\0\1\xB6", 4) == 0) {
                pictures++;
                type = packet->data[i + 4] >> 6;
            }
        }
        layout.packets++;
        layout.not_coded += type == 1 && packet->size < 8;
        layout.paired += pictures == 2;
        layout.key += (packet->flags & AV_PKT_FLAG_KEY) != 0;
        assert_in_range(pictures, 1, 2);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    avformat_close_input(&format);
    return layout;
}

static void path_of(char path[128], const char *dir, int class_number, int group, int clip)
{
    const char *name = motions[class_number].name;
    snprintf(path, 128, "%s/%s/v_%s_g%02d_c%02d.avi", dir, name, name, group, clip);
}

static void set_is_as_described(void **state)
{
    (void)state;
    const struct clip_set set = {.classes = MOTION_COUNT, .groups = 1, .clips = 3};
    struct error err = ERROR_INIT;
    if (clip_set_write("set", &set, &err) < 0) {
        fail_msg("%s", err.text);
    }
    struct clip_options options = plain_options(3);
    int packed = 0;
    for (int i = 0; i < MOTION_COUNT * 3; i++) {
        char path[128];
        path_of(path, "set", i / 3, 1, i % 3 + 1);
        struct reading r = read_good(path, &options);
        struct layout layout = read_layout(path);
        assert_in_range(r.info.frame_count, 40, 90);
        assert_int_equal(r.info.frame_count, layout.packets);
        assert_int_equal(r.info.decode_errors, 0);
        assert_true(r.info.width == 320 && r.info.height == 240);
        assert_int_equal(layout.not_coded, layout.paired);
        if (layout.not_coded > 0) {
            packed++;
            assert_true(layout.not_coded >= layout.packets / 3 - 1); // I or P, B, B
            assert_int_equal(layout.key, 1);
        }
        // Something moves.
        assert_memory_not_equal(r.pixels, r.pixels + 64 * 64 * 3, 64 * 64 * 3);
        reading_free(&r);
    }
    assert_int_equal(packed, MOTION_COUNT);
}

static void same_bytes_every_time(void **state)
{
    (void)state;
    const struct clip_set set = {.classes = 2, .groups = 2, .clips = 2};
    struct error err = ERROR_INIT;
    assert_int_equal(clip_set_write("a", &set, &err), 0);
    assert_int_equal(clip_set_write("b", &set, &err), 0);
    assert_int_equal(clip_set_write("b", &set, &err), 0); // over what is there
    char path[2][128];
    for (int i = 0; i < 8; i++) {
        path_of(path[0], "a", i & 1, 1 + (i >> 1 & 1), 1 + (i >> 2));
        path_of(path[1], "b", i & 1, 1 + (i >> 1 & 1), 1 + (i >> 2));
        assert_true(same_bytes(path[0], path[1]));
    }
    // One by one it is the same clip, and others are others.
    assert_int_equal(clip_set_write_clip("one.avi", 1, 1, 0, &err), 0);
    path_of(path[0], "a", 1, 2, 1);
    assert_true(same_bytes("one.avi", path[0]));
    path_of(path[0], "a", 1, 1, 1);
    assert_false(same_bytes("one.avi", path[0]));
}

static void classes_are_in_order(void **state)
{
    (void)state;
    for (int i = 1; i < MOTION_COUNT; i++) {
        assert_true(strcmp(motions[i - 1].name, motions[i].name) < 0);
    }
}

static void mistakes_are_told(void **state)
{
    (void)state;
    static const struct clip_set wrong[] = {{0, 1, 1}, {MOTION_COUNT + 1, 1, 1}, {1, 100, 1},
                                            {1, 1, 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(clip_set_write("set", &wrong[i], NULL), ERR_VALUE);
    }
    const struct clip_set good = {1, 1, 1};
    struct error err = ERROR_INIT;
    tree_put("file", "");
    assert_int_equal(clip_set_write("file/set", &good, &err), ERR_IO);
    assert_non_null(strstr(err.text, "file/set"));
    // A folder where a file is to go: the message names it.
    char path[128];
    path_of(path, "taken", 0, 1, 1);
    tree_folder(path);
    err.code = 0;
    assert_true(clip_set_write("taken", &good, &err) < 0);
    assert_non_null(strstr(err.text, path));
}

static void nothing_half_written_stays(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct avi_clip clip = plain_clip(5, AVI_NO_BFRAMES);
    clip.rate_num = 0;
    assert_true(avi_clip_write("bad.avi", &clip, NULL, NULL, &err) < 0);
    char *data;
    size_t size;
    assert_int_equal(io_read_file(&data, &size, "bad.avi", 10, NULL), ERR_IO);
}

int main(void)
{
    av_log_set_level(AV_LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(set_is_as_described, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(same_bytes_every_time, tree_enter, tree_leave),
        cmocka_unit_test(classes_are_in_order),
        cmocka_unit_test_setup_teardown(mistakes_are_told, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(nothing_half_written_stays, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
