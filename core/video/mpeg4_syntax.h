#ifndef VIDEO_MPEG4_SYNTAX_H
#define VIDEO_MPEG4_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What can be read off an MPEG-4 part 2 stream (ISO/IEC 14496-2) without
 * decoding it. Pure functions over bytes, thread-safe.
 *
 * They exist to prove which pictures a decoder will give. So they accept only
 * what is plain and whole, and answer everything else with a reason: a
 * constant text, NULL when all is well. A reason is no error; it means that
 * the stream has to be decoded to know. */

/* The bytes in front of the first picture: visual object sequence, visual
 * object, video object layer (VOL), user data. The latter names the encoder;
 * those whose faults libavcodec imitates are refused. */
struct mpeg4_header {
    uint32_t resolution;   /* ticks of a VOP's clock per second, 1 .. 65535 */
    uint32_t time_bits;    /* that a VOP spends on a tick number */
    uint32_t width;        /* of a picture, in pixels */
    uint32_t height;
    bool low_delay;        /* pictures leave the decoder in the order they come */
    bool interlaced;
    bool no_resync;        /* resync markers are declared absent */
    bool packed;           /* a packet may hold a VOP and the B-VOP before it */
    bool xvid;             /* libavcodec will switch to Xvid's inverse transform */
};

enum mpeg4_type {
    MPEG4_I,
    MPEG4_P,
    MPEG4_B,
};

/* A video object plane: a picture's data. */
struct mpeg4_vop {
    uint32_t at;        /* offset of its start code in the packet */
    uint32_t tick;      /* within the second */
    uint16_t seconds;   /* since that of the reference before */
    uint8_t type;       /* enum mpeg4_type */
    bool coded;         /* false: a placeholder, no picture comes of it, and
                         * what follows is 0 */
    uint8_t dc_threshold; /* code of it, 0 .. 7 */
    uint8_t quantiser;  /* 1 .. 31 */
    uint8_t range;      /* of forward vectors, 1 .. 7 */
    uint32_t body;      /* offset of its macroblocks in the packet, in bits */
};

struct mpeg4_packet {
    uint32_t size;          /* bytes */
    int32_t gov_seconds;    /* clock of a group header before vop[0]; -1: none */
    uint8_t vops;           /* 1 or 2 */
    bool has_header;
    struct mpeg4_vop vop[2];
};

/* The length of the header that `data` begins with: everything before the
 * first group or picture. 0 when there is none. */
size_t mpeg4_header_length(const uint8_t *data, size_t size);

/* Read a header of exactly `size` bytes. `tag` is the container's name for
 * the codec, four characters from the low byte up, in capitals. */
const char *mpeg4_read_header(struct mpeg4_header *ret, const uint8_t *data, size_t size,
                              uint32_t tag);

/* Read a packet. A header in it must be the `header_size` bytes at
 * `header_data` again, from which *header was read. */
const char *mpeg4_read_packet(struct mpeg4_packet *ret, const uint8_t *data, size_t size,
                              const struct mpeg4_header *header, const uint8_t *header_data,
                              size_t header_size);

#endif
