#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include "core/base/error.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Command lines from tables: one table gives the parser, the help text and
 * the record of what a run resolved to, so that they cannot drift apart. */

enum option_type {
    OPTION_HEADING, /* no option: `help` opens a group in the help text, and `argument`
                     * is its name for --help GROUP; NULL: it has none */
    OPTION_FLAG,    /* bool: set to true */
    OPTION_TEXT,    /* const char *: points into argv */
    OPTION_LIST,    /* struct option_list: every use adds a text */
    OPTION_INT,     /* int in low .. high */
    OPTION_U64,     /* uint64_t */
    OPTION_DOUBLE,  /* double in low .. high */
    OPTION_CHOICE,  /* int: the index in `choices` of the word given */
    OPTION_DIMS,    /* int[2]: "WIDTHxHEIGHT", each in 1 .. high */
};

enum { OPTION_LIST_MAX = 64 };

/* What an int or the index of a choice holds while nothing says what it is; a
 * double holds NAN then. No text sets it. */
enum { OPTION_UNSET = INT_MIN };

struct option_list {
    const char *values[OPTION_LIST_MAX];
    int count;
};

struct option_entry {
    enum option_type type;
    const char *name;     /* the long form, without dashes */
    char letter;          /* the short form, or 0 */
    const char *argument; /* how help calls the value: "N", "FILE"; NULL for a flag */
    const char *help;     /* says the default, too */
    size_t offset;        /* of the variable in the settings struct */
    double low, high;     /* bounds, where they apply */
    const char *const *choices; /* ends with NULL */
    bool unrecorded;      /* changes no result (threads, verbosity): not stored */
};

struct verb; /* tools/common/verbs.h */

struct command {
    const char *name;     /* "extract", or "pack info" */
    const char *usage;    /* the line behind "Usage: " */
    const char *summary;  /* a sentence or two */
    const struct option_entry *options; /* ends with an entry of name and help NULL */
    const char *closing;  /* examples; may be NULL */
    /* Names of the options that --help explains, ending with NULL, where all of them
     * would be more than a screen; then its groups have names. NULL: all. */
    const char *const *common;
    const struct verb *const *verbs; /* ends with NULL; NULL: it has no verbs */
};

/* Fill *settings (already holding the defaults) from argv. --help, --help GROUP,
 * --help all and --version are always understood. Returns 0 to go on, with *ret_first the
 * index in argv of the first operand (argv is permuted: options first); 1 when
 * help or version was printed and the program is done; ERR_USAGE otherwise. */
int options_parse(const struct command *command, void *settings, int argc, char **argv,
                  int *ret_first, struct error *err) MUST_CHECK;

/* Set one option by its long name, as a line of a recipe does. */
int options_set(const struct command *command, void *settings, const char *name,
                const char *value, struct error *err) MUST_CHECK;

/* The value of an option as the text that would set it; "" for an unset one.
 * Lists are joined by commas. Returns text. */
const char *options_value(const struct option_entry *option, const void *settings, char *text,
                          size_t capacity);

/* Is it the entry behind the last one? */
bool options_is_last(const struct option_entry *option);

/* The help text. What it tells people to type is as they have called it
 * (tools/common/called.h). Of a command with common options it is one screen: those,
 * and how to see its groups. */
void options_help(const struct command *command, FILE *out);

/* The whole of it, all options explained. */
void options_help_all(const struct command *command, FILE *out);

/* One group of options, by its name. ERR_USAGE where there is none of that name. */
int options_help_group(const struct command *command, const char *name, FILE *out,
                       struct error *err) MUST_CHECK;


#endif
