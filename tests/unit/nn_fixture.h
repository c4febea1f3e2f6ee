#ifndef TESTS_NN_FIXTURE_H
#define TESTS_NN_FIXTURE_H

#include "core/nn/dataset.h"
#include "core/nn/graph/net.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What the tests of core/nn share. Out of memory or a bad constant here ends
 * the test program. Numbers come from a hash that tests/golden/formula.py
 * computes too. */

/* Lines of words, as in "conv 3x3x4 stride=2\nrelu"; a word with "=" is an
 * option. A word "{" at the end of a line gives it an empty block. */
struct net_spec *fixture_spec(const char *text);
void fixture_spec_free(struct net_spec **spec);

/* A net that must build. */
struct net *fixture_net(const char *text, struct net_input input, int classes);

/* Every parameter uniform in +-1/sqrt(fan_in), from the hash. */
void fixture_fill_parameters(struct net *net);

/* 64 mixed bits of (stream, index); index below 2^56. */
uint64_t fixture_hash(unsigned stream, uint64_t index);

/* Uniform in [-1, 1). */
double fixture_uniform(unsigned stream, uint64_t index);

/* A file of tests/golden, open for reading; the caller closes it. */
FILE *fixture_golden(const char *name);

/* check(context, line) for every line of such a file; the line, with its newline, is
 * check's to change. Returns how many there are. */
int fixture_golden_lines(const char *name, void (*check)(const void *context, char *line),
                         const void *context);

/* Frames that show their class: a pattern of 8x8 squares per class, and noise. */
struct fixture_data {
    struct dataset data;
    struct subset all;
    uint8_t *frames;
    uint16_t *labels;
    uint32_t *rows;
};

struct fixture_data fixture_data_make(size_t samples, int frames, int height, int width,
                                      int classes);
void fixture_data_free(struct fixture_data *data);

#endif
