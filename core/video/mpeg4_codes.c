#include "core/video/mpeg4_codes.h"

#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// A code: its bits as a number, how many they are, and what it means.
struct code {
    uint16_t bits;
    uint8_t length;
    uint8_t value;
};

enum { INTER = 0, INTER_Q = 4, INTER_4V = 8, INTRA = 12, INTRA_Q = 16, STUFFING = 20 };

// Table B-6: I pictures.
static const struct code intra_blocks[] = {
    {1, 1, INTRA}, {1, 3, INTRA + 1}, {2, 3, INTRA + 2}, {3, 3, INTRA + 3},
    {1, 4, INTRA_Q}, {1, 6, INTRA_Q + 1}, {2, 6, INTRA_Q + 2}, {3, 6, INTRA_Q + 3},
    {1, 9, STUFFING},
};

// Table B-7: P pictures.
static const struct code inter_blocks[] = {
    {1, 1, INTER}, {3, 4, INTER + 1}, {2, 4, INTER + 2}, {5, 6, INTER + 3},
    {3, 3, INTER_Q}, {7, 7, INTER_Q + 1}, {6, 7, INTER_Q + 2}, {5, 9, INTER_Q + 3},
    {2, 3, INTER_4V}, {5, 7, INTER_4V + 1}, {4, 7, INTER_4V + 2}, {5, 8, INTER_4V + 3},
    {3, 5, INTRA}, {4, 8, INTRA + 1}, {3, 8, INTRA + 2}, {3, 7, INTRA + 3},
    {4, 6, INTRA_Q}, {4, 9, INTRA_Q + 1}, {3, 9, INTRA_Q + 2}, {2, 9, INTRA_Q + 3},
    {1, 9, STUFFING},
};

// Table B-8.
static const struct code patterns[] = {
    {3, 4, 0}, {5, 5, 1}, {4, 5, 2}, {9, 4, 3}, {3, 5, 4}, {7, 4, 5}, {2, 6, 6}, {11, 4, 7},
    {2, 5, 8}, {3, 6, 9}, {5, 4, 10}, {10, 4, 11}, {4, 4, 12}, {8, 4, 13}, {6, 4, 14}, {3, 2, 15},
};

// Table B-12, the positive half without its sign.
static const struct code vectors[] = {
    {1, 1, 0}, {1, 2, 1}, {1, 3, 2}, {1, 4, 3}, {3, 6, 4}, {5, 7, 5}, {4, 7, 6}, {3, 7, 7},
    {11, 9, 8}, {10, 9, 9}, {9, 9, 10}, {17, 10, 11}, {16, 10, 12}, {15, 10, 13}, {14, 10, 14},
    {13, 10, 15}, {12, 10, 16}, {11, 10, 17}, {10, 10, 18}, {9, 10, 19}, {8, 10, 20}, {7, 10, 21},
    {6, 10, 22}, {5, 10, 23}, {4, 10, 24}, {7, 11, 25}, {6, 11, 26}, {5, 11, 27}, {4, 11, 28},
    {3, 11, 29}, {2, 11, 30}, {3, 12, 31}, {2, 12, 32},
};

// Tables B-13 and B-14, up to the size that 8 bits of a sample need.
static const struct code luma_sizes[] = {
    {3, 3, 0}, {3, 2, 1}, {2, 2, 2}, {2, 3, 3}, {1, 3, 4},
    {1, 4, 5}, {1, 5, 6}, {1, 6, 7}, {1, 7, 8}, {1, 8, 9},
};
static const struct code chroma_sizes[] = {
    {3, 2, 0}, {2, 2, 1}, {1, 2, 2}, {1, 3, 3}, {1, 4, 4},
    {1, 5, 5}, {1, 6, 6}, {1, 7, 7}, {1, 8, 8}, {1, 9, 9},
};

/* Tables B-16 and B-17: coefficients, by last, run and level, each rising.
 * The highest level of each run follows; the rest of them is 1. */
struct short_code {
    uint16_t bits;
    uint8_t length;
};

enum { COEFFICIENTS = 102, ESCAPE_BITS = 3, ESCAPE_LENGTH = 7 };

static const struct short_code inter_coefficients[COEFFICIENTS] = {
    {2, 2}, {15, 4}, {21, 6}, {23, 7}, {31, 8}, {37, 9}, {36, 9}, {33, 10}, {32, 10}, {7, 11},
    {6, 11}, {32, 11}, {6, 3}, {20, 6}, {30, 8}, {15, 10}, {33, 11}, {80, 12}, {14, 4}, {29, 8},
    {14, 10}, {81, 12}, {13, 5}, {35, 9}, {13, 10}, {12, 5}, {34, 9}, {82, 12}, {11, 5}, {12, 10},
    {83, 12}, {19, 6}, {11, 10}, {84, 12}, {18, 6}, {10, 10}, {17, 6}, {9, 10}, {16, 6}, {8, 10},
    {22, 7}, {85, 12}, {21, 7}, {20, 7}, {28, 8}, {27, 8}, {33, 9}, {32, 9}, {31, 9}, {30, 9},
    {29, 9}, {28, 9}, {27, 9}, {26, 9}, {34, 11}, {35, 11}, {86, 12}, {87, 12}, {7, 4}, {25, 9},
    {5, 11}, {15, 6}, {4, 11}, {14, 6}, {13, 6}, {12, 6}, {19, 7}, {18, 7}, {17, 7}, {16, 7},
    {26, 8}, {25, 8}, {24, 8}, {23, 8}, {22, 8}, {21, 8}, {20, 8}, {19, 8}, {24, 9}, {23, 9},
    {22, 9}, {21, 9}, {20, 9}, {19, 9}, {18, 9}, {17, 9}, {7, 10}, {6, 10}, {5, 10}, {4, 10},
    {36, 11}, {37, 11}, {38, 11}, {39, 11}, {88, 12}, {89, 12}, {90, 12}, {91, 12}, {92, 12},
    {93, 12}, {94, 12}, {95, 12},
};

static const struct short_code intra_coefficients[COEFFICIENTS] = {
    {2, 2}, {6, 3}, {15, 4}, {13, 5}, {12, 5}, {21, 6}, {19, 6}, {18, 6}, {23, 7}, {31, 8},
    {30, 8}, {29, 8}, {37, 9}, {36, 9}, {35, 9}, {33, 9}, {33, 10}, {32, 10}, {15, 10}, {14, 10},
    {7, 11}, {6, 11}, {32, 11}, {33, 11}, {80, 12}, {81, 12}, {82, 12}, {14, 4}, {20, 6}, {22, 7},
    {28, 8}, {32, 9}, {31, 9}, {13, 10}, {34, 11}, {83, 12}, {85, 12}, {11, 5}, {21, 7}, {30, 9},
    {12, 10}, {86, 12}, {17, 6}, {27, 8}, {29, 9}, {11, 10}, {16, 6}, {34, 9}, {10, 10}, {13, 6},
    {28, 9}, {8, 10}, {18, 7}, {27, 9}, {84, 12}, {20, 7}, {26, 9}, {87, 12}, {25, 8}, {9, 10},
    {24, 8}, {35, 11}, {23, 8}, {25, 9}, {24, 9}, {7, 10}, {88, 12}, {7, 4}, {12, 6}, {22, 8},
    {23, 9}, {6, 10}, {5, 11}, {4, 11}, {89, 12}, {15, 6}, {22, 9}, {5, 10}, {14, 6}, {4, 10},
    {17, 7}, {36, 11}, {16, 7}, {37, 11}, {19, 7}, {90, 12}, {21, 8}, {91, 12}, {20, 8}, {19, 8},
    {26, 8}, {21, 9}, {20, 9}, {19, 9}, {18, 9}, {17, 9}, {38, 11}, {39, 11}, {92, 12}, {93, 12},
    {94, 12}, {95, 12},
};

struct run_levels {
    uint8_t runs; // with codes: 0 .. runs-1
    uint8_t highest[12];
};

static const struct run_levels levels[2][2] = {
    {{27, {12, 6, 4, 3, 3, 3, 3, 2, 2, 2, 2}}, {41, {3, 2}}},
    {{15, {27, 10, 5, 4, 3, 3, 3, 3, 2, 2}}, {21, {8, 3, 2, 2, 2, 2, 2}}},
};

static void fill(struct mpeg4_code *table, unsigned width, const struct code *codes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned spare = width - codes[i].length;
        for (unsigned j = 0; j < 1U << spare; j++) {
            table[(unsigned)codes[i].bits << spare | j] =
                (struct mpeg4_code){codes[i].length, codes[i].value};
        }
    }
}

static void fill_coefficient(struct mpeg4_coefficient *table, struct short_code code,
                             struct mpeg4_coefficient meaning)
{
    unsigned spare = MPEG4_COEFFICIENT_BITS - code.length;
    meaning.length = code.length;
    for (unsigned j = 0; j < 1U << spare; j++) {
        table[(unsigned)code.bits << spare | j] = meaning;
    }
}

static void make_coefficients(struct mpeg4_codes *codes, int intra)
{
    const struct short_code *code = intra ? intra_coefficients : inter_coefficients;
    for (uint8_t last = 0; last < 2; last++) {
        const struct run_levels *runs = &levels[intra][last];
        for (uint8_t run = 0; run < runs->runs; run++) {
            uint8_t highest = run < sizeof runs->highest && runs->highest[run]
                                  ? runs->highest[run] : 1;
            codes->max_level[intra][last][run] = highest;
            for (uint8_t level = 1; level <= highest; level++) {
                codes->max_run[intra][last][level] = run;
                fill_coefficient(codes->coefficient[intra], *code++,
                                 (struct mpeg4_coefficient){
                                     .run = run, .level = level, .last = last});
            }
        }
    }
    fill_coefficient(codes->coefficient[intra], (struct short_code){ESCAPE_BITS, ESCAPE_LENGTH},
                     (struct mpeg4_coefficient){0});
}

void mpeg4_codes_make(struct mpeg4_codes *codes)
{
    memset(codes, 0, sizeof *codes);
    fill(codes->blocks[0], MPEG4_BLOCKS_BITS, intra_blocks, COUNT(intra_blocks));
    fill(codes->blocks[1], MPEG4_BLOCKS_BITS, inter_blocks, COUNT(inter_blocks));
    fill(codes->pattern, MPEG4_PATTERN_BITS, patterns, COUNT(patterns));
    fill(codes->vector, MPEG4_VECTOR_BITS, vectors, COUNT(vectors));
    fill(codes->dc[0], MPEG4_DC_BITS, luma_sizes, COUNT(luma_sizes));
    fill(codes->dc[1], MPEG4_DC_BITS, chroma_sizes, COUNT(chroma_sizes));
    make_coefficients(codes, 0);
    make_coefficients(codes, 1);
}
