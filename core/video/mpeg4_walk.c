#include "core/video/mpeg4_walk.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "core/video/mpeg4_codes.h"

enum {
    NO_PREDICTION = 1024, // stands for a block that is not intra, or outside
    MAX_MEAN = 2047,
    ALWAYS_DC = 0,        // the header's threshold for coding means by themselves
};

struct mpeg4_walker {
    struct mpeg4_header header;
    struct mpeg4_codes codes;
    uint32_t columns, rows; // of macroblocks
    int16_t *means[3];      // of blocks: Y, Cb, Cr; a row and a column of none in front
    // The picture that is being walked.
    const uint8_t *data;
    size_t at, end;         // bits
    unsigned quantiser;
    unsigned range;         // of vectors
};

int mpeg4_walker_open(struct mpeg4_walker **ret, const struct mpeg4_header *header,
                      struct error *err)
{
    struct mpeg4_walker *walker = calloc(1, sizeof *walker);
    if (!walker) {
        return error_nomem(err, "check of references");
    }
    walker->header = *header;
    walker->columns = (header->width + 15) / 16;
    walker->rows = (header->height + 15) / 16;
    mpeg4_codes_make(&walker->codes);
    for (int plane = 0; plane < 3; plane++) {
        unsigned blocks = plane ? 1 : 2;
        size_t count = (size_t)(blocks * walker->columns + 1) * (blocks * walker->rows + 1);
        walker->means[plane] = malloc(count * sizeof *walker->means[plane]);
        if (!walker->means[plane]) {
            mpeg4_walker_close(&walker);
            return error_nomem(err, "check of references");
        }
        for (size_t i = 0; i < count; i++) {
            walker->means[plane][i] = NO_PREDICTION;
        }
    }
    *ret = walker;
    return 0;
}

void mpeg4_walker_close(struct mpeg4_walker **walker)
{
    if (!*walker) {
        return;
    }
    for (int plane = 0; plane < 3; plane++) {
        free((*walker)->means[plane]);
    }
    free(*walker);
    *walker = NULL;
}

// n bits from bit `at` on, 1 <= n <= 32.
static inline uint32_t peek_at(const uint8_t *data, size_t at, unsigned n)
{
    uint64_t word;
    memcpy(&word, data + at / 8, sizeof word);
    return (uint32_t)(be64toh(word) << at % 8 >> (64 - n));
}

// The next ones. They stay; beyond the end they are what follows there.
static inline uint32_t peek(const struct mpeg4_walker *walker, unsigned n)
{
    return peek_at(walker->data, walker->at, n);
}

static inline uint32_t take(struct mpeg4_walker *walker, unsigned n)
{
    if (n == 0) {
        return 0;
    }
    uint32_t value = peek(walker, n);
    walker->at += n;
    return value;
}

// -1 when no code begins like that.
static inline int take_code(struct mpeg4_walker *walker, const struct mpeg4_code *table,
                            unsigned width)
{
    struct mpeg4_code code = table[peek(walker, width)];
    walker->at += code.length;
    return code.length ? code.value : -1;
}

static inline bool take_coefficient(struct mpeg4_walker *walker, int intra,
                                    struct mpeg4_coefficient *ret)
{
    *ret = walker->codes.coefficient[intra][peek(walker, MPEG4_COEFFICIENT_BITS)];
    walker->at += ret->length;
    return ret->length > 0;
}

/* A coefficient that has no code of its own: larger by the largest that has
 * one, or after a run longer by the longest, or in plain numbers. */
static bool take_escaped(struct mpeg4_walker *walker, int intra, struct mpeg4_coefficient *ret)
{
    const struct mpeg4_codes *codes = &walker->codes;
    bool longer = take(walker, 1);
    if (longer && take(walker, 1)) {
        ret->last = (uint8_t)take(walker, 1);
        ret->run = (uint8_t)take(walker, 6);
        return (take(walker, 14) & 0x2001) == 0x2001; // 12 bits between markers
    }
    if (!take_coefficient(walker, intra, ret) || ret->level == 0) {
        return false;
    }
    if (longer) {
        ret->run = (uint8_t)(ret->run + codes->max_run[intra][ret->last][ret->level] + 1);
    }
    take(walker, 1); // sign
    return true;
}

// The coefficients of a block, from position `first` on. Most of the time goes
// by here; the position in the stream is kept out of memory.
static bool walk_block(struct mpeg4_walker *walker, int intra, unsigned first)
{
    const struct mpeg4_coefficient *table = walker->codes.coefficient[intra];
    const uint8_t *data = walker->data;
    size_t at = walker->at;
    unsigned position = first;
    for (;;) {
        struct mpeg4_coefficient coefficient = table[peek_at(data, at, MPEG4_COEFFICIENT_BITS)];
        at += coefficient.length;
        if (coefficient.level > 0) {
            at++; // sign
        } else {
            walker->at = at;
            if (coefficient.length == 0 || !take_escaped(walker, intra, &coefficient)) {
                return false;
            }
            at = walker->at;
        }
        position += coefficient.run;
        if (coefficient.last) {
            walker->at = at;
            return position <= 63;
        }
        if (++position > 63 || at > walker->end) {
            return false;
        }
    }
}

static int luma_scale(unsigned q)
{
    return (int)(q <= 4 ? 8 : q <= 8 ? 2 * q : q <= 24 ? q + 8 : 2 * q - 16);
}

static int chroma_scale(unsigned q)
{
    return (int)(q <= 4 ? 8 : q <= 24 ? (q + 13) / 2 : q - 6);
}

// Where the mean of block number `block` of a macroblock is kept.
static int16_t *mean_of(const struct mpeg4_walker *walker, uint32_t x, uint32_t y, int block,
                        size_t *stride)
{
    if (block >= 4) {
        *stride = walker->columns + 1;
        return walker->means[block - 3] + (y + 1) * *stride + x + 1;
    }
    *stride = 2 * (size_t)walker->columns + 1;
    return walker->means[0] + (2 * y + (uint32_t)block / 2 + 1) * *stride + 2 * x
           + (uint32_t)block % 2 + 1;
}

/* The mean of an intra block: a difference to the one left of it or above,
 * whichever goes on more smoothly. False when a decoder may object to it, or
 * has to clip it. */
static bool walk_mean(struct mpeg4_walker *walker, uint32_t x, uint32_t y, int block)
{
    int size = take_code(walker, walker->codes.dc[block >= 4], MPEG4_DC_BITS);
    if (size < 0) {
        return false;
    }
    int difference = (int)take(walker, (unsigned)size);
    if (size > 0 && difference >> (size - 1) == 0) {
        difference -= (1 << size) - 1;
    }
    if (size > 8 && !take(walker, 1)) {
        return false;
    }
    size_t stride;
    int16_t *mean = mean_of(walker, x, y, block, &stride);
    int left = mean[-1];
    int corner = *(mean - stride - 1);
    int above = *(mean - stride);
    int predicted = abs(left - corner) < abs(corner - above) ? above : left;
    int scale = block < 4 ? luma_scale(walker->quantiser) : chroma_scale(walker->quantiser);
    int value = (difference + (predicted + scale / 2) / scale) * scale;
    if (value < 0 || value > MAX_MEAN) {
        return false;
    }
    *mean = (int16_t)value;
    return true;
}

static void forget_means(struct mpeg4_walker *walker, uint32_t x, uint32_t y)
{
    for (int block = 0; block < 6; block++) {
        size_t stride;
        *mean_of(walker, x, y, block, &stride) = NO_PREDICTION;
    }
}

static void change_quantiser(struct mpeg4_walker *walker)
{
    static const int changes[] = {-1, -2, 1, 2};
    int q = (int)walker->quantiser + changes[take(walker, 2)];
    walker->quantiser = (unsigned)(q < 1 ? 1 : q > 31 ? 31 : q);
}

static bool walk_intra(struct mpeg4_walker *walker, uint32_t x, uint32_t y, int chroma,
                       bool new_quantiser)
{
    take(walker, 1); // prediction of coefficients
    int pattern = take_code(walker, walker->codes.pattern, MPEG4_PATTERN_BITS);
    if (pattern < 0) {
        return false;
    }
    if (new_quantiser) {
        change_quantiser(walker);
    }
    int coded = pattern << 2 | chroma;
    for (int block = 0; block < 6; block++) {
        if (!walk_mean(walker, x, y, block)
            || (coded >> (5 - block) & 1 && !walk_block(walker, 1, 1))) {
            return false;
        }
    }
    return true;
}

static bool walk_vectors(struct mpeg4_walker *walker, int count)
{
    for (int i = 0; i < 2 * count; i++) {
        int size = take_code(walker, walker->codes.vector, MPEG4_VECTOR_BITS);
        if (size < 0) {
            return false;
        }
        if (size > 0) {
            take(walker, walker->range); // sign, and the lower bits
        }
    }
    return true;
}

static bool walk_inter(struct mpeg4_walker *walker, int type, int chroma)
{
    int pattern = take_code(walker, walker->codes.pattern, MPEG4_PATTERN_BITS);
    if (pattern < 0) {
        return false;
    }
    if (type == MPEG4_INTER_Q) {
        change_quantiser(walker);
    }
    if (!walk_vectors(walker, type == MPEG4_INTER_4V ? 4 : 1)) {
        return false;
    }
    int coded = (pattern ^ 15) << 2 | chroma;
    for (int block = 0; block < 6; block++) {
        if (coded >> (5 - block) & 1 && !walk_block(walker, 0, 0)) {
            return false;
        }
    }
    return true;
}

/* Begins before the end, and does not look where it is until it is through: a
 * macroblock without longer runs of coefficients has less than 360 bits, and
 * the reader takes 64 at a time, which together is what the padding is for. */
static bool walk_macroblock(struct mpeg4_walker *walker, uint32_t x, uint32_t y, bool p)
{
    if (p && take(walker, 1)) {
        forget_means(walker, x, y); // skipped
        return true;
    }
    int code = take_code(walker, walker->codes.blocks[p], MPEG4_BLOCKS_BITS);
    if (code < 0 || code / 4 == MPEG4_STUFFING) {
        return false;
    }
    int type = code / 4;
    if (type >= MPEG4_INTRA) {
        return walk_intra(walker, x, y, code % 4, type == MPEG4_INTRA_Q);
    }
    forget_means(walker, x, y);
    return walk_inter(walker, type, code % 4);
}

// A zero, and ones to the end of the byte, which is where it must end.
static bool is_stuffing(struct mpeg4_walker *walker)
{
    size_t left = walker->end - walker->at;
    return walker->at < walker->end && left <= 8
           && peek(walker, (unsigned)left) == (1U << (left - 1)) - 1;
}

bool mpeg4_walker_is_whole(struct mpeg4_walker *walker, const struct mpeg4_packet *packet,
                           const uint8_t *data)
{
    const struct mpeg4_vop *vop = &packet->vop[0];
    if (packet->vops < 2 || vop->type == MPEG4_B || !vop->coded || walker->header.interlaced
        || !walker->header.no_resync || vop->dc_threshold != ALWAYS_DC) {
        return false;
    }
    walker->data = data;
    walker->at = vop->body;
    walker->end = 8 * (size_t)packet->vop[1].at;
    walker->quantiser = vop->quantiser;
    walker->range = vop->range;
    for (uint32_t y = 0; y < walker->rows; y++) {
        for (uint32_t x = 0; x < walker->columns; x++) {
            if (!walk_macroblock(walker, x, y, vop->type == MPEG4_P) || walker->at > walker->end) {
                return false;
            }
        }
    }
    return is_stuffing(walker);
}
