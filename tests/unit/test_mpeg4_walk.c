#include "core/video/mpeg4_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/log.h>

#include "core/video/mpeg4_codes.h"
#include "tests/unit/mpeg4_fixture.h"

static void check_codes(const struct mpeg4_code *table, unsigned width, unsigned values)
{
    // Each value has one code, and no other takes a place of it.
    uint32_t places[64] = {0};
    uint8_t length[64] = {0};
    for (uint32_t i = 0; i < 1U << width; i++) {
        if (table[i].length) {
            assert_true(table[i].value < 64 && table[i].length <= width);
            places[table[i].value]++;
            length[table[i].value] = table[i].length;
        }
    }
    for (unsigned value = 0; value < 64; value++) {
        if (places[value] > 0) {
            assert_int_equal(places[value], 1U << (width - length[value]));
            values--;
        }
    }
    assert_int_equal(values, 0);
}

static void codes(void **state)
{
    (void)state;
    struct mpeg4_codes *codes = malloc(sizeof *codes);
    assert_non_null(codes);
    mpeg4_codes_make(codes);
    check_codes(codes->blocks[0], MPEG4_BLOCKS_BITS, 9);
    check_codes(codes->blocks[1], MPEG4_BLOCKS_BITS, 21);
    check_codes(codes->pattern, MPEG4_PATTERN_BITS, 16);
    check_codes(codes->vector, MPEG4_VECTOR_BITS, 33);
    check_codes(codes->dc[0], MPEG4_DC_BITS, 10);
    check_codes(codes->dc[1], MPEG4_DC_BITS, 10);
    for (int intra = 0; intra < 2; intra++) {
        unsigned places = 0, expected = 0, found = 0;
        static uint8_t length[2][64][64];
        memset(length, 0, sizeof length);
        for (uint32_t i = 0; i < 1U << MPEG4_COEFFICIENT_BITS; i++) {
            const struct mpeg4_coefficient *c = &codes->coefficient[intra][i];
            if (c->length && !length[c->last][c->run][c->level]) {
                length[c->last][c->run][c->level] = c->length;
                expected += 1U << (MPEG4_COEFFICIENT_BITS - c->length);
                found++;
                assert_true(c->level <= codes->max_level[intra][c->last][c->run] || !c->level);
                assert_true(c->run <= codes->max_run[intra][c->last][c->level] || !c->level);
            }
            places += c->length > 0;
        }
        assert_int_equal(found, 103); // and the escape
        assert_int_equal(places, expected);
        assert_int_equal(codes->coefficient[intra][3 << 5].length, 7);
        assert_int_equal(codes->coefficient[intra][3 << 5].level, 0);
    }
    free(codes);
}

// A packed stream with its header and what is in its packets.
struct stream {
    struct fixture_avi avi;
    struct mpeg4_header header;
    const uint8_t *header_data;
    size_t header_size;
    struct mpeg4_walker *walker;
};

static struct stream open_stream(int frames, int key_interval, int quality)
{
    struct stream stream = {
        .avi = fixture_avi_make(AVI_PACKED_BFRAMES, frames, key_interval, quality),
    };
    stream.header_data = stream.avi.chunks[0];
    stream.header_size = mpeg4_header_length(stream.header_data, stream.avi.sizes[0]);
    assert_null(mpeg4_read_header(&stream.header, stream.header_data, stream.header_size, 0));
    assert_true(stream.header.packed);
    assert_int_equal(mpeg4_walker_open(&stream.walker, &stream.header, NULL), 0);
    return stream;
}

static void close_stream(struct stream *stream)
{
    mpeg4_walker_close(&stream->walker);
    assert_null(stream->walker);
    fixture_avi_free(&stream->avi);
}

// 1: whole, 0: not, -1: it is no packet with two pictures.
static int walk(struct stream *stream, uint32_t number)
{
    struct mpeg4_packet packet;
    const struct fixture_avi *avi = &stream->avi;
    if (mpeg4_read_packet(&packet, avi->chunks[number], avi->sizes[number], &stream->header,
                          stream->header_data, stream->header_size)
        || packet.vops != 2) {
        return -1;
    }
    return mpeg4_walker_is_whole(stream->walker, &packet, avi->chunks[number]);
}

static void whole_pictures(void **state)
{
    (void)state;
    // Fine and coarse quantisers between them use all kinds of codes.
    static const int qualities[] = {1, 2, 4, 12, 31};
    for (size_t i = 0; i < sizeof qualities / sizeof qualities[0]; i++) {
        for (int key_interval = 1; key_interval < 40; key_interval += 19) {
            struct stream stream = open_stream(40, key_interval > 1 ? key_interval : 4,
                                               qualities[i]);
            int whole = 0;
            for (uint32_t number = 0; number < stream.avi.count; number++) {
                int found = walk(&stream, number);
                assert_true(found != 0);
                whole += found > 0;
            }
            assert_true(whole > 8);
            close_stream(&stream);
        }
    }
}

static void other_pictures(void **state)
{
    (void)state;
    struct stream stream = open_stream(10, 300, 6);
    uint32_t number = 1;
    while (walk(&stream, number) < 0) {
        number++;
    }
    struct mpeg4_packet packet;
    const uint8_t *data = stream.avi.chunks[number];
    assert_null(mpeg4_read_packet(&packet, data, stream.avi.sizes[number], &stream.header,
                                  stream.header_data, stream.header_size));
    assert_true(mpeg4_walker_is_whole(stream.walker, &packet, data));
    struct mpeg4_packet other = packet;
    other.vops = 1;
    assert_false(mpeg4_walker_is_whole(stream.walker, &other, data));
    other = packet;
    other.vop[0].type = MPEG4_B;
    assert_false(mpeg4_walker_is_whole(stream.walker, &other, data));
    other = packet;
    other.vop[0].coded = false;
    assert_false(mpeg4_walker_is_whole(stream.walker, &other, data));
    other = packet;
    other.vop[0].dc_threshold = 1;
    assert_false(mpeg4_walker_is_whole(stream.walker, &other, data));
    for (int shift = -2; shift <= 2; shift++) { // it must end just where it does
        other = packet;
        other.vop[1].at += (uint32_t)shift;
        assert_int_equal(mpeg4_walker_is_whole(stream.walker, &other, data), shift == 0);
    }
    close_stream(&stream);

    // Other sizes have more or fewer macroblocks.
    stream = open_stream(10, 300, 6);
    stream.header.width += 16;
    mpeg4_walker_close(&stream.walker);
    assert_int_equal(mpeg4_walker_open(&stream.walker, &stream.header, NULL), 0);
    assert_int_equal(walk(&stream, number), 0);
    close_stream(&stream);
}

/* Every bit of a reference, wrong: if it is said to be whole nevertheless, the
 * decoder finds the B picture behind it. */
static void check_flips(int key_interval, int quality)
{
    struct stream stream = open_stream(8, key_interval, quality);
    size_t size;
    uint8_t *data = fixture_avi_file(&stream.avi, &size);
    struct fixture_pictures sound = fixture_decode(data, size);
    free(data);
    int whole = 0, broken = 0, hidden = 0;
    uint32_t number = 1;
    while (walk(&stream, number) < 0) {
        number++;
    }
    uint8_t *chunk = stream.avi.chunks[number];
    struct mpeg4_packet packet;
    assert_null(mpeg4_read_packet(&packet, chunk, stream.avi.sizes[number], &stream.header,
                                  stream.header_data, stream.header_size));
    for (size_t bit = packet.vop[0].body; bit < 8 * packet.vop[1].at; bit++) {
        chunk[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        int found = walk(&stream, number);
        whole += found > 0;
        broken += found == 0;
        if (found > 0 || bit % 8 == 3) {
            data = fixture_avi_file(&stream.avi, &size);
            struct fixture_pictures pictures = fixture_decode(data, size);
            assert_true(found <= 0 || pictures.count == sound.count);
            hidden += pictures.count != sound.count;
            fixture_pictures_free(&pictures);
            free(data);
        }
        chunk[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    assert_true(whole > 0 && broken > 0 && hidden > 0); // it is not all the same
    fixture_pictures_free(&sound);
    close_stream(&stream);
}

static void flipped_bits(void **state)
{
    (void)state;
    check_flips(300, 12);
    check_flips(4, 20); // an I picture
}

// Nonsense is not read beyond the padding.
static void nonsense(void **state)
{
    (void)state;
    struct mpeg4_header header = {.width = 64, .height = 64, .no_resync = true, .packed = true};
    struct mpeg4_walker *walker = NULL;
    assert_int_equal(mpeg4_walker_open(&walker, &header, NULL), 0);
    struct random random;
    random_seed(&random, 7, 0);
    int whole = 0; // nearly all bits mean something, so a few are
    for (int round = 0; round < 20000; round++) {
        uint32_t end = (uint32_t)random_below(&random, 300);
        uint8_t *data = malloc(end + MPEG4_WALKER_PADDING);
        assert_non_null(data);
        for (uint32_t i = 0; i < end + MPEG4_WALKER_PADDING; i++) {
            data[i] = (uint8_t)random_below(&random, 256);
        }
        struct mpeg4_packet packet = {.size = end, .vops = 2};
        packet.vop[0] = (struct mpeg4_vop){
            .type = round % 2 ? MPEG4_I : MPEG4_P, .coded = true, .quantiser = 1 + round % 31,
            .range = (uint8_t)(1 + round % 7),
        };
        packet.vop[1].at = end;
        whole += mpeg4_walker_is_whole(walker, &packet, data);
        free(data);
    }
    assert_true(whole < 200);
    mpeg4_walker_close(&walker);
    mpeg4_walker_close(&walker);
}

int main(void)
{
    av_log_set_level(AV_LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes),          cmocka_unit_test(whole_pictures),
        cmocka_unit_test(other_pictures), cmocka_unit_test(flipped_bits),
        cmocka_unit_test(nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
