#ifndef NN_LAYER_H
#define NN_LAYER_H

#include "core/base/error.h"
#include "core/nn/real.h"
#include "core/nn/shape.h"
#include "core/nn/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a layer is: a kind with a few functions, and a private state that only
 * its own file knows. A layer reads one or more values and writes one. A
 * value is, per image, planes [channels][height][width] or a row. */

enum { LAYER_INPUTS_MAX = 16 };

struct graph;

/* How a parameter begins. */
enum initial_kind {
    INITIAL_UNIFORM,    /* in [-value, value) */
    INITIAL_CONSTANT,   /* all are value */
    INITIAL_NORMAL,     /* mean 0, standard deviation value */
    INITIAL_ORTHOGONAL, /* [dim 0][rest]: rows, or columns if fewer, of length 1 and at right
                           angles, times value */
};

struct initial {
    enum initial_kind kind;
    double value;
};

/* What `init` says in a net's text: how weights begin. */
enum init_rule {
    INIT_PYTORCH,    /* as PyTorch's layers do by themselves */
    INIT_HE,         /* kaiming_normal_, for relu; biases 0, as in those below */
    INIT_XAVIER,     /* xavier_uniform_ */
    INIT_ORTHOGONAL, /* orthogonal_ */
};

/* A layer under construction: in, what its line says and what it reads; out,
 * what it writes and needs. */
struct layer_build {
    const char *net; /* the net's name, escaped, for messages */
    const struct net_line *line;
    const struct layer_kind *kind;
    const char *prefix;         /* of its parameters' names: "3." */
    int classes;                /* of the whole net */
    enum init_rule init;        /* how weights begin unless the line says */
    const struct shape *inputs; /* [input_count] */
    int input_count;
    struct graph *graph; /* for layer_add_parameter() */

    struct shape output;
    size_t saved;         /* bytes per image that forward leaves for backward */
    size_t scratch;       /* bytes of scratch memory per thread */
    size_t prepared;      /* bytes that `prepare` fills, once for all threads */
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
    int first;     /* number of the block's first image in the batch */
    uint64_t noise; /* a number for this seed and step, for layers that draw (noise.h) */
    const real *parameters;                /* the net's flat array */
    const real *buffers;                   /* its part with the buffers */
    const real *inputs[LAYER_INPUTS_MAX];
    real *output;                          /* forward writes it, backward reads it */
    const real *output_gradient;
    real *input_gradients[LAYER_INPUTS_MAX]; /* NULL where nobody needs it */
    real *parameter_gradients;             /* the block's own flat array, without buffers */
    void *saved;
    void *scratch;
    const void *prepared;
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
    bool elementwise;  /* may stand bare, as a function of each number: residual relu { } */
    /* On success *ret_state is one malloc()ed piece, which the graph frees
     * with free(); `build`'s output part is filled. */
    int (*build)(void **ret_state, struct layer_build *build, struct error *err);
    /* Bring parameters into the form that forward and backward want them in:
     * once before every run, as they may have changed. Or NULL. */
    void (*prepare)(const void *state, const real *parameters, void *prepared);
    void (*forward)(const void *state, const struct layer_pass *pass);
    void (*backward)(const void *state, const struct layer_pass *pass);
    void (*forward_sums)(const void *state, const struct layer_pass *pass);  /* or NULL */
    void (*backward_sums)(const void *state, const struct layer_pass *pass); /* or NULL */
    /* Backward reads neither the inputs nor the output, or not one of them: where nobody
     * needs such a value any more, its memory has become another's by then. */
    bool forgets_inputs;
    bool forgets_output;
    /* A training step over `batch` images is done and stands: bring the
     * layer's buffers up to date. Or NULL. */
    void (*finish_step)(const void *state, real *buffers, const double *forward_totals,
                        int batch);
};

/* ---- all kinds ---- */

extern const struct layer_kind layer_avgpool;
extern const struct layer_kind layer_batchnorm;
extern const struct layer_kind layer_conv;
extern const struct layer_kind layer_diff;
extern const struct layer_kind layer_dropout;
extern const struct layer_kind layer_dropout2d;
extern const struct layer_kind layer_elu;
extern const struct layer_kind layer_flatten;
extern const struct layer_kind layer_gelu;
extern const struct layer_kind layer_globalavgpool;
extern const struct layer_kind layer_layernorm;
extern const struct layer_kind layer_leakyrelu;
extern const struct layer_kind layer_linear;
extern const struct layer_kind layer_maxpool;
extern const struct layer_kind layer_relu;
extern const struct layer_kind layer_sigmoid;
extern const struct layer_kind layer_silu;
extern const struct layer_kind layer_softplus;
extern const struct layer_kind layer_tanh;

/* What a block puts its branches together with; no word of a net's text. All
 * that they read must fit, and their line says nothing. */
extern const struct layer_kind layer_sum;
extern const struct layer_kind layer_concat;

/* What graph_fuse() makes of conv, alone or with relu and maxpool. */
extern const struct layer_kind layer_conv_dense;
extern const struct layer_kind layer_conv_pool;

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

/* The same for a buffer; *ret_offset is its place in the buffers' part. */
int layer_add_buffer(size_t *ret_offset, struct layer_build *build, const char *name,
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
int layer_option_double(double *ret, const struct layer_build *build, const char *key,
                        double low, double high, struct error *err) MUST_CHECK;
int layer_option_switch(bool *ret, const struct layer_build *build, const char *key,
                        struct error *err) MUST_CHECK;

/* One of `words` (ends with NULL); *ret is its index. */
int layer_option_word(int *ret, const struct layer_build *build, const char *key,
                      const char *const *words, struct error *err) MUST_CHECK;

/* The layer's own init=WORD, else the net's. */
int layer_option_init(enum init_rule *ret, const struct layer_build *build,
                      struct error *err) MUST_CHECK;

/* How weights, and biases, of that many inputs and outputs begin. */
struct initial layer_initial_weight(enum init_rule rule, double fan_in, double fan_out);
struct initial layer_initial_bias(enum init_rule rule, double fan_in);

/* The words of enum init_rule, in its order; ends with NULL. */
extern const char *const layer_init_words[];

/* "2" or "2x1" into height and width, each in low .. high. */
bool layer_text_to_pair(const char *text, int low, int high, int ret[2]);

#endif
