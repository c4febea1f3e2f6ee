#ifndef NN_LAYER_H
#define NN_LAYER_H

#include "core/base/error.h"
#include "core/nn/real.h"
#include "core/nn/shape.h"
#include "core/nn/spec.h"

#include <stdbool.h>
#include <stddef.h>

/* What a layer is: a kind with a few functions, and a private state that only
 * its own file knows. A layer reads one or more values and writes one. A
 * value is, per image, planes [channels][height][width] or a row. */

enum { LAYER_INPUTS_MAX = 16 };

struct graph;

/* How a parameter begins. */
enum initial_kind {
    INITIAL_UNIFORM,  /* in [-value, value) */
    INITIAL_CONSTANT, /* all are value */
};

struct initial {
    enum initial_kind kind;
    double value;
};

/* A layer under construction: in, what its line says and what it reads; out,
 * what it writes and needs. */
struct layer_build {
    const char *net; /* the net's name, escaped, for messages */
    const struct net_line *line;
    const struct layer_kind *kind;
    const char *prefix;         /* of its parameters' names: "3." */
    int classes;                /* of the whole net */
    const struct shape *inputs; /* [input_count] */
    int input_count;
    struct graph *graph; /* for layer_add_parameter() */

    struct shape output;
    size_t saved;         /* bytes per image that forward leaves for backward */
    size_t scratch;       /* bytes of scratch memory per thread */
    int forward_sums;     /* how many sums over the batch forward needs first */
    int backward_sums;    /* the same for backward */
    double multiply_adds; /* of forward, per image */
};

/* One call: a block of `images` consecutive images of the batch. All arrays
 * are those of the block, [images][elements of the value]. */
struct layer_pass {
    int images;
    int batch;     /* images in the whole batch: the divisor of means */
    bool training; /* false: forward only, for evaluation */
    const real *parameters;                /* the net's flat array */
    const real *inputs[LAYER_INPUTS_MAX];
    real *output;                          /* forward writes it, backward reads it */
    const real *output_gradient;
    real *input_gradients[LAYER_INPUTS_MAX]; /* NULL where nobody needs it */
    real *parameter_gradients;             /* the block's own flat array */
    void *saved;
    void *scratch;
    double *block_sums;            /* where *_sums leave this block's part */
    const double *forward_totals;  /* summed over all blocks */
    const double *backward_totals;
};

/* forward: write all of output. backward: write (not add) all of every input
 * gradient that is not NULL, ADD to the parameter gradients. Where several
 * layers read one value, the caller sums what they write. Both must depend on
 * the block alone (and on totals), never on the thread.
 *
 * A layer that needs sums over the whole batch (batch norm) has the *_sums
 * functions: each is called for all blocks, and forward or backward only after
 * the blocks' sums were added up in a fixed order. */
struct layer_kind {
    const char *word;
    const char *usage; /* how to write it, for messages */
    /* On success *ret_state is one malloc()ed piece, which the graph frees
     * with free(); `build`'s output part is filled. */
    int (*build)(void **ret_state, struct layer_build *build, struct error *err);
    void (*forward)(const void *state, const struct layer_pass *pass);
    void (*backward)(const void *state, const struct layer_pass *pass);
    void (*forward_sums)(const void *state, const struct layer_pass *pass);  /* or NULL */
    void (*backward_sums)(const void *state, const struct layer_pass *pass); /* or NULL */
};

/* ---- all kinds ---- */

extern const struct layer_kind layer_conv;
extern const struct layer_kind layer_flatten;
extern const struct layer_kind layer_linear;
extern const struct layer_kind layer_maxpool;
extern const struct layer_kind layer_relu;

/* NULL when there is no layer of this name. */
const struct layer_kind *layer_kind_find(const char *word);

/* The kind's name nearest to what was written, or NULL. */
const char *layer_kind_nearest(const char *word);

/* ---- for build functions ---- */

/* Record "NET, line N: WORD: " and the text. Returns ERR_VALUE. */
int layer_error(const struct layer_build *build, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Add the parameter prefix + name to the net; *ret_offset is its place in the
 * flat arrays. */
int layer_add_parameter(size_t *ret_offset, struct layer_build *build, const char *name,
                        const int *dims, int dim_count, struct initial initial,
                        struct error *err) MUST_CHECK;

/* Check the words of the line: at most `positional` of them without a key,
 * keys only out of `keys` (ends with NULL) and none twice, no { } block. */
int layer_check_words(const struct layer_build *build, int positional, const char *const *keys,
                      struct error *err) MUST_CHECK;

/* The index-th argument without a key, or NULL. */
const char *layer_word(const struct layer_build *build, int index);

/* Options; where the line does not give one, *ret keeps its value. A pair is
 * height x width, written "2" (both) or "2x1". */
int layer_option_int(int *ret, const struct layer_build *build, const char *key, int low,
                     int high, struct error *err) MUST_CHECK;
int layer_option_pair(int ret[2], const struct layer_build *build, const char *key, int low,
                      int high, struct error *err) MUST_CHECK;
int layer_option_switch(bool *ret, const struct layer_build *build, const char *key,
                        struct error *err) MUST_CHECK;

/* "2" or "2x1" into height and width, each in low .. high. */
bool layer_text_to_pair(const char *text, int low, int high, int ret[2]);

#endif
