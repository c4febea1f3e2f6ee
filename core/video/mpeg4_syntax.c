#include "core/video/mpeg4_syntax.h"

#include <string.h>

#include "core/video/mpeg4_bits.h"

enum {
    MAX_SECONDS = 60,   // between two references; more is no plain stream
    MIN_SECOND_VOP = 8, // bytes; libavcodec overlooks shorter ones
};

/* Read the VOP whose start code is at `at`. The decoder sees the packet up to
 * its end, so that is where `bits` ends. *marker_zeros is the least number of
 * zeros that a resync marker in it begins with. */
static const char *read_vop(struct mpeg4_vop *vop, size_t *marker_zeros, const uint8_t *data,
                            size_t size, size_t at, const struct mpeg4_header *header)
{
    struct bits bits = {.data = data + at + 4, .count = 8 * (size - at - 4)};
    vop->at = (uint32_t)at;
    vop->type = (uint8_t)bits_get(&bits, 2);
    if (vop->type > MPEG4_B) {
        return "it uses sprites";
    }
    while (bits_get(&bits, 1)) {
        if (++vop->seconds > MAX_SECONDS) {
            return "a picture comes a minute after the one before";
        }
    }
    bool marked = bits_marker(&bits);
    vop->tick = bits_get(&bits, header->time_bits);
    marked = bits_marker(&bits) && marked;
    if (!marked || bits.over) {
        return "a picture's header is damaged";
    }
    vop->coded = bits_get(&bits, 1);
    if (!vop->coded) {
        return bits.over ? "a picture's header is cut short" : NULL;
    }
    uint32_t range[2] = {1, 1};
    bits_get(&bits, vop->type == MPEG4_P ? 1 : 0); // rounding
    vop->dc_threshold = (uint8_t)bits_get(&bits, 3);
    bits_get(&bits, header->interlaced ? 2 : 0);
    vop->quantiser = (uint8_t)bits_get(&bits, 5);
    if (vop->type != MPEG4_I) {
        range[0] = bits_get(&bits, 3); // of forward vectors
    }
    if (vop->type == MPEG4_B) {
        range[1] = bits_get(&bits, 3); // and of backward ones
    }
    vop->range = (uint8_t)range[0];
    vop->body = (uint32_t)(8 * (at + 4) + bits.at);
    if (vop->quantiser == 0 || !range[0] || !range[1] || bits.over) {
        return "a picture's header is damaged";
    }
    uint32_t widest = range[0] > range[1] ? range[0] : range[1];
    *marker_zeros = 15 + (vop->type == MPEG4_B && widest < 2 ? 2 : widest);
    // libavcodec drops references that are shorter than that.
    size_t blocks = (size_t)((header->width + 15) / 16) * ((header->height + 15) / 16);
    if (vop->type != MPEG4_B && bits.count - bits.at < blocks / 2) {
        return "a picture is cut short";
    }
    return NULL;
}

static const char *read_group(struct mpeg4_packet *packet, const uint8_t *data, size_t size)
{
    struct bits bits = {.data = data + 4, .count = 8 * (size - 4)};
    uint32_t hours = bits_get(&bits, 5);
    uint32_t minutes = bits_get(&bits, 6);
    bool marked = bits_marker(&bits);
    uint32_t seconds = bits_get(&bits, 6);
    bits_get(&bits, 2); // closed, broken link
    if (!marked || bits.over) {
        return "a group's header is damaged";
    }
    packet->gov_seconds = (int32_t)(seconds + 60 * (minutes + 60 * hours));
    return NULL;
}

// What a packet begins with; *at moves behind it.
static const char *read_front(struct mpeg4_packet *packet, size_t *at, const uint8_t *data,
                              size_t size, const uint8_t *header_data, size_t header_size)
{
    size_t zeros = 0;
    if (size < 4 || bits_find_code(data, size, 0, &zeros) != 0) {
        return "a packet begins with no start code";
    }
    if (data[3] != MPEG4_CODE_GROUP && data[3] != MPEG4_CODE_VOP) {
        if (mpeg4_header_length(data, size) != header_size
            || memcmp(data, header_data, header_size) != 0) {
            return "its header changes";
        }
        packet->has_header = true;
        *at = header_size;
    }
    if (*at + 3 < size && data[*at + 3] == MPEG4_CODE_GROUP) {
        size_t next = bits_find_code(data, size, *at + 4, &zeros);
        const char *reason = read_group(packet, data + *at, next - *at);
        if (reason) {
            return reason;
        }
        *at = next;
    }
    return zeros > 0 ? "zeros in a header" : NULL;
}

const char *mpeg4_read_packet(struct mpeg4_packet *ret, const uint8_t *data, size_t size,
                              const struct mpeg4_header *header, const uint8_t *header_data,
                              size_t header_size)
{
    if (size > INT32_MAX / 8) {
        return "a packet is too large";
    }
    struct mpeg4_packet packet = {.size = (uint32_t)size, .gov_seconds = -1};
    size_t at = 0;
    const char *reason = read_front(&packet, &at, data, size, header_data, header_size);
    while (!reason && at < size) {
        if (data[at + 3] != MPEG4_CODE_VOP) {
            return "an unusual start code in a packet";
        }
        if (packet.vops == 2) {
            return "a packet holds more than two pictures";
        }
        size_t marker_zeros = 0;
        size_t zeros = 0;
        reason = read_vop(&packet.vop[packet.vops++], &marker_zeros, data, size, at, header);
        at = bits_find_code(data, size, at + 4, &zeros);
        // Is it a resync marker, where there should be none? That depends on
        // what the decoder has come to think of the stream's padding.
        if (!reason && header->no_resync && zeros > 0 && zeros >= marker_zeros) {
            reason = "zeros in a picture";
        }
    }
    if (reason) {
        return reason;
    }
    if (packet.vops == 0) {
        return "a packet holds no picture";
    }
    if (packet.vops == 2
        && (!header->packed || !packet.vop[0].coded || packet.vop[0].type == MPEG4_B
            || packet.vop[1].type != MPEG4_B || !packet.vop[1].coded
            || size - packet.vop[1].at < MIN_SECOND_VOP)) {
        return "a packet holds two pictures, but not a reference and a B picture";
    }
    *ret = packet;
    return NULL;
}
