#ifndef TESTS_NN_GOLDEN_H
#define TESTS_NN_GOLDEN_H

#include "formats/pack.h"
#include "tests/unit/nn_fixture.h"

/* tests/golden/tutorial.golden, and the training that made it. */

enum { GOLDEN_STEPS = 50, GOLDEN_PARAMETERS = 26842 };

struct golden {
    double losses[GOLDEN_STEPS];
    double gradient[GOLDEN_PARAMETERS];
    double last[GOLDEN_PARAMETERS];
    double float_loss;
    float float_gradient[GOLDEN_PARAMETERS];
};

/* Read it; the test program ends when it cannot. The caller frees it. */
struct golden *golden_read(void);

/* The network with its first parameters. */
struct net *golden_net(void);

/* The data, as a pack on disk that was written, mapped again and removed; its
 * rows are the samples in the golden's order. Closed with pack_close(). */
struct pack *golden_pack(void);

/* All its rows, in order. The caller frees the array in it. */
struct subset golden_rows(const struct pack *pack);

/* |a - b| / |b|, Euclidean, of `count` numbers. */
double golden_distance(const double *a, const double *b, size_t count);

#endif
