#include "core/nn/graph/graph_spec.h"

#include "core/base/text.h"
#include "core/nn/graph/graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What the lines of a net's text mean together: settings, layers one after the
 * other, and blocks, which fork and join. A block is one layer of the sequence
 * that it stands in; the layers within it are numbered anew. */

enum { QUOTE = 80 };

static int line_error(const char *net, const struct net_line *line, struct error *err,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

static int line_error(const char *net, const struct net_line *line, struct error *err,
                      const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    char word[QUOTE];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return error_set(err, ERR_VALUE, "%s, line %d: %s: %s", net, line->number,
                     text_escape(word, sizeof word, line->word), text);
}

// ---- settings ----

static const char *const input_words[] = {"frames", "stack", NULL};

// The line's one word, as an index into `words`.
static int setting_word(int *ret, const char *net, const struct net_line *line,
                        const char *const *words, struct error *err)
{
    char all[QUOTE] = "";
    bool one = line->argument_count == 1 && !line->arguments[0].key && !line->body;
    for (int i = 0; words[i]; i++) {
        if (one && strcmp(words[i], line->arguments[0].value) == 0) {
            *ret = i;
            return 0;
        }
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", words[i]);
    }
    return line_error(net, line, err, "needs one word behind it, out of: %s", all);
}

int spec_settings_read(struct spec_settings *ret, const struct net_spec *spec, struct error *err)
{
    struct spec_settings settings = {.init = INIT_PYTORCH};
    char net[GRAPH_NAME_SIZE];
    bool seen[2] = {false, false};
    text_clean(net, sizeof net, spec->name);
    for (; settings.lines < spec->line_count; settings.lines++) {
        const struct net_line *line = &spec->lines[settings.lines];
        bool is_input = strcmp(line->word, "input") == 0;
        if (!is_input && strcmp(line->word, "init") != 0) {
            break;
        }
        if (seen[is_input]) {
            return line_error(net, line, err, "is given twice");
        }
        seen[is_input] = true;
        int index = 0;
        int code = setting_word(&index, net, line, is_input ? input_words : layer_init_words,
                                err);
        if (code) {
            return code;
        }
        if (is_input) {
            settings.stack = index == 1;
        } else {
            settings.init = (enum init_rule)index;
        }
    }
    *ret = settings;
    return 0;
}

// ---- layers and blocks ----

// Where the lines of a sequence stand: what they read and how they are called.
struct sequence {
    struct graph *graph;
    const struct net_line *lines;
    int count;
    const char *prefix; // of the parameters' names
};

// Adds a block that reads `value`; *ret_value is what it gives.
typedef int (*block_function)(int *ret_value, struct graph *graph, const struct net_line *line,
                              const char *prefix, int value, struct error *err);

static int add_sequence(int *ret_value, const struct sequence *sequence, int value,
                        struct error *err);

static int add_residual(int *ret_value, struct graph *graph, const struct net_line *line,
                        const char *prefix, int value, struct error *err);
static int add_branches(int *ret_value, struct graph *graph, const struct net_line *line,
                        const char *prefix, int value, struct error *err);
static int add_identity(int *ret_value, struct graph *graph, const struct net_line *line,
                        const char *prefix, int value, struct error *err);

static const struct block {
    const char *word;
    block_function add;
} blocks[] = {
    {"add", add_branches},
    {"concat", add_branches},
    {"identity", add_identity},
    {"residual", add_residual},
};

enum { BLOCKS = sizeof blocks / sizeof blocks[0] };

static const struct block *find_block(const char *word)
{
    for (int i = 0; i < BLOCKS; i++) {
        if (strcmp(blocks[i].word, word) == 0) {
            return &blocks[i];
        }
    }
    return NULL;
}

const char *spec_word_nearest(const char *word)
{
    const char *words[BLOCKS + 2];
    for (int i = 0; i < BLOCKS; i++) {
        words[i] = blocks[i].word;
    }
    words[BLOCKS] = layer_kind_nearest(word);
    words[BLOCKS + 1] = NULL;
    return text_nearest(word, words);
}

static int unknown_word(const struct graph *graph, const struct net_line *line,
                        struct error *err)
{
    static const char *const out_of_place[][2] = {
        {"input", "must stand before the first layer"},
        {"init", "must stand before the first layer"},
        {"shortcut", "must be the last thing in a residual block"},
        {"branch", "must stand directly in an 'add' or 'concat' block"},
    };
    for (size_t i = 0; i < sizeof out_of_place / sizeof out_of_place[0]; i++) {
        if (strcmp(line->word, out_of_place[i][0]) == 0) {
            return line_error(graph->name, line, err, "%s", out_of_place[i][1]);
        }
    }
    char word[QUOTE];
    const char *nearest = spec_word_nearest(line->word);
    text_escape(word, sizeof word, line->word);
    return error_set(err, ERR_VALUE, "%s, line %d: there is no layer '%s'%s%s%s", graph->name,
                     line->number, word, nearest ? "; did you mean '" : "",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

// "3." and "body." or "1." make "3.body." or "3.1.".
static int join_prefix(char out[PARAMETER_NAME_SIZE], const struct graph *graph,
                       const struct net_line *line, const char *prefix, const char *name,
                       struct error *err)
{
    int length = snprintf(out, PARAMETER_NAME_SIZE, "%s%s.", prefix, name);
    return length >= 0 && length < PARAMETER_NAME_SIZE
               ? 0
               : line_error(graph->name, line, err, "blocks are nested too deeply");
}

static int add_sequence(int *ret_value, const struct sequence *sequence, int value,
                        struct error *err)
{
    struct graph *graph = sequence->graph;
    for (int i = 0; i < sequence->count; i++) {
        const struct net_line *line = &sequence->lines[i];
        const struct layer_kind *kind = layer_kind_find(line->word);
        const struct block *block = find_block(line->word);
        char number[16];
        char prefix[PARAMETER_NAME_SIZE];
        if (!kind && !block) {
            return unknown_word(graph, line, err);
        }
        snprintf(number, sizeof number, "%d", i);
        int code = join_prefix(prefix, graph, line, sequence->prefix, number, err);
        if (!code) {
            code = kind ? graph_add(&value, graph, kind, line, prefix, &value, 1, err)
                        : block->add(&value, graph, line, prefix, value, err);
        }
        if (code) {
            return code;
        }
    }
    *ret_value = value;
    return 0;
}

int graph_add_spec(struct graph *graph, const struct net_spec *spec, struct error *err)
{
    struct spec_settings settings;
    int code = spec_settings_read(&settings, spec, err);
    if (code) {
        return code;
    }
    graph->init = settings.init;
    struct sequence all = {graph, spec->lines + settings.lines, spec->line_count - settings.lines,
                           ""};
    int value = graph->value_count - 1;
    return add_sequence(&value, &all, value, err);
}

// A node that the text does not spell out: it has a line of its kind's word,
// with a number for messages.
static int add_plain(int *ret_value, struct graph *graph, const struct layer_kind *kind,
                     const struct net_line *line, char *word, const int *inputs, int input_count,
                     struct error *err)
{
    struct net_line plain = {.number = line->number, .word = word};
    return graph_add(ret_value, graph, kind, &plain, "", inputs, input_count, err);
}

static int add_identity(int *ret_value, struct graph *graph, const struct net_line *line,
                        const char *prefix, int value, struct error *err)
{
    (void)prefix;
    if (line->argument_count > 0 || line->body) {
        return line_error(graph->name, line, err, "takes nothing behind it");
    }
    *ret_value = value;
    return 0;
}

static bool same_shape(struct shape a, struct shape b)
{
    return a.channels == b.channels && a.height == b.height && a.width == b.width
        && a.flat == b.flat;
}

// ---- residual { LINES [shortcut { LINES }] } ----

// What is applied to the sum: `residual relu { }`, as a block of PyTorch's
// would do in its forward(), so that it takes no number of its own.
static int residual_activation(const struct layer_kind **ret, const struct graph *graph,
                               const struct net_line *line, struct error *err)
{
    *ret = NULL;
    if (line->argument_count == 0) {
        return 0;
    }
    const struct net_argument *argument = &line->arguments[0];
    if (line->argument_count == 1 && !argument->key) {
        *ret = layer_kind_find(argument->value);
        if (*ret && (*ret)->elementwise) {
            return 0;
        }
    }
    char word[QUOTE];
    return line_error(graph->name, line, err, "'%s': nothing, or one layer such as relu to apply "
                      "to the sum, is needed before '{'",
                      text_escape(word, sizeof word, argument->value));
}

static int check_residual(const struct graph *graph, const struct net_line *line, int body,
                          int shortcut, bool projected, struct error *err)
{
    struct shape gives = graph->values[body].shape;
    struct shape added = graph->values[shortcut].shape;
    char a[SHAPE_TEXT_SIZE];
    char b[SHAPE_TEXT_SIZE];
    if (same_shape(gives, added)) {
        return 0;
    }
    return line_error(graph->name, line, err, "its body gives %s, but %s %s%s",
                      shape_text(a, gives), projected ? "its shortcut gives" : "it reads",
                      shape_text(b, added), projected ? ": they must be alike to be added"
                      : ": give it a last part 'shortcut { ... }' that makes them alike");
}

static int add_residual(int *ret_value, struct graph *graph, const struct net_line *line,
                        const char *prefix, int value, struct error *err)
{
    const struct layer_kind *activation;
    int code = residual_activation(&activation, graph, line, err);
    if (code) {
        return code;
    }
    int count = line->body_count;
    const struct net_line *last = count > 0 ? &line->body[count - 1] : NULL;
    bool projected = last && strcmp(last->word, "shortcut") == 0;
    count -= projected;
    if (count < 1) {
        return line_error(graph->name, line, err, "needs a block with at least one layer: "
                          "residual { ... }");
    }
    if (projected && (last->argument_count > 0 || last->body_count < 1)) {
        return line_error(graph->name, last, err, "needs a block and nothing else: "
                          "shortcut { ... }");
    }
    char name[PARAMETER_NAME_SIZE];
    int body = value;
    int shortcut = value;
    struct sequence lines = {graph, line->body, count, name};
    code = join_prefix(name, graph, line, prefix, "body", err);
    code = code ? code : add_sequence(&body, &lines, value, err);
    if (!code && projected) {
        lines = (struct sequence){graph, last->body, last->body_count, name};
        code = join_prefix(name, graph, last, prefix, "shortcut", err);
        code = code ? code : add_sequence(&shortcut, &lines, value, err);
    }
    code = code ? code : check_residual(graph, line, body, shortcut, projected, err);
    code = code ? code : add_plain(&value, graph, &layer_sum, line, line->word,
                                   (int[]){shortcut, body}, 2, err);
    if (!code && activation) {
        code = add_plain(&value, graph, activation, line, line->arguments[0].value, &value, 1,
                         err);
    }
    if (!code) {
        *ret_value = value;
    }
    return code;
}

// ---- add { branch { LINES } branch { LINES } ... }, and concat ----

// May `shape` stand beside `first`?
static int check_branch(const struct graph *graph, const struct net_line *line, bool add,
                        struct shape first, struct shape shape, struct error *err)
{
    struct shape like = first;
    if (!add) {
        like.channels = shape.channels;
    }
    char a[SHAPE_TEXT_SIZE];
    char b[SHAPE_TEXT_SIZE];
    return same_shape(shape, like)
               ? 0
               : line_error(graph->name, line, err, "gives %s, the first branch %s: %s",
                            shape_text(a, shape), shape_text(b, first),
                            add ? "they must be alike to be added"
                                : "only their channels may differ");
}

static int check_concat(const struct graph *graph, const struct net_line *line,
                        const int *values, int count, struct error *err)
{
    int64_t channels = 0;
    for (int i = 0; i < count; i++) {
        channels += graph->values[values[i]].shape.channels;
    }
    struct shape first = graph->values[values[0]].shape;
    size_t product;
    bool fits = channels <= SHAPE_ELEMENTS_MAX
             && shape_product(&product, (int[]){(int)channels, first.height, first.width}, 3);
    return fits ? 0 : line_error(graph->name, line, err, "its output would have more than %d "
                                 "numbers per frame", (int)SHAPE_ELEMENTS_MAX);
}

static int add_branches(int *ret_value, struct graph *graph, const struct net_line *line,
                        const char *prefix, int value, struct error *err)
{
    bool add = strcmp(line->word, "add") == 0;
    int values[LAYER_INPUTS_MAX];
    if (line->argument_count > 0 || line->body_count < 2 || line->body_count > LAYER_INPUTS_MAX) {
        return line_error(graph->name, line, err, "needs a block of 2 to %d branches: "
                          "%s { branch { ... } branch { ... } }, each part on its own line",
                          (int)LAYER_INPUTS_MAX, line->word);
    }
    int code = 0;
    for (int i = 0; i < line->body_count && !code; i++) {
        const struct net_line *branch = &line->body[i];
        char number[16];
        char name[PARAMETER_NAME_SIZE];
        if (strcmp(branch->word, "branch") != 0 || branch->argument_count > 0
            || branch->body_count < 1) {
            return line_error(graph->name, branch, err, "only 'branch { ... }' may stand directly "
                              "in '%s'", line->word);
        }
        struct sequence lines = {graph, branch->body, branch->body_count, name};
        snprintf(number, sizeof number, "%d", i);
        code = join_prefix(name, graph, branch, prefix, number, err);
        code = code ? code : add_sequence(&values[i], &lines, value, err);
        code = code ? code : check_branch(graph, branch, add, graph->values[values[0]].shape,
                                          graph->values[values[i]].shape, err);
    }
    if (!code && !add) {
        code = check_concat(graph, line, values, line->body_count, err);
    }
    return code ? code : add_plain(ret_value, graph, add ? &layer_sum : &layer_concat, line,
                                   line->word, values, line->body_count, err);
}
