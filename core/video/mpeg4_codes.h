#ifndef VIDEO_MPEG4_CODES_H
#define VIDEO_MPEG4_CODES_H

#include <stdint.h>

/* The variable length codes of macroblocks (ISO/IEC 14496-2, annex B), as
 * tables that are indexed with the next bits of a stream. */

/* What the next bits mean. length 0: no code begins like that. */
struct mpeg4_code {
    uint8_t length;
    uint8_t value;
};

// Coefficients. The sign bit that follows is not part of the length.
struct mpeg4_coefficient {
    uint8_t length;
    uint8_t run;
    uint8_t level; /* 0: an escape */
    uint8_t last;
};

enum {
    MPEG4_BLOCKS_BITS = 9,      /* which chroma blocks are coded, and the type */
    MPEG4_PATTERN_BITS = 6,     /* which luma blocks are coded */
    MPEG4_VECTOR_BITS = 12,
    MPEG4_DC_BITS = 9,
    MPEG4_COEFFICIENT_BITS = 12,
    MPEG4_MAX_LEVEL = 28,       /* of a coefficient's code, and one more */
};

/* The value of a code for a macroblock's type and chroma blocks is four times
 * the type, plus the blocks. */
enum mpeg4_macroblock {
    MPEG4_INTER,
    MPEG4_INTER_Q, /* with a change of the quantiser */
    MPEG4_INTER_4V, /* with four vectors */
    MPEG4_INTRA,
    MPEG4_INTRA_Q,
    MPEG4_STUFFING,
};

struct mpeg4_codes {
    struct mpeg4_code blocks[2][1 << MPEG4_BLOCKS_BITS]; /* of I and of P pictures */
    struct mpeg4_code pattern[1 << MPEG4_PATTERN_BITS];  /* as intra macroblocks mean it */
    struct mpeg4_code vector[1 << MPEG4_VECTOR_BITS];    /* a component's size, without sign */
    struct mpeg4_code dc[2][1 << MPEG4_DC_BITS];         /* bits of a difference: luma, chroma */
    struct mpeg4_coefficient coefficient[2][1 << MPEG4_COEFFICIENT_BITS]; /* inter, intra */
    uint8_t max_level[2][2][64]; /* [intra][last][run], 0 where there is no such code */
    uint8_t max_run[2][2][MPEG4_MAX_LEVEL]; /* [intra][last][level] */
};

void mpeg4_codes_make(struct mpeg4_codes *codes);

#endif
