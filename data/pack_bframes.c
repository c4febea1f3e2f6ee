#include "data/pack_bframes.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Start codes are 00 00 01 and one of these (ISO/IEC 14496-2, table 6-3).
enum { CODE_GROUP = 0xB3, CODE_PICTURE = 0xB6 };

enum picture_type { PICTURE_I = 0, PICTURE_P = 1, PICTURE_B = 2, PICTURE_S = 3 };

struct bframe_packer {
    int time_bits;      // width of vop_time_increment
    bframe_sink sink;
    void *context;
    AVPacket *held;     // a picture that B-frames may follow; empty when there is none
    AVPacket *chunk;    // what goes to the sink
    bool owed;          // a stand-in for `owed_time` is due
    uint32_t owed_time; // vop_time_increment of the last picture that is not B
};

struct picture_head {
    enum picture_type type;
    uint32_t time; // vop_time_increment
};

int bframe_packer_open(struct bframe_packer **ret, int clock, bframe_sink sink, void *context,
                       struct error *err)
{
    struct bframe_packer *packer = calloc(1, sizeof *packer);
    if (!packer) {
        return error_nomem(err, "packing B-frames");
    }
    // As many bits as the largest value, clock - 1, needs; one at least.
    packer->time_bits = 1;
    while ((clock - 1) >> packer->time_bits) {
        packer->time_bits++;
    }
    packer->sink = sink;
    packer->context = context;
    packer->held = av_packet_alloc();
    packer->chunk = av_packet_alloc();
    if (!packer->held || !packer->chunk) {
        bframe_packer_close(&packer);
        return error_nomem(err, "packing B-frames");
    }
    *ret = packer;
    return 0;
}

// The offset of the first start code of this kind, or -1.
static int find_code(const AVPacket *packet, int code)
{
    for (int i = 0; i + 3 < packet->size; i++) {
        const uint8_t *p = packet->data + i;
        if (p[0] == 0 && p[1] == 0 && p[2] == 1 && p[3] == code) {
            return i;
        }
    }
    return -1;
}

static uint32_t read_bits(const AVPacket *packet, size_t *at, int count)
{
    uint32_t value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        size_t byte = *at / 8;
        int bit = byte < (size_t)packet->size ? packet->data[byte] >> (7 - *at % 8) & 1 : 0;
        value = value << 1 | (uint32_t)bit;
    }
    return value;
}

static void write_bits(uint8_t *data, size_t *at, uint32_t value, int count)
{
    for (int i = count - 1; i >= 0; i--, (*at)++) {
        data[*at / 8] |= (uint8_t)((value >> i & 1) << (7 - *at % 8));
    }
}

/* vop_coding_type (2 bits), modulo_time_base (ones, then a zero), a marker,
 * vop_time_increment. */
static int read_head(struct picture_head *ret, const AVPacket *packet, int time_bits,
                     struct error *err)
{
    int start = find_code(packet, CODE_PICTURE);
    if (start < 0) {
        return error_set(err, ERR_FORMAT, "a packet of %d bytes without an MPEG-4 picture",
                         packet->size);
    }
    size_t at = ((size_t)start + 4) * 8;
    ret->type = (enum picture_type)read_bits(packet, &at, 2);
    while (at < (size_t)packet->size * 8 && read_bits(packet, &at, 1)) {
    }
    read_bits(packet, &at, 1);
    ret->time = read_bits(packet, &at, time_bits);
    return 0;
}

static int emit(struct bframe_packer *packer, struct error *err)
{
    int code = packer->sink(packer->chunk, packer->context, err);
    av_packet_unref(packer->chunk);
    return code;
}

static int append(AVPacket *packet, const void *data, int size, struct error *err)
{
    int old = packet->size;
    if (size < 0 || av_grow_packet(packet, size) < 0) {
        return error_nomem(err, "packing B-frames");
    }
    memcpy(packet->data + old, data, (size_t)size);
    return 0;
}

/* A P picture that shows nothing new: vop_coded is 0. Its time is that of the
 * picture it stands for, within the same second. */
static int emit_not_coded(struct bframe_packer *packer, struct error *err)
{
    uint8_t data[12] = {0, 0, 1, CODE_PICTURE};
    size_t at = 32;
    write_bits(data, &at, PICTURE_P, 2);
    write_bits(data, &at, 0, 1); // modulo_time_base
    write_bits(data, &at, 1, 1); // marker
    write_bits(data, &at, packer->owed_time, packer->time_bits);
    write_bits(data, &at, 1, 1); // marker
    write_bits(data, &at, 0, 1); // vop_coded
    write_bits(data, &at, 0, 1); // stuffing: a zero, then ones to the next byte
    while (at % 8) {
        write_bits(data, &at, 1, 1);
    }
    packer->owed = false;
    int code = append(packer->chunk, data, (int)(at / 8), err);
    return code < 0 ? code : emit(packer, err);
}

// Hand out what a new I or P picture, or the end, brings to a close.
static int close_run(struct bframe_packer *packer, struct error *err)
{
    if (packer->owed) {
        return emit_not_coded(packer, err);
    }
    if (packer->held->size > 0) {
        av_packet_move_ref(packer->chunk, packer->held);
        return emit(packer, err);
    }
    return 0;
}

int bframe_packer_push(struct bframe_packer *packer, const AVPacket *packet, struct error *err)
{
    struct picture_head head = {0};
    int code = read_head(&head, packet, packer->time_bits, err);
    if (code < 0) {
        return code;
    }
    if (head.type == PICTURE_B) {
        if (packer->held->size > 0) {
            av_packet_move_ref(packer->chunk, packer->held);
            packer->owed = true;
        }
        code = append(packer->chunk, packet->data, packet->size, err);
        return code < 0 ? code : emit(packer, err);
    }
    code = close_run(packer, err);
    if (code == 0) {
        packer->owed_time = head.time;
        packer->held->flags = packet->flags;
        code = append(packer->held, packet->data, packet->size, err);
    }
    return code;
}

int bframe_packer_finish(struct bframe_packer *packer, struct error *err)
{
    return close_run(packer, err);
}

void bframe_packer_close(struct bframe_packer **packer)
{
    if (!*packer) {
        return;
    }
    av_packet_free(&(*packer)->held);
    av_packet_free(&(*packer)->chunk);
    free(*packer);
    *packer = NULL;
}

int mpeg4_sign(AVPacket *packet, bool packed, struct error *err)
{
    static const char packed_mark[] = "\0\0\1\xB2" "DivX503b1393p";
    static const char encoder_mark[] = "\0\0\1\xB2" "XviD0050";
    // User data goes between the stream header and the group's or picture's.
    int split = find_code(packet, CODE_GROUP);
    int picture = find_code(packet, CODE_PICTURE);
    if (split < 0 || split > picture) {
        split = picture;
    }
    if (split <= 0) {
        return 0;
    }
    int first = packed ? (int)sizeof packed_mark - 1 : 0;
    int second = (int)sizeof encoder_mark - 1;
    int rest = packet->size - split;
    if (av_packet_make_writable(packet) < 0 || av_grow_packet(packet, first + second) < 0) {
        return error_nomem(err, "signing a stream");
    }
    uint8_t *at = packet->data + split;
    memmove(at + first + second, at, (size_t)rest);
    memcpy(at, packed_mark, (size_t)first);
    memcpy(at + first, encoder_mark, (size_t)second);
    return 0;
}
