/* From files to frames: how many pictures, which, and what they look like. */
#include "core/video/clip.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/io.h"
#include "tests/unit/tree_fixture.h"
#include "tests/unit/video_fixture.h"

enum { FRAME_BYTES = 64 * 64 * 3 };

// Every picture says its number, and is what a plain decode gives.
static void assert_pictures(const char *path, int n)
{
    struct reading all = read_all(path);
    uint8_t *plain = NULL;
    assert_int_equal(decode_plainly(path, &plain), n);
    assert_int_equal(all.info.frame_count, n);
    assert_int_equal(all.info.decode_errors, 0);
    for (int i = 0; i < n; i++) {
        assert_int_equal(read_number(all.pixels + i * FRAME_BYTES, 64, 64), i);
    }
    assert_memory_equal(all.pixels, plain, (size_t)n * FRAME_BYTES);
    free(plain);
    reading_free(&all);
}

static void plain_clips_are_read(void **state)
{
    (void)state;
    struct avi_clip clip = plain_clip(50, AVI_NO_BFRAMES);
    write_numbered("plain.avi", &clip);
    assert_pictures("plain.avi", 50);

    struct clip_options options = plain_options(3);
    struct reading r = read_good("plain.avi", &options);
    assert_int_equal(r.info.width, 320);
    assert_int_equal(r.info.height, 240);
    assert_true(r.info.frame_rate == 25);
    const uint32_t centres[3] = {8, 25, 41};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(r.index[i], centres[i]);
        assert_int_equal(read_number(r.pixels + i * FRAME_BYTES, 64, 64), (int)centres[i]);
        assert_true(fabs(r.timestamp[i] - centres[i] / 25.0) < 1e-9);
    }
    reading_free(&r);
}

static void samples_are_runs_of_picks(void **state)
{
    (void)state;
    struct avi_clip clip = plain_clip(40, AVI_NO_BFRAMES);
    write_numbered("plain.avi", &clip);
    struct clip_options options = plain_options(3);
    options.samples = 4;
    options.sampling = CHOOSE_UNIFORM;
    struct reading r = read_good("plain.avi", &options);
    uint32_t expected[12];
    const struct choice choice = clip_choice(&options, 0);
    choose_frames(&choice, 40, expected);
    assert_memory_equal(r.index, expected, sizeof expected);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(read_number(r.pixels + i * FRAME_BYTES, 64, 64), (int)expected[i]);
    }
    reading_free(&r);
}

static void bframes_come_in_order(void **state)
{
    (void)state;
    for (int n = 41; n <= 44; n++) { // all ways a run of B-frames can end
        struct avi_clip clip = plain_clip(n, AVI_BFRAMES);
        write_numbered("b.avi", &clip);
        assert_pictures("b.avi", n);
        clip.bframes = AVI_PACKED_BFRAMES;
        clip.key_interval = n % 2 ? 12 : 300;
        write_numbered("packed.avi", &clip);
        assert_pictures("packed.avi", n);
    }
}

// Packing moves pictures between chunks; it changes none.
static void packing_changes_no_pixel(void **state)
{
    (void)state;
    struct avi_clip clip = plain_clip(47, AVI_BFRAMES);
    clip.rate_num = 30000;
    clip.rate_den = 1001;
    write_numbered("b.avi", &clip);
    clip.bframes = AVI_PACKED_BFRAMES;
    write_numbered("packed.avi", &clip);
    struct reading loose = read_all("b.avi");
    struct reading packed = read_all("packed.avi");
    assert_int_equal(loose.info.frame_count, 47);
    assert_int_equal(packed.info.frame_count, 47);
    assert_memory_equal(loose.pixels, packed.pixels, 47 * FRAME_BYTES);
    assert_true(fabs(packed.info.frame_rate - 30000 / 1001.0) < 1e-9);
    reading_free(&loose);
    reading_free(&packed);
}

static void short_clips_repeat(void **state)
{
    (void)state;
    struct avi_clip clip = plain_clip(2, AVI_NO_BFRAMES);
    write_numbered("two.avi", &clip);
    struct clip_options options = plain_options(5);
    struct reading r = read_good("two.avi", &options);
    const uint32_t expected[5] = {0, 0, 1, 1, 1};
    assert_int_equal(r.info.frame_count, 2);
    assert_memory_equal(r.index, expected, sizeof expected);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(read_number(r.pixels + i * FRAME_BYTES, 64, 64), (int)expected[i]);
    }
    assert_memory_equal(r.pixels + 2 * FRAME_BYTES, r.pixels + 4 * FRAME_BYTES, FRAME_BYTES);
    reading_free(&r);
}

/* Too many pictures to keep while counting, so that it is decoded twice. */
static void long_clips_are_read(void **state)
{
    (void)state;
    struct avi_clip clip = plain_clip(48, AVI_PACKED_BFRAMES);
    clip.width = 1280;
    clip.height = 1024; // 2 MB a picture
    write_numbered("long.avi", &clip);
    struct clip_options options = plain_options(7);
    struct reading r = read_good("long.avi", &options);
    assert_int_equal(r.info.frame_count, 48);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(r.index[i], (2 * i + 1) * 48 / 14);
        assert_int_equal(read_number(r.pixels + i * FRAME_BYTES, 64, 64), (int)r.index[i]);
        assert_true(fabs(r.timestamp[i] - r.index[i] / 25.0) < 0.05);
    }
    reading_free(&r);
}

static void one_reader_reads_many(void **state)
{
    (void)state;
    struct avi_clip clip = plain_clip(20, AVI_NO_BFRAMES);
    write_numbered("a.avi", &clip);
    clip.width = 176;
    clip.height = 144;
    clip.bframes = AVI_PACKED_BFRAMES;
    write_numbered("b.avi", &clip);
    tree_put("c.avi", "no video");
    struct clip_options options = plain_options(1);
    struct clip_reader *reader = NULL;
    struct error err = ERROR_INIT;
    assert_int_equal(clip_reader_open(&reader, &options, &err), 0);
    uint8_t *pixels = malloc(FRAME_BYTES);
    for (int i = 0; i < 9; i++) {
        const char *const names[] = {"a.avi", "b.avi", "c.avi"};
        int fd;
        uint32_t index;
        double timestamp;
        struct clip_info info;
        assert_int_equal(io_open_regular(&fd, NULL, names[i % 3], &err), 0);
        int code = clip_read(reader, fd, names[i % 3], pixels, &index, &timestamp, &info, NULL);
        close(fd);
        assert_int_equal(code, i % 3 == 2 ? ERR_DECODE : 0);
        assert_true(code < 0 || (index == 10 && read_number(pixels, 64, 64) == 10));
    }
    free(pixels);
    clip_reader_close(&reader);
}

// ---- files that are not as they should be ----

static struct error read_bad(const char *path)
{
    struct error err = ERROR_INIT;
    struct reading reading;
    struct clip_options options = plain_options(3);
    struct clip_info untouched;
    memset(&untouched, 0, sizeof untouched);
    assert_int_equal(read_clip(&reading, path, &options, &err), ERR_DECODE);
    assert_memory_equal(&reading.info, &untouched, sizeof untouched);
    assert_null(strstr(err.text, path)); // the caller knows it
    reading_free(&reading);
    return err;
}

static void cut(const char *from, const char *to, size_t bytes)
{
    char *data;
    size_t size;
    assert_int_equal(io_read_file(&data, &size, from, 1 << 26, NULL), 0);
    assert_true(size > bytes);
    tree_put_bytes(to, data, bytes);
    free(data);
}

static void truncated_clips_give_what_is_there(void **state)
{
    (void)state;
    struct avi_clip clip = plain_clip(50, AVI_PACKED_BFRAMES);
    write_numbered("whole.avi", &clip);
    char *data;
    size_t size;
    assert_int_equal(io_read_file(&data, &size, "whole.avi", 1 << 26, NULL), 0);
    free(data);
    cut("whole.avi", "most.avi", size * 6 / 10);
    struct reading r = read_all("most.avi");
    uint8_t *plain = NULL;
    int n = decode_plainly("most.avi", &plain);
    assert_in_range(n, 10, 45);
    assert_int_equal(r.info.frame_count, n);
    assert_memory_equal(r.pixels, plain, (size_t)n * FRAME_BYTES);
    free(plain);
    reading_free(&r);

    cut("whole.avi", "head.avi", 2000); // no picture is in that
    struct error err = read_bad("head.avi");
    assert_true(strlen(err.text) > 10);
}

static void damaged_clips_are_gone_through(void **state)
{
    (void)state;
    struct avi_clip clip = plain_clip(50, AVI_NO_BFRAMES);
    clip.key_interval = 300; // one stream header, and that before the damage
    write_numbered("whole.avi", &clip);
    char *data;
    size_t size;
    assert_int_equal(io_read_file(&data, &size, "whole.avi", 1 << 26, NULL), 0);
    for (size_t i = size / 4; i < size * 3 / 4; i += 97) {
        data[i] = (char)(data[i] ^ 0x5A);
    }
    tree_put_bytes("damaged.avi", data, size);
    free(data);
    struct reading r = read_all("damaged.avi");
    uint8_t *plain = NULL;
    int n = decode_plainly("damaged.avi", &plain);
    assert_true(n >= 10);
    assert_int_equal(r.info.frame_count, n);
    assert_true(r.info.decode_errors > 0);
    assert_memory_equal(r.pixels, plain, (size_t)n * FRAME_BYTES);
    free(plain);
    reading_free(&r);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    tree_put("empty.avi", "");
    assert_non_null(strstr(read_bad("empty.avi").text, "not a video"));
    char garbage[5000];
    for (size_t i = 0; i < sizeof garbage; i++) {
        garbage[i] = (char)(i * i * 2654435761u >> 13);
    }
    tree_put_bytes("garbage.mp4", garbage, sizeof garbage);
    assert_non_null(strstr(read_bad("garbage.mp4").text, "not a video"));
    // A playlist would have other files opened.
    tree_put("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nplain.avi\n"
             "#EXT-X-ENDLIST\n");
    read_bad("list.m3u8");
    tree_put("list.ffconcat", "ffconcat version 1.0\nfile plain.avi\n");
    struct avi_clip clip = plain_clip(3, AVI_NO_BFRAMES);
    write_numbered("plain.avi", &clip);
    read_bad("list.ffconcat");
}

static void sound_is_no_video(void **state)
{
    (void)state;
    // RIFF, WAVE, fmt: one channel of 8 kHz, 8 bits; then half a second of it.
    unsigned char wave[44 + 4000] = "RIFF\xC4\x0F\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1F\0\0"
                                    "\x40\x1F\0\0\1\0\x08\0data\xA0\x0F\0\0";
    for (int i = 44; i < 44 + 4000; i++) {
        wave[i] = (unsigned char)(i * 5);
    }
    tree_put_bytes("sound.wav", wave, sizeof wave);
    assert_string_equal(read_bad("sound.wav").text, "no video stream");
}

// Runs that overlap are decoded once, and each sample gets its own.
static void consecutive_runs_overlap(void **state)
{
    (void)state;
    struct avi_clip clip = plain_clip(14, AVI_NO_BFRAMES);
    write_numbered("runs.avi", &clip);
    struct clip_options options = plain_options(3);
    options.samples = 5;
    options.sampling = CHOOSE_CONSECUTIVE;
    options.stride = 2;
    static const enum clip_seek ways[] = {CLIP_SEEK_AUTO, CLIP_SEEK_NEVER, CLIP_SEEK_VERIFY};
    for (size_t way = 0; way < 3; way++) {
        options.seek = ways[way];
        struct reading r = read_good("runs.avi", &options);
        static const uint32_t expected[15] = {1, 3, 5, 3, 5, 7, 5, 7, 9, 7, 9, 11, 9, 11, 13};
        for (int i = 0; i < 15; i++) {
            assert_int_equal(r.index[i], expected[i]);
            assert_int_equal(read_number(r.pixels + i * FRAME_BYTES, 64, 64), (int)expected[i]);
            assert_true(fabs(r.timestamp[i] - r.timestamp[0] - (expected[i] - 1) / 25.0) < 1e-9);
        }
        reading_free(&r);
    }
}

static void options_are_checked(void **state)
{
    (void)state;
    static const struct clip_options wrong[] = {
        {.samples = 0, .frames = 3, .width = 64, .height = 64},
        {.samples = 1, .frames = 0, .width = 64, .height = 64},
        {.samples = 1, .frames = 3, .width = 0, .height = 64},
        {.samples = 1, .frames = 3, .width = 64, .height = 20000},
        {.samples = 65536, .frames = 65536, .width = 64, .height = 64},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct clip_reader *reader = NULL;
        struct error err = ERROR_INIT;
        assert_int_equal(clip_reader_open(&reader, &wrong[i], &err), ERR_VALUE);
        assert_null(reader);
        assert_true(strlen(err.text) > 20);
    }
    struct clip_reader *none = NULL;
    clip_reader_close(&none);
}

static void provenance_is_told(void **state)
{
    (void)state;
    assert_non_null(strstr(clip_library_text(), "libavcodec "));
    assert_non_null(strstr(clip_library_text(), " libswscale "));
    assert_non_null(strstr(clip_scaler_text(), "area"));
    assert_non_null(strstr(clip_matrix_text(), "BT.601"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_clips_are_read, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(samples_are_runs_of_picks, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(bframes_come_in_order, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(packing_changes_no_pixel, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(short_clips_repeat, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(long_clips_are_read, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(one_reader_reads_many, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(truncated_clips_give_what_is_there, tree_enter,
                                        tree_leave),
        cmocka_unit_test_setup_teardown(damaged_clips_are_gone_through, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(other_files_are_refused, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(sound_is_no_video, tree_enter, tree_leave),
        cmocka_unit_test(consecutive_runs_overlap),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(provenance_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
