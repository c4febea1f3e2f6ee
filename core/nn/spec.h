#ifndef NN_SPEC_H
#define NN_SPEC_H

/* A network as text says it: lines of words, blocks within braces, nothing
 * understood yet. formats/net_text.c fills it; net_build() gives it meaning. */

struct net_argument {
    char *key;   /* NULL for a positional argument */
    char *value;
};

struct net_line {
    int number; /* in the text, from 1 */
    char *word; /* the layer: "conv", "relu", ... */
    struct net_argument *arguments;
    int argument_count;
    struct net_line *body; /* lines within { }, or NULL */
    int body_count;
};

struct net_spec {
    char *name; /* where it came from, for messages */
    char *text; /* the whole text, to be stored in a model */
    struct net_line *lines;
    int line_count;
};

#endif
