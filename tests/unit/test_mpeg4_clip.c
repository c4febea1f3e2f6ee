#include "core/video/mpeg4_clip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/log.h>

#include "core/base/error.h"
#include "tests/unit/mpeg4_fixture.h"

struct expectation {
    const struct fixture_pictures *all;
    const uint32_t *wanted;
    uint32_t count;
    uint32_t taken;
    uint32_t wrong;
};

static int take(void *context, uint32_t k, const AVFrame *picture, struct error *err)
{
    (void)err;
    struct expectation *expected = context;
    bool right = expected->taken < expected->count && expected->wanted[expected->taken] == k
                 && k < expected->all->count
                 && expected->all->hash[k] == fixture_picture_hash(picture);
    expected->taken++;
    expected->wrong += !right;
    return 0;
}

// 1: decoded and right, 0: it gave up. Wrong pictures fail the test.
static int decode(struct mpeg4_clip *clip, const struct fixture_pictures *all,
                  const uint32_t *wanted, uint32_t count)
{
    struct expectation expected = {.all = all, .wanted = wanted, .count = count};
    struct error err = ERROR_INIT;
    int code = mpeg4_clip_decode(clip, NULL, wanted, count, take, &expected, &err);
    assert_true(code >= 0);
    if (code == 1) {
        assert_int_equal(expected.wrong, 0);
        assert_int_equal(expected.taken, count);
    }
    return code;
}

// The clip in these bytes, or NULL if nothing can be said of it.
static struct mpeg4_clip *open_kept(const uint8_t *data, size_t size, size_t keep,
                                    const char **reason)
{
    AVStream *stream = NULL;
    *reason = "no demuxer takes it";
    AVFormatContext *format = fixture_open(data, size, false, &stream);
    if (!format) {
        return NULL;
    }
    struct mpeg4_clip *clip = NULL;
    struct error err = ERROR_INIT;
    int code = mpeg4_clip_open(&clip, format, stream, keep, reason, &err);
    fixture_close(&format);
    assert_true(code == 0 || code == 1);
    assert_true((code == 1) == (clip != NULL));
    return clip;
}

static struct mpeg4_clip *open_clip(const uint8_t *data, size_t size, const char **reason)
{
    return open_kept(data, size, SIZE_MAX, reason);
}

static void check_whole(enum avi_bframes bframes, int frames, int key_interval)
{
    struct fixture_avi avi = fixture_avi_make(bframes, frames, key_interval, 6);
    size_t size;
    uint8_t *data = fixture_avi_file(&avi, &size);
    struct fixture_pictures all = fixture_decode(data, size);
    assert_int_equal(all.count, frames);
    const char *reason;
    struct mpeg4_clip *clip = open_clip(data, size, &reason);
    assert_non_null(clip);
    assert_int_equal(mpeg4_clip_count(clip), all.count);
    assert_int_equal(mpeg4_clip_width(clip), 80);
    assert_int_equal(mpeg4_clip_height(clip), 48);
    assert_true(mpeg4_clip_is_kept(clip));
    uint32_t every[256];
    for (uint32_t k = 0; k < all.count; k++) {
        every[k] = k;
        assert_true(mpeg4_clip_timestamp(clip, k) == all.timestamp[k]);
    }
    assert_int_equal(decode(clip, &all, every, all.count), 1);
    for (uint32_t k = 0; k < all.count; k++) {
        assert_int_equal(decode(clip, &all, &every[k], 1), 1);
        for (uint32_t step = 2; k + step < all.count; step += 5) {
            uint32_t pair[2] = {k, k + step};
            assert_int_equal(decode(clip, &all, pair, 2), 1);
        }
    }
    mpeg4_clip_close(&clip);
    assert_null(clip);
    mpeg4_clip_close(&clip);
    fixture_pictures_free(&all);
    free(data);
    fixture_avi_free(&avi);
}

static void without_b_pictures(void **state)
{
    (void)state;
    check_whole(AVI_NO_BFRAMES, 1, 12);
    check_whole(AVI_NO_BFRAMES, 30, 7);
    check_whole(AVI_NO_BFRAMES, 30, 300);
}

static void with_b_pictures(void **state)
{
    (void)state;
    check_whole(AVI_BFRAMES, 31, 9);
    check_whole(AVI_BFRAMES, 30, 300);
}

static void packed(void **state)
{
    (void)state;
    check_whole(AVI_PACKED_BFRAMES, 31, 9);
    check_whole(AVI_PACKED_BFRAMES, 30, 300);
}

/* Damaged clips: what is said of them must be so, or nothing is said. */
static void check_damaged(enum avi_bframes bframes, uint64_t seed, int rounds, int *ret_decoded)
{
    struct random random;
    random_seed(&random, 4, seed);
    for (int round = 0; round < rounds; round++) {
        struct fixture_avi avi = fixture_avi_make(bframes, 24, round % 2 ? 8 : 300, 6);
        for (uint64_t n = 1 + random_below(&random, 2); n > 0; n--) {
            fixture_avi_damage(&avi, &random);
        }
        size_t size;
        uint8_t *data = fixture_avi_file(&avi, &size);
        const char *reason;
        struct mpeg4_clip *clip = open_clip(data, size, &reason);
        if (clip) {
            struct fixture_pictures all = fixture_decode(data, size);
            uint32_t n = mpeg4_clip_count(clip);
            for (int i = 0; i < 3; i++) {
                uint32_t first = (uint32_t)random_below(&random, n);
                uint32_t wanted[2] = {first, first + 1 + (uint32_t)random_below(&random, n)};
                if (decode(clip, &all, wanted, wanted[1] < n ? 2 : 1) == 1) {
                    assert_int_equal(n, all.count);
                    for (uint32_t k = 0; k < n; k++) {
                        assert_true(mpeg4_clip_timestamp(clip, k) == all.timestamp[k]);
                    }
                    ++*ret_decoded;
                }
            }
            fixture_pictures_free(&all);
        }
        mpeg4_clip_close(&clip);
        free(data);
        fixture_avi_free(&avi);
    }
}

static void damaged(void **state)
{
    (void)state;
    int decoded = 0;
    check_damaged(AVI_NO_BFRAMES, 1, 150, &decoded);
    assert_true(decoded > 100); // most damage is of a kind that can be foreseen
    decoded = 0;
    check_damaged(AVI_BFRAMES, 2, 150, &decoded);
    assert_true(decoded > 100);
    decoded = 0;
    check_damaged(AVI_PACKED_BFRAMES, 3, 300, &decoded);
    assert_true(decoded > 100);
}

/* A reference of a packed stream, damaged, hides the B picture behind it. That
 * cannot be read off the packets; it must show when decoding, also when the
 * wanted picture lies far before it. */
static void hidden_picture(void **state)
{
    (void)state;
    struct fixture_avi avi = fixture_avi_make(AVI_PACKED_BFRAMES, 30, 300, 6);
    int hidden = 0;
    for (uint32_t i = avi.count - 8; i < avi.count; i++) {
        for (size_t at = 12; at + 12 < avi.sizes[i]; at += 3) {
            avi.chunks[i][at] ^= 0x55;
            size_t size;
            uint8_t *data = fixture_avi_file(&avi, &size);
            avi.chunks[i][at] ^= 0x55;
            struct fixture_pictures all = fixture_decode(data, size);
            const char *reason;
            struct mpeg4_clip *clip = open_clip(data, size, &reason);
            if (clip && mpeg4_clip_count(clip) != all.count) {
                hidden++;
                assert_int_equal(decode(clip, &all, (uint32_t[]){2}, 1), 0);
            }
            mpeg4_clip_close(&clip);
            fixture_pictures_free(&all);
            free(data);
        }
    }
    assert_true(hidden > 0);
    fixture_avi_free(&avi);
}

static int stop(void *context, uint32_t k, const AVFrame *picture, struct error *err)
{
    (void)context;
    (void)picture;
    return error_set(err, ERR_VALUE, "enough at %u", k);
}

static void stopped_by_the_taker(void **state)
{
    (void)state;
    struct fixture_avi avi = fixture_avi_make(AVI_BFRAMES, 12, 300, 6);
    size_t size;
    uint8_t *data = fixture_avi_file(&avi, &size);
    const char *reason;
    struct mpeg4_clip *clip = open_clip(data, size, &reason);
    assert_non_null(clip);
    struct error err = ERROR_INIT;
    assert_int_equal(mpeg4_clip_decode(clip, NULL, (uint32_t[]){3, 5}, 2, stop, NULL, &err),
                     ERR_VALUE);
    assert_string_equal(err.text, "enough at 3");
    mpeg4_clip_close(&clip);
    free(data);
    fixture_avi_free(&avi);
}

/* Packets that were too much to keep are read again. */
static void read_again(void **state)
{
    (void)state;
    struct fixture_avi avi = fixture_avi_make(AVI_PACKED_BFRAMES, 24, 300, 6);
    size_t size;
    uint8_t *data = fixture_avi_file(&avi, &size);
    struct fixture_pictures all = fixture_decode(data, size);
    static const size_t keep[] = {0, 1000, 4000};
    for (size_t i = 0; i < sizeof keep / sizeof keep[0]; i++) {
        const char *reason;
        struct mpeg4_clip *clip = open_kept(data, size, keep[i], &reason);
        assert_non_null(clip);
        assert_int_equal(mpeg4_clip_count(clip), all.count);
        assert_false(mpeg4_clip_is_kept(clip));
        uint32_t wanted[] = {2, 5, 11, 12, 17};
        struct expectation expected = {.all = &all, .wanted = wanted, .count = 5};
        AVStream *stream = NULL;
        AVFormatContext *format = fixture_open(data, size, false, &stream);
        assert_non_null(format);
        struct error err = ERROR_INIT;
        assert_int_equal(mpeg4_clip_decode(clip, format, wanted, 5, take, &expected, &err), 1);
        assert_int_equal(expected.taken, 5);
        assert_int_equal(expected.wrong, 0);
        fixture_close(&format);

        format = fixture_open(data, size / 2, false, &stream); // it has changed meanwhile
        assert_non_null(format);
        expected.taken = 0;
        assert_int_equal(mpeg4_clip_decode(clip, format, wanted, 5, take, &expected, &err), 0);
        fixture_close(&format);
        mpeg4_clip_close(&clip);
    }
    fixture_pictures_free(&all);
    free(data);
    fixture_avi_free(&avi);
}

int main(void)
{
    av_log_set_level(AV_LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_b_pictures),   cmocka_unit_test(with_b_pictures),
        cmocka_unit_test(packed),               cmocka_unit_test(damaged),
        cmocka_unit_test(hidden_picture),       cmocka_unit_test(read_again),
        cmocka_unit_test(stopped_by_the_taker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
