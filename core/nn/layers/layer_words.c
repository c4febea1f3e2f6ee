#include "core/nn/graph/layer.h"

#include "core/base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// What is quoted in messages is escaped: a net may come out of a model file.
enum { QUOTE = 80 };

int layer_error(const struct layer_build *build, struct error *err, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return error_set(err, ERR_VALUE, "%s, line %d: %s: %s", build->net,
                     build->line->number, build->kind->word, text);
}

static int check_key(const struct layer_build *build, int index, const char *const *keys,
                     struct error *err)
{
    const struct net_argument *arguments = build->line->arguments;
    const char *key = arguments[index].key;
    char quoted[QUOTE];
    text_escape(quoted, sizeof quoted, key);
    bool known = false;
    for (int i = 0; keys[i]; i++) {
        known = known || strcmp(keys[i], key) == 0;
    }
    if (!known) {
        const char *nearest = text_nearest(key, keys);
        return layer_error(build, err, "no option '%s'%s%s%s; write: %s", quoted,
                           nearest ? " (did you mean '" : "", nearest ? nearest : "",
                           nearest ? "'?)" : "", build->kind->usage);
    }
    for (int i = 0; i < index; i++) {
        if (arguments[i].key && strcmp(arguments[i].key, key) == 0) {
            return layer_error(build, err, "'%s' is given twice", quoted);
        }
    }
    return 0;
}

int layer_check_words(const struct layer_build *build, int positional, const char *const *keys,
                      struct error *err)
{
    const struct net_line *line = build->line;
    if (line->body) {
        return layer_error(build, err, "takes no { } block; write: %s", build->kind->usage);
    }
    int found = 0;
    for (int i = 0; i < line->argument_count; i++) {
        if (line->arguments[i].key) {
            int code = check_key(build, i, keys, err);
            if (code) {
                return code;
            }
        } else if (found++ == positional) {
            char quoted[QUOTE];
            text_escape(quoted, sizeof quoted, line->arguments[i].value);
            return layer_error(build, err, "'%s' is too much; write: %s", quoted,
                               build->kind->usage);
        }
    }
    return 0;
}

const char *layer_word(const struct layer_build *build, int index)
{
    const struct net_line *line = build->line;
    for (int i = 0; i < line->argument_count; i++) {
        if (!line->arguments[i].key && index-- == 0) {
            return line->arguments[i].value;
        }
    }
    return NULL;
}

static const char *option(const struct layer_build *build, const char *key)
{
    const struct net_line *line = build->line;
    for (int i = 0; i < line->argument_count; i++) {
        if (line->arguments[i].key && strcmp(line->arguments[i].key, key) == 0) {
            return line->arguments[i].value;
        }
    }
    return NULL;
}

int layer_option_int(int *ret, const struct layer_build *build, const char *key, int low,
                     int high, struct error *err)
{
    const char *text = option(build, key);
    if (text && !text_to_int(text, low, high, ret)) {
        char quoted[QUOTE];
        text_escape(quoted, sizeof quoted, text);
        return layer_error(build, err, "%s=%s: a whole number from %d to %d is needed", key,
                           quoted, low, high);
    }
    return 0;
}

bool layer_text_to_pair(const char *text, int low, int high, int ret[2])
{
    char first[16];
    size_t length = strcspn(text, "x");
    if (length >= sizeof first) {
        return false;
    }
    memcpy(first, text, length);
    first[length] = 0;
    int values[2];
    if (!text_to_int(first, low, high, &values[0])) {
        return false;
    }
    values[1] = values[0];
    if (text[length] == 'x' && !text_to_int(text + length + 1, low, high, &values[1])) {
        return false;
    }
    memcpy(ret, values, sizeof values);
    return true;
}

int layer_option_pair(int ret[2], const struct layer_build *build, const char *key, int low,
                      int high, struct error *err)
{
    const char *text = option(build, key);
    if (text && !layer_text_to_pair(text, low, high, ret)) {
        char quoted[QUOTE];
        text_escape(quoted, sizeof quoted, text);
        return layer_error(build, err, "%s=%s: one number, or height x width as in 2x1, from %d "
                           "to %d is needed", key, quoted, low, high);
    }
    return 0;
}

int layer_option_double(double *ret, const struct layer_build *build, const char *key,
                        double low, double high, struct error *err)
{
    const char *text = option(build, key);
    if (text && !text_to_double(text, low, high, ret)) {
        char quoted[QUOTE];
        text_escape(quoted, sizeof quoted, text);
        return layer_error(build, err, "%s=%s: a number from %g to %g is needed", key, quoted,
                           low, high);
    }
    return 0;
}

int layer_option_switch(bool *ret, const struct layer_build *build, const char *key,
                        struct error *err)
{
    const char *text = option(build, key);
    if (!text) {
        return 0;
    }
    bool on = strcmp(text, "on") == 0;
    if (!on && strcmp(text, "off") != 0) {
        char quoted[QUOTE];
        text_escape(quoted, sizeof quoted, text);
        return layer_error(build, err, "%s=%s: on or off is needed", key, quoted);
    }
    *ret = on;
    return 0;
}

int layer_option_word(int *ret, const struct layer_build *build, const char *key,
                      const char *const *words, struct error *err)
{
    const char *text = option(build, key);
    if (!text) {
        return 0;
    }
    char all[QUOTE] = "";
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *ret = i;
            return 0;
        }
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", words[i]);
    }
    char quoted[QUOTE];
    return layer_error(build, err, "%s=%s: one of %s is needed", key,
                       text_escape(quoted, sizeof quoted, text), all);
}

const char *const layer_init_words[] = {"pytorch", "he", "xavier", "orthogonal", NULL};

int layer_option_init(enum init_rule *ret, const struct layer_build *build, struct error *err)
{
    int rule = (int)build->init;
    int code = layer_option_word(&rule, build, "init", layer_init_words, err);
    if (!code) {
        *ret = (enum init_rule)rule;
    }
    return code;
}

struct initial layer_initial_weight(enum init_rule rule, double fan_in, double fan_out)
{
    switch (rule) {
    case INIT_HE:
        return (struct initial){INITIAL_NORMAL, sqrt(2 / fan_in)};
    case INIT_XAVIER:
        return (struct initial){INITIAL_UNIFORM, sqrt(6 / (fan_in + fan_out))};
    case INIT_ORTHOGONAL:
        return (struct initial){INITIAL_ORTHOGONAL, 1};
    case INIT_PYTORCH:
        break;
    }
    return (struct initial){INITIAL_UNIFORM, 1 / sqrt(fan_in)};
}

struct initial layer_initial_bias(enum init_rule rule, double fan_in)
{
    return rule == INIT_PYTORCH ? (struct initial){INITIAL_UNIFORM, 1 / sqrt(fan_in)}
                                : (struct initial){INITIAL_CONSTANT, 0};
}
