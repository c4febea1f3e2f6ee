#include "tools/common/options.h"

#include "core/base/text.h"
#include "tools/common/called.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 192 };

// What getopt_long returns: the entry's index above all characters.
enum { FIRST_LONG = 256, LONG_HELP = 10000, LONG_VERSION };

bool options_is_last(const struct option_entry *option)
{
    return !option->name && !option->help;
}

static void *variable(const struct option_entry *option, const void *settings)
{
    return (char *)settings + option->offset;
}

static int bad_value(const struct option_entry *option, const char *value, const char *needed,
                     struct error *err)
{
    char shown[128];
    return error_set(err, ERR_USAGE, "--%s %s: %s is needed", option->name,
                     *value ? text_escape(shown, sizeof shown, value) : "''", needed);
}

static int set_choice(const struct option_entry *option, void *settings, const char *value,
                      struct error *err)
{
    char all[256] = "";
    for (int i = 0; option->choices[i]; i++) {
        if (strcmp(value, option->choices[i]) == 0) {
            *(int *)variable(option, settings) = i;
            return 0;
        }
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s",
                 i == 0 ? "" : option->choices[i + 1] ? ", " : " or ", option->choices[i]);
    }
    return bad_value(option, value, all, err);
}

static int set_number(const struct option_entry *option, void *settings, const char *value,
                      struct error *err)
{
    char needed[96];
    if (option->type == OPTION_INT) {
        if (text_to_int(value, (int)option->low, (int)option->high,
                        variable(option, settings))) {
            return 0;
        }
        snprintf(needed, sizeof needed, "a whole number from %d to %d", (int)option->low,
                 (int)option->high);
    } else if (option->type == OPTION_U64) {
        if (text_to_u64(value, variable(option, settings))) {
            return 0;
        }
        snprintf(needed, sizeof needed, "a whole number from 0 to %llu", ULLONG_MAX);
    } else if (option->type == OPTION_DOUBLE) {
        if (text_to_double(value, option->low, option->high, variable(option, settings))) {
            return 0;
        }
        snprintf(needed, sizeof needed, "a number from %g to %g", option->low, option->high);
    } else {
        if (text_to_dims(value, 2, (int)option->high, variable(option, settings))) {
            return 0;
        }
        snprintf(needed, sizeof needed, "WIDTHxHEIGHT, each from 1 to %d", (int)option->high);
    }
    return bad_value(option, value, needed, err);
}

static int set_entry(const struct option_entry *option, void *settings, const char *value,
                     struct error *err)
{
    switch (option->type) {
    case OPTION_FLAG:
        *(bool *)variable(option, settings) = true;
        return 0;
    case OPTION_TEXT:
        *(const char **)variable(option, settings) = value;
        return 0;
    case OPTION_LIST: {
        struct option_list *list = variable(option, settings);
        if (list->count == OPTION_LIST_MAX) {
            return error_set(err, ERR_USAGE, "--%s: given more than %d times", option->name,
                             OPTION_LIST_MAX);
        }
        list->values[list->count++] = value;
        return 0;
    }
    case OPTION_CHOICE:
        return set_choice(option, settings, value, err);
    default:
        return set_number(option, settings, value, err);
    }
}

static int unknown_option(const struct command *command, const char *given, struct error *err)
{
    const char *names[OPTIONS_MAX + 3] = {"help", "version"};
    int count = 2;
    for (const struct option_entry *o = command->options; !options_is_last(o); o++) {
        if (o->name && count < OPTIONS_MAX) {
            names[count++] = o->name;
        }
    }
    char shown[96];
    text_escape(shown, sizeof shown, given);
    char word[64];
    snprintf(word, sizeof word, "%s", given + strspn(given, "-"));
    word[strcspn(word, "=")] = 0;
    const char *near = given[0] == '-' && given[1] == '-' ? text_nearest(word, names) : NULL;
    return near ? error_set(err, ERR_USAGE, "unknown option %s; did you mean --%s?", shown, near)
                : error_set(err, ERR_USAGE, "unknown option %s (%s --help%s lists them)", shown,
                            command->name, command->common ? " all" : "");
}

int options_set(const struct command *command, void *settings, const char *name,
                const char *value, struct error *err)
{
    for (const struct option_entry *o = command->options; !options_is_last(o); o++) {
        if (!o->name || strcmp(o->name, name) != 0) {
            continue;
        }
        if (o->type == OPTION_FLAG && *value) {
            return error_set(err, ERR_USAGE, "--%s takes no value, but got '%s'", name, value);
        }
        if (o->type != OPTION_FLAG && !*value) {
            return error_set(err, ERR_USAGE, "--%s needs %s", name, o->argument);
        }
        return set_entry(o, settings, value, err);
    }
    char dashed[96];
    snprintf(dashed, sizeof dashed, "--%s", name);
    return unknown_option(command, dashed, err);
}

// The tables that getopt_long wants, made from ours.
struct getopt_tables {
    struct option longs[OPTIONS_MAX + 3];
    char shorts[2 * OPTIONS_MAX + 4];
};

static void fill_tables(const struct command *command, struct getopt_tables *tables)
{
    int n = 0;
    char *s = tables->shorts;
    *s++ = ':'; // a missing value is told apart from an unknown option
    *s++ = 'h';
    for (int i = 0; !options_is_last(&command->options[i]) && n < OPTIONS_MAX; i++) {
        const struct option_entry *o = &command->options[i];
        if (!o->name) {
            continue;
        }
        int has = o->type == OPTION_FLAG ? no_argument : required_argument;
        tables->longs[n++] = (struct option){o->name, has, NULL, FIRST_LONG + i};
        if (o->letter) {
            *s++ = o->letter;
            if (has == required_argument) {
                *s++ = ':';
            }
        }
    }
    *s = 0;
    tables->longs[n++] = (struct option){"help", optional_argument, NULL, LONG_HELP};
    tables->longs[n++] = (struct option){"version", no_argument, NULL, LONG_VERSION};
    tables->longs[n] = (struct option){0};
}

static const struct option_entry *entry_of(const struct command *command, int got)
{
    if (got >= FIRST_LONG) {
        return &command->options[got - FIRST_LONG];
    }
    for (const struct option_entry *o = command->options; !options_is_last(o); o++) {
        if (o->name && o->letter == got) {
            return o;
        }
    }
    return NULL;
}

// Help and the version are results, too: 1, or an error where nobody got them.
static int end_text(struct error *err)
{
    return fflush(stdout) == 0 && !ferror(stdout)
        ? 1 : error_errno(err, errno, "standard output: cannot write");
}

// `word` is what stands behind --help; NULL: nothing, or another option.
static int give_help(const struct command *command, const char *word, struct error *err)
{
    if (word && strcmp(word, "all") == 0) {
        options_help_all(command, stdout);
    } else if (word && command->common) {
        int code = options_help_group(command, word, stdout, err);
        if (code < 0) {
            return code;
        }
    } else {
        options_help(command, stdout);
    }
    return end_text(err);
}

int options_parse(const struct command *command, void *settings, int argc, char **argv,
                  int *ret_first, struct error *err)
{
    struct getopt_tables tables;
    fill_tables(command, &tables);
    opterr = 0;
    optind = 0; // start anew, also after an earlier parse
    int got;
    while ((got = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
        if (got == LONG_HELP || got == 'h') {
            bool follows = optind < argc && argv[optind][0] != '-';
            return give_help(command, got == LONG_HELP && optarg ? optarg
                                      : follows ? argv[optind] : NULL, err);
        }
        if (got == LONG_VERSION) {
            printf("%s%s (Triptych) %s\n", called_prefix(), command->name, TRIPTYCH_VERSION);
            return end_text(err);
        }
        if (got == '?') {
            char letter[3] = {'-', (char)optopt, 0};
            bool is_letter = optopt > 0 && optopt < FIRST_LONG;
            return unknown_option(command, is_letter ? letter : argv[optind - 1], err);
        }
        if (got == ':') {
            const struct option_entry *o = entry_of(command, optopt);
            return error_set(err, ERR_USAGE, "--%s needs %s", o ? o->name : "?",
                             o ? o->argument : "a value");
        }
        const struct option_entry *o = entry_of(command, got);
        int code = set_entry(o, settings, optarg, err);
        if (code < 0) {
            return code;
        }
    }
    *ret_first = optind;
    return 0;
}

const char *options_value(const struct option_entry *option, const void *settings, char *text,
                          size_t capacity)
{
    const void *v = variable(option, settings);
    text[0] = 0;
    switch (option->type) {
    case OPTION_HEADING:
        break;
    case OPTION_FLAG:
        snprintf(text, capacity, "%s", *(const bool *)v ? "on" : "off");
        break;
    case OPTION_TEXT: {
        const char *value = *(const char *const *)v;
        snprintf(text, capacity, "%s", value ? value : "");
        break;
    }
    case OPTION_LIST: {
        const struct option_list *list = v;
        for (int i = 0; i < list->count; i++) {
            size_t used = strlen(text);
            snprintf(text + used, capacity - used, "%s%s", i ? "," : "", list->values[i]);
        }
        break;
    }
    case OPTION_INT:
        if (*(const int *)v != OPTION_UNSET) {
            snprintf(text, capacity, "%d", *(const int *)v);
        }
        break;
    case OPTION_U64:
        snprintf(text, capacity, "%llu", (unsigned long long)*(const uint64_t *)v);
        break;
    case OPTION_DOUBLE: {
        // The shortest text that reads back as the same number.
        double value = *(const double *)v;
        for (int digits = 1; digits <= 17 && !isnan(value); digits++) {
            snprintf(text, capacity, "%.*g", digits, value);
            if (strtod(text, NULL) == value) {
                break;
            }
        }
        if (strstr(text, "e+") && fabs(value) < 1e6) {
            snprintf(text, capacity, "%d", (int)value); // 10 is 1e+01 with one digit
        }
        break;
    }
    case OPTION_CHOICE:
        if (*(const int *)v != OPTION_UNSET) {
            snprintf(text, capacity, "%s", option->choices[*(const int *)v]);
        }
        break;
    case OPTION_DIMS: {
        const int *dims = v;
        snprintf(text, capacity, "%dx%d", dims[0], dims[1]);
        break;
    }
    }
    return text;
}
